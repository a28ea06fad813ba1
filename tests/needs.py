"""What a test needs and this computer may not have: said at the end of a run, and an error where CI is set.

A test that belongs to one operating system has `pytest.mark.skipif` and names it; every other lack is told to `missing`.
"""

import importlib.util
import os
from collections import Counter

import pytest


def missing(reason):
    """Leave this test out; in CI, where nothing may be left out, it fails."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def without_torch(items):
    """Leave lecture 10 out where there is no PyTorch; in CI its cells run all the same, and fail."""
    if os.environ.get("CI") or importlib.util.find_spec("torch"):
        return
    for item in items:
        if item.path.name == "10-in-pytorch.ipynb":
            item.add_marker(pytest.mark.skip("no PyTorch: the first cells of the notebook say how to get it"))


def left_out(reports):
    """-> ["97 tests in 12 files: the reason", ...] of skipped tests, the greatest number first"""
    files, tests = {}, Counter()
    for report in reports:
        reason = report.longrepr[2].removeprefix("Skipped: ")
        tests[reason] += 1
        files.setdefault(reason, set()).add(report.nodeid.partition("::")[0])
    return [
        f"{number} in {', '.join(sorted(files[reason]))}: {reason}" for reason, number in tests.most_common()
    ]
