"""Numbers as a student types them: read exactly, and compared with the exact answer.

Every box and every table of answers is read here, by the rules of docs/typed-numbers.md. One number is read however it
is written; what is still to be worked out, or can be meant in two ways, is refused with a line that says what to type.
"""

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction

from course_utils.support.language import gettext as _

LONGEST = 40  # characters of a number
FARTHEST = 99  # powers of ten
ENOUGH = 3  # decimals of a number that is rounded
TOO_FAR = _("No answer here is as large as that, or as close to 0.")


class Typed(Fraction):
    """An exact number that was typed as a decimal. decimals: how many, with the zeros at the end."""

    decimals = 0


def is_right(given: Fraction, right: Fraction) -> bool:
    """Whether a typed number is the exact one, or the exact one rounded or cut off after three decimals or more.

    Zeros that are typed at the end are no digits to be right or wrong: 2.000 and 2.0000 both pass for 2.0004.
    """
    return (
        given == right
        or abs(given - right) <= abs(right) / 10**12
        or is_shortened(given, right, at_least=ENOUGH)
    )


def is_shortened(given: Fraction, right: Fraction, at_least: int = 0) -> bool:
    """Whether a typed number is the exact one, rounded or cut off after some decimals, at least this many.

    A whole number that is off by more than half of what is right is an error: 1 for 1/2, and 0 for anything else.
    """
    off = abs(given - right)
    if given.denominator == 1 and 2 * off > abs(right):
        return False
    decimals = max(at_least, _decimals(given), min(getattr(given, "decimals", 0), ENOUGH))  # 0.300 is no 0.3
    unit = Fraction(1, 10**decimals)
    is_cut_off = given * right > 0 and 0 <= abs(right) - abs(given) < unit
    return 2 * off <= unit or (is_cut_off and decimals > 0)  # 1 for 1.9 is an error


def _decimals(number: Fraction) -> int:
    """How many decimals it takes to write a number; a dozen where it takes more, as 1/3 does."""
    return next((d for d in range(12) if 10**d % number.denominator == 0), 12)


# --- reading ---------------------------------------------------------------------------------------------------


def read_number(
    text: str, name: str = "", decimal_comma: bool = False, may_be_two: bool = False
) -> Fraction | None:
    """Read what a student typed as an exact number: "-1", "−31/2", "15 1/2", "(3)", "x = 15.5". None for a blank.

    name: what the box asks for, such as "x₂"; another name before an equals sign is refused. Any name will do where "".
    decimal_comma: whether every comma is one, as in a spreadsheet that keeps commas for decimals; 1,200 is 6/5 there.
    may_be_two: whether 0,5 may stand for two numbers, since the box beside it is blank.

    Raises ValueError with a line that says how to write it.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError(_("That is longer than any answer here: type one number, e.g. -3, 7/2 or 0.5."))
    typed = _plain(text)
    if decimal_comma and typed.count(",") == 1 and "." not in typed:
        typed = typed.replace(",", ".")
    alone = _POWER_OF_TEN.sub(_with_e, _without_name(typed, name))
    if not alone:
        return None
    if not may_be_two and _DECIMAL_COMMA.fullmatch(alone) and not re.search(r",\s", text):
        alone = alone.replace(",", ".")
    number = _signed(alone, _unsigned)
    if number is None:
        raise ValueError(_why_not(alone))
    if number and not Fraction(10) ** -FARTHEST <= abs(number) <= 10**FARTHEST:
        raise ValueError(TOO_FAR)
    return _typed(number, alone)


def _typed(number: Fraction, text: str) -> Fraction:
    """The number with the decimals of the text, where that is one plain decimal."""
    match = re.fullmatch(r"[-+(]*\d*\.(\d+)\)*", text)
    if not match:
        return number
    typed = Typed(number)
    typed.decimals = len(match[1])
    return typed


def _plain(text: str) -> str:
    """The text in small letters, plain digits and signs: "−15½" -> "-15 1/2", "10⁻³" -> "10^-3", "x₁" -> "x_1"."""
    parts, before = [], ""
    for char in text:
        if unicodedata.category(char) == "Cf":  # unseen marks, pasted along
            continue
        kind = unicodedata.decomposition(char).partition(" ")[0]
        if kind in _RAISED and kind != before:
            parts.append(_RAISED[kind])
        same = unicodedata.normalize("NFKC", char)
        parts.append(f" {same} " if kind == "<fraction>" else same)
        before = kind
    joined = unicodedata.normalize("NFKC", "".join(parts)).casefold().translate(_SIGNS).replace("**", "^")
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in joined)
    spaced = " ".join(digits.split())
    return re.sub(r" ?([-+/*^()=≈,;:]) ?", r"\1", spaced)


def _without_name(typed: str, name: str) -> str:
    """What follows "x =", "≈" or "about"; ValueError where another quantity is named than the one asked for."""
    left, *rest = re.split(r"[=≈]+", _ABOUT.sub("", typed))
    if not rest:
        right = left
    elif len(rest) == 1 and (not left or _NAME.fullmatch(left)):
        if left and name and not _is_name_of(left, name):
            told = _("This box asks for {name}, not for {other}.")
            raise ValueError(told.format(name=name, other=left.replace("_", "")[:20]))
        right = _ABOUT.sub("", rest[0])
    else:
        raise ValueError(_("Type the number alone, without an equation."))
    return re.sub(r"(?<=[\d)])\.+$", "", right)  # the stop of a sentence, or the dots of 0.333...


def _is_name_of(typed: str, name: str) -> bool:
    (letter, index), (asked, its_index) = _letter_and_index(typed), _letter_and_index(_plain(name))
    return letter == asked and index in ("", its_index)


def _letter_and_index(name: str) -> tuple[str, str]:
    """("x", "2") for "x_2", "x2" and "x_(2)"; a name of another form stays whole."""
    match = re.fullmatch(r"(\D+?)_?\(?(\d*)\)?", name)
    letter, index = match.groups() if match else (name, "")
    return _ALSO_CALLED.get(letter, letter), index


def _with_e(match: re.Match[str]) -> str:
    sign, mantissa, power = match.groups()
    return f"{sign}{mantissa or 1}e{power}"


# The grammar: a number may have a sign, stand in brackets, be a decimal, a mixed number, or a fraction of such.


def _signed(text: str, form: Callable[[str], Fraction | None]) -> Fraction | None:
    """A number of this form, with a sign or without; None where it is no such number."""
    number = form(text[1:] if text[:1] in ("+", "-") else text)
    return -number if number is not None and text.startswith("-") else number


def _unsigned(text: str) -> Fraction | None:
    if mixed := re.fullmatch(r"(\d+) (\d+)/(\d+)", text):
        whole, top, below = map(int, mixed.groups())
        return whole + Fraction(top, below) if 0 < top < below else None
    bars = _bars(text)
    if not bars:
        return _atom(text)
    if len(bars) > 1:
        return None
    number, divisor = _atom(text[: bars[0]]), _signed(text[bars[0] + 1 :], _atom)
    if number is None or divisor is None:
        return None
    if divisor == 0:
        raise ValueError(_("Nothing can be divided by 0: look at the number below the fraction bar."))
    return number / divisor


def _bars(text: str) -> list[int]:
    """Where the fraction bars stand that are in no bracket."""
    depth, found = 0, []
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "/" and depth == 0:
            found.append(i)
    return found


def _atom(text: str) -> Fraction | None:
    if text.startswith("(") and text.endswith(")"):
        return _signed(text[1:-1], _unsigned)
    match = re.fullmatch(r"(\d+\.?\d*|\.\d+)(?:e([-+]?\d+))?", text)
    if not match:
        return None
    power = int(match[2] or 0)
    if abs(power) > FARTHEST:
        raise ValueError(TOO_FAR)
    return Fraction(match[1]) * Fraction(10) ** power


# --- refusing --------------------------------------------------------------------------------------------------


def _why_not(text: str) -> str:
    """The line for a text that is not a number: what to type instead."""
    said = _about_marks(text) or next((line for form, line in _LINES if form.search(text)), None)
    return said or _("This is not a number I can read: type it like -3, 7/2 or 0.5.")


def _about_marks(text: str) -> str | None:
    """The line about commas, points and gaps between the digits of one number, with the number to type."""
    if re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", text):
        told = _("A comma can be read in two ways: type {whole}, or {decimal} with a point.")
        return told.format(whole=text.replace(",", ""), decimal=text.replace(",", "."))
    if re.fullmatch(r"[-+]?\d*,\d+", text):
        told = _("Use a point for decimals: {number}, not {typed}. Only one number goes in each box.")
        return told.format(number=text.replace(",", "."), typed=text)
    told = _("Leave out what separates the thousands: type {number}.")
    if re.fullmatch(r"[-+]?\d{1,3}([ '’_]\d{3})+(\.\d*)?|[-+]?\d{1,3}(,\d{3})+(\.\d*)?", text):
        return told.format(number=re.sub(r"[ '’_,]", "", text))
    if re.fullmatch(r"[-+]?\d{1,3}(\.\d{3}){2,}|[-+]?\d{1,3}([. ]\d{3})+,\d+", text):
        return told.format(number=re.sub(r"[. ]", "", text).replace(",", "."))
    return None


_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"

#: What a text that is not a number may hold, and the line about it; the first that fits is said.
_LINES = [
    (re.compile(form), line)
    for form, line in (
        (r"\\", _("Leave out the LaTeX: type a fraction with a slash, such as 7/2.")),
        (
            r"[%‰]",
            _("Leave the percent sign out: type 0.5 for 50 per cent, or 50 if a percentage is asked for."),
        ),
        (r"[<>≤≥≠]", _("Type one number, not a range of them: leave out signs such as < and ≥.")),
        (r"[±∓]|\+/-", _("Type only one number: choose either + or -.")),
        (
            rf"^\d{{4}}-\d\d?-\d\d?$|^\d\d?[./]\d\d?[./]\d{{4}}$|^\d\d?[-./ ]+{_MONTH}\b|^{_MONTH}[-./ ]+\d",
            _("This looks like a date that a spreadsheet has made out of a fraction: type a decimal."),
        ),
        (r"\.\d*\(\d|\u0305", _("Type a repeating decimal as a fraction, such as 2/11 for 0.(18).")),
        (r"[√∛∜]|sqrt|root", _("Work the root out and type a decimal, such as 1.414 for √2.")),
        (r"π|(?<![a-z])pi(?![a-z])", _("Type a decimal instead of π, such as 3.142.")),
        (
            r"∞|(?<![a-z])(inf|infinity|nan)(?![a-z])",
            _("Neither infinity nor NaN is an answer here: type a number."),
        ),
        (
            r"(exp|log|ln|sin|cos|tan|abs|max|min)\(",
            _("Work this out first, and type the number that comes out."),
        ),
        (r"[,;]", _("Only one number goes in each box, with a point for its decimals.")),
        (r"\^", _("Work the power out first: type 8 for 2^3.")),
        (r"\*|[\d)]\(|\)\d", _("Work the product out first: type 6 for 2·3.")),
        (r"[\d)][-+]+[\d(.]", _("Work the sum or the difference out first: type 3/4 for 1/2 + 1/4.")),
        (r"[-+]{2}", _("There are two signs in a row: type only one.")),
        (r"\d:\d", _("Type a fraction with a slash: 3/2 for 3:2.")),
        (r"/.*/", _("There are two fraction bars: type one fraction, such as 1/6 for 1/2/3.")),
        (r"\..*\.", _("There are two decimal points: type only one.")),
        (r"\d.*[^\W\d_]|[^\W\d_].*\d", _("Type the number alone, in digits, without words or units.")),
        (r"[\d.] [\d.]", _("These look like two numbers: type only one, such as 15 1/2, 31/2 or 15.5.")),
        (r"\d.*[()]|[()].*\d", _("The brackets do not match: leave them out.")),
    )
]

_RAISED = {"<super>": "^", "<sub>": "_"}
_DECIMAL_COMMA = re.compile(
    r"[-+]?(?:0?,\d+|[1-9]\d*,(?:\d{1,2}|\d{4,})|[1-9]\d{3,},\d{3})"
)  # 1,200 may be 1200
_POWER_OF_TEN = re.compile(r"^([-+]?)(?:(\d+\.?\d*|\.\d+)\*)?10\^\(?([-+]?\d+)\)?$")
_NAME = re.compile(r"[^\W\d_][^-+*/^<>]*")
_ABOUT = re.compile(r"^(?:ca|circa|about|around|roughly|approx|approximately)\b\.? ?")
_ALSO_CALLED = {"eta": "η", "lr": "η", "learning rate": "η", "mu": "μ", "momentum": "μ"}
_SIGNS = str.maketrans(
    "−–—―‐‑‒➖⁄∕÷×·⋅∙•∗✕✖٫。~∼≃≅≡٬،、٪{}[]",
    "--------///********..≈≈≈≈=',,%()()",
)
