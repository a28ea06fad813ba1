"""The instructor's guide tells the truth: links, commands, tables of mistakes, polls, plans and the worked example."""

import importlib
import json
import re
import shlex
import tomllib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from course_utils import __main__ as commands
from course_utils.authoring import __main__ as publishing
from course_utils.landscapes import SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.mistakes import MISTAKES
from course_utils.practice.problems import THREE_STEPS, StepProblem
from course_utils.practice.questions import NumberQuestion, question
from course_utils.practice.typed_numbers import read_number
from course_utils.quadratics import overall_rate, tuned
from course_utils.teaching import atlas, handouts, presenting
from course_utils.teaching.bank import command as bank
from course_utils.teaching.grading import grades
from course_utils.teaching.handouts.marking import mark

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "instructors-guide.md"
TEXT = GUIDE.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")  # a point stays on one line
EXAM, CLASSES, PRIVACY = (ROOT / "docs" / f"{name}.md" for name in ("exam", "other-classes", "privacy"))
PAGES = [
    GUIDE,
    ROOT / "docs" / "grading.md",
    ROOT / "deploy" / "README.md",
    ROOT / "docs" / "questions.md",
    ROOT / "docs" / "question-bank.md",
    ROOT / "docs" / "hosting.md",
    EXAM,
    CLASSES,
    PRIVACY,
]
METHODS = {
    "Gradient descent": SGD,
    "Momentum": Momentum,
    "Nesterov, θ": NesterovLookahead,
    "Nesterov, Θ": Nesterov,
}
MAINS = {
    "handout": handouts.main,
    "mark": handouts.main,
    "grades": grades.main,
    "export": bank.main,
    "slides": publishing.main,
    "site": publishing.main,
}


def section(title):
    """The text below a heading of the guide, up to the next one."""
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)[1]


def rows(text):
    """The rows of the tables in a text, without heads and rules: a list of cells each."""
    lines = text.splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for n, line in enumerate(lines)
        if line.startswith("|")
        and not line.startswith("|---")
        and lines[n + 1 : n + 2] != [re.sub(r"[^|]+", "---", line)]
    ]


def blocks(kind):
    """The fenced blocks of one kind in the guide; "" is a block without a name."""
    return [text for name, text in re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.M | re.S) if name == kind]


def lecture(number):
    """The cells of a lecture."""
    return json.loads(next((ROOT / "notebooks").glob(f"{number}-*.ipynb")).read_text(encoding="utf-8"))[
        "cells"
    ]


def source(number):
    return "\n".join("".join(cell["source"]) for cell in lecture(number))


def headings(number):
    names = {r"$\eta$": "η", r"$\mu$": "μ", r"$\varepsilon$": "ε"}
    text = source(number)
    for tex, letter in names.items():
        text = text.replace(tex, letter)
    return re.findall(r"^## (.+)$", text, re.M)


def titles(text):
    """What a text quotes as the heading of a lecture: words in italics that begin with a capital letter."""
    return re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", text)


def quoted(number, title):
    return any(heading.startswith(title) for heading in headings(number))


# ------------------------------------------------------------------------------------------------- links, size


def slug(heading):
    """The address of a heading on a page, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)]+)\)", text)
    assert found
    for address in found:
        if address.startswith("https:"):
            continue
        file, _, anchor = address.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), address
        if anchor:
            there = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.M)
            assert anchor in map(slug, there), address


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name
)
def test_every_named_path_of_the_code_exists(page):
    text = page.read_text(encoding="utf-8")
    for path in re.findall(
        r"`((?:course_utils|tests|practice|words|widgets|authoring|teaching)/[\w./-]*)`", text
    ):
        path = path.replace("NN-title", "04-momentum").replace("NN", "04")
        assert (ROOT / path).exists() or (ROOT / "course_utils" / path).exists(), path


def test_the_task_in_contributing_is_a_task(tmp_path, monkeypatch):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = re.search(r"^```python\n(@function_task.*?)^```", text, re.M | re.S)[1]
    head = "from course_utils.practice.tasks import function_task\n\n\n"
    (tmp_path / "example_task.py").write_text(head + example, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    task = importlib.import_module("example_task").terminal_velocity
    assert [slip.name for slip in task.mistakes] == ["rising", "one_plus_mu"]
    assert [slip.function(1, 0.1, 0.5) for slip in task.mistakes] == [0.2, pytest.approx(-0.1 / 1.5)]
    words = tomllib.loads(re.search(r"^```toml\n(.*?)^```", text, re.M | re.S)[1])
    assert words["tasks"]["top-speed"]["slips"]["rising"] == task.words["slips"]["rising"]


def test_the_guide_is_found_and_short():
    assert "(docs/instructors-guide.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(instructors-guide.md)" in PAGES[1].read_text(encoding="utf-8")
    assert "(../docs/instructors-guide.md)" in PAGES[2].read_text(encoding="utf-8")
    assert len(TEXT.splitlines()) <= 380


def test_no_lecture_and_no_exercise_is_forgotten():
    for folder, pattern in (("notebooks", "[0-9][0-9]-*.ipynb"), ("exercises", "*.ipynb")):
        for path in (ROOT / folder).glob(pattern):
            assert f"(../{folder}/{path.name})" in TEXT, path.name


# ---------------------------------------------------------------------------------------------------- commands


def named_commands():
    return re.findall(r"python3 -m course_utils ([^`\n]+)", TEXT)


def test_every_command_is_one_and_knows_its_options(capsys):
    lines = named_commands()
    assert {shlex.split(line)[0] for line in lines} == {"start", "teach", *commands.TOOLS}
    for line in lines:
        name, *words = shlex.split(line)
        if name not in MAINS:
            continue
        with pytest.raises(SystemExit) as left:
            MAINS[name]([name, "--help"])
        assert left.value.code == 0
        told = capsys.readouterr().out
        assert all(word in told for word in words if word.startswith("--")), line
    with pytest.raises(SystemExit):
        publishing.main(["site", "--help"])
    assert "--lite" in capsys.readouterr().out and "`--lite`" in TEXT


def test_the_sizes_of_installations():
    for name in ("teach", "start"):
        size = re.search(rf"`python3 -m course_utils {name}`[^`]*?(\d+) MB", TEXT, re.S)[1]
        assert int(size) == commands.SIZES[name]


def test_presenter_mode_is_switched_on_in_a_console():
    (code,) = blocks("python")
    words = re.findall(r"present\b|release\b|stop\b", code)
    assert {"present", "release", "stop"} <= set(words)
    assert all(callable(getattr(presenting, word)) for word in words)
    assert code.startswith("from course_utils.teaching.presenting import ")


# ------------------------------------------------------------------------------------------------------- plans


def test_the_class_of_90_minutes():
    text = section("One class of 90 minutes")
    times = [tuple(map(int, row[0].split("–"))) for row in rows(text)]
    assert times[0][0] == 0 and times[-1][1] == 90
    assert all(before[1] == after[0] for before, after in pairwise(times))
    assert all(start < end for start, end in times)
    found = titles(text)
    assert len(found) >= 9
    assert [title for title in found if not quoted("04", title)] == []
    order = [
        next(i for i, heading in enumerate(headings("04")) if heading.startswith(title))
        for row in rows(text)
        for title in titles(row[1])
    ]
    assert order == sorted(order), "in the order of the lecture"
    for name in re.findall(r"`(04 [^`]+)`", text):
        assert re.search(rf'(Quiz|Gate)\(\s*"{name}"', source("04"))


def test_what_the_plan_says_of_the_atlas():
    right = THREE_STEPS.answer[0]
    first = [mistake for mistake, table in THREE_STEPS.mistaken if table[0] == right]
    shown, begin = re.search(r"of the (\d+) mistakes that show in this problem, (\d+) begin", TEXT).groups()
    assert (int(shown), int(begin)) == (len(THREE_STEPS.mistaken), len(first))
    assert f"All {len(MISTAKES)} mistakes" in TEXT
    assert len(THREE_STEPS.confusions()[1]) == 8 and "At η = μ = 1 eight mistakes" in TEXT


def test_the_two_weeks():
    text = section("Two weeks")
    table = rows(text)
    assert [row[0] for row in table] == list("12345678")
    for row in table:
        number = row[0].zfill(2)
        assert re.match(rf"\[{number}\]\(\.\./notebooks/{number}-", row[2])
        if number != "01":
            assert row[1].startswith(f"{number}: ")
        found = titles(row[1] + row[2])
        assert found or number == "04"
        assert [title for title in found if not quoted(number, title)] == []
    minutes = [int(m) for n in range(1, 10) for m in re.findall(r"About (\d+) minutes", source(f"0{n}"))]
    assert minutes == [45] * 9 and "A lecture is about 45 minutes" in text
    assert sum(map(int, re.findall(r"(\d+) %", text))) == 100


def test_audiences_are_pointed_to_what_is_there():
    everything = [f"{n:02}" for n in range(1, 10)]
    found = titles(section("Audiences"))
    assert len(found) == 2
    assert all(any(quoted(number, title) for number in everything) for title in found)


# ------------------------------------------------------------------------------------------------------- polls


def plain(text):
    return text.removesuffix(".")


POLLS = [row for row in rows(section("Polls")) if row[0].startswith("`")]


@pytest.mark.parametrize("row", POLLS, ids=lambda row: row[0].strip("`").replace(" ", "-"))
def test_a_poll_is_what_is_asked(row):
    name = row[0].strip("`")
    poll = question(name)
    assert re.search(rf'(Quiz|Gate)\(\s*"{name}"', source(name[:2])), "asked in the lecture"
    if isinstance(poll, NumberQuestion):
        assert Fraction(row[1]) == poll.answer
        values = re.findall(r"`([^`]+)`", row[2])
        assert values and {Fraction(value) for value in values} <= {wrong.value for wrong in poll.wrong}
    else:
        assert poll.options[int(row[1]) - 1].right
        quotes = re.findall(r"“([^”]+)”", row[2])
        assert quotes and set(quotes) <= {plain(option.text) for option in poll.options if not option.right}
    assert row[3]


def test_every_lecture_has_polls_and_every_name_is_a_question():
    assert {row[0][1:3] for row in POLLS} == {f"{n:02}" for n in range(1, 10)}
    for name in re.findall(r"`(\d\d [a-z-]+)`", TEXT):
        question(name)
    longest = max(len(q.options) for row in POLLS if hasattr(q := question(row[0].strip("`")), "options"))
    assert longest == 4, "one to four fingers"


# ---------------------------------------------------------------------------------------------------- mistakes

PROBLEM = re.compile(
    r"^\*\*(?P<method>[^*]+)\*\*[^\n]*? on f = xy, η = (?P<lr>[\d/]+)(?:, μ = (?P<momentum>[\d/]+))?, from (?P<start>\([^)]+\)):"
    r"[^\n]* Right: (?P<right>[^\n]+)\n\n(?P<table>(?:\|[^\n]*\n)+)",
    re.M,
)
TABLES = list(PROBLEM.finditer(section("Where students stumble")))


def asked(found):
    """The problem that a line of the guide describes."""
    settings = {name: Fraction(found[name]) for name in ("lr", "momentum") if found[name]}
    start = [read_number(x) for x in found["start"].strip("()").split(",")]
    return StepProblem(SADDLE, METHODS[found["method"]](**settings), start, steps=3)


@pytest.mark.parametrize("found", TABLES, ids=lambda found: f"{found['method']} {found['lr']}")
def test_the_tables_come_from_the_mistakes(found):
    problem = asked(found)
    assert found["right"] == atlas.written_table(problem.answer)
    known = {atlas.written_table(table): " *or* ".join(names) for table, names in atlas.tables(problem)}
    table = rows(found["table"])
    assert len(table) >= 3
    for points, names, ask in table:
        assert known.get(points) == names
        assert ask.endswith((".", "?"))


def test_every_method_has_its_table():
    assert {found["method"] for found in TABLES} == set(METHODS)
    assert len(TABLES) == section("Where students stumble").count("Right: ")


# ----------------------------------------------------------------------------------------- handouts, sizes, exam


def test_the_example_of_handout_and_mark(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("roster.csv", "attempts.csv"), blocks("csv"), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    lines = [line for line in named_commands() if re.match("handout |mark (?!--watch)", line)]
    for line, expected in zip(lines, blocks("text"), strict=True):
        assert handouts.main(shlex.split(line)) == 0
        said = capsys.readouterr()
        assert (said.err + said.out).replace("\\", "/") == expected
    report = mark("attempts.csv", "sheets/answers.csv")
    given = [row for row in rows(section("Handouts and marking")) if row[0].isdigit()]
    assert given == [
        [each.student.id, each.verdict, f"{each.right} of {each.entries}", each.cause]
        for each in report.marked
    ]
    page = Path("marked/report.html").read_text(encoding="utf-8")
    assert page.index("<img") < page.index("Ada Example"), "first the class, then names"


def test_every_problem_for_handouts_is_named():
    line = re.search(r"`--problem` is ([^.]+)\.", TEXT)[1]
    assert set(re.findall(r"`([^`]+)`", line)) == set(handouts.PROBLEMS)


def test_the_size_of_a_hub_is_the_measured_one():
    students, memory, cores = re.search(
        r"For\s+(\d+) students it is (\d+ GB) of memory and (\d+) cores", TEXT
    ).groups()
    assert f"| {students} | {memory} | {cores} |" in PAGES[2].read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------------------- the exam


EXAM_TEXT = EXAM.read_text(encoding="utf-8")


def key(number):
    """The answer of one row of the exam's key."""
    return next(row[1] for row in rows(EXAM_TEXT) if row[0] == number)


def in_tex(number):
    number = Fraction(number)
    sign, number = "-" if number < 0 else "", abs(number)
    if number.denominator == 1:
        return f"{sign}{number}"
    top, bottom = number.as_integer_ratio()
    return (
        rf"{sign}\tfrac{top}{bottom}" if top < 10 and bottom < 10 else rf"{sign}\tfrac{{{top}}}{{{bottom}}}"
    )


def points_in_tex(table):
    return ", ".join(f"$({', '.join(map(in_tex, point))})$" for point in table)


def test_the_key_of_the_exam_is_right_about_the_tables():
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    right = StepProblem(SADDLE, Momentum(lr=half, momentum=quarter), (2, 8), 3)
    other = StepProblem(SADDLE, SGD(lr=half), (2, 8), 3).answer
    assert key("1") == points_in_tex(right.answer)
    assert points_in_tex(other) in EXAM_TEXT
    assert {"no velocity", "velocity replaced"} == set(right.diagnose(other).mistakes)
    alike_at_first = {mistake.id for mistake, table in right.mistaken if table[0] == right.answer[0]}
    assert {"gradient frozen at the start", "look-ahead gradient (NAG)"} <= alike_at_first
    assert right.confusions()[1] == ()


def test_the_key_of_the_exam_is_right_about_the_bowl():
    low, high = Fraction(1, 2), Fraction(8)
    assert key("3a").endswith(rf"= 2/8 = {in_tex(2 / high)}$")
    best = 2 / (low + high)
    said = re.findall(r"\$(?:\\eta = )?(-?\\tfrac[^$]+)\$", key("3b"))
    assert said == [in_tex(n) for n in (best, 1 - best * low, 1 - best * high)]
    pair = tuned(Momentum, (float(low), float(high)))
    numbers = [Fraction(8, 25), Fraction(9, 25), Fraction(3, 5)]
    assert [pair.lr, pair.momentum, overall_rate(pair, (0.5, 8.0))] == pytest.approx(
        list(map(float, numbers))
    )
    assert all(f"{in_tex(n)}$" in key("3d") for n in numbers)


def test_the_key_of_the_exam_is_right_about_the_code():
    code = re.search(r"^```python\n(class Ball:.*?)^```", EXAM_TEXT, re.M | re.S)[1]
    for row, source in (("4a", code), ("4b", code.replace("return", "self.v = v\n        return"))):
        names = {}
        exec(source, names)
        ball, theta, walk = names["Ball"](0.5, 0.5), 1.0, []
        for _ in range(3):
            theta = ball.step(theta, theta)
            walk.append(theta)
        assert walk == [float(number) for number in re.findall(r"\$([^$]+)\$", key(row))]


def test_the_key_of_the_exam_is_right_about_the_libraries():
    b = v = pytorch = book = 0.0
    for eta in (0.1, 0.01):
        b, v = 0.8 * b + 1, 0.8 * v - eta
        pytorch, book = pytorch - eta * b, book + v
    assert [pytorch, book] == pytest.approx([float(n) for n in re.findall(r"\$([^$]+)\$", key("5a"))])
    averaged, eta, mu = re.match(
        r"\$\\eta = ([\d.]+)\$, which is \$([\d.]+)/\(1 - ([\d.]+)\)\$", key("5c")
    ).groups()
    assert float(averaged) == pytest.approx(float(eta) / (1 - float(mu)))
    m = b = theirs = ours = 0.0
    for g in (1.0, -0.5, 2.0):
        m, b = 0.8 * m + 0.2 * g, 0.8 * b + g
        theirs, ours = theirs - float(averaged) * m, ours - 0.1 * b
    assert theirs == pytest.approx(ours)


def test_the_points_of_the_exam_add_up():
    asked = {
        number: int(points) for number, points in re.findall(r"\*\*(\d)\..*?\((\d+) points\)", EXAM_TEXT)
    }
    given = dict.fromkeys(asked, 0)
    for row in rows(EXAM_TEXT):
        if row[0][:1] in asked:
            given[row[0][0]] += 12 if row[0] == "1" else int(re.match(r"\d+", row[2])[0])
    assert asked == given and sum(asked.values()) == 60


def test_the_other_classes_name_headings_that_exist():
    text = CLASSES.read_text(encoding="utf-8")
    everything = [heading for n in range(11) for heading in headings(f"{n:02}")]
    found = [title for title in titles(text) if "Kernel" not in title]
    assert len(found) >= 4
    assert [title for title in found if not any(h.startswith(title) for h in everything)] == []
    for name in re.findall(r"`(\d\d [a-z-]+)`", text):
        assert question(name) is not None
