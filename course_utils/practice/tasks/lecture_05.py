"""The tasks of lecture 05: Nesterov's look-ahead."""

import itertools
import math

import numpy as np

from course_utils.optimizers import Momentum, Nesterov, NesterovLookahead
from course_utils.practice.tasks import OptimizerTask, function_task

# --- look-ahead ----------------------------------------------------------------------------------------------


class LooksBack(NesterovLookahead):
    """v as some libraries have it, to be subtracted; or θ − μ v."""

    def gradient_point(self, params):
        if self.v is None:
            return params
        return {name: params[name] - self.momentum * self.v[name] for name in params}


class StepsFromAhead(NesterovLookahead):
    """θ moves to the look-ahead point, and by the new v from there."""

    def update(self, params, grads):
        for name, ahead in self.gradient_point(params).items():
            params[name] += ahead - params[name]
        super().update(params, grads)


class MovesTwice(NesterovLookahead):
    """θ moves by v, and by μ times the same v."""

    def update(self, params, grads):
        super().update(params, grads)
        for name, ahead in self.gradient_point(params).items():
            params[name] += ahead - params[name]


class VelocityForPlace(NesterovLookahead):
    """The gradient is taken at μ v, without θ."""

    def gradient_point(self, params):
        if self.v is None:
            return params
        return {name: self.momentum * self.v[name] for name in params}


look_ahead = OptimizerTask(NesterovLookahead, "05 look-ahead")


look_ahead.slips(
    LooksBack=LooksBack,
    StepsFromAhead=StepsFromAhead,
    MovesTwice=MovesTwice,
    VelocityForPlace=VelocityForPlace,
)


# --- stored-form ---------------------------------------------------------------------------------------------


class HalfOfKeras(Nesterov):
    """v first, as Keras has it, and then the line for θ."""

    def update(self, params, grads):
        self.v = self.v or {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.momentum * self.v[name]


class NewVelocityWhole(Nesterov):
    """v first, and all of it, and then the gradient once more."""

    def update(self, params, grads):
        self.v = self.v or {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name] - self.lr * grads[name]


class OnlyMomentum(Nesterov):
    """Θ moves as Momentum's θ does."""

    update = Momentum.update


class OnFromTheta(Nesterov):
    """Line 2 of the lecture's proof, with the stored Θ instead of θ."""

    def update(self, params, grads):
        self.v = self.v or {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += (1 + self.momentum) * self.v[name]


class GradientAdded(Nesterov):
    """The gradient is added to Θ, and subtracted from v."""

    def update(self, params, grads):
        for name in params:
            params[name] += 2 * (1 + self.momentum) * self.lr * grads[name]
        super().update(params, grads)


class VelocityUphill(Nesterov):
    """The gradient is subtracted from Θ, and added to v."""

    def update(self, params, grads):
        self.v = self.v or {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            params[name] += self.momentum**2 * self.v[name] - (1 + self.momentum) * self.lr * grads[name]
            self.v[name] = self.momentum * self.v[name] + self.lr * grads[name]


class VelocityAtRest(Nesterov):
    """The line for v is missing."""

    def update(self, params, grads):
        for name in params:
            params[name] -= (1 + self.momentum) * self.lr * grads[name]


stored_form = OptimizerTask(Nesterov, "05 stored-form")


stored_form.slips(
    HalfOfKeras=HalfOfKeras,
    NewVelocityWhole=NewVelocityWhole,
    OnlyMomentum=OnlyMomentum,
    OnFromTheta=OnFromTheta,
    GradientAdded=GradientAdded,
    VelocityUphill=VelocityUphill,
    VelocityAtRest=VelocityAtRest,
)


# --- to-book -------------------------------------------------------------------------------------------------


def any_state(rng):
    theta, state = rng.integers(-9, 10, (2, 2)).astype(float)
    return theta, state, float(rng.choice((0.1, 0.25, 0.5, 2))), float(rng.choice((0.25, 0.5, 0.9)))


@function_task(
    "05 to-book",
    cases=[
        (4.0, 0.0, 0.5, 0.5),
        (4.0, 2.0, 1.0, 0.5),
        (4.0, 2.0, 0.25, 0.5),
        (np.array([1.0, -3.0]), np.array([2.0, -8.0]), 0.5, 0.25),
    ],
    fresh=any_state,
)
def book_state(Theta, b, lr, mu):
    v = -lr * b
    return Theta - mu * v, v


book_state.slips(
    buffer_for_velocity=("v, v", "b, b"),
    sign_of_v_lost=("v, v", "lr * b, lr * b"),
    looked_ahead_again=("v, v", "lr * b, -lr * b"),
    whole_velocity_back=("- mu * v, v", "+ lr * b, -lr * b"),
    point_as_it_is=(" - mu * v, v", ", -lr * b"),
    divided_by_rate=("lr * b", "b / lr"),
    mu_in_the_velocity=("b\n    return Theta - mu *", "mu * b\n    return Theta -"),
    rate_lost=("- mu * v, v", "+ mu * b, -b"),
)


# --- to-torch ------------------------------------------------------------------------------------------------


@function_task(
    "05 to-torch",
    cases=[
        (4.0, 0.0, 0.5, 0.5),
        (4.0, -2.0, 1.0, 0.5),
        (4.0, -2.0, 0.25, 0.5),
        (np.array([1.0, -3.0]), np.array([2.0, -8.0]), 0.5, 0.25),
    ],
    fresh=any_state,
)
def torch_state(theta, v, lr, mu):
    b = -v / lr
    return theta + mu * v, b


torch_state.slips(
    velocity_for_buffer=("v, b", "v, v"),
    sign_of_b_lost=("v, b", "v, v / lr"),
    rate_multiplied=("v, b", "v, -lr * v"),
    theta_as_it_is=(" + mu * v, b", ", -v / lr"),
    stepped_back=("+ mu * v, b", "- mu * v, -v / lr"),
    whole_velocity_ahead=("mu * v, b", "v, -v / lr"),
    buffer_ahead=("mu * v, b", "mu * b, b"),
)


# --- limit ---------------------------------------------------------------------------------------------------


def any_look(rng):
    return float(rng.choice((0.1, 0.3, 0.7, 0.8))), float(rng.choice((0.1, 0.2, 0.4, 0.6, 0.9)))


@function_task("05 limit", cases=[(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.5, 1.0), (0.9, 0.9)], fresh=any_look)
def swing_limit(mu, ahead):
    return 2 * (1 + mu) / (1 + 2 * ahead)


swing_limit.slips(
    always_nesterov=("(1 + 2 * ahead)", "(1 + 2 * mu)"),
    always_momentum=(" / (1 + 2 * ahead)", ""),
    last_step_is_theta=lambda mu, ahead: (2 + mu) / (1 + ahead),
    one_swing_lost=("2 * ahead", "ahead"),
    minus_one_forgotten=("2 * (1 + mu)", "(1 + 2 * mu)"),
    evenly_on=("(1 + mu)", "mu"),
    behind=("1 + 2", "1 - 2"),
    ahead_times_mu=("(1 + 2 * ahead)", "(1 + 2 * ahead * mu)"),
    every_mu_replaced=("2 * (1 + mu)", "1 + 1"),
    velocity_reversed=lambda mu, ahead: 2 * (1 - mu) / (1 - 2 * ahead),
)


# --- witness -------------------------------------------------------------------------------------------------


SWAPPED = {
    "book": "PyTorch",
    "PyTorch": "book",
    "Keras Nesterov": "PyTorch Nesterov",
    "PyTorch Nesterov": "Keras Nesterov",
}


def libraries_swapped(first, second, lr, mu):
    told = which_momentum(first, second, lr, mu)
    return SWAPPED.get(told, told)


def first_step_only(first, second, lr, mu):
    told = which_momentum(first, second, lr, mu)
    return {"PyTorch": "book", "PyTorch Nesterov": "Keras Nesterov"}.get(told, told)


def first_step_only_and_torch(first, second, lr, mu):
    told = which_momentum(first, second, lr, mu)
    return {"book": "PyTorch", "Keras Nesterov": "PyTorch Nesterov"}.get(told, told)


def compared_to_the_last_digit(*exactly):
    """Code that compares some of the numbers with ==: the "average", the "first" point or the second "move"."""

    def equal(what, one, other):
        return one == other if what in exactly else math.isclose(one, other)

    def told(first, second, lr, mu):
        if equal("average", first, -(1 - mu) * lr):
            return "average"
        move, kept = second - first, -mu * lr - lr / 10
        if equal("first", first, -lr):
            return "book" if equal("move", move, kept) else "PyTorch"
        return "Keras Nesterov" if equal("move", move, mu * kept - lr / 10) else "PyTorch Nesterov"

    told.__name__ = f"== for {', '.join(exactly)}"
    return told


COMPARED = [
    compared_to_the_last_digit(*some)
    for count in (1, 2, 3)
    for some in itertools.combinations(("average", "first", "move"), count)
]


RULES = {
    "book": lambda p, s, lr, mu: (p + mu * s - lr, mu * s - lr),
    "PyTorch": lambda p, s, lr, mu: (p - lr * (mu * s + 1), mu * s + 1),
    "average": lambda p, s, lr, mu: (p - lr * (mu * s + 1 - mu), mu * s + 1 - mu),
    "Keras Nesterov": lambda p, s, lr, mu: (p + mu * (mu * s - lr) - lr, mu * s - lr),
    "PyTorch Nesterov": lambda p, s, lr, mu: (p - lr * (1 + mu * (mu * s + 1)), mu * s + 1),
}


def witness(name, lr, mu):
    """What which_momentum is given of a library: its two points from 0, with g = 1, and lr, mu."""
    step = RULES[name]
    first, state = step(0.0, 0.0, lr, mu)
    second, _ = step(first, state, lr / 10, mu)
    return first, second, lr, mu


def any_witness(rng):
    name, lr, mu = (
        rng.choice(list(RULES)),
        float(rng.choice((0.1, 0.5, 2))),
        float(rng.choice((0.3, 0.7, 0.9))),
    )
    first, second, *_ = witness(str(name), lr, mu)
    last_digit = 1 + rng.choice((-1, 0, 0, 1)) * 1e-15  # the program may have computed in another order
    return float(first * last_digit), float(second * last_digit), lr, mu


@function_task(
    "05 witness",
    cases=[
        witness(name, 1.0, 0.5)
        for name in ("average", "book", "PyTorch", "Keras Nesterov", "PyTorch Nesterov")
    ],
    fresh=any_witness,
)
def which_momentum(first, second, lr, mu):
    if math.isclose(first, -(1 - mu) * lr):
        return "average"
    move, kept = second - first, -mu * lr - lr / 10  # kept: the book's second velocity
    if math.isclose(first, -lr):
        return "book" if math.isclose(move, kept) else "PyTorch"
    return "Keras Nesterov" if math.isclose(move, mu * kept - lr / 10) else "PyTorch Nesterov"


which_momentum.slips(
    libraries_swapped=libraries_swapped,
    first_step_only=first_step_only,
    first_step_only_and_torch=first_step_only_and_torch,
    nesterov_not_seen=lambda first, second, lr, mu: (
        which_momentum(first, second, lr, mu).replace(" Nesterov", "").replace("Keras", "book")
    ),
    compared=COMPARED,
    rate_one_assumed=lambda first, second, lr, mu: which_momentum(first, second, 1, mu),
    numbers_from_paper=lambda first, second, lr, mu: which_momentum(first, second, 1, 0.5),
)


# --- rolls-on ------------------------------------------------------------------------------------------------


@function_task(
    "05 rolls-on",
    cases=[(1.0, 1.0, 0.5, 0.0), (1.0, 1.0, 0.5, 0.5), (1.0, 0.1, 0.01, 0.9), (-2.0, 0.1, 0.05, 0.9)],
    fresh=lambda rng: (
        float(rng.integers(1, 6)),
        float(rng.choice((0.5, 1, 2))),
        float(rng.choice((0.1, 0.25))),
        float(rng.choice((0.25, 0.5, 0.9))),
    ),
)
def rolls_on(g, old_lr, new_lr, mu):
    too_fast = -(old_lr - new_lr) * g / (1 - mu)
    return too_fast * mu / (1 - mu)


rolls_on.slips(
    from_the_drop_on=lambda g, old_lr, new_lr, mu: -(old_lr - new_lr) * g / (1 - mu) ** 2,
    velocity_not_way=("too_fast * mu", "-(old_lr - new_lr) * g"),
    first_step_after=("return too_fast", "return -(old_lr - new_lr) * g"),
    to_a_stop=lambda g, old_lr, new_lr, mu: -old_lr * g * mu / (1 - mu) ** 2,
    uphill=lambda g, old_lr, new_lr, mu: -rolls_on(g, old_lr, new_lr, mu),
    with_the_new_rate_only=lambda g, old_lr, new_lr, mu: -new_lr * g * mu / (1 - mu) ** 2,
    slope_is_one=lambda g, old_lr, new_lr, mu: rolls_on(1, old_lr, new_lr, mu),
    speed_of_one_step=lambda g, old_lr, new_lr, mu: -(old_lr - new_lr) * g * mu,
)
