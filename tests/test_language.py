"""Every message can be translated: the template for translators is up to date, and a pseudo-language finds no English."""

import ast
import json
import os
import re
import subprocess
import sys

import pytest
from needs import missing
from pseudo import LANGUAGE, catalogue, english

from course_utils.authoring import messages, stills
from course_utils.support import language
from course_utils.words import APART, groups, in_english, words

ROOT = messages.ROOT / "course_utils"
TOLD = "run python -m course_utils.authoring messages, and commit what it changes"


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory):
    """Run a script in the pseudo-language. -> what it printed, from JSON"""
    folder = catalogue(tmp_path_factory.mktemp("locale"))
    env = os.environ | {"LANGUAGE": LANGUAGE, "TEXTDOMAINDIR": str(folder), "COURSE_PROGRESS": ""}

    def run(script, **more):
        command = [sys.executable, "-X", "utf8", "-c", script]
        done = subprocess.run(command, env=env | more, capture_output=True, encoding="utf-8", timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def leftover(texts):
    return [(text, words) for text in texts if (words := english(text))]


# --- the template --------------------------------------------------------------------------------------------


def test_the_template_for_translators_is_up_to_date():
    try:
        now = messages.gathered()
    except messages.AuthoringError as reason:
        missing(str(reason))
    assert messages.TEMPLATE.read_text(encoding="utf-8") == now, TOLD


def test_the_template_holds_messages_of_every_kind():
    told = messages.TEMPLATE.read_text(encoding="utf-8")
    files = set(re.findall(r"^#: (.*)$", told, flags=re.MULTILINE))
    for file in (
        "course_utils/words/04.toml", "course_utils/words/mistakes.toml", "course_utils/widgets/map.py",
        "course_utils/practice/problems.py", "course_utils/teaching/handouts/templates/sheets.html",
        "course_utils/authoring/templates/frame.html", "notebooks/04-momentum.ipynb", "solutions/bug-clinic.ipynb",
    ):  # fmt: skip
        assert file in files
    assert 'msgid_plural "Steps 1 to {n} are right."' in told
    assert 'msgid "39760"' not in told, "an answer is no message"


def test_no_message_stands_in_an_f_string_where_babel_does_not_look():
    for file in ROOT.rglob("*.py"):
        assert not re.findall(
            r"""\bf["'].*\{[^{}"']*\b(?:_|n?gettext)\(["'].*""", file.read_text(encoding="utf-8")
        ), file


def test_without_a_catalogue_the_course_speaks_english():
    assert language.gettext("Right, every step.") == "Right, every step."
    assert language.gettext("") == ""
    assert language.ngettext("one", "many", 1) == "one"
    assert language.name() == "en"
    for group in [*groups(), *APART]:
        assert words(group) == in_english(group)


def test_the_language_is_the_one_that_the_environment_names(pseudo):
    ask = (
        "import json; from course_utils.support.language import gettext; print(json.dumps(gettext('Check')))"
    )
    assert pseudo(ask) == "⟦Check⟧"
    assert pseudo(ask, LANGUAGE="", LC_ALL="xx.UTF-8") == "⟦Check⟧"
    assert pseudo(ask, LANGUAGE="", LC_ALL="", LC_MESSAGES="", LANG="xx") == "⟦Check⟧"
    assert pseudo(ask, LANGUAGE="", LC_ALL="C.UTF-8") == "Check"
    assert pseudo(ask, LANGUAGE="de:xx") == "⟦Check⟧"


# --- the scripts hold no words -------------------------------------------------------------------------------


def test_each_message_that_a_script_asks_for_is_sent_by_its_widget():
    from course_utils import widgets
    from course_utils.descent import descend
    from course_utils.landscapes import BOWL
    from course_utils.optimizers import SGD, Momentum
    from course_utils.practice import THREE_STEPS

    made = {
        "exercise.js": widgets.StepExercise(THREE_STEPS),
        "quiz.js": widgets.Quiz("04 race"),
        "number.js": widgets.NumberQuiz("01 count"),
        "standing.js": widgets.Standing(),
        "heat.js": widgets.HeatMap(Momentum),
        "edge.js": widgets.Edge(),
        "one_axis.js": widgets.OneAxis(),
        "race.js": widgets.Race({"SGD": [[2.0, 1.0]]}),
        "map.js": widgets.Explorer(BOWL, [SGD(0.1)]),
        "gate.js": widgets.Gate("04 race"),
        "stage.js": widgets.Stage({"SGD": descend(SGD(0.1), BOWL, (1.0, 1.0), 3)}),
        "clinic.js": widgets.Clinic("crawls"),
    }
    for name, widget in made.items():
        plays = name in ("map.js", "race.js", "stage.js")
        parts = [
            "alive.js",
            "form.js",
            *(["draw.js"] if plays else []),
            *(["work.js"] if name == "clinic.js" else []),
            name,
        ]
        asked = {id for part in parts for id in asked_for(part)}
        assert len(asked) >= 2
        assert asked <= set(widget.texts), name
        widget.close()


def asked_for(script):
    """The ids of messages that stand in a script as they are."""
    text = next(ROOT.glob(f"*/{script}")).read_text(encoding="utf-8")
    found = re.findall(r'words(?:Of\(model\))?\("([^"]+)"|\btexts\.(\w+)\b(?!\()|\btexts\["([^"]+)"\]', text)
    return {id for ids in found for id in ids if id} - {"length"}  # of a list


def test_no_script_holds_a_sentence():
    sentence = r"""(["'`])(?:(?!\1).)*?\b[A-Z][a-z]+ [a-z]+ [a-z]+.*?\1"""
    scripts = [*ROOT.rglob("*.js")]
    assert len(scripts) > 20
    for script in scripts:
        lines = script.read_text(encoding="utf-8").splitlines()
        code = [line for line in lines if not line.lstrip().startswith(("//", "*", "/*"))]
        assert not re.findall(sentence, "\n".join(code)), script


def said_as_it_stands(node):
    """The texts in code with three words in a row, those apart that are translated, raised, or docstrings."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
        return
    if isinstance(node, ast.Constant) and re.search("[a-z]+ [a-z]+ [a-z]+", str(node.value)):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from said_as_it_stands(child)


def test_pictures_hold_no_sentence_that_is_not_translated():
    for file in (ROOT / "figures").glob("*.py"):
        assert not [*said_as_it_stands(ast.parse(file.read_text(encoding="utf-8")))], file


def test_what_is_said_without_a_kernel_is_there_in_every_language_of_the_catalogues(tmp_path):
    assert stills.FILE.read_text(encoding="utf-8") == stills.written(), TOLD
    words = json.loads(stills.written(catalogue(tmp_path)))
    assert words["en"] == stills.SAID
    assert words[LANGUAGE] == {id: f"⟦{text}⟧" for id, text in stills.SAID.items()}


def test_no_stylesheet_holds_words():
    sheets = [*ROOT.glob("**/*.css")]
    assert len(sheets) > 10
    for sheet in sheets:
        said = re.findall(
            r"content:[^;}]*?([\"'][^\"';}]*[A-Za-z][^\"';}]*[\"'])", sheet.read_text(encoding="utf-8")
        )
        assert not said, sheet


# --- what Python says ----------------------------------------------------------------------------------------

SAID = """
import json, pathlib, re
from fractions import Fraction
import course_utils
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import *
from course_utils.practice import BY_HAND, FOLLOW_UP, THREE_STEPS, StepProblem, progress
from course_utils.practice.typed_numbers import read_number

texts = []
problems = [THREE_STEPS, FOLLOW_UP, BY_HAND, StepProblem(SADDLE, SGD(1), (1, 2), 3), StepProblem(SADDLE, NesterovLookahead(1, 1), (1, 2), 3)]
for problem in problems:
    n = problem.steps
    right, blank = problem.answer, (None, None)
    off = lambda t: [(x + 7, y) if k == t else (x, y) for k, (x, y) in enumerate(right)]
    tables = [right, [blank] * n, [right[0]] + [blank] * (n - 1), *map(off, range(n))]
    tables += [table for mistake, table in problem.mistaken]
    texts += [problem.diagnose(table).message for table in tables]
    texts += [line for step in range(1, n + 1) for line in problem.hints(step)] + problem.worked()
page = pathlib.Path(course_utils.__file__).parents[1] / "docs" / "typed-numbers.md"
for typed in re.findall("`([^`]+)`", page.read_text(encoding="utf-8")):
    try:
        read_number(typed, "x₁")
    except ValueError as error:
        texts.append(str(error))
print(json.dumps(texts))
"""


def test_every_diagnosis_and_hint_can_be_translated(pseudo):
    texts = pseudo(SAID)
    assert len(texts) > 200
    assert not leftover(texts)


PAPER = """
import json, re, pathlib, tempfile
from bs4 import BeautifulSoup
from course_utils.practice.mistakes import MISTAKES
from course_utils.teaching import atlas
from course_utils.teaching.handouts import Student, make_sheets, mark, page, write_answers

folder = pathlib.Path(tempfile.mkdtemp())
pages, sheets = [], []
for problem in ("three-steps", "sgd", "nesterov", "nesterov-theta"):
    sheets = make_sheets(problem, [Student(str(k), "") for k in range(6)], "autumn")
    pages.append(page(sheets))
write_answers(folder / "answers.csv", sheets)
rows = ["id,x1,y1,x2,y2,x3,y3", "0," + "7," * 5 + "7", "1,one,2,,,,", "2,,,,,,", "0,1,1,1,1,1,1", "9,1,1,1,1,1,1"]
wrong = sheets[4].problem.mistaken[0][1]
rows.append("4," + ",".join(str(x) for point in wrong for x in point))
(folder / "attempts.csv").write_text("\\n".join(rows))
report = mark(folder / "attempts.csv", folder / "answers.csv")
pages.append(report.page())
texts = [text for cause, n in report.counts() for text in [cause]]
texts += [entry for row in atlas.catalogue() for entry in row[:4]]
for each in pages:
    soup = BeautifulSoup(each, "html.parser")
    [node.decompose() for node in soup.select("style, script, bdi, code")]
    texts += [soup.get_text(' ')] + [str(node[name]) for name in ("alt", "aria-label") for node in soup.select(f"[{name}]")]
print(json.dumps(texts))
"""


def test_handouts_and_reports_and_the_atlas_can_be_translated(pseudo):
    texts = pseudo(PAPER)
    assert len(texts) > 180
    assert not leftover(texts)


SITE = """
import json
from bs4 import BeautifulSoup
from course_utils.authoring import pages
from types import SimpleNamespace as Bunch

leaf = Bunch(path="notebooks/01-a.html", title="", goals="", card={}, body="", figures={}, questions=["01 a"])
figure = Bunch(name="01-a/b-0", scripts=lambda base: "")
front = [(figure, {"text/plain": ""})]
said = pages.said_by_script()
made = [
    pages.page_of("index.html", lectures=[leaf], exercises=[leaf], lite=True, front=front, title="", base=""),
    pages.page_of("index.html", lectures=[leaf], exercises=[], lite=False, front=[], title="", base=""),
    pages.page_of("page.html", leaf=leaf, title="", before=None, after=None, ways={}, base="../", lite=True),
    pages.page_of("slides.html", title="", styles="", scripts=[], body=""),
]
texts = [*said.pop("places"), *said.values()]
for each in made:
    soup = BeautifulSoup(each, "html.parser")
    [node.decompose() for node in soup.select("style, script, pre, code")]
    texts += [soup.get_text(' ')] + [str(node[name]) for name in ("placeholder", "aria-label") for node in soup.select(f"[{name}]")]
print(json.dumps(texts))
"""


def test_the_frames_of_pages_can_be_translated(pseudo):
    texts = pseudo(SITE)
    assert len(texts) > 30
    assert not leftover([text.replace("{asked}", "") for text in texts])


OTHERS = """
import contextlib, io, json, pathlib, tempfile, os
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    from course_utils.practice import progress
    from course_utils.support.setup_check import check_setup
    from course_utils.teaching import presenting
    check_setup()
    presenting.present()
    presenting.release()
    presenting.stop()
    folder = pathlib.Path(tempfile.mkdtemp())
    os.environ["COURSE_PROGRESS"] = str(folder / "p")
    progress.keep("04 race", {})
    progress.export(folder / "e")
    progress.erase()
texts = [line.replace(str(folder), "") for line in printed.getvalue().splitlines()]
print(json.dumps(texts))
"""


def test_what_is_printed_can_be_translated(pseudo):
    texts = pseudo(OTHERS)
    assert "⟦All is ready.⟧" in texts
    assert len(texts) > 10
    assert not leftover(texts)


TOML = """
import json
from course_utils.words import APART, NOT_SAID, groups, words

def said(entry):
    if isinstance(entry, dict):
        return [text for key, x in entry.items() if key not in NOT_SAID or isinstance(x, dict) for text in said(x)]
    return [text for x in entry for text in said(x)] if isinstance(entry, list) else [entry]

print(json.dumps([text for group in [*groups(), *APART] for text in said(words(group))]))
"""


def test_questions_hints_and_mistakes_can_be_translated(pseudo):
    texts = pseudo(TOML)
    assert len(texts) > 1000
    assert not leftover(texts)


VERDICTS = """
import json
from bs4 import BeautifulSoup
from course_utils.practice import tasks
from course_utils.practice.card import Card, still
from course_utils.practice.checking import check

def empty(*arguments): raise NotImplementedError
def raises(*arguments): raise ValueError("⟦what it says⟧")
def nothing(*arguments): print("⟦what it prints⟧")
def one(argument): return argument
def words(*arguments): return "⟦a text⟧"
class Blank: pass

names = tasks.names()
first = {name[:2]: name for name in reversed(names)}.values()
verdicts = [tasks.task(name).examine(thing) for name in ("04 top-speed", "04 momentum") for thing in (empty, raises, nothing, one, words, Blank, 3)]
verdicts += [tasks.task(name).examine(tasks.task(name).mistakes[0].function) for name in first if tasks.task(name).mistakes]
texts = []
for verdict in verdicts:
    soup = BeautifulSoup(still(verdict)["text/html"], "html.parser")
    [node.decompose() for node in soup.select("code, pre")]
    texts += [soup.get_text(" "), verdict.next, *Card(verdict).texts.values()]
print(json.dumps(texts))
"""


def test_verdicts_can_be_translated(pseudo):
    texts = pseudo(VERDICTS)
    assert sum("⟦Not yet⟧" in text for text in texts) > 10
    assert len(texts) > 100
    assert not leftover(texts)
