"""A real JupyterHub on this machine: a server that starts in another folder keeps work, and a class shares how it is doing."""

import json
import sys
import time

import pytest
from needs import missing

from benchmarks import classroom
from benchmarks.class_view import RIGHT, TASK, Instructor, Sharer, config
from course_utils.practice import sharing
from course_utils.practice.sharing import Outcome

pytestmark = [
    pytest.mark.weekly,
    pytest.mark.skipif(sys.platform != "linux", reason="the hub of benchmarks/classroom.py runs on Linux"),
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    if lacks := classroom.missing():
        missing("; ".join(lacks))
    folder = tmp_path_factory.mktemp("hub")
    with classroom.Hub(folder / "hub", config(folder)) as hub:
        yield hub


@pytest.fixture(scope="module")
def teacher(hub):
    teacher = Instructor(hub)
    teacher.log_in()
    teacher.open_page().raise_for_status()
    return teacher


def token(hub, name, *scopes):
    """A token of somebody who is logged in, with these scopes."""
    student = Instructor(hub, name)
    student.log_in()
    student.web.get(f"{hub.url}/hub/home").raise_for_status()
    reply = student.web.post(
        f"{hub.url}/hub/api/users/{name}/tokens",
        json={"scopes": scopes, "expires_in": 600},
        headers={"X-XSRFToken": student.web.cookies.get("_xsrf", path="/hub/")},
    )
    reply.raise_for_status()
    return reply.json()["token"]


def shared(monkeypatch, teacher, own_token, outcome):
    monkeypatch.setenv("COURSE_CLASS_VIEW", teacher.view)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", own_token)
    return sharing.share(outcome)


def test_a_class_shares_from_its_own_servers_and_nothing_else_comes_in(hub, teacher, monkeypatch):
    student = Sharer(hub, "ada", RIGHT)
    student.begun = time.monotonic()
    student.ready()
    said, _seconds = student.press()
    assert said == f"Shared: {TASK}, done."
    (seen,) = teacher.counts()
    assert (seen["answered"], seen["bars"]) == ("Fewer than 5 people have answered.", [])
    access = "access:services!service=class-view"
    for name in ("ben", "chi", "dora", "eve"):
        outcome = Outcome(TASK, False, ("no velocity", "velocity replaced"))
        assert shared(monkeypatch, teacher, token(hub, name, access), outcome).startswith("Shared: ")
    (seen,) = teacher.counts()
    assert seen["answered"] == "5 people have shared."
    assert seen["told"] == "Fewer than 5 of 5 have it right" and seen["bars"] == []

    other = token(hub, "fay", "access:servers!user=fay")
    refused = "The class view cannot be reached (Forbidden"
    assert shared(monkeypatch, teacher, other, Outcome(TASK, True)).startswith(refused)
    for wrong in (Outcome("my words", True), Outcome(TASK, "yes"), Outcome(TASK, True, "uphill")):
        said = shared(monkeypatch, teacher, token(hub, "fay", access), wrong)
        assert said.startswith("The class view cannot be reached (This is not an outcome of the course.)")
    assert teacher.counts() == [seen]

    outsider = Instructor(hub, "ben")
    assert "/hub/login" in outsider.open_page().url, "nobody looks who is not logged in"
    outsider.log_in()
    assert outsider.open_page().status_code == 403, "nor a student"
    assert outsider.web.post(teacher.view + "end").status_code == 403
    assert teacher.web.post(teacher.view + "end").status_code == 403, "nor does another site's page end it"
    assert teacher.counts() == [seen]
    teacher.end()
    assert teacher.counts() == []


def test_what_a_student_saves_is_in_the_students_own_folder(hub):
    student = classroom.Student(hub, "gus", "", "")
    student.begun = time.monotonic()
    student.log_in()
    student.start()
    (hub.homes / "gus" / "downhill" / "notebooks").mkdir(parents=True)
    student.save()
    assert student.visit.failures == []
    assert not any(hub.image.iterdir()), "the folder in which the server starts is gone with it"
    written = json.dumps([path.name for path in (hub.homes / "gus").rglob("*.txt")])
    assert "my answers.txt" in written
