"""Where the browser of the tests comes from, and what a run says when there is none."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from browser import browsers_here

ROOT = Path(__file__).resolve().parent.parent
PLACES = {  # a system, and where Chrome or Edge is there
    "macOS": ("HOME", "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    "Windows": ("LOCALAPPDATA", "Google/Chrome/Application/chrome.exe"),
    "Windows with Edge alone": ("PROGRAMFILES(X86)", "Microsoft/Edge/Application/msedge.exe"),
}
#: no place but those that `bare` empties
HIDDEN = """
import sys
from pathlib import Path
sys.modules["browser"].APPLICATIONS = sys.modules["browser"].SNAP = Path("nowhere")
"""
ONE_TEST = "def test_the_sky(browser): assert browser.version\n"


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """No browser on the PATH, none of playwright's, and nobody to fetch one from."""
    for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE", "PATH", "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")


@pytest.mark.parametrize("system", PLACES)
def test_a_browser_is_found_where_it_usually_is(bare, monkeypatch, tmp_path, system):
    variable, place = PLACES[system]
    monkeypatch.setenv(variable, str(tmp_path / "somewhere"))
    path = tmp_path / "somewhere" / place
    path.parent.mkdir(parents=True)
    path.touch()
    assert str(path) in browsers_here()


def run_of(tests, folder, more=""):
    """Run tests of their own beside the course's conftest.py, with more in it; -> the finished process"""
    for name in ("conftest.py", "needs.py", "browser.py", "ready_kernels.py"):
        shutil.copy(ROOT / "tests" / name, folder)
    with (folder / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(more)
    (folder / "test_sky.py").write_text(tests, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace")


@pytest.mark.weekly
def test_without_a_browser_the_run_says_what_to_install_and_what_was_left_out(bare, tmp_path):
    done = run_of(ONE_TEST, tmp_path, HIDDEN)
    assert done.returncode == 0, done.stdout + done.stderr
    end = done.stdout[done.stdout.index(" not tested ") :]
    assert "1 in test_sky.py: no browser to drive: install Chromium, Chrome or Edge" in end
    assert "Failed to install" in done.stderr or "rror" in done.stderr, "what playwright had to say is seen"


LATE = """
import pytest
from playwright.sync_api import TimeoutError
tried = []

@pytest.fixture
def browser():
    pass

def late(name):
    tried.append(name)
    if tried.count(name) == 1:
        raise TimeoutError("30000ms exceeded")

def test_late(browser):
    late("with a browser")

def test_without_a_browser():
    late("without")

def test_wrong(browser):
    assert len(tried) == 0
"""


def test_only_a_browser_that_is_late_gets_one_more_try_and_the_run_says_so(tmp_path):
    done = run_of(LATE, tmp_path)
    assert "2 failed, 1 passed, 1 rerun" in done.stdout, done.stdout + done.stderr
    end = done.stdout[done.stdout.index("tried again ") :]
    assert "test_sky.py::test_late: playwright._impl._errors.TimeoutError: 30000ms exceeded" in end
