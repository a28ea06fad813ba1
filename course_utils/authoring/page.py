"""A notebook as an author meets it: its file, its cells, its siblings, and how a place in it is named."""

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

PNG, VIEW = "image/png", "application/vnd.jupyter.widget-view+json"
HTML = "text/html"


class AuthoringError(Exception):
    """Something the author can put right: the text says where, what happened and what to do."""


@dataclass
class Page:
    """A notebook and where it stands: notebooks/, solutions/ or exercises/."""

    path: Path
    text: str

    @classmethod
    def read(cls, path):
        path = Path(path).resolve()
        try:
            return cls(path, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise AuthoringError(f"{path.parent.name}/{path.name}: cannot be read: {error}") from None

    def store(self):
        """Write the file, unless it holds this text already. -> whether it was written"""
        if self.path.is_file() and self.path.read_text(encoding="utf-8") == self.text:
            return False
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(self.text, encoding="utf-8", newline="\n")
        return True

    @cached_property
    def nb(self):
        """The notebook itself; an AuthoringError where it is not nbformat 4.5."""
        try:
            with warnings.catch_warnings(action="ignore"):  # duplicate cell ids: a rule names them
                nb = nbformat.reads(self.text, as_version=nbformat.NO_CONVERT)
                if (nb.nbformat, nb.nbformat_minor) != (4, 5):
                    raise ValueError("it must be nbformat 4.5: open it in JupyterLab and save it")
                nbformat.validate(nb)
            return nb
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise AuthoringError(f"{self.name}: is not a valid notebook: {reason}") from None

    @property
    def name(self):
        return f"{self.folder}/{self.path.name}"

    @property
    def folder(self):
        return self.path.parent.name

    def place(self, number):
        """Where to look: "notebooks/04-momentum.ipynb, cell 7 (path = descend(…)"; 0 is the whole notebook."""
        if not number:
            return self.name
        first = (self.nb.cells[number - 1].source.strip().splitlines() or ["empty"])[0]
        return f"{self.name}, cell {number} ({first if len(first) <= 40 else first[:39] + '…'})"

    def cells(self, kind):
        return [(n, c) for n, c in enumerate(self.nb.cells, 1) if c.cell_type == kind and c.source.strip()]

    def sibling(self, folder):
        return self.path.parent.parent / folder / self.path.name


def written(nb):
    """The text of a notebook file, always in the same form."""
    return nbformat.writes(nb, indent=1, ensure_ascii=False).rstrip("\n") + "\n"
