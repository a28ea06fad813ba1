"""A file on a server, read piece by piece: of a large archive only those members come over the network that are read."""

import io
import socket
import time
import urllib.error
import urllib.request
from http import HTTPStatus

PIECE = 1 << 20  # bytes asked for at once
PATIENCE = 60  # seconds that the server may be silent
PAUSES = (1, 5)  # seconds before it is asked again: networks hiccup


def fetch(url, **headers):
    """-> (the answer's status, its bytes), asked for again where the network fails. Raises OSError where it still does."""
    for pause in (*PAUSES, None):
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, headers=headers), timeout=PATIENCE
            ) as answer:
                return answer.status, answer.read()
        except OSError as error:
            if pause is None or not _passes(error):
                raise
        time.sleep(pause)


def _passes(error):
    """Whether another try may help: not where the name is unknown, or the server has answered that there is no such file."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
    reason = getattr(error, "reason", error)
    return not isinstance(reason, socket.gaierror | ConnectionRefusedError)


def opened(url):
    """The file as a binary stream that can be searched. Raises OSError where the server gives no pieces of it."""
    return io.BufferedReader(_Pieces(url), PIECE)


class _Pieces(io.RawIOBase):
    def __init__(self, url):
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PATIENCE) as answer:
            self.url, self.size = answer.url, int(answer.headers["Content-Length"])
        self.place = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=io.SEEK_SET):
        self.place = (0, self.place, self.size)[whence] + offset
        return self.place

    def readinto(self, buffer):
        end = min(self.place + len(buffer), self.size)
        if end <= self.place:
            return 0
        status, data = fetch(self.url, Range=f"bytes={self.place}-{end - 1}")
        if status != HTTPStatus.PARTIAL_CONTENT or len(data) != end - self.place:
            raise OSError("this server gives no pieces of a file")
        buffer[: len(data)] = data
        self.place = end
        return len(data)
