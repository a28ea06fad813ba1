"""Numbers typed in the page, as in docs/typed-numbers.md: a step table and a number question read and refuse them alike."""

CELLS = [
    "import os\nos.environ['COURSE_PROGRESS'] = ''\n"
    "from course_utils.practice import FOLLOW_UP\nfrom course_utils.widgets import NumberQuiz, StepExercise",
    "StepExercise(FOLLOW_UP)",
    "NumberQuiz('01 other-bowl')",
]
ROOT = "Work the root out and type a decimal, such as 1.414 for √2."


def test_numbers_are_read_and_refused_in_the_page(lab):
    with lab.book(CELLS) as book:
        table, question = (book.page.locator(f".course-{name}") for name in ("exercise", "number"))
        boxes, keys = table.get_by_role("textbox"), book.page.keyboard
        for box, text in zip(boxes.all(), ["0", "12", "x₂ = -8", "11", "−15, 5", "14 3/4"], strict=True):
            box.fill(text)
        keys.press("Enter")
        table.get_by_text("x of θ₃: Use a point for decimals: -15.5, not -15,5.").wait_for()
        assert "".join(table.locator(".course-mark").all_inner_texts()) == "✓✓✓✓?✓"
        for text, said in (
            ("√2", f"x of θ₃: {ROOT}"),
            ("−15,5", "Right, every step."),
            ("−15 1/2", "Right, every step."),
        ):
            boxes.nth(4).fill(text)
            keys.press("Enter")
            table.get_by_text(said).wait_for()
            table.locator(".course-message:not(.course-past)").wait_for()

        for text, said in ("√2", ROOT), ("0.33", "This is rounded too far"), ("λ₁ = ⅓", "Yes: "):
            question.get_by_role("textbox").fill(text)
            keys.press("Enter")
            question.locator(".course-message").get_by_text(said).wait_for()
        assert not book.errors
