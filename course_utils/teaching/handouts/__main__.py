"""python -m course_utils.teaching.handouts handout ... | mark ..."""

import sys

from course_utils.teaching.handouts.command import main

if __name__ == "__main__":
    sys.exit(main())
