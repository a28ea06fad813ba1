"""What all tests share: one JupyterLab and one browser for the whole session."""

from browser import browser, lab

__all__ = ["browser", "lab"]
