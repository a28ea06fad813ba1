"""Work in slices in a real JupyterLab: the page watches, and Stop, a slider and a second run of the cell act meanwhile."""

import pytest
from browser import soon

MAKE = """import time, traitlets
from course_utils import live
from course_utils.live.working import Working
from course_utils.widgets.base import HERE
class Counter(Working):
    _esm = live.script(HERE / "draw.js", HERE / "work.js") + '''
        const render = ({ model, el }) => {
          const work = workBar(model);
          const count = element("output", { class: "count" });
          const stride = element("input", { type: "range", min: 1, max: 9, value: 1, "aria-label": "stride",
            oninput: () => { model.set("stride", Number(stride.value)); model.save_changes(); } });
          el.append(rooted("course-counter", {}, work.bar, stride, count));
          return drawOn(model, { status: work.draw, count: () => say(count, String(model.get("count"))) });
        };
        export default { render: watched(render) };'''
    count = traitlets.Int(0).tag(sync=True)
    stride = traitlets.Int(1).tag(sync=True)
    n, made = 0, []
    def clear(self): self.n = 0
    def work(self):
        while True:
            time.sleep(0.002)
            self.n += self.stride
            yield
    def told(self): self.count = self.n"""
SHOW = """counter = Counter()
Counter.made.append(counter)
counter"""


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([MAKE, SHOW]) as book:
        yield book
        assert book.errors == []


def test_stop_acts_while_it_works_and_the_kernel_stays_free(book):
    counter = book.page.locator(".course-counter")
    start, stop = (counter.get_by_role("button", name=name, exact=True) for name in ("Start", "Stop"))
    assert stop.get_attribute("aria-disabled") == "true"
    start.click()
    counter.get_by_role("button", name="Pause").wait_for()
    seen = int(counter.locator(".count").inner_text())
    assert soon(lambda: int(counter.locator(".count").inner_text()) > seen), "the page watches"
    assert book.ask("1 + 1") == 2, "a cell can be run meanwhile"
    assert book.ask("counter.status") == "running"
    stop.focus()
    book.page.keyboard.press("Enter")
    start.wait_for()
    assert book.ask("counter.status") == "stopped"
    at = book.ask("counter.n")
    assert book.ask("__import__('time').sleep(0.2) or counter.n") == at
    assert soon(lambda: counter.locator(".count").inner_text(), str(at)) == str(at)


def test_a_slider_acts_while_it_works(book):
    counter = book.page.locator(".course-counter")
    counter.get_by_role("button", name="Start").click()
    counter.get_by_role("button", name="Pause").wait_for()
    counter.get_by_label("stride").press("End")
    assert book.until("counter.stride", 9) == 9
    assert book.ask("counter.status") == "running"
    counter.get_by_role("button", name="Pause").click()
    counter.get_by_role("button", name="Go on").wait_for()
    assert book.ask("counter.status") == "paused"


def test_running_the_cell_again_ends_the_work(book):
    book.page.locator(".course-counter").get_by_role("button", name="Go on").click()
    assert book.until("counter.status", "running") == "running"
    book.run_cell(1)
    n = book.ask("Counter.made[0].n")
    assert book.ask("__import__('time').sleep(0.2) or Counter.made[0].n") == n
    assert book.ask("len(Counter.made)") == 2
