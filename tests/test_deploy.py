"""A hub full of students: updates lose nothing they wrote, and the files in deploy/ say what is meant."""

import copy
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbgitpuller.pull import GitPuller
from nbgrader.utils import is_solution
from needs import missing

from benchmarks import classroom

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
EXERCISE = "exercises/04-momentum.ipynb"
LECTURE = "notebooks/04-momentum.ipynb"


@pytest.fixture(scope="module", autouse=True)
def git_is_here():
    if not shutil.which("git"):
        missing("git is not on the PATH")


# ----------------------------------------------------------------------------- a student's work, and an update


def git(*arguments, cwd):
    who = ["-c", "user.name=teacher", "-c", "user.email=teacher@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(path):
    return nbformat.read(path, 4)


def save(nb, path):
    """As JupyterLab saves it."""
    path.write_text(nbformat.writes(nb, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


class Course:
    """The teacher's repository, and one student's folder."""

    def __init__(self, folder):
        self.teacher, self.bare, self.student = folder / "teacher", folder / "course.git", folder / "downhill"
        for name in (".gitattributes", EXERCISE, LECTURE, "README.md"):
            (self.teacher / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.teacher / name)
        git("init", "-q", ".", cwd=self.teacher)
        git("add", "-A", cwd=self.teacher)
        git("commit", "-q", "-m", "first", cwd=self.teacher)
        git("clone", "-q", "--bare", str(self.teacher), str(self.bare), cwd=folder)

    def publish(self):
        git("add", "-A", cwd=self.teacher)
        git("commit", "-q", "-m", "update", cwd=self.teacher)
        git("push", "-q", str(self.bare), "main", cwd=self.teacher)

    def click(self):
        """What the nbgitpuller link does."""
        return list(GitPuller(self.bare.as_uri(), str(self.student), branch="main").pull())


@pytest.fixture()
def course(tmp_path):
    return Course(tmp_path)


def answered(nb):
    """Run, answered and saved by a student."""
    count = 0
    for cell in nb.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = [nbformat.v4.new_output("stream", text=f"output {count}\n")]
            if is_solution(cell):
                cell.source = cell.source.replace("raise NotImplementedError", "return 'my own answer'")
        elif is_solution(cell):
            cell.source = "Because the ball remembers.\n\nη, μ and 速度."
    return nb


def edited_upstream(nb, rng):
    """What a new version of the course may do to a notebook."""
    nb = copy.deepcopy(nb)
    for _ in range(6):
        k, deed = rng.randrange(len(nb.cells)), rng.random()
        if deed < 0.5:
            lines = nb.cells[k].source.split("\n")
            lines[rng.randrange(len(lines))] = "changed by the teacher"
            nb.cells[k].source = "\n".join(lines)
        elif deed < 0.8:
            nb.cells.insert(k, nbformat.v4.new_code_cell("new = 1", id=f"new-{rng.randrange(10**9)}"))
        else:
            del nb.cells[k]
    return nb


def test_a_students_notebook_survives_every_update(course):
    course.click()
    mine = answered(read(course.student / EXERCISE))
    save(mine, course.student / EXERCISE)
    (course.student / "my notes.txt").write_text("mine", encoding="utf-8")
    text = (course.student / EXERCISE).read_bytes()
    assert b"my own answer" in text
    assert "速度".encode() in text
    rng = random.Random(0)
    for k in range(4):
        save(edited_upstream(read(course.teacher / EXERCISE), rng), course.teacher / EXERCISE)
        save(edited_upstream(read(course.teacher / LECTURE), rng), course.teacher / LECTURE)
        (course.teacher / "README.md").write_text(f"version {k}\n", encoding="utf-8")
        course.publish()
        course.click()
        assert (course.student / EXERCISE).read_bytes() == text, "what was written stays as it is"
        assert (course.student / LECTURE).read_bytes() == (course.teacher / LECTURE).read_bytes(), (
            "the rest is new"
        )
        assert (course.student / "README.md").read_text(encoding="utf-8") == f"version {k}\n"
        assert (course.student / "my notes.txt").read_text(encoding="utf-8") == "mine"
    nbformat.validate(read(course.student / EXERCISE))


def test_a_notebook_deleted_upstream_or_by_the_student(course):
    course.click()
    save(answered(read(course.student / EXERCISE)), course.student / EXERCISE)
    text = (course.student / EXERCISE).read_bytes()
    (course.student / LECTURE).unlink()
    (course.teacher / EXERCISE).unlink()
    course.publish()
    course.click()
    assert (course.student / EXERCISE).read_bytes() == text, (
        "an answer is kept, even if the course drops the exercise"
    )
    assert (course.student / LECTURE).is_file(), "a click brings back what was deleted"


def test_a_file_of_the_students_own_is_not_overwritten_by_a_new_one(course):
    course.click()
    (course.student / "exercises/05-mine.ipynb").write_text("my work", encoding="utf-8")
    (course.teacher / "exercises/05-mine.ipynb").write_text("{}", encoding="utf-8")
    course.publish()
    course.click()
    kept = [
        path.read_text(encoding="utf-8") for path in (course.student / "exercises").glob("05-mine*.ipynb")
    ]
    assert sorted(kept) == ["my work", "{}"]


def test_without_the_rule_in_gitattributes_lines_would_be_mixed(course):
    """The rule is what keeps a notebook whole: without it, the teacher's words come between the student's."""
    (course.teacher / ".gitattributes").write_text("* text=auto eol=lf\n", encoding="utf-8")
    course.publish()
    course.click()
    save(answered(read(course.student / EXERCISE)), course.student / EXERCISE)
    text = (course.student / EXERCISE).read_bytes()
    nb = read(course.teacher / EXERCISE)
    nb.cells[0].source += "\n\nchanged by the teacher"
    save(nb, course.teacher / EXERCISE)
    course.publish()
    course.click()
    assert (course.student / EXERCISE).read_bytes() != text


# ------------------------------------------------------------------------------------------------------ Binder


def test_binder_installs_what_environment_yml_names():
    ours = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    binder = yaml.safe_load((ROOT / ".binder/environment.yml").read_text(encoding="utf-8"))
    assert (binder["name"], binder["channels"]) == (ours["name"], ours["channels"])
    python, *packages = binder["dependencies"]
    assert packages == [
        each for each in ours["dependencies"] if isinstance(each, str) and not each.startswith("python")
    ]
    version = re.fullmatch(r"python=(3\.\d+)", python)[1]  # the only form in which repo2docker sees a version
    lowest = next(each for each in ours["dependencies"] if str(each).startswith("python")).partition(">=")[2]
    assert [int(part) for part in version.split(".")] >= [int(part) for part in lowest.split(".")]


def test_binder_installs_the_course_itself():
    script = (ROOT / ".binder/postBuild").read_text(encoding="utf-8")
    assert "python -m pip install --no-deps --editable ." in script
    assert script.startswith("#!/usr/bin/env bash\n")
    if sys.platform != "win32":
        assert (ROOT / ".binder/postBuild").stat().st_mode & 0o111, "it must be executable"
        subprocess.run(["bash", "-n", ".binder/postBuild"], cwd=ROOT, check=True)


# ---------------------------------------------------------------------------------------------------- the hubs


def gigabytes(text):
    number, unit = re.fullmatch(r"([\d.]+)(Gi?|Mi?)", str(text)).groups()
    return float(number) / (1 if unit.startswith("G") else 1000)


def test_the_littlest_jupyterhub_has_limits():
    config = yaml.safe_load((DEPLOY / "tljh.yaml").read_text(encoding="utf-8"))
    assert gigabytes(config["limits"]["memory"]) == 1
    assert config["services"]["cull"]["enabled"]
    assert config["users"]["admin"] == [], "no name of anybody"


@pytest.fixture(scope="module")
def values():
    return yaml.safe_load((DEPLOY / "zero-to-jupyterhub.yaml").read_text(encoding="utf-8"))


def test_zero_to_jupyterhub_has_limits(values):
    server = values["singleuser"]
    assert gigabytes(server["memory"]["guarantee"]) < gigabytes(server["memory"]["limit"]) == 1
    assert server["cpu"]["guarantee"] < server["cpu"]["limit"]
    first = server["defaultUrl"].removeprefix("/lab/tree/downhill/")
    assert (ROOT / first).is_file()


def test_zero_to_jupyterhub_keeps_work_on_the_students_disk(values):
    """The image's own folder is gone with the container: all that is written must be under the mounted home."""
    command = re.search(r"repo2docker (?:.+\\\n)*.+", (DEPLOY / "README.md").read_text(encoding="utf-8"))[0]
    options = dict(re.findall(r"--([\w-]+) ([^-\s]\S*)", command))
    server, spawner = values["singleuser"], values["hub"]["config"]["KubeSpawner"]
    home = server["storage"]["homeMountPath"]
    assert home == f"/home/{options['user-name']}" == spawner["working_dir"] == spawner["notebook_dir"]
    assert str(server["uid"]) == options["user-id"] == "1000"
    assert server["storage"]["type"] == "dynamic"
    script, image, kept = server["lifecycleHooks"]["postStart"]["exec"]["command"][1:]
    assert kept == home
    assert image == options["target-repo-dir"]
    assert (ROOT / script.removeprefix(f"{image}/")).is_file()
    assert options["image-name"].rpartition(":")[2] == options["ref"] == server["image"]["tag"], "one version"


def hub_config():
    """The settings in hub_config.py, by their names, and what else it defines."""
    from traitlets.config import Config

    space = {"__name__": "hub_config", "c": Config()}
    exec(compile((DEPLOY / "hub_config.py").read_text(encoding="utf-8"), "hub_config.py", "exec"), space)
    return space["c"], space


def test_every_hub_has_the_limits_that_were_measured(values):
    limits, _ = hub_config()
    assert values["hub"]["concurrentSpawnLimit"] == limits.JupyterHub.concurrent_spawn_limit
    assert values["hub"]["config"]["KubeSpawner"]["http_timeout"] == limits.Spawner.http_timeout
    assert values["singleuser"]["startTimeout"] == limits.Spawner.start_timeout
    theirs = classroom.CONFIG.format_map(dict.fromkeys(re.findall(r"{(\w+)", classroom.CONFIG), "x"))
    assert "load_subconfig" in theirs
    assert not re.search(r"timeout|spawn_limit", theirs), "the benchmark has no limits of its own"


def test_the_ports_of_servers_are_outside_the_systems_own_range():
    ports = {hub_config()[1]["port_below_the_systems_own"]() for _ in range(50)}
    assert len(ports) > 40
    assert all(20000 <= port < 32000 for port in ports)


def test_no_file_of_deploy_holds_a_secret_or_a_host():
    for path in [*DEPLOY.iterdir(), ROOT / ".binder/postBuild"]:
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?i)(password|secret|token|api_?key)\s*[:=]\s*['\"]?\w", text), path.name
        assert not re.findall(r"https?://(?!YOUR-|nbgrader\.|127\.0\.0\.1)", text), path.name


def test_the_link_opens_a_notebook_that_exists():
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    link = re.search(r"https://YOUR-HUB/\S+", text)[0]
    path = link.partition("urlpath=")[2].replace("%2F", "/").removeprefix("lab/tree/downhill/")
    assert (ROOT / path).is_file()


# --------------------------------------------------------------------------------------------- the measurement


def visit(name, seconds, failures=()):
    reached = dict(zip(classroom.STAGES, seconds, strict=False))
    return classroom.Visit(name, reached, list(failures), 32, 18, memory_mb=240, kernel_mb=120, cpu_s=9)


def test_the_report_of_the_measurement():
    visits = [visit(f"s{k}", [1, 3, 4, 5, 6 + k, 10 + k, 11 + k]) for k in range(20)]
    visits.append(visit("late", [1], ["TimeoutError: no server"]))
    found = classroom.report(visits, 60, 170, 30)
    assert found["failures"] == ["late: TimeoutError: no server"]
    assert found["seconds"]["log in"] == {"median": 1, "p95": 1, "max": 1}
    assert found["seconds"]["first figure"] == {"median": 10.5, "p95": 19, "max": 20}
    assert found["open_to_first_figure_s"] == {"median": 11.5, "p95": 20, "max": 21}
    assert found["arrival_to_first_figure_s"] == {"median": 15.5, "p95": 24, "max": 25}
    # 1.2 * (200 * 0.36 GB + 0.17 GB) + 2 GB = 88.6 GB; 200 * 9 s in 180 s are 10 cores
    assert classroom.sizing(found)[1] == (200, 89, 10)


def test_the_sizes_in_the_readme_follow_from_what_was_measured():
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    measured = {
        name: {"median": float(median), "p95": float(p95)}
        for name, median, p95 in re.findall(
            r"^\| (.+?) \|[^|]*\| ([\d.]+) \S+ \| ([\d.]+) \S+ \|$", text, re.M
        )
    }
    found = {
        "memory_mb": measured["memory, one notebook open"],
        "kernel_mb": measured["one kernel of it"],
        "cpu_s": measured["processor in all, server and lecture"],
        "hub_mb": int(re.search(r"Hub and proxy took (\d+) MB", text)[1]),
    }
    for students, memory, cores in classroom.sizing(found):
        assert f"| {students} | {memory} GB | {cores} |" in text
    for name, *node in (
        ("16 GB, 4 cores", 16, 4),
        ("64 GB, 16 cores", 64, 16),
        ("64 GB, 16 cores, at most 25 disks each", 64, 16, 110, 25),
    ):
        each = classroom.per_node(found, *node)
        nodes = " | ".join(str(-(-students // each)) for students in (50, 200, 1000))
        assert f"| {name} | {each} | {nodes} |" in text
    guaranteed = yaml.safe_load((DEPLOY / "zero-to-jupyterhub.yaml").read_text(encoding="utf-8"))[
        "singleuser"
    ]
    assert gigabytes(guaranteed["memory"]["guarantee"]) >= classroom._gigabytes(found) - 0.02


def test_the_measurement_says_what_it_needs(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert classroom.main(["--students", "0", "--lecture", "99"]) == 1
    said = capsys.readouterr().err
    assert "git is not on the PATH" in said
    assert "configurable-http-proxy is not on the PATH" in said
    assert "--lecture must name one notebook, not '99'" in said
    assert "--students must be 1 or more, not 0" in said
