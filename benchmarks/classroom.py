"""A full room: a real JupyterHub on this machine, and students who all open lecture 04 at once.

    python -m benchmarks.classroom [--students 20] [--lecture 04] [--arrive 60] [--json]

Each student logs in, starts a server, gets the course by nbgitpuller, opens the lecture, runs all cells over the
kernel protocol, and answers the first exercise by hand, once wrongly and once rightly, as the browser's script does. Measured:
memory and processor time per student, the time from a click to the first figure, and what failed. The hub listens on
127.0.0.1 only, and everything it writes is in a temporary folder.

It installs nothing. It needs, on Linux, in the Python that runs it: jupyterhub, nbgitpuller, psutil and the course;
and on the PATH: git, and configurable-http-proxy (from npm).
"""

import argparse
import contextlib
import json
import math
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 900  # seconds that a student waits for anything: longer than any limit of the hub
CONFIG = """\
from jupyterhub.auth import DummyAuthenticator
from jupyterhub.spawner import SimpleLocalProcessSpawner

c = get_config()  # noqa: F821
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.authenticator_class = DummyAuthenticator
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = SimpleLocalProcessSpawner
c.SimpleLocalProcessSpawner.home_dir_template = "{homes}/{{username}}"
# As in an image of repo2docker, a server starts in the folder of the image; what is written there is gone with it.
c.Spawner.cmd = ["sh", "-c", 'cd {image} && exec "$0" "$@"', {python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.notebook_dir = "{homes}/{{username}}"  # as zero-to-jupyterhub.yaml has it
c.Spawner.default_url = "/lab"
load_subconfig({limits!r})  # noqa: F821  (the limits and ports of deploy/, and no others)
"""

#: What has to happen, in this order; each is timed from the one before.
STAGES = (
    "log in",
    "server ready",
    "course there",
    "lecture open",
    "first figure",
    "all cells",
    "answer marked",
    "work saved",
)


def missing():
    """What this machine lacks, one line per thing."""
    import importlib.util

    modules = [
        name
        for name in ("jupyterhub", "nbgitpuller", "psutil", "anywidget")
        if not importlib.util.find_spec(name)
    ]
    programs = [name for name in ("git", "configurable-http-proxy") if not shutil.which(name)]
    lines = [
        f"{name} is not installed here: python -m pip install {name}"
        for name in modules
        if name != "anywidget"
    ]
    lines += ["the course is not installed here: python -m pip install -e ."] * ("anywidget" in modules)
    lines += [f"{name} is not on the PATH" for name in programs]
    return lines + (
        ["this measurement reads /proc: it runs on Linux only"] if sys.platform != "linux" else []
    )


# ------------------------------------------------------------------------------------------------------ the hub


def course_repository(folder):
    """A bare git repository that holds the course as it is in this folder now. -> its address"""
    listed = subprocess.check_output(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
    )
    work, bare = folder / "work", folder / "course.git"
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, work / name)
    who = ["-c", "user.name=course", "-c", "user.email=course@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-q", "-m", "course"]):
        subprocess.run(["git", *command], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(bare)], check=True)
    return bare.as_uri()


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Hub:
    """A JupyterHub with its proxy, in a folder; `with Hub(folder) as hub: hub.url`. more: lines of its configuration."""

    def __init__(self, folder, more=""):
        self.folder = folder
        self.port, hub_port, api_port = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        self.homes, self.image = folder / "homes", folder / "image"
        self.homes.mkdir(parents=True)
        self.image.mkdir()
        config = CONFIG.format(
            port=self.port,
            hub_port=hub_port,
            api_port=api_port,
            homes=self.homes,
            image=self.image,
            python=sys.executable,
            limits=str(ROOT / "deploy" / "hub_config.py"),
        )
        (folder / "jupyterhub_config.py").write_text(config + more, encoding="utf-8")

    def __enter__(self):
        import requests

        self.log = (self.folder / "hub.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", "jupyterhub_config.py"],
            cwd=self.folder,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"JUPYTERHUB_CRYPT_KEY": "0" * 64},
        )
        for _ in range(600):
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/hub/health", timeout=5).ok:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(f"JupyterHub did not start:\n{(self.folder / 'hub.log').read_text()[-3000:]}")

    def __exit__(self, *_):
        import psutil

        with contextlib.suppress(psutil.Error):
            below = psutil.Process(self.process.pid).children(recursive=True)
            self.process.terminate()  # the hub stops its servers and its proxy
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(60)
            for process in below:
                with contextlib.suppress(psutil.Error):
                    process.kill()
        self.log.close()


# -------------------------------------------------------------------------------------------------- one student


@dataclass
class Visit:
    """What one student saw. reached: {stage: seconds since the student's arrival}.  failures: one line each."""

    name: str
    reached: dict = field(default_factory=dict)
    failures: list = field(default_factory=list)
    cells: int = 0
    figures: int = 0
    cuts: int = 0  # how often the line to the kernel was cut, and dialled again
    memory_mb: float = 0.0
    kernel_mb: float = 0.0
    cpu_s: float = 0.0
    idle_cpu: float = 0.0


class Student:
    """A browser without a window: cookies, requests, and one web socket to the kernel."""

    def __init__(self, hub, name, repository, lecture):
        import requests

        self.hub, self.repository, self.lecture = hub, repository, lecture
        self.visit = Visit(name)
        self.web = requests.Session()
        self.base = f"{hub.url}/user/{name}"
        self.pictures = 0
        self.session = uuid.uuid4().hex

    def run(self):
        self.begun = time.monotonic()
        try:
            for stage, step in zip(
                STAGES,
                (
                    self.log_in,
                    self.start,
                    self.pull,
                    self.open,
                    self.first_figure,
                    self.finish,
                    self.answer,
                    self.save,
                ),
                strict=True,
            ):
                step()
                self.visit.reached[stage] = time.monotonic() - self.begun
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.visit.failures.append(
                f"{type(error).__name__}: {error} ({last.name}, line {last.lineno})"[:600]
            )

    # --- the hub ---------------------------------------------------------------------------------------

    def log_in(self):
        page = f"{self.hub.url}/hub/login"
        self.web.get(page, timeout=PATIENCE).raise_for_status()
        form = {
            "username": self.visit.name,
            "password": "x",
            "_xsrf": self.web.cookies.get("_xsrf", path="/hub/"),
        }
        self.web.post(page, data=form, timeout=PATIENCE, allow_redirects=False).raise_for_status()

    def start(self):
        self.web.get(f"{self.hub.url}/hub/spawn", timeout=PATIENCE).raise_for_status()
        while not self._arrived(self.web.get(f"{self.base}/lab", timeout=PATIENCE)):
            if time.monotonic() - self.begun > PATIENCE:
                raise TimeoutError(f"no server after {PATIENCE} s")
            time.sleep(0.5)
        self.xsrf = self.web.cookies.get("_xsrf", path=f"/user/{self.visit.name}/")

    def pull(self):
        query = urlencode({"repo": self.repository, "branch": "main", "targetpath": "downhill"})
        with self.web.get(f"{self.base}/git-pull/api?{query}", stream=True, timeout=PATIENCE) as reply:
            reply.raise_for_status()
            events = [json.loads(line[6:]) for line in reply.iter_lines() if line.startswith(b"data: ")]
        if events[-1]["phase"] != "finished":
            raise RuntimeError(f"nbgitpuller: {events[-1]}")

    def open(self):
        path = f"downhill/notebooks/{self.lecture}"
        reply = self.web.get(f"{self.base}/api/contents/{path}?content=1", timeout=PATIENCE)
        reply.raise_for_status()
        self.cells = [cell for cell in reply.json()["content"]["cells"] if cell["cell_type"] == "code"]
        body = {"path": path, "type": "notebook", "name": self.lecture, "kernel": {"name": "python3"}}
        reply = self.web.post(
            f"{self.base}/api/sessions", json=body, headers={"X-XSRFToken": self.xsrf}, timeout=PATIENCE
        )
        reply.raise_for_status()
        self.kernel = reply.json()["kernel"]["id"]
        self.connect()

    # --- the kernel ------------------------------------------------------------------------------------

    def connect(self):
        self.dial()
        self.forms = {}  # the exercises with boxes: {comm: state}
        self.running = self.cell_results()

    def dial(self):
        import websocket

        cookies = "; ".join(
            f"{each.name}={each.value}"
            for each in self.web.cookies
            if f"/user/{self.visit.name}/".startswith(each.path)
        )
        address = (
            self.base.replace("http:", "ws:", 1)
            + f"/api/kernels/{self.kernel}/channels?session_id={self.session}"
        )
        self.socket = websocket.create_connection(
            address, cookie=cookies, timeout=PATIENCE, origin=self.hub.url
        )

    def send(self, kind, content, **metadata):
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self.session,
            "username": "",
            "version": "5.3",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": metadata,
            "content": content,
            "channel": "shell",
        }
        self.socket.send(json.dumps(message))
        return header["msg_id"]

    def receive(self):
        import websocket

        try:
            raw = self.socket.recv()
        except websocket.WebSocketConnectionClosedException:
            if self.visit.cuts >= 5:
                raise
            self.visit.cuts += 1
            self.dial()  # as JupyterLab does; the server has kept what came in between
            return self.receive()
        if not raw:
            raise RuntimeError("the kernel's socket was closed")
        if isinstance(raw, bytes):  # a JSON part, then buffers, after a table of where they begin
            count = int.from_bytes(raw[:4], "big")
            offsets = [int.from_bytes(raw[4 * k + 4 : 4 * k + 8], "big") for k in range(count)] + [len(raw)]
            raw = raw[offsets[0] : offsets[1]]
        message = json.loads(raw)
        content, kind = message["content"], message["header"]["msg_type"]
        if kind == "comm_open" and "question" in content["data"].get("state", {}):
            self.forms[content["comm_id"]] = dict(content["data"]["state"])
        elif (
            kind == "comm_msg" and content["comm_id"] in self.forms and content["data"]["method"] == "update"
        ):
            self.forms[content["comm_id"]].update(content["data"]["state"])
        elif kind in ("display_data", "execute_result") and "image/png" in content["data"]:
            self.visit.figures += 1
        return kind, message

    def cell_results(self):
        """Run one cell after the other, as Run All does; yields after every message that comes in."""
        for cell in self.cells:
            asked = self.send(
                "execute_request",
                {
                    "code": "".join(cell["source"]),
                    "silent": False,
                    "store_history": True,
                    "user_expressions": {},
                    "allow_stdin": False,
                    "stop_on_error": True,
                },
                cellId=cell["id"],
            )
            replied = idle = False
            while not (replied and idle):
                kind, message = self.receive()
                if message["parent_header"].get("msg_id") != asked:
                    continue
                if kind == "error" and "raises-exception" not in cell["metadata"].get("tags", []):
                    self.visit.failures.append(f"cell {cell['id']}: {message['content']['ename']}")
                replied |= kind == "execute_reply"
                idle |= kind == "status" and message["content"]["execution_state"] == "idle"
                yield
            self.visit.cells += 1

    def first_figure(self):
        while not self.visit.figures:
            next(self.running)

    def finish(self):
        for _ in self.running:
            pass

    def answer(self):
        """Fill in the three-step table: first as someone who forgets the velocity, then rightly."""
        comm, form = next(
            (comm, state) for comm, state in self.forms.items() if "θ₀ = (1, 2)" in state["question"]["text"]
        )
        for entries, is_right in (
            ([["-1", "1"], ["-2", "2"], ["-4", "4"]], False),
            ([["−1", "1"], ["(-4)", "1.0"], ["-8", "10/2"]], True),
        ):
            content = {"do": "check", "entries": entries}
            asked = self.send("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": content}})
            while True:
                kind, message = self.receive()
                if (
                    message["parent_header"].get("msg_id") == asked
                    and kind == "status"
                    and (message["content"]["execution_state"] == "idle")
                ):
                    break
            if form["good"] is not is_right or not form["message"]:
                self.visit.failures.append(f"the exercise says {form['message']!r}, good: {form['good']}")

    def save(self):
        """Save a file, as JupyterLab does, and look for it where work is kept."""
        path = "downhill/notebooks/my answers.txt"
        body = {"type": "file", "format": "text", "content": "(-8, 5)"}
        headers = {"X-XSRFToken": self.xsrf}
        self.web.put(
            f"{self.base}/api/contents/{path}", json=body, headers=headers, timeout=PATIENCE
        ).raise_for_status()
        if not (self.hub.homes / self.visit.name / path).is_file():
            self.visit.failures.append("what was saved is not in the student's own folder")

    def _arrived(self, reply):
        """Whether this page came from the student's own server, and not from the hub that starts it."""
        return reply.ok and reply.url.startswith(self.base)


# --------------------------------------------------------------------------------------------- memory and time


def servers(hub):
    """{student: its processes}: the single-user server and everything below it."""
    import psutil

    found = {}
    for process in psutil.Process(hub.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error, StopIteration):
            name = process.environ().get("JUPYTERHUB_USER")
            if name:
                found.setdefault(name, []).append(process)
    return found


def weigh(processes):
    """-> (MB in all, MB of it in kernels, seconds of processor); shared memory counts in fair parts."""
    import psutil

    memory = kernels = seconds = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            share, times = process.memory_full_info().pss / 1e6, process.cpu_times()
            memory += share
            kernels += share * any("ipykernel" in word for word in process.cmdline())
            seconds += times.user + times.system + times.children_user + times.children_system
    return memory, kernels, seconds


def measure(students, lecture, arrive):
    """Measure everything once. -> the report as a dict"""
    import psutil

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository = course_repository(folder)
        with Hub(folder / "hub") as hub:
            room = [Student(hub, f"student{k:02}", repository, lecture) for k in range(1, students + 1)]
            threads = [threading.Thread(target=student.run, daemon=True) for student in room]
            begun = time.monotonic()
            for k, thread in enumerate(threads):
                time.sleep(max(0.0, begun + arrive * k / students - time.monotonic()))
                thread.start()
            for thread in threads:
                thread.join()
            busy = time.monotonic() - begun
            before = {name: weigh(processes) for name, processes in servers(hub).items()}
            time.sleep(20)
            after = {name: weigh(processes) for name, processes in servers(hub).items()}
            for student in room:
                if student.visit.name in before:
                    visit = student.visit
                    visit.memory_mb, visit.kernel_mb, visit.cpu_s = before[visit.name]
                    visit.idle_cpu = (after[visit.name][2] - visit.cpu_s) / 20
            own = [psutil.Process(hub.process.pid)]
            own += [each for each in own[0].children() if "JUPYTERHUB_USER" not in each.environ()]
            hub_mb = sum(each.memory_full_info().pss for each in own) / 1e6
        found = report([student.visit for student in room], busy, hub_mb, arrive)
        if found["failures"]:  # the hub and the students' servers have told why
            told = (folder / "hub" / "hub.log").read_text(encoding="utf-8", errors="replace").splitlines()
            found["log"] = [line[:300] for line in told if re.match(r"\[[WEC] ", line)][-40:]
        return found


def report(visits, busy, hub_mb, arrive):
    done = [visit for visit in visits if "all cells" in visit.reached] or visits
    stages = {}
    for before, stage in zip((None, *STAGES), STAGES, strict=False):
        stages[stage] = spread(
            [v.reached[stage] - v.reached.get(before, 0) for v in done if stage in v.reached]
        )
    return {
        "students": len(visits),
        "cores": os.cpu_count(),
        "arrive_s": arrive,
        "busy_s": busy,
        "failures": [f"{visit.name}: {line}" for visit in visits for line in visit.failures],
        "cells": sum(visit.cells for visit in visits),
        "figures": sum(visit.figures for visit in visits),
        "cuts": sum(visit.cuts for visit in visits),
        "seconds": stages,
        "open_to_first_figure_s": spread(
            [
                v.reached["first figure"] - v.reached["course there"]
                for v in done
                if "first figure" in v.reached
            ]
        ),
        "arrival_to_first_figure_s": spread(
            [v.reached["first figure"] for v in done if "first figure" in v.reached]
        ),
        "memory_mb": spread([visit.memory_mb for visit in done]),
        "kernel_mb": spread([visit.kernel_mb for visit in done]),
        "cpu_s": spread([visit.cpu_s for visit in done]),
        "idle_cpu_percent": spread([100 * visit.idle_cpu for visit in done]),
        "hub_mb": hub_mb,
    }


def spread(values):
    """Median, 95th percentile and maximum."""
    if not values:
        return None
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))], 2),
        "max": round(ordered[-1], 2),
    }


def sizing(found, classes=(50, 200, 1000), minutes=3):
    """[(students, GB of memory, cores)] for a class in which everybody has two notebooks open.

    Memory: the server and two kernels per student, a fifth to spare, and 2 GB for the system. Cores: enough to finish
    a lecture that everybody runs at once in this many minutes.
    """
    return [
        (
            count,
            math.ceil(count * _gigabytes(found) + 1.2 * found["hub_mb"] / 1000 + 2),
            max(2, math.ceil(count * found["cpu_s"]["median"] / (60 * minutes))),
        )
        for count in classes
    ]


def _gigabytes(found):
    """What a student with two notebooks takes, and a fifth to spare."""
    return 1.2 * (found["memory_mb"]["p95"] + found["kernel_mb"]["p95"]) / 1000


def per_node(found, memory, cores, pods=110, disks=math.inf, minutes=3):
    """How many students one node of a Kubernetes cluster takes.

    memory: GB, of which the node keeps a share for itself.  pods, disks: how many it can run and hold; every student
    takes one of each, and about ten pods belong to the system.
    """
    kept, parts = (
        0.0,
        ((4, 0.25), (4, 0.2), (8, 0.1), (112, 0.06)),
    )  # as Google's clusters do it; others are close
    left = memory
    for size, share in parts:
        kept, left = kept + share * min(size, left), max(0, left - size)
    return min(
        int((memory - kept) / _gigabytes(found)),
        int(cores * 60 * minutes / found["cpu_s"]["median"]),
        pods - 10,
        disks,
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--lecture", default="04", help="the first characters of a notebook's name")
    parser.add_argument(
        "--arrive", type=float, default=60, help="seconds in which they come in, one after the other"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    lacks = missing()
    lectures = sorted(path.name for path in (ROOT / "notebooks").glob(f"{given.lecture}*.ipynb"))
    if len(lectures) != 1:
        lacks.append(f"--lecture must name one notebook, not {given.lecture!r}")
    if given.students < 1:
        lacks.append(f"--students must be 1 or more, not {given.students}")
    if lacks:
        print("\n".join(lacks), file=sys.stderr)
        return 1
    found = measure(given.students, lectures[0], given.arrive)
    if given.json:
        print(json.dumps(found, indent=1))
        return int(bool(found["failures"]))
    print(
        f"{found['students']} students on {found['cores']} cores, {lectures[0]}, in {found['busy_s']:.0f} s;",
        end=" ",
    )
    print(
        f"{found['cells']} cells run, {found['figures']} figures, {len(found['failures'])} failures,", end=" "
    )
    print(f"{found['cuts']} lines cut and dialled again")
    for line in [*found["failures"], *found.get("log", ())]:
        print(f"  {line}")
    print(f"\n{'':36}{'median':>9}{'p95':>9}{'most':>9}")
    rows = {f"{stage}, s": times for stage, times in found["seconds"].items()} | {
        "from opening to the first figure, s": found["open_to_first_figure_s"],
        "from arriving to the first figure, s": found["arrival_to_first_figure_s"],
        "memory per student, MB": found["memory_mb"],
        "of it the kernel, MB": found["kernel_mb"],
        "processor per student, s": found["cpu_s"],
        "processor when idle, %": found["idle_cpu_percent"],
    }
    for name, values in rows.items():
        if values:
            print(f"{name:36}{values['median']:9.1f}{values['p95']:9.1f}{values['max']:9.1f}")
    print(f"hub and proxy: {found['hub_mb']:.0f} MB\n\nstudents   memory, GB   cores")
    for count, memory, cores in sizing(found):
        print(f"{count:8}{memory:13}{cores:8}")
    print("\na node with            takes   with 25 disks at most")
    for memory, cores in ((16, 4), (64, 16)):
        few, many = per_node(found, memory, cores, disks=25), per_node(found, memory, cores)
        print(f"{memory:4} GB, {cores:2} cores {many:13}{few:13}")
    return int(bool(found["failures"]))


if __name__ == "__main__":
    sys.exit(main())
