"""The training clinic in a real JupyterLab and Chromium, by mouse and by keyboard."""

import pytest
from browser import THEMES, serious_violations, soon

MAKE = """from course_utils.widgets import Clinic
clinic = Clinic("knows-it-all")
clinic"""


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([MAKE]) as book:
        yield book
        assert book.errors == []


@pytest.fixture
def clinic(book):
    found = book.page.locator(".course-clinic")
    found.scroll_into_view_if_needed()
    found.get_by_role("button", name="Start again").click()
    assert book.until("(clinic.cause, clinic.status)", ("", "ready")) == ("", "ready")
    found.locator(".course-clinic-panel[disabled]").wait_for()
    return found


def drawn(clinic, kind, k):
    """How many points a line has."""
    return (clinic.locator(f".course-clinic-{kind}").nth(k).get_attribute("d") or "").count("L")


def test_the_curves_of_the_failing_run_are_there_and_told_in_numbers(book, clinic):
    assert drawn(clinic, "before", 0) == 299
    assert [drawn(clinic, "now", k) for k in range(8)] == [0] * 8
    board = clinic.locator(".course-clinic-dials[role=img]")
    assert "The failing run, 300 steps" in board.get_attribute("aria-label")
    clinic.get_by_text("The curves in numbers").click()
    row = clinic.get_by_role("row").filter(has_text="accuracy, training")
    assert row.get_by_role("cell").last.inner_text() == "100 %"
    clinic.get_by_text("The curves in numbers").click()  # closed, as it was: the panel stands below


def test_every_picture_has_its_steps_below(clinic):
    """Where a spike is, or how far one peak is from the next, can be read."""
    for stops in clinic.locator(".course-clinic-stops").all():
        assert stops.locator("span").all_inner_texts() == ["0", "50", "100", "150", "200", "250", "300"]
    middle = clinic.locator(".course-clinic-stops").first.get_by_text("150", exact=True).bounding_box()
    sheet = clinic.locator(".course-clinic-sheet svg").first.bounding_box()
    centre = middle["x"] + middle["width"] / 2
    assert centre == pytest.approx(sheet["x"] + sheet["width"] / 2, abs=2)
    assert middle["y"] >= sheet["y"] + sheet["height"] - 1


def test_the_panel_and_the_curves_are_seen_together_on_a_projector(book, clinic):
    book.page.set_viewport_size({"width": 1280, "height": 720})
    try:
        first, train = (
            clinic.locator(".course-clinic-sheet").first,
            clinic.get_by_role("button", name="Train"),
        )
        assert soon(lambda: train.bounding_box()["y"] - first.bounding_box()["y"] < 550)
    finally:
        book.page.set_viewport_size({"width": 1280, "height": 900})


def test_diagnose_change_train_and_prove_by_keyboard(book, clinic):
    keys = book.page.keyboard
    clinic.get_by_role("radio").first.focus()
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    assert soon(lambda: book.ask("clinic.cause") != "")
    picked = clinic.get_by_role("radio", checked=True)
    assert book.ask("clinic.cause") == picked.get_attribute("value")
    clinic.get_by_text("✗").or_(clinic.get_by_text("✓ Yes")).first.wait_for()
    stop_early = clinic.get_by_label("stop early")
    stop_early.focus()
    keys.press("ArrowDown")
    assert book.until("clinic.setup().stop_early", True) is True
    clinic.get_by_role("button", name="Train").focus()
    keys.press("Enter")
    assert soon(lambda: drawn(clinic, "now", 0) > 0)
    clinic.get_by_text("✓ Cured.").wait_for()
    assert book.ask("(clinic.status, clinic.healed)") == ("finished", True)
    assert clinic.get_by_text("You needed 1 run").is_visible()
    clinic.get_by_text("What you have tried").click()
    assert clinic.get_by_role("listitem").all_inner_texts() == [
        "stop early yes: 67 % of the test images right"
    ]
    assert book.page.locator(".jp-Cell").count() == 1, "no shortcut of the notebook was taken"


def test_stop_acts_in_the_middle_of_a_run(book, clinic):
    clinic.get_by_role("radio").first.check()
    clinic.get_by_role("button", name="This is my diagnosis").click()
    clinic.locator(".course-clinic-panel:not([disabled])").wait_for()
    clinic.get_by_role("button", name="Train").click()
    clinic.get_by_role("button", name="Stop").click()
    clinic.get_by_text("You stopped the run after").wait_for()
    taken = book.ask("clinic.first.taken")
    assert taken < 300
    assert book.ask("__import__('time').sleep(0.2) or clinic.first.taken") == taken
    assert book.ask("len(clinic.tried)") == 1
    clinic.get_by_role("button", name="Failing run").click()
    assert soon(lambda: drawn(clinic, "now", 0), 0) == 0


@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_violation_of_accessibility(book, clinic, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-clinic") == []
    clinic.get_by_role("radio").first.check()
    clinic.get_by_role("button", name="This is my diagnosis").click()
    clinic.locator(".course-clinic-panel:not([disabled])").wait_for()
    assert serious_violations(book.page, ".course-clinic") == []


def test_every_control_has_a_name(clinic):
    for control in clinic.get_by_role("combobox").all():
        name = control.evaluate("select => select.labels[0]?.textContent")
        assert name, control.inner_text()


def test_it_fits_a_narrow_page(book, clinic):
    """At 200 % zoom a page has half as many pixels."""
    book.page.set_viewport_size({"width": 640, "height": 900})
    try:
        assert soon(lambda: clinic.evaluate("el => el.scrollWidth <= el.clientWidth + 1"))
    finally:
        book.page.set_viewport_size({"width": 1280, "height": 900})
