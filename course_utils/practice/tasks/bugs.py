"""The tasks of the bug clinic: each is a repair, and judged by what the repaired code does."""

import numpy as np

from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import Momentum, Nesterov
from course_utils.practice.tasks import OptimizerTask, function_task
from course_utils.support.language import gettext

# --- stuck ---------------------------------------------------------------------------------------------------


class FirstVelocityKept(Momentum):
    """Computes its velocity in the first call, and moves by it in every call."""

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: -self.lr * g for name, g in grads.items()}
        for name in params:
            params[name] += self.v[name]


stuck = OptimizerTask(Momentum, "bugs stuck")


stuck.slips(
    FirstVelocityKept=FirstVelocityKept,
)


# --- name ----------------------------------------------------------------------------------------------------


name = OptimizerTask(Nesterov, "bugs name")


# --- order ---------------------------------------------------------------------------------------------------


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


order = OptimizerTask(Nesterov, "bugs order")


order.slips(
    LostAFactor=LostAFactor,
)


# --- whole ---------------------------------------------------------------------------------------------------


def walk_cut_off(start, lr, steps):
    theta = np.array(start)
    for _ in range(steps):
        theta[:] = theta - lr * BOWL.gradient(theta)
    return theta


def walk_once(start, lr, steps):
    for _ in range(steps):
        return walk(start, lr, 1)


def any_walk(rng):
    start = rng.integers(-9, 10, 2)
    return start if rng.random() < 0.5 else start + 0.25, rng.integers(1, 9) / 10, int(rng.integers(1, 7))


@function_task(
    "bugs whole",
    cases=[
        (np.array([-7.5, 2.5]), 0.1, 1),
        (np.array([-7, 2]), 0.1, 1),
        (np.array([-7, 2]), 0.1, 7),
        (np.array([4, -3]), 0.5, 0),
    ],
    fresh=any_walk,
)
def walk(start, lr, steps):
    theta = np.array(start, dtype=float)
    for _ in range(steps):
        theta -= lr * BOWL.gradient(theta)
    return theta


walk.slips(
    walk_cut_off=walk_cut_off,
    walk_rounded=lambda start, lr, steps: np.round(walk(start, lr, steps)),
    walk_from_rounded=lambda start, lr, steps: walk(np.array(start).astype(int), lr, steps),
    walk_refused=(", dtype=float", ""),
    walk_once=walk_once,
    walk_with_one_gradient=lambda start, lr, steps: (
        start - steps * lr * BOWL.gradient(np.array(start, dtype=float))
    ),
)


# --- history -------------------------------------------------------------------------------------------------


@function_task(
    "bugs history",
    cases=[((-7, 2), 0.25, 0), ((-7, 2), 0.25, 1), ((-7, 2), 0.25, 4), ((4.0, -3.0), 0.1, 3)],
    fresh=lambda rng: (tuple(map(float, rng.integers(-9, 10, 2))), 0.25, int(rng.integers(1, 6))),
)
def history(start, lr, steps):
    theta = np.array(start, dtype=float)
    rows = [theta.copy()]
    for _ in range(steps):
        theta -= lr * BOWL.gradient(theta)
        rows.append(theta.copy())
    return rows


history.slips(
    history_of_the_end=lambda start, lr, steps: [walk(start, lr, steps)] * (steps + 1),
    history_but_the_start=lambda start, lr, steps: (
        [walk(start, lr, steps), *history(start, lr, steps)[1:]] if steps else history(start, lr, 0)
    ),
    history_but_the_steps=lambda start, lr, steps: (
        [np.array(start, dtype=float)] + [walk(start, lr, steps)] * steps
    ),
    history_without_the_start=lambda start, lr, steps: history(start, lr, steps)[1:],
    history_without_the_end=lambda start, lr, steps: history(start, lr, steps)[:-1],
)


# --- slope ---------------------------------------------------------------------------------------------------


def cube(x):
    return x * x * x


def hill(x):
    return 1 / (1 + x * x)


def wave(x):
    return x * x * x * x - 2 * x * x + 7


def forward(h):
    """The quotient to the right, with this h."""

    def quotient(f, x):
        return (f(x + h) - f(x)) / h

    quotient.__name__ = gettext("forward quotient with h = {h:g}").format(h=h)
    return quotient


def central(h):
    """The quotient to both sides, with this h."""

    def quotient(f, x):
        return (f(x + h) - f(x - h)) / (2 * h)

    quotient.__name__ = gettext("central quotient with h = {h:g}").format(h=h)
    return quotient


TOO_FINE = [q(h) for q in (forward, central) for h in (1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10)]


TOO_COARSE = [*map(forward, (0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)), *map(central, (0.1, 0.01))]


def any_slope(rng):
    return (cube, hill, wave)[rng.integers(3)], float(rng.choice((-1, 1)) * rng.uniform(1.2, 3))


@function_task(
    "bugs slope", cases=[(cube, 3.0), (cube, 1.0), (hill, 1.5), (wave, 2.0)], fresh=any_slope, rtol=1e-6
)
def slope(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


slope.slips(
    too_fine=TOO_FINE,
    too_coarse=TOO_COARSE,
    slope_times_h=("(2 * h)", "2 * h"),
    slope_doubled=lambda f, x: 2 * slope(f, x),
    slope_uphill_only=lambda f, x: -slope(f, x),
)


# --- shared --------------------------------------------------------------------------------------------------


shared = OptimizerTask(Momentum, "bugs shared")


# --- rate ----------------------------------------------------------------------------------------------------


class FixedRate(Momentum):
    """Has a learning rate of its own."""

    def __init__(self, lr, momentum):
        super().__init__(0.1, momentum)


rate = OptimizerTask(Momentum, "bugs rate")


rate.slips(
    FixedRate=FixedRate,
)


# --- test ----------------------------------------------------------------------------------------------------


class OnceOnly(Momentum):
    """Moves in the first call, and never again."""

    def update(self, params, grads):
        if self.v is None:
            super().update(params, grads)


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


def compared_with_is_not_equal(method):
    raise ValueError("the truth value of an array")


def asserted(method):
    assert is_momentum(method)
    return True


def _agrees(method, steps):
    mine, right = (descend(m(lr=0.5, momentum=0.25), SADDLE, (8, 16), steps) for m in (method, Momentum))
    return np.array_equal(mine.positions[-1], right.positions[-1])


@function_task(
    "bugs test",
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
)
def is_momentum(method):
    optimizer, params = method(lr=0.5, momentum=0.25), {"theta": np.array([8.0, 16.0])}
    for right in (0, 12), (-8, 11), (-15.5, 14.75):
        optimizer.update(params, {"theta": SADDLE.gradient(params["theta"])})
        if not np.allclose(params["theta"], right):
            return False
    return True


is_momentum.slips(
    always=lambda method: True,
    never=lambda method: False,
    after_one_step=lambda method: _agrees(method, 1),
    after_two_steps=lambda method: _agrees(method, 2),
    compared_with_is_not_equal=compared_with_is_not_equal,
    asserted=asserted,
)
