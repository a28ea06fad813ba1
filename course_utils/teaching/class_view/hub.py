"""The class view as a service of a JupyterHub, which starts it and says who is asking: see deploy/class_view_config.py.

    python -m course_utils.teaching.class_view.hub

Students' notebooks send what they share to `share`, with the tokens of their servers. Instructors open the page; they are
the members of the hub's group "instructors".
"""

import json
import os
import secrets
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.web import Application, HTTPError, RequestHandler, authenticated

from course_utils.support.language import gettext as _
from course_utils.teaching.class_view import page
from course_utils.teaching.class_view.session import LEAST, Session

INSTRUCTORS = "instructors"
LONGEST = 4096  # bytes of what is shared


class _Handler(HubOAuthenticated, RequestHandler):
    """The hub lets in only who has the scope access:services!service=class-view."""

    def initialize(self, session: Session) -> None:
        self.session = session

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")

    def prepare_instructor(self) -> None:
        if INSTRUCTORS not in self.current_user.get("groups", ()):
            raise HTTPError(403, reason=f"This page is for the hub's group {INSTRUCTORS}.")


class Share(_Handler):
    @authenticated
    def post(self) -> None:
        try:
            if len(self.request.body) > LONGEST:
                raise ValueError("too long")
            told = json.loads(self.request.body)
            task, done, mistakes = told["task"], told["done"], told["mistakes"]
            if not isinstance(task, str) or not isinstance(done, bool) or not isinstance(mistakes, list):
                raise ValueError("not an outcome")
            if not all(isinstance(id, str) for id in mistakes):
                raise ValueError("not the ids of mistakes")
            self.session.share(self.current_user["name"], task, done, mistakes)
        except (ValueError, KeyError, TypeError) as error:
            raise HTTPError(400, "%s", error, reason="This is not an outcome of the course.") from None
        self.set_status(204)


class Page(_Handler):
    @authenticated
    def get(self) -> None:
        self.prepare_instructor()
        note = _(
            "Nothing is shown about fewer than {n} people, and the picture changes when {n} more have shared."
        )
        self.finish(page.page(note.format(n=LEAST), ends=self.xsrf_token.decode()))


class Counts(_Handler):
    @authenticated
    def get(self) -> None:
        self.prepare_instructor()
        self.set_header("Content-Type", "application/json")
        self.finish(page.counts(self.session.view()))


class End(_Handler):
    @authenticated
    def post(self) -> None:
        self.prepare_instructor()
        self.session.end()
        self.set_status(204)


def application(prefix: str, session: Session) -> Application:
    """prefix: the service's path at the hub, "/services/class-view/"."""
    about: dict[str, Any] = {"session": session}
    return Application(
        [
            (prefix, Page, about),
            (prefix + page.DATA, Counts, about),
            (prefix + "end", End, about),
            (prefix + "share", Share, about),
            (prefix + "oauth_callback", HubOAuthCallbackHandler),
        ],
        cookie_secret=secrets.token_bytes(32),
    )


def main() -> None:
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    session = Session()
    application(os.environ["JUPYTERHUB_SERVICE_PREFIX"], session).listen(address.port or 80, address.hostname)
    PeriodicCallback(session.forget_when_idle, 60_000).start()
    IOLoop.current().start()


if __name__ == "__main__":
    main()
