"""The setup cell of lecture 00: a tick, or what to do."""

from importlib import metadata

from course_utils import setup_check


def test_here_all_is_ready(capsys):
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
    assert "✗ numpy 1.9.3 is too old, 1.26 is needed: close JupyterLab and run" in out
    assert "✗ nbval is not installed: close JupyterLab and run" in out
    assert out.splitlines()[-1].startswith("Something is missing")


def test_every_dependency_is_asked_for():
    assert {name for name, _ in setup_check._needed()} >= {
        "numpy",
        "matplotlib",
        "ipywidgets",
        "jupyterlab",
        "nbval",
    }
