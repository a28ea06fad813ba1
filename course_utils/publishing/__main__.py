"""python -m course_utils.publishing slides NN --output DIR | site --output DIR [--lite]"""

import argparse
import sys

from course_utils.notebook_rules import Mishap


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python3 -m course_utils", description="Publish the lectures.")
    commands = parser.add_subparsers(dest="command", required=True)
    slides = commands.add_parser("slides", help="a lecture as slides, in one file that needs no network")
    slides.add_argument("lecture", help="its number, such as 04")
    site = commands.add_parser("site", help="all lectures as a site for any web server")
    site.add_argument(
        "--lite", action="store_true", help="and a JupyterLite beside it, that runs in the browser"
    )
    for command in (slides, site):
        command.add_argument("--output", required=True, metavar="DIR", help="the folder to write into")
    given = parser.parse_args(arguments)
    try:
        if given.command == "slides":
            from course_utils.publishing.slides import build

            file = build(given.lecture, given.output)
            print(
                f"{file}: open it in a browser. S shows the speaker's notes, F fills the screen, ? lists the keys."
            )
        else:
            from course_utils.publishing.site import build_site

            print(build_site(given.output, given.lite))
    except Mishap as mishap:
        print(mishap, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
