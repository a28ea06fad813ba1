"""Grades as columns for Canvas and Moodle, and whose work it is in an archive of theirs."""

import csv
import unicodedata
from types import SimpleNamespace

import pytest
from traitlets import Any
from traitlets.config import LoggingConfigurable

from course_utils.teaching import handouts
from course_utils.teaching.grading import collecting, grades
from course_utils.teaching.grading.grades import GRADED, NOT_HANDED_IN, WAITING, Grade
from course_utils.teaching.grading.steps import one_notebook


def rows(path):
    return list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))


CLASS = [
    Grade("7", "Kim, Minsu", "minsu@example.org", "Sheet 1", 5, 6, GRADED, ("One slip.",)),
    Grade("8", "Lee, Jihye", "", "Sheet 1", 2, 6, WAITING),
    Grade("9", "=cmd", "", "Sheet 1", None, 6, NOT_HANDED_IN),
    Grade("7", "Kim, Minsu", "minsu@example.org", "Sheet 2", 2.5, 4, GRADED),
]


def test_canvas_finds_students_by_their_login_and_gets_no_false_zero(tmp_path):
    grades.write(tmp_path / "c.csv", "canvas", CLASS)
    possible, kim, lee, nobody = rows(tmp_path / "c.csv")
    assert list(kim)[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert possible["Student"].strip() == "Points Possible" and possible["Sheet 2"] == "4"
    assert (kim["SIS Login ID"], kim["Sheet 1"], kim["Sheet 2"]) == ("7", "5", "2.5")
    assert (lee["Sheet 1"], nobody["Sheet 1"], lee["Sheet 2"]) == ("", "", "")
    assert nobody["Student"] == "'=cmd", "no formula"


def test_moodle_gets_feedback_beside_each_grade(tmp_path):
    grades.write(tmp_path / "m.csv", "moodle", CLASS)
    kim = rows(tmp_path / "m.csv")[0]
    assert kim == {
        "ID number": "7",
        "Email address": "minsu@example.org",
        "Sheet 1": "5",
        "Sheet 1: feedback": "One slip.",
        "Sheet 2": "2.5",
        "Sheet 2: feedback": "",
    }


def test_the_plain_table_says_what_each_number_is(tmp_path):
    grades.write(tmp_path / "p.csv", "csv", CLASS)
    states = [(row["id"], row["state"], row["points"]) for row in rows(tmp_path / "p.csv")]
    assert states == [
        ("7", "graded", "5"),
        ("8", "waits for a person", "2"),
        ("9", "not handed in", ""),
        ("7", "graded", "2.5"),
    ]


def test_marked_handouts_become_a_column(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_text("id,name\n-7,Ada\n8,Ben\n", encoding="utf-8")
    arguments = [
        "handout",
        "--problem",
        "sgd",
        "--students",
        "roster.csv",
        "--seed",
        "1",
        "--output",
        "sheets",
    ]
    assert handouts.main(arguments) == 0
    answers = rows(tmp_path / "sheets" / "answers.csv")[0]
    entries = [answers[f"{axis}{t}"] for t in (1, 2, 3) for axis in "xy"]
    head = "id,x1,y1,x2,y2,x3,y3"
    (tmp_path / "attempts.csv").write_text(f"{head}\n-7,{','.join(entries)}\n", encoding="utf-8")
    assert (
        handouts.main(["mark", "attempts.csv", "--answers", "sheets/answers.csv", "--output", "marked"]) == 0
    )
    capsys.readouterr()
    command = [
        "grades",
        "marked/report.csv",
        "--format",
        "canvas",
        "--title",
        "Monday",
        "--output",
        "canvas.csv",
    ]
    assert grades.main(command) == 0
    assert "1 without a grade, not handed in: 8 (Monday)" in capsys.readouterr().out
    _, ada, ben = rows(tmp_path / "canvas.csv")
    assert (ada["SIS Login ID"], ada["Monday"], ben["Monday"]) == ("-7", "6", "")
    assert grades.main([*command[:1], "roster.csv", *command[2:]]) == 1
    assert "Nothing was written" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------- archives

KOREAN = "김민수"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            f"/all/{KOREAN}_1327627_assignsubmission_file_/04-momentum (1).ipynb",
            (KOREAN, "1327627", "04-momentum (1)"),
        ),
        ("/all/Kim Minsu_13_assignsubmission_file/work/04.ipynb", ("Kim Minsu", "13", "04")),
        ("/all/Kim Minsu_13_assignsubmission_file_04.ipynb", ("Kim Minsu", "13", "04")),
        ("/all/kimminsu_LATE_4711_99120_04-momentum-2.ipynb", ("kimminsu", "4711", "04-momentum-2")),
        (f"/all/{KOREAN}_4711_99120_04.ipynb", (KOREAN, "4711", "04")),
        ("/all/kimminsu_4711_99120_work/deep/04.ipynb", ("kimminsu", "4711", "04")),
        ("/all/__MACOSX/kimminsu_4711_99120_04.ipynb", None),
        ("/all/04-momentum.ipynb", None),
    ],
)
def test_the_names_of_moodle_and_canvas_are_read(path, expected):
    assert collecting.told_apart(path) == expected
    assert collecting.told_apart(unicodedata.normalize("NFD", path)) == expected  # as macOS packs it
    unpacked_as_dos = path.encode("utf-8").decode("cp437")
    assert collecting.told_apart(unpacked_as_dos) == expected


class Program(LoggingConfigurable):
    """What nbgrader gives a plugin as its parent."""

    coursedir = Any()


def collector(folder):
    return collecting.ArchiveNames(parent=Program(coursedir=SimpleNamespace(root=str(folder))))


@pytest.mark.parametrize("name", [KOREAN, "김 민수", "Kim Minsu", "Minsu Kim", "kimminsu", "Kim, Min-su"])
def test_the_roster_gives_a_name_its_id_in_any_order(tmp_path, name):
    (tmp_path / "roster.csv").write_text(f'id,name\n1,{KOREAN}\n2,"Kim, Minsu"\n', encoding="utf-8")
    found = collector(tmp_path).collect(f"/all/{name}_13_assignsubmission_file_/04.ipynb")
    assert found["student_id"] == ("1" if "김" in name else "2")


def test_two_students_of_one_name_stay_two(tmp_path):
    (tmp_path / "roster.csv").write_text("id,name\n1,Kim Minsu\n2,Minsu Kim\n", encoding="utf-8")
    made = collector(tmp_path)
    found = [made.collect(f"/all/Kim Minsu_{n}_assignsubmission_file_/04.ipynb") for n in (13, 14)]
    assert [each["student_id"] for each in found] == ["Kim Minsu_13", "Kim Minsu_14"]


def test_two_files_of_one_name_are_both_kept(tmp_path):
    made = collector(tmp_path)
    found = [made.collect(f"/all/Kim_13_assignsubmission_file_/{n}/04.ipynb")["file_id"] for n in "ab"]
    assert found == ["04", "04 (2)"]


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["04-momentum.ipynb", "04-momentum (1).ipynb"], None),
        (["04-momentum (1).ipynb", "04-momentum (2).ipynb"], "04-momentum (2).ipynb"),
        (["04-momentum-Copy1.ipynb", "notes.ipynb"], "04-momentum-Copy1.ipynb"),
        (["김민수_04_Momentum-3.ipynb", "04-momentum-2.ipynb"], "김민수_04_Momentum-3.ipynb"),
        (["Untitled.ipynb"], "Untitled.ipynb"),
        (["Untitled.ipynb", "Untitled1.ipynb"], None),
    ],
)
def test_the_notebook_that_was_meant_is_taken(tmp_path, there, taken):
    for name in there:
        (tmp_path / name).write_text(name, encoding="utf-8")
    notebooks = [str(tmp_path / name) for name in there]
    one_notebook(assignment="04-momentum", student="*", notebooks=notebooks)
    assert len(notebooks) == len(there) + bool(taken)
    if taken:
        assert (tmp_path / "04-momentum.ipynb").read_text(encoding="utf-8") == taken
        assert notebooks[-1] == str(tmp_path / "04-momentum.ipynb")
