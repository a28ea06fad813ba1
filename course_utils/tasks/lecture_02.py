"""The tasks of lecture 02: stochastic gradient descent."""

import math
from itertools import combinations_with_replacement

import numpy as np

from course_utils.optimizers import SGD
from course_utils.tasks import FunctionTask, OptimizerTask, Slip

# --- the variance of a batch's mean -------------------------------------------------------------------------


def batch_variance(values, batch, replace):
    n = len(values)
    mean = sum(values) / n
    one = sum((value - mean) ** 2 for value in values) / n
    if replace:
        return one / batch
    return one / batch * (n - batch) / (n - 1)


def of_a_sample(values, batch, replace):
    n = len(values)
    return batch_variance(values, batch, replace) * n / (n - 1)


def always_with(values, batch, replace):
    return batch_variance(values, batch, True)


def always_without(values, batch, replace):
    return batch_variance(values, batch, False)


def ways_swapped(values, batch, replace):
    return batch_variance(values, batch, not replace)


def divided_twice(values, batch, replace):
    return batch_variance(values, batch, replace) / batch


def not_divided(values, batch, replace):
    return batch_variance(values, batch, replace) * batch


def typical_error(values, batch, replace):
    return batch_variance(values, batch, replace) ** 0.5


def all_but_the_batch(values, batch, replace):
    n = len(values)
    one = batch_variance(values, 1, True)
    return one / batch if replace else one / batch * (n - batch) / n


def mean_of_squares(values, batch, replace):
    shift = sum(values) / len(values)
    return batch_variance(values, batch, replace) * (
        1 if not shift else 1 + shift**2 / batch_variance(values, 1, True)
    )


def sample_and_n(values, batch, replace):
    """Right without replacement, since both changes cancel there; wrong with it."""
    n = len(values)
    return batch_variance(values, batch, replace) * (n / (n - 1) if replace else 1)


def squares_over_batch(values, batch, replace):
    return (
        batch_variance(values, 1, True)
        * len(values)
        / batch
        * (1 if replace else (len(values) - batch) / (len(values) - 1))
    )


def batch_forgotten_without(values, batch, replace):
    return batch_variance(values, batch, replace) * (1 if replace else batch)


def each_bag_once(values, batch, replace):
    """Counts 1, 3 and 3, 1 as one draw."""
    if not replace:
        return batch_variance(values, batch, replace)
    means = [sum(bag) / batch for bag in combinations_with_replacement(values, batch)]
    return batch_variance(means, 1, True)


def factor_of_the_drawn(values, batch, replace):
    return batch_variance(values, batch, True) * (1 if replace else (batch - 1) / (len(values) - 1))


def any_batch(rng):
    values = [float(x) for x in rng.choice(np.arange(-9, 10), rng.integers(3, 7), replace=False)]
    return values, int(rng.integers(2, len(values))), bool(rng.integers(2))


# --- the ball -----------------------------------------------------------------------------------------------


def variance_after(steps, lr, curvature, gradient_variance):
    variance = 0.0
    for _ in range(steps):
        variance = (1 - lr * curvature) ** 2 * variance + lr**2 * gradient_variance
    return variance


def in_the_end(steps, lr, curvature, gradient_variance):
    return lr * gradient_variance / (curvature * (2 - lr * curvature)) if steps else 0.0


def factor_not_squared(steps, lr, curvature, gradient_variance):
    variance = 0.0
    for _ in range(steps):
        variance = (1 - lr * curvature) * variance + lr**2 * gradient_variance
    return variance


def rate_not_squared(steps, lr, curvature, gradient_variance):
    return variance_after(steps, lr, curvature, gradient_variance / lr)


def nothing_shrinks(steps, lr, curvature, gradient_variance):
    return steps * lr**2 * gradient_variance


def noise_of_one_step(steps, lr, curvature, gradient_variance):
    return lr**2 * gradient_variance if steps else 0.0


def one_too_many(steps, lr, curvature, gradient_variance):
    return variance_after(steps + 1, lr, curvature, gradient_variance)


def one_too_few(steps, lr, curvature, gradient_variance):
    return variance_after(max(steps - 1, 0), lr, curvature, gradient_variance)


def noise_only_once(steps, lr, curvature, gradient_variance):
    return (1 - lr * curvature) ** (2 * (steps - 1)) * lr**2 * gradient_variance if steps else 0.0


def noise_without_rate(steps, lr, curvature, gradient_variance):
    return variance_after(steps, lr, curvature, gradient_variance / lr**2)


def variance_squared(steps, lr, curvature, gradient_variance):
    return variance_after(steps, lr, curvature, gradient_variance**2)


def root_for_variance(steps, lr, curvature, gradient_variance):
    return variance_after(steps, lr, curvature, gradient_variance**0.5)


def half_the_exponent(steps, lr, curvature, gradient_variance):
    ball = lr * gradient_variance / (curvature * (2 - lr * curvature))
    return ball * (1 - (1 - lr * curvature) ** steps)


def newest_shrinks_too(steps, lr, curvature, gradient_variance):
    return (1 - lr * curvature) ** 2 * variance_after(steps, lr, curvature, gradient_variance)


def starts_noisy(steps, lr, curvature, gradient_variance):
    left = (1 - lr * curvature) ** (2 * steps) * gradient_variance
    return left + variance_after(steps, lr, curvature, gradient_variance)


def nothing_squared(steps, lr, curvature, gradient_variance):
    return factor_not_squared(steps, lr, curvature, gradient_variance / lr)


def slope_is_one(steps, lr, curvature, gradient_variance):
    return variance_after(steps, lr, 1, gradient_variance)


# --- schedules ----------------------------------------------------------------------------------------------


def one_over_t(step, first, last, steps):
    half = steps * last / (first - last)
    return first / (1 + step / half)


def straight_down(step, first, last, steps):
    return first + (last - first) * step / steps


def geometric(step, first, last, steps):
    return first * (last / first) ** (step / steps)


def half_is_the_end(step, first, last, steps):
    return first / (1 + step / steps)


def shifted_down(step, first, last, steps):
    return last + (first - last) / (1 + step)


def half_upside_down(step, first, last, steps):
    return first / (1 + step / (steps * (first - last) / last))


def ratio_without_one(step, first, last, steps):
    return first / (1 + step / (steps * last / first))


def half_multiplied(step, first, last, steps):
    half = steps * last / (first - last)
    return first / (1 + step * half)


def steps_not_in_half(step, first, last, steps):
    return first / (1 + step * (first - last) / last)


def always_the_end(step, first, last, steps):
    return last


def counted_from_one(step, first, last, steps):
    return one_over_t(step + 1, first, last, steps)


def warm_cosine(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    return lr * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2


def starts_at_zero(step, lr, warm, steps):
    return lr * step / warm if step < warm else warm_cosine(step, lr, warm, steps)


def cosine_from_the_start(step, lr, warm, steps):
    return lr * (step + 1) / warm if step < warm else lr * (1 + math.cos(math.pi * step / steps)) / 2


def too_long(step, lr, warm, steps):
    return lr * (step + 1) / warm if step < warm else lr * (1 + math.cos(math.pi * (step - warm) / steps)) / 2


def half_forgotten(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    return lr * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))


def quarter_wave(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    return lr * math.cos(math.pi / 2 * (step - warm) / (steps - warm))


def in_degrees(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    return lr * (1 + math.cos(180 * (step - warm) / (steps - warm))) / 2


def no_warm_up(step, lr, warm, steps):
    return lr * (1 + math.cos(math.pi * step / steps)) / 2


def waits_then_jumps(step, lr, warm, steps):
    return 0.0 if step < warm else warm_cosine(step, lr, warm, steps)


def one_step_too_long(step, lr, warm, steps):
    return lr * (step + 1) / warm if step <= warm else warm_cosine(step, lr, warm, steps)


def cosine_too_early(step, lr, warm, steps):
    return lr * (step + 1) / warm if step < warm else lr * (1 + math.cos(math.pi * step / (steps - warm))) / 2


def from_nothing_to_all(step, lr, warm, steps):
    return lr * step / (warm - 1) if step < warm else warm_cosine(step, lr, warm, steps)


def does_not_rise(step, lr, warm, steps):
    return warm_cosine(0 if step < warm else step, lr, warm, steps)


def bare_cosine(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    return lr * math.cos(math.pi * (step - warm) / (steps - warm))


def cosine_rises(step, lr, warm, steps):
    return lr * (step + 1) / warm if step < warm else lr - warm_cosine(step, lr, warm, steps)


def rate_forgotten(step, lr, warm, steps):
    return warm_cosine(step, 1, warm, steps)


def line_down(step, lr, warm, steps):
    return lr * (step + 1) / warm if step < warm else lr * (steps - step) / (steps - warm)


def any_moment(rng):
    warm = int(rng.integers(2, 10))
    steps = warm + int(rng.integers(5, 40))
    step = warm + int(rng.integers(-2, 2)) if rng.integers(2) else int(rng.integers(0, steps + 1))
    return step, float(rng.choice((0.1, 0.5, 2))), warm, steps


# --- the smallest batch -------------------------------------------------------------------------------------


def smallest_batch(target, lr, curvature, gradient_variance):
    ball = lr * gradient_variance / (curvature * (2 - lr * curvature))  # of single points
    return math.ceil(ball / target)


def not_a_whole_number(target, lr, curvature, gradient_variance):
    return lr * gradient_variance / (curvature * (2 - lr * curvature)) / target


def rounded_down(target, lr, curvature, gradient_variance):
    return math.floor(not_a_whole_number(target, lr, curvature, gradient_variance))


def rounded(target, lr, curvature, gradient_variance):
    return round(not_a_whole_number(target, lr, curvature, gradient_variance))


def always_one_more(target, lr, curvature, gradient_variance):
    return 1 + math.floor(not_a_whole_number(target, lr, curvature, gradient_variance))


def noise_of_the_gradient(target, lr, curvature, gradient_variance):
    return math.ceil(gradient_variance / target)


def small_steps(target, lr, curvature, gradient_variance):
    return math.ceil(lr * gradient_variance / (2 * curvature) / target)


def squared_batch(target, lr, curvature, gradient_variance):
    return math.ceil(not_a_whole_number(target, lr, curvature, gradient_variance) ** 0.5)


def curvature_lost(target, lr, curvature, gradient_variance):
    return math.ceil(lr * gradient_variance / (2 - lr * curvature) / target)


def turned_over(target, lr, curvature, gradient_variance):
    return math.ceil(1 / not_a_whole_number(target, lr, curvature, gradient_variance))


def times_the_bracket(target, lr, curvature, gradient_variance):
    return math.ceil(lr * gradient_variance / curvature * (2 - lr * curvature) / target)


def rate_squared(target, lr, curvature, gradient_variance):
    return math.ceil(lr * not_a_whole_number(target, lr, curvature, gradient_variance))


def spread_squared(target, lr, curvature, gradient_variance):
    return math.ceil(not_a_whole_number(target, lr, curvature, gradient_variance**2))


def target_squared(target, lr, curvature, gradient_variance):
    return math.ceil(not_a_whole_number(target**2, lr, curvature, gradient_variance))


def plus_in_the_bracket(target, lr, curvature, gradient_variance):
    return math.ceil(lr * gradient_variance / (curvature * (2 + lr * curvature)) / target)


def any_target(rng):
    return tuple(
        float(rng.choice(of)) for of in ((0.125, 0.25, 0.5), (0.25, 0.5, 0.75), (0.5, 2), (7, 9, 40, 150))
    )


TASKS = {
    "sgd": OptimizerTask(
        SGD,
        hints=(
            "Say the rule in words, for one array. Is there anything that this method must remember from one step to the next?",
            "Go through the names that params has. From each array subtract the rate times the gradient of the same name, in place.",
            "A similar case: a discount, taken off all prices in place.\n"
            "    for item in prices:\n"
            "        prices[item] -= self.share * old[item]",
        ),
        why="One line, and no state: where the gradient comes from, whether from all points or from four, is not the optimizer's business. "
        "`-=` changes the array that the network holds, too.",
    ),
    "variance": FunctionTask(
        batch_variance,
        cases=[
            ([1.0, 3.0], 1, True),
            ([1.0, 3.0], 2, True),
            ([1.0, 3.0], 2, False),
            ([0.0, 1.0, 3.0, 4.0], 2, True),
            ([0.0, 1.0, 3.0, 4.0], 2, False),
        ],
        mistakes=(
            Slip(
                of_a_sample,
                "the squares are divided by n − 1, as for a sample",
                "These n values are all there are, and chance draws from them: σ² is the plain mean of the squares.",
            ),
            Slip(
                always_with,
                "the way of drawing makes no difference",
                "Without replacement, what was drawn cannot come again: which variance has a batch that holds everything?",
            ),
            Slip(
                always_without,
                "the draws are always without replacement",
                "With replacement a batch of n values still varies: look at `replace`.",
            ),
            Slip(
                ways_swapped,
                "the two ways of drawing have changed places",
                "Take a batch of all n values: in which way of drawing does its mean not vary at all?",
            ),
            Slip(
                divided_twice,
                "the variance is divided by B twice",
                "The factor 1/B comes out squared, but then B variances are added up.",
            ),
            Slip(
                not_divided,
                "the variance is that of a single value",
                "The mean of B values varies less than one of them.",
            ),
            Slip(
                typical_error,
                "the root is taken: that is the standard deviation",
                "Asked for is the variance, the mean square of the error.",
            ),
            Slip(
                all_but_the_batch,
                "the factor is (n − B)/n",
                "For B = 1 both ways of drawing are the same: what must the factor be then?",
            ),
            Slip(
                mean_of_squares,
                "the mean is not subtracted before squaring",
                "The variance is the mean square of the distance from the mean.",
            ),
            Slip(
                sample_and_n,
                "σ² is divided by n − 1, as for a sample",
                "Without replacement your factor makes up for it. With replacement nothing does: σ² is the plain mean of the squares.",
            ),
            Slip(
                squares_over_batch,
                "the sum of the squares is divided by B, and not by n",
                "First σ², a mean over all n values. How it changes with B comes after that.",
            ),
            Slip(
                batch_forgotten_without,
                "without replacement the variance is not divided by B",
                "The factor (n − B)/(n − 1) comes on top of σ²/B.",
            ),
            Slip(
                each_bag_once,
                "1, 3 and 3, 1 count as one draw",
                "They are two, and equally likely: with replacement each of the B draws has n outcomes.",
            ),
            Slip(
                factor_of_the_drawn,
                "the factor is (B − 1)/(n − 1)",
                "It must be 1 for B = 1 and 0 for B = n: yours is the other way round.",
            ),
        ),
        fresh=any_batch,
        hints=(
            "How much does a single value vary about the mean of all? That number is needed in both cases.",
            "σ² is the mean of (value − mean)² over all n values. With replacement divide it by B; without, there is a factor more, which is 1 "
            "for B = 1 and 0 for B = n.",
            "A similar case: the values 2 and 6 have the mean 4 and σ² = (4 + 4)/2 = 4. Means of two draws with replacement: 2, 4, 4, 6, so their "
            "variance is (4 + 0 + 0 + 4)/4 = 2. Without replacement both are drawn: always 4, and the variance is 0.",
        ),
        why="σ²/B comes from independent draws. Without replacement the draws hinder each other: a large value that was drawn cannot come again. The "
        "factor (n − B)/(n − 1) goes from 1 for a single value to 0 for all of them.",
    ),
    "growing": FunctionTask(
        variance_after,
        cases=[
            (0, 0.5, 1.0, 4.0),
            (1, 0.5, 1.0, 4.0),
            (2, 0.5, 1.0, 4.0),
            (3, 0.25, 2.0, 1.0),
            (1000, 0.5, 1.0, 4.0),
        ],
        mistakes=(
            Slip(
                in_the_end,
                "the variance is that of the settled ball, from the first step on",
                "The walk starts at the minimum, with variance 0: let it grow step by step.",
            ),
            Slip(
                factor_not_squared,
                "the factor 1 − ηλ is not squared",
                "A factor in front of a random number comes out of its variance squared.",
            ),
            Slip(
                rate_not_squared,
                "the noise is added with η, not with η²",
                "The push is −ηξ: with which factor does the variance of ξ come in?",
            ),
            Slip(
                nothing_shrinks,
                "the pushes add up, and nothing shrinks",
                "The slope pulls back: what is left of the old variance after a step?",
            ),
            Slip(
                noise_of_one_step,
                "only the newest push counts",
                "The pushes before it are not gone: they have shrunk.",
            ),
            Slip(one_too_many, "one step more is taken", "After 0 steps the walk stands at the minimum."),
            Slip(one_too_few, "one step less is taken", "The first step brings the first push."),
            Slip(noise_only_once, "only the first step is noisy", "Every step brings a new push."),
            Slip(
                noise_without_rate,
                "the noise is added without η²",
                "The step is η times the noisy gradient: with which factor does ξ reach θ?",
            ),
            Slip(
                variance_squared,
                "the variance of ξ is squared",
                "`gradient_variance` is σ² already: look at the factor that comes with it.",
            ),
            Slip(
                root_for_variance,
                "the root of the variance of ξ is added",
                "Variances add up, standard deviations do not: `gradient_variance` comes in as it is.",
            ),
            Slip(
                half_the_exponent,
                "what is missing shrinks by 1 − ηλ a step",
                "That is the pace of the mean. The variance has this factor squared.",
            ),
            Slip(
                newest_shrinks_too,
                "the newest push is shrunk, too",
                "Only the old variance is shrunk by the slope; then the push comes on top.",
            ),
            Slip(
                starts_noisy,
                "the balls start with the variance of ξ",
                "They all start at the minimum: how much do they differ there?",
            ),
            Slip(
                nothing_squared,
                "neither 1 − ηλ nor η is squared",
                "A factor in front of a random number comes out of its variance squared.",
            ),
            Slip(
                slope_is_one,
                "λ is left out",
                "Each step multiplies θ by 1 − ηλ: look at your bracket.",
            ),
        ),
        fresh=lambda rng: (
            int(rng.integers(2, 9)),
            float(rng.choice((0.1, 0.25, 0.5))),
            float(rng.choice((0.5, 2, 3))),
            float(rng.choice((2, 5, 9))),
        ),
        hints=(
            "What happens to the variance in one step? The lecture has the rule, in its Step 3.",
            "The old variance is multiplied by (1 − ηλ)², and η² σ² comes on top. Begin with 0, and do it as often as there are steps.",
            "A similar case: a lake loses a tenth of its water a day, and 3 units flow in.\n"
            "    for _ in range(days):\n"
            "        water = 0.9 * water + 3",
        ),
        why="V ← (1 − ηλ)² V + η²σ². Nothing else is needed: after many steps it comes to the formula of the lecture by itself, ησ²/(λ(2 − ηλ)).",
    ),
    "one-over-t": FunctionTask(
        one_over_t,
        cases=[(0, 0.5, 0.1, 100), (100, 0.5, 0.1, 100), (25, 0.5, 0.1, 100), (50, 0.5, 0.1, 100)],
        mistakes=(
            Slip(
                straight_down,
                "η falls in a straight line",
                "The form is η₀/(1 + t/h): find the h that ends at the right place.",
            ),
            Slip(
                geometric,
                "η falls by the same factor in every step",
                "The form is η₀/(1 + t/h): find the h that ends at the right place.",
            ),
            Slip(
                half_is_the_end,
                "h is the number of steps",
                "With that h the rate would be half of the first one at the end. Solve for h.",
            ),
            Slip(
                shifted_down,
                "the last rate is added, and h is 1",
                "The form is η₀/(1 + t/h), without a shift: solve for h.",
            ),
            Slip(
                half_upside_down,
                "the fraction in h is upside down",
                "1 + T/h = η₀/last: a small last rate needs a small h.",
            ),
            Slip(
                ratio_without_one,
                "the 1 in 1 + T/h is forgotten when solving",
                "Subtract 1 before you solve for T/h.",
            ),
            Slip(
                half_multiplied,
                "the step is multiplied by h, not divided",
                "At step = h the rate is half of the first one: there step/h is 1.",
            ),
            Slip(
                steps_not_in_half,
                "the number of steps is left out of h",
                "h is a number of steps: for a walk twice as long it is twice as large.",
            ),
            Slip(
                always_the_end,
                "η is the last rate in every step",
                "`step` is the step of now, `steps` is T: which of them belongs into 1 + t/h?",
            ),
            Slip(
                counted_from_one,
                "the steps are counted from 1",
                "They are counted from 0, and in step 0 the rate is `first`.",
            ),
        ),
        fresh=lambda rng: (
            int(rng.integers(1, 50)),
            float(rng.choice((0.5, 1, 2))),
            float(rng.choice((0.01, 0.1, 0.2))),
            int(rng.integers(50, 200)),
        ),
        hints=(
            "The form of the schedule is given. What is still unknown in it, and which condition settles it?",
            "At t = T the rate is `last`: first/(1 + T/h) = last. Turn it over: 1 + T/h = first/last. Now solve for h.",
            "A similar case: 8/(1 + 6/k) = 2 gives 1 + 6/k = 4, so 6/k = 3 and k = 2.",
        ),
        why="1 + T/h = first/last, so h = T · last/(first − last). Two rates and a length are easier to choose than an h.",
    ),
    "warm-up": FunctionTask(
        warm_cosine,
        cases=[
            (0, 1.0, 4, 12),
            (1, 1.0, 4, 12),
            (3, 1.0, 4, 12),
            (4, 1.0, 4, 12),
            (8, 1.0, 4, 12),
            (12, 1.0, 4, 12),
            (6, 0.5, 4, 10),
        ],
        mistakes=(
            Slip(
                starts_at_zero,
                "the first step has η = 0",
                "A step with η = 0 is none. The warm-up has `warm` steps, and the last of them has the whole lr.",
            ),
            Slip(
                cosine_from_the_start,
                "the cosine counts its steps from 0",
                "The cosine begins when the warm-up is over: there it must be at lr.",
            ),
            Slip(
                too_long,
                "the cosine does not come to 0 at the end",
                "How many steps are left for the cosine after the warm-up?",
            ),
            Slip(
                half_forgotten,
                "the cosine part is twice as high",
                "1 + cos goes from 2 to 0.",
            ),
            Slip(
                quarter_wave,
                "the rate follows a quarter of a wave",
                "(1 + cos φ)/2 with φ from 0 to π is flat at both ends.",
            ),
            Slip(
                in_degrees,
                "the angle is in degrees",
                "math.cos takes the angle in radians: half a turn is π.",
            ),
            Slip(no_warm_up, "there is no warm-up", "For the first `warm` steps η rises in a straight line."),
            Slip(
                waits_then_jumps,
                "the walk stands still for the warm-up",
                "In the warm-up η rises: 1, 2, 3, … parts of lr.",
            ),
            Slip(
                one_step_too_long,
                "the warm-up has one step too many",
                "The steps of the warm-up are 0 to warm − 1: is step `warm` one of them?",
            ),
            Slip(
                cosine_too_early,
                "the angle of the cosine begins above 0",
                "At step = warm the angle must be 0: which steps has the cosine done by then?",
            ),
            Slip(
                from_nothing_to_all,
                "the warm-up goes from 0 to lr",
                "A step with η = 0 is none: step 0 has one part of `warm` already.",
            ),
            Slip(
                does_not_rise,
                "η stays at one part for the whole warm-up",
                "Step 0 has one part, step 1 two, and the last one all.",
            ),
            Slip(
                bare_cosine,
                "η is lr times the cosine alone",
                "The cosine goes from 1 to −1, and η must end at 0: add 1, and halve.",
            ),
            Slip(
                cosine_rises,
                "the second part rises from 0 to lr",
                "1 − cos grows, 1 + cos falls.",
            ),
            Slip(
                rate_forgotten,
                "the top of the schedule is 1, and not lr",
                "Both parts are parts of lr: look for lr in each of your two returns.",
            ),
            Slip(
                line_down,
                "the second part is a straight line",
                "It must be flat at both ends: (1 + cos φ)/2 with φ from 0 to π.",
            ),
        ),
        fresh=any_moment,
        hints=(
            "There are two parts. Which step is the first of the second part, and what is η there?",
            "For step < warm: (step + 1)/warm of lr. From then on the angle goes from 0 at `warm` to π at `steps`, and η is lr(1 + cos)/2.",
            "A similar case: a lamp that goes from dark to bright between 6 and 10 o'clock has, at the hour h, gone (h − 6)/(10 − 6) of its way.",
        ),
        why="Each part has its own clock: step + 1 counts to `warm`, and (step − warm)/(steps − warm) goes from 0 to 1. Both parts meet at lr.",
    ),
    "batch-size": FunctionTask(
        smallest_batch,
        cases=[
            (1.0, 0.5, 1.0, 3.0),
            (1.0, 0.5, 1.0, 6.0),
            (0.25, 0.5, 1.0, 3.0),
            (0.125, 0.25, 2.0, 9.0),
            (0.5, 0.25, 2.0, 150.0),
        ],
        mistakes=(
            Slip(
                not_a_whole_number,
                "the batch is no whole number",
                "Nobody draws half a point: the smallest whole number that is enough.",
            ),
            Slip(
                rounded_down,
                "the batch is rounded down",
                "A little less than needed is not enough: round up.",
            ),
            Slip(rounded, "the batch is rounded to the nearest", "Rounded down it is not enough: round up."),
            Slip(
                always_one_more,
                "one point more is taken where the number was whole already",
                "At most the target: equal is enough.",
            ),
            Slip(
                noise_of_the_gradient,
                "the target is taken for that of the gradient",
                "The target is the variance of the walk: use the formula of the ball.",
            ),
            Slip(
                small_steps,
                "the formula is that for small η",
                "Here ηλ is not small: keep the whole bracket 2 − ηλ.",
            ),
            Slip(
                squared_batch,
                "the root of the batch is returned",
                "The variance goes with 1/B; its root goes with 1/√B.",
            ),
            Slip(
                curvature_lost,
                "the λ before the bracket is lost",
                "A steep bowl holds the walk together: V = ησ²/(λ(2 − ηλ)).",
            ),
            Slip(
                turned_over,
                "the target is divided by the ball",
                "A larger ball, or a smaller target, needs more points: which one goes on top?",
            ),
            Slip(
                times_the_bracket,
                "the bracket 2 − ηλ multiplies",
                "It divides: in Python a / b * c is (a / b) · c, so put brackets around b * c.",
            ),
            Slip(
                rate_squared,
                "there is one η too many",
                "The pushes bring η², but solving for the variance divides by η once.",
            ),
            Slip(
                spread_squared,
                "the variance of the gradient is squared",
                "`gradient_variance` is σ² already.",
            ),
            Slip(
                target_squared,
                "the target is squared",
                "`target` is a variance already.",
            ),
            Slip(
                plus_in_the_bracket,
                "the bracket is 2 + ηλ",
                "1 − (1 − ηλ)² is ηλ(2 − ηλ): look at the sign.",
            ),
        ),
        fresh=any_target,
        hints=(
            "How large is the ball of single points, B = 1? And how does it change with B?",
            "The ball is ησ²/(Bλ(2 − ηλ)), and must be at most the target. Solve for B, and think about what to do with a fraction.",
            "A similar case: 7 guests, and a table seats 3: 7/3 = 2.33, so 3 tables. math.ceil(7/3) gives 3, and math.ceil(6/3) gives 2.",
        ),
        why="B ≥ ησ²/(λ(2 − ηλ) · target), rounded up. For small η only η/B counts, so half the rate needs half the batch.",
    ),
}
