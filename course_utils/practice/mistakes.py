"""The mistake atlas: what goes wrong when an optimizer is computed by hand, or coded.

A mistake *is* an optimizer with a wrong step, or a gradient taken wrongly, or a way to write the answer down.
So it runs on any problem, and the table it gives can be compared with a student's:

    mistake.points(problem)      one point per step, from the problem's start and its velocity there
    mistake.id                   a few words that never change: what travels, is compared and is kept
    mistake.name                 what it is called
    mistake.symptom              what was done; it ends the sentence "This is what comes out when ..."
    mistake.in_code              the same of a program, where that is said differently
    mistake.cure                 what to look at, without the answer
    mistake.cure_in_code         the same of a program, where that is said differently
    mistake.applies_to(problem)  whether it can be made there at all
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    Momentum,
    Nesterov,
    NesterovLookahead,
    Optimizer,
    RMSProp,
    gradient_point,
    root,
)
from course_utils.quadratics import LinearStep
from course_utils.words import words

HEAVY_BALL = (Momentum, NesterovLookahead)
WITH_VELOCITY = (*HEAVY_BALL, Nesterov)
IN_FRACTIONS = (SGD, *WITH_VELOCITY)
ADAPTIVE = (AdaGrad, RMSProp, Adam)
ALL_METHODS = (*IN_FRACTIONS, *ADAPTIVE)


class Said:
    """What is said about a mistake on a landscape in x and y, read from its class."""

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
    """The points after each step of a fresh optimizer that starts where the problem does, with its velocity.

    `descend` would tell the same, and much more that nobody asks of a mistake.
    """
    optimizer, landscape = problem.set_off(optimizer), landscape or problem.landscape
    params, table = {"theta": problem.start.copy()}, []
    with np.errstate(all="ignore"):
        for _ in range(problem.steps):
            g = landscape.gradient(gradient_point(optimizer, params)["theta"])
            optimizer.update(params, {"theta": g})
            table.append(params["theta"].copy())
    return np.array(table)


class OtherStep(Mistake):
    """A mistake that is an optimizer, which walks in place of the right one."""

    @classmethod
    def stepper(cls, method, settings):
        """-> the optimizer.  method, settings: the right class, and the arguments of its constructor."""
        made: Any = cls  # the classes below take the right optimizer
        return made(method(**settings))

    @classmethod
    def points(cls, problem):
        return walked(cls.stepper(type(problem.optimizer), problem.settings), problem)


# --- another method, right in itself -----------------------------------------------------------------


class OtherMethod(OtherStep):
    """A method that is right in itself, but not the one that was asked for."""

    instead: Callable[..., Optimizer]

    @classmethod
    def stepper(cls, method, settings):
        return cls.instead(**settings)


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


class WrongStep(OtherStep, Optimizer):
    """An optimizer that stands in for the right one: same settings, same place of the gradient, wrong step."""

    methods: tuple[type[Optimizer], ...] = HEAVY_BALL

    def __init__(self, right):
        self.lr = right.lr
        self.momentum = right.momentum
        self.v = None
        self.right = type(right)

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


class DampedAfterTheFirst(WrongStep):
    """ONNX's operator Momentum with β = 1 − μ, and PyTorch's `dampening`: both take the first gradient whole."""

    id = "averaged gradient, the first one whole"
    methods = WITH_VELOCITY

    def __init__(self, right):
        super().__init__(right)
        self.begun = False

    def step(self, theta, v, g, lr, mu):
        share = 1 - mu if self.begun else 1
        self.begun = True
        new = mu * v - share * lr * g
        return theta + (mu * new - lr * g if self.right is Nesterov else new), new


class SharedVelocity(WrongStep):
    id = "one velocity for both axes"

    def step(self, theta, v, g, lr, mu):
        v_x = mu * v[..., :1] - lr * g[..., :1]
        v_y = mu * v_x - lr * g[..., 1:]
        return theta + np.concatenate([v_x, v_y], -1), np.concatenate([v_y, v_y], -1)


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


class LookedBack(WrongStep):
    id = "looked back"
    methods = (NesterovLookahead,)

    def gradient_point(self, params):
        return params if self.v is None else {"theta": params["theta"] - self.momentum * self.v["theta"]}

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


class AveragedInTheta(WrongThetaStep):
    """Nesterov's step of PyTorch, MLX and Keras, −η g + μ v with the new v, which here averages as ONNX's may."""

    id = "NAG: averaged gradient"

    def step(self, theta, v, g, lr, mu):
        v = mu * v - (1 - mu) * lr * g
        return theta + mu * v - lr * g, v


# --- a wrong step of a method that divides by a root: each is an optimizer, too -----------------------


class WrongRoot(OtherStep, Optimizer):
    """An optimizer that stands in for AdaGrad, RMSProp or Adam: same settings and memory, wrong step."""

    methods: tuple[type[Optimizer], ...] = ADAPTIVE
    lr: Any
    eps: Any
    rho: Any
    beta1: Any
    beta2: Any
    s: Any

    def __init__(self, right):
        vars(self).update(vars(right))
        self.right = type(right)
        self.m = getattr(right, "m", None)
        self.t = getattr(right, "t", 0)

    def update(self, params, grads):
        theta, g = params["theta"], grads["theta"]
        s = 0 * theta if self.s is None else self.s["theta"]
        m = 0 * theta if self.m is None else self.m["theta"]
        self.t += 1
        s = self.squares(s, g)
        m = self.beta1 * m + (1 - self.beta1) * g if self.right is Adam else g
        self.s, self.m = {"theta": s}, {"theta": m}
        theta[...] -= self.move(m, s)

    def keep(self):
        """How much of the past is kept in s, and how much of the new square is taken."""
        if self.right is AdaGrad:
            return 1, 1
        beta = self.rho if self.right is RMSProp else self.beta2
        return beta, 1 - beta

    def squares(self, s, g):
        """-> the next s"""
        old, new = self.keep()
        return old * s + new * g * g

    def biases(self, t):
        """-> what m and s are divided by"""
        return (1 - self.beta1**t, 1 - self.beta2**t) if self.right is Adam else (1, 1)

    def move(self, m, s):
        c, d = self.biases(self.t)
        return self.lr * m / c / (root(s / d) + self.eps)


class RootForgotten(WrongRoot):
    id = "root forgotten"

    def move(self, m, s):
        c, d = self.biases(self.t)
        return self.lr * m / c / (s / d + self.eps)


class EpsilonInside(WrongRoot):
    id = "ε inside the root"

    def move(self, m, s):
        c, d = self.biases(self.t)
        return self.lr * m / c / root(s / d + self.eps)


class GradientNotSquared(WrongRoot):
    id = "gradient not squared"

    def squares(self, s, g):
        old, new = self.keep()
        return old * s + new * np.abs(g)


class NoMemoryOfSquares(WrongRoot):
    id = "no memory of squares"

    def squares(self, s, g):
        return g * g


class NotDivided(WrongRoot):
    id = "not divided by the root"

    def move(self, m, s):
        return self.lr * m / self.biases(self.t)[0]


class OldSquares(WrongRoot):
    """From s = 0 it would divide by nothing: so the first step takes the new s."""

    id = "root of the old s"

    def update(self, params, grads):
        self.old = self.s
        super().update(params, grads)

    def move(self, m, s):
        return super().move(m, s if self.old is None else self.old["theta"])


class OneRootForBoth(WrongRoot):
    id = "one root for both axes"

    def squares(self, s, g):
        return super().squares(s, np.sqrt((g * g).sum(-1, keepdims=True)) + 0 * g)


class SquaresAddedUp(WrongRoot):
    id = "squares added up"
    methods = (RMSProp, Adam)

    def squares(self, s, g):
        return s + g * g


class SharesSwapped(WrongRoot):
    id = "β and 1 − β swapped"
    methods = (RMSProp, Adam)

    def keep(self):
        return super().keep()[::-1]


class NewShareForgotten(WrongRoot):
    id = "1 − β forgotten"
    methods = (RMSProp, Adam)

    def keep(self):
        return super().keep()[0], 1


class NoBiasCorrection(WrongRoot):
    """MLX's Adam unless `bias_correction=True`."""

    id = "no bias correction"
    methods = (Adam,)

    def biases(self, t):
        return 1, 1


class OnlyMCorrected(WrongRoot):
    id = "only m corrected"
    methods = (Adam,)

    def biases(self, t):
        return super().biases(t)[0], 1


class OnlySCorrected(WrongRoot):
    id = "only s corrected"
    methods = (Adam,)

    def biases(self, t):
        return 1, super().biases(t)[1]


class BiasOfTheFirstStep(WrongRoot):
    id = "bias always of the first step"
    methods = (Adam,)

    def biases(self, t):
        return super().biases(1)


class BetasSwapped(WrongRoot):
    id = "β₁ and β₂ swapped"
    methods = (Adam,)

    def __init__(self, right):
        super().__init__(right)
        self.beta1, self.beta2 = right.beta2, right.beta1


class EpsilonBeside(WrongRoot):
    """The quicker form at the end of section 2 of Kingma and Ba, where ε̂ stands beside √s, with ε in its place."""

    id = "ε beside the uncorrected root"
    methods = (Adam,)

    def move(self, m, s):
        c, d = self.biases(self.t)
        return self.lr * root(d * (1 + 0 * s)) * m / c / (root(s) + self.eps)


# --- the right step, from a wrong place --------------------------------------------------------------


class MovedFromTheStart(OtherStep, Optimizer):
    """The right optimizer, whose every move is added to where it began."""

    id = "moved from the start"

    def __init__(self, right):
        vars(self).update(vars(right))
        self.right = right
        self.first = None

    def gradient_point(self, params):
        self._hand_over()
        return self.right.gradient_point(params)

    def update(self, params, grads):
        self._hand_over()
        before = params["theta"].copy()
        if self.first is None:
            self.first = before
        self.right.update(params, grads)
        params["theta"][...] += self.first - before
        vars(self).update(vars(self.right))

    def _hand_over(self):
        """What is remembered may have been given from outside."""
        vars(self.right).update({name: vars(self)[name] for name in vars(self.right)})


class OtherStart(Mistake):
    """The right walk, from another start."""

    @classmethod
    def points(cls, problem):
        other = problem.starting_at(cls.start(problem.start))
        return walked(type(problem.optimizer)(**problem.settings), other)

    @staticmethod
    def start(theta):
        raise NotImplementedError


class StartInOtherOrder(OtherStart):
    id = "start in the order (y, x)"

    @staticmethod
    def start(theta):
        return theta[::-1]


class StartXTurned(OtherStart):
    id = "sign of the start wrong in x"
    signs = (-1, 1)

    @classmethod
    def start(cls, theta):
        return theta * np.array(cls.signs)


class StartYTurned(StartXTurned):
    id = "sign of the start wrong in y"
    signs = (1, -1)


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


class RateInverted(OtherSetting):
    id = "1/η in place of η"

    @staticmethod
    def settings(lr, **rest):
        return {"lr": 1 / lr, **rest}


class MomentumLeft(OtherSetting):
    id = "1 − μ in place of μ"
    methods = WITH_VELOCITY

    @classmethod
    def applies_to(cls, problem):  # at μ = 1 there would be no velocity
        return super().applies_to(problem) and problem.optimizer.momentum < 1

    @staticmethod
    def settings(lr, momentum):
        return {"lr": lr, "momentum": 1 - momentum}


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
        return self.changed(self.landscape.gradient(theta), theta)

    def changed(self, g, theta):
        """-> what is taken for the gradient.  g: the right one, at theta; both of shape (..., 2)."""
        raise NotImplementedError

    @classmethod
    def points(cls, problem):
        return walked(type(problem.optimizer)(**problem.settings), problem, cls(problem.landscape))


class Ascended(WrongGradient):
    id = "uphill"

    def changed(self, g, theta):
        return -g


class PartialsSwapped(WrongGradient):
    id = "partial derivatives swapped"

    def changed(self, g, theta):
        return g[..., ::-1]


class AbsoluteGradient(WrongGradient):
    id = "sign of the gradient lost"

    def changed(self, g, theta):
        return np.abs(g)


class SignWrongInX(WrongGradient):
    id = "sign wrong in x"
    signs = (-1, 1)

    def changed(self, g, theta):
        return g * np.array(self.signs)


class SignWrongInY(SignWrongInX):
    id = "sign wrong in y"
    signs = (1, -1)


class GradientOfOnes(WrongGradient):
    id = "gradient taken as (1, 1)"

    def changed(self, g, theta):
        return g * 0 + 1


class GradientHalved(WrongGradient):
    id = "gradient halved"

    @classmethod
    def applies_to(cls, problem):  # only where there is a square whose 2 can be lost
        return super().applies_to(problem) and problem.landscape.hessian(problem.start).diagonal().any()

    def changed(self, g, theta):
        return g / 2


class ValueForGradient(WrongGradient):
    id = "f used for its gradient"

    def changed(self, g, theta):
        return np.stack([self.landscape(theta)] * 2, axis=-1)


class FrozenGradient(WrongGradient):
    id = "gradient frozen at the start"

    def __init__(self, landscape):
        super().__init__(landscape)
        self.first = None

    def changed(self, g, theta):
        if self.first is None:
            self.first = g
        return self.first


class LateGradient(WrongGradient):
    """In the first step there is no gradient before it: that one is right."""

    id = "gradient one step late"

    def __init__(self, landscape):
        super().__init__(landscape)
        self.last = None

    def changed(self, g, theta):
        last, self.last = self.last, g
        return g if last is None else last


class XsGradientForBoth(WrongGradient):
    id = "y with x's gradient"
    taken = (0, 0)

    def changed(self, g, theta):
        return g[..., self.taken]


class YsGradientForBoth(XsGradientForBoth):
    id = "x with y's gradient"
    taken = (1, 1)


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
    """The right path, and a wrong way to write it down.

    pointwise: whether each point alone is written wrongly, so that it can come on top of another way.
    """

    pointwise = False

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
    pointwise = True

    @staticmethod
    def written(path):
        return path.positions[1:, ..., ::-1]


class WroteTheGradient(WrongAnswer):
    id = "gradient written for the point"

    @staticmethod
    def written(path):
        return path.gradients[:-1]


class SignsOfXTurned(WrongAnswer):
    id = "signs of x turned"
    pointwise = True
    signs = (-1, 1)

    @classmethod
    def written(cls, path):
        return path.positions[1:] * np.array(cls.signs)


class SignsOfYTurned(SignsOfXTurned):
    id = "signs of y turned"
    signs = (1, -1)


class SignsLost(WrongAnswer):
    id = "minus signs left out"
    pointwise = True

    @staticmethod
    def written(path):
        return np.abs(path.positions[1:])


class FrictionOnThePoint(OtherStep, Optimizer):
    """μ multiplies the point, and the velocity is kept whole."""

    id = "friction on the point"
    methods = HEAVY_BALL

    def __init__(self, right):
        self.lr, self.momentum, self.v = right.lr, right.momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: 0 * theta for name, theta in params.items()}
        for name in params:
            self.v[name] = self.v[name] - self.lr * grads[name]
            params[name][...] = self.momentum * params[name] + self.v[name]


class StepWithoutItsSign(WrongAnswer):
    id = "what is taken off written for the position"
    methods = (SGD,)

    @staticmethod
    def written(path):
        return -path.velocities[1:]


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
    DampedAfterTheFirst,
    SharedVelocity,
    StartedWithAStep,
    StartedAtTheStart,
    RateOnVelocityToo,
    MomentumOnGradientToo,
    MoveScaledByRate,
    LookaheadAddedTwice,
    LookaheadTooFar,
    LookedBack,
    FrictionOnlyAhead,
    NesterovUpdatedTooEarly,
    MomentumNotSquared,
    OnePlusMomentumDropped,
    AveragedInTheta,
    RootForgotten,
    EpsilonInside,
    EpsilonBeside,
    GradientNotSquared,
    NoMemoryOfSquares,
    NotDivided,
    OldSquares,
    OneRootForBoth,
    SquaresAddedUp,
    SharesSwapped,
    NewShareForgotten,
    NoBiasCorrection,
    OnlyMCorrected,
    OnlySCorrected,
    BiasOfTheFirstStep,
    BetasSwapped,
    RateDropped,
    RateTwice,
    RateInverted,
    MomentumDropped,
    MomentumTwice,
    MomentumLeft,
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
    LateGradient,
    XsGradientForBoth,
    YsGradientForBoth,
    YSawNewX,
    XSawNewY,
    CountedTheStart,
    MovedThenLooked,
    MovedOnlyOnce,
    HistoryNotCopied,
    ReportedVelocity,
    WroteTheGradient,
    CoordinatesSwapped,
    SignsOfXTurned,
    SignsOfYTurned,
)

#: What no problem is chosen by, as many a table would hide it. It is told after one of the others, but not after two.
RARE: tuple[type[Mistake], ...] = (
    SignsLost,
    MovedFromTheStart,
    StartInOtherOrder,
    StartXTurned,
    StartYTurned,
    StepWithoutItsSign,
    FrictionOnThePoint,
)
