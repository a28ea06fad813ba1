"""The tasks of lecture 04: Momentum."""

import numpy as np

from course_utils.optimizers import Momentum
from course_utils.tasks import FunctionTask, OptimizerTask, Slip

# --- one step -----------------------------------------------------------------------------------------------


def momentum_step(theta, v, g, lr, mu):
    v = mu * v - lr * g
    return theta + v, v


def moved_first(theta, v, g, lr, mu):
    return theta + v, mu * v - lr * g


def moved_against_v(theta, v, g, lr, mu):
    v = mu * v - lr * g
    return theta - v, v


def uphill(theta, v, g, lr, mu):
    return momentum_step(theta, v, -g, lr, mu)


def forgot_v(theta, v, g, lr, mu):
    return momentum_step(theta, 0 * v, g, lr, mu)


def kept_all_of_v(theta, v, g, lr, mu):
    return momentum_step(theta, v, g, lr, 1)


def rate_on_both(theta, v, g, lr, mu):
    return momentum_step(theta, lr * v, g, lr, mu)


def rate_on_neither(theta, v, g, lr, mu):
    return momentum_step(theta, v, g, 1, mu)


def averaged(theta, v, g, lr, mu):
    return momentum_step(theta, v, (1 - mu) * g, lr, mu)


def swapped(theta, v, g, lr, mu):
    return momentum_step(theta, v, g, mu, lr)


def returned_the_old_v(theta, v, g, lr, mu):
    return momentum_step(theta, v, g, lr, mu)[0], v


def pushed_by_library_velocity(theta, v, g, lr, mu):
    v = mu * v + g
    return theta - lr * v, v


def turned_round(theta, v, g, lr, mu):
    v = mu * v + lr * g
    return theta - v, v


def friction_turned_round(theta, v, g, lr, mu):
    return momentum_step(theta, -v, g, lr, mu)


def friction_on_both(theta, v, g, lr, mu):
    v = mu * (v - lr * g)
    return theta + v, v


def mu_for_the_rate(theta, v, g, lr, mu):
    return momentum_step(theta, v, g, mu, mu)


def moved_without_v(theta, v, g, lr, mu):
    return theta - lr * g, mu * v - lr * g


def left_v_alone(theta, v, g, lr, mu):
    return theta - lr * g, v


def moved_twice(theta, v, g, lr, mu):
    v = mu * v - lr * g
    return theta + mu * v - lr * g, v


def any_step(rng):
    theta, v, g = rng.integers(-9, 10, (3, 2)) / 4
    return theta, v, g, rng.choice([0.1, 0.5, 0.25]), rng.choice([0.5, 0.75, 0.9])


# --- the velocity as a sum ----------------------------------------------------------------------------------


def velocity_as_sum(gradients, lr, mu):
    return -lr * sum(mu**age * g for age, g in enumerate(reversed(gradients)))


def oldest_counts_most(gradients, lr, mu):
    return velocity_as_sum(gradients[::-1], lr, mu)


def newest_fades_too(gradients, lr, mu):
    return mu * velocity_as_sum(gradients, lr, mu)


def all_count_alike(gradients, lr, mu):
    return velocity_as_sum(gradients, lr, 1)


def only_the_newest(gradients, lr, mu):
    return -lr * gradients[-1]


def an_average(gradients, lr, mu):
    return (1 - mu) * velocity_as_sum(gradients, lr, mu)


def pushed_uphill(gradients, lr, mu):
    return -velocity_as_sum(gradients, lr, mu)


def weighted_by_age(gradients, lr, mu):
    return -lr * sum(mu * age * g if age else g for age, g in enumerate(reversed(gradients)))


def without_minus_and_rate(gradients, lr, mu):
    return -velocity_as_sum(gradients, 1, mu)


def rate_left_out(gradients, lr, mu):
    return velocity_as_sum(gradients, 1, mu)


def any_gradients(rng):
    return (
        [float(g) for g in rng.integers(-9, 10, rng.integers(2, 7))],
        0.5,
        float(rng.choice([0.25, 0.5, 0.9])),
    )


# --- terminal velocity --------------------------------------------------------------------------------------


def terminal_velocity(g, lr, mu):
    return -lr * g / (1 - mu)


def rising(g, lr, mu):
    return lr * g / (1 - mu)


def divided_by_mu(g, lr, mu):
    return -lr * g / mu


def one_plus_mu(g, lr, mu):
    return -lr * g / (1 + mu)


def times_one_minus_mu(g, lr, mu):
    return -lr * g * (1 - mu)


def without_rate(g, lr, mu):
    return -g / (1 - mu)


def one_step_late(g, lr, mu):
    return -lr * g * mu / (1 - mu)


def without_bracket(g, lr, mu):
    return -lr * g / 1 - mu


def without_memory(g, lr, mu):
    return -lr * g


# --- away from the saddle -----------------------------------------------------------------------------------


def escape_steps(lr, mu):
    x, v, steps = 1e-6, 0.0, 0
    while abs(x) < 1:
        v = mu * v + lr * x
        x += v
        steps += 1
    return steps


def one_too_few(lr, mu):
    return escape_steps(lr, mu) - 1


def one_too_many(lr, mu):
    return escape_steps(lr, mu) + 1


def without_velocity(lr, mu):
    return escape_steps(lr, 0)


def with_the_old_velocity(lr, mu):
    x, v, steps = 1e-6, 0.0, 0
    while abs(x) < 1:
        x, v = x + v, mu * v + lr * x
        steps += 1
    return steps


def never_arrives(lr, mu):
    raise TimeoutError


# --- a class -------------------------------------------------------------------------------------------------


class PutInPlaceOfTheta(Momentum):
    def update(self, params, grads):
        for p in params.values():
            p[...] = 0
        super().update(params, grads)


class PushedTwice(Momentum):
    def update(self, params, grads):
        super().update(params, grads)
        for name in params:
            params[name] -= self.lr * grads[name]


TASKS = {
    "step": FunctionTask(
        momentum_step,
        cases=[
            (2.0, -1.0, 4.0, 0.1, 0.5),
            (np.array([1.0, 2.0]), np.array([0.0, 0.0]), np.array([2.0, 1.0]), 1, 1),
            (np.array([-1.0, 1.0]), np.array([-2.0, -1.0]), np.array([1.0, -1.0]), 1, 1),
            (np.array([-4.0, 1.0]), np.array([-3.0, 0.0]), np.array([1.0, -4.0]), 1, 1),
        ],
        mistakes=(
            Slip(
                moved_first,
                "you move with v before you update it",
                "The order matters: first the velocity, then the point.",
            ),
            Slip(
                moved_against_v,
                "θ moves against the velocity, θ − v",
                "The velocity already points downhill: look at its sign in the line that moves θ.",
            ),
            Slip(
                uphill,
                "the gradient is added, so every push goes uphill",
                "The gradient points uphill: look at the sign in front of η g.",
            ),
            Slip(
                forgot_v,
                "your velocity never accumulates: the new v is −η g alone",
                "Before you move, ask what is left of the velocity you already had.",
            ),
            Slip(
                kept_all_of_v,
                "the old velocity is kept whole, without μ",
                "Friction takes a part of the velocity at every step: look at the factor in front of v.",
            ),
            Slip(
                rate_on_both,
                "η multiplies the old velocity as well as the gradient",
                "Look at what η multiplies: it belongs to the gradient alone.",
            ),
            Slip(
                rate_on_neither,
                "the gradient is used whole, without η",
                "Look at the factor in front of the gradient.",
            ),
            Slip(
                averaged,
                "the gradient is weighted with 1 − μ, as in a moving average",
                "Here the whole step −η g is added to the velocity: look at the factor in front of g.",
            ),
            Slip(
                swapped,
                "η and μ have changed places",
                "Look at which of the two belongs to the gradient and which to the velocity.",
            ),
            Slip(
                returned_the_old_v,
                "θ is right, but the v that comes back is the old one",
                "The next step starts from the velocity that you return.",
            ),
            Slip(
                pushed_by_library_velocity,
                "v collects the gradients themselves, and θ moves by −η v: the form that PyTorch keeps",
                "Here v is what θ moves by: η belongs into the line of v, with its minus.",
            ),
            Slip(
                turned_round,
                "both signs are turned round: +η g in v, and θ − v",
                "Here v points where the ball goes: look at the signs of both lines.",
            ),
            Slip(
                friction_turned_round,
                "the old velocity is subtracted, −μ v",
                "What is left of the old velocity pushes the same way as before: look at its sign.",
            ),
            Slip(
                friction_on_both,
                "μ multiplies the gradient step as well as the old velocity",
                "Look at what μ multiplies: it belongs to the old velocity alone.",
            ),
            Slip(
                mu_for_the_rate,
                "μ stands in front of the gradient, where η belongs",
                "Look at the factor in front of the gradient.",
            ),
            Slip(
                moved_without_v,
                "the new v is right, but θ moves by −η g alone",
                "The point moves by the whole new velocity, and not only by its last push.",
            ),
            Slip(
                left_v_alone,
                "v plays no part: this is a step of plain gradient descent",
                "Update v first, and move θ by it.",
            ),
            Slip(
                moved_twice,
                "the velocity is updated, and then μ and −η g come in once more when θ moves",
                "Once v is new, it holds the whole step: θ + v.",
            ),
        ),
        fresh=any_step,
        hints=(
            "There are two lines, and each is one formula. Which of the two needs the result of the other?",
            "First compute the new v from the old v and g, under the same name. Then return two values, with a comma.",
            "A similar case: a savings account with interest r and a deposit d each month.\n"
            "    interest = r * account\n"
            "    account = account + interest + d\n"
            "    return account, interest\n"
            "The second line uses what the first has just computed.",
        ),
        why="First the velocity: friction leaves μ v of it, and the slope pushes by −η g. Then the point moves by the new "
        "velocity. `v = ...` makes a new array, so the arrays of the caller stay as they are.",
    ),
    "momentum": OptimizerTask(
        Momentum,
        mistakes=(
            Slip(
                PutInPlaceOfTheta,
                "the velocity takes the place of θ, where it should be added to it",
                "Look at the line that moves the array: `=` puts something else there, `+=` adds.",
            ),
            Slip(
                PushedTwice,
                "−η g enters twice, once in v and once more when the array moves",
                "Once v is new, it holds the whole step.",
            ),
        ),
        hints=(
            "What must be done once, before the first step, and what in every call?",
            "In the first call make a zero velocity for every name in params, of the shape of its array. Then, in every call, go "
            "through the names: update the velocity of that name, then the array.",
            "A similar case: a class that counts how often each name was seen.\n"
            "    if self.seen is None:\n"
            "        self.seen = {name: 0 for name in params}\n"
            "    for name in params:\n"
            "        self.seen[name] += 1\n"
            "The `if` makes the zeros; the loop stands outside of it and runs in every call.",
        ),
        why="Each array of params has a velocity of its own shape, kept in self.v between the calls. The loop runs in every call; "
        "`+=` changes the array itself, so that the network that holds it sees the step.",
    ),
    "sum": FunctionTask(
        velocity_as_sum,
        cases=[
            ([4.0], 0.5, 0.5),
            ([4.0, 0.0], 0.5, 0.5),
            ([4.0, 2.0, 1.0], 0.5, 0.5),
            ([1.0, 1.0, 1.0, 1.0], 0.1, 0.9),
            ([1.0, -1.0, 1.0, -1.0], 0.1, 0.9),
        ],
        mistakes=(
            Slip(
                oldest_counts_most,
                "the weights run the other way, so that the oldest gradient counts most",
                "The list begins with the oldest gradient: how often has friction acted on that one?",
            ),
            Slip(
                newest_fades_too,
                "every gradient, even the newest, has lost a factor μ",
                "Friction has not yet acted on the newest push: which power of μ is that?",
            ),
            Slip(
                all_count_alike,
                "all gradients count alike",
                "Each step multiplies all that was there before by μ.",
            ),
            Slip(
                only_the_newest,
                "only the newest gradient counts",
                "What is left of the pushes before?",
            ),
            Slip(
                an_average,
                "the weights are made to add up to one, as in a moving average",
                "The newest push enters whole: its weight is 1.",
            ),
            Slip(pushed_uphill, "the velocity points uphill", "Each push is −η g: look at the sign."),
            Slip(
                without_minus_and_rate,
                "the gradients are summed as they are, without −η",
                "Each push is −η g, not g.",
            ),
            Slip(rate_left_out, "η is missing", "Each push is −η g, not −g."),
            Slip(
                weighted_by_age,
                "μ is multiplied by the age of a gradient",
                "Friction acts once in each step: what does multiplying by μ again and again give?",
            ),
        ),
        fresh=any_gradients,
        hints=(
            "Write the velocity after one, two and three steps on paper, with g₀, g₁, g₂, and look at the powers of μ.",
            "The newest gradient has the weight 1, the one before μ, the one before that μ². The list begins with the oldest, "
            "so go through it backwards, or count how many come after each.",
            "A similar case: the number that the digits 4, 2, 1 spell is a sum as well, with powers of ten.\n"
            "    sum(10**place * digit for place, digit in enumerate(reversed([4, 2, 1])))\n"
            "gives 421.",
        ),
        why="Put v into itself: v₃ = −η g₂ + μ (−η g₁ + μ (−η g₀)). A push that is k steps old has been multiplied by μ k times. "
        "Where all gradients agree the weights add up, to 1/(1 − μ) in the end; where they alternate they nearly cancel.",
    ),
    "top-speed": FunctionTask(
        terminal_velocity,
        cases=[(1.0, 0.1, 0.0), (1.0, 0.1, 0.5), (1.0, 0.1, 0.9), (-3.0, 0.01, 0.99)],
        mistakes=(
            Slip(rising, "the velocity points uphill", "Look at the sign of −η g when you solve for v."),
            Slip(
                one_plus_mu,
                "μ v changes sides with the wrong sign",
                "Bring μ v to the left: v − μ v. What can be put outside a bracket?",
            ),
            Slip(
                times_one_minus_mu,
                "the velocity is multiplied by 1 − μ",
                "Check it with no friction: when μ is nearly 1, is the ball fast or slow?",
            ),
            Slip(without_rate, "η is missing", "What pushes in each step is −η g, not −g."),
            Slip(
                one_step_late,
                "the velocity is taken after the friction, before the next push",
                "Check it with μ = 0: then every step is −η g.",
            ),
            Slip(
                divided_by_mu,
                "the velocity is divided by μ",
                "Check it with μ = 0: then every step is −η g.",
            ),
            Slip(
                without_bracket,
                "1 − μ has no bracket: Python divides by 1, and subtracts μ after that",
                "Put a bracket around everything below the fraction line.",
            ),
            Slip(
                without_memory,
                "each step is −η g alone, as if friction took all of the velocity",
                "Put v on both sides of v ← μ v − η g before you solve it.",
            ),
        ),
        fresh=lambda rng: (
            float(rng.integers(-9, 10)),
            float(rng.choice([0.1, 0.5])),
            float(rng.integers(0, 10) / 10),
        ),
        hints=(
            "At terminal velocity a step changes nothing: what stands on both sides of v ← μ v − η g?",
            "Write v = μ v − η g and bring everything with v to the left.",
            "A similar case: a bath loses a quarter of its water every minute while 3 litres flow in. It stays level at w = 3/4 w + 3, "
            "so w/4 = 3, and w = 12 litres.",
        ),
        why="(1 − μ) v = −η g says: what friction takes in a step is what the slope gives. So v = −η g / (1 − μ), which is "
        "1/(1 − μ) times the step of plain gradient descent.",
    ),
    "escape": FunctionTask(
        escape_steps,
        cases=[(1.0, 0.0), (0.1, 0.0), (0.1, 0.5), (0.1, 0.9), (0.01, 0.0)],
        mistakes=(
            Slip(
                one_too_few,
                "the last step is not counted",
                "Count a step when it is taken: is the one that passes 1 among them?",
            ),
            Slip(
                one_too_many,
                "one step too many is counted",
                "The start is step 0. And do you stop as soon as |x| has reached 1?",
            ),
            Slip(
                without_velocity,
                "no velocity is kept: each step is −η g alone",
                "Keep v from one turn of the loop to the next.",
            ),
            Slip(
                with_the_old_velocity,
                "you move with v before you update it",
                "The order matters: first the velocity, then the point.",
            ),
            Slip(
                never_arrives,
                "|x| never reaches 1",
                "Here g = −x, so the push −η g points away from 0. Print x in the first turns of your loop: does it grow?",
            ),
        ),
        fresh=lambda rng: (float(rng.integers(1, 10) / 10), float(rng.integers(0, 10) / 10)),
        hints=(
            "How often a loop will turn is not known beforehand: which kind of loop is that?",
            "Start with x = 1e-6, v = 0 and no steps. While |x| is below 1, make one step of Momentum with g = −x, and count it.",
            "A similar case: how many years until money doubles at 5 %?\n"
            "    money, years = 1.0, 0\n"
            "    while money < 2:\n"
            "        money = money + 0.05 * money\n"
            "        years += 1\n"
            "gives 15.",
        ),
        why="With g = −x, gradient descent multiplies x by 1 + η in every step. Momentum adds what it has gathered, and its factor "
        "is the larger root of r² − (1 + μ + η) r + μ = 0: for η = 0.1 and μ = 0.9 it is 1.316 against 1.1.",
    ),
}
