"""Numbers as a student types them: read exactly, and compared with the exact answer."""

import re
import unicodedata
from fractions import Fraction

from course_utils.support.language import gettext as _


def is_right(given: Fraction, right: Fraction) -> bool:
    """Whether a typed number is the exact one, or the exact one rounded or cut off after three decimals or more.

    The 2.000 that was typed for 2.0004 comes as a plain 2: so it is the distance that counts, not the zeros.
    """
    return abs(given - right) <= abs(right) / 10**12 or is_shortened(given, right, at_least=3)


def is_shortened(given: Fraction, right: Fraction, at_least: int = 0) -> bool:
    """Whether a typed number is the exact one, rounded or cut off after some decimals, at least so many."""
    decimals = max(at_least, _decimals(given))
    unit = Fraction(1, 10**decimals)
    is_cut_off = given * right > 0 and 0 <= abs(right) - abs(given) < unit
    return abs(given - right) <= unit / 2 or (is_cut_off and decimals > 0)  # 1 for 1.9 is an error


def _decimals(number: Fraction) -> int:
    """How many decimals it takes to write a number; a dozen where it takes more, as 1/3 does."""
    return next((d for d in range(12) if (number * 10**d).denominator == 1), 12)


def read_number(text: str) -> Fraction | None:
    """Read what a student typed as an exact number: "-1", "−31/2", "(3)", "15.5". None for a blank.

    Raises ValueError with a line that says how to write it.
    """
    text = text.strip()
    if len(text) > 40:
        raise ValueError(_("That is longer than any answer here: type one number, e.g. -3, 7/2 or 0.5."))
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")  # unseen marks, pasted along
    if not text:
        return None
    typed = unicodedata.normalize("NFKC", text)
    if re.search(r"\d\s+\d", typed) or any(map(_reads_otherwise, text, text[1:] + " ", " " + text)):
        raise ValueError(_("Type one number without gaps or powers, e.g. 3/2 for one and a half."))
    plain = re.sub(r"\s+", "", typed).translate(_SIGNS)
    while plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1]
    if re.fullmatch(r"[+-]?\d+,\d+", plain):
        raise ValueError(_("Use a point for decimals (0.5, not 0,5). One coordinate goes in each box."))
    if "," in plain or ";" in plain:
        raise ValueError(_("One coordinate goes in each box: x in the first, y in the second."))
    match = re.fullmatch(r"([+-]?)(\d+\.?\d*|\.\d+)(?:/([+-]?)(\d+))?", plain, flags=re.ASCII)
    if not match:
        raise ValueError(_("This is not a number I can read: type it like -3, 7/2 or 0.5."))
    sign, top, sign_below, below = match.groups()
    if below is not None and int(below) == 0:
        raise ValueError(_("Nothing can be divided by 0: look at the number below the fraction bar."))
    number = Fraction(top) / int(below or 1)
    return -number if (sign == "-") != (sign_below == "-") else number


def _reads_otherwise(char: str, after: str, before: str) -> bool:
    """Whether taking the character apart would make another number of it: 3² is not 32, 1½ is not 11/2."""
    kind = unicodedata.decomposition(char).partition(" ")[0]
    beside_digit = after.isnumeric() or before.isnumeric()
    return kind in ("<super>", "<sub>") or (kind == "<fraction>" and beside_digit)


_SIGNS = str.maketrans({c: "-" for c in "−–—‐‑‒﹣－"} | {"⁄": "/", "∕": "/", "÷": "/"})
