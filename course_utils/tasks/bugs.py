"""The tasks of the bug clinic: each is a repair, and judged by what the repaired code does."""

import numpy as np

from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import Momentum, Nesterov
from course_utils.tasks import FunctionTask, OptimizerTask, Slip

# --- the walk in the ravine: whole numbers, and a history -------------------------------------------------


def walk(start, lr, steps):
    theta = np.array(start, dtype=float)
    for _ in range(steps):
        theta -= lr * BOWL.gradient(theta)
    return theta


def history(start, lr, steps):
    theta = np.array(start, dtype=float)
    rows = [theta.copy()]
    for _ in range(steps):
        theta -= lr * BOWL.gradient(theta)
        rows.append(theta.copy())
    return rows


def walk_cut_off(start, lr, steps):
    theta = np.array(start)
    for _ in range(steps):
        theta[:] = theta - lr * BOWL.gradient(theta)
    return theta


def walk_rounded(start, lr, steps):
    return np.round(walk(start, lr, steps))


def walk_from_rounded(start, lr, steps):
    return walk(np.array(start).astype(int), lr, steps)


def walk_refused(start, lr, steps):
    theta = np.array(start)
    for _ in range(steps):
        theta -= lr * BOWL.gradient(theta)
    return theta


def walk_once(start, lr, steps):
    for _ in range(steps):
        return walk(start, lr, 1)


def walk_with_one_gradient(start, lr, steps):
    return start - steps * lr * BOWL.gradient(np.array(start, dtype=float))


def history_of_the_end(start, lr, steps):
    return [walk(start, lr, steps)] * (steps + 1)


def history_but_the_start(start, lr, steps):
    return [walk(start, lr, steps), *history(start, lr, steps)[1:]] if steps else history(start, lr, 0)


def history_but_the_steps(start, lr, steps):
    return [np.array(start, dtype=float)] + [walk(start, lr, steps)] * steps


def history_without_the_start(start, lr, steps):
    return history(start, lr, steps)[1:]


def history_without_the_end(start, lr, steps):
    return history(start, lr, steps)[:-1]


def any_walk(rng):
    start = rng.integers(-9, 10, 2)
    return start if rng.random() < 0.5 else start + 0.25, rng.integers(1, 9) / 10, int(rng.integers(1, 7))


# --- difference quotients ---------------------------------------------------------------------------------


def cube(x):
    return x * x * x


def hill(x):
    return 1 / (1 + x * x)


def wave(x):
    return x * x * x * x - 2 * x * x + 7


def slope(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


def forward(h):
    """The quotient to the right, with this h."""

    def quotient(f, x):
        return (f(x + h) - f(x)) / h

    quotient.__name__ = f"forward quotient with h = {h:g}"
    return quotient


def central(h):
    """The quotient to both sides, with this h."""

    def quotient(f, x):
        return (f(x + h) - f(x - h)) / (2 * h)

    quotient.__name__ = f"central quotient with h = {h:g}"
    return quotient


TOO_FINE = [q(h) for q in (forward, central) for h in (1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10)]
TOO_COARSE = [*map(forward, (0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)), *map(central, (0.1, 0.01))]


def slope_times_h(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / 2 * h


def slope_doubled(f, x):
    return 2 * slope(f, x)


def slope_uphill_only(f, x):
    return -slope(f, x)


def any_slope(rng):
    return (cube, hill, wave)[rng.integers(3)], float(rng.choice((-1, 1)) * rng.uniform(1.2, 3))


# --- optimizers with a bug: to recognise, and for a test of one's own to tell apart -------------------------------------------------------


def is_momentum(method):
    optimizer, params = method(lr=0.5, momentum=0.25), {"theta": np.array([8.0, 16.0])}
    for right in (0, 12), (-8, 11), (-15.5, 14.75):
        optimizer.update(params, {"theta": SADDLE.gradient(params["theta"])})
        if not np.allclose(params["theta"], right):
            return False
    return True


class OnceOnly(Momentum):
    """Moves in the first call, and never again."""

    def update(self, params, grads):
        if self.v is None:
            super().update(params, grads)


class FirstVelocityKept(Momentum):
    """Computes its velocity in the first call, and moves by it in every call."""

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: -self.lr * g for name, g in grads.items()}
        for name in params:
            params[name] += self.v[name]


class LostAFactor(Nesterov):
    """Multiplies v by μ before its old value is used."""

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: 0 * p for name, p in params.items()}
        for name in params:
            self.v[name] *= self.momentum
            params[name] += self.momentum**2 * self.v[name]
            params[name] -= (1 + self.momentum) * self.lr * grads[name]
            self.v[name] -= self.lr * grads[name]


class FixedRate(Momentum):
    """Has a learning rate of its own."""

    def __init__(self, lr, momentum):
        super().__init__(0.1, momentum)


class NoFriction(Momentum):
    """Takes μ for 1: right in the first step."""

    def __init__(self, lr, momentum):
        super().__init__(lr, 1.0)


class Forgetful(Momentum):
    """Right for two steps, and then without its velocity."""

    steps = 0

    def update(self, params, grads):
        self.steps += 1
        if self.steps == 3:
            self.v = None
        super().update(params, grads)


class StumblesFirst(Momentum):
    """At the right place after two steps and after three, but not after the first."""

    places = (0, 13), (-8, 11), (-15.5, 14.75)
    steps = 0

    def update(self, params, grads):
        params["theta"][:] = self.places[self.steps % 3]
        self.steps += 1


class StumblesSecond(StumblesFirst):
    """At the right place after one step and after three, but not in between."""

    places = (0, 12), (-8, 12), (-15.5, 14.75)


class LastDigitOff(Momentum):
    """Right, and off in the last digit, as code is that computes in another order."""

    def update(self, params, grads):
        super().update(params, grads)
        params["theta"] *= 1 + 1e-15


class UphillMomentum(Momentum):
    """Adds the gradient where it should be subtracted."""

    def update(self, params, grads):
        super().update(params, {name: -g for name, g in grads.items()})


def always(method):
    return True


def never(method):
    return False


def after_one_step(method):
    return _agrees(method, 1)


def after_two_steps(method):
    return _agrees(method, 2)


def compared_with_is_not_equal(method):
    raise ValueError("the truth value of an array")


def asserted(method):
    assert is_momentum(method)
    return True


def _agrees(method, steps):
    mine, right = (descend(m(lr=0.5, momentum=0.25), SADDLE, (8, 16), steps) for m in (method, Momentum))
    return np.array_equal(mine.positions[-1], right.positions[-1])


# --- what is asked -----------------------------------------------------------------------------------------

TASKS = {
    "stuck": OptimizerTask(
        optimizer=Momentum,
        mistakes=(
            Slip(
                FirstVelocityKept,
                "the velocity is computed in the first call, and stays as it is from then on",
                "Which lines should run in the first call only? Just those that make the zeros.",
            ),
        ),
        hints=(
            "Ask of each line of `update`: in which calls does it run?",
            "self.v is None in the first call only. Which lines should run in the first call, and which in every call?",
            "A similar case: a counter that makes its list in the first call.\n"
            "    if self.seen is None:\n"
            "        self.seen = []\n"
            "        self.seen.append(x)      # only the first x is kept\n"
            "One level to the left, the last line keeps every x.",
        ),
        why="The loop that moves the parameters stood inside `if self.v is None`, so it ran in the first call only. "
        "One level to the left it runs in every call, and the `if` does what it is for: it makes the zeros once.",
    ),
    "name": OptimizerTask(
        optimizer=Nesterov,
        hints=(
            "The error message names the word. Where does it stand?",
            "Each of the four lines of the loop uses self.v[name]. Read them letter by letter.",
            "A similar case: `retrun x` is found when Python reads the file, because it is no Python at all. "
            "`lenght(x)` is fine Python: it could be the name of a function. It fails when the line runs.",
        ),
        why="`sefl` is a name like any other, and Python looks names up when their line runs. With `self` the step is "
        "whole: both lines for Θ read the old v, and then v is updated.",
    ),
    "order": OptimizerTask(
        optimizer=Nesterov,
        mistakes=(
            Slip(
                LostAFactor,
                "v has lost a factor μ already when it is used in μ² v",
                "Nothing may change v before Θ has been moved, and `*=` changes it.",
            ),
        ),
        hints=(
            "Which v does the formula for Θ mean, the old one or the new one? Which one does the code find?",
            "Both lines of the method use the old v. So nothing may change v before Θ has been moved; or the old v must be "
            "copied first. Mind that `old = v` makes no copy: `*=` then changes the array behind both names.",
            "A similar case: the pair of updates a ← a + b, b ← a, both with the old a. `a += b; b = a` gives b the new a. "
            "`old = a; a = a + b; b = old` is right, because `a + b` is a new array, and `old` still holds the old one.",
        ),
        why="The formula means the old v in both lines, but the code had updated v before it was used in μ² v. So the newest "
        "gradient counted 1 + μ + μ² in place of 1 + μ: a look-ahead of two steps. Move Θ first, then update v.",
    ),
    "whole": FunctionTask(
        walk,
        cases=[
            (np.array([-7.5, 2.5]), 0.1, 1),
            (np.array([-7, 2]), 0.1, 1),
            (np.array([-7, 2]), 0.1, 7),
            (np.array([4, -3]), 0.5, 0),
        ],
        mistakes=(
            Slip(
                walk_cut_off,
                "every new point is cut off to whole numbers",
                "Look at the dtype of the array in which the point is stored.",
            ),
            Slip(
                walk_rounded,
                "the last point is rounded to whole numbers",
                "Round nothing: a point may lie anywhere.",
            ),
            Slip(
                walk_from_rounded,
                "the start is cut off to whole numbers",
                "A start may have decimals: make floats of it, not whole numbers.",
            ),
            Slip(
                walk_refused,
                "fractions are to be added to an array of whole numbers",
                "Make an array of floats from the start, before the first step.",
            ),
            Slip(
                walk_once,
                "the function returns in its first turn of the loop",
                "Look at how far the `return` is indented.",
            ),
            Slip(
                walk_with_one_gradient,
                "the gradient of the start is used in every step",
                "The slope is another one at every point: compute g inside the loop.",
            ),
        ),
        fresh=any_walk,
        hints=(
            "What can an array hold that was made as np.array([-7, 2])?",
            "Make a new array of floats from the start, before the first step. Then the start stays as it was, too.",
            "A similar case: `a = np.array([1, 2]); a[0] = 1.9` leaves 1 in a[0]. "
            "With `a = np.array([1, 2], dtype=float)` it leaves 1.9.",
        ),
        why="An array of whole numbers stays one: `theta[:] = ...` cuts every new point off. `np.array(start, dtype=float)` "
        "makes a copy in floats, whatever the start was.",
    ),
    "history": FunctionTask(
        history,
        cases=[((-7, 2), 0.25, 0), ((-7, 2), 0.25, 1), ((-7, 2), 0.25, 4), ((4.0, -3.0), 0.1, 3)],
        mistakes=(
            Slip(
                history_of_the_end,
                "one array is stored again and again, without a copy",
                "Put into the list what will not change any more.",
            ),
            Slip(
                history_but_the_start,
                "the start is stored without a copy",
                "The first row goes into the list before the loop: it needs a copy as well.",
            ),
            Slip(
                history_but_the_steps,
                "the start is a copy, and the rows after it are not",
                "The row that is appended in the loop needs a copy as well.",
            ),
            Slip(history_without_the_start, "the start is missing", "The first row is the start."),
            Slip(
                history_without_the_end,
                "the last point is missing",
                "Every step adds a row, the last one too.",
            ),
        ),
        fresh=lambda rng: (tuple(map(float, rng.integers(-9, 10, 2))), 0.25, int(rng.integers(1, 6))),
        hints=(
            "How many arrays are there, and how many names do they have?",
            "There are two ways: store a copy of theta; or let every step make a new array, theta = theta - ..., "
            "in the place of theta -= ...",
            "A similar case: `row = [0]; rows = [row, row]; row[0] = 5` gives [[5], [5]]. "
            "With `rows = [row.copy(), row.copy()]` it stays [[0], [0]].",
        ),
        why="`append` stores a reference, and `-=` changes the array behind it. A copy in each row is an array of its own: "
        "nothing that happens later reaches it.",
    ),
    "slope": FunctionTask(
        slope,
        cases=[(cube, 3.0), (cube, 1.0), (hill, 1.5), (wave, 2.0)],
        mistakes=(
            *(
                Slip(
                    too_fine, "h is so small that rounding eats the digits", "Look at the left end of the V."
                )
                for too_fine in TOO_FINE
            ),
            *(
                Slip(
                    too_coarse,
                    "h is so large that the curve bends on the way",
                    "Look at the right end of the V.",
                )
                for too_coarse in TOO_COARSE
            ),
            Slip(
                slope_times_h,
                "2h has no bracket: Python divides by 2, and multiplies by h after that",
                "Put a bracket around everything below the fraction line.",
            ),
            Slip(
                slope_doubled,
                "the difference is divided by half the distance",
                "From x − h to x + h it is 2h.",
            ),
            Slip(
                slope_uphill_only,
                "the two values have changed places",
                "The slope is positive where f grows: f(x + h) comes first.",
            ),
        ),
        fresh=any_slope,
        hints=(
            "The picture above says which h is best for which quotient.",
            "Keep the quotient and take h near 1e-8; or take the central quotient with h near 1e-5.",
            "A similar case: how fast does a clock run? Compare over a second, and you cannot read the hands well enough; over a year, and "
            "it has been set in between. Some time in the middle is best.",
        ),
        why="f(x + h) and f(x) are rounded to 16 digits, and their difference keeps few of them when h is tiny. The central quotient "
        "with h = 1e-5 stands at the bottom of the V: about ten digits are right.",
        rtol=1e-6,
    ),
    "shared": OptimizerTask(
        optimizer=Momentum,
        hints=(
            "Where is the dict of velocities made, and how often?",
            "What stands directly under `class` is made once, when Python reads the class. What stands in __init__ is made for every object.",
            "A similar case:\n"
            "    class Basket:\n"
            "        fruit = []               # one list for all baskets\n"
            "With `self.fruit = []` in __init__, every basket has a list of its own.",
        ),
        why="`v = {}` under `class` makes one dict for all objects, so a new optimizer began with the velocity of the last one. "
        "`self.v = {}` in __init__ gives each object its own.",
    ),
    "rate": OptimizerTask(
        optimizer=Momentum,
        mistakes=(
            Slip(
                FixedRate,
                "η is always 0.1, whatever lr was given",
                "Look for a number in the update that should be a setting.",
            ),
        ),
        hints=(
            "Follow lr from the constructor on: where is it used?",
            "Compare the line for the velocity with v ← μ v − η g, letter by letter.",
            "A similar case: `def area(r): return 3.14 * 2 * 2` is right for r = 2. A test with r = 3 finds it.",
        ),
        why="The learning rate stood in the update as a number, 0.1, so the setting had no effect, and the default tests passed. "
        "self.lr belongs there.",
    ),
    "test": FunctionTask(
        is_momentum,
        cases=[
            (Momentum,),
            (FixedRate,),
            (NoFriction,),
            (OnceOnly,),
            (Forgetful,),
            (StumblesFirst,),
            (StumblesSecond,),
            (UphillMomentum,),
            (LastDigitOff,),
        ],
        mistakes=(
            Slip(
                always,
                "every method passes",
                "Compare the points with those you know, and return False where they differ.",
            ),
            Slip(
                never,
                "no method passes, not even the right one",
                "Hand the test Momentum itself and print what it compares: which point differs? At the end it returns True.",
            ),
            Slip(
                after_one_step,
                "only the first step is looked at",
                "From rest the first step is the same for many methods.",
            ),
            Slip(after_two_steps, "only two steps are looked at", "There is a third point that you know."),
            Slip(
                compared_with_is_not_equal,
                "two arrays are compared with == or !=, which gives an answer for each entry",
                "np.allclose compares them as a whole.",
            ),
            Slip(
                asserted,
                "a wrong method raises an error, as `assert` does",
                "Asked for is an answer: return False.",
            ),
        ),
        hints=(
            "A test walks and compares: make an optimizer, take a step, look at the point, three times.",
            'method(lr=0.5, momentum=0.25) makes an optimizer; SADDLE.gradient(params["theta"]) is the gradient. '
            "Return False at the first point that differs, and True at the end.",
            "A similar case, a test for plain gradient descent with one step:\n"
            '    optimizer, params = method(lr=0.5), {"theta": np.array([8.0, 16.0])}\n'
            '    optimizer.update(params, {"theta": SADDLE.gradient(params["theta"])})\n'
            '    return np.allclose(params["theta"], (0, 12))',
        ),
        why="Three points, with fractions as settings, tell Momentum from what only looks like it in the first step or two. "
        "With η = μ = 1 a method that takes μ for 1 would pass.",
    ),
}
