"""What all tests share: one JupyterLab and one browser for the whole session; and at the end, what was not tested."""

from browser import browser, lab
from needs import left_out

__all__ = ["browser", "lab"]


def pytest_terminal_summary(terminalreporter):
    lines = left_out(terminalreporter.stats.get("skipped", []))
    if lines:
        terminalreporter.section("not tested", yellow=True)
        for line in lines:
            terminalreporter.line(line)
