"""Handouts: a sheet for every student, tables read whatever they look like, and each mistake named."""

import csv
import io
import re
import time
from fractions import Fraction

import pypdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from weekly import one_of_each

from course_utils.landscapes import SADDLE, quadratic
from course_utils.optimizers import SGD, Momentum
from course_utils.practice.problems import SLIP, StepProblem
from course_utils.teaching import handouts
from course_utils.teaching.handouts import (
    PROBLEMS,
    Sheet,
    Student,
    make_sheets,
    mark,
    page,
    read_answers,
    read_students,
    tables,
)
from course_utils.teaching.handouts.sheets import sharing

CLASS = [Student(f"s{k:03}", f"Student {k}") for k in range(200)]
NAMES = list(PROBLEMS)


@pytest.fixture(scope="module")
def sheets():
    """A class of 200, of whom the first 150 have sheets of their own: drawing them takes most of the time."""
    drawn = make_sheets("three-steps", CLASS[:150], seed="autumn")
    return [Sheet(student, drawn[k % 150].problem) for k, student in enumerate(CLASS)]


def write_attempts(path, rows, separator=","):
    lines = [separator.join(["id", "x1", "y1", "x2", "y2", "x3", "y3"])]
    lines += [separator.join(map(str, row)) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def flat(points):
    return [str(x) for point in points for x in point]


def table_of(sheet, name):
    """The table that a mistake gives on a sheet."""
    return next(table for mistake, table in sheet.problem.mistaken if mistake.id == name)


# ------------------------------------------------------------------------------------------------- the numbers


def test_numbers_come_from_the_seed_and_the_id_alone(sheets):
    asked = {sheet.student.id: repr(sheet.problem) for sheet in sheets[:12]}
    some = [CLASS[k] for k in (7, 2, 11)]
    again = make_sheets("three-steps", [Student("new", "New"), *some], seed="autumn")
    assert [repr(sheet.problem) for sheet in again[1:]] == [asked[student.id] for student in some]
    renamed = make_sheets("three-steps", [Student("s002", "Another name")], seed="autumn")
    assert repr(renamed[0].problem) == asked["s002"]
    other = make_sheets("three-steps", some, seed="spring")
    assert [repr(sheet.problem) for sheet in other] != [asked[student.id] for student in some]


def test_a_seed_gives_the_same_sheet_on_every_machine():
    (sheet,) = make_sheets("sgd", [Student("1", "")], seed=1)
    assert repr(sheet.problem) == repr(make_sheets("sgd", [Student("1", "")], seed="1")[0].problem)


@pytest.mark.parametrize("name", one_of_each(["momentum", "one", "momentum", "momentum"], NAMES))
def test_a_class_of_150_gets_140_different_sheets(name, sheets):
    made = sheets[:150] if name == "three-steps" else make_sheets(name, CLASS[:150], seed="spring")
    assert len({repr(sheet.problem) for sheet in made}) >= 140
    alike = [each for group in sharing(made) for each in group]
    apart = [sheet for sheet in made if sheet.student not in alike]
    assert len({repr(sheet.problem) for sheet in apart}) == len(apart)


def test_those_who_share_their_numbers_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(PROBLEMS, "sgd", Alike(SADDLE, SGD(1), (1, 2), 1))
    (tmp_path / "roster.csv").write_text("id,name\n1,Ada\n2,\n3,Ben\n", encoding="utf-8")
    command = ["handout", "--problem", "sgd", "--seed", "1", "--students", str(tmp_path / "roster.csv")]
    assert handouts.main([*command, "--output", str(tmp_path)]) == 0
    told = capsys.readouterr().out.splitlines()[1:]
    assert told == ["The same numbers, so do not let them sit together: Ada (1), 2, Ben (3)"]


class Alike(StepProblem):
    """A problem of which there is only one."""

    def for_one_of_many(self, seed):
        return self


@pytest.mark.parametrize("name", NAMES)
def test_on_every_sheet_the_usual_mistakes_can_be_told_apart(name):
    for sheet in make_sheets(name, CLASS[:12], seed=5):
        groups, unseen = sheet.problem.confusions()
        assert not unseen
        assert sum(len(set(group)) - 1 for group in groups) <= 6
        assert len(sheet.problem.mistaken) >= 15


def test_anything_but_a_problem_is_refused():
    with pytest.raises(
        ValueError, match=r"problem must be one of three-steps, sgd, .*, not 'momentum' \(str\)"
    ):
        make_sheets("momentum", CLASS[:1], seed=1)
    with pytest.raises(TypeError, match="problem must be a StepProblem"):
        make_sheets(3, CLASS[:1], seed=1)


# ---------------------------------------------------------------------------------------------------- the page


@pytest.mark.parametrize("name", NAMES)
def test_the_page_asks_and_does_not_answer(name):
    made = make_sheets(name, [Student("7", "Zoë <b>Ünal</b> & co"), Student("8", "")], seed=3)
    html = page(made)
    assert html.count("<section>") == 2
    assert "Zoë &lt;b&gt;Ünal&lt;/b&gt; &amp; co" in html
    assert html.count('<td class="answer"></td>') == 2 * 2 * 3
    assert not re.search(r"https?:|<script|src=", html)
    for sheet in made:
        x, y = sheet.problem.answer[-1]
        assert f"({x}, {y})" not in html.replace("−", "-")
        assert str(sheet.problem.start[0]).replace("-", "−") in html


def test_a_printed_page_is_one_sheet_per_student(tmp_path, browser):
    students = [Student("1", "Zoë"), Student("2" * 200, "W" * 200), Student("3", "")]
    made = [sheet for name in NAMES for sheet in make_sheets(name, students, seed=1)]
    short = StepProblem(PROBLEMS["sgd"].landscape, SGD(1), (1, 2), 1)  # two of these would fit on a page
    made += [Sheet(student, short) for student in CLASS[:4]]
    (tmp_path / "handouts.html").write_text(page(made), encoding="utf-8")
    web = browser.new_page()
    web.goto((tmp_path / "handouts.html").as_uri())
    for paper in "A4", "Letter":
        web.pdf(path=tmp_path / f"{paper}.pdf", format=paper)
    web.close()
    for paper in "A4", "Letter":
        pages = pypdf.PdfReader(tmp_path / f"{paper}.pdf").pages
        texts = [each.extract_text() for each in pages]
        assert len(texts) == len(made), paper
        assert all("Steps by hand" in text for text in texts)
        assert "sheets" not in texts[0], "the note to the teacher is not printed"


# ------------------------------------------------------------------------------------------------- the answers


@pytest.mark.parametrize("name", NAMES)
def test_answers_come_back_as_they_were_written(tmp_path, name):
    made = make_sheets(name, [*CLASS[:5], Student("=1+1", "@home"), Student("-x", "'quoted")], seed=9)
    handouts.write_answers(tmp_path / "answers.csv", made)
    again, complaints = read_answers(tmp_path / "answers.csv")
    assert complaints == []
    assert [(each.student, repr(each.problem)) for each in again] == [
        (each.student, repr(each.problem)) for each in made
    ]


def test_numbers_in_a_spreadsheet_are_numbers_and_no_cell_is_a_formula(tmp_path, sheets):
    nasty = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "=HYPERLINK(1)"]
    made = make_sheets("three-steps", [Student(name, name) for name in nasty], seed=1) + sheets[:20]
    handouts.write_answers(tmp_path / "answers.csv", made)
    raw = (tmp_path / "answers.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8 only with this mark"
    cells = [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) for cell in row]
    for cell in cells:
        assert not re.match(r"[=+@\t\r]|-(?!\d+(\.\d+)?$)", cell), cell
        assert "/" not in cell or "cmd" in cell, "3/2 would become a date"


def test_a_number_without_an_exact_decimal_stays_a_fraction(tmp_path):
    thirds = StepProblem(PROBLEMS["sgd"].landscape, SGD(Fraction(1, 3)), (1, 2), 3)
    handouts.write_answers(tmp_path / "answers.csv", [Sheet(CLASS[0], thirds)])
    again, complaints = read_answers(tmp_path / "answers.csv")
    assert (complaints, again[0].problem.answer) == ([], thirds.answer)


def test_answers_that_were_changed_are_not_trusted(tmp_path, sheets):
    path = tmp_path / "answers.csv"
    handouts.write_answers(path, sheets[:4])
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines[1] = lines[1].rpartition(",")[0] + ",99"
    lines[2] = lines[2].replace("Momentum", "Momentun")
    lines[3] = lines[3].replace("saddle", "sadle")
    path.write_text("\n".join([*lines, lines[4]]), encoding="utf-8")
    again, complaints = read_answers(path)
    assert [each.student.id for each in again] == ["s003"]
    assert list(map(str, complaints)) == [
        "answers.csv, line 2: the answers do not belong to these settings: make the handouts once more; this row is left out",
        "answers.csv, line 3: method must be one of SGD, Momentum, NesterovLookahead, Nesterov, not 'Momentun' (str); this row is left out",
        complaints[2].__str__(),
        "answers.csv, line 6: id s003 stands in line 5 already; this row is left out",
    ]
    assert "landscape must be one of saddle, bowl" in complaints[2].text


def test_a_landscape_without_a_name_is_refused(tmp_path):
    problem = StepProblem(quadratic(1, 2), SGD(1), (1, 2), 2)
    with pytest.raises(ValueError, match="problem must be on one of saddle"):
        handouts.write_answers(tmp_path / "answers.csv", [Sheet(CLASS[0], problem)])


# --------------------------------------------------------------------------------------------------- the roster


@pytest.mark.parametrize(
    "raw",
    [
        "id,name\n7,Zoë\n",
        "\ufeffid,name\r\n7,Zoë\r\n",
        "ID ; Name \r\n\r\n7;Zoë;;\r\n;;\r\n",
        "sep=;\nid;name\n7;Zoë",
        'name\tid\r"Zoë"\t 7 \r',
        "group,name,id\nA,Zoe\u0308,7\n",
        "id,name\n7,\u200e\ufeffZoë\x00\n".replace("\u200e", ""),
    ],
    ids=["plain", "mark", "semicolons", "sep", "tabs", "decomposed", "control"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_roster_from_any_spreadsheet(tmp_path, raw, encoding):
    path = tmp_path / "roster.csv"
    path.write_bytes(raw.encode(encoding, errors="ignore"))
    students, complaints = read_students(path)
    expected = "Zoe" if encoding == "cp1252" and "\u0308" in raw else "Zoë"  # that mark does not exist there
    assert (students, complaints) == ([Student("7", expected)], [])


def test_bad_rows_are_reported_by_line_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "roster.csv"
    long = "x" * 201
    path.write_text(f'id,name\n1,A\n2,"B\n,C\n1,D\n3,E,F\n4,{long}\n5\n6,"G, H"\n', encoding="utf-8")
    students, complaints = read_students(path)
    assert students == [Student("1", "A"), Student("5", ""), Student("6", "G, H")]
    assert list(map(str, complaints)) == [
        "roster.csv, line 3: a quotation mark is not closed, or stands inside a word; this row is left out",
        "roster.csv, line 4: has no id; this row is left out",
        "roster.csv, line 5: id 1 stands in line 2 already; this row is left out",
        "roster.csv, line 6: has 3 cells, and the table has 2 columns; this row is left out",
        "roster.csv, line 7: name is 201 characters long, and 200 are allowed; this row is left out",
    ]


@pytest.mark.parametrize(
    "raw, message",
    [
        ("", "must begin with a line that names the columns id, name, and it is empty"),
        ("a,b\n1,2", r"id, name is not in its first line, 'a,b' \(str\)"),
        ("id;nom\n1;2", "name is not in its first line"),
        ("id,id,name\n1,2,3", "names the column id twice"),
    ],
)
def test_a_file_without_the_columns_is_refused(tmp_path, raw, message):
    path = tmp_path / "roster.csv"
    path.write_text(raw, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_students(path)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: ("id,name\n" + text).encode("utf-8", "ignore")),
    )
)
@settings(max_examples=100, deadline=None)
def test_junk_is_read_or_refused_and_every_line_is_accounted_for(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "junk.csv"
    path.write_bytes(raw)
    try:
        table = tables.read(path, ("id", "name"))
    except ValueError as error:
        assert "junk.csv" in str(error)
        return
    told = {complaint.line for complaint in table.complaints}
    read = [line for line, _ in table.rows]
    assert len(set(read)) == len(read)
    assert not told & set(read)
    for _, row in table.rows:
        assert all(len(cell) <= tables.LONGEST and cell == cell.strip() for cell in row.values())


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=8))
@example([("+0", "-1")])
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_harmless_and_reads_back(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "written.csv"
    clean = [tuple(tables._clean(cell) for cell in row) for row in rows]
    clean = [row for row in clean if any(row) and not any(cell.startswith("'") for cell in row)]
    clean = [row for row in clean if "".join(row).strip(" \t,;\0")]
    tables.write(path, ("id", "name"), clean)
    table = tables.read(path, ("id", "name"))
    assert [tuple(row.values()) for _, row in table.rows] == clean
    for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
        assert not any(re.match(r"[=+@\t\r]|-(?!\d+(\.\d+)?$)", cell) for cell in row)


# ------------------------------------------------------------------------------------------------------ marking


@pytest.fixture()
def answers(tmp_path, sheets):
    handouts.write_answers(tmp_path / "answers.csv", sheets)
    return tmp_path / "answers.csv"


def test_every_students_mistake_is_named(tmp_path, sheets, answers):
    few = sheets[:8]
    slipped = [list(point) for point in few[5].problem.answer]
    attempts = [
        few[0].problem.answer,
        table_of(few[1], "no velocity"),
        table_of(few[2], "NAG in Θ"),
        [few[3].problem.answer[0], ("", ""), ("", "")],
        [("", "")] * 3,
        [(1000, 1000), *slipped[1:]],
        [few[6].problem.answer[0], ("1 3/2", "x"), ("", "")],
    ]
    rows = [[sheet.student.id, *flat(points)] for sheet, points in zip(few, attempts, strict=False)]
    report = mark(write_attempts(tmp_path / "attempts.csv", rows), answers)
    got = {each.student.id: each for each in report.marked}
    assert len(got) == 200
    assert (got["s000"].verdict, got["s000"].right) == ("right", 6)
    assert got["s001"].verdict == "wrong"
    assert "no velocity" in got["s001"].diagnosis.mistakes
    assert got["s001"].diagnosis.first_wrong_step == 2
    assert "NAG in Θ" in got["s002"].diagnosis.mistakes
    assert (got["s003"].verdict, got["s003"].right) == ("not finished", 2)
    assert got["s004"].verdict == "nothing typed"
    assert (got["s005"].verdict, got["s005"].right) == ("wrong", 4)
    assert got["s006"].verdict == "not finished"
    assert got["s007"].verdict == "not handed in"
    assert [str(each)[:31] for each in report.complaints] == [
        "attempts.csv, line 8: x2: These",
        "attempts.csv, line 8: y2: This ",
    ]
    counts = dict(report.counts())
    assert counts["not handed in"] == 193
    assert sum(counts.values()) == 200


def test_a_slip_carried_forward_is_one_mistake(tmp_path, sheets, answers):
    from course_utils.descent import descend

    problem = sheets[0].problem
    x, y = problem.answer[0]
    before = descend(problem.optimizer, problem.landscape, problem.start, 1)
    optimizer = before.optimizer
    slipped = (x + 1, y)
    after = descend(optimizer, problem.landscape, slipped, 2).positions[1:]
    rows = [["s000", *flat([slipped, *after])]]
    report = mark(write_attempts(tmp_path / "attempts.csv", rows), answers)
    assert report.marked[0].diagnosis.mistakes == (SLIP,)
    assert report.marked[0].cause == "one slip in the arithmetic, carried forward"


def test_rows_of_unknown_students_are_reported(tmp_path, answers, sheets):
    right = flat(sheets[0].problem.answer)
    rows = [
        ["s000", *right],
        ["s000", *right],
        ["", *right],
        ["ghost", *right],
        ["S1", *right, "9"],
        ["S001", *right],
    ]
    report = mark(write_attempts(tmp_path / "attempts.csv", rows), answers)
    assert [str(each) for each in report.complaints] == [
        "attempts.csv, line 3: id s000 stands in line 2 as well; only that one is marked",
        "attempts.csv, line 4: has no id; this row is left out",
        "attempts.csv, line 5: nobody in the answers has the id ghost; this row is left out",
        "attempts.csv, line 6: has 8 cells, and the table has 7 columns; this row is left out",
    ]
    assert [each.verdict for each in report.marked[:3]] == ["right", "wrong", "not found"]


def test_what_a_spreadsheet_does_to_ids_and_decimals(tmp_path):
    made = make_sheets("three-steps", [Student("007", "J"), Student("012", "K")], seed=2)
    handouts.write_answers(tmp_path / "answers.csv", made)
    rows = [
        [
            name,
            *(
                str(float(x)).replace(".", ",").removesuffix(",0")
                for point in sheet.problem.answer
                for x in point
            ),
        ]
        for name, sheet in zip(("7", "12"), made, strict=True)
    ]
    report = mark(write_attempts(tmp_path / "attempts.csv", rows, ";"), tmp_path / "answers.csv")
    assert [each.verdict for each in report.marked] == ["right", "right"]
    assert report.complaints == []


def test_decimals_that_are_cut_off_are_marked_as_those_that_are_rounded(tmp_path, sheets, answers):
    long = [s for s in sheets if any((1000 * x).denominator > 1 for p in s.problem.answer for x in p)]
    rows = []
    for sheet, places in zip(long[:2], (10**3, 10**2), strict=True):
        cut = [str(int(x * places) / places) for point in sheet.problem.answer for x in point]
        rows.append([sheet.student.id, *cut])
    marked = mark(write_attempts(tmp_path / "attempts.csv", rows), answers).marked
    verdicts = {each.student.id: each.verdict for each in marked}
    assert [verdicts[sheet.student.id] for sheet in long[:2]] == ["right", "wrong"]


def class_of_200(tmp_path, sheets):
    rows = []
    for k, sheet in enumerate(sheets):
        name = ("no velocity", "uphill", "(y, x) order", "μ dropped")[k % 4]
        points = sheet.problem.answer if k % 5 == 0 else table_of(sheet, name)
        rows.append([sheet.student.id, *flat(points)])
    return write_attempts(tmp_path / "attempts.csv", rows)


@pytest.mark.weekly
def test_a_class_of_200_is_marked_in_seconds_and_always_the_same_way(tmp_path, sheets, answers):
    attempts = class_of_200(tmp_path, sheets)
    begun = time.process_time()
    report = mark(attempts, answers)
    html = report.page()
    assert time.process_time() - begun < 20
    assert report.complaints == []
    counts = dict(report.counts())
    assert counts["right, every step"] == 40
    assert sum(count for cause, count in counts.items() if "no velocity" in cause) == 40
    assert html == mark(attempts, answers).page()
    report.write(tmp_path / "report.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 200
    assert rows[1]["verdict"] == "wrong"
    assert "uphill" in rows[1]["mistakes"]


def test_the_report_shows_the_class_first_and_without_names(tmp_path, sheets, answers):
    report = mark(class_of_200(tmp_path, sheets), answers)
    html = report.page()
    debrief, students = html.split('<details class="students">')
    assert "Student 3<" not in debrief
    assert "Student 3<" in students.partition("</details>")[0], "folded, until somebody opens it"
    figure, sentence = report.figure()
    assert (
        sentence.startswith("Of 200 students: right, every step: 40; ") or "right, every step: 40" in sentence
    )
    assert f'alt="{sentence}"' in html
    assert len(figure.axes[0].patches) == len(report.counts())
    assert "plain gradient descent, with no velocity" in debrief, "what was done, in a sentence"
    assert not re.search(r"https?:|<script", html)


def test_a_report_of_150_students_prints_on_six_pages(tmp_path, browser):
    problem = StepProblem(SADDLE, Momentum(lr=Fraction(1, 2), momentum=Fraction(1, 4)), (8, 16), 3)
    names = ["Maria del Carmen Fernández de la Vega y Sánchez de Toledo", "김철수", "Ada Example", "W" * 105]
    made = [Sheet(Student(f"2026{k:04}", names[3 if k % 10 == 0 else k % 3]), problem) for k in range(150)]
    handouts.write_answers(tmp_path / "answers.csv", made)
    tables_ = [problem.answer, *(table for _mistake, table in problem.mistaken[:23])]
    rows = [[sheet.student.id, *flat(tables_[k * k % 24])] for k, sheet in enumerate(made) if k % 13]
    report = mark(write_attempts(tmp_path / "attempts.csv", rows), tmp_path / "answers.csv")
    html = report.page().replace('<details class="students">', '<details class="students" open>')
    opened = browser.new_page()
    opened.set_content(html)
    (tmp_path / "report.pdf").write_bytes(opened.pdf())
    opened.close()
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    assert len(pages) <= 6
    assert [len(page.images) for page in pages] == [1] + [0] * (len(pages) - 1), "the whole chart on page 1"
    words = [page.extract_text() for page in pages]
    assert "".join(words).count("W" * 20) >= 15, "long names fold, and are there"
    assert "Student by student" not in words[0]


def test_names_cannot_break_the_report(tmp_path):
    made = make_sheets("sgd", [Student("<i>1</i>", "<script>alert(1)</script>")], seed=1)
    handouts.write_answers(tmp_path / "answers.csv", made)
    html = mark(write_attempts(tmp_path / "attempts.csv", []), tmp_path / "answers.csv").page()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


# ------------------------------------------------------------------------------------------------- the commands


def test_the_commands_from_roster_to_report(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_text("id,name\n1,Zoë\n2,李小龙\n,nobody\n", encoding="utf-8")
    make = [
        "handout",
        "--problem",
        "three-steps",
        "--students",
        "roster.csv",
        "--seed",
        "x",
        "--output",
        "out",
    ]
    assert handouts.main(make) == 0
    said = capsys.readouterr()
    assert said.err == "roster.csv, line 4: has no id; this row is left out\n"
    assert "2 sheets" in said.out
    assert handouts.main(make) == 0, "the same sheets again change nothing"
    write_attempts(tmp_path / "attempts.csv", [["1", 1, 2, 3, 4, 5, 6]])
    capsys.readouterr()
    assert handouts.main(["mark", "attempts.csv", "--answers", "out/answers.csv", "--output", "marked"]) == 0
    assert (tmp_path / "marked/report.html").read_text(encoding="utf-8").count("<tr>") >= 4
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["answers.csv", "handouts.html"]


def test_printed_sheets_do_not_lose_their_answers(tmp_path, capsys):
    (tmp_path / "roster.csv").write_text("id,name\n1,A\n", encoding="utf-8")
    make = [
        "handout",
        "--problem",
        "sgd",
        "--students",
        str(tmp_path / "roster.csv"),
        "--output",
        str(tmp_path),
    ]
    assert handouts.main([*make, "--seed", "1"]) == 0
    kept = (tmp_path / "answers.csv").read_bytes()
    assert handouts.main([*make, "--seed", "2"]) == 1
    assert "holds other answers" in capsys.readouterr().err
    assert (tmp_path / "answers.csv").read_bytes() == kept


@pytest.mark.parametrize("what", ["no file", "a folder", "no columns", "nobody"])
def test_a_failing_command_says_why_in_one_line(tmp_path, capsys, what):
    path = tmp_path / "roster.csv"
    if what == "a folder":
        path.mkdir()
    elif what != "no file":
        path.write_text("a,b\n" if what == "no columns" else "id,name\n,x\n", encoding="utf-8")
    command = [
        "handout",
        "--problem",
        "sgd",
        "--students",
        str(path),
        "--seed",
        "1",
        "--output",
        str(tmp_path / "o"),
    ]
    assert handouts.main(command) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("Nothing was written.\n")
    assert "Traceback" not in said.err
    assert not list((tmp_path / "o").glob("*"))
