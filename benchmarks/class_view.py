"""A class that shares: a real JupyterHub with the class view, students who press the button, and an instructor who looks.

    python -m benchmarks.class_view [--students 40] [--arrive 60]

Each student logs in, starts a server, opens the three-step exercise in a kernel, checks a table, and presses *Share with
the class*; what comes to the instructor's page is compared with what was typed. The hub listens on 127.0.0.1 only. It needs
what benchmarks/classroom.py needs, and installs nothing.
"""

import argparse
import collections
import json
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import classroom

TASK = "04 three-steps"
HANGS = 180  # seconds after which a kernel is taken for one that will not answer
CELL = """\
from course_utils.practice import THREE_STEPS
from course_utils.widgets import StepExercise
StepExercise(THREE_STEPS)
"""
RIGHT = [["-1", "1"], ["-4", "1"], ["-8", "5"]]
#: What is typed by how many of forty, and what it is called on the page.
TYPED = (
    (18, "", RIGHT),
    (11, "no velocity or velocity replaced", [["-1", "1"], ["-2", "2"], ["-4", "4"]]),
    (6, "velocity subtracted", [["-1", "1"], ["0", "3"], ["-4", "1"]]),
    (3, "gradient frozen at the start", [["-1", "1"], ["-5", "-1"], ["-11", "-4"]]),
    (2, "sign of the gradient lost", [["-1", "1"], ["-4", "-1"], ["-8", "-7"]]),
)


def config(folder, teacher="teacher"):
    """The lines that give a hub the class view of deploy/, at a free port, and an instructor. -> their text"""
    text = (classroom.ROOT / "deploy" / "class_view_config.py").read_text(encoding="utf-8")
    (port,) = classroom.free_ports(1)
    (folder / "class_view_config.py").write_text(text.replace("10101", str(port)), encoding="utf-8")
    return (
        f"load_subconfig({str(folder / 'class_view_config.py')!r})\n"
        f"c.JupyterHub.load_groups = {{'instructors': {{'users': [{teacher!r}]}}}}\n"
    )


class Instructor(classroom.Student):
    """Logs in at the hub, and from there to the class view."""

    def __init__(self, hub, name="teacher"):
        super().__init__(hub, name, "", "")
        self.view = f"{hub.url}/services/class-view/"

    def open_page(self):
        """-> the page, or an error of the service"""
        reply = self.web.get(self.view, timeout=classroom.PATIENCE)
        found = re.search(r'"token": "([^"]+)"', reply.text)
        self.token = found[1] if found else ""
        return reply

    def counts(self):
        reply = self.web.get(self.view + "counts.json", timeout=classroom.PATIENCE)
        reply.raise_for_status()
        return reply.json()["tasks"]

    def end(self):
        headers = {"X-XSRFToken": self.token}
        self.web.post(self.view + "end", headers=headers, timeout=60).raise_for_status()


class Sharer(classroom.Student):
    """Opens the three-step exercise in a kernel of the own server, types a table, and presses the button."""

    def __init__(self, hub, name, typed):
        super().__init__(hub, name, "", "")
        self.typed = typed

    def ready(self):
        self.begun = time.monotonic()
        self.log_in()
        self.start()
        headers = {"X-XSRFToken": self.xsrf}
        kernel = {"name": "python3", "path": ""}
        reply = self.web.post(
            f"{self.base}/api/kernels", json=kernel, headers=headers, timeout=classroom.PATIENCE
        )
        reply.raise_for_status()
        self.kernel = reply.json()["id"]
        self.cells = [{"id": "one", "source": CELL, "metadata": {}}]
        self.connect()
        self.run_cells()
        self.comm, self.form = next(iter(self.forms.items()))

    def run_cells(self):
        """Run the cell; a kernel that does not answer is restarted once, as a student would."""
        from websocket import WebSocketTimeoutException

        self.socket.settimeout(HANGS)
        try:
            self.finish()
        except WebSocketTimeoutException:
            self.visit.cuts += 1
            restart = f"{self.base}/api/kernels/{self.kernel}/restart"
            self.web.post(restart, headers={"X-XSRFToken": self.xsrf}, timeout=HANGS).raise_for_status()
            self.connect()
            self.socket.settimeout(HANGS)
            self.finish()

    def press(self):
        """Check what is typed, and share it. -> what the notebook says, and the seconds that sharing took"""
        self.ask({"do": "check", "entries": self.typed})
        begun = time.monotonic()
        self.ask({"do": "share"})
        return self.form["shared"] or self.form["notice"], time.monotonic() - begun

    def ask(self, content):
        asked = self.send(
            "comm_msg", {"comm_id": self.comm, "data": {"method": "custom", "content": content}}
        )
        while True:
            kind, message = self.receive()
            mine = message["parent_header"].get("msg_id") == asked
            if mine and kind == "status" and message["content"]["execution_state"] == "idle":
                return


def tables(students):
    """What each student types, in the proportions of a class of forty."""
    forty = [(name, typed) for number, name, typed in TYPED for _ in range(number)]
    return [forty[(7 * k) % 40] for k in range(students)]


def measure(students, arrive):
    """arrive: the seconds in which they come in, one after the other. -> the report as a dict"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with classroom.Hub(folder / "hub", config(folder)) as hub:
            room = [Sharer(hub, f"student{k:02}", typed) for k, (_n, typed) in enumerate(tables(students))]
            failures, said = [], []

            def run(student, late):
                try:
                    time.sleep(late)
                    student.ready()
                    said.append(student.press())
                except Exception as error:
                    failures.append(f"{student.visit.name}: {type(error).__name__}: {error}"[:600])

            teacher = Instructor(hub)
            teacher.log_in()
            teacher.open_page().raise_for_status()
            begun, looks = time.monotonic(), []
            threads = [
                threading.Thread(target=run, args=(student, arrive * k / students), daemon=True)
                for k, student in enumerate(room)
            ]
            for thread in threads:
                thread.start()
            grown = []
            while any(thread.is_alive() for thread in threads):
                before = time.monotonic()
                answered = [task["answered"] for task in teacher.counts()]
                looks.append(time.monotonic() - before)
                grown += [line for line in answered if line not in grown]
                time.sleep(2)
            (shown,) = teacher.counts() or [{}]
            stranger = Instructor(hub, room[0].visit.name)
            stranger.log_in()
            refused = stranger.open_page().status_code
            teacher.end()
            left = teacher.counts()
        failures += [line for line, _s in said if not line.startswith(f"Shared: {TASK}")]
        return {
            "students": students,
            "failures": failures,
            "kernels_restarted": sum(student.visit.cuts for student in room),
            "busy_s": round(time.monotonic() - begun),
            "share_s": classroom.spread([seconds for _line, seconds in said]),
            "look_s": classroom.spread(looks),
            "typed": collections.Counter(name or "right" for name, _typed in tables(students)),
            "shown": shown,
            "grown": grown,
            "page_for_a_student": refused,
            "after_the_end": left,
        }


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--arrive", type=float, default=60, help="seconds in which they come in")
    given = parser.parse_args(arguments)
    if lacks := classroom.missing():
        print("\n".join(lacks), file=sys.stderr)
        return 1
    found = measure(given.students, given.arrive)
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return int(bool(found["failures"]))


if __name__ == "__main__":
    sys.exit(main())
