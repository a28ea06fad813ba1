"""What all tests share: one JupyterLab and one browser for the whole session, the order, and at the end, what was not tested."""

import os
import sys
from collections import Counter

import pytest
from browser import browser, lab
from needs import left_out, without_torch

__all__ = ["browser", "lab"]

#: files of few tests, but long ones
LONG = (
    *("test_nbgrader.py", "test_site.py", "test_start.py", "test_mutants.py", "test_style.py"),
    "test_messages.py",
)

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of a hundred kernels would compile the whole course
sys.dont_write_bytecode = False  # and each run all tests

LATE = r"^(Timeout)?Error: "  # as playwright calls its errors


def pytest_configure(config):
    config.option.loadscopereorder = False  # xdist would begin last with the files of few tests: those below


def pytest_collection_modifyitems(items):
    """Long files first: one that is begun last runs on alone, while all other cores have nothing left to do.

    What waits for a browser gets one more try when the browser is late; what it shows wrongly does not.
    """
    without_torch(items)
    tests = Counter(item.path for item in items)
    live = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    for item in items:
        if item.path in live and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=LATE))
    items.sort(
        key=lambda item: (
            item.path.name not in LONG,
            item.path not in live,
            item.path.suffix != ".ipynb",  # few cells, but each notebook starts a kernel
            -tests[item.path],
            item.path,
        )
    )


def pytest_terminal_summary(terminalreporter):
    late = [
        f"{report.nodeid}: {report.longrepr.reprcrash.message}"
        for report in terminalreporter.stats.get("rerun", [])
    ]
    for title, lines in (
        ("not tested", left_out(terminalreporter.stats.get("skipped", []))),
        ("the browser was late, and the test was tried again", late),
    ):
        if lines:
            terminalreporter.section(title, yellow=True)
        for line in lines:
            terminalreporter.line(line)
