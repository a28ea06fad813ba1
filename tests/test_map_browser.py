"""The live figures in a real JupyterLab and Chromium: every explorer by mouse and by keyboard."""

import random

import pytest
from browser import THEMES, serious_violations, soon

from course_utils.figures import number
from course_utils.widgets.base import script

IMPORTS = """
import ipywidgets
from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD, Momentum, NesterovLookahead
from course_utils.widgets import Blindfold, Explorer, PredictNext, Stepper
from course_utils.widgets.map import Map
from comm import get_comm_manager
alive = lambda: (len(ipywidgets.widgets.widget._instances), len(get_comm_manager().comms))
"""
MAP = """
race = Map({"SGD": descend(SGD(0.95), BOWL, (-7, 2), 30), "Momentum": descend(Momentum(0.1, 0.9), BOWL, (-7, 2), 30)})
race
"""
EXPLORER = "explorer = Explorer(BOWL, [SGD(0.1), Momentum(0.1, 0.9), NesterovLookahead(0.1, 0.9)])\nexplorer"
STEPPER = "stepper = Stepper(SADDLE, NesterovLookahead(lr=1, momentum=1), start=(1, 2), steps=3)\nstepper"
PREDICT = "predict = PredictNext(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)\npredict"
BLINDFOLD = "blindfold = Blindfold(BOWL, steps=3)\nblindfold"
ALL = [IMPORTS, MAP, EXPLORER, STEPPER, PREDICT, BLINDFOLD]


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([*ALL, "race"]) as book:
        yield book
        assert not book.errors, "the console must stay empty"


@pytest.fixture
def figure(book):
    """figure(k): the k-th live figure, in view."""

    def find(k):
        found = book.page.locator(".course-map").nth(k)
        found.scroll_into_view_if_needed()
        return found

    return find


def line(figure, k=0):
    return figure.locator(".course-gone").nth(k).get_attribute("d")


def drawn(figure, line_before, k=0):
    """Whether a line becomes another than it was."""
    return soon(lambda: line(figure, k) != line_before)


def says(part, text):
    part.filter(has_text=text).wait_for(state="attached")


def place(figure, x, y, bounds):
    """Where a point of the map is on the page."""
    box = figure.locator(".course-sheet").bounding_box()
    x0, x1, y0, y1 = bounds
    return box["x"] + box["width"] * (x - x0) / (x1 - x0), box["y"] + box["height"] * (y1 - y) / (y1 - y0)


def test_the_map_by_mouse(book, figure):
    race = figure(0)
    whole = line(race)
    says(race.locator("tbody tr").first, "(−0.3504, 0.08478)")
    says(race.locator("tbody tr").last, "0.9007")  # how far from the minimum
    race.get_by_role("button", name="Back").click()
    assert book.until("race.step", 29) == 29
    assert drawn(race, whole)
    race.locator(".course-speed").select_option("60")
    race.get_by_role("button", name="Next").click()
    race.get_by_role("button", name="Play").click()  # from the end it begins again
    assert book.until("(race.step, race.playing, race.speed)", (30, False, 60)) == (30, False, 60)
    assert soon(lambda: line(race), whole) == whole
    race.get_by_role("button", name="Momentum").click()
    assert book.until("race.hidden", ["Momentum"]) == ["Momentum"]
    assert not race.locator(".course-head").nth(1).is_visible()
    race.get_by_role("button", name="Momentum").click()
    race.get_by_role("checkbox", name="arrows").check()
    race.get_by_role("button", name="Back").click()
    race.locator(".course-arrow").nth(2).wait_for(state="attached")
    race.get_by_role("checkbox", name="arrows").uncheck()
    race.get_by_role("button", name="Zoom to paths").click()
    book.page.wait_for_function(
        "d => document.querySelector('.course-gone').getAttribute('d') !== d", arg=line(race)
    )
    race.get_by_role("button", name="Whole map").click()
    assert book.until("race.bounds", (-8.0, 8.0, -4.0, 4.0)) == (-8.0, 8.0, -4.0, 4.0)


def test_the_map_by_keyboard(book, figure):
    race = figure(0)
    scrub = race.get_by_role("slider", name="step")
    scrub.focus()
    for key, step in ("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 30):
        book.page.keyboard.press(key)
        assert (
            soon(lambda: scrub.get_attribute("aria-valuetext"), f"step {step} of 30") == f"step {step} of 30"
        )
        assert book.until("race.step", step) == step
    says(
        race.locator(".course-spoken"),
        "Step 30. SGD (−0.3504, 0.08478), loss 0.01333, 0.3605 from the minimum.",
    )
    race.get_by_role("button", name="Play").focus()
    book.page.keyboard.press("Space")
    assert book.until("race.playing", True)
    book.page.keyboard.press("Space")
    assert book.until("race.playing", False) is False
    assert 0 <= book.ask("race.step") <= 30
    assert book.page.locator(".jp-Cell").count() >= 7, "no shortcut of the notebook was taken"


def test_two_views_stay_in_step(book, figure):
    first, second = figure(0), figure(5)
    first.get_by_role("slider", name="step").focus()
    book.page.keyboard.press("Home")
    there = second.get_by_role("slider", name="step")
    assert soon(lambda: there.get_attribute("aria-valuetext"), "step 0 of 30") == "step 0 of 30"
    assert soon(lambda: line(first) == line(second))
    first.locator(".course-speed").select_option("20")
    first.get_by_role("button", name="Play").click()
    assert book.until("race.step", 30) == 30
    assert soon(lambda: line(first) == line(second) != "")
    assert soon(lambda: there.get_attribute("aria-valuetext"), "step 30 of 30") == "step 30 of 30"


def test_the_explorer_by_mouse(book, figure):
    explorer = figure(1)
    bounds = book.ask("explorer.bounds")
    before = line(explorer)
    handle = explorer.get_by_role("slider", name="Start point")
    book.page.mouse.move(*place(explorer, -7, 2, bounds))
    book.page.mouse.down()
    book.page.mouse.move(*place(explorer, 0, 0, bounds), steps=4)
    book.page.mouse.move(*place(explorer, 4, -3, bounds), steps=4)
    book.page.mouse.up()
    there = "abs(explorer.start[0] - 4) < 0.1 and abs(explorer.start[1] + 3) < 0.1"
    assert book.until(there, True), book.ask("explorer.start")
    start = book.ask("explorer.start")
    assert handle.get_attribute("aria-valuetext") == f"({number(start[0])}, {number(start[1])})"
    assert drawn(explorer, before)
    slider = explorer.get_by_role("slider", name="learning rate η")
    box = slider.bounding_box()
    book.page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    assert book.until("explorer.settings['lr'] > 1", True)
    lr = book.ask("explorer.settings['lr']")
    assert slider.get_attribute("aria-valuetext") == number(lr)
    says(explorer.locator(".course-limits").first, "SGD 1, Momentum 1.9, Nesterov, θ 0.6786")
    assert explorer.locator(".course-limit").count() == 3
    exact = book.ask("[float(x) for x in explorer.paths['SGD'].positions[-1]]")
    says(explorer.locator("tbody tr").first, f"({number(exact[0])}, {number(exact[1])})")


def test_the_explorer_by_keyboard(book, figure):
    explorer = figure(1)
    handle = explorer.get_by_role("slider", name="Start point")
    handle.focus()
    x, y = book.ask("explorer.start")
    book.page.keyboard.press("ArrowLeft")
    book.page.keyboard.press("Shift+ArrowUp")
    grid = book.ask("explorer.grid")
    assert book.until("explorer.start[1] > " + str(y), True)
    assert book.ask("explorer.start") == pytest.approx((x - grid, y + 10 * grid))
    typed = explorer.get_by_role("textbox", name="learning rate η, typed")
    typed.fill("1/8")
    typed.press("Enter")
    assert book.until("explorer.settings['lr']", 0.125) == 0.125
    assert soon(typed.input_value, "0.125") == "0.125"
    typed.fill("0, 5")
    typed.press("Enter")
    explorer.get_by_role("alert").filter(has_text="Use a point for decimals").wait_for()
    assert book.ask("explorer.settings['lr']") == 0.125
    slider = explorer.get_by_role("slider", name="momentum μ")
    slider.focus()
    before = line(explorer, 1)
    book.page.keyboard.press("ArrowLeft")
    assert book.until("explorer.settings['momentum']", 0.89) == 0.89
    assert drawn(explorer, before, 1)
    assert soon(explorer.locator(".course-notice").text_content, "") == "", "the line goes away"


def test_paths_walked_ahead_look_like_those_from_the_kernel(book, figure):
    explorer = figure(1)
    slider = explorer.get_by_role("slider", name="learning rate η")
    slider.focus()
    assert book.until("explorer.family.get('key')", "lr") == "lr"
    before, rate = line(explorer), book.ask("explorer.settings['lr']")
    book.page.keyboard.press("ArrowRight")
    assert drawn(explorer, before)
    at_once = [line(explorer, k) for k in range(3)]
    assert book.until(f"explorer.settings['lr'] > {rate}", True)
    assert at_once == [line(explorer, k) for k in range(3)]


def test_a_message_that_is_nonsense_is_refused_in_the_figure(book, figure):
    explorer = figure(1)
    before = book.ask("explorer.settings")
    book.ask("explorer.set_state({'settings': {'lr': float('nan'), 'momentum': 0.9}})")
    explorer.get_by_role("alert").filter(has_text="lr must be a number greater than 0").wait_for()
    assert book.ask("explorer.settings") == before


def test_the_stepper_by_mouse_and_keyboard(book, figure):
    stepper = figure(2)
    words = stepper.locator(".course-words")
    says(words, "The start: θ = (1, 2)")
    for _ in range(5):
        stepper.get_by_role("button", name="Next").click()
    says(words, "Move there: θ = (−1, 1)")
    scrub = stepper.get_by_role("slider", name="step")
    scrub.focus()
    for _ in range(2):
        book.page.keyboard.press("ArrowRight")
    says(words, "Look ahead, to θ + μv = (−3, 0): there g = (0, −3)")
    assert soon(stepper.locator(".course-arrow").count, 1) == 1
    stepper.get_by_role("button", name="Back").click()
    assert soon(lambda: "Look ahead" not in words.inner_text())
    assert book.until("stepper.step", 6) == 6
    book.page.keyboard.press("Tab")
    book.page.keyboard.press("Enter")


def test_predict_next_by_mouse_then_by_keyboard(book, figure):
    predict = figure(3)
    bounds = book.ask("predict.bounds")
    book.page.mouse.click(*place(predict, 3, 3, bounds))
    predict.locator(".course-words").filter(has_text="Step 1 leads to (−1, 1): you are 4.472 off").wait_for()
    assert "uphill" in book.ask("predict.guesses[0]['mistakes']")
    book.page.mouse.click(*place(predict, -2, 2, bounds))
    predict.locator(".course-words").filter(has_text="plain gradient descent").wait_for()
    cross = predict.get_by_role("slider", name="Cross hair")
    cross.focus()
    for key in ["Shift+ArrowLeft"] * 4 + ["Shift+ArrowUp"] * 4:
        book.page.keyboard.press(key)
    assert soon(lambda: cross.get_attribute("aria-valuetext"), "(−8, 5)") == "(−8, 5)"
    book.page.keyboard.press("Enter")
    predict.locator(".course-words").filter(has_text="1 of 3 right").wait_for()
    assert [g["right"] for g in book.ask("predict.guesses")] == [False, False, True]
    predict.get_by_role("button", name="Once more").click()
    predict.locator(".course-words").filter(has_text="Where does step 1 of 3 go?").wait_for()


def test_blindfold_by_mouse_then_by_keyboard(book, figure):
    blindfold = figure(4)
    assert blindfold.locator("image").get_attribute("href") == ""
    book.page.mouse.click(*place(blindfold, -6, 0, book.ask("blindfold.bounds")))
    blindfold.locator(".course-words").filter(has_text="2 steps left").wait_for()
    blindfold.get_by_role("slider", name="Cross hair").focus()
    for key in ["Shift+ArrowRight"] * 3 + ["Enter"]:
        book.page.keyboard.press(key)
    blindfold.locator(".course-words").filter(has_text="1 step left").wait_for()
    assert book.ask("blindfold.walked[2][0]") > book.ask("blindfold.walked[1][0]")
    blindfold.get_by_role("button", name="Take off the blindfold").click()
    blindfold.locator(".course-words").filter(has_text="gradient descent").wait_for()
    assert soon(lambda: blindfold.locator("image").get_attribute("href").startswith("blob:"))
    assert soon(blindfold.locator("tbody tr").count, 2) == 2


def test_every_control_is_reached_by_tab_in_order(book, figure):
    explorer = figure(1)
    explorer.get_by_role("slider", name="Start point").focus()
    reached = []
    for _ in range(16):
        reached.append(
            book.page.evaluate(
                "() => { const e = document.activeElement; return e.ariaLabel || e.textContent.trim(); }"
            )
        )
        book.page.keyboard.press("Tab")
    wanted = [
        "Start point",
        "Back",
        "Play",
        "step",
        "SGD",
        "Momentum",
        "learning rate η, typed",
        "learning rate η",
        "momentum μ",
    ]
    assert [name for name in reached if name in wanted] == wanted
    assert "Zoom to paths" in reached


def test_the_browser_writes_numbers_as_python_does(book):
    draw = random.Random(0)
    values = [
        0.0,
        1.0625,
        12345.0,
        0.00012345,
        9999.5,
        99995.0,
        1e22,
        5e-324,
        1.5e308,
        0.5,
        100.0,
        2.5e-5,
        1e-4,
        123450.0,
    ]
    values += [draw.choice([-1, 1]) * draw.random() * 10 ** draw.randint(-12, 12) for _ in range(3000)]
    values += [draw.randint(-(10**6), 10**6) / 2 ** draw.randint(0, 12) for _ in range(3000)]
    source = script("map.js") + "\nexport { number };"
    written = book.page.evaluate(
        """async ([source, values]) => {
          const { number } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
          return values.map(number);
        }""",
        [source, values],
    )
    assert written == [number(value) for value in values]


def test_running_a_cell_again_leaks_nothing(book):
    book.run_cell(2)
    alive = book.ask("alive()")
    for _ in range(3):
        book.run_cell(2)
    assert book.until("alive()", alive) == alive
    assert soon(book.page.locator(".course-map").count, 6) == 6


def test_reduced_motion_is_respected(book, figure):
    stepper = figure(2)
    book.page.emulate_media(reduced_motion="reduce")
    stepper.get_by_role("slider", name="step").focus()
    book.page.keyboard.press("Home")
    book.page.keyboard.press("PageUp")
    before = line(stepper)
    for _ in range(5):
        stepper.get_by_role("button", name="Next").click()
    book.page.wait_for_timeout(50)  # less than a glide takes
    moved = line(stepper)
    book.page.wait_for_timeout(300)
    assert line(stepper) == moved != before
    book.page.emulate_media(reduced_motion="no-preference")


@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_violation_of_accessibility(book, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-map") == []


def has_focus(figure):
    return figure.evaluate("(e) => e.contains(document.activeElement)")


def test_next_and_back_keep_the_focus_at_the_ends(book, figure):
    stepper = figure(2)
    for name, key, end in (("Next", "End", "true"), ("Back", "Home", "true")):
        stepper.get_by_role("slider", name="step").focus()
        book.page.keyboard.press(key)
        button = stepper.get_by_role("button", name=name)
        button.focus()
        book.page.keyboard.press("Enter")
        assert soon(lambda button=button: button.get_attribute("aria-disabled"), end) == end
        assert has_focus(stepper)
        assert button.evaluate("(e) => e === document.activeElement"), name


def test_when_the_cross_hair_disappears_the_focus_moves_on(book, figure):
    predict = figure(3)
    if (again := predict.get_by_role("button", name="Once more")).count():
        again.click()
    cross = predict.get_by_role("slider", name="Cross hair")
    cross.focus()
    book.ask("setattr(predict, 'aiming', False)")
    cross.wait_for(state="hidden")
    assert soon(lambda: has_focus(predict)), "not the page"
    book.ask("setattr(predict, 'aiming', True)")


def right_of(part):
    box = part.bounding_box()
    return box["x"] + box["width"]


def test_sliders_stand_beside_the_widest_map_and_no_number_leaves_its_column(book, figure):
    explorer = figure(1)
    book.page.set_viewport_size({"width": 1280, "height": 720})
    desk, sliders = (explorer.locator(c) for c in (".course-desk", ".course-sliders"))
    assert soon(lambda: sliders.bounding_box()["x"] > right_of(desk)), desk.bounding_box()
    for cell in explorer.locator("tbody td").all():
        assert cell.evaluate("td => td.scrollWidth <= td.clientWidth + 1"), cell.inner_text()
    book.page.set_viewport_size({"width": 1280, "height": 900})


def test_numbers_beside_a_wide_map_can_be_read_from_the_back_row(book, figure):
    book.page.set_viewport_size({"width": 1280, "height": 720})
    table = figure(1).locator(".course-table")
    sizes = "(table) => [...table.querySelectorAll('th, td')].filter((e) => e.offsetParent).map((e) => parseFloat(getComputedStyle(e).fontSize))"
    assert soon(lambda: min(table.evaluate(sizes)) >= 11) and len(table.evaluate(sizes)) >= 12
    book.page.set_viewport_size({"width": 1280, "height": 900})


def test_ticks_of_a_small_map_do_not_overlap(book, figure):
    race = figure(0)
    wide = race.locator(".course-sheet").bounding_box()["width"]
    book.page.set_viewport_size({"width": 480, "height": 844})
    assert soon(lambda: race.locator(".course-sheet").bounding_box()["width"] < wide)
    book.ask("0")  # a frame later
    boxes = [box.bounding_box() for box in race.locator(".course-ticks text:not(.course-axis)").all()]
    book.page.set_viewport_size({"width": 1280, "height": 900})
    assert len(boxes) > 4
    for k, a in enumerate(boxes):
        for b in boxes[k + 1 :]:
            apart = (
                a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"] + 3
                or b["y"] + b["height"] <= a["y"] + 3
            )
            assert apart, (a, b)
