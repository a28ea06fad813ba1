"""What a wrong answer shows by its form: what comes back, in which shape and order, and which part of it is right.

look(tried, shown) -> sentences; what they say holds for every case that goes wrong
"""

import itertools
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import numpy as np

from course_utils.practice.plain_data import Other
from course_utils.practice.tasks.comparing import numbers, same
from course_utils.practice.tasks.tried import Try, beginning_with, that_differ
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import typed

PERMUTED = 5  # values that are tried in every order
MARKED = 6  # entries of an array that are told apart


def look(tried: Sequence[Try], shown: Try) -> list[str]:
    """What the form of the answers says, from the whole to its parts; [] where it is as it should be.

    shown: the try that is shown; its value is wrong.
    """
    wrong = beginning_with(shown, that_differ(tried))
    got, expected = shown.value, shown.expected
    if got is None:
        told = _nothing(tried)
        return [told] if told else []
    if isinstance(got, Other):
        told = _unfit(got, expected)
        return [told] if told else []
    if all(isinstance(x, str) for one in wrong for x in (one.value, one.expected)):
        return _words(tried, wrong)
    for form in (_elsewhere, _other_kind, _keys, _listed_words, _right_otherwise):
        told = form(wrong)
        if told:
            return [told]
    return []


def unequal(shown: Try) -> str | None:
    """That an answer has another number of values, or another shape, than what is asked for; None if not."""
    got, expected = shown.value, shown.expected
    if got is None or isinstance(got, (Other, dict, str)) or isinstance(expected, (dict, str, type(None))):
        return None
    if isinstance(expected, (tuple, list)):
        if isinstance(got, (tuple, list)):
            return _too_many_or_few(len(got), expected) if len(got) != len(expected) else None
        if not isinstance(got, np.ndarray) or not got.ndim:
            return _too_many_or_few(1, expected)
    if _dimensions(got) == _dimensions(expected):
        return None
    return _("Your function returns {got}; the task asks for {expected}.").format(
        got=_shape(got), expected=_shape(expected)
    )


# --- no value, or none that can be compared -----------------------------------------------------------------


def _nothing(tried: Sequence[Try]) -> str | None:
    """What is said about an answer that is None."""
    if any(one.expected is None for one in tried):  # a right answer elsewhere
        return None
    if any(one.outcome.printed for one in tried):
        return _("Your function prints and returns nothing: end it with `return`.")
    if any(one.value is not None for one in tried):
        return _("Your function returns nothing here: does every way through it end in a `return`?")
    return _("Your function returns nothing: is there a `return`?")


def _unfit(got: Other, expected: Any) -> str | None:
    """What is said about a value that is not plain data."""
    if got.type == "generator":
        return _("Your function is a generator, since it holds a `yield`: return the values with `return`.")
    if got.type == "coroutine":
        return _("Your function is a coroutine, since `async` stands before `def`: write `def` alone.")
    if got.type == type(expected).__name__:  # only a student's own case can ask for this
        return None
    if got.type in ("set", "frozenset"):
        return _("Your function returns a set, which has no order: return {expected}.").format(
            expected=_("a list") if isinstance(expected, list) else _shape(expected)
        )
    return _(
        "Your function returns a value of the type {type}: return numbers, arrays, tuples or lists of them."
    ).format(type=got.type)


def _other_kind(wrong: Sequence[Try]) -> str | None:
    """A dict or a text in the place of numbers, or the other way round."""
    got, expected = wrong[0].value, wrong[0].expected
    if isinstance(expected, dict) and not isinstance(got, dict):
        return _("The task asks for a dict with the keys {keys}.").format(keys=_listed(expected))
    if isinstance(got, dict) and not isinstance(expected, dict):
        return _("Your function returns a dict: return the value itself.")
    if isinstance(got, str):
        return _("Your function returns text: return the value itself.")
    return None


def _keys(wrong: Sequence[Try]) -> str | None:
    """Keys of a dict that are missing, or are not asked for."""
    got, expected = wrong[0].value, wrong[0].expected
    if not (isinstance(got, dict) and isinstance(expected, dict)):
        return None
    missing, more = [k for k in expected if k not in got], [k for k in got if k not in expected]
    if missing and more:
        return _("Your dict lacks {missing} and has {more} instead.").format(
            missing=_listed(missing), more=_listed(more)
        )
    if missing:
        return _("Your dict lacks {missing}.").format(missing=_listed(missing))
    if more:
        return _("Your dict has {more}, which the task does not ask for.").format(more=_listed(more))
    return None


def _listed_words(wrong: Sequence[Try]) -> str | None:
    """Which words of a list are missing, or do not belong there."""
    got, expected = wrong[0].value, wrong[0].expected
    if not all(isinstance(x, (tuple, list)) and all(isinstance(y, str) for y in x) for x in (got, expected)):
        return None
    missing, more = [x for x in expected if x not in got], [x for x in got if x not in expected]
    if more and not missing:
        told = ngettext(
            "{more} does not belong in your list here.", "{more} do not belong in your list here.", len(more)
        )
        return told.format(more=_listed(more))
    if missing and not more:
        told = ngettext(
            "{missing} is missing from your list here.",
            "{missing} are missing from your list here.",
            len(missing),
        )
        return told.format(missing=_listed(missing))
    return None


def _listed(keys: Any) -> str:
    return ", ".join(typed(key, 40) for key in keys)


def _words(tried: Sequence[Try], wrong: Sequence[Try]) -> list[str]:
    """What is said if a word is expected: how it is spelt, and which words are asked for."""
    if all(one.value.strip().casefold() == one.expected.strip().casefold() for one in wrong):
        return [_("The word is right except for capital letters or spaces: compare it letter by letter.")]
    asked = sorted({one.expected for one in tried if isinstance(one.expected, str)})
    strange = next((one.value for one in wrong if one.value not in asked), None)
    if strange is None or len(asked) < 2:
        return []
    return [
        _("{got} is none of the words that the task asks for: {asked}.").format(
            got=typed(strange, 40), asked=_listed(asked)
        )
    ]


# --- right, but in another form -----------------------------------------------------------------------------


def _elsewhere(wrong: Sequence[Try]) -> str | None:
    """That what is asked for is one of several values that come back, or is made of them."""
    if not all(_many(one.value) for one in wrong) or max(len(one.value) for one in wrong) < 2:
        return None
    if all(isinstance(one.expected, (tuple, list)) for one in wrong):
        firsts = [[_at(entry, 0) for entry in one.value] for one in wrong]
        if all(one.fits(entries) for one, entries in zip(wrong, firsts, strict=True)):
            return _("Each of your entries holds more than is asked for: only the first part of it is right.")
        return None
    return _entry(wrong) or _made_of(wrong) or _any(wrong)


def _first(wrong: Sequence[Try]) -> bool:
    """Whether the first of several values is what is asked for."""
    return all(_many(one.value) and one.fits(one.value[0]) for one in wrong)


def _entry(wrong: Sequence[Try]) -> str | None:
    """Which one of several values is asked for, where it is the first or the last."""
    if any(_dimensions(one.value) == _dimensions(one.expected) for one in wrong):
        return None
    if _first(wrong):
        return _("The first of your values is what is asked for: return that one alone.")
    if all(one.fits(one.value[-1]) for one in wrong):
        return _("The last of your values is what is asked for: return that one alone.")
    return None


def _any(wrong: Sequence[Try]) -> str | None:
    """That one of several values is asked for, not always at the same place."""
    if any(_dimensions(one.value) == _dimensions(one.expected) for one in wrong):
        return None
    if len(wrong) > 1 and all(any(map(one.fits, one.value)) for one in wrong):
        return _("One of your values is what is asked for: return that one alone.")
    return None


def _made_of(wrong: Sequence[Try]) -> str | None:
    """Which of the returned numbers make up the one that is asked for."""
    if any(_dimensions(one.expected) or len(_dimensions(one.value)) != 1 for one in wrong):
        return None
    made: tuple[tuple[Callable[[Any], Any], str], ...] = (
        (np.sum, _("The sum of your values is what is asked for.")),
        (np.mean, _("The mean of your values is what is asked for.")),
        (np.max, _("The largest of your values is what is asked for.")),
        (np.min, _("The smallest of your values is what is asked for.")),
        (np.prod, _("The product of your values is what is asked for.")),
    )
    for function, told in made:
        if all(_numeric(one.value) and len(one.value) and one.fits(function(one.value)) for one in wrong):
            return told
    return None


def _right_otherwise(wrong: Sequence[Try]) -> str | None:
    """That all values are right, but in another shape or order."""
    if all(_is_transposed(one) for one in wrong):
        return _("The numbers are right, but rows and columns are exchanged.")
    if all(_is_unsorted(one) for one in wrong):
        return _("The entries are right, but they are not sorted.")
    order = _order(wrong)
    if order:
        return order
    late = _rows_off(wrong)
    if late:
        return late
    if all(_is_reshaped(one) for one in wrong):
        return _("The numbers are right, but they come as {got}, and the task asks for {expected}.").format(
            got=_shape(wrong[0].value), expected=_shape(wrong[0].expected)
        )
    return None


def _is_transposed(one: Try) -> bool:
    if not _numeric(one.value) or not _numeric(one.expected):
        return False
    got = np.asarray(one.value)
    return got.ndim == 2 and one.fits(got.T)


def _is_unsorted(one: Try) -> bool:
    got, expected = one.value, one.expected
    if not all(isinstance(x, list) and all(isinstance(entry, str) for entry in x) for x in (got, expected)):
        return False
    return expected == sorted(expected) and one.fits(sorted(got))


def _order(wrong: Sequence[Try]) -> str | None:
    """That the values stand in another order, the same one in every case."""
    if not all(_many(one.value) and _many(one.expected) for one in wrong):
        return None
    lengths = {len(x) for one in wrong for x in (one.value, one.expected)}
    if len(lengths) > 1:
        return _("The values are right, but in reverse order.") if _turned(wrong) else None
    (n,) = lengths
    if n == 2 and _turned(wrong):
        return _("The values are right, but in the other order.")
    if n > 1 and _turned(wrong):
        return _("The values are right, but in reverse order.")
    if 2 < n <= PERMUTED:
        for order in itertools.permutations(range(n)):
            if all(one.fits([one.value[k] for k in order]) for one in wrong):
                return _("The values are right, but in another order.")
    return None


def _turned(wrong: Sequence[Try]) -> bool:
    return all(len(one.value) > 1 and one.fits(list(one.value)[::-1]) for one in wrong)


def _rows_off(wrong: Sequence[Try]) -> str | None:
    """That the values are those asked for, except for one at an end, or are late or early by one."""
    if not all(_many(one.value) and _many(one.expected) and len(one.expected) > 1 for one in wrong):
        return None

    def always(cut: slice, against: slice) -> bool:
        return all(one.agree(list(one.value)[cut], list(one.expected)[against]) for one in wrong)

    whole, rest, all_but_one = slice(None), slice(1, None), slice(-1)
    if all(always(*cuts) for cuts in ((rest, whole), (all_but_one, whole))):  # all values are alike
        return None
    if always(rest, whole):
        return _("Your values are right, except for one too many at the beginning.")
    if always(all_but_one, whole):
        return _("Your values are right, except for one too many at the end.")
    if always(whole, rest):
        return _("Your values are right, but the first one is missing.")
    if always(whole, all_but_one):
        return _("Your values are right, but the last one is missing.")
    if min(len(one.expected) for one in wrong) < 4:
        return None
    if always(rest, all_but_one):
        return _("Your values are right, but each stands one place too late.")
    if always(all_but_one, rest):
        return _("Your values are right, but each stands one place too early.")
    return None


def _is_reshaped(one: Try) -> bool:
    got, expected = numbers(one.value), numbers(one.expected)
    if isinstance(one.expected, dict) or not got or len(got) != len(expected):
        return False
    both = isinstance(one.value, (tuple, list)) and isinstance(one.expected, (tuple, list))
    if both and len(one.value) == len(one.expected):  # then each entry is looked at by itself
        return False
    return one.agree(np.array(got), np.array(expected))


# --- which part is right ------------------------------------------------------------------------------------


def parts(tried: Sequence[Try]) -> tuple[str, list[Hashable]] | None:
    """(a sentence on which entries are right in every case, the keys of the others); None where all are alike."""
    keys = _parted(tried)
    if len(keys) < 2:
        return None
    right = [key for key in keys if all(_part_fits(one, key) for one in tried)]
    others = [key for key in keys if key not in right]
    if not right or not others:
        return None
    if isinstance(tried[0].expected, tuple) and len(keys) == 2:
        return _of_two(others[0] == 1), others
    return _of_many(tried[0].expected, right, others), others


def _of_two(second: bool) -> str:
    if second:
        return _("Of the two values that you return, the first is right in every case: look at the second.")
    return _("Of the two values that you return, the second is right in every case: look at the first.")


def _of_many(expected: Any, right: Sequence[Hashable], others: Sequence[Hashable]) -> str:
    if isinstance(expected, dict):
        told = ngettext(
            "Of the entries of your dict, only {names} goes wrong: look at that one.",
            "Of the entries of your dict, these go wrong: {names}. The others are right in every case.",
            len(others),
        )
        return told.format(names=_listed(others))
    if isinstance(expected, tuple):
        told = ngettext(
            "Of the values that you return, only the {names} goes wrong: look at that one.",
            "Of the values that you return, the {names} go wrong. The others are right in every case.",
            len(others),
        )
        return told.format(names=", ".join(_ordinals()[k] for k in others if isinstance(k, int)))
    told = ngettext(
        "Of the entries of your array, only {names} goes wrong: look at that one.",
        "Of the entries of your array, these go wrong: {names}. The others are right in every case.",
        len(others),
    )
    return told.format(names=", ".join(str(list(k) if isinstance(k, tuple) else [k]) for k in others))


def _ordinals() -> tuple[str, ...]:
    return _("first"), _("second"), _("third"), _("fourth"), _("fifth"), _("sixth")


def _parted(tried: Sequence[Try]) -> list[Hashable]:
    """The keys of the entries, where every answer has the same ones as what is expected; else []."""
    if not tried or any(one.trouble for one in tried):
        return []
    found = {tuple(_places(one.expected)) for one in tried} | {tuple(_places(one.value)) for one in tried}
    return list(found.pop()) if len(found) == 1 else []


def _places(value: Any) -> Iterator[Hashable]:
    if isinstance(value, dict):
        yield from sorted(value, key=str)
    elif isinstance(value, (tuple, list)) and any(_many(x) for x in value) and len(value) <= len(_ordinals()):
        yield from range(len(value))
    elif _many(value) and _numeric(value) and np.size(value) <= MARKED:
        shape = np.shape(value)
        yield from range(shape[0]) if len(shape) == 1 else np.ndindex(*shape)


def _part_fits(one: Try, key: Any) -> bool:
    got, expected = (
        x if isinstance(x, (dict, tuple, list)) else np.asarray(x) for x in (one.value, one.expected)
    )
    if isinstance(key, tuple):
        got, expected = np.asarray(got), np.asarray(expected)
    return same(got[key], expected[key], one.rtol, one.atol)


# --- what a value is ----------------------------------------------------------------------------------------


def _many(value: Any) -> bool:
    return isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def length(value: Any) -> int | None:
    """How many values a tuple, a list or an array holds; None for more than are told apart, and for anything else."""
    return len(value) if _many(value) and len(value) <= MARKED else None


def replaced(values: Any, place: int, value: Any) -> list[Any]:
    """Values, one of them another."""
    return [value if k == place else one for k, one in enumerate(values)]


def _at(value: Any, place: int) -> Any:
    return value[place] if _many(value) and len(value) > place else None


def _numeric(value: Any) -> bool:
    try:
        return bool(np.asarray(value).dtype.kind in "biuf")
    except ValueError:  # rows of several lengths
        return False


def _dimensions(value: Any) -> tuple[int, ...]:
    try:
        return np.shape(value)
    except ValueError:  # rows of several lengths
        return (len(value),)


def _too_many_or_few(n: int, expected: Sequence[Any]) -> str:
    """What is said about n values where another number of them is asked for."""
    asked, kind = len(expected), type(expected).__name__
    if asked == 0:
        told = ngettext(
            "Your function returns one value; the task asks for an empty {kind}.",
            "Your function returns {n} values; the task asks for an empty {kind}.",
            n,
        )
    elif asked == 1:
        told = ngettext(
            "Your function returns one value; the task asks for a {kind} of one value.",
            "Your function returns {n} values; the task asks for a {kind} of one value.",
            n,
        )
    else:
        told = ngettext(
            "Your function returns one value, but the task asks for {asked}.",
            "Your function returns {n} values, but the task asks for {asked}.",
            n,
        )
    return told.format(n=n, asked=asked, kind=kind)


def _shape(value: Any) -> str:
    shape, kind = _dimensions(value), type(value).__name__
    if isinstance(value, (tuple, list)):
        if not value:
            return _("an empty {kind}").format(kind=kind)
        if all(isinstance(x, np.ndarray) for x in value):
            told = ngettext("a {kind} of one array", "a {kind} of {n} arrays", len(value))
            return told.format(kind=kind, n=len(value))
        if len(shape) > 1:
            return _("a {kind} of the shape {shape}").format(kind=kind, shape=shape)
        told = ngettext("a {kind} of one value", "a {kind} of {n} values", len(value))
        return told.format(kind=kind, n=len(value))
    return _("an array of shape {shape}").format(shape=shape) if shape else _("a single number")
