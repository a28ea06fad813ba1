"""Gather every message of the course into the template for translators, by pybabel and its settings in pyproject.toml.

What is said without a kernel (stills.py) is written with it.
"""

import contextlib
import os
import tempfile
from pathlib import Path

from course_utils.authoring import stills
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
    """Write the files made from the messages; with `check`, only say whether they would change. -> exit status"""
    made = {TEMPLATE: gathered(), stills.FILE: stills.written()}
    late = [
        file for file, now in made.items() if not file.is_file() or file.read_text(encoding="utf-8") != now
    ]
    for file in made:
        name = file.relative_to(ROOT).as_posix()
        if file not in late:
            print(f"{name} is up to date.")
        elif check:
            print(f"{name} is out of date: python -m course_utils.authoring messages brings it up to date.")
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(made[file], encoding="utf-8", newline="\n")
            print(f"{name} is brought up to date.")
    return 1 if check and late else 0
