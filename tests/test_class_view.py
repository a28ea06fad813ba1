"""The class, live: what is counted, what may be shown of it, where it comes from, and the page."""

import http.client
import http.server
import itertools
import json
import pickle
import re
import threading
from collections import Counter
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import serious_violations
from traitlets.config import Config

from course_utils.landscapes import SADDLE
from course_utils.optimizers import SGD
from course_utils.practice import THREE_STEPS, StepProblem, sharing, tasks
from course_utils.practice.asked import ASKED
from course_utils.practice.card import Card
from course_utils.practice.sharing import Outcome
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, TO_DO, Verdict
from course_utils.teaching import handouts
from course_utils.teaching.class_view.counting import DONE, Result, shown, task_view
from course_utils.teaching.class_view.naming import of_table, said
from course_utils.teaching.class_view.session import IDLE, Session
from course_utils.teaching.handouts import Sheet, Student, mark
from course_utils.teaching.handouts.watching import PATIENCE, Watched, served
from course_utils.widgets import Gate, NumberQuiz, Quiz, StepExercise
from course_utils.words import groups, words

ROOT = Path(__file__).resolve().parent.parent
TASK = "04 three-steps"
NO_VELOCITY = ("no velocity", "velocity replaced")


# ---------------------------------------------------------------------------------------------------- counting


def test_no_group_of_fewer_than_five_is_shown_and_none_follows_by_subtraction():
    for done, first, second, third in itertools.product(range(12), repeat=4):
        counts = Counter({DONE: done, ("a",): first, ("b",): second, ("c",): third})
        kept, rest = shown(counts, 5)
        assert all(n >= 5 for n in kept.values())
        assert kept.total() + rest == counts.total()
        assert rest == 0 or rest >= 5 or not kept


def view(counts, **options):
    results = [
        Result(group == DONE, () if group == DONE else group) for group, n in counts.items() for _ in range(n)
    ]
    return task_view("the task", results, of_table, **options)


def numbers(seen):
    """All numbers that stand on the screen."""
    return {int(n) for n in re.findall(r"\d+", f"{seen['told']} {seen['answered']}")} | {
        bar["count"] for bar in seen["bars"]
    }


def test_an_instructors_own_table_is_counted_exactly():
    seen = view({DONE: 3, NO_VELOCITY: 2, ("uphill",): 1}, students=9)
    assert (seen["told"], seen["answered"]) == (
        "3 of 6 have it right",
        "6 of 9 students have answered.",
    )
    assert [(bar["name"], bar["count"]) for bar in seen["bars"]] == [
        ("no velocity or velocity replaced", 2),
        ("uphill", 1),
    ]
    assert seen["ask"]["about"] == "no velocity or velocity replaced"
    assert seen["ask"]["question"].startswith("What was the ball doing")
    assert view({}, students=9)["answered"] == "0 of 9 students have answered."


def test_a_hub_shows_only_what_is_true_of_five():
    assert numbers(view({DONE: 2, NO_VELOCITY: 2}, least=5)) == {5}, "but for the five of the rule"
    assert view({DONE: 18, NO_VELOCITY: 2}, least=5)["told"] == "At least 16 of 20 have it right"
    seen = view({DONE: 3, NO_VELOCITY: 9, ("uphill",): 2}, least=5)
    assert seen["told"] == "Fewer than 5 of 14 have it right"
    assert [(bar["name"], bar["count"]) for bar in seen["bars"]] == [
        ("no velocity or velocity replaced", 9),
        ("everything else", 5),
    ]


def test_what_does_not_fit_on_the_screen_is_counted_together():
    ids = [mistake.id for mistake, _table in THREE_STEPS.mistaken][:12]
    seen = view({(id,): 20 - k for k, id in enumerate(ids)})
    assert len(seen["bars"]) == 8 and seen["bars"][-1]["count"] == sum(20 - k for k in range(7, 12))


def test_everything_that_can_be_shared_can_be_said():
    for group in groups():
        for key, asked in words(group)["questions"].items():
            ids = asked.get("options") or [str(Fraction(wrong["value"])) for wrong in asked["wrong"]]
            for id in set(ids) - {asked.get("right")}:
                assert said(f"{group} {key}", id).why
    for name, problem in ASKED.items():
        assert all(said(name, mistake.id).ask for mistake, _table in problem.mistaken)
    for name in ("04 step", "03 gradient"):
        assert {said(name, slip.name).name for slip in tasks.task(name).mistakes}
    with pytest.raises(ValueError):
        said("04 nothing", "wrong")


def test_the_mistakes_in_the_guides_tables_have_a_question_of_their_own():
    guide = (ROOT / "docs" / "instructors-guide.md").read_text(encoding="utf-8")
    section = guide.partition("## Where students stumble")[2].partition("\n## ")[0]
    named = {
        name for cell in re.findall(r"^\| \(.*?\| (.+?) \| ", section, re.M) for name in cell.split(" *or* ")
    }
    assert len(named) > 20
    assert [name for name in named if not words("mistakes")["mistakes"][name].get("ask")] == []


# ----------------------------------------------------------------------------------------------------- sharing


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def shared_by(session, people, done=True, mistakes=()):
    for person in people:
        session.share(person, TASK, done, list(mistakes))


def test_the_screen_moves_only_when_five_have_moved():
    session = Session()
    shared_by(session, "abcd")
    assert "Fewer than 5" in session.view()[0]["answered"]
    shared_by(session, "e")
    assert session.view()[0]["told"] == "5 of 5 have it right"
    shared_by(session, "fghi", done=False, mistakes=NO_VELOCITY)
    assert session.view()[0]["told"] == "5 of 5 have it right", "nobody learns what the next one pressed"
    shared_by(session, "j", done=False, mistakes=NO_VELOCITY)
    (seen,) = session.view()
    assert seen["told"] == "5 of 10 have it right"
    assert [bar["count"] for bar in seen["bars"]] == [5]


def test_one_person_counts_once_and_the_last_answer_counts():
    session = Session()
    shared_by(session, "abcde" * 3, done=False)
    shared_by(session, "abcde")
    (seen,) = session.view()
    assert (seen["told"], seen["bars"]) == ("5 of 5 have it right", [])


def test_no_name_is_kept_and_the_end_forgets_everything():
    clock = Clock()
    session = Session(clock)
    shared_by(session, ["Ada Lovelace", *"abcd"])
    kept = pickle.dumps([session._key, session._now, session._moved, session._seen])
    assert b"Ada" not in kept and b"Lovelace" not in kept
    before = session._key
    session.end()
    assert session.view() == [] and session._key != before, "who it was cannot be told any more"
    shared_by(session, "abcde")
    clock.now += IDLE + 1
    session.forget_when_idle()
    assert session._now == {}, "a class that nobody ended ends by itself"


def test_no_text_of_anybodys_comes_to_the_screen():
    session = Session()
    shared_by(session, "abcde", done=False, mistakes=["<b>my own words</b>", *["uphill"] * 3])
    assert "own words" not in json.dumps(session.view())
    assert session.view()[0]["bars"][0]["name"] == "uphill"
    with pytest.raises(ValueError):
        session.share("a", "my own task", True, [])
    assert len(session.view()) == 1


@contextmanager
def hub(monkeypatch, status=204):
    """A service that takes what is shared. -> what came: [(path, token, text)]"""
    came = []

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            came.append((self.path, self.headers["Authorization"], body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_said):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        where = f"http://127.0.0.1:{server.server_port}/services/class-view/"
        monkeypatch.setenv("COURSE_CLASS_VIEW", where)
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of-the-server")
        yield came
        server.shutdown()


def press(widget):
    widget._handle_custom_msg({"do": "share"}, [])
    return widget.shared


def test_a_press_sends_the_task_and_the_mistake_and_nothing_else(monkeypatch):
    with hub(monkeypatch) as came:
        exercise = StepExercise(THREE_STEPS)
        assert press(exercise) == "Check an answer first, and then share it." and came == []
        table = [["-1", "1"], ["-2", "2"], ["-4", "4"]]
        exercise._handle_custom_msg({"do": "check", "entries": table}, [])
        assert came == [], "nothing leaves the notebook without a press"
        assert press(exercise) == f"Shared: {TASK}, no velocity, velocity replaced."
    ((path, token, text),) = came
    assert (path, token) == ("/services/class-view/share", "token of-the-server")
    assert json.loads(text) == {"task": TASK, "done": False, "mistakes": list(NO_VELOCITY)}
    exercise._handle_custom_msg({"do": "check", "entries": table}, [])
    assert exercise.shared == "", "it was said of another table"
    assert press(exercise).startswith("The class view cannot be reached (")


def test_without_a_class_view_there_is_no_button(monkeypatch):
    monkeypatch.delenv("COURSE_CLASS_VIEW", raising=False)
    quiz = Quiz("04 memory")
    assert quiz.offer == {}
    quiz._handle_custom_msg({"do": "share"}, [])
    assert quiz.notice and not quiz.shared


def test_each_exercise_tells_how_it_came_out():
    quiz, number, gate = Quiz("04 memory"), NumberQuiz("04 warm-up"), Gate("04 race", answer="So it is.")
    assert [each.outcome() for each in (quiz, number, gate)] == [None] * 3
    quiz.choose(0)
    assert quiz.outcome() == Outcome("04 memory", False, ("same-point",))
    number.check("28")
    assert number.outcome() == Outcome("04 warm-up", False, ["28"])
    number.check("29")
    assert number.outcome() == Outcome("04 warm-up", True, ())
    gate.commit(2)
    assert gate.outcome() == Outcome("04 race", True)
    exercise = StepExercise(THREE_STEPS)
    exercise.entries = [["-1", "1"], ["", ""], ["", ""]]
    exercise.check()
    assert exercise.outcome() == Outcome(TASK, False, (sharing.UNFINISHED,))
    card = [
        Card(Verdict(state, called="f(1)", findings=("so",), mistakes=("uphill",), task="04 step"))
        for state in (TO_DO, NOT_YET)
    ]
    assert [each.outcome() for each in card] == [None, Outcome("04 step", False, ("uphill",))]
    assert Card(Verdict(RIGHT, task="04 step")).outcome() == Outcome("04 step", True)
    assert Card(Verdict(RIGHT)).outcome() is None, "a case of one's own"


# ------------------------------------------------------------------------------------------- a table that grows


@pytest.fixture()
def table(tmp_path):
    """A file of attempts for six students, and what looks at it."""
    problem = StepProblem(SADDLE, SGD(Fraction(1, 2)), (2, 4), 2)
    sheets = [Sheet(Student(f"s{k}", f"Student {k}"), problem) for k in range(6)]
    handouts.write_answers(tmp_path / "answers.csv", sheets)
    path, told = tmp_path / "attempts.csv", []
    watched = Watched(path, lambda: mark(path, tmp_path / "answers.csv"), told.append)
    watched.told = told
    watched.right = ",".join(str(x) for point in problem.answer for x in point)
    return watched


def looked(watched):
    """What the page says once the file has come to rest."""
    watched.look()
    watched.look()
    return (watched.tasks[0]["told"] if watched.tasks else "", watched.notice)


def test_the_counts_grow_with_the_file(table):
    assert looked(table) == ("", "attempts.csv cannot be opened. As soon as it can, counting goes on.")
    text = "id,x1,y1,x2,y2\n"
    table.path.write_text(text, encoding="utf-8")
    assert looked(table) == ("", "") and table.tasks[0]["answered"].startswith("0 of 6")
    for k in range(3):
        text += f"s{k},{table.right}\n"
        table.path.write_text(text, encoding="utf-8")
    assert looked(table) == ("3 of 3 have it right", "")
    table.path.unlink()
    assert looked(table)[0] == "3 of 3 have it right", "what was counted last stays"
    assert "cannot be opened" in table.notice
    table.path.write_text(text, encoding="utf-8")
    assert looked(table) == ("3 of 3 have it right", "")
    korean = text.replace("id", "학번") + f"s5,{table.right}\n"
    table.path.write_bytes(korean.encode("cp949"))
    assert looked(table) == ("4 of 4 have it right", "")
    assert any("CP949" in line for line in table.told)


def test_a_table_that_is_half_written_is_left_until_it_is_whole(table):
    whole = f"id,x1,y1,x2,y2\ns0,{table.right}\ns1,{table.right}\n"
    table.path.write_text(whole, encoding="utf-8")
    assert looked(table)[0] == "2 of 2 have it right"
    for size in (0, 5, 16, len(whole) - 4):  # empty, no header, no row, the last number cut off
        table.path.write_text(whole[:size], encoding="utf-8")
        table.look()
        assert table.tasks[0]["told"] == "2 of 2 have it right", "it has not come to rest"
    table.path.write_text("Ada Example;wrote this\n", encoding="utf-8")
    assert looked(table)[0] == "2 of 2 have it right"
    assert "told where the command runs" in table.notice and "Ada" not in table.notice
    assert any("Ada" in line for line in table.told)
    for k in range(PATIENCE + 1):  # one that never rests is read all the same
        table.path.write_text(whole + f"s2,{table.right}\n" + "\n" * k, encoding="utf-8")
        table.look()
    assert (table.tasks[0]["told"], table.notice) == ("3 of 3 have it right", "")


def test_either_a_table_is_marked_or_it_is_watched(tmp_path, capsys):
    for words_ in (["a.csv", "--watch", "b.csv", "--serve"], ["--watch", "b.csv"], ["a.csv", "--serve"], []):
        with pytest.raises(SystemExit):
            handouts.main(["mark", *words_, "--answers", "no.csv"])
        assert "--watch ATTEMPTS.csv --serve" in capsys.readouterr().err
    assert handouts.main(["mark", "--watch", "b.csv", "--serve", "--answers", str(tmp_path / "no.csv")]) == 1
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------------------------------------- the page


def fetched(address, path, host=None):
    where = urlsplit(address)
    line = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    line.request("GET", path, headers={"Host": host or where.netloc})
    answer = line.getresponse()
    return answer.status, answer.read().decode()


def test_the_page_is_for_this_machine_and_names_nobody(table):
    text = f"id,name,x1,y1,x2,y2\ns0,Ada Example,{table.right}\n"
    table.path.write_text(text, encoding="utf-8")
    looked(table)
    with served(table) as address:
        assert address.startswith("http://127.0.0.1:")
        status, page = fetched(address, "/")
        assert status == 200 and not re.findall(r"(?:src|href)=\"(?!data:)", page), (
            "nothing is from elsewhere"
        )
        status, counts = fetched(address, "/counts.json")
        assert status == 200 and json.loads(counts)["tasks"][0]["told"] == "1 of 1 has it right"
        assert not re.search("Ada|Student 0|s0", page + counts)
        assert fetched(address, "/counts.json", host="elsewhere.example")[0] == 404
        assert fetched(address, "/../answers.csv")[0] == 404


def test_the_page_on_a_projector(table, browser):
    table.tasks = [
        view({DONE: 7, NO_VELOCITY: 9, ("velocity subtracted",): 2}, students=20) | {"title": "one"}
    ]
    with browser.new_context(color_scheme="light") as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 720})
        page.clock.install()  # two seconds need not be waited for
        with served(table) as address:
            page.goto(address)
            page.get_by_text("7 of 18 have it right").wait_for()
            bars = page.get_by_role("listitem").all_inner_texts()
            assert bars == ["no velocity or velocity replaced\n9", "velocity subtracted\n2"]
            answer = page.get_by_text("This is what comes out when").first
            assert not answer.is_visible(), "the class is asked first"
            assert serious_violations(page, "body") == []
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            assert page.locator("html").get_attribute("data-look") == "dark"
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            answer.wait_for()
            table.tasks = [*table.tasks, view({DONE: 8}, students=20) | {"title": "two"}]
            table.notice = "attempts.csv cannot be opened."
            page.clock.run_for(2100)
            page.get_by_text("8 of 8 have it right").wait_for()
            page.get_by_role("status").get_by_text("cannot be opened").wait_for()
            page.get_by_role("combobox", name="Task").select_option("one")
            page.get_by_text("7 of 18 have it right").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth <= 1280")
            assert serious_violations(page, "body") == []
        page.clock.run_for(2100)
        page.get_by_text("No new counts are coming in. Trying again.").wait_for()
        assert page.get_by_text("7 of 18 have it right").is_visible(), "what was counted last stays"


# ----------------------------------------------------------------------------------------------------- the hub


def test_the_hub_gives_this_one_service_to_servers_and_users():
    config = Config()
    text = (ROOT / "deploy" / "class_view_config.py").read_text(encoding="utf-8")
    exec(compile(text, "class_view_config.py", "exec"), {"c": config})
    (service,) = config.JupyterHub.services.get_value([])
    roles = {role["name"]: role["scopes"] for role in config.JupyterHub.load_roles.get_value([])}
    access = f"access:services!service={service['name']}"
    assert roles == {
        "user": ["self", access],
        "server": ["users:activity!user", "access:servers!server", access],
    }, "JupyterHub's own scopes, and this one"
    (told,) = config.Spawner.environment.get_value({}).values()
    assert told == f"{service['url']}/services/{service['name']}/"
    assert urlsplit(service["url"]).hostname == "127.0.0.1"
    module = service["command"][-1]
    assert (ROOT / (module.replace(".", "/") + ".py")).is_file()


def test_the_button_in_a_notebook(lab):
    cells = [
        "import os\nos.environ |= {'COURSE_CLASS_VIEW': 'http://127.0.0.1:9', 'JUPYTERHUB_API_TOKEN': 'x'}\n"
        "from course_utils.widgets import Quiz\nQuiz('04 memory')",
    ]
    with lab.book(cells) as book:
        button = book.page.get_by_role("button", name="Share with the class")
        button.wait_for()
        book.page.get_by_text("Only the name of this exercise").wait_for()
        button.press("Enter")
        book.page.get_by_text("Check an answer first, and then share it.").wait_for()
        book.page.get_by_role("radio").first.check()
        book.page.get_by_role("button", name="Check", exact=True).click()
        book.page.get_by_text("The first step is the same").wait_for()
        button.press("Enter")
        book.page.get_by_text("The class view cannot be reached").wait_for()
        assert serious_violations(book.page, ".course-widget") == []
