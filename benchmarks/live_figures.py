"""How fast do live figures answer? Measured in a real JupyterLab in a real Chromium, against `interact`.

    python -m benchmarks.live_figures [--json] [--presses 40]

From a key press on a slider to the changed picture on the screen, frames per second while a path plays and is
scrubbed, and the time the kernel's callback takes, in JSON: median_ms, p95_ms, ratio_vs_interact, fps, kernel_ms,
turn_ms, which a surface takes that is turned, and what they are made of. Both figures walk three optimizers 100 steps.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from browser import PATIENCE, Lab, chromium

SHARED = """
from course_utils.descent import descend
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Momentum, NesterovLookahead
METHODS = [SGD(0.1), Momentum(0.1, 0.9), NesterovLookahead(0.1, 0.9)]
"""

INTERACT = """
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatLogSlider, interact

x, y = np.meshgrid(np.linspace(-8, 8, 241), np.linspace(-4, 4, 241))

@interact(lr=FloatLogSlider(value=0.1, min=-2, max=0, step=0.02), momentum=(0, 1, 0.01))
def draw(lr=0.1, momentum=0.9):
    plt.figure(figsize=(5.6, 3))
    plt.contour(x, y, BOWL(np.stack([x, y], axis=-1)), 15)
    for optimizer in SGD(lr), Momentum(lr, momentum), NesterovLookahead(lr, momentum):
        plt.plot(*descend(optimizer, BOWL, BOWL.start, 100).positions.T, marker="o", markersize=3)
    plt.show()
"""

OURS = """
from course_utils.widgets.explorers import Explorer
explorer = Explorer(BOWL, METHODS, steps=100)
explorer
"""

STAGE = """
from course_utils.widgets import Stage
Stage({"Ball": descend(METHODS[1], BOWL, BOWL.start, 60)})
"""

KERNEL = """
from statistics import median
from time import perf_counter

spent = []
take = explorer.set_state

def timed(state):
    begun = perf_counter()
    take(state)
    spent.append(1000 * (perf_counter() - begun))

explorer.set_state = timed

def walking(values):
    \"\"\"Median of callbacks in which nothing was walked ahead, as when the start is dragged.\"\"\"
    spent.clear()
    for value in values:
        explorer.forget()
        explorer.set_state({"settings": explorer.settings | {"lr": value}})
    return median(spent)
"""

# resolves with the time from the key press to the frame that shows another picture
WAIT = """([root, picture]) => {
  window.measured = new Promise((resolve) => {
    const area = document.querySelector(root);
    let begun = null;
    const press = (event) => { begun ??= performance.now(); };
    window.addEventListener("keydown", press, { capture: true, once: true });
    const watch = new MutationObserver(async () => {
      const seen = area.querySelector(picture);
      if (begun === null || !seen) return;
      const now = seen.src ?? seen.getAttribute("d");
      if (now === window.seenBefore) return;
      watch.disconnect();
      if (seen.decode) await seen.decode().catch(() => 0);
      requestAnimationFrame(() => {
        const after = new MessageChannel(); // runs after the frame is drawn
        after.port1.onmessage = () => resolve(performance.now() - begun);
        after.port2.postMessage(0);
      });
    });
    const first = area.querySelector(picture);
    window.seenBefore = first.src ?? first.getAttribute("d");
    watch.observe(area, { subtree: true, childList: true, attributes: true });
  });
}"""

FRAMES = """async ([seconds, scrub]) => {
  const line = document.querySelector(".course-gone"), range = document.querySelector(".course-scrub");
  let frames = 0, seen = line.getAttribute("d"), way = 1;
  const begun = performance.now();
  await new Promise((done) => requestAnimationFrame(function tick(now) {
    const d = line.getAttribute("d");
    frames += d !== seen;
    seen = d;
    if (scrub) {
      if (Number(range.value) >= Number(range.max)) way = -1;
      if (Number(range.value) <= 0) way = 1;
      range.value = Number(range.value) + way;
      range.dispatchEvent(new Event("input", { bubbles: true }));
    }
    now - begun < 1000 * seconds ? requestAnimationFrame(tick) : done();
  }));
  return frames / ((performance.now() - begun) / 1000);
}"""


# the median time in which a turn of a surface is painted
TURN = """async desk => {
  const lasted = [];
  for (let k = 0; k < 60; k++) {
    desk.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await new Promise(done => requestAnimationFrame(done)); // it is drawn in this frame
    const begun = performance.now();
    await new Promise(done => { const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0); });
    lasted.push(performance.now() - begun);
  }
  return lasted.sort((a, b) => a - b)[30];
}"""


# the time that was waited for, or an error where the picture stays the same
MEASURED = """seconds => Promise.race([window.measured, new Promise((_, reject) =>
  setTimeout(() => reject(new Error(`no other picture within ${seconds} s of a key`)), 1000 * seconds))])"""


def latency(book, slider, root, picture, presses):
    """Milliseconds from each of `presses` arrow keys to the changed picture."""
    slider.focus()
    book.page.wait_for_timeout(600)
    taken = []
    for k in range(presses + 3):
        book.page.evaluate(WAIT, [root, picture])
        book.page.keyboard.press("ArrowRight" if k < (presses + 3) // 2 else "ArrowLeft")
        taken.append(book.page.evaluate(MEASURED, PATIENCE))
        book.page.wait_for_timeout(180)
    return taken[3:]  # the first ones warm up


def measure(lab, presses):
    with lab.book([SHARED, OURS, KERNEL]) as book:
        book.page.wait_for_selector(".course-map")
        sliders = book.page.locator(".course-slider input[type=range]")
        ours = latency(book, sliders.first, ".course-map", ".course-gone", presses)
        callback = book.ask("median(spent)")
        book.page.select_option(".course-speed", "60")
        book.page.get_by_role("button", name="Play").click()
        play = book.page.evaluate(FRAMES, [1.4, False])
        book.page.wait_for_timeout(500)
        scrub = book.page.evaluate(FRAMES, [2, True])
        book.page.wait_for_timeout(500)
        walking = book.ask("walking([0.1 + 0.0011 * k for k in range(100)])")
    with lab.book([SHARED, INTERACT]) as book:
        book.page.wait_for_selector(".jp-OutputArea-output img")
        handle = book.page.locator(".noUi-handle").first
        naive = latency(book, handle, ".jp-Notebook", ".jp-OutputArea-output img", presses)
    with lab.book([SHARED, STAGE]) as book:
        turned = book.page.locator(".course-stage-desk").first.evaluate(TURN)
    return {
        "median_ms": statistics.median(ours),
        "p95_ms": sorted(ours)[round(0.95 * (len(ours) - 1))],
        "interact_median_ms": statistics.median(naive),
        "interact_p95_ms": sorted(naive)[round(0.95 * (len(naive) - 1))],
        "ratio_vs_interact": statistics.median(naive) / statistics.median(ours),
        "fps": min(play, scrub),
        "fps_play": play,
        "fps_scrub": scrub,
        "kernel_ms": callback,
        "kernel_walking_ms": walking,
        "turn_ms": turned,
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--presses", type=int, default=40, help="key presses for each figure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, Lab(Path(folder), browser) as lab:
        found = measure(lab, options.presses)
    if options.json:
        print(json.dumps({name: round(value, 2) for name, value in found.items()}))
        return
    print("Key press on a slider to the changed picture, three optimizers, 100 steps:")
    print(f"  live map   median {found['median_ms']:6.1f} ms   p95 {found['p95_ms']:6.1f} ms")
    print(
        f"  interact   median {found['interact_median_ms']:6.1f} ms   p95 {found['interact_p95_ms']:6.1f} ms"
    )
    print(f"  the live map is {found['ratio_vs_interact']:.1f} times as fast")
    print(f"Frames a second: {found['fps_play']:.0f} playing, {found['fps_scrub']:.0f} scrubbing")
    print(f"Kernel: {found['kernel_ms']:.2f} ms for a press of a slider's key")
    print(
        f"        {found['kernel_walking_ms']:.2f} ms where nothing was walked ahead, as for a dragged start"
    )


if __name__ == "__main__":
    main()
