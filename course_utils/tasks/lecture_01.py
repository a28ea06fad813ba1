"""The tasks of lecture 01: gradient descent."""

import numpy as np

from course_utils.tasks import FunctionTask, Slip

# --- how many knobs -----------------------------------------------------------------------------------------


def count(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += (sizes[i] + 1) * sizes[i + 1]
    return total


def weights_alone(sizes):
    return count(sizes) - sum(sizes[1:])


def biases_of_the_inputs(sizes):
    return weights_alone(sizes) + sum(sizes[:-1])


def biases_everywhere(sizes):
    return weights_alone(sizes) + sum(sizes)


def one_bias_a_layer(sizes):
    return weights_alone(sizes) + len(sizes) - 1


def neurons(sizes):
    return sum(sizes)


def all_multiplied(sizes):
    return int(np.prod(sizes))


def first_layer_alone(sizes):
    return count(sizes[:2])


def last_layer_forgotten(sizes):
    return count(sizes[:-1])


def last_layer_alone(sizes):
    return count(sizes[-2:])


def biases_of_the_hidden_alone(sizes):
    return weights_alone(sizes) + sum(sizes[1:-1])


def one_bias_in_all(sizes):
    return weights_alone(sizes) + 1


def any_sizes(rng):
    return ([int(n) for n in rng.integers(2, 30, rng.integers(2, 6))],)


# --- where the ground is level ------------------------------------------------------------------------------


def level_point(a, b, c, p, q):
    return np.linalg.solve([[2 * a, b], [b, 2 * c]], [-p, -q])


def twos_forgotten(a, b, c, p, q):
    return np.linalg.solve([[a, b], [b, c]], [-p, -q])


def not_changed_sides(a, b, c, p, q):
    return -level_point(a, b, c, p, q)


def without_cross_term(a, b, c, p, q):
    return level_point(a, 0, c, p, q)


def cross_term_doubled(a, b, c, p, q):
    return level_point(a, 2 * b, c, p, q)


def cross_term_halved(a, b, c, p, q):
    return level_point(a, b / 2, c, p, q)


def y_before_x(a, b, c, p, q):
    return level_point(a, b, c, p, q)[::-1].copy()


def twos_forgotten_and_not_changed_sides(a, b, c, p, q):
    return -twos_forgotten(a, b, c, p, q)


def own_letter_first(a, b, c, p, q):
    return np.linalg.solve([[2 * a, b], [2 * c, b]], [-p, -q])


def right_side_upside_down(a, b, c, p, q):
    return np.linalg.solve([[2 * a, b], [b, 2 * c]], [-q, -p])


def any_quadratic(rng):
    while True:
        a, c = rng.integers(1, 6, 2)
        b, p, q = rng.integers(-9, 10, 3)
        if b and p and q and b**2 not in (a * c, 4 * a * c):
            return int(a), int(b), int(c), int(p), int(q)


# --- gradient descent ---------------------------------------------------------------------------------------


def bowl_slope(theta):
    return theta * np.array([1.0, 7.0])


def network_slope(theta):
    u, w = theta
    return np.array([(u * w - 1) * w, (u * w - 1) * u])


def twice_theta(theta):
    """The slope of Σθ², for any number of coordinates."""
    return 2 * theta


def gradient_descent(gradient, start, lr, steps):
    theta = start
    for _ in range(steps):
        theta = theta - lr * gradient(theta)
    return theta


def climbing(gradient, start, lr, steps):
    return gradient_descent(gradient, start, -lr, steps)


def gradient_of_the_start(gradient, start, lr, steps):
    return start - steps * lr * gradient(start)


def ended_in_the_loop(gradient, start, lr, steps):
    return start - lr * gradient(start)


def one_step_more(gradient, start, lr, steps):
    return gradient_descent(gradient, start, lr, steps + 1)


def one_step_less(gradient, start, lr, steps):
    return gradient_descent(gradient, start, lr, steps - 1)


def rate_forgotten(gradient, start, lr, steps):
    return gradient_descent(gradient, start, 1, steps)


def steps_of_one_length(gradient, start, lr, steps):
    theta = start
    for _ in range(steps):
        g = gradient(theta)
        theta = theta - lr * g / np.linalg.norm(g)
    return theta


def one_after_the_other(gradient, start, lr, steps):
    theta = start.copy()
    for _ in range(steps):
        for i in range(len(theta)):
            theta[i] -= lr * gradient(theta)[i]
    return theta


def the_last_step(gradient, start, lr, steps):
    return -lr * gradient(gradient_descent(gradient, start, lr, steps - 1))


def step_in_place_of_the_point(gradient, start, lr, steps):
    theta = start
    for _ in range(steps):
        theta = -lr * gradient(theta)
    return theta


def always_on_the_bowl(gradient, start, lr, steps):
    return gradient_descent(bowl_slope, start, lr, steps)


def any_walk(rng):
    gradient = (bowl_slope, network_slope, twice_theta)[rng.integers(3)]
    count = int(rng.integers(1, 6)) if gradient is twice_theta else 2
    return gradient, rng.integers(1, 9, count) / 4, 0.125, int(rng.integers(2, 6))


# --- the largest stable rate of a bowl ----------------------------------------------------------------------


def limit(a, c):
    return 1 / max(a, c)


def of_the_gentle_axis(a, c):
    return 1 / min(a, c)


def half_forgotten(a, c):
    return 2 / max(a, c)


def half_forgotten_gentle(a, c):
    return 2 / min(a, c)


def where_it_lands(a, c):
    return 1 / (2 * max(a, c))


def curvatures_added(a, c):
    return 1 / (a + c)


def added_without_halves(a, c):
    return 2 / (a + c)


def steepest_curvature(a, c):
    return 2 * max(a, c)


def x_alone(a, c):
    return 1 / a


def y_alone(a, c):
    return 1 / c


def half_on_the_wrong_side(a, c):
    return 4 / max(a, c)


def any_bowl(rng):
    a, c = rng.choice(np.arange(1, 40), 2, replace=False) / 4
    return float(a), float(c)


# --- a border that depends on the start ---------------------------------------------------------------------


def border(lr):
    return (2 / lr) ** 0.5


def where_it_lands_at_once(lr):
    return (1 / lr) ** 0.5


def root_forgotten(lr):
    return 2 / lr


def root_of_the_two_forgotten(lr):
    return 2 / lr**0.5


def rate_beside_the_root(lr):
    return 2**0.5 / lr


def curvature_of_the_start(lr):
    return (2 / (3 * lr)) ** 0.5


def cube_root(lr):
    return (2 / lr) ** (1 / 3)


def power_without_brackets(lr):
    return (2 / lr) ** 1 / 2


TASKS = {
    "knobs": FunctionTask(
        count,
        cases=[([1, 1],), ([2, 3],), ([2, 3, 1],), ([784, 50, 10],), ([784, 50, 50, 10],)],
        mistakes=(
            Slip(
                weights_alone,
                "only the weights are counted",
                "Every neuron that is not an input has a number of its own, besides its weights: which one?",
            ),
            Slip(
                biases_of_the_inputs,
                "each layer has a bias for every input, in place of every output",
                "A bias belongs to the neuron that adds it up, not to those that it listens to.",
            ),
            Slip(
                biases_everywhere,
                "the inputs have biases, too",
                "The inputs are given numbers, the pixels: nothing is added to them.",
            ),
            Slip(
                one_bias_a_layer,
                "each layer has a single bias",
                "Look at b1 in the lecture: how many numbers does it hold?",
            ),
            Slip(
                neurons,
                "the neurons are counted",
                "Parameters sit on the connections: every input of a layer is connected with every output.",
            ),
            Slip(
                all_multiplied,
                "all sizes are multiplied with each other",
                "Each pair of neighbouring layers has a table of its own. What is done with their entries?",
            ),
            Slip(
                first_layer_alone,
                "the count ends after the first layer",
                "The outputs of one layer are the inputs of the next: go on to the end of the list. Is `return` inside the loop?",
            ),
            Slip(
                last_layer_forgotten,
                "the last layer is missing",
                "A list of k sizes has k − 1 pairs of neighbours. How often does your loop turn for two sizes?",
            ),
            Slip(
                last_layer_alone,
                "only the last layer is counted",
                "Does each turn of the loop add to what is there, or begin anew?",
            ),
            Slip(
                biases_of_the_hidden_alone,
                "the outputs have no biases",
                "An output is a neuron, too: only the inputs are none.",
            ),
            Slip(
                one_bias_in_all,
                "the whole network has a single bias",
                "Every neuron that is not an input has one of its own.",
            ),
        ),
        fresh=any_sizes,
        hints=(
            "How many parameters lie between two neighbouring layers, say 3 neurons and 2? Draw them.",
            "A layer with n inputs and m outputs has a table of n times m weights, and m biases. Go through the neighbours in "
            "the list: first and second, second and third, and so on.",
            "A similar case: the way along some towns, from neighbour to neighbour.\n"
            "    way = 0\n"
            "    for i in range(len(towns) - 1):\n"
            "        way += abs(towns[i + 1] - towns[i])\n"
            "For towns = [0, 3, 1] that is 3 + 2 = 5.",
        ),
        why="Each pair of neighbours has n · m weights and m biases: (n + 1) · m in all. Each of the m neurons has its n weights, "
        "and one number more. A list of k sizes has k − 1 pairs.",
    ),
    "level": FunctionTask(
        level_point,
        cases=[(1, 0, 1, -2, -4), (1, 1, 1, -4, -5), (1, 3, 1, 5, 0), (3, -2, 1, 0, 4)],
        mistakes=(
            Slip(
                twos_forgotten,
                "the 2 is lost when x² and y² are differentiated",
                "What is the derivative of a x²?",
            ),
            Slip(
                not_changed_sides,
                "p and q stay on the left in one place, and on the right in the other",
                "p and q belong to the right side of the system. What happens to a sign when it changes sides?",
            ),
            Slip(
                without_cross_term,
                "the term b xy is left out",
                "Differentiated by x, b xy leaves b y: it stands in the first row, beside x.",
            ),
            Slip(
                cross_term_doubled,
                "b xy is differentiated like a square",
                "A square gives a 2, because x stands there twice. How often does x stand in xy?",
            ),
            Slip(
                cross_term_halved,
                "b is shared out between the two rows",
                "That is how one writes f itself with a matrix. Here the matrix holds the derivatives: differentiate b xy by x.",
            ),
            Slip(
                y_before_x,
                "y comes before x",
                "The first column of the matrix holds the numbers in front of x, and the first entry of the answer is x.",
            ),
            Slip(
                twos_forgotten_and_not_changed_sides,
                "the 2 of the squares is lost, and p and q have the wrong sign on the right side",
                "Two things to look at: the derivative of a x², and what happens to a sign when p changes sides.",
            ),
            Slip(
                own_letter_first,
                "the second row begins with the number in front of y",
                "The columns belong to the letters: in both rows the number in front of x comes first.",
            ),
            Slip(
                right_side_upside_down,
                "−q stands beside the first row, and −p beside the second",
                "The first row is the derivative by x: is p or q left there?",
            ),
        ),
        fresh=any_quadratic,
        hints=(
            "Differentiate f by x, with y held fixed, and by y, with x held fixed. Each derivative must be zero.",
            "Sort each equation: the terms with x, the terms with y, and on the right what is left. The numbers in front of x "
            "and y are a row of the matrix.",
            "A similar case: for f = x² + xy + y² − 4x − 5y the lecture has 2x + y = 4 and x + 2y = 5. The rows are "
            "(2, 1) and (1, 2), and on the right stands (4, 5).",
        ),
        why="∂f/∂x = 2a x + b y + p and ∂f/∂y = b x + 2c y + q. Bring p and q to the right side. `solve` wants exactly these: "
        "the rows of the matrix, and the right side.",
    ),
    "walk": FunctionTask(
        gradient_descent,
        cases=[
            (bowl_slope, np.array([16.0, 8.0]), 0.25, 1),
            (bowl_slope, np.array([16.0, 8.0]), 0.25, 3),
            (network_slope, np.array([2.0, 0.25]), 0.5, 1),
            (network_slope, np.array([2.0, 0.25]), 0.5, 2),
            (twice_theta, np.array([16.0, 8.0, 4.0]), 0.25, 2),
        ],
        mistakes=(
            Slip(climbing, "the gradient is added", "The gradient points uphill: look at the sign."),
            Slip(
                gradient_of_the_start,
                "every step uses the gradient of the start",
                "You feel the slope where you are: in which line is the gradient computed, and where are you then?",
            ),
            Slip(
                ended_in_the_loop,
                "the walk gets no farther than one step",
                "Either `return` stands inside the loop, or each turn begins at start again, and not where the last one ended.",
            ),
            Slip(one_step_more, "one step too many is taken", "range(steps) turns exactly `steps` times."),
            Slip(one_step_less, "one step is missing", "range(steps) turns exactly `steps` times."),
            Slip(rate_forgotten, "η is missing", "The step is not the whole gradient: how long is it?"),
            Slip(
                steps_of_one_length,
                "the gradient is divided by its length, so that all steps are equally long",
                "In gradient descent a steep place gives a long step: use the gradient as it is.",
            ),
            Slip(
                one_after_the_other,
                "the second coordinate feels the slope where the first has moved already",
                "Both parts of a step belong to the same place: compute the whole gradient before you move anything.",
            ),
            Slip(
                the_last_step,
                "the last step is returned in place of the point",
                "Asked is where the walker stands, not how it got there.",
            ),
            Slip(
                step_in_place_of_the_point,
                "theta becomes −ηg in each turn",
                "That is the step alone. From where is it taken?",
            ),
            Slip(
                always_on_the_bowl,
                "bowl_slope is used for every walk",
                "The slope to use is handed over: call it by the name of the argument.",
            ),
        ),
        fresh=any_walk,
        hints=(
            "You know how often the loop turns. What is different in each turn?",
            "Let theta be the start. In each turn ask gradient(theta) for the slope where you are, and give theta its new value. "
            "Return after the loop.",
            "A similar case: an account with a fee that depends on what is in it.\n"
            "    money = start\n"
            "    for _ in range(months):\n"
            "        money = money - 0.01 * fee(money)\n"
            "    return money\n"
            "The fee is asked for anew in each turn.",
        ),
        why="`theta = theta - ...` makes a new array in each turn. `theta -= ...` would write into the array that the caller "
        "handed over as `start`: the walk would be right, and the start gone.",
    ),
    "limit": FunctionTask(
        limit,
        cases=[(1.0, 3.0), (5.0, 0.5), (0.05, 1.0)],
        mistakes=(
            Slip(
                of_the_gentle_axis,
                "the gentle axis sets the limit",
                "One axis that runs away is enough. Which one runs away first?",
            ),
            Slip(
                half_forgotten,
                "a and c are taken for the curvatures",
                "The rule is for ½ λ x². Which λ gives a x²?",
            ),
            Slip(
                half_forgotten_gentle,
                "a and c are taken for the curvatures, and the gentle axis sets the limit",
                "Two things to look at: the ½ in ½ λ x², and which axis runs away first.",
            ),
            Slip(
                where_it_lands,
                "the limit is taken where the steep axis begins to swing",
                "A swing that gets smaller comes to rest, too. When does it begin to grow?",
            ),
            Slip(
                curvatures_added,
                "the two curvatures are added",
                "The axes do not know of each other: each has a limit of its own, and both must be kept.",
            ),
            Slip(
                added_without_halves,
                "a and c are taken for the curvatures, and added",
                "Two things to look at: the ½ in ½ λ x², and that each axis has a limit of its own.",
            ),
            Slip(
                steepest_curvature,
                "the steepest curvature itself is returned",
                "That is λ. For which η is ηλ equal to 2?",
            ),
            Slip(
                x_alone,
                "only the limit along x is kept",
                "Each axis has a limit of its own, and both must be kept: here y may be the steeper one.",
            ),
            Slip(
                y_alone,
                "only the limit along y is kept",
                "In the lecture y was the steep axis. Here it may be x: both limits must be kept.",
            ),
            Slip(
                half_on_the_wrong_side,
                "a/2 and c/2 are taken for the curvatures",
                "Differentiate a x² twice: is the curvature half of a?",
            ),
        ),
        fresh=any_bowl,
        hints=(
            "What are the second derivatives of a x² + c y², along x and along y?",
            "Each axis is stable for ηλ below 2. Both must be stable: which of the two limits counts?",
            "A similar case: two cars drive in a row, and one can go 90 km/h, the other 120. Together they can go "
            "min(90, 120) = 90. Here each axis names a limit like that.",
        ),
        why="λ = 2a along x and 2c along y, so the limits are 2/(2a) = 1/a and 1/c. The smaller one counts, and it belongs to the "
        "larger of a and c.",
    ),
    "border": FunctionTask(
        border,
        cases=[(2.0,), (0.5,), (0.1,), (0.02,)],
        mistakes=(
            Slip(
                where_it_lands_at_once,
                "the border is put where one step lands at 0",
                "There the factor is 0. At the border its size is 1.",
            ),
            Slip(
                root_forgotten,
                "the root is forgotten",
                "What you have is θ₀². Asked is θ₀.",
            ),
            Slip(
                root_of_the_two_forgotten,
                "the root is taken of η, and not of the 2",
                "Solve ηθ₀² = 2 for θ₀² first, and then take the root of the whole.",
            ),
            Slip(
                rate_beside_the_root,
                "the root is taken of the 2, and not of η",
                "Solve ηθ₀² = 2 for θ₀² first, and then take the root of the whole.",
            ),
            Slip(
                curvature_of_the_start,
                "the rule ηλ < 2 is used with the second derivative at the start, 3θ₀²",
                "That rule was derived for a slope λθ with one λ for all places. Write down this step instead: what multiplies θ?",
            ),
            Slip(cube_root, "the third root is taken", "θ³ is θ times θ²: the factor holds the square."),
            Slip(
                power_without_brackets,
                "the power is written `** 1 / 2`, without brackets",
                "Python takes the power 1 first, and then halves. Write `** 0.5`.",
            ),
        ),
        fresh=lambda rng: (float(rng.integers(1, 200) / 50),),
        hints=(
            "Write down one step with g = θ³, and put θ outside a bracket.",
            "What stands in the bracket is the factor of this step. As long as its size is below 1, the walker comes nearer to 0. "
            "Where is its size exactly 1?",
            "A similar case: with g = θ² and θ > 0 the step is θ − ηθ² = (1 − ηθ)θ. The factor is −1 where ηθ = 2. So there the "
            "border is θ₀ = 2/η.",
        ),
        why="θ − ηθ³ = (1 − ηθ²)θ. The size of the factor is below 1 exactly when 0 < ηθ² < 2, so when |θ| is below √(2/η). A "
        "walker inside comes nearer in each step, so it stays inside.",
    ),
}
