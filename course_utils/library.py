"""What lecture 10, which alone needs PyTorch, does where PyTorch is not installed.

from course_utils.library import needs_torch

needs_torch()
"""

import html
import importlib.util
import sys
from typing import Any

from course_utils.support.language import gettext as _

#: From PyTorch's own index of builds without graphics cards: 200 MB, where Linux would get several gigabytes otherwise.
COMMAND = "%pip install torch --index-url https://download.pytorch.org/whl/cpu"


def needs_torch() -> None:
    """Say how to get PyTorch where it is missing; from then on, cells say that they need it instead of failing.

    Where PyTorch is there, and outside of notebooks, nothing happens. After an installation, run it once more.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    transformers = shell.input_transformers_post
    transformers[:] = [each for each in transformers if each is not left_out]
    importlib.invalidate_caches()
    if importlib.util.find_spec("torch") is None:
        transformers.append(left_out)
        _display(*how_to_get_it(sys.platform))


def left_out(lines: list[str]) -> list[str]:
    """What runs instead of a cell while PyTorch is missing; what asks for it, or installs it, runs as it is."""
    if any("needs_torch()" in line or "'pip'" in line for line in lines):
        return lines
    told = _("This cell needs PyTorch, so it was left out.")
    return [f"print({told!r})\n"] if "".join(lines).strip() else lines


def how_to_get_it(platform: str) -> tuple[list[str], str]:
    """What to say, and the command; in a browser there is none."""
    needed = _("This notebook needs PyTorch, which the rest of the course does without.")
    if platform == "emscripten":
        return [
            needed,
            _("It does not run in a browser: install the course on a computer to run this notebook."),
        ], ""
    return [
        needed,
        _(
            "Run the line below in a cell of its own, which fetches 200 MB. Then run the notebook from the top."
        ),
    ], COMMAND


def _display(told: list[str], command: str) -> None:
    from IPython.display import display

    page = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in told)
    page += f"<pre>{html.escape(command)}</pre>" if command else ""
    bundle: dict[str, Any] = {"text/plain": "\n".join(filter(None, [*told, command])), "text/html": page}
    display(bundle, raw=True)
