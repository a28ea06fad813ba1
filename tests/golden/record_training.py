"""Record what PyTorch makes of 100 steps with clipping, weight decay and schedules, for tests/test_wrappers.py to compare with.

    pip install torch numpy
    python tests/golden/record_training.py

It writes training-pytorch.json beside itself: for each case the learning rate of every step, and the parameters after the
last one. All cases train the small network of record_network.py, from its parameters and on its images, in float64.
Biases are a group of their own, which does not decay. No test needs the library.
"""

import json
from pathlib import Path

from record_network import SIZES, inputs

TARGET = Path(__file__).resolve().parent / "training-pytorch.json"
STEPS, WARM_UP = 100, 10
SGD, MOMENTUM, ADAM = ("SGD", {}), ("Momentum", {"momentum": 0.9}), ("Adam", {})
NESTEROV, ADAGRAD, RMSPROP = ("Nesterov", {"momentum": 0.9}), ("AdaGrad", {}), ("RMSProp", {})
CLASSES = {"Momentum": "SGD", "Nesterov": "SGD", "AdaGrad": "Adagrad", "RMSProp": "RMSprop"}


def case(name, method, lr, clip=None, decay=None, decoupled=False, schedule="constant", warm_up=0):
    kind, settings = method
    return {
        "name": name,
        "method": kind,
        "settings": {"lr": lr, **settings},
        "clip": clip,
        "decay": decay,
        "decoupled": decoupled,
        "schedule": schedule,
        "warm_up": warm_up,
    }


CASES = [
    case("clipped in every step", SGD, 0.2, clip=0.05),
    case("clipped now and then", MOMENTUM, 0.1, clip=0.3),
    *(case("L2", method, 0.05, decay=0.1) for method in (SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADAM)),
    case("decoupled decay", ADAM, 0.02, decay=0.3, decoupled=True),
    *(
        case(f"{schedule}, warm-up {warm_up}", method, lr, schedule=schedule, warm_up=warm_up)
        for schedule in ("constant", "linear", "cosine")
        for warm_up in (0, WARM_UP)
        for method, lr in ((SGD, 0.5), (ADAM, 0.02))
        if warm_up or schedule != "constant"
    ),
    case("all at once", ADAM, 0.02, clip=0.3, decay=0.3, decoupled=True, schedule="cosine", warm_up=WARM_UP),
]


def optimizer_of(torch, asked, tensors):
    kind = CLASSES.get(asked["method"], asked["method"]) + ("W" if asked["decoupled"] else "")
    more = {"nesterov": True} if asked["method"] == "Nesterov" else {}
    groups = [
        {"params": [p for name, p in tensors.items() if name[0] == "W"], "weight_decay": asked["decay"] or 0},
        {"params": [p for name, p in tensors.items() if name[0] == "b"], "weight_decay": 0},
    ]
    return getattr(torch.optim, kind)(groups, **asked["settings"], **more)


def schedule_of(torch, asked, optimizer):
    schedulers, warm_up = torch.optim.lr_scheduler, asked["warm_up"]
    after = {
        "constant": lambda: schedulers.ConstantLR(optimizer, factor=1),
        "linear": lambda: schedulers.LinearLR(optimizer, 1, 0, STEPS - warm_up),
        "cosine": lambda: schedulers.CosineAnnealingLR(optimizer, STEPS - warm_up),
    }[asked["schedule"]]
    if not warm_up:
        return after()
    before = schedulers.LinearLR(optimizer, 1 / warm_up, 1, warm_up - 1)
    return schedulers.SequentialLR(optimizer, [before, after()], [warm_up])


def run(torch, asked):
    params, x, t = inputs(SIZES["small"])
    x, t = torch.from_numpy(x), torch.from_numpy(t)
    tensors = {name: torch.tensor(p, dtype=torch.float64, requires_grad=True) for name, p in params.items()}
    optimizer = optimizer_of(torch, asked, tensors)
    schedule = schedule_of(torch, asked, optimizer)
    rates = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        h = torch.relu(x @ tensors["W1"] + tensors["b1"])
        torch.nn.functional.cross_entropy(h @ tensors["W2"] + tensors["b2"], t).backward()
        if asked["clip"]:
            torch.nn.utils.clip_grad_norm_(tensors.values(), asked["clip"])
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    constant = len(set(rates)) == 1
    return asked | {
        "lr": rates[:1] if constant else rates,
        "params": {name: p.detach().numpy().round(12).tolist() for name, p in tensors.items()},
    }


def main():
    import torch

    record = {
        "library": f"torch {torch.__version__}: torch.optim, lr_scheduler, clip_grad_norm_",
        "cases": [run(torch, asked) for asked in CASES],
    }
    rows = ",\n".join(" " + json.dumps(each) for each in record["cases"])
    TARGET.write_text(
        f'{{"library": {json.dumps(record["library"])}, "cases": [\n{rows}\n]}}\n', encoding="utf-8"
    )
    print(f"{TARGET.name}: {len(record['cases'])} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
