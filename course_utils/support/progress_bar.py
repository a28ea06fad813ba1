"""A bar that shows how far a long piece of work has got, if somebody is there to see it."""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # loaded with the first bar
    from tqdm import tqdm  # type: ignore[import-untyped]

Item = TypeVar("Item")
DELAY = 1.0  # seconds: shorter work needs no bar


def progress_bar(total: int, label: str, unit: str, show: bool = True, **settings: Any) -> "tqdm":
    """A tqdm bar, which appears when the work has taken DELAY.

    It is shown in a terminal, on stderr; and in a notebook that a person has open: Jupyter's server tells such a kernel
    its name in JPY_SESSION_NAME. There it goes to stdout, since Jupyter shows stderr on red, like an error. A notebook
    that a tool runs, to test or to refresh it, has nobody to watch, and its outputs must be the same every time.
    A kernel in a browser always has somebody; it can start no thread, which tqdm's monitor would need.
    """
    from tqdm import tqdm

    in_browser = sys.platform == "emscripten"
    in_notebook = in_browser or "JPY_SESSION_NAME" in os.environ
    if in_browser:
        tqdm.monitor_interval = 0
    return tqdm(
        total=total,
        desc=label,
        unit=unit,
        delay=DELAY,
        disable=not (show and (in_notebook or sys.stderr.isatty())),
        file=sys.stdout if in_notebook else sys.stderr,
        **settings,
    )


def watched(items: Sequence[Item], label: str, unit: str) -> Iterator[Item]:
    """Yield the items of a list or range one by one, with a bar that shows how many are done."""
    with progress_bar(len(items), label, unit) as bar:
        for item in items:
            yield item
            bar.update()
