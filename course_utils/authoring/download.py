"""Fetch a file, or packages by pip, over the network. Networks hiccup, so a failed attempt is repeated."""

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
    """Whether another try may help: not if the name is unknown, or the server has said that there is no such file."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
    reason = getattr(error, "reason", error)
    return not isinstance(reason, socket.gaierror | ConnectionRefusedError)


def pip(command, options, folder, failure):
    """Have pip fetch something, and try once more if that fails. failure: how the AuthoringError begins"""
    pip = ["pip", command, "--quiet", "--disable-pip-version-check", "--retries", "2", *options]
    try:
        call(pip, folder, failure)
    except AuthoringError:
        time.sleep(PAUSES[-1])
        call(pip, folder, failure)
