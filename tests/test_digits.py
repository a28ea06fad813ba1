"""The bundled digits, the format they come in, and MNIST from mirrors that behave and that do not."""

import fnmatch
import gzip
import hashlib
import http.server
import importlib
import re
import struct
import subprocess
import sys
import threading
import time
import tomllib

import numpy as np
import pytest

from course_utils.data import DATA, IMAGES, LABELS, idx, mnist, rebuild
from course_utils.digits import COUNT, Digits, enlarged, load_digits, load_mnist

PROJECT = tomllib.loads((DATA.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
HATCH = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

# ------------------------------------------------------------------------------------------ the bundled digits


def test_the_digits_are_there_without_a_network():
    digits = load_digits()
    assert digits.x_train.shape == (1500, 784)
    assert digits.x_test.shape == (297, 784)
    assert digits.t_train.shape == (1500,)
    assert digits.t_test.shape == (297,)
    assert digits.x_train.dtype == np.float32
    assert digits.x_train.min() == 0
    assert digits.x_train.max() == 1
    assert np.bincount(digits.t_train).min() > 140
    assert np.bincount(digits.t_test).min() > 25
    assert digits.t_train[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert repr(digits) == "Digits(optical digits: 1500 to train on, 297 to test with)"
    assert load_digits() is digits


def test_nobody_can_change_them_for_the_next_reader():
    with pytest.raises(ValueError, match="read-only"):
        load_digits().x_train[0, 0] = 1


def test_a_prepared_pixel_has_mean_0_and_a_standardised_one_deviation_1():
    digits = load_digits()
    centred, standardised = digits.centred(), digits.standardised()
    deviation = digits.x_train.std(axis=0, dtype=float)
    for prepared in centred, standardised:
        assert abs(prepared.x_train.mean(axis=0, dtype=float)).max() < 1e-6
        assert prepared.x_train.dtype == prepared.x_test.dtype == np.float32
    assert set(standardised.x_train.std(axis=0, dtype=float).round(4)) == {0, 1}
    for ours, images in (standardised.x_train, centred.x_train), (standardised.x_test, centred.x_test):
        np.testing.assert_allclose(ours * np.where(deviation > 0, deviation, 1), images, atol=1e-5)


@pytest.mark.weekly  # scikit-learn and what it needs are 700 modules, which a fresh clone compiles first
def test_centred_and_standardised_images_agree_with_scikit_learn():
    from sklearn.preprocessing import StandardScaler

    digits = load_digits()
    for prepared, scaler in (
        (digits.centred(), StandardScaler(with_std=False)),
        (digits.standardised(), StandardScaler()),
    ):
        scaler.fit(digits.x_train.astype(float))
        for ours, images in (prepared.x_train, digits.x_train), (prepared.x_test, digits.x_test):
            np.testing.assert_allclose(ours, scaler.transform(images.astype(float)), rtol=1e-5, atol=1e-5)
            assert ours.dtype == np.float32
            assert np.isfinite(ours).all()
        assert prepared.t_test is digits.t_test
    assert repr(digits.centred()).startswith("Digits(optical digits, centred: 1500 to train on")


def test_the_test_images_have_no_say_in_how_images_are_prepared():
    digits = load_digits()
    x = np.random.default_rng(0).random((9, 784), dtype=np.float32)
    other = Digits("other tests", digits.x_train, digits.t_train, x, digits.t_test[:9])
    for prepare in Digits.centred, Digits.standardised:
        np.testing.assert_array_equal(prepare(digits).x_train, prepare(other).x_train)
        assert abs(prepare(other).x_test.mean()) > 0.1
    raw = digits.x_train.copy()
    digits.standardised()
    np.testing.assert_array_equal(digits.x_train, raw)


def test_training_images_can_be_held_out_and_the_test_images_stay_unseen():
    digits = load_digits()
    part = digits.held_out(300)
    assert (len(part.x_train), len(part.x_test)) == (1200, 300)
    np.testing.assert_array_equal(np.vstack([part.x_train, part.x_test]), digits.x_train)
    np.testing.assert_array_equal(np.hstack([part.t_train, part.t_test]), digits.t_train)
    for n in 0, 1500, 2.0, True:
        with pytest.raises(ValueError, match="n must be a whole number from 1 to 1499, not"):
            digits.held_out(n)


@pytest.mark.weekly
def test_the_files_are_those_that_scikit_learn_gives():
    copy = importlib.import_module("sklearn.datasets").load_digits()
    images = idx.unpack((DATA / IMAGES).read_bytes(), (COUNT, 8, 8))
    assert np.array_equal(images, copy.images)
    assert np.array_equal(idx.unpack((DATA / LABELS).read_bytes(), (COUNT,)), copy.target)


@pytest.mark.weekly
def test_the_script_rebuilds_them(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(rebuild, "DATA", tmp_path)
    rebuild.main()
    for name in (IMAGES, LABELS):
        shape = (COUNT, 8, 8) if name == IMAGES else (COUNT,)
        assert np.array_equal(
            idx.unpack((tmp_path / name).read_bytes(), shape), idx.unpack((DATA / name).read_bytes(), shape)
        )
    assert "(1797, 8, 8)" in capsys.readouterr().out


def test_the_data_is_small_and_says_whose_it_is():
    assert sum((DATA / name).stat().st_size for name in (IMAGES, LABELS)) < 60_000
    told = (DATA / "README.md").read_text(encoding="utf-8")
    for word in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0", "creativecommons.org/licenses/by/4.0"):
        assert word in told


def test_enlarging_keeps_the_ink_in_the_middle():
    images = np.random.default_rng(0).integers(0, 17, (5, 8, 8))
    large = enlarged(images)
    assert large.dtype == np.float32
    assert large.shape == (5, 28, 28)
    assert not large[:, [0, 1, 2, 3, 24, 25, 26, 27]].any()
    assert not large[:, :, [0, 1, 2, 3, 24, 25, 26, 27]].any()
    assert np.array_equal(enlarged(np.full((1, 8, 8), 16))[0, 4:24, 4:24], np.ones((20, 20), np.float32))


def test_enlarging_is_bilinear_interpolation():
    """np.interp along one axis and then along the other, in floats, says the same."""
    image = np.random.default_rng(1).integers(0, 17, (8, 8))
    centres = (np.arange(20) + 0.5) * 8 / 20 - 0.5
    rows = np.array([np.interp(centres, np.arange(8), row) for row in image])
    both = np.array([np.interp(centres, np.arange(8), column) for column in rows.T]).T
    assert np.allclose(enlarged(image[None])[0, 4:24, 4:24], both / 16, atol=1e-6)


def test_a_wheel_carries_the_data():
    """hatch packs all of course_utils that git does not ignore."""
    ignored = (DATA.parents[1] / ".gitignore").read_text(encoding="utf-8").split()
    for name in (IMAGES, LABELS, "README.md"):
        assert not any(
            fnmatch.fnmatch(name, pattern.strip("/")) for pattern in (*ignored, *HATCH.get("exclude", ()))
        )
    assert "data" not in {pattern.strip("/") for pattern in ignored}
    assert HATCH["packages"] == ["course_utils"]


# ------------------------------------------------------------------------------------------------- the format

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
RAW = gzip.decompress(idx.pack(ARRAY))


def test_what_is_packed_is_unpacked():
    assert np.array_equal(idx.unpack(idx.pack(ARRAY), (2, 3, 4)), ARRAY)
    assert idx.pack(ARRAY) == idx.pack(ARRAY)
    assert RAW[:16] == bytes([0, 0, 8, 3]) + struct.pack(">3I", 2, 3, 4)


SPOILED = {
    "html": (b"<!DOCTYPE html><html>not found</html>", "not a gzip file: it begins with b'<!DOCTYPE ht'"),
    "empty": (b"", "not a gzip file"),
    "not packed": (RAW, "not a gzip file"),
    "packed html": (gzip.compress(b"<html>" + bytes(100)), "its header is 3c68746d6c3e"),
    "wrong magic": (gzip.compress(b"\0\0\x0d" + RAW[3:]), "its header is 00000d03"),
    "another shape": (idx.pack(ARRAY.reshape(2, 4, 3)), "that of shape"),
    "labels for images": (idx.pack(ARRAY.ravel()), "its header is 00000801"),
    "cut before packing": (gzip.compress(RAW[:-1]), "cut off: only 39 of 40 bytes"),
    "only a beginning": (gzip.compress(RAW[:5]), "cut off: only 5 of 40 bytes"),
    "cut after packing": (idx.pack(ARRAY)[:-12], "cut off"),
    "checksum cut off": (idx.pack(ARRAY)[:-1], "cut off"),
    "too much": (gzip.compress(RAW + b"!"), "more than the 40 bytes"),
    "something behind": (idx.pack(ARRAY) + b"<html>", "6 bytes too many"),
    "bits turned": (idx.pack(ARRAY)[:-6] + b"!!" + idx.pack(ARRAY)[-4:], "damaged"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_file_is_refused_with_the_reason(name):
    packed, message = SPOILED[name]
    with pytest.raises(ValueError, match=re.escape(message)):
        idx.unpack(packed, (2, 3, 4))


def test_a_zip_bomb_is_not_unpacked():
    """100 MB of zeros behind a right header: only as much is unpacked as the shape takes."""
    bomb = gzip.compress(RAW + bytes(100_000_000), compresslevel=1)
    tracemalloc = importlib.import_module("tracemalloc")
    tracemalloc.start()
    with pytest.raises(ValueError, match="more than the 40 bytes"):
        idx.unpack(bomb, (2, 3, 4))
    assert tracemalloc.get_traced_memory()[1] < 10 * len(bomb)
    tracemalloc.stop()


# ------------------------------------------------------------------------------------------------ the mirrors

RNG = np.random.default_rng(0)
CONTENT = {
    "train-images-idx3-ubyte.gz": RNG.integers(0, 256, (60, 28, 28)).astype(np.uint8),
    "train-labels-idx1-ubyte.gz": RNG.integers(0, 10, 60).astype(np.uint8),
    "t10k-images-idx3-ubyte.gz": RNG.integers(0, 256, (10, 28, 28)).astype(np.uint8),
    "t10k-labels-idx1-ubyte.gz": RNG.integers(0, 10, 10).astype(np.uint8),
}
PACKED = {name: idx.pack(array) for name, array in CONTENT.items()}
FILES = {
    key: mnist.File(
        file.name,
        len(PACKED[file.name]),
        hashlib.sha256(PACKED[file.name]).hexdigest(),
        CONTENT[file.name].shape,
    )
    for key, file in mnist.FILES.items()
}
FIRST = "train-images-idx3-ubyte.gz"


class Mirror(http.server.ThreadingHTTPServer):
    """A real server with small files.  spoil: {name: function(handler, data)} for those it does not send well."""

    daemon_threads = True

    def __init__(self, ranges=True, **spoil):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges, self.spoil, self.asked = ranges, spoil, []
        self.closing = threading.Event()
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.closing.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name, asked = self.path.lstrip("/"), self.headers.get("Range")
        self.server.asked.append((name, asked))
        if "all" in self.server.spoil:
            return self.server.spoil["all"](self, PACKED[name])
        if name == FIRST and "first" in self.server.spoil:
            return self.server.spoil["first"](self, PACKED[name])
        self.send_file(PACKED[name])

    def send_file(self, data, length=None):
        asked = self.headers.get("Range") if self.server.ranges else None
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(length or len(data) - start))
        self.end_headers()
        self.wfile.write(data[start:])

    def log_message(self, *arguments):
        pass


def cut_off(handler, data):
    """The connection ends in the middle, on the first request."""
    if len(handler.server.asked) == 1:
        handler.send_file(data[: len(data) // 2], length=len(data))
    else:
        handler.send_file(data)


def always_cut_off(handler, data):
    handler.send_file(data[: len(data) // 2])


def stalled(handler, data):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[:1000])
    handler.server.closing.wait(20)


def web_page(handler, data):
    handler.send_file(b"<!DOCTYPE html><title>Please log in to this wireless network</title>" * 50)


def longer(handler, data):
    handler.send_file(data + bytes(5_000_000))


def other(handler, data):
    """A right file of the right size that holds the same images, but not byte for byte: its date differs."""
    again = gzip.compress(gzip.decompress(data), compresslevel=9, mtime=1)
    assert len(again) == len(data)
    handler.send_file(again)


def missing(handler, data):
    handler.send_error(404)


def fetch(directory, *mirrors, timeout=5):
    return mnist.fetch(directory, [mirror.address for mirror in mirrors], FILES, timeout)


def assert_all_there(arrays, directory):
    for key, file in FILES.items():
        assert np.array_equal(arrays[key], CONTENT[file.name])
        assert (directory / file.name).read_bytes() == PACKED[file.name]
    assert sorted(p.name for p in directory.iterdir()) == sorted(PACKED)


def test_four_files_are_fetched_once(tmp_path):
    with Mirror() as mirror:
        assert_all_there(fetch(tmp_path / "new" / "folder", mirror), tmp_path / "new" / "folder")
        assert mirror.asked == [(name, None) for name in PACKED]
        assert_all_there(fetch(tmp_path / "new" / "folder", mirror), tmp_path / "new" / "folder")
        assert len(mirror.asked) == 4
    assert_all_there(mnist.fetch(tmp_path / "new" / "folder", (), FILES), tmp_path / "new" / "folder")


BAD_MIRRORS = {
    "cut off": (always_cut_off, r"ended after \d+ of \d+ bytes"),
    "stalled": (stalled, "timed out"),
    "web page": (web_page, "something else was sent: b'<!DOCTYPE html>"),
    "longer": (longer, "more than the [0-9]+ bytes of this file were sent"),
    "other": (other, "its SHA-256 is not"),
    "missing": (missing, "HTTP Error 404: Not Found"),
}


@pytest.mark.parametrize("name", BAD_MIRRORS)
def test_if_one_mirror_fails_the_next_is_asked(name, tmp_path):
    with Mirror(first=BAD_MIRRORS[name][0]) as bad, Mirror() as good:
        assert_all_there(fetch(tmp_path, bad, good, timeout=0.5), tmp_path)
        assert [each for each, _ in good.asked] == [FIRST]


@pytest.mark.parametrize("name", BAD_MIRRORS)
def test_if_every_mirror_fails_no_file_is_left_behind(name, tmp_path):
    spoil, message = BAD_MIRRORS[name]
    good = "t10k-labels-idx1-ubyte.gz"
    (tmp_path / good).write_bytes(PACKED[good])
    with Mirror(all=spoil) as bad, pytest.raises(ConnectionError, match=message) as problem:
        fetch(tmp_path, bad, timeout=0.5)
    assert "load_digits() needs no network" in str(problem.value)
    assert str(tmp_path) in str(problem.value)
    assert (tmp_path / good).read_bytes() == PACKED[good]
    assert {p.name for p in tmp_path.iterdir()} <= {good, FIRST + ".part"}


def test_a_download_goes_on_where_it_ended(tmp_path):
    with Mirror(first=cut_off) as mirror:
        with pytest.raises(ConnectionError):
            fetch(tmp_path, mirror)
        half = (tmp_path / f"{FIRST}.part").stat().st_size
        assert half == len(PACKED[FIRST]) // 2
        assert_all_there(fetch(tmp_path, mirror), tmp_path)
        assert mirror.asked[1] == (FIRST, f"bytes={half}-")


def test_the_next_mirror_goes_on_where_a_stalled_one_ended(tmp_path):
    with Mirror(first=stalled) as slow, Mirror() as good:
        assert_all_there(fetch(tmp_path, slow, good, timeout=0.5), tmp_path)
        assert good.asked == [(FIRST, "bytes=1000-")]


def test_a_mirror_that_cannot_go_on_sends_all_again(tmp_path):
    (tmp_path / f"{FIRST}.part").write_bytes(b"x" * 1000)
    with Mirror(ranges=False) as mirror:
        assert_all_there(fetch(tmp_path, mirror), tmp_path)


@pytest.mark.parametrize("left", [b"x" * 1000, b"x" * len(PACKED[FIRST]), b"x" * (len(PACKED[FIRST]) + 9)])
def test_a_spoiled_part_costs_one_more_attempt(left, tmp_path):
    (tmp_path / f"{FIRST}.part").write_bytes(left)
    with Mirror() as mirror:
        assert_all_there(fetch(tmp_path, mirror), tmp_path)


@pytest.mark.parametrize("spoiled", [b"", b"<html>", PACKED[FIRST][:-1], PACKED[FIRST] + b"!"])
def test_a_spoiled_file_is_fetched_anew(spoiled, tmp_path):
    (tmp_path / FIRST).write_bytes(spoiled)
    with Mirror() as mirror:
        assert_all_there(fetch(tmp_path, mirror), tmp_path)


def test_files_put_there_by_hand_need_no_network(tmp_path):
    for name, data in PACKED.items():
        (tmp_path / name).write_bytes(data)
    assert_all_there(mnist.fetch(tmp_path, (), FILES), tmp_path)


def test_without_a_network_the_error_says_what_to_do(tmp_path):
    with Mirror() as mirror:
        address = mirror.address  # nobody listens there any more, below
    began = time.perf_counter()
    with pytest.raises(ConnectionError, match="refused") as problem:
        mnist.fetch(tmp_path, [address], FILES)
    assert time.perf_counter() - began < 5
    for word in ("load_digits()", str(tmp_path), *PACKED):
        assert word in str(problem.value)


@pytest.mark.parametrize(
    "address",
    ["http://example.org/mnist/", "file:///etc/", "ftp://localhost/", "http://127.0.0.1.example.org/"],
)
def test_only_https_is_asked(address, tmp_path):
    with pytest.raises(ValueError, match="mirrors must begin with https://, not " + address):
        mnist.fetch(tmp_path, [address], FILES)


def test_a_mirror_cannot_send_us_to_an_open_line(tmp_path):
    def redirect(handler, data):
        handler.send_response(302)
        handler.send_header("Location", "http://example.org/" + FIRST)
        handler.end_headers()

    with (
        Mirror(all=redirect) as mirror,
        pytest.raises(ConnectionError, match=r"must begin with https://, not http://example\.org"),
    ):
        fetch(tmp_path, mirror)


def test_the_real_mirrors_are_asked_over_https_for_the_files_of_mnist():
    assert len(mnist.MIRRORS) >= 2
    for address in mnist.MIRRORS:
        assert address.startswith("https://")
        assert address.endswith("/")
    assert [file.shape for file in mnist.FILES.values()] == [
        (60_000, 28, 28),
        (60_000,),
        (10_000, 28, 28),
        (10_000,),
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) for file in mnist.FILES.values())


def test_a_data_set_of_mnist_has_numbers_from_0_to_1(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist.fetch, "__defaults__", (None, (), FILES, 5))
    for name, data in PACKED.items():
        (tmp_path / name).write_bytes(data)
    digits = load_mnist(tmp_path, [])
    assert isinstance(digits, Digits)
    assert digits.x_train.shape == (60, 784)
    assert digits.x_train.dtype == np.float32
    assert np.array_equal(np.rint(digits.x_test * 255), CONTENT["t10k-images-idx3-ubyte.gz"].reshape(10, 784))
    assert digits.x_train.max() == 1
    assert np.array_equal(digits.t_train, CONTENT["train-labels-idx1-ubyte.gz"])
    assert digits.t_train.dtype == np.int64
    assert load_mnist(tmp_path, []) is digits


def test_the_place_of_the_files_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert mnist.home() == tmp_path / "mnist"
    monkeypatch.delenv("COURSE_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert mnist.home() == tmp_path / ".downhill-blindfolded" / "mnist"


def test_without_a_home_the_error_says_how_to_name_a_place(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "~nobody-of-this-name/data")
    with pytest.raises(
        FileNotFoundError, match="the home folder in ~nobody-of-this-name/data is not known: name a"
    ):
        load_mnist()


def test_loading_asks_no_network_and_draws_nothing():
    script = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from course_utils.digits import load_digits\n"
        "print(load_digits())\n"
        "assert 'matplotlib' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Digits(optical digits"), done.stderr
