"""The setup cell of lecture 00: a tick, or what to do."""

import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from course_utils.support import setup_check

ROOT = Path(__file__).resolve().parent.parent


def test_everything_is_ready_here(capsys):
    setup_check.check_setup()
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "All is ready."
    assert "✓ numpy 1.26 or newer" in lines
    assert all(line.startswith("✓") for line in lines[:-1])


def test_an_old_or_missing_package_is_named_with_what_to_do(capsys, monkeypatch):
    real = metadata.version

    def version(name):
        if name == "nbval":
            raise metadata.PackageNotFoundError(name)
        return "1.9.3" if name == "numpy" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    setup_check.check_setup()
    out = capsys.readouterr().out
    assert "✗ numpy 1.9.3 is too old, 1.26 is needed: close JupyterLab, delete the folder .venv" in out
    assert "✗ nbval is not installed: close JupyterLab, delete the folder .venv" in out
    assert out.splitlines()[-1].startswith("Something is missing")


def test_every_dependency_is_asked_for():
    assert {name for name, _ in setup_check._needed()} >= {
        "numpy",
        "matplotlib",
        "ipywidgets",
        "jupyterlab",
        "nbval",
    }


def test_in_a_browser_what_it_does_without_is_not_asked_for(monkeypatch):
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    monkeypatch.setattr(metadata, "requires", lambda _: pyproject["project"]["dependencies"])
    monkeypatch.setattr("sys.platform", "emscripten")
    names = {name for name, _ in setup_check._needed()}
    assert {"jupyterlab", "nbval"}.isdisjoint(names) and "numpy" in names


@pytest.mark.parametrize("by", ["PYTHONPATH", "the environment"])
def test_a_package_that_is_there_and_cannot_be_imported_is_named(tmp_path, by):
    """As with modules built for another Python: they count as installed, and fail when they are needed."""
    broken = tmp_path / "site of the cluster"
    (broken / "numpy").mkdir(parents=True)
    (broken / "numpy/__init__.py").write_text(
        "raise ImportError('No module named numpy._core\\nA long story')"
    )
    (broken / "numpy-2.0.0.dist-info").mkdir()
    (broken / "numpy-2.0.0.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: numpy\nVersion: 2.0.0\n"
    )
    root = Path(setup_check.__file__).parent.parent
    code = f"import sys; sys.path.insert(0, {str(root)!r}); "
    code += f"sys.path.insert(0, {str(broken)!r}); " if by == "the environment" else ""
    code += "from course_utils.support import setup_check; setup_check.check_setup()"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PYTHONIOENCODING": "utf-8"}
    if by == "PYTHONPATH":
        environment["PYTHONPATH"] = str(broken)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8"
    )
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("Something is missing"), done.stdout + done.stderr
    (line,) = [line for line in lines if line.startswith("✗ numpy")]
    assert line.startswith("✗ numpy 2.0.0 cannot be imported (ImportError: No module named numpy._core): ")
    assert ("close JupyterLab, unset PYTHONPATH" in line) == (by == "PYTHONPATH")
    assert ("delete the folder .venv" in line) == (by == "the environment")
