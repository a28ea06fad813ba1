"""Moodle XML: docs.moodle.org/en/Moodle_XML_format, and for tables the embedded answers of its Cloze questions."""

import base64
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from course_utils.support.language import gettext as _
from course_utils.teaching.bank import html
from course_utils.teaching.bank.questions import (
    DECIMALS,
    TOLERANCE,
    Choice,
    Entry,
    Number,
    Question,
    Steps,
    category,
    decimal,
    group,
    pictures,
)

FILES = "@@PLUGINFILE@@/"


def written(questions: Sequence[Question]) -> bytes:
    quiz = ET.Element("quiz")
    for name, asked in groupby(questions, key=group):
        heading = ET.SubElement(quiz, "question", type="category")
        _text(heading, "category", category(name))
        for each in asked:
            _add(quiz, each)
    ET.indent(quiz)
    return ET.tostring(quiz, encoding="utf-8", xml_declaration=True)


def _add(quiz: ET.Element, asked: Question) -> None:
    kind = {Choice: "multichoice", Number: "numerical", Steps: "cloze"}[type(asked)]
    item = ET.SubElement(quiz, "question", type=kind)
    _text(item, "name", asked.name)
    body = html.body(asked, FILES)
    if isinstance(asked, Number):
        body += html.text(DECIMALS)
    if isinstance(asked, Steps):
        body += _table(asked)
    stem = _text(item, "questiontext", body, html=True)
    for picture in pictures(asked):
        file = ET.SubElement(stem, "file", name=picture.name, path="/", encoding="base64")
        file.text = base64.b64encode(picture.png).decode()
    why = "".join(map(html.text, asked.why)) if isinstance(asked, Steps) else ""
    _text(item, "generalfeedback", why, html=True)
    if not isinstance(asked, Steps):  # the marks of a Cloze question are those of its parts
        ET.SubElement(item, "defaultgrade").text = "1"
    ET.SubElement(item, "penalty").text = "0.3333333"
    ET.SubElement(item, "hidden").text = "0"
    ET.SubElement(item, "idnumber").text = asked.name.replace(" ", "-")
    if isinstance(asked, Choice):
        _choice(item, asked)
    elif isinstance(asked, Number):
        _number(item, asked.entry)


def _choice(item: ET.Element, asked: Choice) -> None:
    for tag, value in (("single", "true"), ("shuffleanswers", "true"), ("answernumbering", "abc")):
        ET.SubElement(item, tag).text = value
    for option in asked.options:
        answer = _text(item, "answer", html.line(option.text), html=True)
        answer.set("fraction", "100" if option.id == asked.right else "0")
        _text(answer, "feedback", html.text(option.why), html=True)


def _number(item: ET.Element, entry: Entry) -> None:
    """Moodle takes the first answer that fits, so the right one stands first, and what fits all of them last."""
    known = [(decimal(entry.right), "100", entry.why)]
    known += [(decimal(value), "0", why) for value, why in entry.wrong]
    known += [("*", "0", entry.hint)] if entry.hint else []
    for value, fraction, why in known:
        answer = _text(item, "answer", value)
        answer.attrib.update(fraction=fraction, format="moodle_auto_format")
        _text(answer, "feedback", html.text(why), html=True)
        if value != "*":
            ET.SubElement(answer, "tolerance").text = str(TOLERANCE)


def _table(asked: Steps) -> str:
    head = "".join(f"<th>{name}</th>" for name in (_("step"), *asked.columns))
    rows = "".join(
        f"<tr><td>{t}</td>{''.join(f'<td>{cloze(entry)}</td>' for entry in row)}</tr>"
        for t, row in enumerate(asked.rows, 1)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def cloze(entry: Entry) -> str:
    """One box of a Cloze question: {1:NUMERICAL:=−1:0.001#Right.~%0%2:0.001#the name of a mistake}"""
    answers = [f"={decimal(entry.right)}:{TOLERANCE}#{_quiet(entry.why)}"]
    answers += [f"%0%{decimal(value)}:{TOLERANCE}#{_quiet(why)}" for value, why in entry.wrong]
    return "{1:NUMERICAL:" + "~".join(answers) + "}"


SIGNS = {"&#x27;": "’", '"': "&quot;", "}": "&rcub;", "~": "&tilde;", "#": "&num;", "\\": "&bsol;"}


def _quiet(why: str) -> str:
    """A comment in which nothing ends it or begins the next answer: for Moodle these signs are syntax, even escaped."""
    told = html.line(why)
    for sign, instead in SIGNS.items():
        told = told.replace(sign, instead)
    return told


def _text(parent: ET.Element, tag: str, text: str, html: bool = False) -> ET.Element:
    node = ET.SubElement(parent, tag, {"format": "html"} if html else {})
    ET.SubElement(node, "text").text = text
    return node
