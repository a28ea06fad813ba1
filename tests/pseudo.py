"""A language in which every message stands in ⟦ ⟧: what is outside of them was never translated.

with the folder of `catalogue(tmp_path)` as TEXTDOMAINDIR and LANGUAGE=xx, run something
assert not english(what it said)
"""

import io
import re

from needs import missing

from course_utils.authoring.messages import TEMPLATE

LANGUAGE = "xx"
#: What is no English: names of methods and of code, and what mathematics writes in letters.
NAMES = {
    "SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdamW", "NesterovLookahead",
}  # fmt: skip
WORD = re.compile(r"[A-Za-z]{2,}")


def catalogue(folder):
    """Write the catalogue of the pseudo-language. -> the folder, for TEXTDOMAINDIR"""
    try:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po
    except ImportError:
        missing("Babel compiles catalogues: pip install -e '.[test]'")
    with TEMPLATE.open("rb") as file:
        messages = read_po(file)
    for message in messages:
        if message.id:
            wrapped = [f"⟦{text}⟧" for text in ([message.id] if isinstance(message.id, str) else message.id)]
            message.string = wrapped[0] if isinstance(message.id, str) else tuple(wrapped)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    place = folder / LANGUAGE / "LC_MESSAGES" / f"{TEMPLATE.stem}.mo"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(compiled.getvalue())
    return folder


def english(text):
    """The words of a text that stand outside of ⟦ ⟧, names apart."""
    depth, outside = 0, []
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        outside.append(char if depth == 0 and char != "⟧" else " ")
    assert depth == 0, f"a message is cut into halves: {text}"
    return [word for word in WORD.findall("".join(outside)) if word not in NAMES]
