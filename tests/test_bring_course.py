"""What a student's container does as it starts: the hook of deploy/, run by bash, git and nbgitpuller as in the image."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgitpuller.pull import GitPuller
from needs import missing

ROOT = Path(__file__).resolve().parent.parent
HOOK = ROOT / "deploy" / "bring_course.sh"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the containers of a hub run Linux")


def git(*arguments, cwd):
    who = ["-c", "user.name=teacher", "-c", "user.email=teacher@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Container:
    """An image and a student's disk, and the hook that Kubernetes runs; every version is an image of its own."""

    def __init__(self, folder):
        self.folder, self.home, self.log = folder, folder / "home", folder / "log"
        self.source, self.course = folder / "source", self.home / "downhill"
        self.home.mkdir()
        self.mounts = folder / "mounts"
        self.mounts.write_text(f"overlay / overlay rw\n/dev/sdb {self.home} ext4 rw\n")
        (self.source / "notebooks").mkdir(parents=True)
        git("init", "-q", ".", cwd=self.source)

    def release(self, tag):
        """A new version of the course."""
        for name in "untouched", "changed":
            (self.source / "notebooks" / f"{name}.ipynb").write_text(f"{name}, {tag}\n")
        git("add", "-A", cwd=self.source)
        git("commit", "-q", "-m", tag, cwd=self.source)
        git("tag", tag, cwd=self.source)

    def start(self, tag, *shallow):
        """-> (exit status of the hook, what it wrote to the log)"""
        image = self.folder / f"image of {tag}"
        if not image.exists():
            git("clone", "-q", *shallow, "--branch", tag, self.source.as_uri(), str(image), cwd=self.folder)
        self.log.write_text("")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", str(HOOK), str(image), str(self.home)],
            env=os.environ | {"PATH": path, "COURSE_LOG": str(self.log), "COURSE_MOUNTS": str(self.mounts)},
            check=False,
        )
        return done.returncode, self.log.read_text()

    def read(self, name):
        return (self.course / "notebooks" / f"{name}.ipynb").read_text()


@pytest.fixture()
def container(tmp_path):
    if not shutil.which("git"):
        missing("git is not on the PATH")
    made = Container(tmp_path)
    made.release("v1")
    return made


def test_a_container_brings_the_notebooks_of_its_own_image(container):
    status, log = container.start("v1")
    assert status == 0
    assert f"work is kept in {container.home}" in log
    assert f"the course is in {container.course}: v1" in log
    (container.course / "notebooks" / "changed.ipynb").write_text("my own answer\n")
    container.release("v2")
    status, log = container.start("v2")
    assert (status, log.count("v2")) == (0, 1)
    assert container.read("untouched") == "untouched, v2\n"
    assert container.read("changed") == "my own answer\n"
    status, log = container.start("v1")
    assert status == 0, "an older image may come back"
    assert container.read("changed") == "my own answer\n"


def test_a_course_from_a_link_goes_on_with_the_image(container):
    list(GitPuller(container.source.as_uri(), str(container.course), branch="main").pull())
    container.release("v2")
    assert container.start("v2")[0] == 0
    assert container.read("untouched") == "untouched, v2\n"


def test_a_container_says_where_no_work_is_kept(container):
    container.mounts.write_text("overlay / overlay rw\n")
    assert "WORK WILL BE LOST" in container.start("v1")[1]


def test_a_failed_update_is_neither_silent_nor_in_the_way(container):
    note = container.home / "THE-COURSE-WAS-NOT-UPDATED.txt"
    (container.folder / "image of nothing").mkdir()
    status, log = container.start("nothing")
    assert (status, container.course.exists()) == (1, False)
    assert "COULD NOT BE BROUGHT" in log
    container.start("v1")
    status, log = container.start("nothing")
    assert status == 0, "the student works with what is there"
    assert "COULD NOT BE BROUGHT" in log
    assert "tell your instructor" in note.read_text()
    container.start("v1")
    assert not note.exists()


def test_an_image_without_history_says_what_is_wrong_with_it(container):
    container.start("v1")
    container.release("v2")
    container.release("v3")
    status, log = container.start("v3", "--depth", "1")
    assert status == 0
    assert "built without --ref" in log


def test_a_folder_that_is_no_course_is_set_aside(container):
    container.course.mkdir()
    (container.course / "mine.txt").write_text("mine")
    status, _log = container.start("v1")
    assert status == 0
    (aside,) = container.home.glob("downhill-set-aside-*")
    assert (aside / "mine.txt").read_text() == "mine"
