"""The benchmark of the diagnosis: its corpus is sound, its judgements are of the corpus, and it counts rightly."""

import ast
import json
from collections import Counter
from fractions import Fraction

import pytest

from benchmarks.diagnosis import __main__ as benchmark
from benchmarks.diagnosis import corpus, judging, trying
from benchmarks.diagnosis.corpus import RIGHT, TWO, WRONG, Attempt
from benchmarks.diagnosis.notebooks import place
from course_utils.practice.tasks import names

ATTEMPTS, TABLES = corpus.attempts(), corpus.tables()


def test_every_attempt_has_an_id_of_its_own_and_a_known_kind():
    ids = Counter(each.id for each in (*ATTEMPTS, *TABLES))
    assert ids.most_common(1)[0][1] == 1
    assert {each.kind for each in (*ATTEMPTS, *TABLES)} == {RIGHT, WRONG, TWO}
    assert len(ids) >= 300


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda each: each.id)
def test_every_attempt_is_python_for_a_task_and_says_where_it_is_wrong(attempt):
    ast.parse(attempt.source)
    assert attempt.task in names()
    assert bool(attempt.slip) == (attempt.kind != RIGHT)
    assert bool(attempt.wrong_lines) == (attempt.kind != RIGHT)


def test_a_right_table_is_right_and_a_wrong_one_says_its_first_wrong_step():
    for table in TABLES:
        assert len(table.rows) == table.problem.steps
        assert (table.kind == RIGHT) == (table.first_wrong_step == 0) == (not table.coordinates)
        assert set(table.coordinates) <= set(table.problem.landscape.letters)


def test_each_task_is_asked_where_a_student_finds_its_names():
    assert "BOWL" in place("bugs whole").scope
    assert place("04 momentum").name == "MyMomentum"
    earlier = place("05 to-torch").scope  # a task above it is solved there
    assert earlier[place("05 to-book").name](Fraction(2), Fraction(3), 1, 1) is not None


def test_about_a_third_is_kept_aside():
    assert 0.25 < sum(corpus.is_kept(each.id) for each in ATTEMPTS) / len(ATTEMPTS) < 0.4


def test_every_judgement_is_of_an_attempt_in_the_corpus():
    assert set(judging.judged()) <= {each.id for each in (*ATTEMPTS, *TABLES)}


def test_a_judgement_of_another_name_is_refused(tmp_path):
    file = tmp_path / "judged.toml"
    file.write_text('["04-step-1"]\n"cause moved_first" = "perhaps"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="04-step-1: 'cause moved_first' must be cause, true or false"):
        judging.judged(file)


def attempt(id, source, kind, line=""):
    return Attempt(f"x-{id}", "04 top-speed", kind, "some slip" if line else "", line, source)


def test_what_is_said_of_three_attempts_is_counted(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "")
    head = "def terminal_velocity(g, lr, mu):\n"
    asked = [
        attempt("right", head + "    return lr * g / (mu - 1)\n", RIGHT),
        attempt("uphill", head + "    return lr * g / (1 - mu)\n", WRONG, "    return lr * g / (1 - mu)"),
        attempt(
            "sum",
            head + "    speed = lr + g\n    return -speed / (1 - mu)\n",
            WRONG,
            "    speed = lr + g",
        ),
    ]
    told = benchmark.try_all(asked)
    assert list(told["x-uphill"].said) == ["cause rising"]
    known = {"x-uphill": {"cause rising": "cause"}, "x-sum": {"edit operator, line 2": "cause"}}
    found = benchmark.figures(asked, told, known)
    assert found["ids"]["not found"] == found["ids"]["unjudged"] == found["ids"]["refused"] == []
    counts = found["counts"]
    assert (counts["wrong"], counts["named"], counts["located"], counts["right"]) == (2, 2, 1, 1)
    assert benchmark.figures(asked, told, {})["ids"]["unjudged"] == ["x-uphill", "x-sum"]
    assert '"cause rising" = ""  # This is what comes out when' in judging.side_by_side(asked, told, {})
    lied = benchmark.figures(asked, told, {"x-sum": {"edit operator, line 2": "false"}})
    assert lied["ids"]["false"] == ["x-sum"]
    json.dumps(found)
    assert "named" in benchmark.report({"code": {"open": found}})


def test_an_address_or_a_traceback_is_seen():
    assert trying.Told("x", "not yet", text="<function f at 0x7f3a5c1d2e50>").is_raw
    assert trying.Told("x", "not yet", text="Traceback (most recent call last):").is_raw
    assert not trying.Told("x", "not yet", text="count(2) = 0.5").is_raw
