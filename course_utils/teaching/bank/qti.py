"""IMS QTI 2.1: a package of items, each with an explanation for every option and every number that is foreseen.

A response sets the outcome FEEDBACK to the id of what was chosen, and the explanation of that name is shown.
"""

import io
import zipfile
from collections.abc import Sequence
from fractions import Fraction
from xml.etree import ElementTree as ET

from course_utils.support.language import gettext as _
from course_utils.support.language import name as language
from course_utils.teaching.bank import html
from course_utils.teaching.bank.questions import (
    DECIMALS,
    TOLERANCE,
    Choice,
    Entry,
    Number,
    Question,
    Steps,
    decimal,
    pictures,
)

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
ITEM, PACKAGE = "imsqti_item_xmlv2p1", "QTIv2.1 Package"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
PICTURES = "images/"
RIGHT, HINT = "right", "hint"


def written(questions: Sequence[Question]) -> bytes:
    """A package, zipped: imsmanifest.xml, a file for each question, and the pictures."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(
                zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content
            )  # the same bytes each time

        add("imsmanifest.xml", _manifest(questions))
        for asked in questions:
            add(f"items/{_id(asked)}.xml", item(asked))
            for picture in pictures(asked):
                add(f"items/{PICTURES}{picture.name}", picture.png)
    return package.getvalue()


def _id(asked: Question) -> str:
    return f"q-{asked.name.replace(' ', '-')}"


def _manifest(questions: Sequence[Question]) -> bytes:
    root = ET.Element("manifest", xmlns=CP, identifier="downhill-blindfolded")
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = PACKAGE
    ET.SubElement(metadata, "schemaversion").text = "1.0.0"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    for asked in questions:
        href = f"items/{_id(asked)}.xml"
        resource = ET.SubElement(resources, "resource", identifier=_id(asked), type=ITEM, href=href)
        for file in (href, *(f"items/{PICTURES}{picture.name}" for picture in pictures(asked))):
            ET.SubElement(resource, "file", href=file)
    return _bytes(root)


def _bytes(root: ET.Element) -> bytes:
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


# --- one item -----------------------------------------------------------------------------------------------


def item(asked: Question) -> bytes:
    """The order of its parts is that of the schema: declarations, body, processing, explanations."""
    root = ET.Element(
        "assessmentItem",
        {
            "xmlns": QTI,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": f"{QTI} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
            "identifier": _id(asked),
            "title": asked.name,
            "adaptive": "false",
            "timeDependent": "false",
            LANGUAGE: language(),
        },
    )
    if isinstance(asked, Choice):
        _choice(root, asked)
    else:
        rows = asked.rows if isinstance(asked, Steps) else ((asked.entry,),)
        _numbers(root, asked, rows)
    return _bytes(root)


def _choice(root: ET.Element, asked: Choice) -> None:
    _declare(root, "RESPONSE", "identifier", asked.right)
    _outcomes(root, "single")
    body = _body(root, asked)
    interaction = ET.SubElement(
        body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1"
    )
    for option in asked.options:
        choice = ET.SubElement(interaction, "simpleChoice", identifier=option.id)
        _fill(choice, html.line(option.text))
    processing = ET.SubElement(root, "responseProcessing")
    condition = ET.SubElement(processing, "responseCondition")
    right = ET.SubElement(condition, "responseIf")
    match = ET.SubElement(right, "match")
    ET.SubElement(match, "variable", identifier="RESPONSE")
    ET.SubElement(match, "correct", identifier="RESPONSE")
    _set(right, "SCORE", "float", "1")
    told = ET.SubElement(processing, "setOutcomeValue", identifier="FEEDBACK")
    ET.SubElement(told, "variable", identifier="RESPONSE")
    for option in asked.options:
        _explain(root, option.id, option.why)


def _numbers(root: ET.Element, asked: Number | Steps, rows: Sequence[Sequence[Entry]]) -> None:
    """One box for each entry; what it shows is added to a list of explanations."""
    boxes = [[f"R{t}{n}" for n, _entry in enumerate(row, 1)] for t, row in enumerate(rows, 1)]
    entries = {
        box: entry
        for names, row in zip(boxes, rows, strict=True)
        for box, entry in zip(names, row, strict=True)
    }
    for box, entry in entries.items():
        _declare(root, box, "float", decimal(entry.right))
    _outcomes(root, "multiple")
    body = _body(root, asked)
    if isinstance(asked, Steps):
        _table(body, asked.columns, boxes)
    else:
        _fill(body, html.text(DECIMALS))
        _box(ET.SubElement(body, "p"), boxes[0][0])
    processing = ET.SubElement(root, "responseProcessing")
    for box, entry in entries.items():
        _judge(processing, box, entry, decimal(Fraction(1, len(entries))))
    for box, entry in entries.items():
        for name, why in _explanations(box, entry):
            where = f"{box[1]}, {asked.columns[int(box[2]) - 1]}: " if isinstance(asked, Steps) else ""
            _explain(root, name, f"{where}{why}")


def _judge(processing: ET.Element, box: str, entry: Entry, points: str) -> None:
    condition = ET.SubElement(processing, "responseCondition")
    right = ET.SubElement(condition, "responseIf")
    _near(right, box, entry.right)
    summed = ET.SubElement(ET.SubElement(right, "setOutcomeValue", identifier="SCORE"), "sum")
    ET.SubElement(summed, "variable", identifier="SCORE")
    ET.SubElement(summed, "baseValue", baseType="float").text = points
    _tell(right, f"{box}-{RIGHT}")
    for n, (value, _why) in enumerate(entry.wrong, 1):
        wrong = ET.SubElement(condition, "responseElseIf")
        _near(wrong, box, value)
        _tell(wrong, f"{box}-{n}")
    if entry.hint:
        _tell(ET.SubElement(condition, "responseElse"), f"{box}-{HINT}")


def _near(rule: ET.Element, box: str, value: Fraction) -> None:
    equal = ET.SubElement(rule, "equal", toleranceMode="absolute", tolerance=str(TOLERANCE))
    ET.SubElement(equal, "variable", identifier=box)
    ET.SubElement(equal, "baseValue", baseType="float").text = decimal(value)


def _tell(rule: ET.Element, name: str) -> None:
    several = ET.SubElement(ET.SubElement(rule, "setOutcomeValue", identifier="FEEDBACK"), "multiple")
    ET.SubElement(several, "variable", identifier="FEEDBACK")
    ET.SubElement(several, "baseValue", baseType="identifier").text = name


def _explanations(box: str, entry: Entry) -> list[tuple[str, str]]:
    numbered = [(f"{box}-{n}", why) for n, (_value, why) in enumerate(entry.wrong, 1)]
    hint = [(f"{box}-{HINT}", entry.hint)] if entry.hint else []
    return [(f"{box}-{RIGHT}", entry.why), *numbered, *hint]


def _table(body: ET.Element, columns: Sequence[str], boxes: Sequence[Sequence[str]]) -> None:
    table = ET.SubElement(body, "table")
    head = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    for name in (_("step"), *columns):
        ET.SubElement(head, "th").text = name
    rows = ET.SubElement(table, "tbody")
    for t, names in enumerate(boxes, 1):
        row = ET.SubElement(rows, "tr")
        ET.SubElement(row, "th").text = str(t)
        for box in names:
            _box(ET.SubElement(row, "td"), box)


def _box(parent: ET.Element, name: str) -> None:
    ET.SubElement(parent, "textEntryInteraction", responseIdentifier=name, expectedLength="10")


# --- what all items have --------------------------------------------------------------------------------------


def _declare(root: ET.Element, name: str, kind: str, right: str) -> None:
    declared = ET.SubElement(
        root, "responseDeclaration", identifier=name, cardinality="single", baseType=kind
    )
    ET.SubElement(ET.SubElement(declared, "correctResponse"), "value").text = right


def _outcomes(root: ET.Element, how_many: str) -> None:
    score = ET.SubElement(
        root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float"
    )
    ET.SubElement(ET.SubElement(score, "defaultValue"), "value").text = "0"
    ET.SubElement(
        root, "outcomeDeclaration", identifier="FEEDBACK", cardinality=how_many, baseType="identifier"
    )


def _body(root: ET.Element, asked: Question) -> ET.Element:
    body = ET.SubElement(root, "itemBody")
    _fill(body, html.body(asked, PICTURES))
    return body


def _set(rule: ET.Element, name: str, kind: str, value: str) -> None:
    ET.SubElement(
        ET.SubElement(rule, "setOutcomeValue", identifier=name), "baseValue", baseType=kind
    ).text = value


def _explain(root: ET.Element, name: str, why: str) -> None:
    told = ET.SubElement(
        root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show"
    )
    _fill(told, html.text(why))


def _fill(parent: ET.Element, markup: str) -> None:
    """Put HTML, which is XML here, into an element."""
    inside = ET.fromstring(f"<x>{markup}</x>")
    parent.text = inside.text
    parent.extend(inside)
