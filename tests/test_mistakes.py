"""The mistake atlas against a second telling of it: each mistake once more, by hand, in plain Fractions."""

import re
from fractions import Fraction as F
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.landscapes import BOWL, LANDSCAPES, SADDLE, quadratic
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead, RMSProp
from course_utils.practice.batches import BATCH_MISTAKES
from course_utils.practice.fitted import NUMBERS
from course_utils.practice.mistakes import MISTAKES, RARE, WrongRoot
from course_utils.practice.problems import FOLLOW_UP, SLIP, THREE_STEPS, StepProblem
from course_utils.practice.rows import DEVIATIONS, Cause
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
    assert set(diagnosis.mistakes) - {mistake.id for mistake in RARE} == causes
    right = THREE_STEPS.answer
    assert diagnosis.first_wrong_step == 1 + next(t for t in range(3) if attempt[t] != right[t])
    for cause in causes:
        assert [tuple(p) for p in BY_NAME[cause].points(THREE_STEPS)] == attempt
        assert BY_NAME[cause].symptom in diagnosis.message


def test_the_first_step_alone_proves_nothing():
    same_first_step = [m.id for m, table in THREE_STEPS.mistaken if table[0] == THREE_STEPS.answer[0]]
    assert len(same_first_step) == 10, same_first_step


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
    "NAG: averaged gradient": lambda p, v, g, lr, mu: (
        p + mu**2 * v - (1 + mu * (1 - mu)) * lr * g,
        mu * v - (1 - mu) * lr * g,
    ),
}
WRONG_GRADIENT = {
    "uphill": lambda f, g: lambda x, y: (-g(x, y)[0], -g(x, y)[1]),
    "partial derivatives swapped": lambda f, g: lambda x, y: (g(x, y)[1], g(x, y)[0]),
    "sign of the gradient lost": lambda f, g: lambda x, y: (abs(g(x, y)[0]), abs(g(x, y)[1])),
    "sign wrong in x": lambda f, g: lambda x, y: (-g(x, y)[0], g(x, y)[1]),
    "sign wrong in y": lambda f, g: lambda x, y: (g(x, y)[0], -g(x, y)[1]),
    "y with x's gradient": lambda f, g: lambda x, y: (g(x, y)[0], g(x, y)[0]),
    "x with y's gradient": lambda f, g: lambda x, y: (g(x, y)[1], g(x, y)[1]),
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
    "1/η in place of η": lambda lr, mu: (1 / lr, mu),
    "1 − μ in place of μ": lambda lr, mu: (lr, 1 - mu),
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


def one_step_late(s):
    """The slope of the step before, from the second step on."""
    seen = []

    def g(x, y):
        seen.append(s.g(x, y))
        return seen[-2] if len(seen) > 1 else seen[0]

    return [p for p, _ in walk(changed(s, g=g))][1:]


def first_one_whole(s):
    """As PyTorch does it with dampening = μ, and ONNX with β = 1 − μ: buf = g; then buf = μ buf + (1 − μ) g."""
    p, buf, rows = list(s.start), None, []
    for _ in range(s.steps):
        ahead = -s.lr * s.mu if s.method is NesterovLookahead and buf else 0
        g = s.g(*(a + ahead * b for a, b in zip(p, buf or (0, 0), strict=True)))
        buf = [s.mu * b + (1 - s.mu) * h for b, h in zip(buf, g, strict=True)] if buf else list(g)
        if s.method is Nesterov:
            p = [a - s.lr * (h + s.mu * b) for a, h, b in zip(p, g, buf, strict=True)]
        else:
            p = [a - s.lr * b for a, b in zip(p, buf, strict=True)]
        rows.append(tuple(p))
    return rows


def slopes(s):
    ahead = s.mu if s.method is NesterovLookahead else 0
    return [s.g(*(a + ahead * b for a, b in zip(p, v, strict=True))) for p, v in walk(s)[:-1]]


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
        "looked back": lambda: [p for p, _ in walk(s, ahead=-s.mu)][1:],
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
        "signs of x turned": lambda: [(-x, y) for x, y in positions[1:]],
        "signs of y turned": lambda: [(x, -y) for x, y in positions[1:]],
        "gradient written for the point": lambda: slopes(s),
        "gradient one step late": lambda: one_step_late(s),
        "averaged gradient, the first one whole": lambda: first_one_whole(s),
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
            off = sum(
                a != b
                for row, right in zip(expected, problem.answer, strict=True)
                for a, b in zip(row, right, strict=True)
            )
            is_named = off > 1 or problem.steps == 1
            assert (mistake.id in diagnosis.mistakes) == is_named
            assert is_named or "only" in diagnosis.message
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


# --- methods that divide by a root, in plain floats ----------------------------------------------------------


def adaptive_walk(method, g, start, steps, lr, b1, b2, eps, wrong=""):
    """The walk of AdaGrad, RMSProp or Adam, with one thing done wrongly: the id of a mistake."""
    if wrong == "β₁ and β₂ swapped":
        b1, b2 = b2, b1
    p, m, s, table = list(map(float, start)), [0.0, 0.0], [0.0, 0.0], []
    for t in range(1, steps + 1):
        slopes, before = g(*p), list(s)
        both = sum(h * h for h in slopes)
        for k, h in enumerate(slopes):
            m[k] = b1 * m[k] + (1 - b1) * h if method is Adam else h
            square = {"gradient not squared": abs(h), "one root for both axes": both}.get(wrong, h * h)
            kept, new = (1, 1) if method is AdaGrad or wrong == "squares added up" else (b2, 1 - b2)
            kept, new = {
                "β and 1 − β swapped": (new, kept),
                "1 − β forgotten": (kept, 1),
                "no memory of squares": (0, 1),
            }.get(wrong, (kept, new))
            s[k] = kept * s[k] + new * square
            c, d = (1 - b1**t, 1 - b2**t) if method is Adam else (1, 1)
            c, d = {
                "no bias correction": (1, 1),
                "only m corrected": (c, 1),
                "only s corrected": (1, d),
                "bias always of the first step": (1 - b1, 1 - b2),
            }.get(wrong, (c, d))
            under = before[k] if wrong == "root of the old s" and t > 1 else s[k]
            below = {
                "root forgotten": under / d + eps,
                "ε inside the root": (under / d + eps) ** 0.5,
                "ε beside the uncorrected root": (under**0.5 + eps) / d**0.5,
                "not divided by the root": 1,
            }.get(wrong, (under / d) ** 0.5 + eps)
            p[k] -= lr * m[k] / c / below
        table.append(tuple(p))
    return table


ROOTS = [
    StepProblem(BOWL, AdaGrad(0.5, 0.75), (-4, 3), 3),
    StepProblem(SADDLE, RMSProp(0.25, 0.75, 0.5), (2, 3), 3),
    StepProblem(quadratic(3, F(1, 2)), Adam(0.5, 0.5, 0.75, 0.25), (4, -2), 4),
]


@pytest.mark.parametrize("problem", ROOTS, ids=lambda problem: type(problem.optimizer).__name__)
def test_methods_that_divide_by_a_root_agree_with_a_second_implementation(problem):
    usual = {"rho": 0, "beta1": 0, "beta2": 0} | problem.settings
    how = type(problem.optimizer), F_AND_G[problem.landscape.name][1], problem.start, problem.steps
    numbers = usual["lr"], usual["beta1"], usual["beta2"] or usual["rho"], usual["eps"]
    for row, right in zip(adaptive_walk(*how, *numbers), problem.answer, strict=True):
        assert row == pytest.approx(tuple(map(float, right)), rel=1e-12)
    roots = [m for m in MISTAKES if issubclass(m, WrongRoot) and m.applies_to(problem)]
    assert len(roots) >= 7
    for mistake in roots:
        table = adaptive_walk(*how, *numbers, wrong=mistake.id)
        for row, point in zip(table, mistake.points(problem), strict=True):
            assert row == pytest.approx(tuple(point), rel=1e-12), mistake.id
        typed = [tuple(F(f"{x:.4f}") for x in row) for row in table]
        assert mistake.id in problem.diagnose(typed).mistakes
        assert problem.diagnose([tuple(F(f"{float(x):.4f}") for x in row) for row in problem.answer]).correct


def test_mlx_and_pytorch_take_nesterovs_step_as_nag_in_theta_does():
    """v = μ v + g, then w −= η (g + μ v): https://ml-explore.github.io/mlx, class SGD; onnx's operator with β = 1."""
    for problem in (FOLLOW_UP, StepProblem(BOWL, NesterovLookahead(F(1, 2), F(1, 4)), (-4, 3), 3)):
        s = second_telling(problem)
        p, v, table = list(s.start), [F(0), F(0)], []
        for _ in range(s.steps):
            g = s.g(*p)
            v = [s.mu * a + b for a, b in zip(v, g, strict=True)]
            p = [a - s.lr * (b + s.mu * c) for a, b, c in zip(p, g, v, strict=True)]
            table.append(tuple(p))
        assert "NAG in Θ" in problem.diagnose(table).mistakes


def test_every_mistake_has_a_second_implementation():
    applied = {
        m.id
        for method in (*METHODS, AdaGrad, RMSProp, Adam)
        for m in MISTAKES
        if m.applies_to(StepProblem(BOWL, method(0.5), (1, 2), 3))
    }
    assert applied == set(BY_NAME), "a mistake that can be made nowhere"
    assert set().union(*(causes for _, causes in ATLAS)) <= set(BY_NAME)
    assert SLIP not in BY_NAME


# --- wording ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mistake", [*MISTAKES, *RARE, *(Cause(id, None) for id in NUMBERS)], ids=lambda m: m.id
)
def test_every_mistake_reads_well(mistake):
    name, symptom, cure = map(mistake.said, ("name", "symptom", "cure"))
    for text in name, symptom, cure:
        assert text == text.strip()
        assert "  " not in text
        assert "\n" not in text
        assert not re.search(r"\s[,.;:?]|\.\.|[,;]$", text), "punctuation"
        assert not re.search(r"\b(\w+) \1\b", text), "a word twice"
        assert not re.search(r"\b(wrong|stupid|bad|fail|obviously|simply|just)\b", cure), "be kind"
        assert " - " not in text
        assert "'s " in text or "'" not in text
    assert 2 <= len(name) <= 45
    assert not symptom.endswith((".", "?", "!"))  # the message goes on after it
    assert symptom[0].islower() or symptom.startswith("∂")
    assert len(re.findall(r"\w+", symptom)) >= 4, "a clause, not a label"
    assert re.match(r"[A-Zη]", cure)
    assert cure.endswith((".", "?"))
    assert 15 <= len(cure) <= 120


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
    ids = [mistake.id for mistake in (*MISTAKES, *RARE, *BATCH_MISTAKES)]
    assert len(set(ids)) == len(ids)
    assert set(words("mistakes")["mistakes"]) == set(ids)
    assert set(words("mistakes")["rows"]) == set(DEVIATIONS)
    assert set(words("mistakes")["fitted"]) == set(NUMBERS)
