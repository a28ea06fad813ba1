"""A student's answers, kept in one small file, so that nothing typed is lost.

The file is ~/.downhill-blindfolded/progress.jsonl, or what the environment variable COURSE_PROGRESS names; where
that is empty, nothing is kept. Nobody but its owner may read it. It only grows: one record per line, appended under a
lock, and never written over. So two notebooks do not disturb each other, a kernel that is killed loses nothing
that was acknowledged, and a torn line costs only itself. A record:

    {"v": 1, "when": "2026-01-31T12:00:00+00:00", "key": "04 coasting", "state": "tried", "attempt": {...}, "crc": ...}

key: the lecture and the exercise.  state: "open" (typed, not checked yet), "tried" or "done".  attempt: what the
exercise needs to come back as it was left: what was typed, numbers and ids, and none of the course's own words.
crc: of the rest, so that a damaged record is never taken for an answer.
"""

import atexit
import contextlib
import errno
import json
import os
import stat
import sys
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext

Attempt: TypeAlias = dict[str, Any]  # what JSON can hold
Record: TypeAlias = dict[str, Any]

VERSION = 1
STATES = ("open", "tried", "done")
LARGEST = 1_000_000  # bytes: a larger file is written again, without what is out of date
LONGEST = 100_000  # bytes of one record
CHECKED = 20  # checked attempts of one exercise that outlive a file grown too large
PATIENCE = 2  # seconds to wait for another notebook that is writing
#: seconds for which what was read counts as what the file holds: in a browser every look at a file goes through the page,
#: and thirty exercises of a lecture that is run would look at it thirty times
FRESH = 2 if sys.platform == "emscripten" else 0

_mutex = threading.RLock()  # JupyterLab may run the callbacks of widgets in a thread of their own
_waiting: list[bytes] = []  # lines that could not be written yet
_seen: dict[str, Any] = {}  # what was read last: {"stamp", "records", "trouble"}, and until when it is fresh
_limit = 0  # the size at which the file is written again; 0 before it was tried


# --- where ------------------------------------------------------------------------------------------------


def place() -> Path | None:
    """The Path of the file; None where nothing is kept, or nothing can be: `trouble` says why.

    Without COURSE_PROGRESS nothing is kept where no student sits: in tests, while nbgrader grades, where a tool such
    as `jupyter execute` runs the notebook, and in the notebooks of solutions/.
    """
    return _where()[0]


def _where() -> tuple[Path | None, str]:
    """-> (the Path of the file or None, "" or why no file can be named)"""
    named = os.environ.get("COURSE_PROGRESS")
    if _nobody_sits_here() if named is None else not named.strip():
        return None, ""
    try:
        if named is not None:
            return Path(named).expanduser(), ""
        return Path.home() / ".downhill-blindfolded" / "progress.jsonl", ""
    except RuntimeError:  # a user, or a ~name, that the system does not know
        if named is not None:
            return None, _("the home folder in COURSE_PROGRESS={named} is not known").format(named=named)
        return None, _("this user has no home folder; COURSE_PROGRESS can name another place")


def _nobody_sits_here() -> bool:
    if any(sign in os.environ for sign in ("PYTEST_VERSION", "PYTEST_CURRENT_TEST", "NBGRADER_EXECUTION")):
        return True
    if (
        "--HistoryManager.hist_file=:memory:" in sys.argv
    ):  # so nbclient starts a kernel, for every tool that uses it
        return True
    return any(Path(notebook).parent.name == "solutions" for notebook in _notebooks())


def _notebooks() -> Iterator[str]:
    """The path of the notebook that runs, as Jupyter's server tells it, as VS Code does, or else its folder."""
    yield os.environ.get("JPY_SESSION_NAME", "")
    yield str(getattr(sys.modules.get("__main__"), "__vsc_ipynb_file__", ""))
    with contextlib.suppress(OSError):  # the folder may be gone
        yield os.path.join(os.getcwd(), "a notebook")


# --- what an exercise asks for ----------------------------------------------------------------------------


def keep(key: str, attempt: Attempt, state: str = "tried") -> str:
    """Keep an attempt. -> "" when it is kept, else one line for the student that says why not.

    key: lecture and exercise, such as "04 coasting".  attempt: a dict of what JSON can hold.
    state: "open", "tried" or "done".

    An attempt that cannot be written is remembered, and written together with the next one.
    """
    if state not in STATES:
        raise ValueError(f"state must be one of {', '.join(STATES)}, not {state!r:.60}")
    if not isinstance(attempt, dict):
        raise TypeError(f"attempt must be a dict, not {type(attempt).__name__}")
    path, why = _where()
    if path is None and not why:
        return ""
    line, told = _line(key, attempt, state), ""
    if len(line) > LONGEST:
        line = _line(key, None, state)
        told = _("This answer is too long to be kept: it would take more than {n} kB.")
        told = told.format(n=LONGEST // 1000)
    with _mutex:
        _waiting.append(line)
        return _flush(path, why, lasting=state != "open") or told


def last(key: str) -> Attempt | None:
    """The attempt kept last under this key; None where there is none."""
    return next((r["attempt"] for r in reversed(attempts(key)) if r["attempt"] is not None), None)


def attempts(key: str) -> list[Record]:
    """All records of a key, the oldest first: [{"when", "key", "state", "attempt"}]."""
    return [record for record in _records() if record["key"] == key]


def state(key: str) -> str:
    """How far an exercise has come: "open", "tried" or "done". Once done is done."""
    return states().get(key, "open")


def states() -> dict[str, str]:
    """-> {key: state} of everything that was kept"""
    best: dict[str, str] = {}
    for record in _records():
        best[record["key"]] = max(best.get(record["key"], "open"), record["state"], key=STATES.index)
    return best


def standing(keys: Iterable[str]) -> dict[str, dict[str, int]]:
    """-> {lecture: {"done": n, "tried": n, "open": n}}, counted over the exercises with these keys"""
    reached = states()
    found: dict[str, dict[str, int]] = {}
    for key in keys:
        counts = found.setdefault(key.partition(" ")[0], dict.fromkeys(reversed(STATES), 0))
        counts[reached.get(key, "open")] += 1
    return found


def trouble() -> str:
    """One line that says what is wrong with the file; "" while all is well."""
    path, why = _where()
    if path is None and not why:
        return ""
    with _mutex:
        if _waiting or why:
            told = _flush(path, why, lasting=True)
            if told:
                return told
        _records()
        return _seen["trouble"]


# --- what a student asks for ------------------------------------------------------------------------------


def export(path: str | Path) -> None:
    """Write all answers to a new file that is easy to read, such as export("my-answers.json").

    Raises FileExistsError where there is such a file already: nothing is written over.
    """
    answers: dict[str, dict[str, Any]] = {}
    for record in _records():
        entry = answers.setdefault(record["key"], {"state": "open", "attempts": []})
        entry["attempts"].append({name: record[name] for name in ("when", "state", "attempt")})
    for key, reached in states().items():
        answers[key]["state"] = reached
    with open(path, "x", encoding="utf-8") as file:
        json.dump({"exported": _now(), "answers": answers}, file, ensure_ascii=False, indent=1)
    told = ngettext(
        "The answers to {n} exercise are in {path}.",
        "The answers to {n} exercises are in {path}.",
        len(answers),
    )
    print(told.format(n=len(answers), path=path))


def take_in(path: str | Path) -> None:
    """Take in the answers of a file that `export` wrote, in another installation or in the browser edition.

    Nothing that is here is lost. Of each exercise, what was answered last, here or there, is shown.
    Raises ValueError for a file that holds no such answers.
    """
    there = _exported(path)
    here = _records()
    new = [record for record in there if record not in here]
    newest = {record["key"]: record for record in here}
    for record in {record["key"]: record for record in new}.values():
        if record["key"] in newest and newest[record["key"]]["when"] > record["when"]:
            new.append(newest[record["key"]])  # what stands last is shown
    with _mutex:
        _waiting.extend(_sealed(record) for record in new)
        told = _flush(*_where(), lasting=True) if new else ""
    keys = len({record["key"] for record in there})
    done = ngettext(
        "The answers to {n} exercise are taken in: run its cell again to see them.",
        "The answers to {n} exercises are taken in: run their cells again to see them.",
        keys,
    )
    print(told or done.format(n=keys))


def _exported(path: str | Path) -> list[Record]:
    """The records in a file that `export` wrote."""
    try:
        answers = json.loads(Path(path).read_text(encoding="utf-8"))["answers"]
        records = [each | {"key": key} for key, entry in answers.items() for each in entry["attempts"]]
        read = [_read(_sealed(record)) for record in records]
    except (ValueError, KeyError, TypeError, AttributeError):
        told = _("{path} does not hold answers as progress.export writes them.")
        raise ValueError(told.format(path=path)) from None
    return [record for record in read if record]


def erase() -> None:
    """Erase all answers, at once and for good; one line says why where that fails."""
    path = place()
    with _mutex:
        _waiting.clear()
        _seen.clear()
        try:
            if path is not None and path.parent.is_dir():
                _refuse_other_than_files(path)
                with _alone(path):
                    for file in (path, _new(path)):
                        file.unlink(missing_ok=True)
        except OSError as error:
            told = _("{path} cannot be erased ({reason}).")
            print(told.format(path=_named(path), reason=error.strerror or error))
            return
    print(_("All answers are erased. An exercise that is open begins anew when you run its cell again."))


# --- one record -------------------------------------------------------------------------------------------


def _line(key: str, attempt: Attempt | None, state: str) -> bytes:
    attempt = json.loads(json.dumps(attempt, default=str))  # as it will be read
    return _sealed({"when": _now(), "key": str(key), "state": state, "attempt": attempt})


def _sealed(record: Record) -> bytes:
    """A record as the file holds it."""
    record = {"v": VERSION, **record}
    return json.dumps(record | {"crc": _crc(record)}).encode() + b"\n"


def _crc(record: Record) -> int:
    """Of everything but the crc itself, in one spelling."""
    rest = {name: value for name, value in record.items() if name != "crc"}
    return zlib.crc32(json.dumps(rest, sort_keys=True).encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _read(line: bytes) -> Record | None:
    """One line -> a record; None for one of a newer course, which is left to it. ValueError for a damaged one."""
    try:
        record = json.loads(line)
    except RecursionError:
        raise ValueError("not a record") from None
    if not isinstance(record, dict) or ("crc" in record and record["crc"] != _crc(record)):
        raise ValueError("not a record")
    version = record.get("v", 0)  # older ones may lack what was added since
    if not isinstance(version, int) or version > VERSION or record.get("state", "tried") not in STATES:
        return None
    attempt = record.get("attempt")
    if not isinstance(record.get("key"), str) or not isinstance(attempt, dict | None):
        raise ValueError("not a record")
    return {
        "when": record.get("when", ""),
        "key": record["key"],
        "state": record.get("state", "tried"),
        "attempt": attempt,
    }


# --- the file ---------------------------------------------------------------------------------------------


def _records() -> list[Record]:
    """Every record, the oldest first: those in the file, and those that are still waiting for it."""
    path, why = _where()
    if path is None and not why:
        return []
    with _mutex:
        if time.monotonic() >= _seen.get("fresh until", 0):
            _look(path)
        return [*_seen["records"], *_parsed(b"".join(_waiting))[0]]


def _look(path: Path | None) -> None:
    """Bring what was read last up to date."""
    try:
        if path is None:
            raise FileNotFoundError
        with _opened(path, os.O_RDONLY) as file:
            now = _status(file)
            stamp = (path, now.st_ino, now.st_size, now.st_mtime_ns)
            if _seen.get("stamp") != stamp:
                records, spoiled = _parsed(_content(file))
                _seen.update(stamp=stamp, records=records, trouble=_damage(path, spoiled))
    except FileNotFoundError:
        _seen.update(stamp=None, records=[], trouble="")
    except OSError as error:
        told = _("{path} cannot be read ({reason}): what you answered before is not shown.")
        told = told.format(path=_named(path), reason=error.strerror)
        _seen.update(stamp=None, records=[], trouble=told)
    _seen["fresh until"] = time.monotonic() + FRESH


def _parsed(data: bytes) -> tuple[list[Record], int]:
    """-> (records, number of damaged lines)"""
    records, spoiled = [], 0
    for line in filter(bytes.strip, data.split(b"\n")):
        try:
            record = _read(line)
        except ValueError:
            spoiled += 1
        else:
            records += [record] if record else []
    return records, spoiled


def _damage(path: Path, spoiled: int) -> str:
    if not spoiled:
        return ""
    told = ngettext(
        "{n} line is damaged in {path} and left out; every other answer is there.",
        "{n} lines are damaged in {path} and left out; every other answer is there.",
        spoiled,
    )
    return told.format(n=spoiled, path=_named(path))


def _named(path: Path | None) -> str:
    """The path as it can be printed, whatever bytes are in it."""
    return os.fsencode(path or "").decode("utf-8", errors="replace")


def _flush(path: Path | None, why: str, lasting: bool) -> str:
    """Write what is waiting. -> "", or one line that says why it cannot be."""
    if path is None:
        told = _("Your answers cannot be kept, only remembered while this kernel runs: {why}.")
        return told.format(why=why)
    try:
        _append(path, b"".join(_waiting), lasting)
    except OSError as error:
        told = _(
            "Your answer cannot be written to {path} ({reason}). It is remembered while this kernel "
            "runs, and written with the next one."
        )
        return told.format(path=_named(path), reason=error.strerror or error)
    _waiting.clear()
    _seen.pop("fresh until", None)
    return ""


def _append(path: Path, data: bytes, lasting: bool) -> None:
    """Add whole lines, or nothing at all.  lasting: wait until the disk has them."""
    global _limit
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_other_than_files(path)
    with _alone(path) as alone:
        with _opened(path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
            size = os.lseek(file, 0, os.SEEK_END)
            if size:
                os.lseek(file, size - 1, os.SEEK_SET)
                if os.read(file, 1) != b"\n":
                    data = b"\n" + data  # somebody was stopped half-way: that line ends here
            try:
                if os.write(file, data) < len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                if lasting:
                    os.fsync(file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(file, size)
                raise
        if alone and size + len(data) > max(_limit, LARGEST):
            with contextlib.suppress(
                OSError
            ):  # a file that stays large costs a little time, and nothing else
                _limit = 2 * _shrink(path)


def _refuse_other_than_files(path: Path) -> None:
    """A pipe or a device may block for ever, and a folder beside one is not the place for a lock."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, _("it is not a plain file"))


def _status(file: int) -> os.stat_result:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, _("it is not a plain file"))
    return status


def _content(file: int) -> bytes:
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """A file descriptor. Opening never waits, not even for the other end of a pipe."""
    flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.open(path, flags, stat.S_IRUSR | stat.S_IWUSR)
    try:
        yield file
    finally:
        os.close(file)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Hold the lock beside the file. -> whether there are locks here: some network drives have none.

    Raises TimeoutError where somebody else holds it for too long.
    """
    with _opened(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT) as file:
        end = time.monotonic() + PATIENCE
        while (locked := _locked(file)) is False:
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, _("another notebook is busy writing to it"))
            time.sleep(0.002)
        try:
            yield bool(locked)
        finally:
            if locked:
                _lock(file, free=True)


def _locked(file: int) -> bool | None:
    """True, or False where somebody else has the lock, or None where there are no locks."""
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int, free: bool = False) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK if free else msvcrt.LK_NBLCK, 1)

elif sys.platform == "emscripten":  # one page, one process: nobody to lock out

    def _lock(file: int, free: bool = False) -> None:
        pass

else:
    import fcntl

    def _lock(file: int, free: bool = False) -> None:
        fcntl.flock(file, fcntl.LOCK_UN if free else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _shrink(path: Path) -> int:
    """Write the file again, without drafts and tries that later ones replace. -> its size now

    What this version does not understand stays: damaged lines, and those of a newer course.
    """
    path = Path(os.path.realpath(path))
    lines: list[bytes] = []
    had: dict[str, dict[str, Any]] = {}
    for line in reversed(path.read_bytes().split(b"\n")):
        try:
            record = _read(line)
        except ValueError:
            record = None
        if line.strip() and (record is None or _still_needed(record, had.setdefault(record["key"], {}))):
            lines.append(line + b"\n")
    data = b"".join(reversed(lines))
    try:
        with _opened(_new(path), os.O_WRONLY | os.O_TRUNC | os.O_CREAT) as file:
            if os.write(file, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
        os.replace(_new(path), path)
    except OSError:
        _new(path).unlink(missing_ok=True)
        raise
    if os.name == "posix":  # so that a power cut does not bring the old file back
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return len(data)


def _still_needed(record: Record, had: dict[str, Any]) -> bool:
    """Whether an older record of a key says something that the newer ones, counted in `had`, do not."""
    first_attempt = record["attempt"] is not None and not had.get("attempt")
    had["attempt"] = had.get("attempt") or first_attempt
    had[record["state"]] = had.get(record["state"], 0) + 1
    if record["state"] == "open":
        return first_attempt
    return first_attempt or had[record["state"]] <= CHECKED


@atexit.register
def _last_try() -> None:
    path = place()
    if path is not None and _waiting:
        _flush(path, "", lasting=True)
