"""Exceptions that beginners meet, and one line of advice on each: a single table for functions and classes.

The student's own line stands beside it, and what Python said. The advice says where to look, and gives no answer away.
"""

import re

from course_utils.practice import sandbox
from course_utils.support.language import gettext as _

#: (the name of the exception, what its text holds, the advice); the first that fits is used. What a group of the
#: pattern finds can be named in the advice.
ADVICE: tuple[tuple[str, str, str], ...] = (
    (
        "ValueError",
        r"matmul: .*mismatch|shapes \(.*\) and \(.*\) not aligned",
        _(
            "A @ B needs as many columns in A as B has rows: write down both shapes, and see whether one of the two "
            "should be transposed, or whether they should change places."
        ),
    ),
    (
        "ValueError",
        r"could not be broadcast together",
        _(
            "The shapes of two arrays do not fit together here: print both. The usual cause is a mean or a sum over "
            "the wrong axis, or a missing keepdims=True."
        ),
    ),
    (
        "ValueError",
        r"truth value of an array",
        _(
            "Comparing an array gives an answer for each entry, and `if` needs a single one: compare single numbers, or use np.where, np.any or np.all."
        ),
    ),
    (
        "ValueError",
        r"inhomogeneous|setting an array element with a sequence",
        _("The rows of this array differ in length, or a list stands where one number belongs."),
    ),
    (
        "ValueError",
        r"not enough values to unpack|too many values to unpack",
        _(
            "There are not as many names on the left of = as values on the right: look at how many values come back there."
        ),
    ),
    (
        "TypeError",
        r"not supported between instances of '(?:Eigh?Result|tuple|list|dict)' and|"
        r"not supported between instances of '[\w.]+' and '(?:Eigh?Result|tuple|list|dict)'",
        _(
            "Several values together cannot be compared with a number: take out the one that is meant first. A function "
            "may return more than you expect, as np.linalg.eigh does: the eigenvalues and the eigenvectors."
        ),
    ),
    (
        "TypeError",
        r"bitwise_xor|for \^",
        _("^ is no power in Python, but an operation on bits: powers are written with two stars."),
    ),
    (
        "TypeError",
        r"only (?:length-1|0-dimensional|size-1) arrays|only .* arrays can be converted",
        _(
            "The functions of `math` take one number at a time: use those of numpy, such as np.sqrt or np.exp."
        ),
    ),
    (
        "TypeError",
        r"'(?:float|int|numpy\.float64|complex)' object is not callable",
        _(
            "A number stands right before a bracket, and Python takes that for a call: is a * missing, as in 2*(x + 1), "
            "or has a variable the name of a function?"
        ),
    ),
    (
        "TypeError",
        r"'numpy\.ndarray' object is not callable",
        _(
            "Round brackets after an array would call it: an entry is a[i], with square brackets. Or is a * missing before a bracket?"
        ),
    ),
    (
        "TypeError",
        r"object is not callable",
        _("What stands before the round brackets is not a function: has a variable taken a function's name?"),
    ),
    (
        "TypeError",
        r"'NoneType'",
        _(
            "Something is None here: a function that ends without `return` gives None, and so do list.append, "
            "list.sort and random's shuffle, which change their list in place."
        ),
    ),
    (
        "AttributeError",
        r"'NoneType'",
        _(
            "Something is None here: a function that ends without `return` gives None, and so does a method that "
            "changes its object in place."
        ),
    ),
    (
        "TypeError",
        r"takes \d+ positional arguments? but \d+ (?:was|were) given",
        _(
            "The call passes more arguments than the definition takes: in a class, is `self` there as the first parameter?"
        ),
    ),
    (
        "TypeError",
        r"missing \d+ required positional argument",
        _("The call passes fewer arguments than the definition asks for: compare the two lines."),
    ),
    (
        "TypeError",
        r"can't multiply sequence by non-int|unsupported operand type\(s\) for [-+*/]+: '(?:list|tuple)'|"
        r"unsupported operand type\(s\) for [-+*/]+: '\w+' and '(?:list|tuple)'",
        _("Lists and tuples cannot do arithmetic: make an array of them first, with np.array."),
    ),
    (
        "TypeError",
        r"can only concatenate (?:list|str|tuple)",
        _("Lists and texts are joined by +, not added up: use arrays or numbers."),
    ),
    (
        "TypeError",
        r"'(?:float|numpy\.float64)' object cannot be interpreted as an integer",
        _("A count must be a whole number here: / always gives a fraction, // divides whole numbers."),
    ),
    (
        "TypeError",
        r"object is not subscriptable|object does not support item assignment",
        _(
            "Square brackets ask for an entry, but what stands before them has no entries: is it a single number?"
        ),
    ),
    (
        "TypeError",
        r"object is not iterable",
        _("A loop or an unpacking goes through several things, but here it is given a single one."),
    ),
    (
        "IndexError",
        r"out of (?:bounds|range)",
        _("Counting starts at 0, so the last of n entries has the index n − 1: look at where the loop ends."),
    ),
    (
        "IndexError",
        r"too many indices",
        _("There are more indices in the square brackets than the array has dimensions: print its shape."),
    ),
    (
        "IndexError",
        r"only integers, slices|must be of integer",
        _("An index must be a whole number: / always gives a fraction, // divides whole numbers."),
    ),
    (
        "KeyError",
        r".",
        _("There is no entry under this key: a loop over a dict gives its keys, and d[key] is the value."),
    ),
    (
        "NameError",
        r"name '(?P<name>math|np|numpy)' is not defined",
        _("{name} is not imported here: run the cell with the imports at the top of the notebook."),
    ),
    (
        "NameError",
        r"name '(?P<name>\w+)' is not defined",
        _(
            "Nothing is called {name} at this point: look for a slip in its spelling, or for the line that should "
            "make it, which may stand further down or in another cell."
        ),
    ),
    (
        "UnboundLocalError",
        r"variable '(?P<name>\w+)'",
        _(
            "{name} is used here before this function has given it a value: set it before the loop or the `if`."
        ),
    ),
    (
        "ZeroDivisionError",
        r".",
        _("Something is divided by 0: which of the arguments can be 0, and what should come out then?"),
    ),
    (
        "AttributeError",
        r"'numpy\.ndarray' object has no attribute '(?P<name>append|sqrt|exp|log|len|abs|maximum)'",
        _("An array has no method {name}: it is a function that takes the array, such as np.{name}(a)."),
    ),
    (
        "AttributeError",
        r"module '(?P<module>\w+)' has no attribute '(?P<name>\w+)'",
        _("There is no {module}.{name}: look at the spelling, or in which module it is."),
    ),
    (
        "RuntimeError",
        r"changed size during iteration",
        _(
            "A loop goes through something that becomes longer or shorter meanwhile: gather what is new elsewhere."
        ),
    ),
    (
        "AttributeError",
        r"object has no attribute '(?P<name>\w+)'",
        _("What stands before the dot has nothing called {name}: print its type, and look at the spelling."),
    ),
    (
        "ValueError",
        r"math domain error|expected a (?:nonnegative|positive)",
        _(
            "This line asks for the root of a negative number, or for the logarithm of one that is not positive: what can become so small?"
        ),
    ),
    (
        "OverflowError",
        r".",
        _("A number grows beyond all bounds here: does a step go uphill, or does a loop run too long?"),
    ),
)


def advice(outcome: sandbox.Outcome) -> str:
    """One line about what the exception means that ended a call; "" where the table has none, or nothing was raised."""
    for error, pattern, told in ADVICE:
        found = re.search(pattern, outcome.text) if outcome.error == error else None
        if found:
            return told.format(**found.groupdict())
    return ""
