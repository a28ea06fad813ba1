"""Archives of hand-ins, as Moodle and Canvas name what is in them, for `nbgrader zip_collect`.

Moodle   Kim Minsu_1327627_assignsubmission_file_/04-momentum (1).ipynb, or all of it in the file's name
Canvas   kimminsu_LATE_4711_99120_04-momentum-2.ipynb: a name, who and which, and what was handed in
"""

import re
import unicodedata
from collections import Counter
from functools import cached_property
from pathlib import Path

from nbgrader.plugins import FileNameCollectorPlugin  # type: ignore[import-untyped]
from traitlets import Unicode

from course_utils.teaching.handouts.sheets import read_students

FILE = r"(?P<file>[^/]+)\.ipynb$"
MOODLE = re.compile(
    r"(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_?/(?:.*/)?|_)" + FILE
)
CANVAS = re.compile(r"(?:^|/)(?P<name>[^/_]+)_(?:LATE_)?(?P<number>\d+)_\d+_(?:[^/]+/(?:.*/)?)?" + FILE)
NO_HAND_INS = ("__MACOSX", ".ipynb_checkpoints")


class ArchiveNames(FileNameCollectorPlugin):
    """Who handed in a file, and what it is called, from where it lies in an archive.

    A student is known by the id that the roster gives the name; else by the name and the archive's number, which is
    never that of somebody else. Several files of one student are all kept: autograding takes the newest.
    """

    roster = Unicode(
        "roster.csv", help="a table with the columns id and name, in the folder of the course"
    ).tag(config=True)

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        found = told_apart(submitted_file)
        if found is None:
            return None
        name, number, file = found
        student = self.ids.get("".join(words(name))) or f"{name}_{number}"
        self.seen[student, file] += 1
        again = self.seen[student, file]
        return {"student_id": student, "file_id": f"{file} ({again})" if again > 1 else file}

    @cached_property
    def seen(self) -> Counter[tuple[str, str]]:
        return Counter()

    @cached_property
    def ids(self) -> dict[str, str]:
        """{a name, its words joined, family name first or last: the one id that has it}"""
        path = Path(self.parent.coursedir.root, self.roster)
        if not path.is_file():
            return {}
        students, _complaints = read_students(path)
        ids: dict[str, set[str]] = {}
        for student in students:
            said = words(student.name)
            for first in range(len(said)):
                ids.setdefault("".join(said[first:] + said[:first]), set()).add(student.id)
        return {name: found.pop() for name, found in ids.items() if len(found) == 1}


def told_apart(path: str) -> tuple[str, str, str] | None:
    """-> (name, number, name of the file without its ending); None where neither Moodle nor Canvas names files so"""
    clean = unicodedata.normalize("NFC", _decoded(Path(path).as_posix()))
    if any(part in NO_HAND_INS for part in clean.split("/")):
        return None
    found = MOODLE.search(clean) or CANVAS.search(clean)
    return (found["name"].strip(), found["number"], found["file"]) if found else None


def _decoded(path: str) -> str:
    """A name in UTF-8 that an archive did not declare, and which was unpacked as if it were from DOS."""
    try:
        return path.encode("cp437").decode("utf-8")
    except UnicodeError:
        return path


def words(name: str) -> list[str]:
    """The words of a name, in small letters and without signs: Canvas writes kimminsu for Kim, Min-su."""
    letters = unicodedata.normalize("NFC", name).casefold().replace("-", "").replace("'", "")
    return re.findall(r"\w+", letters)
