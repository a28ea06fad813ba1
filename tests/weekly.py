"""Which of many cases are tried with every run; `pytest.mark.weekly` leaves the rest to the weekly one."""

import pytest


def one_of_each(kinds, values):
    """The values for `parametrize`: the first of each kind as it is, the others marked `weekly`.

    kinds: one per value.  values: the arguments of a case, as a tuple, or one argument.
    """
    seen, cases = set(), []
    for kind, value in zip(kinds, values, strict=True):
        arguments = value if isinstance(value, tuple) else (value,)
        cases.append(pytest.param(*arguments, marks=pytest.mark.weekly if kind in seen else ()))
        seen.add(kind)
    return cases
