"""One minibatch step by hand: the problem, and the mistakes that are made in it."""

import itertools
import random
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from course_utils.line_fit import FOUR, LineFit
from course_utils.optimizers import SGD
from course_utils.practice.mistakes import Mistake
from course_utils.practice.problems import StepProblem
from course_utils.support.types import Number
from course_utils.support.validation import shown


class BatchProblem(StepProblem):
    """Where does one step of SGD lead, with the gradient over a batch?

    data: a LineFit with whole numbers.  batch: indices of its points, counted from 0, two at least.
    lr: η.  start: (w, b).
    """

    def __init__(self, data: LineFit, batch: Sequence[int], lr: Number, start: Sequence[Number]) -> None:
        if len(set(batch)) < 2 or not all(0 <= i < data.n for i in batch):
            raise ValueError(f"batch must hold two indices from 0 to {data.n - 1}, not {shown(batch)}")
        super().__init__(data.of(batch), SGD(lr), start, steps=1)
        self.data, self.batch = data, tuple(batch)

    @cached_property
    def mistaken(self):
        own = [(mistake, [tuple(mistake.points(self)[0])]) for mistake in BATCH_MISTAKES]
        return [(m, table) for m, table in own if table != self.answer] + super().mistaken

    def another(self, seed=None):
        rng = random.Random(seed)
        pairs = list(itertools.combinations(range(self.data.n), 2))
        drawn = [
            BatchProblem(
                self.data,
                rng.choice(pairs),
                Fraction(1, rng.choice((2, 4))),
                [rng.randrange(-2, 4) for _ in range(2)],
            )
            for _ in range(40)
        ]
        fresh = [p for p in drawn if (p.batch, *p.start) != (self.batch, *self.start)]
        return min(sorted(fresh, key=BatchProblem._digits)[:12], key=BatchProblem._confusion)

    def _each(self):
        """The gradients of the batch's points at the start, in Fractions."""
        return self.data.gradients(self.start)[list(self.batch)]

    def _after(self, g):
        return [self.start - self.settings["lr"] * g]


class BatchMistake(Mistake):
    methods = (SGD,)


class BatchSummed(BatchMistake):
    id = "batch summed"

    @classmethod
    def points(cls, problem):
        return problem._after(problem._each().sum(axis=0))


class DividedByAll(BatchMistake):
    id = "divided by n"

    @classmethod
    def points(cls, problem):
        return problem._after(problem._each().sum(axis=0) / problem.data.n)


class WholeDataSet(BatchMistake):
    id = "whole data set"

    @classmethod
    def points(cls, problem):
        return problem._after(problem.data.gradients(problem.start).sum(axis=0) / problem.data.n)


class FactorXForgotten(BatchMistake):
    id = "factor x forgotten"

    @classmethod
    def points(cls, problem):
        residual = problem._each()[:, 1].sum() / len(problem.batch)
        return problem._after(np.array([residual, residual]))


class FirstPointOnly(BatchMistake):
    id = "first point only"
    which = 0

    @classmethod
    def points(cls, problem):
        return problem._after(problem._each()[cls.which])


class LastPointOnly(FirstPointOnly):
    id = "last point only"
    which = -1


BATCH_MISTAKES = BatchProblem.own_mistakes = (
    BatchSummed,
    DividedByAll,
    WholeDataSet,
    FactorXForgotten,
    FirstPointOnly,
    LastPointOnly,
)


#: Points 2 and 4 of FOUR, as the lecture counts them.
BY_HAND = BatchProblem(FOUR, batch=(1, 3), lr=Fraction(1, 4), start=(2, 2))
