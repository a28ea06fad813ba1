"""Rosters and answers as forms, learning platforms and spreadsheets write them: read rightly, and no row is lost."""

import json
from fractions import Fraction

import pytest

from course_utils.landscapes import SADDLE
from course_utils.optimizers import SGD
from course_utils.practice.problems import StepProblem
from course_utils.teaching import handouts
from course_utils.teaching.grading import grades
from course_utils.teaching.handouts import Sheet, Student, dates, headings, mark, read_students, tables

PROBLEM = StepProblem(SADDLE, SGD(Fraction(1, 2)), (4, 5), 2)  # (3/2, 3), (0, 9/4)
CLASS = [Student("1001", "Ada Example"), Student("1002", "김철수"), Student("1003", "Chi Example")]
ROW = "3/2,3,0,9/4"


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    path = tmp_path_factory.mktemp("answers") / "answers.csv"
    handouts.write_answers(path, [Sheet(student, PROBLEM) for student in CLASS])
    return path


@pytest.fixture()
def marked(tmp_path, answers):
    """Mark a text as a file of attempts. -> ({id: Marked}, [complaints])"""

    def marked(text, encoding="utf-8", **settings):
        path = tmp_path / "attempts.csv"
        path.write_bytes(text.encode(encoding))
        report = mark(path, answers, **settings)
        return {each.student.id: each for each in report.marked}, [str(each) for each in report.complaints]

    return marked


def verdicts(found):
    return [each.verdict for each in found.values()]


# ------------------------------------------------------------------------------------------------- the headings

ROSTERS = {
    "a school in Korea": ("학번,이름,학과\n1001,김철수,수학과\n", "김철수"),
    "Google Forms": (
        "Timestamp,Email Address,Your name,Student ID\n2026/11/29 9:00:00 AM,ada@example.org,Ada,1001\n",
        "Ada",
    ),
    "Google Forms in Korean": (
        "타임스탬프,이메일 주소,성명,학번\n2026. 11. 29,a@example.org,김철수,1001\n",
        "김철수",
    ),
    "Canvas": (
        'Student,ID,SIS User ID,SIS Login ID,Section\n"Example, Ada",77,1001,ada,A\n',
        "Example, Ada",
    ),
    "Moodle": (
        "First name,Last name,ID number,Email address\nAda,Example,1001,ada@example.org\n",
        "Ada Example",
    ),
    "Moodle in Korean": ("성,이름,학번\n김,철수,1001\n", "김철수"),
    "a school in Japan": ("学籍番号;氏名\n1001;佐藤 花子\n", "佐藤 花子"),
}


@pytest.mark.parametrize("kind", ROSTERS)
def test_the_columns_of_a_roster_are_found_by_their_usual_names(tmp_path, capsys, kind):
    text, name = ROSTERS[kind]
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8-sig")
    assert read_students(path) == ([Student("1001", name)], [])
    assert "was read as id" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp949", "학번,x1,y1,x2,y2\n1001,3/2,3,0,9/4\n"),
        ("euc_kr", "학번;x1;y1;x2;y2;하고 싶은 말 ㅠㅠ\n1001;1,5;3;0;2,25;너무 어려워요… ㅎㅎ\n"),
        ("cp932", "学籍番号,x1,y1,x2,y2,感想\n1001,3/2,3,0,9/4,①難しい〜\n"),
        ("utf-16", "학번\tx1\ty1\tx2\ty2\n1001\t3/2\t3\t0\t9/4\n"),
        ("utf-8-sig", "학번,x1,y1,x2,y2\n1001,3/2,3,0,9/4\n"),
    ],
)
def test_a_known_heading_shows_the_encoding_even_where_there_are_no_names(marked, encoding, text):
    found, complaints = marked(text, encoding)
    assert verdicts(found) == ["right", "not handed in", "not handed in"]
    assert complaints == []


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("X₁", "x1"),
        ("y_2", "y2"),
        ("Step 2: x of the new θ", "x2"),
        ("Question 3 [step 1, y]", "y1"),
        ("y after step 12 *", "y12"),
        ("2단계 x좌표", "x2"),
        ("Response 1", None),
        ("x and y of step 1", None),
        ("x of steps 1 and 2", None),
        ("Explain 1", None),
        ("x", None),
    ],
)
def test_a_question_of_a_form_names_its_coordinate(heading, column):
    assert headings._coordinate(headings.simple(heading)) == column


def test_an_unclear_heading_can_be_named_by_the_user(tmp_path, answers, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    head = "Who are you? (number),Response 1,Response 2,Response 3,Response 4\n"
    (tmp_path / "quiz.csv").write_text(f"{head}1001,{ROW}\n", encoding="utf-8")
    command = ["mark", "quiz.csv", "--answers", str(answers)]
    assert handouts.main(command) == 1
    assert '--column id="ITS HEADING"' in capsys.readouterr().err
    names = ("id=who are you", "x1=Response 1", "y1=Response 2", "x2=Response 3", "y2=Response 4")
    asked = [word for name in names for word in ("--column", name)]
    assert handouts.main([*command, *asked]) == 0
    assert "1001,Ada Example,right,4,4" in (tmp_path / "marked/report.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("id=Nobody", "there is no column “Nobody”; the columns are id, name"),
        ("mark=name", "there is no column mark to be told: the columns are id, name"),
        ("id", '--column takes a name and a heading, such as id="Student number", not id'),
    ],
)
def test_a_wrong_heading_is_refused_in_one_line(tmp_path, capsys, column, told):
    path = tmp_path / "roster.csv"
    path.write_text("id,name\n1,A\n", encoding="utf-8")
    command = ["handout", "--problem", "sgd", "--seed", "1", "--students", str(path), "--column", column]
    assert handouts.main([*command, "--output", str(tmp_path)]) == 1
    assert told in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------ the rows


def test_line_breaks_and_long_comments_lose_no_row(marked):
    long = "word " * 500
    found, complaints = marked(
        'id,"What was\nhard?",x1,y1,x2,y2\r\n'
        f'1001,"Nothing.\r\n\r\nReally, ""nothing"".",{ROW}\r\n'
        f'1002,"{long}",{ROW}\r\n'
        f"1003,{long},{ROW}\r\n"
    )
    assert verdicts(found) == ["right"] * 3
    assert complaints == []


def test_a_stray_quotation_mark_takes_no_other_row_with_it(marked):
    found, complaints = marked(f'id,x1,y1,x2,y2\n1001,"3/2,3,0,9/4\n1002,{ROW}\n1003,{ROW}"\n')
    assert verdicts(found) == ["left out", "right", "not finished"]
    assert [line.partition(":")[0] for line in complaints] == ["attempts.csv, line 2", "attempts.csv, line 4"]


def test_nobody_whose_row_is_there_is_called_not_handed_in(marked, tmp_path, answers):
    text = f"id,name,x1,y1,x2,y2\n1001,A,{ROW},7,8\n1O02,김철수,{ROW}\n"
    assert verdicts(marked(text)[0]) == ["left out", "left out", "not handed in"]
    found, _complaints = marked(f"{text}9999,Nobody,{ROW}\n")
    assert verdicts(found) == ["left out", "left out", "not found"]
    report = mark(tmp_path / "attempts.csv", answers)
    assert "3 students, 2 handed in" in report.page()
    assert "1 row belongs to nobody in the answers" in report.page()
    report.write(tmp_path / "report.csv")
    made = grades.of_handouts(tmp_path / "report.csv", "Handout")
    assert [(each.state, each.points) for each in made] == [("not graded", None)] * 3, "no silent zero"


@pytest.mark.parametrize(("keep", "right"), [("first", 2), ("last", 0), ("best", 4)])
def test_the_attempt_that_counts_is_the_teachers_choice(marked, keep, right):
    found, complaints = marked(
        f"id,x1,y1,x2,y2\n1001,3/2,3,,\n1001.0,{ROW}\n1002,{ROW}\n1001,7,7,7,7\n", keep=keep
    )
    assert (found["1001"].right, found["1002"].right) == (right, 4)
    assert len(complaints) == 2
    assert all("only that one is marked" in line for line in complaints)


# --------------------------------------------------------------------------------------------------- the numbers


@pytest.mark.parametrize(
    ("date", "fraction"),
    [
        ("5월 2일", "5/2"),
        ("05월 02일", "5/2"),
        ("2026년 5월 2일", "5/2"),
        ("5月2日", "5/2"),
        ("5/2/2026", "5/2"),
        ("31.1.2026", "31/1"),
        ("May-32", "5/32"),
        ("Feb-31", "2/31"),
        ("05-May", "5/5"),
        ("2026-05-05 00:00:00", "5/5"),
        ("5/2", None),
        ("-15.5", None),
        ("May", None),
    ],
)
def test_a_date_that_was_one_fraction_is_read_back(date, fraction):
    assert dates.fraction(date) == fraction


@pytest.mark.parametrize(
    "date", ["02-May", "2-May", "May-02", "2 May 2026", "2026-05-02", "2026-05-02 00:00:00"]
)
def test_a_date_that_was_one_of_two_fractions_is_asked_for(date):
    with pytest.raises(ValueError, match="out of 5/2 or 2/5: say --dates month-first or --dates day-first"):
        dates.fraction(date)
    assert [dates.fraction(date, order) for order in dates.ORDERS] == ["5/2", "2/5"]


def test_dates_among_the_entries_are_read_and_reported(marked):
    text = "id,x1,y1,x2,y2\n1001,3월 2일,3,0,04-Sep\n"
    found, complaints = marked(text)
    assert found["1001"].right == 3
    assert "y2: 04-Sep is a date that a spreadsheet made out of 9/4 or 4/9" in " ".join(complaints)
    found, complaints = marked(text, order="month-first")
    assert found["1001"].verdict == "right"
    assert complaints[-1] == "attempts.csv, line 2: y2: the date 04-Sep was read as 9/4."


@pytest.mark.parametrize(
    ("entries", "right"),
    [
        ('"1,5",3,0,"2,25"', 4),
        ('"1,50",3,"0,0","2,2500"', 4),
        ('"1,5",3,0,"2,250"', 3),  # or two thousand two hundred and fifty
        ('"1,5",,0,"2,25"', 2),  # or the point (1, 5)
        ('"(1,5)",3,0,9/4', 3),  # a point
    ],
)
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(marked, entries, right):
    found, complaints = marked(f"id,x1,y1,x2,y2\n1001,{entries}\n")
    assert found["1001"].right == right
    assert bool(complaints) == (right < 4)


def test_what_is_not_needed_is_not_limited(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,note\n1," + json.dumps("x" * 5000) + "\n", encoding="utf-8")
    assert tables.read(path, ("id",)).complaints == []
