"""Training the network: seeded minibatches, one training, and a sweep of many.

network, optimizer = TwoLayerNet(seed=0), Momentum(lr=0.1, momentum=0.9)
history = train(network, optimizer, load_digits(), epochs=10)
history.losses, history.accuracies, history.status

save_run("run.npz", network, optimizer, history)
history = load_run("run.npz", network, optimizer)
history = train(network, optimizer, load_digits(), epochs=20, after=history)

results = sweep([Config("SGD", {"lr": 0.1}, seed=seed) for seed in range(5)])
"""

from course_utils.training import edge, full_batch
from course_utils.training.one import History, floats_kept, minibatches, train
from course_utils.training.records import Config, Result
from course_utils.training.saving import load_run, save_run
from course_utils.training.search import budget_curve
from course_utils.training.sweeps import DATA, run, sweep
from course_utils.training.vector import METHODS

__all__ = [
    "DATA",
    "METHODS",
    "Config",
    "History",
    "Result",
    "budget_curve",
    "edge",
    "floats_kept",
    "full_batch",
    "load_run",
    "minibatches",
    "run",
    "save_run",
    "sweep",
    "train",
]
