"""The tasks of lecture 05: Nesterov's look-ahead."""

import itertools
import math

import numpy as np

from course_utils.optimizers import Momentum, Nesterov, NesterovLookahead
from course_utils.tasks import FunctionTask, OptimizerTask, Slip

# --- two slips in code that stores Θ ------------------------------------------------------------------------


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
    """Line 2 of the lecture's proof, with the stored Θ in the place of θ."""

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


# --- and in code that looks ahead -----------------------------------------------------------------------------


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


# --- from PyTorch's state to the book's, and back -----------------------------------------------------------


def book_state(Theta, b, lr, mu):
    v = -lr * b
    return Theta - mu * v, v


def buffer_for_velocity(Theta, b, lr, mu):
    return Theta - mu * b, b


def sign_of_v_lost(Theta, b, lr, mu):
    return Theta - mu * lr * b, lr * b


def looked_ahead_again(Theta, b, lr, mu):
    return Theta - mu * lr * b, -lr * b


def whole_velocity_back(Theta, b, lr, mu):
    return Theta + lr * b, -lr * b


def point_as_it_is(Theta, b, lr, mu):
    return Theta, -lr * b


def divided_by_rate(Theta, b, lr, mu):
    v = -b / lr
    return Theta - mu * v, v


def mu_in_the_velocity(Theta, b, lr, mu):
    v = -lr * mu * b
    return Theta - v, v


def rate_lost(Theta, b, lr, mu):
    return Theta + mu * b, -b


def any_state(rng):
    theta, state = rng.integers(-9, 10, (2, 2)).astype(float)
    return theta, state, float(rng.choice((0.1, 0.25, 0.5, 2))), float(rng.choice((0.25, 0.5, 0.9)))


def torch_state(theta, v, lr, mu):
    b = -v / lr
    return theta + mu * v, b


def velocity_for_buffer(theta, v, lr, mu):
    return theta + mu * v, v


def sign_of_b_lost(theta, v, lr, mu):
    return theta + mu * v, v / lr


def rate_multiplied(theta, v, lr, mu):
    return theta + mu * v, -lr * v


def theta_as_it_is(theta, v, lr, mu):
    return theta, -v / lr


def stepped_back(theta, v, lr, mu):
    return theta - mu * v, -v / lr


def whole_velocity_ahead(theta, v, lr, mu):
    return theta + v, -v / lr


def buffer_ahead(theta, v, lr, mu):
    b = -v / lr
    return theta + mu * b, b


# --- where a swing goes on for ever -------------------------------------------------------------------------


def swing_limit(mu, ahead):
    return 2 * (1 + mu) / (1 + 2 * ahead)


def always_nesterov(mu, ahead):
    return 2 * (1 + mu) / (1 + 2 * mu)


def always_momentum(mu, ahead):
    return 2 * (1 + mu)


def last_step_is_theta(mu, ahead):
    """As if the last step of the swing were θ and not 2θ."""
    return (2 + mu) / (1 + ahead)


def one_swing_lost(mu, ahead):
    return 2 * (1 + mu) / (1 + ahead)


def minus_one_forgotten(mu, ahead):
    """−1 on the left forgotten: 0 = 1 + 2μ − x(1 + 2c)."""
    return (1 + 2 * mu) / (1 + 2 * ahead)


def evenly_on(mu, ahead):
    """+1 in place of −1: 1 = 1 + 2μ − x(1 + 2c)."""
    return 2 * mu / (1 + 2 * ahead)


def behind(mu, ahead):
    return 2 * (1 + mu) / (1 - 2 * ahead)


def ahead_times_mu(mu, ahead):
    return 2 * (1 + mu) / (1 + 2 * ahead * mu)


def every_mu_replaced(mu, ahead):
    """The lecture's 1 + 1/(1 + 2μ) with c for μ."""
    return 1 + 1 / (1 + 2 * ahead)


def velocity_reversed(mu, ahead):
    """v = −2θ."""
    return 2 * (1 - mu) / (1 - 2 * ahead)


def any_look(rng):
    return float(rng.choice((0.1, 0.3, 0.7, 0.8))), float(rng.choice((0.1, 0.2, 0.4, 0.6, 0.9)))


# --- which momentum is it? ----------------------------------------------------------------------------------


def which_momentum(first, second, lr, mu):
    if math.isclose(first, -(1 - mu) * lr):
        return "average"
    move, kept = second - first, -mu * lr - lr / 10  # kept: the book's second velocity
    if math.isclose(first, -lr):
        return "book" if math.isclose(move, kept) else "PyTorch"
    return "Keras Nesterov" if math.isclose(move, mu * kept - lr / 10) else "PyTorch Nesterov"


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


def nesterov_not_seen(first, second, lr, mu):
    return which_momentum(first, second, lr, mu).replace(" Nesterov", "").replace("Keras", "book")


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


def rate_one_assumed(first, second, lr, mu):
    return which_momentum(first, second, 1, mu)


def numbers_from_paper(first, second, lr, mu):
    return which_momentum(first, second, 1, 0.5)


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


# --- how far a velocity rolls on ----------------------------------------------------------------------------


def rolls_on(g, old_lr, new_lr, mu):
    too_fast = -(old_lr - new_lr) * g / (1 - mu)
    return too_fast * mu / (1 - mu)


def from_the_drop_on(g, old_lr, new_lr, mu):
    return -(old_lr - new_lr) * g / (1 - mu) ** 2


def velocity_not_way(g, old_lr, new_lr, mu):
    return -(old_lr - new_lr) * g / (1 - mu)


def first_step_after(g, old_lr, new_lr, mu):
    return -(old_lr - new_lr) * g * mu / (1 - mu)


def to_a_stop(g, old_lr, new_lr, mu):
    return -old_lr * g * mu / (1 - mu) ** 2


def uphill(g, old_lr, new_lr, mu):
    return -rolls_on(g, old_lr, new_lr, mu)


def with_the_new_rate_only(g, old_lr, new_lr, mu):
    return -new_lr * g * mu / (1 - mu) ** 2


def slope_is_one(g, old_lr, new_lr, mu):
    return rolls_on(1, old_lr, new_lr, mu)


def speed_of_one_step(g, old_lr, new_lr, mu):
    return -(old_lr - new_lr) * g * mu


TASKS = {
    "look-ahead": OptimizerTask(
        NesterovLookahead,
        mistakes=(
            Slip(
                LooksBack,
                "the gradient is taken behind the ball, at θ − μ v",
                "In v ← μ v − η g and θ ← θ + v the velocity points where the ball goes: look at your signs.",
            ),
            Slip(
                StepsFromAhead,
                "θ moves to the look-ahead point first, and by v from there",
                "That point is only visited, and the new v has μ v in it already: the ball moves from θ, by v alone.",
            ),
            Slip(
                MovesTwice,
                "θ moves by (1 + μ) v",
                "θ moves by v alone; μ v is only how far gradient_point looks ahead.",
            ),
            Slip(
                VelocityForPlace,
                "the gradient is taken at μ v",
                "That is how far to go. From where?",
            ),
        ),
        hints=(
            "Which of the two verbs differs from Momentum's, and which does not?",
            "update is Momentum's, line by line. gradient_point gives a new dict with the same names: each value is the parameter, "
            "moved on by what friction leaves of its velocity. In the first call there is no velocity yet.",
            "A similar case: prices, with a tax that may not be known yet.\n"
            "    def with_tax(self, prices):\n"
            "        if self.tax is None:\n"
            "            return prices\n"
            "        return {item: prices[item] * (1 + self.tax[item]) for item in prices}",
        ),
        why="update has no line of its own: NesterovLookahead inherits it from Momentum. All that is new is the place where the gradient "
        "is taken, and it is only visited: gradient_point gives new arrays and leaves params where they are.",
    ),
    "stored-form": OptimizerTask(
        Nesterov,
        mistakes=(
            Slip(
                HalfOfKeras,
                "v is updated first, and Θ then moves by μ v alone",
                "Take Θ' − Θ = v' + μ v' − μ v, and write it with the new v' only: which term with g is left?",
            ),
            Slip(
                NewVelocityWhole,
                "v is updated first, and Θ then moves by all of it and the gradient step",
                "Take Θ' − Θ = v' + μ v' − μ v, and replace μ v by v' + η g: with which factor is v' left?",
            ),
            Slip(
                OnlyMomentum,
                "Θ moves as Momentum's θ does",
                "Θ lies ahead of θ by μ v, and that changes, too: compare your move with μ² v − (1 + μ) η g.",
            ),
            Slip(
                OnFromTheta,
                "v is updated first, and Θ then moves by (1 + μ) v",
                "That is the second line of the lecture's proof, where one goes on from θ. You have stored Θ: subtract the old μ v, too.",
            ),
            Slip(
                GradientAdded,
                "the gradient is added in the line for Θ",
                "Both lines go downhill: look at the sign in front of (1 + μ).",
            ),
            Slip(
                VelocityUphill,
                "the gradient is added in the line for v",
                "Both lines go downhill: look at the sign in front of η.",
            ),
            Slip(
                VelocityAtRest,
                "v stays 0",
                "A step has two lines: is the one for v there, and does it reach self.v?",
            ),
        ),
        hints=(
            "Both v and the params change in a step. Which of the two lines still needs the old v?",
            "Either move params first, by μ² v and −(1 + μ) η g with the old v, and then make the new v; or make the new v and write "
            "the move with it alone.",
            "A similar case: p ← p + 3q, and q ← q + 1, both with the old q.\n"
            "    p += 3 * q\n"
            "    q += 1\n"
            "or, with q first:  q += 1; p += 3 * (q - 1).",
        ),
        why="The line for Θ needs the old v, so it comes first. With the new v' in its place, μ v = v' + η g, the move μ² v − (1 + μ) η g "
        "becomes μ v' − η g: that is Keras's order. Both are right; a line of the one with the order of the other is not.",
    ),
    "to-book": FunctionTask(
        book_state,
        cases=[
            (4.0, 0.0, 0.5, 0.5),
            (4.0, 2.0, 1.0, 0.5),
            (4.0, 2.0, 0.25, 0.5),
            (np.array([1.0, -3.0]), np.array([2.0, -8.0]), 0.5, 0.25),
        ],
        mistakes=(
            Slip(
                buffer_for_velocity,
                "the buffer is taken for the velocity",
                "The buffer is a sum of gradients: what does PyTorch do with it to make a step?",
            ),
            Slip(
                sign_of_v_lost,
                "the velocity points uphill",
                "PyTorch subtracts η b, the book adds v: which sign has v?",
            ),
            Slip(
                looked_ahead_again,
                "the point is moved by μ v once more",
                "What is stored lies ahead already: to come to θ, go back.",
            ),
            Slip(
                whole_velocity_back,
                "the point is moved back by the whole velocity",
                "Θ lies ahead of θ only by what friction leaves of v.",
            ),
            Slip(
                point_as_it_is,
                "the stored point is taken for θ",
                "With nesterov=True the stored point is the one where the gradient is taken.",
            ),
            Slip(
                divided_by_rate,
                "the buffer is divided by η",
                "A step is η b long: is the rate a factor or a divisor?",
            ),
            Slip(
                mu_in_the_velocity,
                "μ is a part of the velocity already",
                "v is the whole last step of θ; μ v is only how far one looks ahead.",
            ),
            Slip(
                rate_lost,
                "η is left out",
                "b is a sum of gradients, and a step is η times that.",
            ),
        ),
        fresh=any_state,
        hints=(
            "Two conversions, one after the other. Which of the two can you do without the other?",
            "First the velocity: PyTorch moves by minus the rate times b, and the book moves by v. Then the point, with that v: what is "
            "stored is θ + μ v.",
            "A similar case: a clock shows T = t + 2h, and you know k = −h/3. Then h = −3k, and t = T − 2h.",
        ),
        why="The velocity is the step itself, v = −ηb. The stored point lies ahead by μ v, so θ = Θ − μ v. It is the other order that goes "
        "wrong: without the velocity nobody knows how far to go back.",
    ),
    "to-torch": FunctionTask(
        torch_state,
        cases=[
            (4.0, 0.0, 0.5, 0.5),
            (4.0, -2.0, 1.0, 0.5),
            (4.0, -2.0, 0.25, 0.5),
            (np.array([1.0, -3.0]), np.array([2.0, -8.0]), 0.5, 0.25),
        ],
        mistakes=(
            Slip(
                velocity_for_buffer,
                "the velocity is handed over as the buffer",
                "PyTorch multiplies its buffer by −η to make a step.",
            ),
            Slip(
                sign_of_b_lost,
                "the buffer has the sign of the velocity",
                "The buffer is a sum of gradients, and the velocity goes against them.",
            ),
            Slip(
                rate_multiplied,
                "v is multiplied by η",
                "Solve v = −η b for b.",
            ),
            Slip(
                theta_as_it_is,
                "θ is stored as it is",
                "PyTorch takes its gradient at the stored point: where does Nesterov want it?",
            ),
            Slip(
                stepped_back,
                "the point is moved back, and not ahead",
                "From θ to Θ it is the other direction than from Θ to θ.",
            ),
            Slip(
                whole_velocity_ahead,
                "the point is moved on by the whole velocity",
                "Θ lies ahead of θ only by what friction leaves of v.",
            ),
            Slip(
                buffer_ahead,
                "the point is moved by μ b",
                "How far to look ahead is counted in velocities, not in buffers.",
            ),
        ),
        fresh=any_state,
        hints=(
            "It is the way back of what you have just written. Read those two lines from the end.",
            "Θ = θ + μ v needs the velocity, and you have it. For the buffer solve v = −ηb.",
            "A similar case: k = −h/3, and T = t + 2h. From t = 5 and h = 6: k = −2 and T = 17.",
        ),
        why="b = −v/η, since PyTorch multiplies by η only when it moves, and Θ = θ + μ v. With the rate changed between, divide by the rate that "
        "comes next: then the first step is as long as the book's.",
    ),
    "limit": FunctionTask(
        swing_limit,
        cases=[(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.5, 1.0), (0.9, 0.9)],
        mistakes=(
            Slip(
                always_nesterov,
                "the gradient is taken at θ + μ v, whatever c is",
                "Here μ and c are two numbers: μ in the kept velocity, c in the place of the gradient.",
            ),
            Slip(
                always_momentum,
                "the gradient is taken at θ itself: that is Momentum's limit",
                "In the swing the gradient is taken at θ + c v: how far out is that?",
            ),
            Slip(
                last_step_is_theta,
                "the last step of the swing counts as θ",
                "The ball went from −θ to θ: how long was that step?",
            ),
            Slip(
                one_swing_lost,
                "the look-ahead point lies at (1 + c) θ",
                "In the swing v is not θ: the ball came from −θ.",
            ),
            Slip(
                minus_one_forgotten,
                "the ball is asked to go to 0",
                "In a swing that goes on, the next point is −θ.",
            ),
            Slip(
                evenly_on,
                "the ball is asked to stay where it is",
                "In a swing that goes on, the next point is −θ, not θ.",
            ),
            Slip(
                behind,
                "the gradient is taken behind the ball",
                "θ + c v with v = 2θ: which sign does c get?",
            ),
            Slip(
                ahead_times_mu,
                "the gradient is taken at θ + c μ v",
                "Here c is the whole factor of v: Nesterov's method is c = μ, not c = 1.",
            ),
            Slip(
                every_mu_replaced,
                "each μ of the lecture's formula becomes c",
                "There c = μ, so one letter stood for two. Only the place of the gradient gets c: the kept velocity has μ. Begin with the swing.",
            ),
            Slip(
                velocity_reversed,
                "v is −2θ",
                "v is where the ball is minus where it was: θ − (−θ).",
            ),
        ),
        fresh=any_look,
        hints=(
            "In the swing the ball stands at θ, came from −θ, and goes to −θ. Write v and the new θ with θ alone.",
            "v = 2θ, so the gradient is λ(1 + 2c) θ. Put both into −θ = θ + μ v − η g, divide by θ, and solve for ηλ.",
            "A similar case: −1 = 1 + 4a − 3x. Then 3x = 2 + 4a, and x = (2 + 4a)/3.",
        ),
        why="−1 = 1 + 2μ − ηλ(1 + 2c). Momentum is c = 0 and Nesterov's method c = μ: one formula for both. The farther ahead the slope is felt, the "
        "stronger the pull back, and the smaller the step that is borne.",
    ),
    "witness": FunctionTask(
        which_momentum,
        cases=[
            witness(name, 1.0, 0.5)
            for name in ("average", "book", "PyTorch", "Keras Nesterov", "PyTorch Nesterov")
        ],
        mistakes=(
            Slip(
                libraries_swapped,
                "the one that keeps its velocity and the one that shrinks it have changed places",
                "After the drop, which one still moves by μ of its first step?",
            ),
            Slip(
                first_step_only,
                "only the first point is looked at",
                "While η is constant, v = −ηb and both are the same: only the step after the drop tells them apart.",
            ),
            Slip(
                first_step_only_and_torch,
                "the velocity is never found to be kept",
                "Compare the second move, second − first, with μ times the first velocity and the new gradient step, which has η/10.",
            ),
            Slip(
                nesterov_not_seen,
                "the look-ahead is not seen",
                "With nesterov=True the stored point is ahead: the first move is longer than η.",
            ),
            *(
                Slip(
                    exact,
                    "floats are compared with ==",
                    "−0.6 may be −0.6000000000000001 in a float: math.isclose(a, b) takes them for equal.",
                )
                for exact in COMPARED
            ),
            Slip(
                rate_one_assumed,
                "η is taken for 1",
                "On paper η was 1; here it is `lr`, another one in each case.",
            ),
            Slip(
                numbers_from_paper,
                "the numbers from your paper are compared",
                "They hold for η = 1 and μ = 1/2: write them with lr and mu.",
            ),
        ),
        fresh=any_witness,
        hints=(
            "Compute by hand for each of the five where its first step leads. How many different answers are there?",
            "The first point tells three groups apart: −(1 − μ)η, −η and −(1 + μ)η. In a group of two, compute the second move of the one "
            "that keeps its velocity: does it fit? Compare with math.isclose.",
            "A similar case: who walked 3, then 5 in all? Anna keeps her step, 3 + 3; Bo walks 3, then 2.\n"
            '    return "Anna" if math.isclose(second - first, 3) else "Bo"',
        ),
        why="One step shows what the stored point is and how a gradient is weighed; a step after a drop shows whether η stands inside the memory or "
        "outside. Two numbers are enough, and you need no source code for it.",
    ),
    "rolls-on": FunctionTask(
        rolls_on,
        cases=[(1.0, 1.0, 0.5, 0.0), (1.0, 1.0, 0.5, 0.5), (1.0, 0.1, 0.01, 0.9), (-2.0, 0.1, 0.05, 0.9)],
        mistakes=(
            Slip(
                from_the_drop_on,
                "the step before the drop is counted, too",
                "In the first step after the drop μ of the difference is left, not all of it.",
            ),
            Slip(
                velocity_not_way,
                "the difference of the velocities is returned, and not that of the ways",
                "That is how much too fast the ball is at the drop. Add up what is left of it in all steps to come.",
            ),
            Slip(
                first_step_after,
                "only one step after the drop is counted",
                "What is too much fades by the factor μ in each step: add up all of them.",
            ),
            Slip(
                to_a_stop,
                "the whole velocity is counted, down to rest",
                "PyTorch's ball goes on, too, at the new terminal velocity: only the difference counts.",
            ),
            Slip(
                uphill,
                "the ball rolls on uphill",
                "Which sign has the velocity, where g is positive?",
            ),
            Slip(
                with_the_new_rate_only,
                "only the new rate counts",
                "What rolls on is old: how fast was the ball, and how fast should it be?",
            ),
            Slip(
                slope_is_one,
                "g is left out",
                "A steeper slope makes both balls faster, and so their difference.",
            ),
            Slip(
                speed_of_one_step,
                "each ball has the speed of a single step",
                "Before the drop both go at the terminal velocity −η g/(1 − μ).",
            ),
        ),
        fresh=lambda rng: (
            float(rng.integers(1, 6)),
            float(rng.choice((0.5, 1, 2))),
            float(rng.choice((0.1, 0.25))),
            float(rng.choice((0.25, 0.5, 0.9))),
        ),
        hints=(
            "How fast is the ball before the drop, and how fast does each of the two go in the end?",
            "At the drop the book's ball is too fast by −(η_old − η_new) g/(1 − μ). One step later μ of that is left, then μ². Add them up.",
            "A similar case: a tap drips 6 drops in this minute, and each minute half as many: 3, 3/2, … In all minutes to come that makes "
            "6 · (1/2)/(1 − 1/2) = 6.",
        ),
        why="Both end at −η_new g/(1 − μ), PyTorch at once, the book's ball little by little: its difference to that speed shrinks by the factor μ a step. The sum "
        "of all of it is the difference times μ + μ² + … = μ/(1 − μ).",
    ),
}
