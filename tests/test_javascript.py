"""The widgets' scripts outside a browser: node runs their small parts, and tsc checks the types of every script of the course.

Both programs come from `pip install -e '.[teach]'` and, for tsc, from npm: what tests/javascript/package-lock.json names
is fetched once into build/javascript. Delete that folder to fetch again.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from needs import missing

from course_utils import live
from course_utils.authoring import alive, npm, pages
from course_utils.authoring.page import AuthoringError
from course_utils.widgets.base import HERE, script

OURS = Path(__file__).parent / "javascript"
KEPT = Path(__file__).resolve().parents[1] / "build" / "javascript"
TESTED = {
    "map.js": ["clip", "marker", "number", "placeAmong", "polyline", "thinned", "twoDigits"],
    "stage.js": [
        "apartBy",
        "fillPolygon",
        "fromBackToFront",
        "hiddenFrom",
        "lineThrough",
        "seenFrom",
        "turnedBy",
    ],
    "gate.js": ["curveByKey", "curveThrough", "strokeOver"],
}
COURSE = HERE.parent
FOLDERS = [COURSE / name for name in ("live", "practice", "widgets")]
SCRIPTS = {path.name: path for folder in FOLDERS for path in sorted(folder.glob("*.js"))}
ALONE = {"alive.js", "form.js", "draw.js", "work.js", "projector.js"}  # parts of others, or in need of none


def program(name):
    try:
        return npm._program(name)
    except AuthoringError as reason:
        missing(str(reason))


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=npm.PATIENCE)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def packages():
    """The node_modules that the lock file names, fetched where they are not there yet."""
    KEPT.mkdir(parents=True, exist_ok=True)
    lock = (OURS / "package-lock.json").read_bytes()
    mark = KEPT / "fetched.json"  # the lock file that was fetched last
    if not mark.is_file() or mark.read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(OURS / name, KEPT)
        code, told = run([*program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], KEPT)
        if code:
            missing(f"TypeScript cannot be fetched by npm: {told.strip()[-300:]}")
        mark.write_bytes(lock)
    return KEPT / "node_modules"


def test_the_small_parts_do_what_they_should(tmp_path):
    for file in OURS.glob("*.test.mjs"):
        shutil.copy(file, tmp_path)
    for name, parts in TESTED.items():
        export = f"\nexport {{ {', '.join(parts)} }};"
        (tmp_path / name).with_suffix(".mjs").write_text(script(name) + export, encoding="utf-8")
    parts = re.sub("^import .*", "", "".join(map(pages.asset, alive.HOST[:-1])), flags=re.MULTILINE)
    (tmp_path / "host.mjs").write_text(parts, encoding="utf-8")
    code, told = run([*program("node"), "--test"], tmp_path)
    assert code == 0, told
    assert int(re.search(r"pass (\d+)", told)[1]) > 10


@pytest.mark.parametrize("name", sorted(set(SCRIPTS) - ALONE))
def test_a_script_is_one_module_with_what_stands_before_it(name, tmp_path):
    """No name is declared twice."""
    text = script(name) if SCRIPTS[name].parent == HERE else live.script(SCRIPTS[name])
    (tmp_path / "whole.mjs").write_text(text, encoding="utf-8")
    code, told = run([*program("node"), "--check", "whole.mjs"], tmp_path)
    assert code == 0, told


def test_the_types_of_all_scripts_are_sound(packages):
    """All of them, wherever they stand. Those that have no export share one scope, as they do in a browser's module."""
    tsc = [*program("node"), str(packages / "typescript/bin/tsc")]
    code, told = run([*tsc, "-p", str(OURS / "tsconfig.json"), "--listFiles"], packages)
    assert code == 0, "\n".join(line for line in told.splitlines() if "error" in line)
    listed = {Path(line).resolve() for line in told.splitlines()}
    assert listed >= {*COURSE.rglob("*.js"), *COURSE.rglob("*.mjs")}


def test_the_lock_file_pins_every_package_by_its_digest():
    lock = (OURS / "package-lock.json").read_text(encoding="utf-8")
    assert lock.count('"node_modules/') == lock.count('"integrity": "sha512-')
    assert '"resolved"' not in lock  # it may come from any mirror
