"""Every optimizer of the course, and the groups in which tests and benchmarks go through them."""

from course_utils.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    NesterovLookahead,
    RMSProp,
)

WITH_VELOCITY = (Momentum, NesterovLookahead, Nesterov)
CONSTANT_RATE = (SGD, *WITH_VELOCITY)  # one rate for every parameter
ADAPTIVE = (AdaGrad, RMSProp, Adam, AdamW)
OPTIMIZERS = (*CONSTANT_RATE, *ADAPTIVE)
