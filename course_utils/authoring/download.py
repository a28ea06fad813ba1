"""What comes over the network: a file, or what pip fetches. Networks hiccup, so it is asked for again."""

import socket
import time
import urllib.error
import urllib.request
from http import HTTPStatus

from course_utils.authoring.page import AuthoringError
from course_utils.authoring.programs import call

PATIENCE = 60  # seconds that the server may be silent
PAUSES = (1, 5)  # seconds before it is asked again


def fetch(url):
    """The bytes of a file on a server. Raises OSError where it cannot be had."""
    for pause in (*PAUSES, None):
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return answer.read()
        except OSError as error:  # also HTTPError and URLError
            if pause is None or not _passes(error):
                raise
        time.sleep(pause)


def _passes(error):
    """Whether another try may help: not where the name is unknown, or the server has answered that there is no such file."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
    reason = getattr(error, "reason", error)
    return not isinstance(reason, socket.gaierror | ConnectionRefusedError)


def pip(command, options, folder, failure):
    """Let pip fetch something, and once more where that fails. failure: what an AuthoringError begins with"""
    pip = ["pip", command, "--quiet", "--disable-pip-version-check", "--retries", "2", *options]
    try:
        call(pip, folder, failure)
    except AuthoringError:
        time.sleep(PAUSES[-1])
        call(pip, folder, failure)
