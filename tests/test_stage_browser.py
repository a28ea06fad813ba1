"""Stage in a real JupyterLab and Chromium: turned by mouse, touch and keys, played, and quick."""

import pytest
from browser import serious_violations, soon

IMPORTS = """
from course_utils.descent import descend
from course_utils.landscapes import BOWL, PLATEAU, SADDLE, quadratic
from course_utils.optimizers import SGD, Momentum
from course_utils.widgets import Stage
walker = descend(SGD(0.05), PLATEAU, (2, 1.5), 60)
ball = descend(Momentum(0.05, 0.9), PLATEAU, (2, 1.5), 60)
paths = {"Walker (SGD)": walker, "Ball (Momentum)": ball}
"""
SURFACE = "stage = Stage(paths, bounds=(-2.8, 2.8, -2.8, 2.8), title='One terrace')\nstage"
PROFILE = "profile = Stage(paths, view='profile')\nprofile"
ALONE = "alone = Stage({}, landscape={'A saddle': SADDLE, 'A terrace': PLATEAU, 'A minimum': quadratic(1, 1)})\nalone"

PIXELS = """canvas => { const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                        let sum = 0; for (let k = 0; k < data.length; k += 97) sum = (31 * sum + data[k]) | 0; return sum; }"""


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([IMPORTS, SURFACE, PROFILE, ALONE]) as book:
        book.page.locator(".course-stage").nth(2).wait_for()
        yield book


@pytest.fixture
def stage(book):
    def find(k):
        found = book.page.locator(".course-stage").nth(k)
        found.scroll_into_view_if_needed()
        return found

    return find


def view(stage):
    return stage.get_by_role("slider", name="View of the surface").first


def painted(stage):
    stage.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    return stage.locator("canvas").first.evaluate(PIXELS)


def test_the_surface_is_turned_by_mouse(book, stage):
    surface = stage(0)
    before = painted(surface)
    box = view(surface).bounding_box()
    book.page.mouse.move(box["x"] + 200, box["y"] + 150)
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + 260, box["y"] + 170, steps=4)
    book.page.mouse.up()
    assert book.until("stage.turn", (2.0, 50.0, 1.0)) == (2.0, 50.0, 1.0)
    assert painted(surface) != before
    surface.get_by_role("button", name="Turn back").click()
    assert book.until("stage.turn", (32.0, 42.0, 1.0)) == (32.0, 42.0, 1.0)
    assert painted(surface) == before


def test_the_surface_is_turned_by_keys(book, stage):
    desk = view(stage(0))
    desk.focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowUp", "+"):
        book.page.keyboard.press(key)
    told = "seen from the south-east, 47 degrees above the horizon, zoom 1.15"
    assert soon(lambda: desk.get_attribute("aria-valuetext"), told) == told
    assert book.until("stage.turn[:2]", (52.0, 47.0)) == (52.0, 47.0)
    book.page.keyboard.press("Home")
    assert book.until("stage.turn", (32.0, 42.0, 1.0)) == (32.0, 42.0, 1.0)


def test_the_surface_is_turned_by_touch(book, stage):
    desk = view(stage(0))
    box = desk.bounding_box()
    touch = book.page.context.new_cdp_session(book.page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def send(kind, *points):
        touch.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    x, y = box["x"] + 250, box["y"] + 120
    send("touchStart", (x, y))
    for k in range(1, 9):
        send("touchMove", (x + 10 * k, y))
    send("touchEnd")
    assert book.until("stage.turn[0] != 32", True)
    touch.detach()  # which ends the emulation
    desk.focus()
    book.page.keyboard.press("Home")


def test_the_paths_are_played_and_read(book, stage):
    surface = stage(0)
    scrub = surface.get_by_role("slider", name="step")
    scrub.focus()
    book.page.keyboard.press("Home")
    assert book.until("stage.step", 0) == 0
    assert "(2, 1.5)" in surface.locator("tbody tr").first.inner_text()
    trail = surface.locator(".course-stage-behind").nth(1)
    start = trail.get_attribute("d")
    surface.locator(".course-speed").select_option("60")
    surface.get_by_role("button", name="Play").click()
    assert book.until("stage.step", 60) == 60
    assert len(trail.get_attribute("d")) > len(start) + 500
    assert "(−0.2752, −0.2064)" in surface.locator("tbody tr").nth(1).inner_text()
    surface.locator(".course-spoken").filter(has_text="Step 60. Walker (SGD): (1.786, 1.34)").wait_for(
        state="attached"
    )


def test_walker_and_ball_move_along_the_profile(book, stage):
    profile = stage(1)
    heads = profile.locator(".course-stage-head")
    before = heads.nth(1).get_attribute("transform")
    profile.get_by_role("button", name="Back").click()
    assert book.until("profile.step", 59) == 59
    assert heads.nth(1).get_attribute("transform") != before
    assert profile.locator(".course-stage-note").all_text_contents() == ["Walker (SGD)", "Ball (Momentum)"]


def test_panels_turn_together(book, stage):
    alone = stage(2)
    first, _, third = alone.get_by_role("slider").all()
    third.focus()
    book.page.keyboard.press("ArrowLeft")
    assert book.until("alone.turn[0]", 27.0) == 27.0
    assert first.get_attribute("aria-valuetext") == third.get_attribute("aria-valuetext")
    assert alone.get_by_role("button", name="Play").count() == 0


def test_nobody_is_shut_out(book, stage):
    stage(0)
    assert serious_violations(book.page, ".course-stage") == []
