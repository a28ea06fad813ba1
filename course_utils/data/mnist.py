"""MNIST on request: four files from a mirror, checked, and kept for the next time.

`digits.load_mnist()` makes a data set of them. LeCun, Cortes & Burges publish MNIST free of charge; the course
does not pass it on: each student downloads it.

The files are kept in home(): the folder mnist in ~/.downhill-blindfolded, or in what the environment variable
COURSE_DATA names. A file takes its place there only when it is complete and its SHA-256 is right; until then it is
called NAME.part, and the next attempt goes on where it ended.
"""

import hashlib
import ipaddress
import os
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from tqdm import tqdm  # type: ignore[import-untyped]

from course_utils.data import idx
from course_utils.support.progress_bar import progress_bar
from course_utils.support.types import Array
from course_utils.support.validation import shown

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",  # PyTorch's
    "https://storage.googleapis.com/cvdf-datasets/mnist/",  # the Common Visual Data Foundation's
)
CHUNK = 1 << 16


@dataclass(frozen=True)
class File:
    """One file of MNIST.  size: in bytes, as it is downloaded.  shape: of the array in it."""

    name: str
    size: int
    sha256: str
    shape: tuple[int, ...]


FILES = {
    "train images": File(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        (60_000, 28, 28),
    ),
    "train labels": File(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        (60_000,),
    ),
    "test images": File(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        (10_000, 28, 28),
    ),
    "test labels": File(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        (10_000,),
    ),
}


def home() -> Path:
    """Where the files are kept.

    Raises FileNotFoundError where that is in a home folder that nobody knows.
    """
    named = os.environ.get("COURSE_DATA") or "~/.downhill-blindfolded"
    try:
        return Path(named).expanduser() / "mnist"
    except RuntimeError:
        raise FileNotFoundError(
            f"the home folder in {named} is not known: name a folder for MNIST in COURSE_DATA"
        ) from None


def fetch(
    directory: str | Path | None = None,
    mirrors: Sequence[str] = MIRRORS,
    files: Mapping[str, File] = FILES,
    timeout: float = 20,
) -> dict[str, Array]:
    """The arrays of all files, from the directory, or else from the first mirror that has them.

    mirrors: addresses of folders; https, or http on this machine itself.  timeout: seconds that a mirror may be
    silent.  -> dict with the keys of files, arrays of uint8

    Raises ConnectionError where no mirror delivers a file, ValueError for a mirror that is not https.
    """
    directory = Path(directory or home())
    for mirror in mirrors:
        _check(mirror)
    kept = {key: _kept(file, directory) for key, file in files.items()}
    arrays = {key: array for key, array in kept.items() if array is not None}
    missing = [key for key in files if key not in arrays]
    if missing:
        directory.mkdir(parents=True, exist_ok=True)
        with progress_bar(sum(files[key].size for key in missing), "MNIST", "B", unit_scale=True) as bar:
            for key in missing:
                arrays[key] = _download(files[key], directory, mirrors, timeout, bar)
    return arrays


def _kept(file: File, directory: Path) -> Array | None:
    """The array of a file that is there already, None where it is missing or not the right one."""
    try:
        return _unpacked(file, directory / file.name)
    except (FileNotFoundError, ValueError):
        return None


def _unpacked(file: File, path: Path) -> Array:
    """The array in a file; ValueError where the file is not the right one, byte for byte."""
    size = path.stat().st_size
    if size > file.size:
        raise ValueError(f"it has {size} bytes, not {file.size}")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() == file.sha256:
        return idx.unpack(data, file.shape)
    idx.unpack(data, file.shape)  # says more exactly what is wrong, where it can
    raise ValueError(f"its SHA-256 is not {file.sha256}")


def _download(file: File, directory: Path, mirrors: Sequence[str], timeout: float, bar: tqdm) -> Array:
    """Ask one mirror after the other, until one has delivered the right file; put it in its place."""
    part = directory / f"{file.name}.part"
    done, problems = bar.n, []
    for mirror in mirrors:
        for _ in range(
            2
        ):  # a part from an earlier attempt may be spoiled: then once more, from the beginning
            resumed = part.exists() and part.stat().st_size > 0
            try:
                _receive(
                    mirror + file.name, part, file.size, timeout, lambda size: bar.update(done + size - bar.n)
                )
                array = _unpacked(file, part)
            except (OSError, HTTPException, ValueError) as problem:
                reason = problem if isinstance(problem, HTTPError) else getattr(problem, "reason", problem)
                problems.append(f"{urlsplit(mirror).netloc}: {reason}")
                if isinstance(problem, ValueError):
                    part.unlink(missing_ok=True)
                    if resumed:
                        continue
                break
            os.replace(part, directory / file.name)
            return array
    raise ConnectionError(
        f"MNIST could not be downloaded, since {file.name} could not be fetched ({'; '.join(problems)}). "
        "The course works without it: load_digits() needs no network. Or download "
        f"{', '.join(each.name for each in FILES.values())} elsewhere, and put them into {directory}"
    )


def _receive(address: str, part: Path, size: int, timeout: float, report: Callable[[int], object]) -> None:
    """Append to the file `part` what it still lacks of `size` bytes; ValueError where too many come."""
    had = part.stat().st_size if part.exists() else 0
    if had >= size:
        return
    request = urllib.request.Request(address, headers={"Range": f"bytes={had}-"} if had else {})
    with _opener(address).open(request, timeout=timeout) as answer:
        had = had if answer.status == 206 else 0  # 200: this mirror sends all of it again
        with open(part, "r+b" if had else "wb") as file:
            file.seek(had)
            file.truncate()
            while had <= size and (chunk := answer.read1(min(CHUNK, size + 1 - had))):
                if not had and not idx.GZIP.startswith(chunk[:2]):
                    raise ValueError(f"something else was sent: {shown(chunk[:40])}")
                file.write(chunk)
                had += len(chunk)
                report(min(had, size))
    if had > size:
        raise ValueError(f"more than the {size} bytes of this file were sent")
    if had < size:
        raise ConnectionError(f"the connection ended after {had} of {size} bytes")


# --- only https ------------------------------------------------------------------------------------------


def _check(address: str) -> None:
    """Whether files may come from there: over https, or over http from this machine itself."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname)):
        raise ValueError(f"mirrors must begin with https://, not {address}")


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


class _OnlyHttps(urllib.request.HTTPRedirectHandler):
    """A mirror may send us elsewhere, but to no place that we would not have asked ourselves."""

    def redirect_request(
        self, request: Any, file: Any, code: Any, message: Any, headers: Any, address: str
    ) -> urllib.request.Request | None:
        _check(address)
        return super().redirect_request(request, file, code, message, headers, address)


def _opener(address: str) -> urllib.request.OpenerDirector:
    proxies: dict[str, str] | None = (
        {} if _is_here(urlsplit(address).hostname) else None
    )  # None: those that the system names
    return urllib.request.build_opener(_OnlyHttps(), urllib.request.ProxyHandler(proxies))
