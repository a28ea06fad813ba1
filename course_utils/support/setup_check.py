"""Is this computer ready for the course? One line per question, and what to do where the answer is no."""

import importlib
import importlib.util
import os
import re
import sys
from importlib import metadata
from typing import TypeAlias

from course_utils.support.language import gettext as _

Answer: TypeAlias = tuple[bool, str]  # whether all is well, and the line that says so

PROJECT = "downhill-blindfolded"
# A .venv that exists counts as finished, so it must go before `start` makes a new one.
REPAIR = _(
    "close JupyterLab, delete the folder .venv in the course's folder if it is there, "
    "and run `python3 -m course_utils start`"
)


#: this program shows the notebook; its Python never imports it, and would take a quarter of a second for it
SHOWS = "jupyterlab"


def check_setup() -> None:
    """Print a tick, or what to do, for Python and for every package that the course needs.

    Every other package than JupyterLab is imported here, in the Python that runs the notebook: one that is installed may
    still be unusable.
    """
    answers = [_about_python(), *map(_about_package, _needed())]
    for _good, line in answers:
        print(line)
    all_good = all(good for good, _line in answers)
    print(_("All is ready.") if all_good else _("Something is missing: {cure}.").format(cure=REPAIR))


def _about_python() -> Answer:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= (3, 11):  # noqa: UP036 (the notebook may run on another kernel than it should)
        return True, _("✓ Python 3.11 or newer")
    told = _("✗ Python {version} is too old: install Python 3.11 or newer, then {cure}")
    return False, told.format(version=version, cure=REPAIR)


def _needed() -> list[tuple[str, str]]:
    """-> (package, lowest version) of the course's own dependencies"""
    try:
        requirements = metadata.requires(PROJECT) or []
    except metadata.PackageNotFoundError:
        return [("course_utils", "")]
    elsewhere = f"sys_platform != '{sys.platform}'"  # in a browser there is no JupyterLab: the page is one
    plain = [r for r in requirements if "extra ==" not in r and elsewhere not in r.replace('"', "'")]
    return [pair for r in plain for pair in re.findall(r"^([\w-]+)[^\d]*([\d.]*)", r)]


def _about_package(needed: tuple[str, str]) -> Answer:
    name, lowest = needed
    try:
        version = metadata.version(PROJECT if name == "course_utils" else name)
    except metadata.PackageNotFoundError:
        return False, _("✗ {name} is not installed: {cure}").format(name=name, cure=REPAIR)
    if _numbers(version) < _numbers(lowest):
        told = _("✗ {name} {version} is too old, {lowest} is needed: {cure}")
        return False, told.format(name=name, version=version, lowest=lowest, cure=REPAIR)
    module = name.replace("-", "_")
    try:
        if name != SHOWS:
            importlib.import_module(module)
    except Exception as error:  # a package built for another Python may raise anything
        first = next(iter(str(error).strip().splitlines()), "")
        told = _("✗ {name} {version} cannot be imported ({error}: {what}): {cure}")
        kind = type(error).__name__
        return False, told.format(name=name, version=version, error=kind, what=first, cure=_cure(module))
    return True, _("✓ {name} {lowest} or newer").format(name=name, lowest=lowest)


def _cure(module: str) -> str:
    """What to do about a package that is there and cannot be imported."""
    spec = importlib.util.find_spec(module)
    for folder in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        if (
            spec
            and spec.origin
            and os.path.realpath(spec.origin).startswith(os.path.realpath(folder) + os.sep)
        ):
            told = _(
                "it comes from {folder}, for another Python: close JupyterLab, unset PYTHONPATH, and start again"
            )
            return told.format(folder=folder)
    return REPAIR


def _numbers(version: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", version)[:3]]
