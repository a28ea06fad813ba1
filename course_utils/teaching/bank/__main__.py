"""python -m course_utils.teaching.bank export ..."""

import sys

from course_utils.teaching.bank.command import main

if __name__ == "__main__":
    sys.exit(main())
