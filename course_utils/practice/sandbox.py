"""Run a student's code in a process of its own: whatever it does there, the notebook goes on.

    run([(function, (argument, ...)), ...], seconds=5) -> one Outcome a call

An endless loop ends with the time limit, a huge list with the memory limit; what is printed, patched or ended
is that of the other process. Only plain data comes back: numbers, arrays, text, tuples, lists, dicts and
Fractions; of anything else its type and how it is written. It keeps a mistake from doing harm. It is not a prison:
the code runs with the rights of the student, and reads and writes files as any cell does.

In a browser (Pyodide) there are no processes: there the code runs in this one, with the time limit alone.
"""

import builtins
import contextlib
import copy
import inspect
import io
import json
import linecache
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from course_utils.practice import pickling
from course_utils.practice.pickling import INSTALLED, Function
from course_utils.practice.pickling import Call as Call
from course_utils.practice.pickling import CannotRun as CannotRun
from course_utils.practice.plain_data import decode, encode
from course_utils.support.language import gettext as _
from course_utils.support.numbers import without_addresses

Process: TypeAlias = subprocess.Popen[bytes]
Told: TypeAlias = dict[str, Any]  # one answer of the other process, as it came through JSON
Answers: TypeAlias = queue.Queue[Told | None]

SECONDS = 5.0  # for all calls together
STARTING = 60.0  # seconds until the other Python must be there, on a busy machine
MEMORY = 10**9  # bytes that the code may ask for on top of what Python and numpy have
LARGEST = 10**7  # bytes of an answer
DEPTH = 5000  # calls within calls, or more where the notebook allows more
STACK = 10**8  # bytes, for calls that go through C, as those of a cached function do
PRINTED = 2000  # characters of what is printed that are kept


@dataclass(frozen=True)
class Line:
    """A line of a student's code.

    of: the file, unless it is a notebook's cell; or the function, from whose first line is counted where no code is kept.
    """

    number: int
    code: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.code}" if self.code else self.place

    @property
    def place(self) -> str:
        if self.of:
            return _("Line {number} of {of}").format(number=self.number, of=self.of)
        return _("Line {number}").format(number=self.number)


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    kind: "returned"; "to do", where it raised NotImplementedError; "raised"; "too slow"; "ended", where the
        process itself was gone; "not run", where an earlier call ended it.
    value: what was returned, as plain data.
    error: the name of the exception.  text: what it says.  trouble: what went wrong, in a sentence; "" where nothing
        did.  line: where in the student's code.
    changed: the arguments that are no longer what they were, by name.  printed: the first of what was printed.
    """

    kind: str
    value: Any = None
    error: str = ""
    text: str = ""
    trouble: str = ""
    line: Line | None = None
    changed: tuple[str, ...] = ()
    printed: str = ""


def run(calls: Sequence[Call], seconds: float = SECONDS) -> list[Outcome]:
    """Make the calls one after the other, each on its own copy of its arguments. -> [Outcome, ...]

    calls: [(function, arguments)], arguments a tuple.  seconds: the time for all of them together.

    Raises CannotRun where a call cannot be handed over.
    """
    if sys.platform == "emscripten":
        return run_here(calls, seconds)
    process = _started()
    try:
        _hand_over(process, calls, seconds)
        return _collected(process, len(calls), seconds)
    finally:  # after the last answer, on time-out, and when the kernel is interrupted
        _kill(process)


# --- this side: start, hand over, wait, end --------------------------------------------------------------

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from course_utils.practice.sandbox import serve; serve()"
)


def _started() -> Process:
    """Another Python, as clean as it can be; it starts while this one still packs."""
    apart: dict[str, Any] = (
        {"start_new_session": True}
        if os.name == "posix"
        else {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
    )
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | threads,
            **apart,
        )
    except OSError as error:
        raise CannotRun(_("No process could be started for your code: {error}").format(error=error)) from None


def _hand_over(process: Process, calls: Sequence[Call], seconds: float) -> None:
    ours = str(Path(__file__).resolve().parents[2])
    pipe = process.stdin
    assert pipe is not None  # it was started with one
    with contextlib.suppress(BrokenPipeError, OSError):  # it is gone already: collecting says so
        pipe.write(json.dumps([*sys.path, ours]).encode() + b"\n")
        depth = max(DEPTH, sys.getrecursionlimit())
        pipe.write(json.dumps([seconds, depth]).encode() + b"\n")
        pipe.flush()
    packed = pickling.packed(calls)
    with contextlib.suppress(BrokenPipeError, OSError):
        pipe.write(packed)
        pipe.close()


def _collected(process: Process, count: int, seconds: float) -> list[Outcome]:
    """The outcomes as they come in; for a call without one, why there is none."""
    answers: Answers = queue.Queue()
    threading.Thread(target=_read, args=(process.stdout, answers), daemon=True).start()
    outcomes: list[Outcome] = []
    deadline = time.monotonic() + STARTING
    started = False
    while len(outcomes) < count:
        left = deadline - time.monotonic()
        try:
            answer = answers.get(timeout=max(0.0, min(left, 0.2)))  # short, so that Ctrl-C gets through
        except queue.Empty:
            if left > 0:
                continue
            if not started:
                raise CannotRun(
                    _("The process for your code did not start in {seconds:g} s.").format(seconds=STARTING)
                ) from None
            outcomes.append(Outcome("too slow", trouble=_too_slow(seconds)))
            break
        if answer is None:
            if not started:
                raise CannotRun(
                    _("The process for your code did not start ({how}).").format(how=_ending(process))
                )
            told = _("Your code ended Python itself ({how}).").format(how=_ending(process))
            outcomes.append(Outcome("ended", trouble=told))
            break
        if not started:
            if "refused" in answer:
                raise CannotRun(
                    _("Your code cannot be rebuilt in the process that checks it: {error}").format(
                        error=answer["refused"]
                    )
                )
            started, deadline = True, time.monotonic() + seconds
            continue
        outcomes.append(_read_outcome(answer))
    return outcomes + [Outcome("not run")] * (count - len(outcomes))


def _read(stream: IO[bytes], answers: Answers) -> None:
    """Put every answer that can be read into the queue, and None at the end."""
    with contextlib.suppress(ValueError, OSError):
        while True:
            line = stream.readline(2 * LARGEST)
            answer = json.loads(line) if line.endswith(b"\n") else None
            if not isinstance(answer, dict):
                break
            answers.put(answer)
    answers.put(None)


def _ending(process: Process) -> str:
    """How a process ended."""
    try:
        code = process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return _("it no longer answers")
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return _("exit code {code}").format(code=code)


def _kill(process: Process) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    with contextlib.suppress(OSError):
        process.kill()
    process.wait()
    for stream in filter(None, (process.stdin, process.stdout)):
        with contextlib.suppress(OSError, ValueError):
            stream.close()


# --- the other side ---------------------------------------------------------------------------------------


def serve() -> None:
    """What the other process does: read the calls, make them, answer each with a line of its own."""
    answers = os.dup(1)  # from here on printing goes elsewhere
    seconds, depth = json.loads(sys.stdin.buffer.readline())
    packed = sys.stdin.buffer.read()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)

    def answer(message: Told) -> None:
        left = memoryview(json.dumps(message).encode() + b"\n")
        while left:
            left = left[os.write(answers, left) :]

    import faulthandler  # a watch that runs even when Python does not, and even when the notebook is gone

    faulthandler.dump_traceback_later(seconds + 10, exit=True, file=open(os.devnull, "w"))  # noqa: SIM115
    try:
        calls = pickle.loads(packed)
    except BaseException as error:
        told = without_addresses(f"{type(error).__name__}: {error}")
        answer({"refused": told})
        os._exit(0)
    builtins.input = _nobody_types
    _limit()
    sys.setrecursionlimit(depth)
    answer({"ready": True})
    for function, arguments in calls:
        answer(_made(function, arguments))
    os._exit(0)  # at once, whatever threads were left running


def _limit() -> None:
    """Cap what the code may ask for, where the system can: a huge list is then a MemoryError."""
    try:
        import resource
    except ImportError:  # Windows
        return
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        used = 4 * MEMORY
    for name, most in (
        ("RLIMIT_AS", used + MEMORY),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_STACK", STACK),
    ):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            which = getattr(resource, name)
            hard = resource.getrlimit(which)[1]
            resource.setrlimit(which, (most if hard < 0 else min(most, hard), hard))


def _nobody_types(*_: object) -> str:
    raise EOFError("input() waits for somebody to type, and during a check nobody does")


class _Kept(io.TextIOBase):
    """Takes all that is printed, and keeps the beginning."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: PRINTED - len(self.text)]
        return len(text)


def _made(function: Function, arguments: tuple[Any, ...]) -> Told:
    """Make one call, and tell what came of it in plain data."""
    arguments = copy.deepcopy(arguments)
    before = [_text(a) for a in arguments]
    printed = _Kept()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(_Kept()):
            value = function(*arguments)
        told = {"kind": "returned", "value": encode(value)}
        if len(json.dumps(told)) > LARGEST:
            raise MemoryError("what it returns is far too large")
    except NotImplementedError as error:
        told = {"kind": "to do", **_told_of(error)}
    except BaseException as error:
        told = {"kind": "raised", **_told_of(error)}
    names = parameters(function, arguments)
    told["changed"] = [n for n, a, b in zip(names, before, map(_text, arguments), strict=True) if a != b]
    return told | {"printed": printed.text}


def _told_of(error: BaseException) -> Told:
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    if isinstance(error, RecursionError):
        text = str(sys.getrecursionlimit())
    return {"error": type(error).__name__, "text": without_addresses(text)[:300], "where": _where(error)}


def _where(error: BaseException) -> list[Any] | None:
    """The last line of the student's own that was running: [file, line, its function, the line that begins there]."""
    place, trace = None, error.__traceback__
    here = str(Path(__file__).resolve().parent)
    while trace is not None:
        code = trace.tb_frame.f_code
        file = code.co_filename
        if not (os.path.abspath(file).startswith((here, *INSTALLED)) or file.startswith("<frozen")):
            place = [file, trace.tb_lineno, code.co_name, code.co_firstlineno]
        trace = trace.tb_next
    return place


def parameters(function: Function, arguments: tuple[Any, ...]) -> list[str]:
    """The names under which a function takes its arguments."""
    names = []
    with contextlib.suppress(TypeError, ValueError):
        names = list(inspect.signature(function).bind(*arguments).arguments)
    return [names[k] if k < len(names) else f"argument {k + 1}" for k in range(len(arguments))]


def _text(value: object) -> str:
    return json.dumps(encode(value))


# --- an outcome in words ----------------------------------------------------------------------------------


def _read_outcome(answer: Told) -> Outcome:
    """An answer of the other process as an Outcome."""
    try:
        return Outcome(
            answer["kind"],
            decode(answer["value"]) if answer["kind"] == "returned" else None,
            answer.get("error", ""),
            answer.get("text", ""),
            _trouble(answer) if answer.get("error") else "",
            line_at(answer.get("where")),
            tuple(answer["changed"]),
            answer["printed"],
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return Outcome("ended", trouble=_("Your code answered with something that cannot be read."))


def _trouble(answer: Told) -> str:
    error, text = answer["error"], answer["text"]
    if error == "SystemExit":
        return _("Your code asks Python to end, with sys.exit or exit: return a value instead.")
    if error == "RecursionError":
        return _("Your code calls itself more than {depth} levels deep: does it ever come to an end?").format(
            depth=text
        )
    if error == "MemoryError":
        return _("Your code asks for more memory than a check allows.")
    if not text:
        return _("Your code raises {error}.").format(error=error)
    return _("Your code raises {error}: {text}").format(error=error, text=text)


def _too_slow(seconds: float) -> str:
    return _("Your code takes longer than {seconds:g} s: look for a loop that never ends.").format(
        seconds=seconds
    )


def line_at(where: list[Any] | None) -> Line | None:
    """The line where it went wrong: of the cell, or of the student's file."""
    if not where:
        return None
    file, line, function, first = where
    on_disk = os.path.isfile(file)
    if on_disk:
        linecache.checkcache(file)
    code = linecache.getline(file, line).strip()
    if not code:  # from %%time or exec, which keep no lines: they can be counted from the function's first
        return Line(line - first + 1, "", function)
    return Line(line, code, os.path.basename(file) if on_disk and file != _main_file() else "")


def _main_file() -> str | None:
    return getattr(sys.modules["__main__"], "__file__", None)


# --- without a process of its own -------------------------------------------------------------------------


class _OutOfTime(BaseException):
    pass


def run_here(calls: Sequence[Call], seconds: float = SECONDS) -> list[Outcome]:
    """The same in this very process, with the time limit alone: for Pyodide, which has no other."""
    deadline = time.monotonic() + seconds

    def watch(frame: types.FrameType, *_: object) -> Any:
        frame.f_trace_opcodes = True  # `while True: pass` never comes to another line
        if time.monotonic() > deadline:
            raise _OutOfTime
        return watch

    outcomes: list[Outcome] = []
    typing = builtins.input
    for function, arguments in calls:
        before = sys.gettrace()
        builtins.input = _nobody_types
        try:
            sys.settrace(watch)
            told = _made(function, arguments)
        except _OutOfTime:
            told = {"error": "_OutOfTime"}
        finally:
            sys.settrace(before)
            builtins.input = typing
        if told.get("error") == "_OutOfTime":
            outcomes.append(Outcome("too slow", trouble=_too_slow(seconds)))
            break
        outcomes.append(_read_outcome(json.loads(json.dumps(told))))
    return outcomes + [Outcome("not run")] * (len(calls) - len(outcomes))
