"""Run a student's code in a process of its own: whatever it does there, the notebook goes on.

    run([(function, (argument, ...)), ...], seconds=5) -> one Outcome a call

An endless loop ends with the time limit, a huge list with the memory limit; what is printed, patched or ended
is that of the other process. Only plain data comes back: numbers, arrays, text, tuples, lists, dicts and
Fractions; of anything else its type and how it is written. It keeps a mistake from doing harm. It is not a prison:
the code runs with the rights of the student, and reads and writes files as any cell does.

In a browser (Pyodide) there are no processes: there the code runs in this one, with the time limit alone.
"""

import base64
import builtins
import contextlib
import copy
import functools
import inspect
import io
import json
import linecache
import marshal
import operator
import os
import pickle
import queue
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral, Real
from pathlib import Path
from typing import IO, Any, TypeAlias

import cloudpickle  # type: ignore[import-untyped]
import numpy as np

from course_utils.support.language import gettext as _
from course_utils.support.numbers import plainly, without_addresses

Function: TypeAlias = Callable[..., Any]
Call: TypeAlias = tuple[Function, tuple[Any, ...]]
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


@dataclass(frozen=True)
class Other:
    """A value that is not plain data: the name of its type, and how it is written."""

    type: str
    text: str

    def __repr__(self) -> str:
        return self.text


class CannotRun(Exception):
    """The code cannot be handed to another process: the text says why, and what to change."""


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
    packed = _packed(calls)
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


def _packed(calls: Sequence[Call]) -> bytes:
    """The calls as bytes, with everything that the functions use."""
    modules = [sys.modules.get(getattr(x, "__module__", None) or "") for x in _ours(calls)]
    by_value = [m for m in dict.fromkeys(modules) if m is not None and _is_students(m)]
    for module in by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        return _dumps(calls)
    except Exception as error:
        raise CannotRun(_unpackable(calls, error)) from None
    finally:
        for module in by_value:
            cloudpickle.unregister_pickle_by_value(module)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Packs what cloudpickle leaves behind: where code was written, and functions that keep their answers."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, types.CodeType):  # with its file, which tells the line of an error
            return marshal.loads, (marshal.dumps(obj),)
        if isinstance(obj, _CACHED) and not _is_found_by_name(obj):
            return self._of_cached(obj)
        if isinstance(obj, functools.cached_property):  # up to Python 3.11 it holds a lock
            return _named_property, (obj.func, obj.attrname)
        return super().reducer_override(obj)

    def _of_cached(self, obj: Any) -> Any:
        function = obj.__wrapped__
        reduced = self.reducer_override(function) if inspect.isfunction(function) else NotImplemented
        if reduced is NotImplemented:
            return _cached, (obj.cache_parameters(), _itself, (function,))
        made, parts, *rest = reduced
        return _cached, (obj.cache_parameters(), made, parts), rest, None, None, _completed


_CACHED = type(functools.cache(len))


def _is_found_by_name(cached: Any) -> bool:
    """Whether the other process finds the same function by its name, in a file that is not the student's."""
    module = sys.modules.get(cached.__module__)
    if module is None or module.__name__ == "__main__" or _is_students(module):
        return False
    with contextlib.suppress(AttributeError):
        return operator.attrgetter(cached.__qualname__)(module) is cached
    return False


def _itself(value: Any) -> Any:
    return value


def _cached(parameters: dict[str, Any], made: Callable[..., Any], parts: tuple[Any, ...]) -> Any:
    """A function that keeps its answers, without its globals as yet: it may well be among them itself."""
    return functools.lru_cache(**parameters)(made(*parts))


def _completed(cached: Any, rest: Any) -> None:
    state, *_, set_state = rest
    set_state(cached.__wrapped__, state)


def _named_property(function: Callable[[Any], Any], name: str | None) -> Any:
    made = functools.cached_property(function)
    if name is not None:
        made.__set_name__(object, name)
    return made


def _dumps(value: object) -> bytes:
    with io.BytesIO() as file:
        _Pickler(file).dump(value)
        return file.getvalue()


def _ours(calls: Sequence[Call]) -> Iterator[Any]:
    for function, arguments in calls:
        yield function
        yield from (a for a in arguments if inspect.isfunction(a) or inspect.isclass(a))


def _is_students(module: types.ModuleType) -> bool:
    """Whether a module is a file of the student's own: it goes along as it is now, not as it is on disk."""
    name, file = module.__name__, getattr(module, "__file__", None)
    return name != "__main__" and name.partition(".")[0] != "course_utils" and not _is_installed(file)


def _is_installed(file: str | None) -> bool:
    """Whether a file belongs to Python or to an installed package."""
    return file is None or os.path.abspath(file).startswith(INSTALLED)


INSTALLED = tuple(
    os.path.abspath(sysconfig.get_paths()[which]) for which in ("stdlib", "platstdlib", "purelib", "platlib")
)


def _unpackable(calls: Sequence[Call], error: Exception) -> str:
    for thing in _ours(calls):
        for name, value in _used(thing, set()):
            try:
                _dumps(value)
            except Exception:
                return _(
                    "Your code uses {name}, a {kind}, which cannot be handed to the process that checks it: "
                    "hand what you need of it to your function as an argument."
                ).format(name=name, kind=type(value).__name__)
    told = _("Your code cannot be handed to the process that checks it: {error}").format(error=error)
    return without_addresses(told)


def _used(thing: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """(name, value) of everything that a function, or the functions of a class, use from outside."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if inspect.isclass(thing):
        for value in vars(thing).values():
            yield from _used(value, seen)
    if isinstance(thing, _CACHED):
        thing = thing.__wrapped__
    if inspect.isfunction(thing):
        try:
            outside = inspect.getclosurevars(thing)
        except ValueError:  # a cell that is empty as yet
            return
        for name, value in {**outside.globals, **outside.nonlocals}.items():
            if inspect.isfunction(value) or inspect.isclass(value) or isinstance(value, _CACHED):
                yield from _used(value, seen)
            elif not inspect.ismodule(value):
                yield name, value


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


# --- plain data as text -----------------------------------------------------------------------------------


def encode(value: object) -> Any:
    """A value in what JSON knows: itself, or {"kind": content}."""
    try:
        return _encoded(value)
    except RecursionError:
        return {"other": [type(value).__name__, "a value that holds itself"]}


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.ndarray):
        return _encoded_array(value)
    if isinstance(value, np.generic):
        return {"scalar": _encoded_array(value)}
    if isinstance(value, Fraction):
        return {"fraction": [hex(value.numerator), hex(value.denominator)]}
    if isinstance(value, Integral):
        whole = int(value)
        return {"whole": hex(whole)} if abs(whole) >= 2**63 else whole
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, (tuple, list)):
        return {"tuple" if isinstance(value, tuple) else "list": [_encoded(x) for x in value]}
    if isinstance(value, Mapping):
        return {"dict": [[_encoded(k), _encoded(x)] for k, x in value.items()]}
    kind = "function" if inspect.isroutine(value) else type(value).__name__
    return {"other": [kind, plainly(value)[:200]]}


def _encoded_array(array: Any) -> Any:
    """An array, or a scalar of numpy's, which knows the same about itself."""
    shape, kind = list(array.shape), array.dtype.kind
    if kind in "biufc":
        return {"array": [array.dtype.str, shape, base64.b64encode(array.tobytes()).decode()]}
    if kind == "U" and not shape:
        return str(array)
    if kind in "OU":
        return {"objects": [shape, [_encoded(x) for x in array.flat]]}
    return {"other": [f"array of {array.dtype}", plainly(array)[:200]]}


def decode(told: Any) -> Any:
    """The value again that `encode` told."""
    if not isinstance(told, dict):
        return told
    [(kind, content)] = told.items()
    if kind in ("tuple", "list"):
        return {"tuple": tuple, "list": list}[kind](map(decode, content))
    if kind == "dict":
        return {_key(decode(k)): decode(x) for k, x in content}
    if kind == "fraction":
        return Fraction(int(content[0], 16), int(content[1], 16))
    if kind == "whole":
        return int(content, 16)
    if kind == "complex":
        return complex(*content)
    if kind == "scalar":
        return decode(content)[()]
    if kind == "array":
        dtype, shape, data = content
        return np.frombuffer(base64.b64decode(data), np.dtype(dtype)).reshape(shape).copy()
    if kind == "objects":
        array = np.empty(content[0], object)
        array.reshape(-1)[:] = [decode(x) for x in content[1]]
        return array
    return Other(*content)


def _key(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, tuple, Fraction, type(None))) else repr(value)
