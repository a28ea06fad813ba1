"""What the course stands on: pyproject.toml, environment.yml, the lock and the workflow tell one story."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import MatchSpec, Version, VersionSpec

from course_utils import installer

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock.txt").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
SITE = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8"))
NEWEST = yaml.safe_load((ROOT / ".github/workflows/newest.yml").read_text(encoding="utf-8"))
BROWSER = yaml.safe_load((ROOT / ".github/workflows/browser.yml").read_text(encoding="utf-8"))

RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {
    extra: [Requirement(line) for line in lines if not line.startswith(PROJECT["name"])]
    for extra, lines in PROJECT["optional-dependencies"].items()
}
BUILD = [
    Requirement(line)
    for line in PYPROJECT["build-system"]["requires"] + PYPROJECT["dependency-groups"]["build"]
]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # where conda-forge calls a package otherwise
CONDA_SPECS = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]


# ------------------------------------------------------------------------------------------- environment.yml


def wanted_in_conda():
    """{conda's name: the bounds in pyproject.toml}; pip is there only to install the course."""
    wanted = {CONDA_NAMES.get(each.name, each.name): each.specifier for each in RUNTIME}
    return wanted | {"python": SpecifierSet(PROJECT["requires-python"]), "pip": SpecifierSet()}


def test_environment_yml_has_the_names_and_bounds_of_pyproject():
    listed = dict(re.fullmatch(r"([a-z0-9-]+) ?(.*)", line).groups() for line in CONDA_SPECS)
    assert {name: SpecifierSet(bounds) for name, bounds in listed.items()} == wanted_in_conda()
    assert len(listed) == len(CONDA_SPECS), "a package is listed twice"


def test_environment_yml_installs_the_course_itself():
    assert ENVIRONMENT["name"] == "downhill"
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    assert ENVIRONMENT["dependencies"][-1] == {"pip": ["-e ."]}


@pytest.mark.parametrize("line", CONDA_SPECS)
def test_conda_reads_each_bound_as_pip_does(line):
    spec = MatchSpec(line, strict=True)
    bounds = wanted_in_conda()[spec.name.normalized]
    assert (spec.version is None) == (not len(bounds))
    for bound in bounds:
        start, last = re.fullmatch(r"(.*\.)([1-9][0-9]*)", bound.version).groups()
        just_below = f"{start}{int(last) - 1}.99"
        for version in (just_below, bound.version, bound.version + ".1", "999"):
            accepted = VersionSpec(spec.version).matches(Version(version))
            assert accepted == bounds.contains(version) == (version != just_below), version


# -------------------------------------------------------------------------------------------------- the lock


def locked():
    """[(requirement, number of hashes)] of the lock; anything else in it is an error."""
    entries = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", LOCK).strip()):
        first, *rest = [line.removesuffix(" \\") for line in block.splitlines()]
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line) for line in rest), block
        entries.append((Requirement(first), len(rest)))
    return entries


def test_every_lock_entry_is_one_version_with_hashes():
    for requirement, hashes in locked():
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(requirement.specifier)), requirement
        assert hashes >= 1, requirement
        assert not requirement.url


@pytest.mark.parametrize("python", ["3.11.0", "3.11.9", "3.12.0", "3.13.0"])
@pytest.mark.parametrize("system", [("linux", "posix"), ("darwin", "posix"), ("win32", "nt")])
def test_the_lock_holds_what_pyproject_asks_for(python, system):
    platform, os_name = system
    place = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": platform,
        "os_name": os_name,
        "platform_machine": "x86_64",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    here = [each for each, _ in locked() if each.marker is None or each.marker.evaluate(place)]
    pins = {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in here}
    assert len(pins) == len(here), "a package is pinned twice"
    for wanted in RUNTIME + EXTRAS["test"] + EXTRAS["teach"] + BUILD:
        pin = pins.get(canonicalize_name(wanted.name))
        assert pin is not None, f"{wanted.name} is not in the lock"
        assert wanted.specifier.contains(pin), f"{wanted} is locked at {pin}"


def test_start_pins_every_entry_of_the_lock():
    entries = [entry for entry, _ in locked()]
    for entry in entries:
        entry.extras = set()  # a constraint may not have any
    assert [Requirement(line) for line in installer.pins()] == entries


def test_the_lock_names_the_extras_that_are_asked_for():
    """Else pip 23.2, given hashes, takes the newest version of a package with an extra for another package than the locked one."""
    asked = {
        (canonicalize_name(requirement.name), extra)
        for distribution in importlib.metadata.distributions()
        for requirement in map(Requirement, distribution.requires or [])
        for extra in requirement.extras
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    pinned = {canonicalize_name(entry.name): entry.extras for entry, _ in locked()}
    missing = {(name, extra) for name, extra in asked if name in pinned and extra not in pinned[name]}
    assert not missing
    assert any(pinned.values())


# ------------------------------------------------------------------------------------------------ the bounds


def test_every_dependency_has_a_lowest_version_and_no_highest():
    for requirement in [*RUNTIME, *(each for extra in EXTRAS.values() for each in extra)]:
        assert [bound.operator for bound in requirement.specifier] == [">="], requirement
    assert set(EXTRAS) == {"test", "teach", "torch", "bench"}


def test_the_test_command_also_tests_what_teachers_use():
    assert PROJECT["optional-dependencies"]["test"][0] == f"{PROJECT['name']}[teach]"


# ---------------------------------------------------------------------------------------------- the workflow


def steps_of(job):
    return "\n".join(step["run"] for step in WORKFLOW["jobs"][job]["steps"] if "run" in step)


def test_the_workflow_runs_the_command_of_the_readme_on_three_systems():
    matrix = WORKFLOW["jobs"]["student"]["strategy"]["matrix"]
    assert matrix["system"] == ["ubuntu-latest", "windows-latest", "macos-latest"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    assert steps_of("student").splitlines()[-1] == "python -m course_utils test"


def test_the_workflow_also_runs_the_oldest_packages_and_a_clean_debian():
    assert "--resolution lowest-direct" in steps_of("oldest")
    assert steps_of("reference") == "bash .ci/run"


def test_every_week_the_newest_packages_are_tried_on_three_systems():
    assert list(NEWEST[True]) == ["schedule", "workflow_dispatch"]
    assert NEWEST["permissions"] == {"contents": "read"}
    (job,) = NEWEST["jobs"].values()
    assert job["strategy"]["matrix"]["system"] == ["ubuntu-latest", "windows-latest", "macos-latest"]
    install, *rest = [step["run"] for step in job["steps"] if "run" in step]
    assert install == "python -m pip install --editable .[test]", "as the README says, and without the lock"
    assert rest[-1] == "python -m pytest -n auto --dist loadfile --ignore tests/test_browser_edition.py"


def test_every_week_the_browser_edition_is_tried_with_its_own_versions_in_two_browsers():
    """What is left out of the week's run with the newest packages runs here, each test once."""
    assert list(BROWSER[True]) == ["schedule", "workflow_dispatch"]
    assert BROWSER["permissions"] == {"contents": "read"}
    (job,) = BROWSER["jobs"].values()
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert runs[0].endswith("--require-hashes -r requirements.lock.txt")
    assert runs[-1] == 'python -m pytest tests/test_browser_edition.py -k "${{ matrix.tests }}"'
    assert [one["tests"] for one in job["strategy"]["matrix"]["include"]] == ["not firefox", "firefox"]


def test_the_workflow_may_only_read_and_ends_in_time():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True
    assert "schedule" in WORKFLOW[True], "YAML reads the key `on` as true"
    for name, job in WORKFLOW["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        assert "permissions" not in job, name


def test_the_site_is_built_with_the_lock_and_published_from_main():
    assert SITE[True]["push"] == {"branches": ["main"]}
    assert SITE["permissions"] == {"contents": "read"}
    build, publish, release = (SITE["jobs"][name] for name in ("build", "publish", "release"))
    runs = [step["run"] for step in build["steps"] if "run" in step]
    assert runs[0].endswith("--require-hashes -r requirements.lock.txt")
    assert runs[-1] == (
        'python -m course_utils.authoring site --lite --repository "$GITHUB_REPOSITORY" --output site'
    )
    assert build["steps"][-1]["with"]["path"] == "site"
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert release["permissions"] == {"contents": "write"}
    assert "python3 -m http.server" in release["steps"][1]["run"], "the packed site says how to serve it"
    assert (publish["if"], release["if"]) == (
        "github.event_name != 'release'",
        "github.event_name == 'release'",
    )


def test_ci_run_ends_with_the_command_of_the_readme():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert script.rstrip().splitlines()[-1] == "exec python3 -m course_utils test"
    assert "--require-hashes -r requirements.lock.txt" in script


@pytest.mark.skipif(os.name != "posix", reason="the script is for a POSIX shell")
def test_ci_run_takes_uv_out_of_the_lock_with_its_hashes():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    (command,) = re.findall(r"^(sed .*) >\.venv/uv\.txt$", script, re.M)
    taken = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"uv==\S+( \\\n +--hash=sha256:[0-9a-f]{64})+\n", taken)
    assert taken in (ROOT / "requirements.lock.txt").read_text(encoding="utf-8")


def test_every_job_that_runs_notebooks_has_the_pytorch_that_was_tested():
    """Without it lecture 10 would fail in CI; from the usual index Linux would get gigabytes for graphics cards."""
    pinned = re.search(
        r"^(torch==\S+) \\\n +--hash=sha256:[0-9a-f]{64}$", (ROOT / ".ci/torch.txt").read_text("utf-8"), re.M
    )[1]
    (bound,) = EXTRAS["torch"]
    assert bound.specifier.contains(pinned.removeprefix("torch=="))
    for job in "student", "oldest":
        assert f"{pinned} --index-url https://download.pytorch.org/whl/cpu" in steps_of(job), job
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "--index-url https://download.pytorch.org/whl/cpu -r .ci/torch.txt" in script
    assert "torch" not in {entry.name for entry, _ in locked()}
    newest = "\n".join(step.get("run", "") for step in next(iter(NEWEST["jobs"].values()))["steps"])
    assert "pip install torch --index-url https://download.pytorch.org/whl/cpu" in newest


# ------------------------------------------------------------------------------------- what no test leaves out


def test_only_what_belongs_to_an_operating_system_is_skipped_by_a_mark():
    """Any other lack goes through tests/needs.py: said at the end of the run, and an error in CI."""
    systems = {"os", "sys", "name", "platform", "hasattr", "ON_WINDOWS"}
    for path in sorted((ROOT / "tests").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and path.name != "needs.py":
                assert node.attr not in ("skip", "importorskip", "xfail"), path.name
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "skipif":
                asked = {getattr(each, "id", getattr(each, "attr", "os")) for each in ast.walk(node.args[0])}
                assert asked <= systems, f"{path.name}: {ast.unparse(node)}"


TWO_TESTS = """\
import pytest
from needs import missing

def test_one(): missing("no telescope: install one")

@pytest.mark.parametrize("night", [1, 2])
def test_two(night): missing("no dark sky")
"""


@pytest.mark.parametrize(
    "ci", [pytest.param(False, marks=pytest.mark.weekly), True], ids=["at home", "in CI"]
)
@pytest.mark.parametrize(
    "workers",
    [pytest.param([], marks=pytest.mark.weekly), ["-n", "2"]],  # side by side is how the whole suite runs
    ids=["one process", "side by side"],
)
def test_a_run_ends_by_naming_what_it_left_out_and_in_ci_it_fails(tmp_path, ci, workers):
    for name in ("conftest.py", "needs.py", "browser.py", "ready_kernels.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path)
    (tmp_path / "test_stars.py").write_text(TWO_TESTS, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    if ci:
        environment["CI"] = "1"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", *workers]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == int(ci), done.stdout
    if ci:
        assert "3 failed" in done.stdout
    else:
        end = done.stdout[done.stdout.index(" not tested ") :]
        assert "2 in test_stars.py: no dark sky\n1 in test_stars.py: no telescope: install one\n" in end


# ------------------------------------------------------------------------------------ what no file should say

# Each pattern is written so that it does not match itself.
REGISTRIES = [
    r"py[p]i\.(org|python)",
    r"python[h]osted",
    r"registry\.np[m]js",
    r"conda\.anac[o]nda",
    r"--extra[-]index",
    r"--find[-]links",
]
#: but not what a hub's own images call it: the home of their user, and the folder of The Littlest JupyterHub
MACHINES = [
    r"(?<![\w.])/(roo[t]|wor[k]|op[t](?!/tljh))/",
    r"(?<![\w.])/(home|User[s])/(?!jovyan\b)[a-z]",
    r"[A-Z]:\\+User[s]",
]


def tracked_files():
    """What git holds; in a copy without git, everything but what is made by tools."""
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.check_output(git, cwd=ROOT, stderr=subprocess.DEVNULL).decode("utf-8").split("\0")
    except (OSError, subprocess.CalledProcessError):
        made = {".venv", ".git", "__pycache__", "build", "dist"}
        files = [each for each in ROOT.rglob("*") if not made & set(each.relative_to(ROOT).parts)]
        names = [str(each.relative_to(ROOT)) for each in files if "cache" not in str(each)]
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_file_names_a_package_registry_or_a_machine():
    """Where packages come from is the user's choice: a mirror, an own index, the public one."""
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        for pattern in REGISTRIES + MACHINES:
            found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in re.finditer(pattern, text)]
    assert found == []
