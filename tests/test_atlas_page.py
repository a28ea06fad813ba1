"""The instructors' page of mistakes: what stands on it is what the syllabus says, and what the classes do."""

import re
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from course_utils.authoring.page import Page
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice import tasks
from course_utils.practice.asked import ASKED
from course_utils.practice.causes import SLIP
from course_utils.practice.mistakes import MISTAKES, RARE
from course_utils.practice.problems import FOLLOW_UP, THREE_STEPS, StepProblem
from course_utils.support import progress_bar
from course_utils.teaching import atlas
from course_utils.teaching.made import Made, made

PAGE = Path(__file__).resolve().parent.parent / "notebooks" / "instructor-mistake-atlas.ipynb"

#: The table of the syllabus, row by row: (cause, points, names of the mistakes on the page).
SYLLABUS = [
    ("no velocity, or v replaced", "(-1,1) (-2,2) (-4,4)", "no velocity|velocity replaced"),
    ("ascended", "(3,3) (8,7) (20,19)", "uphill|moved against the velocity"),
    ("v = -mu v - eta g", "(-1,1) (0,3) (-4,1)", "velocity subtracted"),
    ("look-ahead gradient", "(-1,1) (-3,3) (-10,10)", "look-ahead gradient (NAG)"),
    ("NAG in Theta", "(-3,0) (-5,5) (-17,17)", "NAG in Θ"),
    ("v updated before mu^2 v", "(-5,-1) (-4,13) (-44,29)", "NAG: v updated before μ² v is used"),
    ("look-ahead twice", "(-1,1) (-5,2) (-13,13)", "look-ahead added twice"),
    ("old v, gradient at the old point", "(1,2) (-1,1) (-5,-1)", "moved before the velocity was updated"),
    (
        "old v, gradient at the new point; or start counted",
        "(1,2) (-1,1) (-4,1)",
        "start counted as step 1|moved first, then took the gradient",
    ),
    ("y saw the new x", "(-1,3) (-6,10) (-21,38)", "y's gradient saw the new x"),
    ("x saw the new y", "(0,1) (-1,0) (-2,0)", "x's gradient saw the new y"),
    ("v = mu * position - eta g", "(0,3) (-3,6) (-12,15)", "position used for velocity"),
    ("partials swapped", "(0,0) (-1,-2) (-1,-2)", "partial derivatives swapped"),
    ("EMA form", "(1,2) (1,2) (1,2)", "averaged gradient (EMA)"),
    ("gradient frozen", "(-1,1) (-5,-1) (-11,-4)", "gradient frozen at the start"),
    ("used abs g", "(-1,1) (-4,-1) (-8,-7)", "sign of the gradient lost"),
    ("d(xy) = (1,1)", "(0,1) (-2,-1) (-5,-4)", "gradient taken as (1, 1)"),
    ("f for grad f", "(-1,0) (-3,-2) (-11,-10)", "f used for its gradient"),
    ("one v for both axes", "(-1,-1) (-3,-2) (-2,2)", "one velocity for both axes"),
    ("sign wrong in y only", "(-1,3) (-6,3) (-14,-3)", "sign wrong in y"),
    ("update ran only once", "(-1,1) (-1,1) (-1,1)", "moved only once"),
    ("history not copied", "(-8,5) (-8,5) (-8,5)", "history not copied"),
    ("v0 = -eta g0", "(-3,0) (-7,1) (-12,9)", "velocity started at −η g"),
    ("v0 = start", "(0,3) (-4,4) (-12,9)", "velocity started at the start point"),
    ("reported v", "(-2,-1) (-3,0) (-4,4)", "velocity written for the position"),
    ("(y, x) order", "(1,-1) (1,-4) (5,-8)", "(y, x) order"),
]


def points(text):
    """The points in a text, "(−1, 1)  (−4, 1)": a tuple of pairs."""
    found = re.findall(r"\((-?[\d/]+), ?(-?[\d/]+)\)", text.replace("−", "-"))
    return tuple(tuple(map(Fraction, point)) for point in found)


@pytest.fixture(scope="module")
def said():
    """What the page shows, all outputs as text."""
    outputs = [o for _, cell in Page.read(PAGE).cells("code") for o in cell.outputs]
    return "\n".join(o.get("text") or o.get("data", {}).get("text/markdown", "") for o in outputs)


def rows(said):
    """The rows of all tables on the page, each a list of its entries."""
    return [line.strip("| ").split(" | ") for line in said.splitlines() if line.startswith("|")]


@pytest.mark.parametrize(("cause", "table", "names"), SYLLABUS, ids=[row[0] for row in SYLLABUS])
def test_each_row_of_the_syllabus_is_on_the_page(said, cause, table, names):
    found = [row for row in rows(said) if len(row) == 3 and points(row[0]) == points(table)]
    assert len(found) == 1, cause
    assert set(found[0][1].split(" *or* ")) == set(names.split("|"))


def test_the_page_shows_more_rows_than_the_syllabus(said):
    there = {points(row[0]) for row in rows(said) if len(row) == 3 and len(points(row[0])) == 3}
    more = {
        "sign wrong in x": "(3,1) (6,-3) (6,-13)",
        "averaged gradient, the first one whole": "(-1,1) (-3,0) (-5,-1)",
        "gradient one step late": "(-1,1) (-5,-1) (-10,-2)",
        "y with x's gradient": "(-1,0) (-3,-2) (-3,-2)",
        "x with y's gradient": "(0,1) (-1,0) (-1,0)",
        "gradient written for the point": "(2,1) (1,-1) (1,-4)",
        "signs of x turned": "(1,1) (4,1) (8,5)",
        "signs of y turned": "(-1,-1) (-4,-1) (-8,-5)",
    }
    assert there - {points(table) for _, table, _ in SYLLABUS} == set(map(points, more.values()))


def test_every_mistake_is_listed_with_what_was_done_and_what_to_look_at(said):
    listed = rows(said)
    for m in MISTAKES:
        assert [m.name, m.symptom, m.cure] in listed
        assert atlas.kind(m) in ("another method", "other settings", "wrong step", "wrong gradient") or (
            m.name in said.split(atlas.kind(m).capitalize() + ": ")[1]
        )
    assert f"mistakes in all: {len(MISTAKES)}" in said
    assert len(atlas.catalogue()) == len(MISTAKES)


@pytest.mark.parametrize(
    "problem",
    [
        THREE_STEPS,
        FOLLOW_UP,
        StepProblem(BOWL, SGD(0.5), (-4, 2), 2),
        StepProblem(BOWL, NesterovLookahead(0.5, 0.25), (-4, 2), 3),
        StepProblem(SADDLE, Nesterov(2, 0.5), (1, 2), 3),
    ],
    ids=repr,
)
def test_the_tables_of_any_problem_are_what_it_diagnoses(problem):
    found = atlas.tables(problem)
    assert len({table for table, _ in found}) == len(found) == atlas.told_apart(problem)
    for table, names in found:
        assert list(table) != problem.answer
        diagnosis = problem.diagnose(table)
        off = sum(mark is False for row in problem.marks(table) for mark in row)
        assert set(diagnosis.mistakes) - {m.id for m in RARE} - {SLIP} == (set(names) if off > 1 else set())
    same, unseen = problem.confusions()
    assert sorted(map(sorted, same)) == sorted(sorted(names) for _, names in found if len(set(names)) > 1)
    shown = {name for _, names in found for name in names}
    assert not shown & set(unseen)
    assert shown | set(unseen) == {m.id for m in MISTAKES if m.applies_to(problem)}


def test_three_pairs_stay_together_whatever_the_numbers_are():
    pairs = [
        {"no velocity", "velocity replaced"},
        {"uphill", "moved against the velocity"},
        {"start counted as step 1", "moved first, then took the gradient"},
    ]
    for landscape, lr, mu, start in (
        (SADDLE, Fraction(2, 7), Fraction(5, 11), (3, -13)),
        (BOWL, Fraction(3, 5), Fraction(1, 7), (-7, 2)),
    ):
        problem = StepProblem(landscape, Momentum(lr, mu), start, steps=4)
        assert sorted(map(sorted, problem.confusions()[0])) == sorted(map(sorted, pairs))


def test_what_the_page_says_about_good_and_bad_numbers():
    def count(lr, mu):
        return atlas.told_apart(StepProblem(SADDLE, Momentum(Fraction(lr), Fraction(mu)), (8, 16), 3))

    assert count(1, 1) == 34
    assert count("1/2", "1/4") == count("1/2", "3/4") == 43
    assert max(count(2, mu) for mu in ("1/4", "1/2", "3/4", 1)) == 41
    for lr in map(Fraction, ("1/4", "1/2", "3/4", 1)):
        for mu in map(Fraction, ("1/4", "1/2", "3/4", 1)):
            if 1 in (lr, mu) or mu in (lr, 1 - lr):
                assert count(lr, mu) < 43


def test_a_table_in_markdown():
    assert atlas.as_markdown(("a", "b"), [(1, "x|y")]) == "| a | b |\n| --- | --- |\n| 1 | x\\|y |"
    with pytest.raises(ValueError, match="rows must have 2 entries each, as head has, not 1"):
        atlas.as_markdown(("a", "b"), [(1,)])


def test_slow_work_shows_a_bar_only_if_somebody_watches(capsys, monkeypatch):
    def work():
        for number in progress_bar.watched([1, 2, 3], "problems", "problem"):
            time.sleep(0.06)
            yield number

    monkeypatch.setattr(progress_bar, "DELAY", 0.1)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert list(work()) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("JPY_SESSION_NAME", "instructor-mistake-atlas.ipynb")
    assert list(work()) == [1, 2, 3]
    assert "problems" in capsys.readouterr().out


# --- one page on a task or on a problem ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["01 knobs", "04 step", "bugs slope", "05 look-ahead", "07 adam"])
def test_a_page_on_a_task_lists_every_slip_of_it(name):
    said = atlas.page(name)
    assert str(said).startswith(f"# What is told apart: {name}\n")
    listed = {row[2]: row[0] for row in rows(str(said)) if len(row) == 3}
    for slip in tasks.task(name).mistakes:
        assert listed[slip.name] == slip.symptom.replace("|", "\\|")
    assert said._repr_markdown_() == str(said)


def test_a_page_on_a_class_says_which_mistakes_look_the_same_and_what_one_push_shows():
    said = str(atlas.page("04 momentum"))
    assert "- no velocity = velocity replaced\n- " in said
    assert "4 other ways of using it" in said
    shown = {row[1]: row[0] for row in rows(said) if len(row) == 2}  # by one push
    assert shown["μ used twice"].startswith("What a gradient leaves for later steps becomes μ² times as much")
    assert shown["no velocity = velocity replaced"].endswith("nothing of it is left in the next.")


def test_a_page_on_a_problem_says_what_it_does_not_see():
    said = str(atlas.page(THREE_STEPS))
    assert "- moved against the velocity = uphill\n" in said
    assert "Not seen, since it gives the right answer: η on the velocity too, " in said


def test_what_a_class_is_likely_to_do_comes_first(tmp_path):
    found = made("04 step", _corpus(tmp_path))
    assert found == Made(Counter({"uphill": 2, "moved_first": 1, "averaged": 1}), wrong=4, named=3)
    assert made("04 momentum", _corpus(tmp_path)) is None
    assert made(StepProblem(SADDLE, SGD(0.5), (4, 2), 1), _corpus(tmp_path)).counts == {"uphill": 1}
    assert made("04 step", tmp_path / "nothing") is None


def _corpus(folder):
    """Four wrong attempts, a right one, and a table."""
    (folder / "attempts").mkdir(exist_ok=True)
    kinds = ["wrong", "wrong", "two slips", "wrong", "right"]
    entries = [
        f'[[attempt]]\nid = "s-{n}"\ntask = "04 step"\nkind = "{kind}"\n' for n, kind in enumerate(kinds)
    ]
    problem = '{landscape = "SADDLE", optimizer = "SGD", lr = "0.5", start = ["4", "2"], steps = 1}'
    entries.append(f'[[attempt]]\nid = "t-1"\nkind = "wrong"\nproblem = {problem}\n')
    (folder / "attempts" / "04.toml").write_text("\n".join(entries), encoding="utf-8")
    judged = """
["s-0"]
"cause uphill" = "cause"
["s-1"]
"cause uphill" = "cause"
"words 1234abcd" = "true"
["s-2"]
"cause moved_first | averaged" = "cause"
["s-3"]
"cause uphill" = "false"
["t-1"]
"cause uphill" = "cause"
"""
    (folder / "judged.toml").write_text(judged, encoding="utf-8")
    return folder


def test_every_task_and_every_asked_problem_has_a_page_that_counts_the_corpus():
    for name in ("00 one-step", "04 three-steps", "05 bowl", "06 two-bowls"):
        assert "The corpus has" in str(atlas.page(ASKED[name]))
    for name in tasks.names():
        assert "The corpus has" in str(atlas.page(name)), name
    never_asked = StepProblem(SADDLE, SGD(0.25), (3, 2), 2)
    assert "How often each is made: no data." in str(atlas.page(never_asked))
