"""The mistake atlas: what goes wrong when an optimizer is computed by hand, or coded.

A mistake *is* an optimizer with a wrong step, or a gradient taken wrongly, or a way to write the answer down.
So it runs on any problem, and the table it gives can be compared with a student's:

    mistake.points(problem)      one point a step, from the problem's start and its velocity there
    mistake.name                 a few words
    mistake.symptom              what was done; it ends the sentence "This is what comes out when ..."
    mistake.in_code              the same of a program, where that is said differently
    mistake.cure                 what to look at, without the answer
    mistake.applies_to(problem)  whether it can be made there at all
"""

from collections.abc import Callable

import numpy as np

from course_utils.descent import descend
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead, Optimizer
from course_utils.quadratics import LinearStep

HEAVY_BALL = (Momentum, NesterovLookahead)
WITH_VELOCITY = (*HEAVY_BALL, Nesterov)
ALL_METHODS = (SGD, *WITH_VELOCITY)


class Mistake:
    name: str
    symptom: str
    cure: str
    in_code: str = ""
    methods: tuple[type[Optimizer], ...] = ALL_METHODS

    @classmethod
    def applies_to(cls, problem):
        return type(problem.optimizer) in cls.methods

    @classmethod
    def points(cls, problem):
        raise NotImplementedError


def walked(optimizer, problem, landscape=None):
    """The points after each step of an optimizer that starts where the problem does, with its velocity."""
    optimizer = problem.set_off(optimizer)
    return descend(optimizer, landscape or problem.landscape, problem.start, problem.steps).positions[1:]


# --- another method, right in itself -----------------------------------------------------------------


class OtherMethod(Mistake):
    """A method that is right in itself, but not the one that was asked for."""

    instead: Callable[..., Optimizer]

    @classmethod
    def points(cls, problem):
        return walked(cls.instead(**problem.settings), problem)


class NoVelocity(OtherMethod):
    name = "no velocity"
    symptom = "each step is −η g alone: plain gradient descent, with no velocity"
    in_code = (
        "your velocity never accumulates: each move is −η g alone, as when v is made anew in every call, "
        "or not kept for the next one"
    )
    cure = "Add what is left of the last velocity before you move."
    methods = WITH_VELOCITY

    @staticmethod
    def instead(lr, momentum=None):
        return SGD(lr)


class VelocityWhereNoneIs(OtherMethod):
    name = "steps added up"
    symptom = "the steps are added up into a velocity"
    cure = "Plain gradient descent has no memory: each step is −η g at the point where you are."
    methods = (SGD,)

    @staticmethod
    def instead(lr, momentum=None):
        return Momentum(lr, 1)


class NoLookahead(OtherMethod):
    name = "no look-ahead"
    symptom = "the gradient is taken where you stand: that is Momentum"
    in_code = "the gradient is taken where you stand: that is Momentum"
    cure = "Nesterov takes the gradient at the place where the velocity alone would carry you."
    methods = (NesterovLookahead, Nesterov)

    @staticmethod
    def instead(lr, momentum=None):
        return Momentum(lr, momentum)


class LookedAhead(OtherMethod):
    name = "look-ahead gradient (NAG)"
    symptom = (
        "the gradient is taken at the look-ahead point and θ is written down: that is Nesterov's method in θ"
    )
    in_code = "the gradient is taken at the look-ahead point: that is Nesterov's method in θ"
    cure = "Look at the place where the gradient is taken, and at which point you write down."
    methods = (Momentum, Nesterov)

    @staticmethod
    def instead(lr, momentum=None):
        return NesterovLookahead(lr, momentum)


class WroteTheLookaheadPoint(OtherMethod):
    name = "NAG in Θ"
    symptom = "the look-ahead points Θ = θ + μ v are written down: that is Nesterov's method in Θ"
    in_code = "the look-ahead points Θ = θ + μ v are stored in params: that is Nesterov's method in Θ"
    cure = "Look at the place where the gradient is taken, and at which point you write down."
    methods = HEAVY_BALL

    @staticmethod
    def instead(lr, momentum=None):
        return Nesterov(lr, momentum)


# --- a wrong step: each of these is an optimizer ------------------------------------------------------


class WrongStep(Mistake, Optimizer):
    """An optimizer that stands in for the right one: same settings, same place of the gradient, wrong step."""

    methods: tuple[type[Optimizer], ...] = HEAVY_BALL

    def __init__(self, right):
        self.lr = right.lr
        self.momentum = right.momentum
        self.v = None
        self.right = type(right)

    @classmethod
    def points(cls, problem):
        return walked(cls(problem.optimizer), problem)

    def gradient_point(self, params):
        return self.right.gradient_point(self, params)

    def update(self, params, grads):
        theta, g = params["theta"], grads["theta"]
        v = self.first_velocity(theta, g) if self.v is None else self.v["theta"]
        theta[...], v = self.step(theta, v, g, self.lr, self.momentum)
        self.v = {"theta": v}

    def first_velocity(self, theta, g):
        return 0 * theta

    def step(self, theta, v, g, lr, mu):
        """-> (next θ, next v)"""
        raise NotImplementedError


class VelocityReplaced(WrongStep):
    name = "velocity replaced"
    symptom = "each new velocity replaces the last one, where it should add to it"
    in_code = (
        "your velocity never accumulates: each move is −η g alone, as when v is made anew in every call, "
        "or not kept for the next one"
    )
    cure = "Before you move, ask what is left of the velocity you already had."

    def step(self, theta, v, g, lr, mu):
        v = -lr * g
        return theta + v, v


class MovedAgainstVelocity(WrongStep):
    name = "moved against the velocity"
    symptom = "the velocity is right but the point moves against it, θ − v"
    cure = "The velocity already points downhill: look at its sign in the last line."

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta - v, v


class VelocitySubtracted(WrongStep):
    name = "velocity subtracted"
    symptom = "the old velocity enters with a minus sign, −μ v − η g"
    cure = "Friction makes a velocity shorter, it does not turn it round: look at the sign of μ v."

    def step(self, theta, v, g, lr, mu):
        v = -mu * v - lr * g
        return theta + v, v


class VelocityBoundToPosition(WrongStep):
    name = "position used for velocity"
    symptom = "μ multiplies the position, where it should multiply the velocity"
    cure = "Keep two rows in your table, one for θ and one for v, and see which one μ multiplies."

    def step(self, theta, v, g, lr, mu):
        v = mu * theta - lr * g
        return theta + v, v


class MovedWithOldVelocity(WrongStep):
    name = "moved before the velocity was updated"
    symptom = "the point moves with the old velocity, and only then is the velocity updated"
    in_code = "you move with v before you update it"
    cure = "The order matters: first the velocity, then the point."

    def step(self, theta, v, g, lr, mu):
        return theta + v, mu * v - lr * g


class ExponentialAverage(WrongStep):
    name = "averaged gradient (EMA)"
    symptom = "the gradient is weighted with 1 − μ, as in a moving average"
    cure = "Here the whole step −η g is added to the velocity: look at the factor in front of g."

    def step(self, theta, v, g, lr, mu):
        v = mu * v - (1 - mu) * lr * g
        return theta + v, v


class SharedVelocity(WrongStep):
    name = "one velocity for both axes"
    symptom = "x and y share a single velocity"
    in_code = "x and y share a single velocity, as when v is one number and not an array"
    cure = "Every coordinate keeps a velocity of its own: look at which one y starts from."

    def step(self, theta, v, g, lr, mu):
        v_x = mu * v[0] - lr * g[0]
        v_y = mu * v_x - lr * g[1]
        return theta + np.array([v_x, v_y]), np.array([v_y, v_y])


class StartedWithAStep(WrongStep):
    name = "velocity started at −η g"
    symptom = "the velocity starts at −η g and not at 0"
    cure = "The ball starts at rest: look at v before the first step."

    def first_velocity(self, theta, g):
        return -self.lr * g

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta + v, v


class StartedAtTheStart(StartedWithAStep):
    name = "velocity started at the start point"
    symptom = "the velocity starts at the start point and not at 0"
    cure = "The ball starts at rest: look at v before the first step."

    def first_velocity(self, theta, g):
        return 1 * theta


class RateOnVelocityToo(WrongStep):
    name = "η on the velocity too"
    symptom = "η multiplies the old velocity as well as the gradient"
    cure = "Look at what η multiplies: it belongs to the gradient alone."

    def step(self, theta, v, g, lr, mu):
        v = lr * (mu * v - g)
        return theta + v, v


class MomentumOnGradientToo(WrongStep):
    name = "μ on the gradient too"
    symptom = "μ multiplies the gradient step as well as the old velocity"
    cure = "Look at what μ multiplies: it belongs to the old velocity alone."

    def step(self, theta, v, g, lr, mu):
        v = mu * (v - lr * g)
        return theta + v, v


class MoveScaledByRate(WrongStep):
    name = "η on the move too"
    symptom = "η multiplies the gradient and then the whole move again"
    cure = "η is in the velocity already: look at the line that moves θ."
    methods = (NesterovLookahead,)  # under Momentum it is the same as η²: see RateTwice

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta + lr * v, v


class LookaheadAddedTwice(WrongStep):
    name = "look-ahead added twice"
    symptom = "θ is moved to the look-ahead point and then by the new velocity, which holds that move already"
    cure = "The look-ahead point is only visited, to take a gradient: go back before you move."

    def __init__(self, right):
        super().__init__(right)
        self.right = NesterovLookahead

    def step(self, theta, v, g, lr, mu):
        new = mu * v - lr * g
        return theta + mu * v + new, new


class LookaheadTooFar(WrongStep):
    name = "looked ahead by v, not μ v"
    symptom = "the gradient is taken at θ + v, where it should be taken at θ + μ v"
    cure = "Look ahead only by what is left of the velocity after friction."
    methods = (NesterovLookahead,)

    def gradient_point(self, params):
        return params if self.v is None else {"theta": params["theta"] + self.v["theta"]}

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta + v, v


class FrictionOnlyAhead(WrongStep):
    name = "μ dropped in the velocity"
    symptom = "μ shortens the look-ahead, but the old velocity enters the new one whole"
    cure = "Friction takes a part of the velocity at every step: look at the factor in front of v."
    methods = (NesterovLookahead,)

    def step(self, theta, v, g, lr, mu):
        v = v - lr * g
        return theta + v, v


class WrongThetaStep(WrongStep):
    """A wrong step of Nesterov's method in Θ, where the gradient is taken at the stored point."""

    methods: tuple[type[Optimizer], ...] = (Nesterov,)

    def gradient_point(self, params):
        return params


class NesterovUpdatedTooEarly(WrongThetaStep):
    name = "NAG: v updated before μ² v is used"
    symptom = "v is updated first and its new value is used in μ² v"
    in_code = "you update v before its old value is used in μ² v"
    cure = "Both lines of the method use the old v: look at which line comes first."
    methods = WITH_VELOCITY

    linear_step = LinearStep(
        matrix=lambda x, mu: ((mu, -x), (mu**3, 1 - (1 + mu + mu**2) * x)),
        trace_det=lambda x, mu: (1 + mu - (1 + mu + mu**2) * x, mu * (1 - (1 + mu) * x)),
        limit=lambda mu: 2 * (1 + mu) / (1 + 2 * mu + 2 * mu**2),
    )

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta + mu**2 * v - (1 + mu) * lr * g, v


class MomentumNotSquared(WrongThetaStep):
    name = "NAG: μ v in place of μ² v"
    symptom = "the old velocity enters with μ, where the change of variables gives μ²"
    cure = "Substitute v into θ + v + μ v once more, and count the factors μ on the old v."

    def step(self, theta, v, g, lr, mu):
        return theta + mu * v - (1 + mu) * lr * g, mu * v - lr * g


class OnePlusMomentumDropped(WrongThetaStep):
    name = "NAG: 1 + μ dropped"
    symptom = "the gradient enters with η, where the change of variables gives (1 + μ) η"
    cure = "Substitute v into θ + v + μ v once more, and collect everything that multiplies g."

    def step(self, theta, v, g, lr, mu):
        return theta + mu**2 * v - lr * g, mu * v - lr * g


# --- the right method with other settings ------------------------------------------------------------


class OtherSetting(Mistake):
    """The right method with another η or μ."""

    settings: Callable[..., dict]

    @classmethod
    def points(cls, problem):
        return walked(type(problem.optimizer)(**cls.settings(**problem.settings)), problem)


class RateDropped(OtherSetting):
    name = "η dropped"
    symptom = "the gradient is used whole, without η"
    cure = "Look at the factor in front of the gradient."

    @staticmethod
    def settings(lr, **rest):
        return {"lr": lr / lr, **rest}


class RateTwice(OtherSetting):
    name = "η used twice"
    symptom = "η is used twice in one step"
    cure = "Count how often η enters each step."

    @staticmethod
    def settings(lr, **rest):
        return {"lr": lr * lr, **rest}


class MomentumDropped(OtherSetting):
    name = "μ dropped"
    symptom = "the old velocity is kept whole, without μ"
    cure = "Friction takes a part of the velocity at every step: look at the factor in front of v."
    methods = WITH_VELOCITY

    @staticmethod
    def settings(lr, momentum):
        return {"lr": lr, "momentum": 1 + 0 * momentum}


class MomentumTwice(OtherSetting):
    name = "μ used twice"
    symptom = "the old velocity is multiplied by μ twice in one step"
    cure = "Count how often μ enters each step."
    methods = WITH_VELOCITY

    @staticmethod
    def settings(lr, momentum):
        return {"lr": lr, "momentum": momentum * momentum}


class SettingsSwapped(OtherSetting):
    name = "η and μ swapped"
    symptom = "η and μ have changed places"
    cure = "Look at which of the two belongs to the gradient and which to the velocity."
    methods = WITH_VELOCITY

    @classmethod
    def applies_to(cls, problem):
        return super().applies_to(problem) and problem.optimizer.lr <= 1 and problem.optimizer.momentum > 0

    @staticmethod
    def settings(lr, momentum):
        return {"lr": momentum, "momentum": lr}


# --- a wrong gradient: each of these stands in for the landscape -------------------------------------


class WrongGradient(Mistake):
    """A landscape whose gradient is taken wrongly; the method is right."""

    def __init__(self, landscape):
        self.landscape = landscape

    def __call__(self, theta):
        return self.landscape(theta)

    def hessian(self, theta):
        return self.landscape.hessian(theta)

    def gradient(self, theta):
        raise NotImplementedError

    @classmethod
    def points(cls, problem):
        return walked(type(problem.optimizer)(**problem.settings), problem, cls(problem.landscape))


class Ascended(WrongGradient):
    name = "uphill"
    symptom = "the gradient is added, not subtracted: every step goes uphill"
    cure = "The gradient points uphill: look at the sign in front of η g."

    def gradient(self, theta):
        return -self.landscape.gradient(theta)


class PartialsSwapped(WrongGradient):
    name = "partial derivatives swapped"
    symptom = "∂f/∂x and ∂f/∂y have changed places"
    cure = "Differentiate by x for the first component: which letter is left?"

    def gradient(self, theta):
        return self.landscape.gradient(theta)[..., ::-1]


class AbsoluteGradient(WrongGradient):
    name = "sign of the gradient lost"
    symptom = "a negative component of the gradient is used as if it were positive"
    cure = "Minus times minus is plus: look at the steps where a component of g is negative."

    def gradient(self, theta):
        return np.abs(self.landscape.gradient(theta))


class SignWrongInX(WrongGradient):
    name = "sign wrong in x"
    symptom = "x goes uphill while y goes downhill"
    cure = "Both coordinates subtract their part of the gradient: look at the sign in x."
    signs = (-1, 1)

    def gradient(self, theta):
        return self.landscape.gradient(theta) * np.array(self.signs)


class SignWrongInY(SignWrongInX):
    name = "sign wrong in y"
    symptom = "y goes uphill while x goes downhill"
    cure = "Both coordinates subtract their part of the gradient: look at the sign in y."
    signs = (1, -1)


class GradientOfOnes(WrongGradient):
    name = "gradient taken as (1, 1)"
    symptom = "the gradient is (1, 1) everywhere"
    cure = "Hold one variable fixed while you differentiate by the other: what is left depends on the point."

    def gradient(self, theta):
        return self.landscape.gradient(theta) * 0 + 1


class GradientHalved(WrongGradient):
    name = "gradient halved"
    symptom = "only half of the gradient is used, as when the 2 of d(x²)/dx = 2x is lost"
    in_code = "only half of the gradient is used"
    cure = "Differentiate the squares once more."

    @classmethod
    def applies_to(cls, problem):  # only where there is a square whose 2 can be lost
        return super().applies_to(problem) and problem.landscape.hessian(problem.start).diagonal().any()

    def gradient(self, theta):
        return self.landscape.gradient(theta) / 2


class ValueForGradient(WrongGradient):
    name = "f used for its gradient"
    symptom = "the value f stands where each partial derivative should stand"
    cure = "The step needs slopes, not heights: differentiate f by x and by y."

    def gradient(self, theta):
        return np.stack([self.landscape(theta)] * 2, axis=-1)


class FrozenGradient(WrongGradient):
    name = "gradient frozen at the start"
    symptom = "the gradient of the first step is used again in every step"
    cure = "After each move the slope is another one: take the gradient where you are now."

    def __init__(self, landscape):
        super().__init__(landscape)
        self.first = None

    def gradient(self, theta):
        if self.first is None:
            self.first = self.landscape.gradient(theta)
        return self.first


# --- one coordinate after the other ------------------------------------------------------------------


class YSawNewX(Mistake):
    name = "y's gradient saw the new x"
    symptom = "x is moved first, and y's gradient is then taken at the new x"
    cure = "Both parts of the gradient belong to the same point: take both before you move either."
    order = (0, 1)

    @classmethod
    def points(cls, problem):
        optimizers = [problem.set_off(type(problem.optimizer)(**problem.settings), axis) for axis in range(2)]
        params = [{"theta": coordinate} for coordinate in problem.start]
        table = []
        for _ in range(problem.steps):
            for axis in cls.order:
                point = [o.gradient_point(p)["theta"] for o, p in zip(optimizers, params, strict=True)]
                g = problem.landscape.gradient(np.array(point, dtype=object))[axis]
                optimizers[axis].update(params[axis], {"theta": g})
            table.append([p["theta"] for p in params])
        return np.array(table)


class XSawNewY(YSawNewX):
    name = "x's gradient saw the new y"
    symptom = "y is moved first, and x's gradient is then taken at the new y"
    order = (1, 0)


# --- the right path, written down wrongly ------------------------------------------------------------


class WrongAnswer(Mistake):
    """The right path, and a wrong way to write it down."""

    @classmethod
    def points(cls, problem):
        return cls.written(problem.path)

    @staticmethod
    def written(path):
        raise NotImplementedError


class CountedTheStart(WrongAnswer):
    name = "start counted as step 1"
    symptom = "the start is written down as the first step"
    in_code = "nothing moves in the first call, and every step comes one call too late"
    cure = "The start is step 0: the first answer is where you are after one move."

    @staticmethod
    def written(path):
        return path.positions[:-1]


class MovedThenLooked(CountedTheStart):
    name = "moved first, then took the gradient"
    symptom = "the point moves with the old velocity before the gradient is taken"
    in_code = "the gradient is taken after moving, so every step comes one call too late"
    cure = "In each step the gradient comes first, then the velocity, then the move."
    methods = HEAVY_BALL


class MovedOnlyOnce(WrongAnswer):
    name = "moved only once"
    symptom = "the point moves in the first step only, as when the update stands inside a first-time `if`"
    in_code = "your update moves in the first call only, as when its loop stands inside `if self.v is None`"
    cure = "Look at what happens in the second call."

    @staticmethod
    def written(path):
        return np.array([path.positions[1]] * path.steps)


class HistoryNotCopied(WrongAnswer):
    name = "history not copied"
    symptom = "every row shows the last point, as when one array is stored again and again without a copy"
    in_code = "every row shows the last point, as when one array is stored again and again without a copy"
    cure = "Write each point down before the next move; in code, store a copy."

    @staticmethod
    def written(path):
        return np.array([path.positions[-1]] * path.steps)


class ReportedVelocity(WrongAnswer):
    name = "velocity written for the position"
    symptom = "each step itself, the velocity, is written down, and not the point it leads to"
    in_code = "the velocity is stored in params, and not added to it"
    cure = "The question asks where you are, not how fast you go: add each velocity to the point before."

    @staticmethod
    def written(path):
        return path.velocities[1:]


class CoordinatesSwapped(WrongAnswer):
    name = "(y, x) order"
    symptom = "the coordinates are written in the order (y, x)"
    in_code = "the two entries of params change places"
    cure = "A point is written (x, y)."

    @staticmethod
    def written(path):
        return path.positions[1:, ::-1]


def _all(kind):
    """The named mistakes below a class, in the order they are written."""
    for sub in kind.__subclasses__():
        if "name" in vars(sub):
            yield sub
        yield from _all(sub)


MISTAKES = tuple(_all(Mistake))
