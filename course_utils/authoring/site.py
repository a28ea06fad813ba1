"""The course as a site: plain files for any web server, or to be opened from a folder.

Lectures with their outputs, exercises without their solutions. A live figure is its stored picture; what
students would type and be told stays in the notebooks.
"""

import base64
import io
import json
import os
import posixpath
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup

from course_utils.authoring import alive, npm, pages
from course_utils.authoring.page import HTML, PNG, AuthoringError, Page
from course_utils.support.language import gettext as _

CARD = 420  # pixels: the width of a card's picture
LITE = "lite/notebooks/index.html?path="
MOVE = (
    "../index.html#on-your-machine"  # where a reader without the browser edition learns how to run a notebook
)
#: the fonts of most formulas: one that came late would move the lines under the eye
AT_ONCE = ("KaTeX_Main-Regular.woff2", "KaTeX_Math-Italic.woff2")
PAPER = "#fbfaf5"  # as in course.mplstyle


@dataclass
class Leaf:
    """One page of the site.

    path: inside the site.  body: its HTML, formulas not yet set.  goals: what the reader will be able to do, a list
    of HTML.  sections: what the search knows of it.  card: the picture that stands for it on the first
    page, as the MIME bundle that holds it; empty where there is none.  figures: the live ones, by cell and output; None
    for one that takes a kernel.
    """

    page: Page
    path: str
    title: str
    body: str = ""
    goals: str = ""
    sections: list = field(default_factory=list)
    card: dict[str, str] = field(default_factory=dict)
    figures: dict[tuple[str, int], alive.Figure | None] = field(default_factory=dict)

    @property
    def questions(self):
        """The names under which answers given on its page are kept."""
        return [figure.stored["key"] for figure in self.figures.values() if figure and figure.stored["key"]]


def leaves(root):
    """Lectures in their order, then the exercises: without bodies yet."""
    lectures = [pages.with_outputs(page) for page in pages.lectures(root)]
    if not lectures:
        raise AuthoringError(f"There is no lecture in {root / 'notebooks'}.")
    return [
        Leaf(page, f"{page.folder}/{page.path.stem}.html", pages.title(page))
        for page in [*lectures, *pages.exercises(root)]
    ]


def fill(leaf, known, kernel=""):
    """Fill in what a Leaf holds.

    known: the paths of all pages, to which links may lead.  kernel: the address at which a notebook runs, without its
    name; "" for none.
    """
    cells = [
        pages.without_code(cell) if "hide-input" in cell.metadata.get("tags", []) else cell
        for cell in leaf.page.nb.cells
        if cell.metadata.get("slideshow", {}).get("slide_type") != "notes"
    ]
    soup = BeautifulSoup(pages.cells_html(leaf.page.nb, cells), "html.parser")
    for link in soup.select("a[href]"):
        redirect(link, leaf.path, known)
    for box in soup.select("pre"):
        box["tabindex"] = "0"  # so that the keyboard can scroll what is wider than the screen
    for corner in soup.select("th"):
        if not corner.get_text(strip=True):
            corner.name = "td"
    for table in soup.select("table"):
        table.wrap(soup.new_tag("div", attrs={"class": "wide", "tabindex": "0"}))
    for output, figure in leaf.figures.items():
        enliven(soup, output, figure, f"../{kernel}{leaf.page.name}" if kernel else MOVE)
    scripts(soup, leaf)
    for cell in soup.select(".cell"):
        cell.attrs.pop("id", None)
    leaf.body = str(soup)
    first = soup.select_one(".cell")
    leaf.goals = str((first and first.select_one("ul")) or "")
    leaf.sections = sections(leaf, soup)
    leaf.card = card(leaf.page)


def enliven(soup, output, figure, address):
    """Name a live figure where its picture stands, and below it the place where all of it moves.

    output: (cell id, number of the output).  figure: None for one that stays a picture here.
    """
    area = alive.name_place(soup, output, figure)
    if area and not (figure and figure.whole):
        link = soup.new_tag("a", href=address, attrs={"class": "move"})
        link.string = _("Move it yourself")
        area.insert_after(link)


def scripts(soup, leaf):
    """Put what makes figures live right after the first of them: nothing below it is there yet that could be moved."""
    first = next(filter(None, leaf.figures.values()), None)
    place = first and soup.select_one(f'[data-live="{first.name}"]')
    if first and place:
        place.insert_after(BeautifulSoup(first.scripts("../"), "html.parser"))


def front(leaf):
    """What the first page shows of a lecture: [(Figure, what stands in its place before)], of the cells with the tag "front"."""
    tagged = [cell for _, cell in leaf.page.cells("code") if "front" in cell.metadata.get("tags", [])]
    return [
        (figure, cell.outputs[0].data)
        for cell in tagged
        if (figure := leaf.figures.get((cell.id, 0))) is not None
    ]


def card(page):
    """The MIME bundle of the cell tagged "card", else the first with a PNG that no gate holds back; {} for none."""
    cells = [cell for _, cell in page.cells("code")]
    cells.sort(key=lambda cell: "card" not in cell.metadata.get("tags", []))
    stored = [output.get("data", {}) for cell in cells for output in cell.outputs]
    return next((dict(data) for data in stored if PNG in data and HTML not in data), {})


def small(png):
    """A stored PNG as the small WebP that a card shows: bytes of both; clear corners become paper."""
    from PIL import Image  # a dependency of matplotlib

    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    sheet = Image.new("RGBA", picture.size, PAPER)
    sheet.alpha_composite(picture)
    sheet.thumbnail((CARD, CARD))
    out = io.BytesIO()
    sheet.convert("RGB").save(out, "webp", quality=65)
    return out.getvalue()


def redirect(link, path, known):
    """Let a link between notebooks lead to the page of the site; one that leads out of it becomes plain text."""
    address = str(link["href"])
    if re.match(r"[a-z]+:|#", address):
        return
    file, mark, anchor = address.partition("#")
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
    target = wanted.removesuffix(".ipynb") + ".html"
    if target in known:
        link["href"] = posixpath.relpath(target, posixpath.dirname(path)) + mark + anchor
    else:
        link.unwrap()  # such as a solution, which is not for everybody's eyes


def sections(leaf, soup):
    """One record per heading: its text and address. Code and printed lines are left out. Changes the soup."""
    for away in soup.select(".input_area, .output_area pre, x-tex[display]"):
        away.decompose()
    for formula in soup.select("x-tex"):
        formula.replace_with(plain(formula.get_text()))
    for picture in soup.select("img[alt]"):
        picture.replace_with(soup.new_string(str(picture["alt"])))
    found: list[dict] = []
    for part in soup.select("h1, h2, h3, p, li, td, th, summary, .output_png"):
        words = " ".join(part.get_text().split())
        if part.name in ("h1", "h2", "h3"):
            found.append({"url": f"{leaf.path}#{part['id']}", "page": leaf.title, "title": words, "text": []})
        else:
            found[-1]["text"].append(words)
    return [record | {"text": " ".join(record["text"])} for record in found]


GREEK = dict(
    zip(
        ["alpha", "beta", "gamma", "delta", "eta", "theta", "lambda", "mu", "sigma", "nabla"],
        "αβγδηθλμσ∇",
        strict=True,
    )
)


def plain(formula):
    """An inline formula as a reader may type it into the search: \\tfrac12\\lambda becomes 1/2λ."""
    formula = re.sub(r"\\[td]?frac(\d)(\d)", r"\1/\2", formula)
    formula = re.sub(r"\\([A-Za-z]+) ?", lambda m: GREEK.get(m[1].lower(), f"{m[1]} "), formula)
    return re.sub(r"[\\{}]", "", formula)


def ways(leaf, lite, repository):
    """Where a page's notebook is open to work in: {address: what the link says}."""
    found = {f"../{LITE}{leaf.page.name}": _("Open it live, in the browser")} if lite else {}
    found[leaf.page.path.name] = _("Download the notebook")
    if repository:
        binder = f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab/tree/{leaf.page.name}"
        found[binder] = _("Open it on Binder")
    return found


def write_site(folder, root, lite, living, repository):
    """Write all files of the site into an empty folder. -> how many pages. The rest: as in build_site."""
    book = leaves(root)
    known = {leaf.path for leaf in book}
    shelf = alive.Shelf()
    for leaf in book:
        if leaf.page.folder == "notebooks" and living(leaf.page):
            leaf.figures = alive.figures(leaf.page, shelf)
        fill(leaf, known, LITE if lite else "")
    katex = pages.katex_fonts()
    lectures = [leaf for leaf in book if leaf.page.folder == "notebooks"]
    exercises = [leaf for leaf in book if leaf.page.folder == "exercises"]
    files = {
        "index.html": pages.typeset(
            "the first page",
            pages.page_of(
                "index.html",
                lectures=lectures,
                exercises=exercises,
                lite=lite,
                front=front(lectures[0]),
                title="",
                base="",
            ),
            output="mathml",  # its few formulas are not worth the fonts that it would have to load
        ),
        "assets/site.css": pages.typeface(lambda name: f"fonts/{name}")
        + pages.asset("code.css")
        + pages.asset("colours.css")
        + pages.asset("site.css"),
        "assets/site.js": pages.asset("site.js"),
        **({"assets/ahead.js": pages.asset("ahead.js")} if lite else {}),
        "assets/alive.css": shelf.style(),
        "assets/alive.js": alive.host(),
        **{f"assets/alive/{name}.js": text for name, text in shelf.modules().items()},
        **{f"assets/{name}": pages.asset(name) for name in ("logo.svg", "favicon.svg")},
        "assets/katex.css": pages.katex_style(
            lambda name: pages.font(katex / name) if name in AT_ONCE else f"fonts/{name}"
        ),
        "assets/minisearch.js": npm.text("minisearch", "dist/umd/index.js"),
        "assets/sections.js": "window.SECTIONS = "
        + json.dumps([record for leaf in book for record in leaf.sections], ensure_ascii=False)
        + ";\n",
    }
    for group in (lectures, exercises):
        for leaf, before, after in zip(group, [None, *group], [*group[1:], None], strict=False):
            page = pages.page_of(
                "page.html",
                leaf=leaf,
                title=leaf.title,
                before=before,
                after=after,
                ways=ways(leaf, lite, repository),
                base="../",
                lite=lite,
            )
            files[leaf.path] = pages.typeset(leaf.page.name, page)
            for figure in filter(None, leaf.figures.values()):
                files[f"assets/alive/{figure.name}.js"] = figure.held()
                files[f"assets/alive/{figure.name}-answers.js"] = figure.told()
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    for leaf in book:
        shutil.copyfile(leaf.page.path, (folder / leaf.path).with_name(leaf.page.path.name))
    cards = folder / "assets" / "cards"
    cards.mkdir()
    for leaf in lectures:
        if leaf.card:
            (cards / f"{leaf.page.path.stem}.webp").write_bytes(small(base64.b64decode(leaf.card[PNG])))
    fonts = folder / "assets" / "fonts"
    fonts.mkdir()
    for font in [*pages.FONTS.glob("*.woff2"), *katex.glob("*.woff2")]:
        shutil.copyfile(font, fonts / font.name)
    return len(book)


def build_site(output, lite=False, root=pages.ROOT, living=lambda page: True, repository=""):
    """Build the site from scratch in the folder `output`: empty, new, or an earlier site. -> what was done, in a line

    lite: with the browser edition beside it.  living: which lectures are run, so that their figures move.
    repository: "OWNER/NAME" on GitHub, from which Binder runs the notebooks; "" for no links to Binder.
    """
    output = Path(output).resolve()
    replaceable(output)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=".site-") as place:
            made = Path(place, "site")
            made.mkdir(mode=0o755)
            count = write_site(made, root, lite, living, repository)
            if lite:
                from course_utils.authoring.lite import build_lite

                build_lite(made / "lite", root)
            if output.exists():
                os.replace(output, Path(place, "old"))
            os.replace(made, output)
    except OSError as error:
        raise AuthoringError(f"{output} cannot be written: {error.strerror or error}") from None
    return f"{output / 'index.html'}: {count} pages{' and the browser edition' if lite else ''}; copy the folder to any web server."


def replaceable(output):
    """Raises AuthoringError unless nothing of the user's is lost when this folder is rebuilt."""
    try:
        if not output.exists():
            return
        if not output.is_dir():
            raise AuthoringError(f"{output} is a file: choose a folder.")
        index = output / "index.html"
        if any(output.iterdir()) and not (index.is_file() and pages.made_here(index)):
            raise AuthoringError(
                f"{output} is not empty, and is not a site of this course: choose another folder."
            )
    except OSError as error:
        raise AuthoringError(f"{output} cannot be read: {error.strerror or error}") from None
