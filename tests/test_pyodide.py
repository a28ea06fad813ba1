"""Where the browser edition's packages come from: fetched by their hash, kept, and one clear line where that fails."""

import hashlib
import http.server
import json
import threading
import zipfile
from types import SimpleNamespace

import pytest

from course_utils.authoring import download, early, pyodide, wheels
from course_utils.authoring.page import AuthoringError

WHEEL = b"what stands for a wheel"
ENTRY = {"file_name": "thing-1.0-cp314-wasm32.whl", "sha256": hashlib.sha256(WHEEL).hexdigest()}


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A server that has the wheel, as Pyodide's has; what it was asked for is a list. Nothing is kept yet."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        content, answers = WHEEL, []  # the next answers' statuses, if they are not the usual ones

        def do_GET(self):
            asked.append(self.path)
            content = type(self).content
            self.send_response(type(self).answers.pop(0) if self.answers else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{running.server_port}/{{version}}/{{file}}"
        monkeypatch.setattr(pyodide, "SERVER", address)
        monkeypatch.setattr(pyodide, "KEPT", tmp_path / "kept")
        monkeypatch.setattr(download, "PAUSES", (0, 0))
        running.asked, running.handler = asked, Handler
        yield running
        running.shutdown()


def test_what_was_fetched_is_kept(server):
    for _ in range(2):
        (file,) = pyodide.compiled([ENTRY], "1.2")
        assert file.read_bytes() == WHEEL
    assert server.asked == ["/1.2/thing-1.0-cp314-wasm32.whl"]


def test_a_file_that_was_damaged_is_fetched_anew(server):
    (file,) = pyodide.compiled([ENTRY], "1.2")
    file.write_bytes(WHEEL[:5])
    assert pyodide.compiled([ENTRY], "1.2")[0].read_bytes() == WHEEL


def test_a_file_with_another_hash_is_refused(server):
    server.handler.content = b"something else"
    with pytest.raises(AuthoringError, match="is not the file that Pyodide's lock names"):
        pyodide.compiled([ENTRY], "1.2")
    assert list(pyodide.KEPT.rglob("*.whl")) == []


def test_a_server_that_fails_once_is_asked_again(server):
    server.handler.answers = [503, 502]
    assert pyodide.compiled([ENTRY], "1.2")[0].read_bytes() == WHEEL
    assert len(server.asked) == 3


@pytest.fixture
def large(monkeypatch, tmp_path):
    """A wheel for pip that has the wanted one among much else, and nothing else that pip or Pyodide's server could give."""
    file = tmp_path / "large-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"web/pyodide/{ENTRY['file_name']}", WHEEL)
        archive.writestr("web/pyodide/other.bin", b"not wanted")
        archive.writestr("large-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: large\nVersion: 1.0\n")
        archive.writestr("large-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("large-1.0.dist-info/RECORD", "")
    pin = f"large==1.0 --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    monkeypatch.setattr(pyodide, "ELSEWHERE", pin)
    monkeypatch.setattr(pyodide, "SERVER", "http://127.0.0.1:9/{version}/{file}")  # nobody listens there
    monkeypatch.setattr(pyodide, "KEPT", tmp_path / "kept")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return file


def test_what_pyodides_server_does_not_give_comes_from_a_larger_wheel(large):
    (file,) = pyodide.compiled([ENTRY], "1.2")
    assert file.read_bytes() == WHEEL
    assert list(file.parent.iterdir()) == [file], "and nothing else is kept"


def test_pip_is_asked_once_more(large, monkeypatch):
    hidden = large.rename(large.with_suffix(".hidden"))
    network_is_back = SimpleNamespace(sleep=lambda _: hidden.rename(large))
    monkeypatch.setattr(download, "time", network_is_back)
    assert pyodide.compiled([ENTRY], "1.2")[0].read_bytes() == WHEEL


def test_without_a_network_one_line_says_so(large, monkeypatch):
    large.unlink()
    monkeypatch.setattr(download, "PAUSES", (0, 0))
    with pytest.raises(AuthoringError, match="check the network, or the proxy, and run this again") as told:
        pyodide.compiled([ENTRY], "1.2")
    assert "\n" not in str(told.value)


@pytest.fixture
def wheel(tmp_path):
    """A wheel with what a reader of the browser edition needs, and what none does."""
    file = tmp_path / "Some_Thing-1.0-cp314-cp314-manylinux2014_x86_64.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in {
            "thing/__init__.py": "def half(x):\n    return x / 2\n",
            "thing/_fast.cpython-314-x86_64-linux-gnu.so": "",
            "thing/_fast.cpython-314-wasm32-emscripten.so": "",
            "thing/types.pyi": "",
            "thing/tests/test_half.py": "",
            "Some_Thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1",
            "Some_Thing-1.0.dist-info/RECORD": "",
        }.items():
            archive.writestr(name, text)
    return file


def test_what_no_reader_needs_is_left_out_of_a_wheel(wheel):
    assert sorted(wheels.trimmed(wheel, wheels.project(wheel))) == [
        "Some_Thing-1.0.dist-info/METADATA",
        "thing/__init__.py",
        "thing/_fast.cpython-314-wasm32-emscripten.so",
    ]


def test_the_course_keeps_the_stubs_that_it_reads_when_it_runs(tmp_path):
    file = tmp_path / "downhill_blindfolded-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("course_utils/widgets/__init__.pyi", "")
    assert list(wheels.trimmed(file, wheels.project(file))) == ["course_utils/widgets/__init__.pyi"]


def test_a_mend_that_finds_nothing_to_mend_is_an_error(wheel, monkeypatch):
    monkeypatch.setattr(wheels, "MENDS", [("some-thing", "thing/__init__.py", b"x / 3", b"x / 2")])
    with pytest.raises(AuthoringError, match="does not say 'x / 3' any more"):
        wheels.trimmed(wheel, "some-thing")


def test_a_served_package_is_known_by_its_content(wheel, tmp_path):
    files = wheels.trimmed(wheel, "some-thing")
    entry = pyodide.serve("some-thing", files, b"its archive", tmp_path)
    assert (entry["name"], entry["version"], entry["imports"]) == ("some-thing", "1.0", ["thing"])
    assert hashlib.sha256((tmp_path / entry["file_name"]).read_bytes()).hexdigest() == entry["sha256"]
    other = pyodide.serve("some-thing", files, b"another archive", tmp_path)
    assert other["file_name"] != entry["file_name"]


def test_the_pure_packages_have_the_versions_of_the_lock():
    lock = (pyodide.PURE.parents[2] / "requirements.lock.txt").read_text(encoding="utf-8")
    pins = [
        line.split()[0] for line in pyodide.PURE.read_text(encoding="utf-8").splitlines() if line[0] != "#"
    ]
    assert len(pins) == 17
    assert [pin for pin in pins if f"\n{pin} " not in lock] == []


def test_a_jupyterlite_that_is_made_otherwise_is_an_error(tmp_path):
    """Its kernel's worker, and the place for the script that begins it, are looked for when the edition is built."""
    kernel = {f"{early.KERNEL}:kernel": {"loadPyodideOptions": {}}}
    settings = {"jupyter-config-data": {"appVersion": "1", "litePluginSettings": kernel}}
    (tmp_path / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")
    (tmp_path / early.PYODIDE).mkdir(parents=True)
    with pytest.raises(AuthoringError, match="has 0 scripts comlink"):
        early.begin_early(tmp_path)
    worker = tmp_path / "extensions" / early.KERNEL / "static" / "comlink.worker.1.js"
    worker.parent.mkdir(parents=True)
    worker.touch()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/index.html").write_text("<html>", encoding="utf-8")
    with pytest.raises(AuthoringError, match="of JupyterLite has no <meta"):
        early.begin_early(tmp_path)


def test_pythons_own_library_comes_in_two_parts():
    first, rest = wheels.parted({"re/__init__.py": b"", "os.py": b"", "csv.py": b"", "ossaudio.py": b""})
    assert sorted(first) == ["os.py", "re/__init__.py"]
    assert sorted(rest) == ["csv.py", "ossaudio.py", "python_library-3.14.dist-info/METADATA"]
