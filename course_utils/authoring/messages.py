"""The template of all catalogues: every message that the course says, gathered by pybabel as pyproject.toml tells it."""

import contextlib
import os
import tempfile
from pathlib import Path

from course_utils.authoring.page import AuthoringError

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "course_utils" / "words" / "locale" / "course_utils.pot"
#: No date and no lines: the file changes only where a message does.
OPTIONS = ("--omit-header", "--add-location=file", "--width=110", "--mapping=pyproject.toml")


def gathered():
    """The text of the template as it should be now."""
    try:
        from babel.messages.frontend import CommandLineInterface
    except ImportError:
        raise AuthoringError("Babel gathers the messages: pip install -e '.[test]'") from None
    with contextlib.chdir(ROOT), tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, TEMPLATE.name)
        CommandLineInterface().run(["pybabel", "--quiet", "extract", *OPTIONS, f"--output={file}", "."])
        return Path(file).read_text(encoding="utf-8")


def gather(check=False):
    """Write the template anew; with `check`, only say whether that would change it. -> exit status"""
    now = gathered()
    name = TEMPLATE.relative_to(ROOT).as_posix()
    if TEMPLATE.is_file() and TEMPLATE.read_text(encoding="utf-8") == now:
        print(f"{name} is up to date.")
        return 0
    if check:
        print(f"{name} is out of date: python -m course_utils.authoring messages brings it up to date.")
        return 1
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(now, encoding="utf-8", newline="\n")
    print(f"{name} is brought up to date.")
    return 0
