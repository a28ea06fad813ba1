"""The question bank, read back: by small readers of each format, written from its documentation, and none of our writers."""

import base64
import csv
import io
import re
import zipfile
from collections import Counter
from fractions import Fraction
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from course_utils.landscapes import SADDLE
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead, RMSProp
from course_utils.practice.mistakes import ADAPTIVE
from course_utils.practice.problems import StepProblem
from course_utils.practice.questions import NumberQuestion, question
from course_utils.teaching.bank import course as notebooks
from course_utils.teaching.bank import gift, moodle, polls, qti
from course_utils.teaching.bank import steps as by_hand
from course_utils.teaching.bank.command import main
from course_utils.teaching.bank.questions import Choice, Entry, Number, Picture, Steps
from course_utils.words import groups, in_english

course = cache(notebooks.questions)


@cache
def steps():
    return by_hand.tables(2)


@cache
def by_name():
    return {asked.name: asked for asked in [*course(), *steps()]}


def everything():
    return list(by_name().values())


METHODS = {cls.__name__: cls for cls in (SGD, Momentum, NesterovLookahead, Nesterov, AdaGrad, RMSProp, Adam)}


def plain(markup):
    """The words of a piece of HTML."""
    return tight(BeautifulSoup(markup, "html.parser").get_text(" "))


def said(text):
    """The same of a text in words."""
    return tight(re.sub(r"[`*]", "", text))


def tight(text):
    """With one space between words, and none before a comma or a stop."""
    return re.sub(r" (?=[,.;:?!])", "", " ".join(text.split()))


def near(value):
    return pytest.approx(float(value), abs=2e-3)


# ---------------------------------------------------------------------------------------------------- the list


def test_every_question_of_the_course_is_there_with_an_explanation_for_every_answer():
    names = [f"{lecture} {key}" for lecture in groups() for key in in_english(lecture)["questions"]]
    assert [asked.name for asked in course()] == names and len(names) > 140
    for asked in course():
        whys = (
            [o.why for o in asked.options]
            if isinstance(asked, Choice)
            else [why for _, why in asked.entry.wrong]
        )
        assert all(whys)


def test_a_question_brings_the_context_that_it_needs():
    assert any(isinstance(block, Picture) for block in by_name()["01 recorded"].before)
    for asked in course():
        if "picture" in asked.text and "784" not in asked.text:
            assert any(isinstance(block, Picture) for block in asked.before), asked.name
    assert set(notebooks.BEFORE) | set(notebooks.AFTER) <= set(by_name())
    for picture in (block for asked in course() for block in asked.before if isinstance(block, Picture)):
        assert picture.png.startswith(b"\x89PNG") and picture.alt
    assert "gets out of hand" not in str(by_name()["01 flaw"].before) and "**D.**" in str(
        by_name()["01 flaw"].before
    )
    assert "minutes." not in str([asked.before for asked in course()])


def test_a_wrong_number_can_be_told_from_the_right_one():
    for asked in everything():
        rows = (
            asked.rows if isinstance(asked, Steps) else [[asked.entry]] if isinstance(asked, Number) else []
        )
        for entry in (entry for row in rows for entry in row):
            values = [entry.right, *(value for value, _ in entry.wrong)]
            assert all(abs(a - b) > 0.002 for n, a in enumerate(values) for b in values[:n]), asked.name


def problem_of(text, method):
    """The problem that a text asks, read from its formulas."""
    numbers = {}
    tex = r"(-?)(?:\\tfrac\{(\d+)\}\{(\d+)\}|([\d.]+))"

    def number(found):
        sign, top, bottom, digits = found
        return (Fraction(digits) if digits else Fraction(int(top), int(bottom))) * (-1 if sign else 1)

    for name in (r"\\eta", r"\\mu", r"\\beta", r"\\beta_1", r"\\beta_2"):
        found = re.search(rf"(?<!\w){name} = {tex}", text)
        if found:
            numbers[name] = number(found.groups())
    start = [number(each) for each in re.findall(tex, re.search(r"_0 = \(([^)]*)\)", text)[1])]
    kind = float if METHODS[method] in ADAPTIVE else Fraction
    return StepProblem(SADDLE, METHODS[method](*map(kind, numbers.values())), start, 3)


@pytest.mark.parametrize("method", METHODS)
def test_a_table_asks_what_its_numbers_answer(method):
    for n in (1, 2):
        check_table(by_name()[f"steps {method} {n}"], method)


def check_table(asked, method):
    problem = problem_of(asked.text, method)
    assert [[float(e.right) for e in row] for row in asked.rows] == [
        [near(value) for value in point] for point in problem.answer
    ]
    known = {mistake.name: table for mistake, table in problem.mistaken}
    named = set()
    for t, row in enumerate(asked.rows):
        for axis, entry in enumerate(row):
            for value, why in entry.wrong:
                first = next(name for name in sorted(known, key=len, reverse=True) if why.startswith(name))
                assert float(value) == near(known[first][t][axis])
                named.add(first)
    assert len(named) > 10
    assert len(asked.why) == 3


def test_every_method_has_as_many_different_tables_as_are_asked_for():
    assert Counter(asked.name.split()[1] for asked in steps()) == dict.fromkeys(METHODS, 2)
    assert len({asked.text for asked in steps()}) == len(steps())


# ------------------------------------------------------------------------------------------------------ Moodle


@cache
def quiz():
    return ET.fromstring(moodle.written(everything()))


def asked_in_moodle():
    return [item for item in quiz() if item.get("type") != "category"]


#: What docs.moodle.org/en/Moodle_XML_format asks of each type, besides name and questiontext.
NEEDED = {
    "multichoice": {"single", "shuffleanswers", "answernumbering", "answer"},
    "numerical": {"answer"},
    "cloze": set(),
}
KNOWN = {
    "name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber",
    "single", "shuffleanswers", "answernumbering", "answer",
}  # fmt: skip


def test_moodle_xml_is_what_the_format_asks_for():
    assert quiz().tag == "quiz"
    assert quiz()[0].get("type") == "category"
    categories = [item.findtext("category/text") for item in quiz() if item.get("type") == "category"]
    assert len(categories) == len(set(categories)) == len(groups()) + 1
    ids = [item.findtext("idnumber") for item in asked_in_moodle()]
    assert len(ids) == len(set(ids)) == len(everything())
    for item in asked_in_moodle():
        tags = [child.tag for child in item]
        assert set(tags) <= KNOWN and NEEDED[item.get("type")] | {"name", "questiontext"} <= set(tags)
        assert all(tags.count(tag) == 1 for tag in KNOWN - {"answer"} if tag in tags)
        assert item.find("questiontext").get("format") == "html"
        for answer in item.iter("answer"):
            assert answer.get("fraction") in ("0", "100") and answer.find("feedback").get("format") == "html"
        if item.get("type") != "cloze":
            assert [answer.get("fraction") for answer in item.iter("answer")].count("100") == 1


def test_moodle_gets_every_picture_with_its_words():
    shown = 0
    for item in asked_in_moodle():
        stem = item.find("questiontext")
        named = re.findall(r'src="@@PLUGINFILE@@/([^"]+)" alt="[^"]+"', stem.findtext("text"))
        assert named == [file.get("name") for file in stem.iter("file")]
        assert all(base64.b64decode(file.text).startswith(b"\x89PNG") for file in stem.iter("file"))
        shown += len(named)
    assert shown >= 5


def test_formulas_are_such_as_mathjax_finds():
    text = "".join(item.findtext("questiontext/text") for item in asked_in_moodle())
    assert r"\(\theta \leftarrow \theta - \eta g\)" in text
    assert not re.search(r"\$[^$<]*\$", text)


@pytest.mark.parametrize("lecture", groups())
def test_moodle_reads_back_what_was_asked(lecture):
    held = [item for item in asked_in_moodle() if item.findtext("name/text").startswith(f"{lecture} ")]
    assert len(held) == len(in_english(lecture)["questions"])
    for item in held:
        answers = [
            (answer.findtext("text"), answer.get("fraction"), plain(answer.findtext("feedback/text")))
            for answer in item.iter("answer")
        ]
        read_back(question(item.findtext("name/text")), answers)


def read_back(source, answers):
    if isinstance(source, NumberQuestion):
        right, *others = answers
        assert float(right[0]) == pytest.approx(float(source.answer), abs=1e-6)
        assert right[1:] == ("100", said(source.why))
        assert others[-1] == ("*", "0", said(source.hint))
        known = {said(wrong.why): float(wrong.value) for wrong in source.wrong}
        assert others[:-1] and all(
            known[why] == pytest.approx(float(x), abs=1e-6) for x, _, why in others[:-1]
        )
    else:
        assert [(plain(text), why) for text, _, why in answers] == [
            (said(o.text), said(o.why)) for o in source.options
        ]
        assert [fraction == "100" for _, fraction, _ in answers] == [o.right for o in source.options]


#: The pattern by which Moodle itself finds the parts of a Cloze question, and their answers, as its documentation says.
BOX = re.compile(r"\{(\d*):(?:NUMERICAL|NM):((?:[^}\\]|\\.)*)\}")
PART = re.compile(r"(=|%(-?\d+)%)?(-?[\d.]+):([\d.]+)#((?:[^~\\]|\\.)*)(?:~|$)")


def test_a_cloze_table_is_read_back_number_by_number():
    clozes = [item for item in asked_in_moodle() if item.get("type") == "cloze"]
    assert len(clozes) == len(steps())
    for item in clozes:
        asked = by_name()[item.findtext("name/text")]
        boxes = BOX.findall(item.findtext("questiontext/text"))
        entries = [entry for row in asked.rows for entry in row]
        assert len(boxes) == len(entries) == 6
        for (weight, inside), entry in zip(boxes, entries, strict=True):
            parts = PART.findall(inside)
            assert weight == "1" and "~".join("".join(p[:1]) for p in parts).count("=") == 1
            assert len(parts) == 1 + len(entry.wrong) == inside.count("~") + 1, "no comment ends too soon"
            assert (parts[0][0], float(parts[0][2])) == ("=", near(entry.right))
            for (_, percent, value, _, why), (wrong, name) in zip(parts[1:], entry.wrong, strict=True):
                assert percent == "0" and float(value) == near(wrong)
                assert plain(why).replace("’", "'") == said(name).replace("’", "'")


def test_signs_of_cloze_in_a_comment_are_no_signs():
    entry = Entry(Fraction(1), r'a } b ~ c # d \ e "f" it\'s', ((Fraction(2), "x<y"),))
    (box,) = BOX.findall(moodle.cloze(entry))
    (_, _, _, _, why), (_, _, _, _, wrong) = PART.findall(box[1])
    assert plain(why).startswith("a } b ˜ c # d \\ e") and plain(wrong) == "x<y"


# --------------------------------------------------------------------------------------------------------- QTI


@cache
def package():
    return zipfile.ZipFile(io.BytesIO(qti.written(everything())))


NS = {"q": qti.QTI}
#: The content model of the parts that are used, from the specification of QTI 2.1: {element: (children in order, needed
#: attributes)}; + is at least one, * any number.
MODEL = {
    "assessmentItem": (
        "responseDeclaration* outcomeDeclaration* itemBody responseProcessing modalFeedback*",
        "identifier title adaptive timeDependent",
    ),
    "responseDeclaration": ("correctResponse", "identifier cardinality baseType"),
    "correctResponse": ("value+", ""),
    "outcomeDeclaration": ("defaultValue*", "identifier cardinality baseType"),
    "defaultValue": ("value+", ""),
    "choiceInteraction": ("simpleChoice+", "responseIdentifier shuffle maxChoices"),
    "simpleChoice": (None, "identifier"),
    "textEntryInteraction": ("", "responseIdentifier"),
    "responseCondition": ("responseIf responseElseIf* responseElse*", ""),
    "match": ("variable correct", ""),
    "equal": ("variable baseValue", "toleranceMode tolerance"),
    "sum": ("variable baseValue", ""),
    "multiple": ("variable baseValue", ""),
    "variable": ("", "identifier"),
    "correct": ("", "identifier"),
    "baseValue": ("", "baseType"),
    "modalFeedback": (None, "outcomeIdentifier identifier showHide"),
    "img": ("", "src alt"),
    "table": ("thead tbody", ""),
}
FLOW = {
    "p",
    "pre",
    "ul",
    "li",
    "strong",
    "em",
    "code",
    "a",
    "br",
    "img",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
RULES = {
    "itemBody",
    "responseProcessing",
    "responseIf",
    "responseElseIf",
    "responseElse",
    "setOutcomeValue",
    "value",
}


def broken(node):
    """What breaks the content model, below a node."""
    tag = node.tag.partition("}")[2]
    children = [child.tag.partition("}")[2] for child in node]
    model, needed = MODEL.get(tag, (None, ""))
    if tag not in MODEL and tag not in FLOW | RULES:
        yield f"unknown element {tag}"
    if model is not None:
        pattern = "".join(rf"(?:{name} ){mark}" for name, mark in re.findall(r"(\w+)([*+]?)", model))
        if not re.fullmatch(pattern, "".join(f"{child} " for child in children)):
            yield f"{tag} holds {children}"
    if set(needed.split()) - set(node.attrib):
        yield f"{tag} has only {set(node.attrib)}"
    for child in node:
        yield from broken(child)


def items():
    for name in package().namelist():
        if name.endswith(".xml") and name != "imsmanifest.xml":
            yield name, ET.fromstring(package().read(name))


def test_the_package_lists_all_that_is_in_it():
    manifest = ET.fromstring(package().read("imsmanifest.xml"))
    cp = f"{{{qti.CP}}}"
    assert [child.tag for child in manifest] == [
        f"{cp}{tag}" for tag in ("metadata", "organizations", "resources")
    ]
    listed = [file.get("href") for file in manifest.iter(f"{cp}file")]
    assert sorted(listed) == sorted(set(package().namelist()) - {"imsmanifest.xml"})
    assert {r.get("type") for r in manifest.iter(f"{cp}resource")} == {"imsqti_item_xmlv2p1"}
    assert len(listed) - len(everything()) >= 5, "and pictures"
    assert qti.written(course()[:3]) == qti.written(course()[:3])


def test_every_item_keeps_the_content_model_of_qti():
    for name, item in items():
        assert list(broken(item)) == [], name
        ids = [node.get("identifier") for node in item.iter(f"{{{qti.QTI}}}modalFeedback")]
        assert len(ids) == len(set(ids)) and all(re.fullmatch(r"[A-Za-z_][\w.-]*", each) for each in ids), (
            name
        )
        for picture in item.iter(f"{{{qti.QTI}}}img"):
            assert f"items/{picture.get('src')}" in package().namelist()


@cache
def explanations(item):
    nodes = item.findall("q:modalFeedback", NS)
    return {node.get("identifier"): plain(ET.tostring(node, encoding="unicode")) for node in nodes}


class Answered:
    """The response processing of an item, run on given responses."""

    def __init__(self, item, **responses):
        self.item = item
        self.values = {"SCORE": 0.0, "FEEDBACK": [], **responses}
        for rule in item.find("q:responseProcessing", NS):
            self.run(rule)
        shown = self.values["FEEDBACK"]
        shown = shown if isinstance(shown, list) else [shown]
        self.told = [why for id, why in explanations(item).items() if id in shown]

    def run(self, rule):
        tag = rule.tag.partition("}")[2]
        if tag == "setOutcomeValue":
            self.values[rule.get("identifier")] = self.value(rule[0])
        else:
            assert tag == "responseCondition"
            for branch in rule:
                otherwise = branch.tag.endswith("responseElse")
                if otherwise or self.value(branch[0]):
                    for inside in branch if otherwise else branch[1:]:
                        self.run(inside)
                    return

    def value(self, node):
        tag, parts = node.tag.partition("}")[2], [self.value(child) for child in node]
        if tag == "variable":
            return self.values[node.get("identifier")]
        if tag == "correct":
            declared = self.item.find(f"q:responseDeclaration[@identifier='{node.get('identifier')}']", NS)
            return declared.findtext("q:correctResponse/q:value", namespaces=NS)
        if tag == "baseValue":
            return float(node.text) if node.get("baseType") == "float" else node.text
        if tag == "match":
            return parts[0] == parts[1]
        if tag == "equal":
            return abs(parts[0] - parts[1]) <= float(node.get("tolerance"))
        return sum(parts) if tag == "sum" else [*parts[0], parts[1]]


def test_every_answer_is_explained():
    for name, item in items():
        asked = next(each for each in everything() if f"items/q-{each.name.replace(' ', '-')}.xml" == name)
        if isinstance(asked, Choice):
            for option in asked.options:
                answered = Answered(item, RESPONSE=option.id)
                assert answered.values["SCORE"] == (option.id == asked.right)
                assert answered.told == [said(option.why)]
            continue
        rows = asked.rows if isinstance(asked, Steps) else [[asked.entry]]
        entries = {f"R{t}{n}": entry for t, row in enumerate(rows, 1) for n, entry in enumerate(row, 1)}
        right = {box: float(entry.right) for box, entry in entries.items()}
        assert Answered(item, **right).values["SCORE"] == pytest.approx(1, abs=1e-5)
        for box, entry in entries.items():
            for value, why in entry.wrong:
                answered = Answered(item, **right | {box: float(value)})
                assert answered.values["SCORE"] == pytest.approx(1 - 1 / len(entries), abs=1e-5)
                assert any(said(why) in told for told in answered.told)
        if isinstance(asked, Number):
            assert Answered(item, R11=-123.456).told == [said(asked.entry.hint)]


# -------------------------------------------------------------------------------------------------- GIFT, polls


def read_gift(text):
    """{name: (question, [(sign, answer, comment)])}; signs are those of GIFT's documentation."""
    held = {}
    for name, body, answers in re.findall(r"^::(.*?)::\[html\](.*?)(?<!\\)\{\n(.*?)\n\}$", text, re.M | re.S):
        rows = re.findall(r"^#?\t([=~])(.*?)(?<!\\)#(.*)$", answers, re.M)
        rows += [("~", "", comment) for comment in re.findall(r"^\t~#(.*)$", answers, re.M) if not rows]
        held[name] = (body, [tuple(re.sub(r"\\([~=#{}:\\])", r"\1", part) for part in row) for row in rows])
    return held


def test_gift_is_read_back():
    held = read_gift(gift.written(everything()).decode())
    expected = [asked for asked in course() if gift.can_hold(asked)]
    assert list(held) == [asked.name for asked in expected] and len(held) > 130
    for asked in expected:
        _, rows = held[asked.name]
        if isinstance(asked, Choice):
            assert [(plain(a), plain(why)) for _, a, why in rows] == [
                (said(o.text), said(o.why)) for o in asked.options
            ]
            assert [sign == "=" for sign, _, _ in rows] == [o.id == asked.right for o in asked.options]
        else:
            values = [float(a.removeprefix("%0%").partition(":")[0]) for _, a, _ in rows if a]
            entry = asked.entry
            assert values == [near(value) for value in (entry.right, *(value for value, _ in entry.wrong))]
            assert plain(rows[0][2]) == said(entry.why)


def test_polls_are_a_table_with_the_wrong_answers_to_expect():
    rows = list(csv.DictReader(io.StringIO(polls.table(course()).decode("utf-8-sig"))))
    assert [row["poll"] for row in rows] == [asked.name for asked in course()]
    race = next(row for row in rows if row["poll"] == "04 race")
    assert race[f"option {race['right']}"] == "SGD, about two and a half times nearer."
    assert "They are about equally near. → Not quite" in race["expect"] and not race["option 4"]
    flaw = next(row for row in rows if row["poll"] == "03 flaw")
    assert "With α = 1 the network" in flaw["before"] and not re.search(r"[<$\\]", flaw["before"])
    number = next(row for row in rows if row["poll"] == "01 other-bowl")
    assert (number["type"], number["right"]) == ("number", "0.333333")


def test_the_page_for_the_projector_keeps_answers_folded_and_needs_no_network():
    page = BeautifulSoup(polls.page(course()), "html.parser")
    sections = page.find_all("section")
    assert len(sections) == len(course())
    for section, asked in zip(sections, course(), strict=True):
        folded = section.details.extract()
        wrong = polls.wrong_answers(asked)
        assert len(folded.find_all("dt")) == 1 + len(wrong)
        assert not any(why in section.text for _, why in wrong)
        assert [item.text for item in section.find_all("li")][
            -len(getattr(asked, "options", ())) or 99 :
        ] == [option.text for option in getattr(asked, "options", ())]
    assert "\\" not in page.find(id="08-open").text and "λ" in page.find(id="01-recorded").p.text, "no TeX"
    assert not page.find_all("script") and not re.search(r'(?:src|href)="https?:', str(page))


# -------------------------------------------------------------------------------------------------- the command


def test_the_command_says_what_it_wrote_and_what_it_left_out(tmp_path, capsys):
    assert main(["export", "--format", "gift", "--output", str(tmp_path / "a.gift")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("151 choices, 41 numbers and 0 tables with 162 named wrong numbers in")
    assert "Left out, because of their pictures: 01 recorded, " in told
    assert main(["export", "--format", "moodle", "--variants", "1", "--output", str(tmp_path / "a.xml")]) == 0
    assert f"{len(METHODS)} tables" in capsys.readouterr().out
    assert len(ET.parse(tmp_path / "a.xml").getroot()) > len(course()) + len(METHODS)
    assert main(["export", "--format", "polls", "--output", str(tmp_path / "no" / "a.csv")]) == 1
    assert "Nothing was written" in capsys.readouterr().err


def test_the_guide_counts_right():
    guide = (notebooks.ROOT / "docs" / "question-bank.md").read_text(encoding="utf-8")
    choices = [asked for asked in course() if isinstance(asked, Choice)]
    numbers = [asked for asked in course() if isinstance(asked, Number)]
    wrong = sum(len(asked.entry.wrong) for asked in numbers)
    assert f"**{len(choices)} questions with options**" in guide
    assert f"**{len(numbers)} numbers**, with {wrong} wrong ones" in guide
    pictures = sum(any(isinstance(block, Picture) for block in asked.before) for asked in course())
    assert pictures == 5 and "Five questions bring their picture along" in guide


def test_more_variants_than_there_are_problems_are_refused(monkeypatch):
    monkeypatch.setattr(StepProblem, "another", lambda self, seed: self)
    with pytest.raises(ValueError, match="only 1 different"):
        by_hand.tables(2)
