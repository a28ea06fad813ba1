"""A lecture as slides: one HTML file that holds everything, from reveal.js to the fonts of its formulas."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.authoring import alive, npm, pages

LONGEST_BESIDE_PICTURE = 4  # lines of code that a slide shows above a picture
HEADING = re.compile(r"<h[1-3][^>]*>(.*?)</h[1-3]>", re.DOTALL)
SMALL = ("Quiz", "NumberQuiz")  # live, and yet beside another there is room for one
LONGEST = 31  # lines of code and printed output together that fit on one slide


@dataclass
class Slide:
    """fragments: lists of cells, shown one list after the other.  notes: cells for the speaker."""

    fragments: list = field(default_factory=lambda: [[]])
    notes: list = field(default_factory=list)


def deck(nb, live=frozenset()):
    """-> a list of columns, each a list of Slides from top to bottom, as the slide types of the cells say.

    live: ids of the cells that show a live figure, questions apart: a slide has room for one.
    """
    columns: list[list[Slide]] = []
    for cell in nb.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind == "skip":
            continue
        if kind == "slide" or not columns:
            columns.append([Slide()])
        elif kind == "subslide":
            columns[-1].append(Slide())
        elif kind == "fragment":
            columns[-1][-1].fragments.append([])
        slide = columns[-1][-1]
        if kind == "notes":
            slide.notes.append(cell)
        elif cell.id in live and live.intersection(other.id for part in slide.fragments for other in part):
            columns[-1].append(Slide([[cell]]))
        elif is_long(cell):
            slide.fragments[-1].append(pages.without_output(cell))
            columns[-1].append(Slide([[pages.without_code(cell)]]))
        else:
            slide.fragments[-1].append(cell)
    return columns


def is_long(cell):
    """Whether code and output need a slide each."""
    printed = "".join(output.get("text", "") for output in cell.get("outputs", []))
    return bool(printed) and len(cell.source.splitlines()) + len(printed.splitlines()) > LONGEST


def shown(cell):
    """A cell as a slide shows it: folded code is left out; beside a picture, code stays if it is short and no widget's call."""
    if cell.cell_type != "code":
        return cell
    hidden = "hide-input" in cell.metadata.get("tags", [])
    captioned = any("text/html" in output.get("data", {}) for output in cell.outputs)
    beside = captioned and len(cell.source.splitlines()) <= LONGEST_BESIDE_PICTURE
    return pages.without_code(cell) if hidden or (pages.is_picture(cell) and not beside) else cell


def told(nb, slide):
    """What a slide holds, as HTML: what is seen first, what comes later, and the speaker's notes, unfolded."""

    def part(cells):
        return pages.cells_html(nb, [shown(cell) for cell in cells])

    first, *later = [part(cells) for cells in slide.fragments]
    notes = part(slide.notes).replace("<details>", "<details open>") if slide.notes else ""
    return {"first": first, "later": later, "notes": notes}


def sections(page, live=frozenset()):
    """All slides as reveal.js wants them: one section per column, and in it one section per slide. live: as in `deck`.

    A slide without a heading repeats, in small type, the heading of the slide above it.
    """
    above, columns = None, []
    for column in deck(page.nb, live):
        columns.append([told(page.nb, slide) for slide in column])
        for place, slide in enumerate(columns[-1]):
            found = HEADING.search("".join([slide["first"], *slide["later"]]))
            slide["where"] = None if found else above
            above = found[1] if found and place == 0 else above
    return pages.page_of("deck.html", columns=columns)


def slides_html(page, living=True):
    """The whole file for one lecture. living: whether it is run, so that its figures move."""
    shelf = alive.Shelf()
    figures = alive.figures(page, shelf) if living else {}
    large = frozenset(
        cell for (cell, _n), figure in figures.items() if not (figure and figure.stored["kind"] in SMALL)
    )
    body = alive.named(sections(page, large), figures)
    body = re.sub(
        r'<a href="(?![a-z]+:|#)[^"]*">(.*?)</a>', r"\1", body, flags=re.DOTALL
    )  # files left at home

    katex = pages.katex_fonts()
    styles = [
        npm.text("reveal.js", "dist/reset.css"),
        npm.text("reveal.js", "dist/reveal.css"),
        pages.katex_style(lambda name: pages.font(katex / name)),
        pages.typeface(lambda name: pages.font(pages.FONTS / name), display="block"),
        pages.asset("code.css"),
        pages.asset("colours.css"),
        shelf.style(),
        pages.asset("slides.css"),
    ]
    scripts = [npm.text("reveal.js", "dist/reveal.js"), npm.text("reveal.js", "dist/plugin/notes.js")]
    if figures:
        found = [figure for figure in figures.values() if figure]
        calls = "".join(figure.held() + figure.told() for figure in found)
        scripts += [alive.host(), "".join(shelf.modules().values()), calls]
    return pages.page_of(
        "slides.html",
        title=pages.title(page),
        styles="\n".join(styles),
        scripts=[pages.inline(script) for script in [*scripts, pages.asset("slides.js")]],
        body=pages.typeset(page.name, body),
    )


def build(number, output, living=True):
    """Write the slides of lecture `number` into the folder `output`. -> the file. living: whether its figures move."""
    page = pages.lecture(number)
    file = Path(output) / f"{page.path.stem}.html"
    pages.write(file, slides_html(page, living))
    return file
