"""Keep the notebooks up to date, and publish them.

python -m course_utils.authoring refresh [NOTEBOOK ...] [--check]
python -m course_utils.authoring messages [--check]
python -m course_utils.authoring slides NN --output DIR
python -m course_utils.authoring site --output DIR [--lite] [--repository OWNER/NAME]
python -m course_utils.authoring film --output FILE.webp|FILE.png
"""

import argparse
import sys

from course_utils.authoring.page import AuthoringError


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m course_utils.authoring",
        description="Keep the notebooks up to date, and publish them.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    refresh = commands.add_parser("refresh", help="run lectures and solutions, store outputs, make exercises")
    refresh.add_argument(
        "notebooks", nargs="*", help="notebooks in notebooks/ or solutions/; all where none is named"
    )
    messages = commands.add_parser("messages", help="gather what the course says, for translators")
    for command in (refresh, messages):
        command.add_argument(
            "--check", action="store_true", help="write nothing; say what would change, and exit with 1"
        )
    slides = commands.add_parser("slides", help="a lecture as slides, in one file that needs no network")
    which = slides.add_mutually_exclusive_group(required=True)
    which.add_argument("lecture", nargs="?", help="its number, such as 04")
    which.add_argument("--all", action="store_true", help="every lecture, a file for each")
    site = commands.add_parser("site", help="all lectures as a site for any web server")
    site.add_argument(
        "--lite",
        action="store_true",
        help="and the browser edition beside it: the notebooks, run by a Python in the browser",
    )
    site.add_argument(
        "--repository",
        default="",
        metavar="OWNER/NAME",
        help="the course's place on GitHub: each page then has a link to Binder",
    )
    film = commands.add_parser("film", help="the README's animation of the live map, or its exercise")
    film.add_argument(
        "--output",
        required=True,
        metavar="FILE",
        help="the .webp file of the map, or the .png file of the exercise",
    )
    for command in (slides, site):
        command.add_argument("--output", required=True, metavar="DIR", help="the folder to write into")
    given = parser.parse_args(arguments)
    try:
        return COMMANDS[given.command](given)
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 1


def _refresh(given):
    from course_utils.authoring.refresh import refresh

    return refresh(given.notebooks, given.check)


def _messages(given):
    from course_utils.authoring.messages import gather

    return gather(given.check)


def _slides(given):
    from course_utils.authoring.pages import lectures
    from course_utils.authoring.slides import build

    numbers = [page.path.name[:2] for page in lectures()] if given.all else [given.lecture]
    files = [str(build(number, given.output)) for number in numbers]
    keys = "S shows the speaker's notes, F fills the screen, ? lists the keys."
    print("\n".join([*files[:-1], f"{files[-1]}: open it in a browser. {keys}"]))
    return 0


def _site(given):
    from course_utils.authoring.site import build_site

    print(build_site(given.output, given.lite, repository=given.repository))
    return 0


def _film(given):
    from course_utils.authoring.film import record

    print(f"{given.output}: {record(given.output) // 1000} kB")
    return 0


COMMANDS = {"film": _film, "refresh": _refresh, "messages": _messages, "slides": _slides, "site": _site}

if __name__ == "__main__":
    sys.exit(main())
