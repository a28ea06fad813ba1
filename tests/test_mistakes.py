"""The mistake atlas against a second telling of it: each mistake once more, by hand, in plain Fractions."""

import re
from fractions import Fraction as F
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.landscapes import BOWL, LANDSCAPES, SADDLE, quadratic
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.batches import BATCH_MISTAKES
from course_utils.practice.mistakes import MISTAKES
from course_utils.practice.problems import FOLLOW_UP, SLIP, THREE_STEPS, StepProblem
from course_utils.practice.rows import DEVIATIONS
from course_utils.words import words

METHODS = (SGD, Momentum, NesterovLookahead, Nesterov)
BY_NAME = {mistake.id: mistake for mistake in MISTAKES}

# --- the atlas of the syllabus: three steps on xy, η = μ = 1, from (1, 2) ----------------------------------

ATLAS = [
    ("(-1,1) (-2,2) (-4,4)", {"no velocity", "velocity replaced"}),
    ("(3,3) (8,7) (20,19)", {"uphill", "moved against the velocity"}),
    ("(-1,1) (0,3) (-4,1)", {"velocity subtracted"}),
    ("(-1,1) (-3,3) (-10,10)", {"look-ahead gradient (NAG)"}),
    ("(-3,0) (-5,5) (-17,17)", {"NAG in Θ"}),
    ("(-5,-1) (-4,13) (-44,29)", {"NAG: v updated before μ² v is used"}),
    ("(-1,1) (-5,2) (-13,13)", {"look-ahead added twice"}),
    ("(1,2) (-1,1) (-5,-1)", {"moved before the velocity was updated"}),
    ("(1,2) (-1,1) (-4,1)", {"moved first, then took the gradient", "start counted as step 1"}),
    ("(-1,3) (-6,10) (-21,38)", {"y's gradient saw the new x"}),
    ("(0,1) (-1,0) (-2,0)", {"x's gradient saw the new y"}),
    ("(0,3) (-3,6) (-12,15)", {"position used for velocity"}),
    ("(0,0) (-1,-2) (-1,-2)", {"partial derivatives swapped"}),
    ("(1,2) (1,2) (1,2)", {"averaged gradient (EMA)"}),
    ("(-1,1) (-5,-1) (-11,-4)", {"gradient frozen at the start"}),
    ("(-1,1) (-4,-1) (-8,-7)", {"sign of the gradient lost"}),
    ("(0,1) (-2,-1) (-5,-4)", {"gradient taken as (1, 1)"}),
    ("(-1,0) (-3,-2) (-11,-10)", {"f used for its gradient"}),
    ("(-1,-1) (-3,-2) (-2,2)", {"one velocity for both axes"}),
    ("(-1,3) (-6,3) (-14,-3)", {"sign wrong in y"}),
    ("(-1,1) (-1,1) (-1,1)", {"moved only once"}),
    ("(-8,5) (-8,5) (-8,5)", {"history not copied"}),
    ("(-3,0) (-7,1) (-12,9)", {"velocity started at −η g"}),
    ("(0,3) (-4,4) (-12,9)", {"velocity started at the start point"}),
    ("(-2,-1) (-3,0) (-4,4)", {"velocity written for the position"}),
    ("(1,-1) (1,-4) (5,-8)", {"(y, x) order"}),
]


def read(table):
    return [tuple(map(F, point)) for point in re.findall(r"\(([^,]+),([^)]+)\)", table)]


@pytest.mark.parametrize("table, causes", ATLAS, ids=lambda x: x if isinstance(x, str) else "")
def test_every_row_of_the_atlas_is_recognised(table, causes):
    attempt = read(table)
    diagnosis = THREE_STEPS.diagnose(attempt)
    assert not diagnosis.correct
    assert set(diagnosis.mistakes) == causes
    right = THREE_STEPS.answer
    assert diagnosis.first_wrong_step == 1 + next(t for t in range(3) if attempt[t] != right[t])
    for cause in causes:
        assert [tuple(p) for p in BY_NAME[cause].points(THREE_STEPS)] == attempt
        assert BY_NAME[cause].symptom in diagnosis.message


def test_the_first_step_alone_proves_nothing():
    same_first_step = [m.id for m, table in THREE_STEPS.mistaken if table[0] == THREE_STEPS.answer[0]]
    assert len(same_first_step) == 8, same_first_step


@pytest.mark.parametrize(
    "third, cause",
    [
        ("(-12,15)", "no velocity"),
        ("(-123/8,267/16)", "look-ahead gradient (NAG)"),
        ("(-19/4,49/4)", "η used twice"),
    ],
)
def test_the_follow_up_item_separates_what_the_first_could_not(third, cause):
    assert FOLLOW_UP.answer == read("(0,12) (-8,11) (-31/2,59/4)")
    table = next(table for mistake, table in FOLLOW_UP.mistaken if mistake.id == cause)
    assert table[-1] == read(third)[0]
    assert cause in FOLLOW_UP.diagnose(table).mistakes


def test_each_problem_shows_mistakes_that_the_other_hides():
    unseen = set(THREE_STEPS.confusions()[1])
    assert {"η dropped", "η used twice", "μ dropped", "μ used twice", "μ on the gradient too"} <= unseen
    assert FOLLOW_UP.confusions()[1] == ()


# --- every mistake once more, by hand -----------------------------------------------------------------------
# One axis of one step: (position, velocity, slope, η, μ) -> (next position, next velocity)

RIGHT_STEP = {
    SGD: lambda p, v, g, lr, mu: (p - lr * g, 0),
    Momentum: lambda p, v, g, lr, mu: (p + mu * v - lr * g, mu * v - lr * g),
    NesterovLookahead: lambda p, v, g, lr, mu: (p + mu * v - lr * g, mu * v - lr * g),
    Nesterov: lambda p, v, g, lr, mu: (p + mu * mu * v - lr * g - mu * lr * g, mu * v - lr * g),
}
WRONG_STEP = {
    "velocity replaced": lambda p, v, g, lr, mu: (p - lr * g, -lr * g),
    "moved against the velocity": lambda p, v, g, lr, mu: (p - mu * v + lr * g, mu * v - lr * g),
    "velocity subtracted": lambda p, v, g, lr, mu: (p - mu * v - lr * g, -mu * v - lr * g),
    "position used for velocity": lambda p, v, g, lr, mu: (p + mu * p - lr * g, mu * p - lr * g),
    "moved before the velocity was updated": lambda p, v, g, lr, mu: (p + v, mu * v - lr * g),
    "averaged gradient (EMA)": lambda p, v, g, lr, mu: (
        p + mu * v + mu * lr * g - lr * g,
        mu * v + mu * lr * g - lr * g,
    ),
    "η on the velocity too": lambda p, v, g, lr, mu: (p + lr * mu * v - lr * g, lr * mu * v - lr * g),
    "μ on the gradient too": lambda p, v, g, lr, mu: (p + mu * v - mu * lr * g, mu * v - mu * lr * g),
    "μ dropped in the velocity": lambda p, v, g, lr, mu: (p + v - lr * g, v - lr * g),
    "look-ahead added twice": lambda p, v, g, lr, mu: (p + 2 * mu * v - lr * g, mu * v - lr * g),
    "NAG: v updated before μ² v is used": lambda p, v, g, lr, mu: (
        p + mu**3 * v - (1 + mu + mu**2) * lr * g,
        mu * v - lr * g,
    ),
    "NAG: μ v in place of μ² v": lambda p, v, g, lr, mu: (p + mu * v - lr * g - mu * lr * g, mu * v - lr * g),
    "NAG: 1 + μ dropped": lambda p, v, g, lr, mu: (p + mu * mu * v - lr * g, mu * v - lr * g),
}
WRONG_GRADIENT = {
    "uphill": lambda f, g: lambda x, y: (-g(x, y)[0], -g(x, y)[1]),
    "partial derivatives swapped": lambda f, g: lambda x, y: (g(x, y)[1], g(x, y)[0]),
    "sign of the gradient lost": lambda f, g: lambda x, y: (abs(g(x, y)[0]), abs(g(x, y)[1])),
    "sign wrong in x": lambda f, g: lambda x, y: (-g(x, y)[0], g(x, y)[1]),
    "sign wrong in y": lambda f, g: lambda x, y: (g(x, y)[0], -g(x, y)[1]),
    "gradient taken as (1, 1)": lambda f, g: lambda x, y: (1, 1),
    "gradient halved": lambda f, g: lambda x, y: (g(x, y)[0] / 2, g(x, y)[1] / 2),
    "f used for its gradient": lambda f, g: lambda x, y: (f(x, y), f(x, y)),
}
WRONG_SETTINGS = {
    "η dropped": lambda lr, mu: (F(1), mu),
    "η used twice": lambda lr, mu: (lr**2, mu),
    "μ dropped": lambda lr, mu: (lr, F(1)),
    "μ used twice": lambda lr, mu: (lr, mu**2),
    "η and μ swapped": lambda lr, mu: (mu, lr),
}
OTHER_METHOD = {
    "no velocity": SGD,
    "steps added up": Momentum,
    "no look-ahead": Momentum,
    "look-ahead gradient (NAG)": NesterovLookahead,
    "NAG in Θ": Nesterov,
}


def walk(s, step=None, ahead=None, v0=None):
    """[(position, velocity)] after 0, 1, 2, ... steps; `ahead` times v is where the gradient is taken."""
    step = step or RIGHT_STEP[s.method]
    ahead = ahead if ahead is not None else s.mu if s.method is NesterovLookahead else 0
    (x, y), (vx, vy) = s.start, (0, 0)
    rows = [((x, y), (0, 0))]
    for t in range(s.steps):
        gx, gy = s.g(x + ahead * vx, y + ahead * vy)
        if t == 0 and v0:
            vx, vy = v0(s, gx, gy)
        x, vx = step(x, vx, gx, s.lr, s.mu)
        y, vy = step(y, vy, gy, s.lr, s.mu)
        rows.append(((x, y), (vx, vy)))
    return rows


def changed(s, **changes):
    return SimpleNamespace(**{**vars(s), **changes})


def shared_velocity(s):
    (x, y), v, rows = s.start, 0, [s.start]
    for _ in range(s.steps):
        ahead = s.mu * v if s.method is NesterovLookahead else 0
        gx, gy = s.g(x + ahead, y + ahead)
        v = s.mu * v - s.lr * gx
        x += v
        v = s.mu * v - s.lr * gy
        y += v
        rows.append((x, y))
    return rows[1:]


def one_axis_after_the_other(s, first):
    p, v, rows = list(s.start), [0, 0], []
    for _ in range(s.steps):
        for axis in (first, 1 - first):
            ahead = s.mu if s.method is NesterovLookahead else 0
            g = s.g(p[0] + ahead * v[0], p[1] + ahead * v[1])[axis]
            p[axis], v[axis] = RIGHT_STEP[s.method](p[axis], v[axis], g, s.lr, s.mu)
        rows.append(tuple(p))
    return rows


def by_hand(name, s):
    """The table that a mistake gives."""
    positions = [p for p, _ in walk(s)]
    if name in WRONG_STEP:
        ahead = s.mu if name == "look-ahead added twice" else 0 if name.startswith("NAG") else None
        return [p for p, _ in walk(s, WRONG_STEP[name], ahead)][1:]
    if name in WRONG_GRADIENT:
        return [p for p, _ in walk(changed(s, g=WRONG_GRADIENT[name](s.f, s.g)))][1:]
    if name in WRONG_SETTINGS:
        lr, mu = WRONG_SETTINGS[name](s.lr, s.mu)
        return [p for p, _ in walk(changed(s, lr=lr, mu=mu))][1:]
    if name in OTHER_METHOD:
        mu = 1 if name == "steps added up" else s.mu
        return [p for p, _ in walk(changed(s, method=OTHER_METHOD[name], mu=mu))][1:]
    frozen = s.g(*s.start)
    special = {
        "gradient frozen at the start": lambda: [p for p, _ in walk(changed(s, g=lambda x, y: frozen))][1:],
        "looked ahead by v, not μ v": lambda: [p for p, _ in walk(s, ahead=1)][1:],
        "velocity started at −η g": lambda: [
            p for p, _ in walk(s, v0=lambda s, gx, gy: (-s.lr * gx, -s.lr * gy))
        ][1:],
        "velocity started at the start point": lambda: [p for p, _ in walk(s, v0=lambda s, gx, gy: s.start)][
            1:
        ],
        "one velocity for both axes": lambda: shared_velocity(s),
        "y's gradient saw the new x": lambda: one_axis_after_the_other(s, 0),
        "x's gradient saw the new y": lambda: one_axis_after_the_other(s, 1),
        "start counted as step 1": lambda: positions[:-1],
        "moved first, then took the gradient": lambda: positions[:-1],
        "moved only once": lambda: [positions[1]] * s.steps,
        "history not copied": lambda: [positions[-1]] * s.steps,
        "velocity written for the position": lambda: [v for _, v in walk(s)][1:],
        "(y, x) order": lambda: [(y, x) for x, y in positions[1:]],
    }
    return special[name]()


F_AND_G = {
    "saddle": (lambda x, y: x * y, lambda x, y: (y, x)),
    "bowl": (lambda x, y: x * x / 20 + y * y, lambda x, y: (x / 10, 2 * y)),
    "quadratic": (lambda x, y: (3 * x * x + y * y / 2) / 2, lambda x, y: (3 * x, y / 2)),
}


def second_telling(problem):
    f, g = F_AND_G[problem.landscape.name]
    return SimpleNamespace(
        f=f, g=g, lr=problem.settings["lr"], mu=problem.settings.get("momentum", F(0)), steps=problem.steps,
        start=tuple(problem.start), method=type(problem.optimizer),
    )  # fmt: skip


def compare(problem):
    s = second_telling(problem)
    assert problem.answer == [p for p, _ in walk(s)][1:]
    for mistake in MISTAKES:
        if not mistake.applies_to(problem):
            continue
        if mistake.id == "η on the move too":
            expected = [
                p for p, _ in walk(s, lambda p, v, g, lr, mu: (p + lr * (mu * v - lr * g), mu * v - lr * g))
            ][1:]
        elif mistake.id == "velocity written for the position" and s.method is SGD:
            rows = [p for p, _ in walk(s)]
            expected = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(rows)]
        else:
            expected = by_hand(mistake.id, s)
        assert [tuple(p) for p in mistake.points(problem)] == expected, mistake.id
        diagnosis = problem.diagnose(expected)
        if expected == problem.answer:
            assert diagnosis.correct
        else:
            assert mistake.id in diagnosis.mistakes
            assert diagnosis.first_wrong_step == next(
                t for t, (a, b) in enumerate(zip(expected, problem.answer, strict=True), 1) if a != b
            )


@pytest.mark.parametrize("method", METHODS)
def test_both_problems_agree_with_a_second_implementation(method):
    for problem in THREE_STEPS, FOLLOW_UP:
        kwargs = problem.settings if method is not SGD else {"lr": problem.settings["lr"]}
        compare(StepProblem(problem.landscape, method(**kwargs), problem.start, 3))


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from([SADDLE, BOWL, quadratic(3, F(1, 2))]),
    st.sampled_from(METHODS),
    st.sampled_from([F(1, 4), F(1, 2), F(1), F(2), F(3, 10)]),
    st.sampled_from([F(0), F(1, 4), F(1, 2), F(9, 10), F(1)]),
    st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    st.integers(1, 4),
)
def test_any_problem_agrees_with_a_second_implementation(land, method, lr, mu, start, steps):
    compare(StepProblem(land, SGD(lr) if method is SGD else method(lr, mu), start, steps))


def test_every_mistake_has_a_second_implementation():
    applied = {
        m.id
        for method in METHODS
        for m in MISTAKES
        if m.applies_to(StepProblem(BOWL, method(F(1, 2)), (1, 2), 3))
    }
    assert applied == set(BY_NAME), "a mistake that can be made nowhere"
    assert set().union(*(causes for _, causes in ATLAS)) <= set(BY_NAME)
    assert SLIP not in BY_NAME


# --- wording ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.id)
def test_every_mistake_reads_well(mistake):
    for text in mistake.name, mistake.symptom, mistake.cure:
        assert text == text.strip()
        assert "  " not in text
        assert "\n" not in text
        assert not re.search(r"\s[,.;:?]|\.\.|[,;]$", text), "punctuation"
        assert not re.search(r"\b(\w+) \1\b", text), "a word twice"
        assert not re.search(r"\b(wrong|stupid|bad|fail|obviously|simply|just)\b", mistake.cure), "be kind"
        assert " - " not in text
        assert "'s " in text or "'" not in text
    assert 2 <= len(mistake.name) <= 45
    assert not mistake.symptom.endswith((".", "?", "!"))  # the message goes on after it
    assert mistake.symptom[0].islower() or mistake.symptom.startswith("∂")
    assert len(re.findall(r"\w+", mistake.symptom)) >= 4, "a clause, not a label"
    assert re.match(r"[A-Zη]", mistake.cure)
    assert mistake.cure.endswith((".", "?"))
    assert 15 <= len(mistake.cure) <= 120


DIGITS = re.compile(r"[−-]?\d+(?:/\d+)?")


@pytest.mark.parametrize("land", LANDSCAPES, ids=lambda land: land.name)
def test_no_message_contains_the_answer(land):
    """Nothing in a message is a number, apart from step numbers and what the mistakes themselves say."""
    for method in METHODS:
        problem = StepProblem(land, method(F(1, 2)), (1, 2), 2)
        fixed = [m.symptom for m in MISTAKES] + [m.cure for m in MISTAKES]
        for _, table in problem.mistaken:
            message = problem.diagnose(table).message
            assert message[0].isupper()
            assert message.endswith((".", "?"))
            for text in fixed:
                message = message.replace(text, "")
            message = re.sub(r"[Ss]teps? \d( to \d)?", "", message)
            assert not DIGITS.search(message), message


@pytest.mark.parametrize("land", LANDSCAPES, ids=lambda land: land.name)
@pytest.mark.parametrize("method", METHODS)
def test_what_a_mistake_says_fits_the_problem(land, method):
    problem = StepProblem(land, method(F(1, 2)), (1, 2), 2)
    said = {m.id: f"{m.symptom} {m.cure}" for m in MISTAKES if m.applies_to(problem)}
    if method is SGD:
        assert not [name for name, text in said.items() if "μ" in text], "gradient descent has no μ"
    if land is SADDLE:
        assert not [name for name, text in said.items() if "squares" in text], "xy has no squares"
    if method not in (NesterovLookahead, Nesterov):
        assert not [name for name, text in said.items() if "change of variables" in text]


def test_words_and_mistakes_belong_together():
    ids = [mistake.id for mistake in (*MISTAKES, *BATCH_MISTAKES)]
    assert len(set(ids)) == len(ids)
    assert set(words("mistakes")["mistakes"]) == set(ids)
    assert set(words("mistakes")["rows"]) == set(DEVIATIONS)
