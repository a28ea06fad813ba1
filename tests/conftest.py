"""What all tests share: one JupyterLab and one browser for the whole session."""

from browser import lab

__all__ = ["lab"]
