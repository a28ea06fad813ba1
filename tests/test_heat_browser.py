"""The heat map of rates in a real JupyterLab and Chromium, by mouse and by keyboard."""

import pytest
from browser import THEMES, serious_violations, soon

IMPORTS = "from course_utils.widgets.heat import COLOURS, HeatMap\nfrom course_utils.optimizers import NesterovLookahead"
HEAT = "heat = HeatMap()\nheat"
NESTEROV = "other = HeatMap(NesterovLookahead, at=(0.5, 0.5))\nother"

PICTURE = """() => { const { data } = document.querySelector('.course-heat canvas').getContext('2d').getImageData(0, 0, 100, 50);
  let sum = 0; for (let i = 0; i < data.length; i++) sum = (31 * sum + data[i]) | 0; return sum; }"""
#: press an arrow key on the cell: how many frames until the path is another
PRESS_CELL = """async (key) => {
  const cell = document.querySelector('.course-heat-cell'); const line = document.querySelector('.course-heat-line');
  const before = line.getAttribute('d'); let frames = 0;
  cell.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  while (line.getAttribute('d') === before && frames < 100) { await new Promise(requestAnimationFrame); frames++; }
  return frames; }"""


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([IMPORTS, HEAT, NESTEROV, "heat"]) as book:
        yield book
        assert book.errors == []


@pytest.fixture
def heat(book):
    found = book.page.locator(".course-heat").first
    found.scroll_into_view_if_needed()
    return found


def words(heat):
    return heat.locator(".course-heat-words")


def line(heat):
    return heat.locator(".course-heat-line").get_attribute("d")


def test_each_cell_has_its_colour_with_the_smallest_momentum_at_the_bottom(book, heat):
    cells = [(0, 0), (20, 5), (66, 21), (95, 48), (10, 49), (99, 0), (95, 3)]
    wanted = book.ask(
        "[[*COLOURS[l].tolist(), 255] if l < 255 else [0] * 4 "
        f"for l in (heat.levels[100 * row + column] for column, row in {cells})]"
    )
    seen = book.page.evaluate(
        """cells => cells.map(([column, row]) => Array.from(document.querySelector('.course-heat canvas')
             .getContext('2d').getImageData(column, 49 - row, 1, 1).data))""",
        cells,
    )
    assert seen == wanted
    assert wanted[-1] == [0] * 4 != wanted[3]


def test_point_by_mouse_click_and_drag(book, heat):
    before = line(heat)
    box = heat.locator("canvas").bounding_box()

    def place(column, row):
        return box["x"] + box["width"] * (column + 0.5) / 100, box["y"] + box["height"] * (
            1 - (row + 0.5) / 50
        )

    book.page.mouse.click(*place(64, 21))
    assert book.until("heat.cell", (64, 21)) == (64, 21)
    assert soon(lambda: line(heat) != before)
    words(heat).filter(has_text="η = 1.3, μ = 0.42: rate 0.6481").wait_for()
    words(heat).filter(has_text="λ₂ = 2: −0.59 ± 0.2681i").wait_for()
    book.page.mouse.down()
    book.page.mouse.move(*place(40, 30), steps=5)
    cell = heat.get_by_role("slider", name="Cell")
    assert soon(lambda: cell.get_attribute("aria-valuetext"), "η = 0.82, μ = 0.6") == "η = 0.82, μ = 0.6"
    book.page.mouse.move(box["x"] - 50, box["y"] - 50, steps=3)  # out of the sheet: the nearest cell
    book.page.mouse.up()
    assert book.until("heat.cell", (0, 49)) == (0, 49)
    book.page.mouse.move(*place(50, 10))
    assert book.ask("heat.cell") == (0, 49), "only while the button is held"


def test_point_by_keyboard(book, heat):
    book.ask("setattr(heat, 'cell', (64, 21))")
    cell = heat.get_by_role("slider", name="Cell")
    cell.focus()
    for key in ("ArrowLeft", "Shift+ArrowLeft", "ArrowDown", "Shift+ArrowUp", "ArrowRight"):
        book.page.keyboard.press(key)
    assert book.until("heat.cell", (54, 30)) == (54, 30)
    assert soon(lambda: cell.get_attribute("aria-valuetext"), "η = 1.1, μ = 0.6") == "η = 1.1, μ = 0.6"
    words(heat).filter(has_text="η = 1.1, μ = 0.6: rate 0.7746").wait_for()
    for _ in range(6):
        book.page.keyboard.press("Shift+ArrowRight")
    assert book.until("heat.cell", (99, 30)) == (99, 30)
    words(heat).filter(has_text="it diverges").wait_for()
    spoken = heat.locator(".course-spoken").filter(has_text="it diverges")
    spoken.wait_for(state="attached")
    heat.get_by_role("button", name="Go to the best cell").click()
    assert book.until("heat.cell == tuple(heat.best['cell'])", True)
    assert book.page.locator(".jp-Cell").count() == 4, "no shortcut of the notebook was taken"


def test_kappa_by_keyboard_changes_map_path_and_eigenvalues(book, heat):
    book.ask("setattr(heat, 'cell', (20, 20))")
    picture, before = book.page.evaluate(PICTURE), line(heat)
    slider = heat.get_by_role("slider", name="condition number κ")
    slider.focus()
    book.page.keyboard.press("ArrowRight")
    assert book.until("heat.kappa", 30.0) == 30
    words(heat).filter(has_text="λ₁ = 0.06667").wait_for()
    assert soon(lambda: slider.get_attribute("aria-valuetext"), "30") == "30"
    assert soon(lambda: book.page.evaluate(PICTURE) != picture)
    assert soon(lambda: line(heat) != before)
    book.page.keyboard.press("ArrowLeft")
    words(heat).filter(has_text="λ₁ = 0.1").wait_for()
    assert soon(lambda: book.page.evaluate(PICTURE), picture) == picture


def test_two_views_stay_in_step_and_two_maps_apart(book, heat):
    second, third = (book.page.locator(".course-heat").nth(k) for k in (1, 2))
    other, before = line(second), line(heat)
    heat.get_by_role("slider", name="Cell").focus()
    book.page.keyboard.press("ArrowDown")
    assert soon(lambda: line(third) == line(heat) != before)
    assert line(second) == other
    assert second.locator(".course-heat-shell").get_attribute("r") == "0"


def test_pointing_is_there_in_the_next_frame(book, heat):
    book.ask("setattr(heat, 'cell', (20, 20))")
    frames = [
        book.page.evaluate(PRESS_CELL, key) for key in ("ArrowRight", "ArrowUp", "ArrowRight", "ArrowUp")
    ]
    assert max(frames) <= 2
    assert book.until("heat.cell", (22, 22)) == (22, 22)


def test_nonsense_is_refused_in_the_figure(book, heat):
    book.ask("heat.set_state({'cell': [1000, 0]})")
    heat.get_by_role("alert").filter(has_text="cell must be a column from 0 to 99").wait_for()
    book.ask("heat.set_state({'cell': [4, 45]})")


@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_violation_of_accessibility(book, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-heat") == []
