"""How long does a reader wait? Measured in a real JupyterLab in a real Chromium, against a notebook with one `interact`.

    python -m benchmarks.opening [--json] [--rounds 3] [04 06 ...]

For each lecture (all where none is named), each the least of the rounds, in seconds: `imports` of its first code cell in a
new interpreter, `first_figure` from a new kernel to its first live figure on the screen, with everything above it, and
`run_all` from a new kernel to the last output. `first_figure_vs_interact` divides by the same for a notebook that
imports numpy, matplotlib and ipywidgets and shows one slider over one plot, opened in the same round.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from browser import ROOT, Lab, chromium

INTERACT = [
    """import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatSlider, interact""",
    """x = np.linspace(-3, 3, 200)

@interact(lr=FloatSlider(value=0.5, min=0.1, max=2, step=0.1))
def draw(lr):
    plt.plot(x, lr * x**2)
    plt.show()""",
]
#: run all, and wait for the first live figure; polling for it would leave the page less time to draw it
RUN_UNTIL_LIVE = """() => new Promise((resolve) => {
    const live = () => document.querySelector(".course-widget, .widget-interact img") && resolve(watch.disconnect());
    const watch = new MutationObserver(live);
    watch.observe(document.body, { childList: true, subtree: true });
    window.jupyterapp.commands.execute("notebook:run-all-cells"); })"""


def code_cells(notebook):
    """[(index among all cells, source)] of its code cells."""
    return [(i, c.source) for i, c in enumerate(nbformat.read(notebook, 4).cells) if c.cell_type == "code"]


def imports(source, rounds):
    """Seconds that a new interpreter takes longer for this cell than for nothing: the least of the rounds."""

    def least(code):
        taken = []
        for _ in range(rounds):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
            taken.append(time.perf_counter() - begun)
        return min(taken)

    return least(source) - least("pass")


def until_live(lab, source):
    """Seconds from a new, idle kernel to the first live figure on the screen."""
    with lab.book(source, run=False) as book:
        begun = time.perf_counter()
        book.page.evaluate(RUN_UNTIL_LIVE)
        return time.perf_counter() - begun


def whole(lab, source):
    """Seconds from a new, idle kernel to the last output."""
    with lab.book(source, run=False) as book:
        begun = time.perf_counter()
        book.run_all()
        return time.perf_counter() - begun


def measured(lab, lectures, rounds):
    """{lecture: its seconds and its ratio} of notebooks, each measured beside the plain one."""
    found = {}
    for lecture in lectures:
        pairs = [(until_live(lab, lecture), until_live(lab, INTERACT)) for _ in range(rounds)]
        first, plain = map(min, zip(*pairs, strict=True))
        found[lecture.stem[:2]] = {
            "imports": round(imports(code_cells(lecture)[0][1], rounds), 2),
            "first_figure": round(first, 2),
            "first_figure_vs_interact": round(first / plain, 2),
            "run_all": round(min(whole(lab, lecture) for _ in range(rounds)), 2),
        }
    return found


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("lectures", nargs="*", help="numbers such as 04; all where none is given")
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--json", action="store_true", help="one line of JSON")
    asked = ask.parse_args()
    there = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    unknown = set(asked.lectures) - {lecture.stem[:2] for lecture in there}
    if unknown:
        ask.error(f"there is no lecture {', '.join(sorted(unknown))}")
    lectures = [lecture for lecture in there if not asked.lectures or lecture.stem[:2] in asked.lectures]
    os.environ["COURSE_PROGRESS"] = ""  # nothing of it is kept
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # a reader's Python compiles the course once, not each time
    with chromium() as browser, Lab(tempfile.mkdtemp(), browser) as lab:
        until_live(lab, INTERACT)  # files come from the disk for the first time
        found = measured(lab, lectures, asked.rounds)
    if asked.json:
        print(json.dumps(found))
        return
    for name, row in found.items():
        print(
            f"{name}: imports {row['imports']:.2f} s, first live figure {row['first_figure']:.2f} s "
            f"({row['first_figure_vs_interact']:.2f} × interact), Run All {row['run_all']:.2f} s"
        )


if __name__ == "__main__":
    main()
