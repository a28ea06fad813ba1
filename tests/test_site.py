"""The course as a site: built for real, every link followed, and read in a browser without network."""

import base64
import hashlib
import io
import json
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import numpy as np
import pytest
from browser import soon
from bs4 import BeautifulSoup
from lite import Edition, differences, troubles
from matplotlib import rc_params_from_file
from PIL import Image
from test_slides import ALONE, complaint, packages

from course_utils.authoring import pages, site, slides, wheels
from course_utils.authoring.__main__ import main
from course_utils.authoring.page import AuthoringError
from course_utils.authoring.pyodide import LATER
from course_utils.descent import descend
from course_utils.figures import number
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD

__all__ = ["packages"]
ROOT = Path(__file__).resolve().parent.parent
STYLE = rc_params_from_file(ROOT / "course_utils/figures/course.mplstyle", use_default_template=False)
PICTURE = re.compile(r'(src="data:image/png;base64,.{20})[^"]*')


def none(page):
    """No lecture is run for the site: its figures stay pictures."""
    return False


def first(page):
    """Only the first lecture is run: its figures are alive."""
    return page.path.name.startswith("00")


@pytest.fixture(scope="module")
def built(packages, tmp_path_factory):
    """The folder of the site, with the browser edition, whose packages are packed quickly: as tight as they go takes 19 s more."""
    folder = tmp_path_factory.mktemp("site") / "Meine Übungen"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wheels, "LEVEL", 3)
        site.build_site(folder, lite=True, living=first, repository="someone/course")
    return folder


@pytest.fixture(scope="module")
def soups(built):
    """{file: its parsed page}, without those of the browser edition; of its pictures there is but the beginning."""
    files = [built / "index.html", *built.glob("notebooks/*.html"), *built.glob("exercises/*.html")]
    return {
        file: BeautifulSoup(PICTURE.sub(r"\1", file.read_text(encoding="utf-8")), "html.parser")
        for file in files
    }


def sections_of(built):
    """What the search knows of each section."""
    text = (built / "assets/sections.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("window.SECTIONS = ").rstrip(";\n"))


# ------------------------------------------------------------------------------------------------ the files


def test_every_lecture_and_exercise_has_a_page(built, soups):
    wanted = {f"{page.folder}/{page.path.stem}.html" for page in [*pages.lectures(), *pages.exercises()]}
    assert {str(file.relative_to(built)).replace("\\", "/") for file in soups} == wanted | {"index.html"}
    first = soups[built / "index.html"]
    assert wanted <= {link["href"] for link in first.select("main a")}


def test_every_link_leads_somewhere(built, soups):
    names = {file: {e["id"] for e in soup.select("[id]")} for file, soup in soups.items()}
    followed = 0
    for file, soup in soups.items():
        for element in soup.select("[href], [src]"):
            address = urlsplit(element.get("href") or element.get("src"))
            if address.scheme in ("https", "mailto", "data"):
                assert address.scheme != "data" or element.name == "img"
                continue
            assert not address.scheme and not address.netloc, f"{file}: {element}"
            target = (file.parent / unquote(address.path)).resolve() if address.path else file
            assert target.is_file(), f"{file.name}: {element}"
            if address.fragment and target in names:
                assert unquote(address.fragment) in names[target], f"{file.name}: {element}"
            followed += 1
    assert followed > 50
    for record in sections_of(built):
        path, _, anchor = record["url"].partition("#")
        assert anchor in names[built / path], record["url"]


def test_previous_and_next_go_through_all_lectures(built, soups):
    (file,) = built.glob("notebooks/00-*.html")
    seen = [file]
    while link := soups[seen[-1]].select_one("a[rel=next]"):
        seen.append((seen[-1].parent / link["href"]).resolve())
        back = soups[seen[-1]].select_one("a[rel=prev]")["href"]
        assert (seen[-1].parent / back).resolve() == seen[-2]
    assert [file.stem for file in seen] == [page.path.stem for page in pages.lectures()]


def test_each_page_leads_to_its_notebook(built, soups):
    """In the browser edition, as a file, and on Binder."""
    for file, soup in soups.items():
        if file.name == "index.html":
            continue
        name = f"{file.parent.name}/{file.stem}.ipynb"
        live, download, binder = (link["href"] for link in soup.select(".ways a"))
        assert live == f"../lite/notebooks/index.html?path={name}"
        assert (file.parent / download).read_bytes() == (ROOT / name).read_bytes()
        assert binder == f"https://mybinder.org/v2/gh/someone/course/HEAD?urlpath=lab/tree/{name}"


def test_pictures_have_their_sentence_and_formulas_are_set(soups):
    pictures = [
        image for soup in soups.values() for image in soup.select("main img")
    ]  # the logo stands above
    assert len(pictures) > 50
    for image in pictures:
        assert len(image["alt"].split()) > 2 and not image["alt"].startswith("No description")
    for file, soup in soups.items():
        assert not soup.select("x-tex, .katex-error"), file
        raw = soup.find_all(string=re.compile(r"\$|\\[a-z]+"))
        assert not [text for text in raw if not text.find_parent(["pre", "code", "annotation", "script"])], (
            file
        )


def test_a_picture_stands_for_each_lecture_on_the_first_page(built, soups):
    shown = {image["src"] for image in soups[built / "index.html"].select(".lectures img")}
    assert shown == {f"assets/cards/{page.path.stem}.webp" for page in pages.lectures()}
    (first,) = [page for page in pages.lectures() if page.path.stem.startswith("01")]
    (tagged,) = [cell for _, cell in first.cells("code") if "card" in cell.metadata.get("tags", [])]
    stored = Image.open(io.BytesIO(base64.b64decode(tagged.outputs[0].data["image/png"]))).convert("RGB")
    card = Image.open(built / f"assets/cards/{first.path.stem}.webp")
    both = np.array(stored.resize(card.size), int), np.array(card.convert("RGB"), int)
    assert np.abs(both[0] - both[1]).mean() < 5


def test_pages_and_slides_are_set_in_the_typeface_of_the_figures(browser, built, tmp_path):
    style = (built / "assets/site.css").read_text(encoding="utf-8")
    faces = re.findall(
        r'font-family: "(Downhill Sans)"; src: url\((fonts/[\w-]+\.woff2)\).*font-display: optional', style
    )
    assert {name for name, _ in faces} <= set(STYLE["font.family"]) and len(faces) == 3
    assert all((built / "assets" / file).read_bytes()[:4] == b"wOF2" for _, file in faces)
    for file in (built / "index.html", slides.build("01", tmp_path, living=False)):
        with Reader(browser) as reader:
            reader.page.goto(file.as_uri())
            used = reader.page.evaluate(
                """async () => {
                    await document.fonts.ready;
                    const loaded = [...document.fonts].filter((face) => face.status === "loaded");
                    const text = document.querySelector("main p");
                    return [loaded.map((face) => face.family), getComputedStyle(text).fontFamily];
                }"""
            )
            assert any("Downhill Sans" in family for family in used[0]), file
            assert used[1].startswith('"Downhill Sans"'), file


def test_the_first_page_is_here_in_300_kb(browser, built):
    with Reader(browser, viewport={"width": 1280, "height": 800}) as reader:
        asked = set()
        reader.page.on("request", lambda request: asked.add(request.url))
        reader.page.goto((built / "index.html").as_uri(), wait_until="networkidle")
        sizes = {
            url: Path(unquote(urlsplit(url).path)).stat().st_size for url in asked if url.startswith("file")
        }
        assert sum(sizes.values()) <= 300_000, sizes


def test_no_answer_is_given_away(built, soups):
    """Neither a solution, nor what a quiz says about its options, nor a view into a kernel."""
    assert not list(built.rglob("solutions*"))
    text = "".join(str(soup) for soup in soups.values())
    assert "widget-view" not in text and "BEGIN SOLUTION" not in text
    assert any("raise NotImplementedError" in soup.get_text() for soup in soups.values())
    for file, soup in soups.items():
        if file.parent.name == "exercises":
            given = nbformat.read(ROOT / "exercises" / f"{file.stem}.ipynb", as_version=4)
            cells = [cell for cell in given.cells if "hide-input" not in cell.metadata.get("tags", [])]
            code = [cell.source for cell in cells if cell.cell_type == "code" and cell.source]
            shown = [box.get_text() for box in soup.select(".input_area")]
            assert ["".join(text.split()) for text in shown] == ["".join(text.split()) for text in code]
            assert not soup.select(".output_area"), "an exercise has no outputs that could tell"


def test_nothing_is_loaded_from_elsewhere(built):
    for file in [*built.glob("*.html"), *built.glob("notebooks/*.html"), *built.glob("assets/*.*")]:
        text = file.read_text(encoding="utf-8")
        assert not re.findall(r"""(?:src=|url\(|@import |import\()["']?(?:https?:)?//""", text), file


def test_notes_for_the_speaker_stay_with_the_speaker(packages, tmp_path):
    (tmp_path / "notebooks").mkdir()
    cells = [
        nbformat.v4.new_markdown_cell(
            "# 00 · One\n\n- see [two](01-two.ipynb#Down) and [its answer](../solutions/x.ipynb)"
        ),
        nbformat.v4.new_markdown_cell("Ask first!", metadata={"slideshow": {"slide_type": "notes"}}),
        code := nbformat.v4.new_code_cell("print(1)", outputs=[nbformat.v4.new_output("stream", text="1\n")]),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebooks/00-one.ipynb")
    two = [nbformat.v4.new_markdown_cell("# 01 · Two\n\n## Down\n\nHere."), code]
    nbformat.write(nbformat.v4.new_notebook(cells=two), tmp_path / "notebooks/01-two.ipynb")
    site.build_site(tmp_path / "out", root=tmp_path, living=none)
    text = (tmp_path / "out/notebooks/00-one.html").read_text(encoding="utf-8")
    assert "Ask first" not in text
    assert '<a href="01-two.html#Down">two</a> and its answer' in text
    assert "see" in (tmp_path / "out/index.html").read_text(encoding="utf-8")


def test_a_title_stands_on_its_page_as_it_is_typed():
    leaf = site.Leaf(None, "notebooks/09-less.html", "09 · a < b & c")
    page = pages.page_of(
        "page.html", leaf=leaf, title=leaf.title, before=leaf, after=None, ways={}, base="../", lite=False
    )
    assert "<title>09 · a &lt; b &amp; c · Downhill" in page
    assert "← 09 · a &lt; b &amp; c</a>" in page


# ------------------------------------------------------------------------------------------------ in a browser


class Reader:
    """The site in a browser that has no network, opened from its folder."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(offline=True, **options)
        self.page, self.errors = self.context.new_page(), []
        self.page.on("console", lambda m: m.type in ("error", "warning") and self.errors.append(m.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "request",
            lambda r: (
                r.url.startswith(("file:", "data:", "blob:")) or self.errors.append(f"asks for {r.url}")
            ),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


def test_a_reader_searches_and_goes_there_with_the_keyboard(browser, built):
    with Reader(browser) as reader:
        page = reader.page
        page.goto((built / "index.html").as_uri())
        page.get_by_role("searchbox", name="Search").focus()
        page.keyboard.type("canceling")  # a slip of the pen
        page.get_by_role("status").get_by_text("with “canceling”").wait_for()
        first = page.get_by_role("region", name="Search results").get_by_role("link").first
        assert first.inner_text() == "What the cancelling buys: a larger step"
        first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/notebooks/04-momentum.html#*")
        heading = page.get_by_role("heading", name="What the cancelling buys: a larger step")
        assert 0 < heading.bounding_box()["y"] < 200, "below the bar at the top, not under it"
        page.get_by_role("searchbox", name="Search").fill("ball noise")
        page.get_by_role("status").get_by_text("with “ball noise”").wait_for()
        known = {record["url"]: record for record in sections_of(built)}
        for place in page.get_by_role("region", name="Search results").get_by_role("listitem").all():
            record = known[place.get_by_role("link").get_attribute("href").removeprefix("../")]
            assert re.search(r"\bball\b", " ".join(record.values()), re.IGNORECASE), "whole words"
            excerpt = place.locator("p").inner_text().removeprefix("… ").removesuffix(" …")
            assert f" {excerpt} " in f" {' '.join(record['text'].split())} ", "no word is cut"
        page.get_by_role("searchbox", name="Search").fill("zzzz")
        assert page.get_by_role("status").inner_text() == "0 places with “zzzz”"
        page.keyboard.press("Escape")
        assert page.locator("#found").is_hidden()
        assert reader.errors == []


def test_the_theme_follows_the_system_and_then_the_reader(browser, built):
    def paper(page):
        return page.evaluate("() => getComputedStyle(document.body).backgroundColor")

    with Reader(browser, color_scheme="dark") as reader:
        page = reader.page
        page.goto((built / "index.html").as_uri())
        dark = paper(page)
        page.get_by_role("button", name="Light").click()
        light = paper(page)
        assert (dark, light) == ("rgb(25, 24, 22)", "rgb(255, 254, 250)")
        page.goto(next(built.glob("notebooks/01-*.html")).as_uri())
        assert paper(page) == light, "the choice is kept"
        page.get_by_role("button", name="Dark").click()
        assert paper(page) == dark
        assert reader.errors == []


@pytest.mark.weekly
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(browser, built, soups, width):
    with Reader(browser, viewport={"width": width, "height": 800}) as reader:
        for file in soups:
            reader.page.goto(file.as_uri())
            size = reader.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
            assert size[0] <= size[1], file.name
        assert reader.errors == []


@pytest.mark.weekly
def test_no_line_on_a_phone_begins_with_punctuation(browser, built, soups):
    with Reader(browser, viewport={"width": 390, "height": 844}) as reader:
        alone = {}
        for file in soups:
            reader.page.goto(file.as_uri())
            if found := reader.page.evaluate(f"() => ({ALONE})(document.body)"):
                alone[file.name] = found
        assert alone == {}


def test_a_point_in_words_stays_on_one_line(soups):
    for file, soup in soups.items():
        words = " ".join(
            node
            for node in soup.find_all(string=True)
            if not node.find_parent(["pre", "script", "annotation"])
        )
        assert not re.search(r"\([−\d.]+, [−\d.]+\)", words), file.name


def complaints(page):
    """What axe-core finds wrong with a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found]


@pytest.mark.parametrize(
    ("scheme", "width", "names"),
    [
        ("dark", 1280, ["notebooks/00-start-here.html", "exercises/04-momentum.html"]),
        ("light", 390, ["index.html", "notebooks/00-start-here.html"]),
    ],
)
def test_the_site_is_accessible(browser, built, scheme, width, names):
    with Reader(browser, color_scheme=scheme, viewport={"width": width, "height": 844}) as reader:
        for name in names:
            reader.page.goto((built / name).as_uri(), wait_until="networkidle")
            reader.page.get_by_role("searchbox").fill("saddle")
            assert complaints(reader.page) == []


# ----------------------------------------------------------------------------------------------- live figures

SHIFTS = """
window.shifted = 0;
const add = (entry) => (window.shifted += entry.hadRecentInput ? 0 : entry.value);
new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type: "layout-shift", buffered: true });
"""


def test_a_page_moves_asks_and_remembers_without_a_kernel(browser, built):
    lecture = next(built.glob("notebooks/00-*.html")).as_uri()
    told = []
    with Reader(browser, viewport={"width": 1280, "height": 700}) as reader:
        page = reader.page
        page.add_init_script(SHIFTS)
        page.goto(lecture)
        figure = page.locator('[data-live="00-start-here/c006-0"]')
        assert figure.locator("img").is_hidden()
        assert not figure.get_by_label("Start point").is_visible(), "another start takes a kernel"
        figure.get_by_role("slider", name="step").focus()
        page.keyboard.press("ArrowLeft")
        assert figure.get_by_text("step 29 of 30").is_visible()
        page.keyboard.press("Home")
        figure.get_by_label("arrows").check()
        figure.locator(".course-arrow").first.wait_for(state="attached")
        far = figure.get_by_role("row", name="SGD").inner_text()
        figure.get_by_role("slider", name="learning rate η").focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        figure.get_by_role("slider", name="step").focus()
        page.keyboard.press("End")
        figure.get_by_text("outside the map").first.wait_for()
        assert figure.get_by_role("row", name="SGD").inner_text() != far
        move = page.get_by_role("link", name="Move it yourself").first
        assert move.get_attribute("href").endswith(
            "lite/notebooks/index.html?path=notebooks/00-start-here.ipynb"
        )
        page.once("dialog", lambda box: told.append(box.message) or box.accept())
        move.click()
        assert "python3 -m http.server" in told[0], "no browser runs it from a folder"

        gate = page.locator('[data-live="00-start-here/prediction-gate-0"]')
        gate.scroll_into_view_if_needed()
        gate.get_by_role("button", name="This is my guess").click()
        gate.get_by_text("Choose one of the answers first.").wait_for()
        gate.get_by_role("radio", name="About 0.3.").check()
        gate.get_by_role("button", name="This is my guess").click()
        gate.get_by_text("You chose B) About 0.3, and that is right").wait_for()
        assert gate.get_by_role("cell", name="0.3225").is_visible()
        exercise = page.locator('[data-live="00-start-here/c009-0"]')
        exercise.scroll_into_view_if_needed()
        for place, number in enumerate(("5", "4")):  # uphill
            exercise.get_by_role("textbox").nth(place).fill(number)
        exercise.get_by_role("button", name="Check").click()
        exercise.get_by_text("This is what comes out when").wait_for()
        exercise.get_by_role("textbox").nth(0).fill("-7")
        page.keyboard.press("Tab")  # and is not checked
        page.goto((built / "index.html").as_uri())
        page.goto(f"{lecture}#An-exercise")
        exercise.get_by_text("This is what comes out when").wait_for()
        assert [box.input_value() for box in exercise.get_by_role("textbox").all()] == ["-7", "4"]
        exercise.get_by_role("textbox").nth(0).fill("3")
        exercise.get_by_role("textbox").nth(1).fill("0")
        page.keyboard.press("Enter")
        exercise.get_by_text("Right, every step.").wait_for()
        assert page.evaluate("shifted") < 0.02

        page.goto((built / "index.html").as_uri())
        page.get_by_text("2 of 2 questions answered").wait_for()
        page.goto(f"{lecture}#An-exercise")
        exercise.get_by_text("Right, every step.").wait_for()
        assert exercise.get_by_role("textbox").nth(0).input_value() == "3"
        assert page.evaluate("shifted") < 0.02, "though the page jumped there at once"
        gate.scroll_into_view_if_needed()
        gate.get_by_text("You chose B) About 0.3, and that is right").wait_for()
        assert reader.errors == []


def test_a_slider_shows_the_numbers_that_python_computed(browser, built):
    """Though they are sent in few bytes."""
    (owner,) = [page for page in pages.lectures() if page.path.stem == "00-start-here"]
    assert "SGD(lr=0.5)" in owner.nb.cells[[c.id for c in owner.nb.cells].index("c006")].source
    with Reader(browser) as reader:
        reader.page.goto((built / "notebooks/00-start-here.html").as_uri())
        figure = reader.page.locator('[data-live="00-start-here/c006-0"]')
        rate = figure.get_by_role("slider", name="learning rate η")
        rate.focus()
        for key in ("Home", *["PageUp"] * 4):
            reader.page.keyboard.press(key)
            lr = float(figure.get_by_role("textbox").input_value())
            path = descend(SGD(lr), BOWL, BOWL.start, 30)
            x, y = map(number, path.positions[-1])
            row = figure.get_by_role("row", name=f"SGD ({x}, {y}) {number(path.losses[-1])}")
            assert soon(row.is_visible), (lr, x, y, figure.get_by_role("row").all_inner_texts())


#: the numbers of a figure are unpacked so slowly that the page is seen before any figure is drawn
SLOW_PHONE = """
const seen = new Promise((go) => addEventListener("DOMContentLoaded", () => setTimeout(go, 200)));
const read = Response.prototype.arrayBuffer;
Response.prototype.arrayBuffer = async function () { await seen; return read.call(this); };
"""
JUMP = 'addEventListener("DOMContentLoaded", () => setTimeout(() => (location.hash = "#A-prediction"), 50));'


def test_the_first_figure_moves_nothing_that_is_seen(browser, built):
    with Reader(browser, viewport={"width": 1280, "height": 1000}) as reader:
        reader.page.add_init_script(SHIFTS + SLOW_PHONE)
        reader.page.goto((built / "index.html").as_uri())
        reader.page.locator('[data-live="00-start-here/c006-0"].living').wait_for()
        reader.page.wait_for_timeout(100)  # a shift is told late
        assert reader.page.evaluate("shifted") < 0.02


def test_a_reader_who_jumps_to_a_heading_sees_it_stay_there(browser, built):
    with Reader(browser, viewport={"width": 390, "height": 844}) as reader:
        page = reader.page
        page.add_init_script(SHIFTS + SLOW_PHONE + JUMP)
        page.goto((built / "notebooks/00-start-here.html").as_uri())
        page.locator('[data-live="00-start-here/prediction-gate-0"].living').wait_for()
        page.locator(".arriving").wait_for(state="detached")
        heading = page.get_by_role("heading", name="A prediction")
        place = heading.bounding_box()["y"]
        assert 0 < place < 200, "below the bar at the top"
        page.wait_for_timeout(300)
        assert heading.bounding_box()["y"] == place
        assert page.evaluate("shifted") < 0.02


def test_a_page_without_javascript_has_its_pictures(browser, built):
    with Reader(browser, java_script_enabled=False) as reader:
        reader.page.goto(next(built.glob("notebooks/00-*.html")).as_uri())
        assert reader.page.locator("[data-live] img").first.is_visible()
        assert reader.page.get_by_text("Show the answer").is_visible()


def test_an_answer_is_not_read_at_a_glance(built):
    answers = (built / "assets/alive/00-start-here/prediction-gate-0-answers.js").read_text(encoding="utf-8")
    assert "You chose" not in answers and "0.3225" not in answers


@pytest.mark.weekly
@pytest.mark.parametrize("lecture", [page.path.stem for page in pages.lectures()])
def test_every_live_figure_of_a_lecture_comes_alive(browser, packages, tmp_path, lecture):
    site.build_site(tmp_path / "site", living=lambda page: page.path.stem == lecture)
    with Reader(browser, viewport={"width": 390, "height": 844}) as reader:
        page = reader.page
        page.goto((tmp_path / f"site/notebooks/{lecture}.html").as_uri())
        for place in page.locator("[data-live]").all():
            place.scroll_into_view_if_needed()
            place.locator(".course-widget").first.wait_for()
        assert page.locator("[data-live]:not(.living)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert reader.errors == []
        assert complaints(page) == []  # last: axe asks for style sheets in a way that no file answers


# ----------------------------------------------------------------------------------------- the browser edition


def test_the_browser_edition_holds_the_very_same_cells(built):
    files = built / "lite/files"
    names = [page.name for page in [*pages.lectures(), *pages.exercises()]]
    held = [p.relative_to(files).as_posix() for p in files.glob("*/*.ipynb")]
    assert sorted(held) == sorted(names)
    for name in names:
        here, there = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (ROOT, files))
        assert there["cells"] == here["cells"], name
        assert there["metadata"]["kernelspec"]["name"] == "python", "as the kernel is called there"


def test_the_browser_edition_brings_every_package_with_it(built):
    """Each with the hash that the browser compares, and nothing that another server would have to give."""
    folder = built / "lite/static/pyodide"
    packages = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    for entry in packages.values():
        data = (folder / entry["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["name"]
        assert set(entry["depends"]) <= set(packages), entry["name"]
    with zipfile.ZipFile(folder / "python_stdlib.zip") as library:
        assert "inspect.pyc" in library.namelist(), "compiled, so that no browser need do it"
    assert not re.search(r"https?:", json.dumps(packages))
    assert "Mozilla Public License" in (folder / "NOTICE.txt").read_text(encoding="utf-8")

    settings = json.loads((built / "lite/jupyter-lite.json").read_text(encoding="utf-8"))[
        "jupyter-config-data"
    ]
    kernel = settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["pyodideUrl"] == "./static/pyodide/python.mjs"
    assert kernel["disablePyPIFallback"] is True
    assert kernel["loadPyodideOptions"]["packages"] == sorted(set(packages) - set(LATER))
    known = {extension["name"] for extension in settings["federated_extensions"]}
    assert known == {
        "@jupyterlite/pyodide-kernel-extension",
        "@jupyter-widgets/jupyterlab-manager",
        "anywidget",
        "downhill-blindfolded",
        "downhill-browser-edition",
        "jupyterlab_pygments",
    }
    assert settings["settingsOverrides"]["@jupyterlab/docmanager-extension:plugin"]["autosaveInterval"] == 10


def test_the_browser_edition_keeps_every_file_of_its_version(built):
    lite = built / "lite"
    course = json.loads(
        (lite / "service-worker.js").read_text(encoding="utf-8").splitlines()[0][len("self.COURSE = ") : -1]
    )
    files = [file for file in lite.rglob("*") if file.is_file() and file != lite / "service-worker.js"]
    assert course["files"] == {
        file.relative_to(lite).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }
    app = json.loads((lite / "manifest.webmanifest").read_text(encoding="utf-8"))
    assert app["name"] == "Downhill, Blindfolded"
    assert (lite / app["start_url"].partition("?")[0]).is_file()


PYTHON = """async () => (await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys())))
  .flat().filter(({ url }) => url.includes("/static/pyodide/")).length"""


def test_python_comes_while_the_reader_is_still_on_the_first_page(browser, built):
    files = sum(1 for _ in (built / "lite/static/pyodide").iterdir())
    with Edition(built, browser) as edition:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{edition.url}/index.html")
        page.get_by_role("link", name="Run the notebooks in the browser").hover()
        assert soon(lambda: page.evaluate(PYTHON), files) == files
        context.close()


SOURCE = "__import__('inspect').getsource(__import__('course_utils.optimizers').optimizers.Momentum)"
#: a number and a curve to guess, which say with None that there is nothing yet
GATES = """
import ipywidgets
from course_utils.widgets import Curve, Gate, Number
number = Gate("04 sides", guess=Number(), ask="How often?", truth=30)
curve = Gate("04 fall", guess=Curve((0, 2), (0, 8), ("step", "distance")), ask="Draw it.", truth=[8.0, 4.0, 2.0])
ipywidgets.VBox([number, curve])
"""


def test_the_course_runs_in_the_browser_and_no_other_server_is_asked(browser, built, soups):
    """Run All shows what is stored; a figure moves; a rerun leaves no widget behind; an answer outlives the page."""
    name = "notebooks/00-start-here.ipynb"
    link = soups[built / "index.html"].find("a", string="Run the notebooks in the browser")
    assert link["href"] == f"lite/notebooks/index.html?path={name}"
    with Edition(built, browser) as edition, edition.book(name) as book:
        assert book.workers() == ["worker.mjs"], (
            "the kernel has the one that began with the page, and no other"
        )
        book.run_all()
        cells = book.cells()
        assert troubles(cells) == []
        assert differences(name, cells) == []

        figure = book.page.locator(".course-widget").first
        path = figure.locator(".course-gone").first
        before = path.get_attribute("d")
        figure.get_by_role("slider").first.focus()
        book.page.keyboard.press("ArrowRight")
        assert soon(lambda: path.get_attribute("d") != before)

        index = next(i for i, cell in enumerate(cells) if "\nExplorer(" in cell["source"])
        living = "len(__import__('ipywidgets').widgets.widget._instances)"
        count = book.ask(living)
        book.run_cell(index)
        assert book.ask(living) == count
        assert "def update(" in book.ask(SOURCE), "compiled or not, the code of a method can be read"
        assert ".capitalize" in book.ask("__import__('IPython').get_ipython().complete('str.capit')[1]")

        book.run_first(GATES)
        assert book.page.get_by_placeholder("number").first.input_value() == ""
        book.page.locator(".course-gate-axes").press("ArrowUp")
        assert soon(lambda: type(book.ask("curve.guess")).__name__, "list") == "list"
        assert None in book.ask("curve.guess"), "what is not drawn yet"

        book.fill_in(["12345", "6"])
        assert soon(lambda: "12345" in book.kept("answers/progress.jsonl"))
        book.page.reload()
        assert "12345" in book.kept("answers/progress.jsonl")
        assert book.errors == []
        assert edition.elsewhere() == []


# ------------------------------------------------------------------------------------------ what can go wrong


def test_an_earlier_site_is_replaced_and_nothing_else(packages, capsys, tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copy(next(ROOT.glob("notebooks/00-*.ipynb")), tmp_path / "notebooks")
    out = tmp_path / "out"
    for _ in range(2):
        site.build_site(out, root=tmp_path, living=none)
        assert (out / "index.html").is_file()
        (out / "assets/left-over.js").touch()
    site.build_site(out, root=tmp_path, living=none)
    assert not (out / "assets/left-over.js").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notebooks", "out"], "nothing is left lying about"

    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "index.html").write_text("my home page", encoding="utf-8")
    assert "is not empty, and is not a site of this course" in complaint(capsys, "site", "--output", mine)
    assert [p.name for p in mine.iterdir()] == ["index.html"]
    assert "is a file: choose a folder" in complaint(capsys, "site", "--output", mine / "index.html")


def test_a_failed_build_leaves_the_earlier_site_alone(packages, tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copy(next(ROOT.glob("notebooks/00-*.ipynb")), tmp_path / "notebooks")
    site.build_site(tmp_path / "out", root=tmp_path, living=none)
    before = (tmp_path / "out/index.html").read_bytes()
    nb = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# 01 · Not run"), nbformat.v4.new_code_cell("print(1)")]
    )
    nbformat.write(nb, tmp_path / "notebooks/01-not-run.ipynb")
    with pytest.raises(AuthoringError, match="no output is stored"):
        site.build_site(tmp_path / "out", root=tmp_path, living=none)
    assert (tmp_path / "out/index.html").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notebooks", "out"]


def test_a_folder_that_cannot_be_written(capsys, tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be" in complaint(capsys, "site", "--output", tmp_path / "file" / "in-it")


def test_a_course_without_lectures(tmp_path):
    with pytest.raises(AuthoringError, match="There is no lecture in"):
        site.build_site(tmp_path / "out", root=tmp_path, living=none)


def test_the_command_needs_a_folder(capsys):
    with pytest.raises(SystemExit):
        main(["site"])
    assert "--output" in capsys.readouterr().err
