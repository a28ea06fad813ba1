"""The mistake atlas: what goes wrong when an optimizer is computed by hand, or coded.

A mistake *is* an optimizer with a wrong step, or a gradient taken wrongly, or a way to write the answer down.
So it runs on any problem, and the table it gives can be compared with a student's:

    mistake.points(problem)      one point a step, from the problem's start and its velocity there
    mistake.id                   a few words that never change: what travels, is compared and is kept
    mistake.name                 what it is called
    mistake.symptom              what was done; it ends the sentence "This is what comes out when ..."
    mistake.in_code              the same of a program, where that is said differently
    mistake.cure                 what to look at, without the answer
    mistake.cure_in_code         the same of a program, where that is said differently
    mistake.applies_to(problem)  whether it can be made there at all
"""

from collections.abc import Callable

import numpy as np

from course_utils.descent import descend
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead, Optimizer
from course_utils.quadratics import LinearStep
from course_utils.words import words

HEAVY_BALL = (Momentum, NesterovLookahead)
WITH_VELOCITY = (*HEAVY_BALL, Nesterov)
ALL_METHODS = (SGD, *WITH_VELOCITY)


class Said:
    """What is said of a mistake on a landscape in x and y, read from its class."""

    def __set_name__(self, owner, name):
        self.which = name

    def __get__(self, instance, mistake):
        return mistake.said(self.which)


class Mistake:
    id: str
    name = Said()
    symptom = Said()
    in_code = Said()
    cure = Said()
    cure_in_code = Said()
    methods: tuple[type[Optimizer], ...] = ALL_METHODS

    @classmethod
    def said(cls, which, letters=("x", "y")):
        """The name, symptom, in_code or cure in words/mistakes.toml, where the coordinates have these letters; "" if none."""
        x, y = letters
        return words("mistakes")["mistakes"][cls.id].get(which, "").format(x=x, y=y)

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
    id = "no velocity"
    methods = WITH_VELOCITY

    @staticmethod
    def instead(lr, momentum=None):
        return SGD(lr)


class VelocityWhereNoneIs(OtherMethod):
    id = "steps added up"
    methods = (SGD,)

    @staticmethod
    def instead(lr, momentum=None):
        return Momentum(lr, 1)


class NoLookahead(OtherMethod):
    id = "no look-ahead"
    methods = (NesterovLookahead, Nesterov)

    @staticmethod
    def instead(lr, momentum=None):
        return Momentum(lr, momentum)


class LookedAhead(OtherMethod):
    id = "look-ahead gradient (NAG)"
    methods = (Momentum, Nesterov)

    @staticmethod
    def instead(lr, momentum=None):
        return NesterovLookahead(lr, momentum)


class WroteTheLookaheadPoint(OtherMethod):
    id = "NAG in Θ"
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
    id = "velocity replaced"

    def step(self, theta, v, g, lr, mu):
        v = -lr * g
        return theta + v, v


class MovedAgainstVelocity(WrongStep):
    id = "moved against the velocity"

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta - v, v


class VelocitySubtracted(WrongStep):
    id = "velocity subtracted"

    def step(self, theta, v, g, lr, mu):
        v = -mu * v - lr * g
        return theta + v, v


class VelocityBoundToPosition(WrongStep):
    id = "position used for velocity"

    def step(self, theta, v, g, lr, mu):
        v = mu * theta - lr * g
        return theta + v, v


class MovedWithOldVelocity(WrongStep):
    id = "moved before the velocity was updated"

    def step(self, theta, v, g, lr, mu):
        return theta + v, mu * v - lr * g


class ExponentialAverage(WrongStep):
    id = "averaged gradient (EMA)"

    def step(self, theta, v, g, lr, mu):
        v = mu * v - (1 - mu) * lr * g
        return theta + v, v


class SharedVelocity(WrongStep):
    id = "one velocity for both axes"

    def step(self, theta, v, g, lr, mu):
        v_x = mu * v[0] - lr * g[0]
        v_y = mu * v_x - lr * g[1]
        return theta + np.array([v_x, v_y]), np.array([v_y, v_y])


class StartedWithAStep(WrongStep):
    id = "velocity started at −η g"

    def first_velocity(self, theta, g):
        return -self.lr * g

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta + v, v


class StartedAtTheStart(StartedWithAStep):
    id = "velocity started at the start point"

    def first_velocity(self, theta, g):
        return 1 * theta


class RateOnVelocityToo(WrongStep):
    id = "η on the velocity too"

    def step(self, theta, v, g, lr, mu):
        v = lr * (mu * v - g)
        return theta + v, v


class MomentumOnGradientToo(WrongStep):
    id = "μ on the gradient too"

    def step(self, theta, v, g, lr, mu):
        v = mu * (v - lr * g)
        return theta + v, v


class MoveScaledByRate(WrongStep):
    id = "η on the move too"
    methods = (NesterovLookahead,)  # under Momentum it is the same as η²: see RateTwice

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta + lr * v, v


class LookaheadAddedTwice(WrongStep):
    id = "look-ahead added twice"

    def __init__(self, right):
        super().__init__(right)
        self.right = NesterovLookahead

    def step(self, theta, v, g, lr, mu):
        new = mu * v - lr * g
        return theta + mu * v + new, new


class LookaheadTooFar(WrongStep):
    id = "looked ahead by v, not μ v"
    methods = (NesterovLookahead,)

    def gradient_point(self, params):
        return params if self.v is None else {"theta": params["theta"] + self.v["theta"]}

    def step(self, theta, v, g, lr, mu):
        v = mu * v - lr * g
        return theta + v, v


class FrictionOnlyAhead(WrongStep):
    id = "μ dropped in the velocity"
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
    id = "NAG: v updated before μ² v is used"
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
    id = "NAG: μ v in place of μ² v"

    def step(self, theta, v, g, lr, mu):
        return theta + mu * v - (1 + mu) * lr * g, mu * v - lr * g


class OnePlusMomentumDropped(WrongThetaStep):
    id = "NAG: 1 + μ dropped"

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
    id = "η dropped"

    @staticmethod
    def settings(lr, **rest):
        return {"lr": lr / lr, **rest}


class RateTwice(OtherSetting):
    id = "η used twice"

    @staticmethod
    def settings(lr, **rest):
        return {"lr": lr * lr, **rest}


class MomentumDropped(OtherSetting):
    id = "μ dropped"
    methods = WITH_VELOCITY

    @staticmethod
    def settings(lr, momentum):
        return {"lr": lr, "momentum": 1 + 0 * momentum}


class MomentumTwice(OtherSetting):
    id = "μ used twice"
    methods = WITH_VELOCITY

    @staticmethod
    def settings(lr, momentum):
        return {"lr": lr, "momentum": momentum * momentum}


class SettingsSwapped(OtherSetting):
    id = "η and μ swapped"
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
    id = "uphill"

    def gradient(self, theta):
        return -self.landscape.gradient(theta)


class PartialsSwapped(WrongGradient):
    id = "partial derivatives swapped"

    def gradient(self, theta):
        return self.landscape.gradient(theta)[..., ::-1]


class AbsoluteGradient(WrongGradient):
    id = "sign of the gradient lost"

    def gradient(self, theta):
        return np.abs(self.landscape.gradient(theta))


class SignWrongInX(WrongGradient):
    id = "sign wrong in x"
    signs = (-1, 1)

    def gradient(self, theta):
        return self.landscape.gradient(theta) * np.array(self.signs)


class SignWrongInY(SignWrongInX):
    id = "sign wrong in y"
    signs = (1, -1)


class GradientOfOnes(WrongGradient):
    id = "gradient taken as (1, 1)"

    def gradient(self, theta):
        return self.landscape.gradient(theta) * 0 + 1


class GradientHalved(WrongGradient):
    id = "gradient halved"

    @classmethod
    def applies_to(cls, problem):  # only where there is a square whose 2 can be lost
        return super().applies_to(problem) and problem.landscape.hessian(problem.start).diagonal().any()

    def gradient(self, theta):
        return self.landscape.gradient(theta) / 2


class ValueForGradient(WrongGradient):
    id = "f used for its gradient"

    def gradient(self, theta):
        return np.stack([self.landscape(theta)] * 2, axis=-1)


class FrozenGradient(WrongGradient):
    id = "gradient frozen at the start"

    def __init__(self, landscape):
        super().__init__(landscape)
        self.first = None

    def gradient(self, theta):
        if self.first is None:
            self.first = self.landscape.gradient(theta)
        return self.first


# --- one coordinate after the other ------------------------------------------------------------------


class YSawNewX(Mistake):
    id = "y's gradient saw the new x"
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
    id = "x's gradient saw the new y"
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
    id = "start counted as step 1"

    @staticmethod
    def written(path):
        return path.positions[:-1]


class MovedThenLooked(CountedTheStart):
    id = "moved first, then took the gradient"
    methods = HEAVY_BALL


class MovedOnlyOnce(WrongAnswer):
    id = "moved only once"

    @staticmethod
    def written(path):
        return np.array([path.positions[1]] * path.steps)


class HistoryNotCopied(WrongAnswer):
    id = "history not copied"

    @staticmethod
    def written(path):
        return np.array([path.positions[-1]] * path.steps)


class ReportedVelocity(WrongAnswer):
    id = "velocity written for the position"

    @staticmethod
    def written(path):
        return path.velocities[1:]


class CoordinatesSwapped(WrongAnswer):
    id = "(y, x) order"

    @staticmethod
    def written(path):
        return path.positions[1:, ::-1]


#: Every mistake that any problem and any class is compared with.
MISTAKES: tuple[type[Mistake], ...] = (
    NoVelocity,
    VelocityWhereNoneIs,
    NoLookahead,
    LookedAhead,
    WroteTheLookaheadPoint,
    VelocityReplaced,
    MovedAgainstVelocity,
    VelocitySubtracted,
    VelocityBoundToPosition,
    MovedWithOldVelocity,
    ExponentialAverage,
    SharedVelocity,
    StartedWithAStep,
    StartedAtTheStart,
    RateOnVelocityToo,
    MomentumOnGradientToo,
    MoveScaledByRate,
    LookaheadAddedTwice,
    LookaheadTooFar,
    FrictionOnlyAhead,
    NesterovUpdatedTooEarly,
    MomentumNotSquared,
    OnePlusMomentumDropped,
    RateDropped,
    RateTwice,
    MomentumDropped,
    MomentumTwice,
    SettingsSwapped,
    Ascended,
    PartialsSwapped,
    AbsoluteGradient,
    SignWrongInX,
    SignWrongInY,
    GradientOfOnes,
    GradientHalved,
    ValueForGradient,
    FrozenGradient,
    YSawNewX,
    XSawNewY,
    CountedTheStart,
    MovedThenLooked,
    MovedOnlyOnce,
    HistoryNotCopied,
    ReportedVelocity,
    CoordinatesSwapped,
)
