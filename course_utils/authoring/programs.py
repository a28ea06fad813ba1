"""Run a Python program in a process of its own, and report its last words if it fails."""

import os
import subprocess
import sys

from course_utils.authoring.page import AuthoringError

PATIENCE = 600  # seconds


def call(module, folder, failure, **environment):
    """Run `python -m module` in a folder. module: its name and arguments.  failure: how the AuthoringError begins"""
    try:
        done = subprocess.run(
            [sys.executable, "-m", *map(str, module)],
            cwd=folder,
            env=os.environ | environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise AuthoringError(f"{failure}: no end after {PATIENCE} s.") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it does not say why"]
        raise AuthoringError(f"{failure}. The last words were: {lines[-1]}")
