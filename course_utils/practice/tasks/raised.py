"""What an exception means in the class of an optimizer: one line of advice, beside the student's own line.

What all beginners meet is in exceptions.py; here is what params, grads, self and what is kept from step to step add to it.
"""

import inspect
import re
from collections.abc import Collection
from typing import Any

from course_utils.practice import sandbox
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks import exceptions
from course_utils.support.language import gettext as _

#: (what the name of the exception holds, what its text holds, the advice), as in exceptions.py
ADVICE: tuple[tuple[str, str, str], ...] = (
    (
        "",
        r"'NoneType'",
        _("Something is None here: what is kept from step to step must be made before it is used."),
    ),
    (
        "",
        r"could not be broadcast",
        _("Two shapes do not fit together here: for what you keep, make zeros in the shape of each array."),
    ),
    (
        "",
        r"list indices must be integers or slices, not str",
        _("A list has no names: keep a dict, with an array under each name in params."),
    ),
    (
        "",
        r"'dict' object is not callable",
        _("To look up a name in a dict, use square brackets: grads[name]."),
    ),
    (
        "TypeError",
        r"operand.*'dict'",
        _("params and grads are dicts of arrays: take one name at a time, `for name in params`."),
    ),
    (
        "ValueError",
        r"values to unpack",
        _("A loop over a dict gives only its names. To get each name with its array, loop over items()."),
    ),
    (
        "KeyError",
        r"^\d+$",
        _("params and grads go by names, and not by numbers: `for name in params` goes through them."),
    ),
    (
        "",
        r"dtype\('<U|'str' and|and 'str'",
        _("A name is not an array: `for name in params` gives the names, and params[name] is the array."),
    ),
    (
        "_UFuncNoLoopError",
        r"",
        _("A name is not an array: `for name in params` gives the names, and params[name] is the array."),
    ),
    (
        "TypeError",
        r"can't multiply sequence by non-int",
        _(
            "A name, or a list, stands here where an array belongs: `for name in params` gives the names, and "
            "params[name] is the array."
        ),
    ),
    (
        "UnboundLocalError",
        r"variable '(?P<name>\w+)'",
        _(
            "{name} has no value yet when it is used: what is kept from step to step belongs to self, and what holds "
            "for one step is made before it is used."
        ),
    ),
    (
        "",
        r"Cannot cast.*from dtype\('O'\)",
        _("There is a dict, or another collection, where one array belongs: take what is under the name."),
    ),
    (
        "",
        r"Cannot cast.*to dtype\('u?int",
        _("An array of whole numbers cannot hold fractions: make zeros of the kind of params[name]."),
    ),
)


def advice(
    outcome: sandbox.Outcome, names: Collection[str], settings: Collection[str] = (), own: str = ""
) -> str:
    """What an exception means; "" for one that is not known.

    names: the keys of params.  settings: the arguments of the constructor.  own: the name of the class.
    """
    named = _of_a_name(outcome, settings, own) or _of_a_key(outcome, names)
    if named:
        return named
    for error, pattern, told in ADVICE:
        found = re.search(pattern, outcome.text) if error in ("", outcome.error) else None
        if found and outcome.error:
            return told.format(**found.groupdict())
    return exceptions.advice(outcome)


def _of_a_name(outcome: sandbox.Outcome, settings: Collection[str], own: str) -> str:
    """What is said about a name that self lacks, or that lacks self."""
    unknown = re.search(r"name '(\w+)' is not defined", outcome.text)
    if unknown and unknown[1] in settings:
        return _("The settings belong to the object: self.{name}.").format(name=unknown[1])
    lacking = re.match(r"'(\w+)' object has no attribute '(\w+)'", outcome.text)
    if not lacking or lacking[1] != own:
        return ""
    if lacking[2] in ("params", "grads"):
        return _("{name} is an argument of update, and stands there without self.").format(name=lacking[2])
    return _("Nothing is kept as self.{name} here: is it made in __init__, with the same spelling?").format(
        name=lacking[2]
    )


def _of_a_key(outcome: sandbox.Outcome, names: Collection[str]) -> str:
    """What is said about a name under which a dict holds nothing."""
    key = re.fullmatch(r"'(\w+)'", outcome.text) if outcome.error == "KeyError" else None
    if not key:
        return ""
    if key[1] in names:  # params and grads have it
        return _(
            "Nothing is kept under the name {name} yet: before the first step, make zeros for every name in params."
        ).format(name=repr(key[1]))
    return _("params has no {name} here: go through the names that it has, `for name in params`.").format(
        name=repr(key[1])
    )


def definition(outcome: sandbox.Outcome, method: Any, settings: Collection[str]) -> tuple[str, Line | None]:
    """What is wrong with the first line of a method that the check calls, and this line; ("", None) if it is not that.

    settings: the arguments of the constructor.
    """
    error, text = outcome.error, outcome.text
    if error == "AttributeError" and text.endswith("has no attribute 'update'"):
        return _("The class needs a method with the name update: look at how yours are called."), None
    called = re.match(r"(?:[\w<>]+\.)*(\w+)\(\) ", text)
    if not called or error != "TypeError" or outcome.line is not None:
        return "", None
    told = _of_a_call(called[1], method.__name__, text, settings)
    function = inspect.getattr_static(method, called[1], None)
    if not told or not inspect.isfunction(function):
        return told, None
    code = function.__code__
    return told, sandbox.line_at([code.co_filename, code.co_firstlineno, code.co_name, code.co_firstlineno])


def _of_a_call(name: str, own: str, text: str, settings: Collection[str]) -> str:
    """What is said about a method that takes other arguments than it is given; "" for one that the check does not call."""
    unknown = re.search(r"unexpected keyword argument '(\w+)'", text)
    if name == own:
        return _(
            "Nothing in the class takes the settings {names}: has __init__ two underscores on each side?"
        ).format(names=", ".join(settings))
    if name == "__init__" and unknown:
        return _("The class is made with {name}=...: has __init__ a parameter of this name?").format(
            name=unknown[1]
        )
    if name == "__init__":
        return _("Python puts self before the settings: compare this with the first line of __init__.")
    if name == "update":
        return _(
            "The check calls update(params, grads), and Python puts self before them: compare this with its first line."
        )
    if name == "gradient_point":
        return _(
            "The check calls gradient_point(params), and Python puts self before it: compare this with its first line."
        )
    return ""
