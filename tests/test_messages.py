"""What a verdict can say: whole sentences, each of them once; and real verdicts, stored so that people can read them."""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from benchmarks.diagnosis import corpus, trying
from course_utils.practice import causes
from course_utils.practice.mistakes import MISTAKES
from course_utils.practice.tasks import exceptions, names, task
from course_utils.practice.tasks.edits import told as edits_told
from course_utils.practice.tasks.verdicts import WIDTH, because, wrapped
from course_utils.practice.typed_numbers import read_number
from course_utils.words import groups, words

TEMPLATES = Path(__file__).parents[1] / "course_utils" / "words" / "locale" / "course_utils.pot"
STORED = Path(__file__).parent / "golden" / "verdicts.txt"

#: Attempts and tables of the corpus that between them show what a verdict is made of.
SHOWN = [
    "01-knobs-10",
    "01-level-3",
    "01-level-5",
    "01-walk-5",
    "01-walk-6",
    "01-walk-9",
    "01-limit-8",
    "02-one-over-t-5",
    "02-sgd-7",
    "04-step-1",
    "04-step-5",
    "04-momentum-2",
    "04-momentum-3",
    "04-momentum-6",
    "05-look-ahead-3",
    "05-look-ahead-4",
    "05-witness-7",
    "06-rate-8",
    "07-adagrad-7",
    "08-faults-7",
    "08-faults-10",
    "09-resume-7",
    "bugs-stuck-2",
    "bugs-stuck-4",
    "bugs-name-4",
    "bugs-shared-6",
]
TYPED = ("", "0,5", "1,2", "2 1/2", "3²", "x", "1/0", "1" * 41)

#: What else a sentence may begin with: a symbol of one letter, or a piece of code.
SYMBOL = re.compile(r"\w(?!\w)|\w+[.('’]|\w+ = |(append|total|update|params|gradient_point)\b")


def sentences(text):
    """The sentences of prose; a line that is set in, as code is, is none."""
    prose = " ".join(line for line in text.splitlines() if not line.startswith("    "))
    return [each for each in re.split(r"(?<=[.?!])\s+(?=[^a-z])", prose) if each]


def faults(text):
    """What is wrong with a text that is shown, in words; nothing where it reads well."""
    told = sentences(text)
    checks = {
        "does not end like a sentence": re.search(r"[.?!…)]$", text)
        or text.splitlines()[-1].startswith("    "),
        "begins with a small letter": not re.match("[a-z]", text) or bool(SYMBOL.match(text)),
        "two spaces": "  " not in " ".join(line for line in text.splitlines() if not line.startswith("    ")),
        "a brace": not re.search(r"\{\w+\}", text),
        "an address": not trying.RAW.search(text),
        "a sentence twice": not told or Counter(told).most_common(1)[0][1] == 1,
    }
    return [fault for fault, good in checks.items() if not good]


def every_sentence():
    """{where it stands: text} of all that a verdict, a question or a hint may hold."""
    for name in names():
        asked = task(name)
        for slip in asked.mistakes:
            yield f"{name}, {slip.name}", because([slip.symptom], [slip.cure])
        for n, text in enumerate((*asked.hints, asked.why)):
            yield f"{name}, {n}", text
    for mistake in MISTAKES:
        yield mistake.id, causes.BECAUSE[0].format(first=mistake.symptom, cure=mistake.cure)
        yield f"{mistake.id} in code", because([mistake.in_code or mistake.symptom], [mistake.cure])
    for id, said in words("mistakes")["rows"].items():
        row = {key: text.format(x="x", y="y") for key, text in said.items()}
        for template in (causes.ROW_BECAUSE[0], causes.COORDINATE_MAY_BE[0]):
            yield f"row, {id}", template.format(n=2, axis="x", first=row["symptom"], cure=row["cure"])
    for group in groups():
        for key, asked in words(group)["questions"].items():
            whys = [asked.get("why", ""), asked.get("hint", ""), *(w["why"] for w in asked.get("wrong", ()))]
            whys += [option["why"] for option in asked.get("options", {}).values()]
            yield from ((f"{group} {key}, {n}", why) for n, why in enumerate(whys) if why)
    for kind, text in edits_told().items():
        yield f"edit, {kind}", text
    for error, pattern, text in exceptions.ADVICE:
        yield f"{error}, {pattern}", text.format(name="total", module="numpy")


@pytest.mark.parametrize("group", [*groups(), "others"])
def test_everything_that_may_be_said_is_whole_sentences(group):
    poor = {
        where: (faults(text), text)
        for where, text in every_sentence()
        if (where[:2] == group[:2] or (group == "others" and where[:2] not in {g[:2] for g in groups()}))
        and faults(text)
    }
    assert not poor


def templates():
    """Every template in course_utils/practice, with what goes into it as a word."""
    with TEMPLATES.open("rb") as file:
        messages = [each for each in read_po(file) if each.id]
    for each in messages:
        if any(place.startswith("course_utils/practice/") for place, _ in each.locations):
            yield from each.id if isinstance(each.id, tuple) else (each.id,)


def test_every_template_is_a_whole_sentence_or_a_short_piece_of_one():
    for text in templates():
        filled = re.sub(r"\{\w+(:\w+)?\}", "X", text)
        if re.search(r"[.?!]$", text):
            assert not faults(filled), text
        else:
            assert text.endswith("}") or (len(text) < 75 and not re.search(r"[.?!] ", text)), text


def what_is_said():
    """The stored page: what is said about each attempt and each table that is shown, and of what is typed."""
    attempts = {each.id: each for each in corpus.attempts()}
    for id in SHOWN:
        yield f"{id}: {attempts[id].slip or 'right'}", trying.check_attempt(attempts[id]).text
    for table in itertools.islice(corpus.tables(), 0, None, 5):
        if not corpus.is_kept(table.id):
            yield (
                f"{table.id}: {table.slip or 'right'}",
                "\n".join(wrapped(trying.diagnose_table(table).text)),
            )
    for text in TYPED:
        try:
            yield f"typed: {text!r}", f"read as {read_number(text)}"
        except ValueError as error:
            yield f"typed: {text!r}", str(error)


def page():
    return "\n".join(f"=== {title}\n\n{text}\n" for title, text in what_is_said())


def test_real_verdicts_say_what_is_stored_and_read_well(monkeypatch):
    """python -m tests.test_messages stores them again: read what has changed."""
    monkeypatch.setenv("COURSE_PROGRESS", "")
    now = page()
    for entry in now.split("=== ")[1:]:
        title, _, text = entry.partition("\n\n")
        prose = [line for line in text.splitlines() if line and not line.startswith(("  ", "Right: "))]
        assert all(len(line) <= WIDTH for line in prose), title
        told = sentences("\n".join(line for line in prose if not line.startswith("Not yet: ")))
        assert not told or Counter(told).most_common(1)[0][1] == 1, title
        assert not trying.RAW.search(text), title
    assert now == STORED.read_text(encoding="utf-8")


if __name__ == "__main__":
    STORED.write_text(page(), encoding="utf-8")
