"""progress.py: nothing that was acknowledged is ever lost, whatever happens to the kernel, the file or the disk."""

import contextlib
import json
import os
import random
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_client.manager import start_new_kernel

from course_utils.landscapes import SADDLE
from course_utils.optimizers import Momentum
from course_utils.practice import progress
from course_utils.widgets import PredictNext, Standing
from course_utils.widgets.standing import TITLES, exercises

ROOT = Path(__file__).resolve().parent.parent
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a POSIX system")


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The path at which answers are kept, in a folder that is not there yet."""
    path = tmp_path / "new folder" / "progress.jsonl"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    monkeypatch.setattr(progress, "_waiting", [])
    return path


def elsewhere(script, **env):
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def numbers(key):
    return [record["attempt"]["n"] for record in progress.attempts(key)]


# --- keeping and reading ----------------------------------------------------------------------------------


def test_what_is_kept_comes_back_in_another_process(file):
    attempt = {"typed": "−31/2 \ud800 é", "rows": [["1", ""]], "none": None}
    assert progress.keep("04 race", attempt, "tried") == ""
    assert progress.last("04 race") == attempt
    assert progress.last("04 nothing") is None
    seen = elsewhere("from course_utils.practice import progress; print(ascii(progress.last('04 race')))")
    assert seen.strip() == ascii(attempt)


@posix
def test_only_the_owner_may_read_it(file):
    progress.keep("04 race", {"n": 1})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_last_attempt_counts_and_done_is_done_for_ever(file):
    for n, state in enumerate(("open", "tried", "done", "tried", "open")):
        progress.keep("04 race", {"n": n}, state)
    assert numbers("04 race") == [0, 1, 2, 3, 4]
    assert progress.last("04 race") == {"n": 4}
    assert progress.state("04 race") == "done"
    assert progress.state("04 larger") == "open"
    progress.keep("02 end", {}, "tried")
    assert progress.standing(["02 end", "04 race", "04 larger", "04 memory"]) == {
        "02": {"done": 0, "tried": 1, "open": 0},
        "04": {"done": 1, "tried": 0, "open": 2},
    }


@pytest.mark.parametrize(
    ("attempt", "state", "error"),
    [
        ({}, "finished", "state must be one of open, tried, done, not 'finished'"),
        (3, "done", "attempt must be a dict"),
    ],
)
def test_a_bad_key_or_state_is_refused(file, attempt, state, error):
    with pytest.raises((ValueError, TypeError), match=error):
        progress.keep("04 race", attempt, state)
    assert not file.exists()


def test_an_answer_that_is_too_long_is_reported_and_nothing_else_is_lost(file):
    progress.keep("04 race", {"n": 1})
    told = progress.keep("04 race", {"n": "9" * progress.LONGEST}, "done")
    assert told == "This answer is too long to be kept: it would take more than 100 kB."
    assert progress.last("04 race") == {"n": 1}
    assert progress.state("04 race") == "done"


@pytest.mark.parametrize(
    ("env", "kept"),
    [
        ({}, True),
        ({"PYTEST_VERSION": "9"}, False),
        ({"PYTEST_CURRENT_TEST": "x"}, False),
        ({"NBGRADER_EXECUTION": "autograde"}, False),
        ({"JPY_SESSION_NAME": "/course/solutions/04-momentum.ipynb"}, False),
        ({"JPY_SESSION_NAME": "solutions/04-momentum.ipynb"}, False),
        ({"JPY_SESSION_NAME": "/course/exercises/04-momentum.ipynb"}, True),
        ({"COURSE_PROGRESS": ""}, False),
        ({"COURSE_PROGRESS": "~/mine.jsonl", "PYTEST_VERSION": "9"}, True),
    ],
    ids=str,
)
def test_nothing_is_kept_without_a_student(monkeypatch, tmp_path, env, kept):
    for name in (
        "COURSE_PROGRESS",
        "PYTEST_VERSION",
        "PYTEST_CURRENT_TEST",
        "NBGRADER_EXECUTION",
        "JPY_SESSION_NAME",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)} | env).items():
        monkeypatch.setenv(name, value)
    where = tmp_path / "mine.jsonl" if "mine" in env.get("COURSE_PROGRESS", "") else None
    usual = tmp_path / ".downhill-blindfolded" / "progress.jsonl"
    assert progress.place() == ((where or usual) if kept else None)
    assert progress.keep("04 race", {"n": 1}) == progress.trouble() == ""
    assert progress.last("04 race") == ({"n": 1} if kept else None)
    assert bool(list(tmp_path.rglob("*.jsonl"))) == kept


SOLVED = "from course_utils.practice import progress\nprogress.keep('04 race', {'n': 1}, 'done')"


@pytest.fixture
def at_home(tmp_path):
    """An environment like a student's, with a home of its own; a notebook in solutions/ and one in exercises/."""
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": SOLVED,
    }
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for folder in "solutions", "exercises":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "04-momentum.ipynb").write_text(json.dumps(book), encoding="utf-8")
    signs = ("PYTEST", "COURSE_PROGRESS", "NBGRADER", "JPY", "JUPYTER")
    env = {name: value for name, value in os.environ.items() if not name.startswith(signs)}
    return env | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "PYTHONPATH": str(ROOT)}


def kept_at(home):
    return [path.name for path in home.rglob("*.jsonl")]


EXECUTE, CONVERT = ["jupyter_core", "execute"], ["nbconvert", "--execute", "--to", "notebook", "--stdout"]


@pytest.mark.parametrize(
    ("tool", "folder", "extra"),
    [
        (EXECUTE, ".", {}),
        (CONVERT, "solutions", {}),
        pytest.param(  # from a cell of another notebook
            CONVERT, ".", {"JPY_SESSION_NAME": "exercises/04-momentum.ipynb"}, marks=pytest.mark.weekly
        ),
    ],
)
def test_a_tool_that_runs_the_solutions_marks_nothing_as_done(tmp_path, at_home, tool, folder, extra):
    notebook = os.path.relpath(tmp_path / "solutions" / "04-momentum.ipynb", tmp_path / folder)
    done = subprocess.run(
        [sys.executable, "-m", *tool, notebook],
        cwd=tmp_path / folder,
        env=at_home | extra,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert kept_at(tmp_path) == []


def test_a_tool_keeps_nothing_wherever_it_runs_the_notebook(tmp_path, at_home):
    """papermill runs it in the folder in which it was called."""
    script = """if True:
        import nbclient, nbformat
        book = nbformat.read("solutions/04-momentum.ipynb", as_version=4)
        nbclient.NotebookClient(book).execute()
    """
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=at_home, check=True, timeout=120)
    assert kept_at(tmp_path) == []


@pytest.mark.parametrize(
    "extra", [{}, {"JPY_SESSION_NAME": "{folder}/04-momentum.ipynb"}], ids=["bare", "JupyterLab"]
)
@pytest.mark.parametrize("folder", ["solutions", "exercises"])
def test_a_kernel_in_solutions_keeps_nothing_and_one_in_exercises_does(tmp_path, at_home, folder, extra):
    """Started as JupyterLab does, in the folder of the notebook; other programs do without the name."""
    env = at_home | {name: value.format(folder=folder) for name, value in extra.items()}
    manager, client = start_new_kernel(cwd=str(tmp_path / folder), env=env)
    try:
        reply = client.execute_interactive(SOLVED, timeout=60)
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert kept_at(tmp_path) == (["progress.jsonl"] if folder == "exercises" else [])


@pytest.mark.parametrize("folder", ["solutions", "exercises"])
def test_vs_code_names_the_notebook_in_the_kernel(tmp_path, at_home, folder):
    """It may start the kernel in the folder of the whole course."""
    script = f"__vsc_ipynb_file__ = {str(tmp_path / folder / '04-momentum.ipynb')!r}\n{SOLVED}"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=at_home, check=True, timeout=60)
    assert kept_at(tmp_path) == (["progress.jsonl"] if folder == "exercises" else [])


# --- a kernel that is killed, and two at once -------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    "largest",
    [pytest.param(10**9, marks=pytest.mark.weekly), 4_000],
    ids=["growing", "written anew all the time"],
)
def test_killed_at_random_moments_no_acknowledged_attempt_is_lost(file, monkeypatch, largest):
    """50 times with each size: a child keeps attempts and acknowledges each; SIGKILL comes when it likes."""
    monkeypatch.setattr(progress, "LARGEST", largest)
    dice, acknowledged = random.Random(0), {}
    for run in range(50):
        key, (reading, writing) = f"{run % 10:02} killed", os.pipe()
        child = os.fork()
        if not child:
            try:
                for n in range(run * 10_000, (run + 1) * 10_000):
                    progress._limit = 0
                    state = "open" if n % 8 else "tried"
                    if progress.keep(key, {"n": n, "typed": "x" * (n % 300)}, state) == "":
                        os.write(writing, n.to_bytes(4, "big"))
            finally:
                os._exit(1)
        os.close(writing)
        begun, _, _ = select.select([reading], [], [], 60)
        told = os.read(reading, 4) if begun else b""
        time.sleep(dice.random() * 0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := os.read(reading, 4096):
            told += more
        assert told, "it kept something before it was killed"
        os.close(reading)
        mine = acknowledged.setdefault(key, [])
        mine += [int.from_bytes(told[k : k + 4], "big") for k in range(0, len(told), 4)]
        assert numbers(key)[-1] >= mine[-1], "the file can be read after each"
    for key, mine in acknowledged.items():
        kept = numbers(key)
        if largest > 4_000:
            assert set(mine) <= set(kept)
        else:
            assert set([n for n in mine if n % 8 == 0][-progress.CHECKED + 10 :]) <= set(kept)


def test_two_notebooks_at_once_lose_nothing(file):
    script = (
        "from course_utils.practice import progress\n"
        "told = {{progress.keep('0{0} both', {{'n': n}}, 'open' if n % 10 else 'tried') for n in range(500)}}\n"
        "assert told == {{''}}, told"
    )
    both = [subprocess.Popen([sys.executable, "-c", script.format(i)], cwd=ROOT) for i in (1, 2)]
    assert [child.wait(60) for child in both] == [0, 0]
    assert numbers("01 both") == numbers("02 both") == list(range(500))
    assert progress.trouble() == ""


def test_a_held_lock_is_not_waited_for_forever(file, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.1)
    progress.keep("04 race", {"n": 1})
    with progress._alone(file):
        told = progress.keep("04 race", {"n": 2})
        assert "another notebook is busy" in told
    assert progress.last("04 race") == {"n": 2}, "it is remembered"
    assert progress.keep("04 race", {"n": 3}) == ""
    assert (
        elsewhere("from course_utils.practice import progress; print(len(progress.attempts('04 race')))")
        == "3\n"
    )


# --- a file, a folder, a disk that fails ------------------------------------------------------------------

DAMAGE = st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=40))


@settings(max_examples=150, deadline=None)
@given(st.lists(DAMAGE, min_size=1, max_size=4))
def test_random_damage_costs_only_the_lines_it_hits(damage):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        file = Path(folder) / "progress.jsonl"
        patch.setenv("COURSE_PROGRESS", str(file))
        for n in range(12):
            progress.keep(f"0{n % 3} exercise", {"n": n, "typed": "−1/2"}, "open")
        before, lines = progress._records(), file.read_bytes().split(b"\n")
        data = file.read_bytes()
        for where, length, put in damage:
            at = int(where * len(data))
            data = data[:at] + put + data[at + length :]
        file.write_bytes(data)

        whole = [record for line, record in zip(lines, before, strict=False) if line in data.split(b"\n")]
        after = progress._records()
        assert all(record in before for record in after), "what is damaged is never taken for an answer"
        assert all(record in after for record in whole)

        assert progress.keep("04 race", {"n": 99}) == ""
        assert progress.last("04 race") == {"n": 99}
        assert progress._records()[:-1] == after
        latest = {key: progress.last(key) for key in progress.states()}
        progress._shrink(file)
        assert {key: progress.last(key) for key in progress.states()} == latest


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"9" * 9999,
        b'{"v": 1, "key": 3}',
        b'{"key": "a", "attempt": 1}',
        b"null",
    ],
)
def test_damage_is_reported_in_one_line(file, rubbish):
    progress.keep("04 race", {"n": 1})
    with file.open("ab") as f:
        f.write(rubbish)  # and no newline: the next record must not run into it
    assert progress.trouble() == f"1 line is damaged in {file} and left out; every other answer is there."
    assert progress.keep("04 race", {"n": 2}) == ""
    assert numbers("04 race") == [1, 2]


def test_older_and_newer_records(file):
    file.parent.mkdir()
    newer = [
        {"v": 2, "key": "04 race", "state": "mastered", "attempt": {"n": 3}},
        {"v": 1, "key": "04 race", "state": "revised", "attempt": {"n": 4}},
    ]
    mine = {"v": 1, "when": "", "key": "04 race", "state": "done", "attempt": {"n": 2}, "mood": "good"}
    lines = [{"key": "04 race", "attempt": {"n": 1}}, mine, *newer]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert numbers("04 race") == [1, 2]
    assert (progress.state("04 race"), progress.trouble()) == ("done", "")
    progress.keep("04 race", {"n": 5})
    progress._shrink(file)
    stored = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert stored[1:4] == [mine, *newer], "what this version does not know is left as it is"
    assert numbers("04 race") == [1, 2, 5]


@posix
def test_in_a_folder_that_may_only_be_read_answers_wait_in_memory():
    script = """if True:
        import os
        from course_utils.practice import progress
        if os.geteuid() == 0:
            os.setuid(65534)
        print(progress.last("04 race"))
        print(progress.keep("04 race", {"n": 2}))
        print(progress.keep("04 race", {"n": 3}))
        print(progress.last("04 race"), len(progress.attempts("04 race")), progress.trouble() != "")
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "progress.jsonl"
        elsewhere(
            "from course_utils.practice import progress; progress.keep('04 race', {'n': 1})",
            COURSE_PROGRESS=str(file),
        )
        for path, mode in ((file, 0o444), (Path(f"{file}.lock"), 0o444), (Path(folder), 0o555)):
            path.chmod(mode)
        before, first, second, after = elsewhere(script, COURSE_PROGRESS=str(file)).splitlines()
        Path(folder).chmod(0o755)
    assert (before, after) == ("{'n': 1}", "{'n': 3} 3 True")
    assert first == second
    assert first.startswith(f"Your answer cannot be written to {file} (Permission denied). It is remembered")


@posix
@pytest.mark.parametrize("room", range(0, 400, 40))
def test_a_disk_that_fills_up_half_way_through_a_record_costs_nothing(file, room):
    script = f"""if True:
        import resource
        from course_utils.practice import progress
        progress.keep("04 race", {{"n": 1}})
        size = progress.place().stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + {room}, resource.RLIM_INFINITY))
        told = [progress.keep("04 race", {{"n": n}}) for n in range(2, 6)]
        print(told[-1])
        print(progress.place().read_bytes().endswith(b"}}\\n"), [r["attempt"]["n"] for r in progress.attempts("04 race")])
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    """
    told, state = elsewhere(script).splitlines()
    assert told.startswith(f"Your answer cannot be written to {file} (")
    assert state == "True [1, 2, 3, 4, 5]"
    assert numbers("04 race") == [1, 2, 3, 4, 5], "what was waiting is written at the end"


@posix
def test_a_write_that_cannot_even_be_taken_back_costs_nothing(file, monkeypatch):
    progress.keep("04 race", {"n": 1})
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: real(fd, data[: len(data) // 2]))
        patch.setattr(os, "ftruncate", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        assert "No space left on device" in progress.keep("04 race", {"n": 2})
    assert numbers("04 race") == [1, 2]
    assert progress.keep("04 race", {"n": 3}) == ""
    assert numbers("04 race") == [1, 2, 3]


@pytest.mark.parametrize("what", ["a folder", "under a file"])
def test_an_impossible_place_is_reported(tmp_path, monkeypatch, what):
    (tmp_path / "file").write_text("my homework")
    monkeypatch.setattr(progress, "_waiting", [])
    monkeypatch.setenv(
        "COURSE_PROGRESS", str(tmp_path if what == "a folder" else tmp_path / "file" / "progress.jsonl")
    )
    assert "cannot be written" in progress.keep("04 race", {"n": 1})
    assert progress.last("04 race") == {"n": 1}
    assert (tmp_path / "file").read_text() == "my homework"
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "good.jsonl"))
    assert progress.keep("04 race", {"n": 2}) == ""
    assert numbers("04 race") == [1, 2]


HOMELESS = """if True:
    import os, pwd
    os.environ.pop("HOME", None)
    if os.geteuid() == 0:
        os.setresuid(54321, -1, -1)  # nobody has this number; root may still read the packages
    else:
        pwd.getpwuid = lambda number: {}[number]
    from course_utils.practice import progress
    from course_utils.practice.checking import check
    from course_utils.widgets import Quiz, Standing
"""


@posix
@pytest.mark.parametrize(
    ("named", "why"),
    [
        (None, "this user has no home folder; COURSE_PROGRESS can name another place"),
        ("~nobody-of-this-name/x", "the home folder in COURSE_PROGRESS=~nobody-of-this-name/x is not known"),
    ],
)
def test_without_a_home_one_line_says_so_and_all_else_works(tmp_path, named, why):
    script = (
        HOMELESS
        + """
    print(progress.keep("04 race", {"n": 1}, "done"))
    print(progress.trouble() == Standing().notice != "", progress.last("04 race"), progress.place())
    check(lambda x: x + 1, [((1,), 2)])
    check(lambda x: x, "01 knobs")
    print(Quiz("04 memory").notice == progress.trouble())
    progress.erase()
    """
    )
    signs = ("PYTEST", "COURSE_PROGRESS", "JPY")
    env = {name: value for name, value in os.environ.items() if not name.startswith(signs)}
    env |= {"COURSE_PROGRESS": named} if named else {}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    told = f"Your answers cannot be kept, only remembered while this kernel runs: {why}."
    lines = done.stdout.splitlines()
    assert [lines[0], lines[-3]] == [told, told]
    assert [lines[1], lines[2], lines[-2]] == ["True {'n': 1} None", "Right: <lambda>(1) = 2", "True"]


@posix
@pytest.mark.parametrize(
    "what", ["pipe", "socket", "folder", "/dev/full", "/dev/zero", "/dev/tty", "pipe as lock"]
)
def test_anything_but_a_plain_file_is_reported_and_nothing_hangs(tmp_path, what):
    place = tmp_path / "progress.jsonl"
    if what == "pipe":
        os.mkfifo(place)
    elif what == "socket":
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as bound, contextlib.chdir(tmp_path):
            bound.bind(place.name)
    elif what == "folder":
        place.mkdir()
    elif what == "pipe as lock":
        os.mkfifo(f"{place}.lock")
    else:
        place = Path(what)
    script = """if True:
        from course_utils.practice import progress
        print(progress.last("04 race"))
        print(progress.keep("04 race", {"n": 1}, "done"))
        print(progress.keep("04 race", {"n": 2}), progress.last("04 race"))
        print(progress.trouble())
        progress.erase()
    """
    first, told, both, trouble, erased = elsewhere(script, COURSE_PROGRESS=str(place)).split("\n")[:5]
    if what == "pipe as lock":  # it can be locked as well as any other
        assert (first, told, both, trouble) == ("None", "", " {'n': 2}", "")
        return
    assert told.startswith(f"Your answer cannot be written to {place} (it is not a plain file)")
    assert (first, both, trouble) == ("None", told + " {'n': 2}", told)
    assert erased == f"{place} cannot be erased (it is not a plain file)."
    assert place.exists()


@posix
def test_a_path_that_cannot_be_printed_is_reported_too(tmp_path):
    place = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    Path(place).mkdir()
    told = elsewhere(
        "from course_utils.practice import progress; print(progress.keep('04 race', {}))",
        COURSE_PROGRESS=place,
    )
    assert told.startswith(
        f"Your answer cannot be written to {tmp_path}/\N{REPLACEMENT CHARACTER} (it is not"
    )


# --- growth, export, erase --------------------------------------------------------------------------------


def test_the_file_stays_small_and_keeps_what_counts(file, monkeypatch):
    monkeypatch.setattr(progress, "LARGEST", 20_000)
    monkeypatch.setattr(progress, "_limit", 0)
    progress.keep("01 rare", {"n": -1}, "done")
    progress.keep("01 rare", {"n": -2}, "open")
    for n in range(600):
        progress.keep("04 race", {"n": n}, "tried" if n % 3 == 0 else "open")
    assert file.stat().st_size < 25_000
    assert numbers("01 rare") == [-1, -2]
    assert (progress.state("01 rare"), progress.last("01 rare")) == ("done", {"n": -2})
    kept = numbers("04 race")
    assert kept[-1] == 599
    assert kept == sorted(kept)
    assert set(range(543, 600, 3)) <= set(kept), "the last twenty that were checked"
    assert not list(file.parent.glob("*.new"))


def test_export_is_easy_to_read_and_writes_nothing_over(file, tmp_path, capsys):
    for n, state in enumerate(("tried", "done", "open")):
        progress.keep("04 race", {"typed": f"−{n}"}, state)
    target = tmp_path / "my-answers.json"
    progress.export(target)
    assert capsys.readouterr().out == f"The answers to 1 exercise are in {target}.\n"
    assert "−1" in target.read_text(encoding="utf-8")
    answers = json.loads(target.read_text(encoding="utf-8"))["answers"]
    assert answers["04 race"]["state"] == "done"
    assert [a["attempt"]["typed"] for a in answers["04 race"]["attempts"]] == ["−0", "−1", "−2"]
    with pytest.raises(FileExistsError):
        progress.export(target)


def test_answers_move_to_another_computer_in_a_file(file, tmp_path, capsys):
    for n, state in enumerate(("tried", "done", "open")):
        progress.keep("04 race", {"n": n}, state)
    progress.keep("04 coasting", {"n": 7})
    progress.export(tmp_path / "my-answers.json")
    there = progress.attempts("04 race")
    progress.erase()
    progress.keep("01 rare", {"n": 1}, "done")
    for _ in range(2):  # a second time changes nothing
        capsys.readouterr()
        progress.take_in(tmp_path / "my-answers.json")
        told = "The answers to 2 exercises are taken in: run their cells again to see them.\n"
        assert capsys.readouterr().out == told
        assert progress.attempts("04 race") == there
        assert progress.states() == {"04 race": "done", "04 coasting": "tried", "01 rare": "done"}
    assert progress.trouble() == ""


def test_an_answer_taken_in_does_not_hide_a_later_one(file, tmp_path, monkeypatch):
    progress.keep("04 race", {"n": 0})
    progress.export(tmp_path / "my-answers.json")
    progress.erase()
    monkeypatch.setattr(progress, "_now", lambda: "2999-01-01T00:00:00+00:00")
    progress.keep("04 race", {"n": 1})
    progress.take_in(tmp_path / "my-answers.json")
    assert progress.last("04 race") == {"n": 1}
    assert set(numbers("04 race")) == {0, 1}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"answers": {"04 race": 3}}', '{"answers": {"04 race": {"attempts": [3]}}}']
)
def test_a_file_without_answers_is_not_taken_in(file, tmp_path, text):
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="does not hold answers"):
        progress.take_in(tmp_path / "other.json")
    assert progress.states() == {}


def test_erase_leaves_nothing(file):
    progress.keep("04 race", {"typed": "my secret"})
    progress.erase()
    assert progress.last("04 race") is None
    assert not any(b"secret" in path.read_bytes() for path in file.parent.iterdir())
    progress.keep("04 race", {"n": 1})
    assert numbers("04 race") == [1]


def test_where_a_look_at_the_file_is_slow_it_is_looked_at_again_after_a_moment_or_a_new_answer(
    file, monkeypatch
):
    monkeypatch.setattr(progress, "FRESH", 60)
    progress._seen.clear()
    assert progress.last("04 race") is None
    file.parent.mkdir()
    file.write_bytes(progress._line("04 race", {"n": 7}, "tried"))
    assert progress.last("04 race") is None, "not looked at again"
    progress.keep("05 race", {"n": 0})
    assert progress.last("04 race") == {"n": 7}
    progress._seen["fresh until"] = 0
    assert progress.last("05 race") == {"n": 0}
    progress._seen.clear()


def test_keeping_an_answer_adds_one_line_to_the_file(file):
    """However much the file holds already: this is what makes it quick."""
    entries, sizes = {"entries": [["-1", "1"]] * 3, "hints": ["x" * 100]}, []
    for _ in range(200):
        progress.keep("04 race", entries, "open")
        sizes.append(file.stat().st_size)
    assert len({b - a for a, b in pairwise(sizes)}) == 1


# --- where you are ----------------------------------------------------------------------------------------


def test_standing_counts_every_exercise_of_the_course_and_tells_nobody(file):
    standing = Standing()
    stored = standing._repr_mimebundle_()[0]
    names = exercises()
    assert {"00 one-step", "01 count", "04 race", "04 three-steps", "04 momentum"} <= set(names)
    assert len(names) == len(set(names))
    assert {name.partition(" ")[0] for name in names} <= set(TITLES)
    assert sum(row["open"] for row in standing.rows) == len(names)

    progress.keep("04 race", {}, "done")
    progress.keep("04 three-steps", {}, "tried")
    progress.keep("StepProblem(my own)", {}, "done")
    standing._handle_custom_msg({"do": "look"}, [])
    row = next(row for row in standing.rows if row["lecture"] == "04")
    assert (row["title"], row["done"], row["tried"]) == ("Momentum", 1, 1)
    assert sum(row[state] for row in standing.rows for state in progress.STATES) == len(names)
    assert standing.kept == f"Your answers are kept in {file}."
    assert standing.notice == ""
    again = standing._repr_mimebundle_()[0]
    assert {kind: again[kind] for kind in ("text/plain", "image/png")} == {
        kind: stored[kind] for kind in ("text/plain", "image/png")
    }


def test_standing_names_the_lectures_as_the_first_page_does():
    page = json.loads((ROOT / "notebooks" / "00-start-here.ipynb").read_text(encoding="utf-8"))
    text = "".join("".join(cell["source"]) for cell in page["cells"])
    named = dict(re.findall(r"^\| \[?(\d\d) ([^\]|]+?)(?:\]\(.*?\))? \|", text, flags=re.MULTILINE))
    assert {lecture: title for lecture, title in TITLES.items() if lecture.isdigit()} == named


def test_standing_says_in_one_line_what_is_wrong_with_the_file(file):
    progress.keep("04 race", {}, "done")
    file.write_bytes(file.read_bytes() + b"rubbish\n")
    standing = Standing()
    assert standing.notice == f"1 line is damaged in {file} and left out; every other answer is there."
    assert next(row["done"] for row in standing.rows if row["lecture"] == "04") == 1
    standing._handle_custom_msg({"do": "dance"}, [])
    assert standing.notice == "do must be look, not 'dance' (str)"


def test_the_guesses_of_predict_next_come_back(file):
    def shown():
        game = PredictNext(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)
        return game, game._repr_mimebundle_()[0]["text/plain"]

    game, stored = shown()
    for at in ((3, 3), (-4, 1)):
        game._handle_custom_msg({"do": "aim", "at": at}, [])
    other, text = shown()
    assert (other.guesses, other.words, other.marks, other.aim) == (
        game.guesses,
        game.words,
        game.marks,
        game.aim,
    )
    assert [guess["right"] for guess in other.guesses] == [False, True]
    assert text == stored
    other._handle_custom_msg({"do": "again"}, [])
    assert shown()[0].guesses == []
