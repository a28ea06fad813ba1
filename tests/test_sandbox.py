"""Whatever a student's code does in the sandbox, there is one clear line, soon, and the notebook goes on."""

import contextlib
import ctypes
import functools
import inspect
import os
import re
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.practice import sandbox
from course_utils.practice.plain_data import Other, decode, encode
from course_utils.practice.sandbox import CannotRun, Outcome, run, run_here

ROOT = Path(__file__).resolve().parent.parent
LOCK = threading.Lock()
FACTOR = 3


def good(x):
    return x * 2


def endless():
    while True:
        pass


def endless_and_deaf():
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(1000)


def recursion():
    return recursion()


def leaves():
    sys.exit("bye")


def leaves_at_once():
    os._exit(3)


def crashes():
    ctypes.string_at(0)


def kills_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def huge_list():
    return [0] * 10**11


def huge_array():
    return np.empty(3 * 10**8).size  # a machine may well have these 2.4 GB: it is the limit that refuses


def huge_answer():
    return "x" * (2 * 10**7)


def prints_a_lot():
    for _ in range(100):
        print("x" * 10**5)
        os.write(1, b"x" * 10**4)
        sys.stderr.write("y" * 1000)
    os.system("echo out; echo err >&2")
    return 1


def asks():
    return input("Your name? ")


def leaves_a_thread():
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return 1


def leaves_a_process():
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"]).pid


def breaks_numpy():
    np.array = np.zeros = np.asarray = np.isfinite = None
    return np.float64(1)


def answers_with_rubbish():
    for fd in range(3, 20):
        with contextlib.suppress(OSError):
            os.write(fd, b'{"kind": 5}\n[rubbish\n')
    return 1


class Unwritable:
    def __repr__(self):
        raise ValueError("no")


class Interrupted(BaseException):
    def __str__(self):
        raise ValueError("no")


def interrupts():
    raise KeyboardInterrupt


def raises_what_cannot_be_told():
    raise Interrupted


def mistypes():
    return lenght  # noqa: F821


RAISED = {
    recursion: "Your code calls itself more than {depth} levels deep: does it ever come to an end?",
    leaves: "Your code asks Python to end, with sys.exit or exit: return a value instead.",
    huge_answer: "Your code asks for more memory than a check allows.",
    asks: "Your code raises EOFError: input() waits for somebody to type, and during a check nobody does",
    interrupts: "Your code raises KeyboardInterrupt.",
    raises_what_cannot_be_told: "Your code raises Interrupted.",
    mistypes: "Your code raises NameError: name 'lenght' is not defined",
}
if sys.platform == "linux":
    RAISED |= dict.fromkeys((huge_list, huge_array), "Your code asks for more memory than a check allows.")


@pytest.mark.parametrize("function", RAISED, ids=lambda f: f.__name__)
def test_an_exception_is_reported_and_the_next_call_still_runs(function):
    first, then = run([(function, ()), (good, (4,))])
    assert first.kind == "raised"
    assert first.trouble == RAISED[function].format(depth=sandbox.DEPTH)
    if function is not huge_answer:
        lines, begin = inspect.getsourcelines(function)
        assert first.line.of == "test_sandbox.py"
        assert first.line.code == lines[first.line.number - begin].strip(), "the line of the student's code"
        assert str(first.line) == f"Line {first.line.number} of test_sandbox.py: {first.line.code}"
    assert (then.kind, then.value) == ("returned", 8)


ENDED = {leaves_at_once: r"\(exit code 3\)", crashes: r"\((SIGSEGV|exit code \d+)\)"}
if os.name == "posix":
    ENDED[kills_itself] = r"\(SIGKILL\)"


@pytest.mark.parametrize("function", ENDED, ids=lambda f: f.__name__)
def test_the_end_of_python_is_reported(function):
    before, ended, after = run([(good, (1,)), (function, ()), (good, (1,))])
    assert before.value == 2
    assert ended.kind == "ended"
    assert re.fullmatch(rf"Your code ended Python itself {ENDED[function]}\.", ended.trouble)
    assert after == Outcome("not run")


@pytest.mark.parametrize("function", [endless, endless_and_deaf], ids=lambda f: f.__name__)
def test_an_endless_loop_is_stopped_in_time(function):
    began = time.perf_counter()
    before, slow, after = run([(good, (1,)), (function, ()), (good, (1,))], seconds=0.5)
    assert time.perf_counter() - began < 5
    assert (before.value, slow.kind, after.kind) == (2, "too slow", "not run")
    assert slow.trouble == "Your code takes longer than 0.5 s: look for a loop that never ends."


def test_what_is_printed_is_kept_in_part_and_disturbs_nothing(capfd):
    [outcome] = run([(prints_a_lot, ())])
    assert outcome.value == 1
    assert outcome.printed == "x" * sandbox.PRINTED
    assert capfd.readouterr() == ("", "")


def test_a_thread_that_goes_on_does_not_hold_the_check():
    began = time.perf_counter()
    assert [o.value for o in run([(leaves_a_thread, ()), (good, (1,))])] == [1, 2]
    assert time.perf_counter() - began < 5


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_process_that_goes_on_is_ended_too():
    [outcome] = run([(leaves_a_process, ())])
    if outcome.kind == "raised":  # where the system does not let it start one, it is as good
        assert outcome.error == "BlockingIOError"
        return
    status, end = Path(f"/proc/{outcome.value}/stat"), time.monotonic() + 10
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # not even there any more
        while status.read_text().rpartition(")")[2].split()[0] not in "ZX":
            assert time.monotonic() < end, "still alive"
            time.sleep(0.05)


def test_patches_stay_in_the_other_process():
    assert [o.kind for o in run([(breaks_numpy, ()), (good, (1,))])] == ["returned"] * 2
    assert np.array([1]).tolist() == [1]


def test_garbage_from_the_process_is_not_an_answer():
    outcomes = run([(answers_with_rubbish, ()), (good, (1,))])
    assert [o.kind for o in outcomes] == ["ended", "ended"]


# --- handed over, and back -----------------------------------------------------------------------------------


def changes(first, second, third):
    first.append(1)
    second["new"] = 1
    return third


def uses_a_lock():
    with LOCK:
        return 1


def uses_what_uses_a_lock():
    return uses_a_lock()


class Holder:
    def method(self):
        return LOCK


def uses_a_variable():
    return FACTOR * good(FACTOR)


def test_every_call_has_its_own_copy_and_changed_arguments_are_named():
    shared = [0]
    one, two = run([(changes, (shared, {}, shared))] * 2)
    assert (one.changed, two.changed) == (("first", "second", "third"), ("first", "second", "third"))
    assert one.value == two.value == [0, 1]
    assert shared == [0]
    [nan] = run([(changes, ([np.nan], {"a": np.nan}, np.array([np.nan])))])
    assert nan.changed == ("first", "second")
    [unnamed] = run([(list.append, ([], 1))])
    assert unnamed.changed in (("argument 1",), ("self",))


@pytest.mark.parametrize("thing", [uses_a_lock, uses_what_uses_a_lock, Holder])
def test_what_cannot_be_handed_over_is_named(thing):
    with pytest.raises(CannotRun, match=r"^Your code uses LOCK, a lock, which cannot be handed"):
        run([(thing, ())])


def test_a_lock_that_a_closure_holds_is_named_too():
    held = threading.Lock()
    with pytest.raises(CannotRun, match="Your code uses held, a lock"):
        run([(lambda: held, ())])


def test_variables_and_helpers_go_along():
    assert run([(uses_a_variable, ())])[0].value == 18


def counted_down(n):
    return 0 if n == 0 else counted_down(n - 1) + 1


@functools.cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@functools.lru_cache(maxsize=None)  # noqa: UP033
def cached_countdown(n):
    return 0 if n == 0 else cached_countdown(n - 1) + 1


@functools.cache
def cached_without_end(n):
    return cached_without_end(n + 1)


numpys_cached = functools.cache(np.linalg.norm)


class Caching:
    @functools.cached_property
    def once(self):
        return 2

    @functools.cache  # noqa: B019
    def kept(self):
        return 3


def uses_what_is_cached(n):
    return fibonacci(n) + numpys_cached(3.0) + Caching().once + Caching().kept()


def test_a_thousand_nested_calls_are_not_endless_recursion():
    calls = [(f, (n,)) for f in (counted_down, cached_countdown) for n in (1000, 2500)]
    assert [o.value for o in run(calls)] == [1000, 2500] * 2
    [endless_too] = run([(cached_without_end, (1,))])
    assert endless_too.error == "RecursionError", endless_too.trouble


def test_cached_functions_go_along():
    assert [o.value for o in run([(fibonacci, (80,)), (uses_what_is_cached, (10,))])] == [
        23416728348467685,
        63.0,
    ]
    [unhashable] = run([(fibonacci, ([1],))])
    assert unhashable.trouble.startswith("Your code raises TypeError: unhashable type: 'list'")


def test_no_text_that_comes_back_holds_an_address():
    def raises():
        raise ValueError([good, threading.Lock(), Caching()])

    returned, raised = run([(lambda: [Caching(), {1: object()}, good, (x for x in "ab")], ()), (raises, ())])
    assert not re.search("0x", f"{returned.value} {raised.trouble} {raised.line}")


def test_a_cell_that_defines_everything_itself():
    """As in a notebook: everything in __main__, some of it in no file at all."""
    script = (
        "from course_utils.practice import sandbox\n"
        "exec(compile('scale = 7\\nclass A:\\n    def f(self): return scale\\ndef g(x): return A().f() * x\\n"
        "def h(x):\\n    return x / 0\\n', '<cell>', 'exec'))\n"
        "print(sandbox.run([(g, (6,)), (lambda: g(1), ()), (h, (1,))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "value=42" in done.stdout and "value=7" in done.stdout, done.stderr
    assert "raises ZeroDivisionError: division by zero', line=Line(number=2, code='', of='h')" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_ends_the_check_and_the_process():
    """The kernel's interrupt button while a student's loop runs."""
    script = (
        "import os, time\nfrom course_utils.practice import sandbox\n"
        "started = sandbox._started\n"
        "def told():\n    p = started(); print(p.pid, flush=True); return p\n"
        "sandbox._started = told\n"
        "def f():\n    while True: pass\n"
        "try:\n    sandbox.run([(f, ())], seconds=60)\nexcept KeyboardInterrupt:\n    print('interrupted', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = int(process.stdout.readline())
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10)[0] == "interrupted\n"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_python_that_does_not_start_is_said(monkeypatch):
    monkeypatch.setattr(sys, "executable", str(ROOT / "none"))
    with pytest.raises(CannotRun, match="No process could be started"):
        run([(good, (1,))])
    monkeypatch.undo()
    monkeypatch.setattr(sandbox, "_BOOT", "raise SystemExit(4)")
    with pytest.raises(CannotRun, match=r"did not start \(exit code 4\)"):
        run([(good, (1,))])
    monkeypatch.setattr(sandbox, "_BOOT", "import time; time.sleep(100)")
    monkeypatch.setattr(sandbox, "STARTING", 0.3)
    with pytest.raises(CannotRun, match=r"did not start in 0\.3 s"):
        run([(good, (1,))])


def test_a_check_is_quick():
    began = time.perf_counter()
    run([(good, (1,))])
    assert time.perf_counter() - began < 10  # 0.1 s where nobody else is at work


# --- in this very process, as in a browser ---------------------------------------------------------------------


@pytest.mark.parametrize("function", [f for f in RAISED if f not in (huge_answer, huge_list, huge_array)])
def test_without_a_process_the_lines_are_the_same(function):
    first, then = run_here([(function, ()), (good, (4,))])
    told = RAISED[function].format(depth=sys.getrecursionlimit())
    assert (first.kind, first.trouble) == ("raised", told)
    assert then.value == 8


def test_without_a_process_an_endless_loop_ends_too(capsys):
    exec("def tight():\n    while True: pass", scope := {})  # on one line: Python comes to no other
    before, stdout = sys.gettrace(), sys.stdout
    for loop in scope["tight"], endless:
        outcomes = run_here([(good, (1,)), (loop, ()), (good, (1,))], seconds=0.2)
        assert [o.kind for o in outcomes] == ["returned", "too slow", "not run"]
    assert (sys.gettrace(), sys.stdout) == (before, stdout)
    [printed] = run_here([(print, ("hello",))])
    assert (printed.printed, capsys.readouterr().out) == ("hello\n", "")


# --- plain data ------------------------------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(), st.floats(), st.fractions(), st.complex_numbers(), st.booleans(), st.none(), st.text()
)
plain = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(st.text() | st.integers(), inner)
    ),
)


@settings(max_examples=40, deadline=None)
@given(plain)
def test_plain_data_comes_back_unchanged(value):
    back = decode(encode(value))
    assert repr(back) == repr(value)
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        np.array(3.0), np.arange(6).reshape(2, 3), np.array([], float), np.array([[1, 2]], np.float32), np.array([True]),
        np.array([F(1, 2), 3], object), np.float32(1.5), np.int64(-3), np.bool_(True), 10**5000, np.array([1j]),
        np.arange(12).reshape(3, 4)[:, ::2],
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_arrays_come_back_with_their_dtype(value):
    back = decode(encode(value))
    assert type(back) is type(value)
    assert np.array_equal(back, value)
    assert np.asarray(back).dtype == np.asarray(value).dtype


def test_any_other_value_comes_back_as_the_name_of_its_type():
    for value, name in (good, "function"), (Unwritable(), "Unwritable"), ({1, 2}, "set"), (LOCK, "lock"):
        back = decode(encode(value))
        assert isinstance(back, Other)
        assert back.type == name
    cycle = []
    cycle.append(cycle)
    assert isinstance(decode(encode(cycle)), Other)
    assert decode(encode(np.array(["2026-11-29"], "M8[D]"))).type.startswith("array of")
