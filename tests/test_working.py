"""Work in slices, on a real event loop: it starts, pauses, stops and fails, and lets everything else be heard."""

import asyncio
import gc
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import traitlets
from loops import in_a_loop

from course_utils.live.working import Working


class Counter(Working):
    """Counts to `end`, a little slowly; fails at `fails_at`; stops by itself at `stops_at`."""

    end = traitlets.Int(40).tag(sync=True)
    stride = traitlets.Int(1).tag(sync=True)
    count = traitlets.Int(0).tag(sync=True)

    def __init__(self, fails_at=None, stops_at=None, piece=0.004, **traits):
        self.fails_at, self.stops_at, self.piece, self.slices = fails_at, stops_at, piece, 0
        super().__init__(**traits)

    def clear(self):
        self.n = self.slices = 0

    def work(self):
        while self.n < self.end:
            time.sleep(self.piece)
            self.n += self.stride
            if self.n == self.fails_at:
                raise ZeroDivisionError("a weight was divided by nothing")
            if self.n == self.stops_at:
                self.stop()
            yield

    def told(self):
        self.slices += 1
        self.count = self.n


async def until(look, seconds=10):
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        await asyncio.sleep(0.002)


def test_it_works_to_its_end_in_several_slices():
    async def scene():
        counter = Counter()
        counter.start()
        assert (counter.status, counter.count) == ("running", 0), "nothing is done before the caller is done"
        await until(lambda: counter.status != "running")
        assert (counter.status, counter.count) == ("finished", 40)
        assert counter.slices > 3

    in_a_loop(scene())


def test_the_loop_is_given_back_when_a_slice_is_over():
    done = [0]

    async def scene():
        counter = Counter(end=10, piece=0.02)  # the longest that a piece may take
        counter.start()
        while counter.status == "running":
            await asyncio.sleep(0)
            done.append(counter.n)

    in_a_loop(scene())
    assert done[-1] == 10
    assert max(b - a for a, b in pairwise(done)) <= 2, (
        "after two pieces a slice is over, on a slow computer as well"
    )


def test_what_the_hand_moves_acts_on_the_next_piece():
    async def scene():
        counter = Counter(end=10_000)
        counter.start()
        await until(lambda: counter.count > 0)
        counter.stride = 1000
        await until(lambda: counter.status == "finished", seconds=2)

    in_a_loop(scene())


def test_after_a_pause_it_goes_on_and_after_a_stop_it_begins_anew():
    async def scene():
        counter = Counter()
        counter.start()
        await until(lambda: counter.count > 0)
        counter.pause()
        paused_at = counter.n
        await asyncio.sleep(0.1)
        assert (counter.status, counter.n) == ("paused", paused_at)
        counter.start()
        await until(lambda: counter.n > paused_at)
        counter.stop()
        stopped_at = counter.n
        await asyncio.sleep(0.1)
        assert (counter.status, counter.n) == ("stopped", stopped_at)
        counter.start()
        assert counter.n == 0
        counter.reset()
        await asyncio.sleep(0.1)
        assert (counter.status, counter.count) == ("ready", 0)

    in_a_loop(scene())


def test_starting_twice_works_once():
    async def scene():
        counter = Counter(end=50)
        for _ in range(3):
            counter.start()
            counter.pause()
            counter.start()
        await until(lambda: counter.status == "finished")
        assert counter.n == 50
        assert counter.slices <= 50 * counter.piece / 0.03 + 15

    in_a_loop(scene())


def test_an_exception_is_shown_and_the_next_start_begins_anew():
    async def scene():
        counter = Counter(fails_at=5)
        counter.start()
        await until(lambda: counter.status != "running")
        assert (counter.status, counter.notice) == ("failed", "a weight was divided by nothing")
        counter.fails_at = None
        counter.start()
        assert counter.notice == ""
        await until(lambda: counter.status == "finished")
        assert counter.count == 40

    in_a_loop(scene())


def test_the_work_may_stop_itself():
    async def scene():
        counter = Counter(stops_at=7)
        counter.start()
        await until(lambda: counter.status != "running")
        await asyncio.sleep(0.05)
        assert (counter.status, counter.count) == ("stopped", 7)

    in_a_loop(scene())


def test_closing_ends_the_work_and_leaves_nothing_behind():
    async def scene():
        counter = Counter(end=10**9)
        counter.start()
        await until(lambda: counter.count > 0)
        counter.close()
        at = counter.n
        await asyncio.sleep(0.1)
        assert counter.n == at
        return weakref.ref(counter)

    gone = in_a_loop(scene())
    gc.collect()
    assert gone() is None


def test_one_that_was_never_made_is_closed_without_a_word(capsys):
    class Refusing(Counter):
        def __init__(self):
            raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        Refusing()
    gc.collect()
    assert capsys.readouterr().err == ""


def test_all_at_once_needs_no_loop_and_tells_once():
    counter = Counter(piece=0)
    counter.finish()
    assert (counter.status, counter.count, counter.slices) == ("finished", 40, 1)


def test_without_a_loop_start_says_so_and_nothing_is_running():
    counter = Counter()
    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError):  # a new thread has no loop
        pool.submit(counter.start).result()
    assert counter.status == "ready"


def test_the_page_asks_by_messages():
    async def scene():
        counter = Counter(end=10**9)
        counter._handle_custom_msg({"run": "start"}, [])
        await until(lambda: counter.count > 0)
        counter._handle_custom_msg({"run": "stop"}, [])
        assert counter.status == "stopped"
        counter._handle_custom_msg({"run": "close"}, [])
        counter._handle_custom_msg("run", [])
        assert (counter.status, counter.notice) == ("stopped", "")

    in_a_loop(scene())
