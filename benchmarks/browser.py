"""How long does a reader of the browser edition wait, and for how many bytes? Measured in a real Chromium.

    python -m benchmarks.browser [--json]

Site and edition are built, served from this machine, and lecture 04 is opened by its link: cold, with nothing kept, and warm,
again in the same browser; `from_first_page`, by a reader who has been on the site's first page for 20 s. `requests`, `bytes`
and `gzip_bytes` (what a server that compresses would send) of what each visit asks for, warm out of what the browser keeps; in
seconds, from the click, `kernel` until it is ready, and `first_figure` until the first live figure is there after a Run All
begun then, `run_all` until the last output; `run_all_again`; `run_all_native`, the same in JupyterLab, and the `ratio` of the two; `key_ms`, the median from a key on a slider to the changed picture. Each step has a time limit.
"""

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from browser import ROOT, Lab, chromium
from lite import SLOW, Edition, LiteBook
from playwright.sync_api import Error

from benchmarks.live_figures import OURS, SHARED, latency
from benchmarks.opening import whole
from course_utils.authoring.site import build_site

LECTURE = "notebooks/04-momentum.ipynb"
PRESSES = 20
READ = 20  # seconds on the site's first page
DESKTOP = {"width": 1280, "height": 900}


def visit(context, edition):
    """Open the lecture in a new page, and run it. -> (its times, the files that it asked for, the open book)"""
    asked = set()
    context.on("request", lambda request: request.service_worker or asked.add(request.url))
    book = LiteBook(edition, context.new_page(), LECTURE, "notebooks")
    begun = time.perf_counter()
    seconds = {}
    for name, wait in {
        "kernel": book.open,
        "first_figure": lambda: first_figure(book),
        "run_all": lambda: (book.idle(), book.drawn()),
    }.items():
        within(book, name, wait)
        seconds[name] = round(time.perf_counter() - begun, 2)
    return seconds, asked_for(edition, asked), book


def first_figure(book):
    """Begin to run all cells, and wait until the first live figure is there."""
    book.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    book.page.wait_for_selector(".course-widget", timeout=1000 * SLOW)


def within(book, name, step):
    """Take one step of the measurement. If it does not end in time, one line names it, with the page's last errors."""
    try:
        return step()
    except Error as error:  # playwright's, also where time has run out
        told = "; ".join([str(error).splitlines()[0], *book.errors[-3:]])
        raise SystemExit(f"{name} was not measured: {told}") from None


def asked_for(edition, addresses):
    """The files of an edition that a page asked for, without those that are fetched in the background afterwards."""
    paths = {urlsplit(address).path for address in addresses if address.startswith(edition.url)}
    files = (Path(edition.folder, unquote(path).lstrip("/")) for path in sorted(paths))
    return [file for file in files if file.is_file()]


def weight(files):
    """How many files, and their bytes, as they are and compressed."""
    contents = [file.read_bytes() for file in files]
    return {
        "requests": len(contents),
        "bytes": sum(map(len, contents)),
        "gzip_bytes": sum(min(len(data), len(gzip.compress(data, 6))) for data in contents),
    }


def again(book):
    """Seconds that a second Run All takes in the same kernel."""
    begun = time.perf_counter()
    book.run_all()
    return round(time.perf_counter() - begun, 2)


def key(book):
    """The median of milliseconds from a key on a slider to the changed picture, for the same figure as in live_figures."""
    book.run_first(f"{SHARED}\n{OURS}")
    book.page.wait_for_selector(".course-map")
    slider = book.page.locator(".course-slider input[type=range]").first
    return round(statistics.median(latency(book, slider, ".course-map", ".course-gone", PRESSES)), 1)


def measure(browser, folder):
    """All measures. folder: an empty one, for what is built"""
    build_site(folder / "edition", lite=True, root=ROOT, living=lambda page: False)
    with Edition(folder / "edition", browser) as edition:
        with browser.new_context(viewport=DESKTOP) as reader:
            site = reader.new_page()
            site.goto(f"{edition.url}/index.html")
            site.wait_for_timeout(1000 * READ)
            later, asked_later, _ = visit(reader, edition)
        context = browser.new_context(viewport=DESKTOP)  # it keeps what it has loaded
        cold, asked, first = visit(context, edition)
        first.page.close()
        warm, asked_again, book = visit(context, edition)
        found = {
            "cold": cold | weight(asked),
            "warm": warm | weight(asked_again),
            "from_first_page": later | weight(asked_later),
            "run_all_again": within(book, "run_all_again", lambda: again(book)),
            "key_ms": within(book, "key_ms", lambda: key(book)),
        }
        context.close()
    with Lab(folder / "lab", browser) as lab:
        whole(lab, ROOT / LECTURE)
        native = whole(lab, ROOT / LECTURE)
    return found | {"run_all_native": round(native, 2), "ratio": round(found["run_all_again"] / native, 2)}


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--json", action="store_true", help="one line of JSON")
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        found = measure(browser, Path(folder))
    if asked.json:
        print(json.dumps(found))
        return
    for kind in ("cold", "warm", "from_first_page"):
        row = found[kind]
        print(
            f"{kind}: {row['requests']} requests, {row['bytes'] / 1e6:.1f} MB, {row['gzip_bytes'] / 1e6:.1f} MB gzipped; kernel "
            f"{row['kernel']:.1f} s, first live figure {row['first_figure']:.1f} s, all {row['run_all']:.1f} s from the click"
        )
    print(
        f"Run All again {found['run_all_again']:.1f} s, {found['ratio']:.2f} × native ({found['run_all_native']:.1f} s); "
        f"key to picture {found['key_ms']:.1f} ms"
    )


if __name__ == "__main__":
    main()
