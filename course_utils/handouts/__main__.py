"""python -m course_utils.handouts handout ... | mark ..."""

import sys

from course_utils.handouts.command import main

if __name__ == "__main__":
    sys.exit(main())
