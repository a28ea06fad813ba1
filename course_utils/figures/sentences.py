"""Numbers, points and paths in words: what the sentence below a figure is made of."""

import re

import numpy as np

from course_utils.descent import Path
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import rounded, rounded_point

number, point = rounded, rounded_point  # as lectures know them

SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def summary(label: str, path: Path) -> str:
    """What happened to one path, in half a sentence."""
    if path.status == "diverged":
        return _("{label} diverges at step {n}").format(label=label, n=path.ended)
    end = path.positions[-1].astype(float)
    distance = min((np.linalg.norm(end - minimum) for minimum in path.landscape.minima), default=None)
    n = path.steps
    if path.status == "converged":
        told = ngettext(
            "{label}: converged at {end} after {n} step", "{label}: converged at {end} after {n} steps", n
        )
    elif path.status == "stalled":
        told = ngettext(
            "{label}: stalled at {end} after {n} step", "{label}: stalled at {end} after {n} steps", n
        )
    elif distance is not None:
        told = ngettext(
            "{label}: {n} step, ends {distance} from the minimum",
            "{label}: {n} steps, ends {distance} from the minimum",
            n,
        )
    else:
        told = ngettext(
            "{label}: {n} step, from {start} to {end}", "{label}: {n} steps, from {start} to {end}", n
        )
    return told.format(
        label=label,
        n=n,
        start=point(path.positions[0]),
        end=point(end),
        distance="" if distance is None else number(distance),
    )


def growth_of(path: Path) -> float | None:
    """By what factor the steps of a path that runs away grow, from one to the next; None for any other path.

    A path runs away where it diverges, or ends three windows of its landscape from the middle with ever longer steps.
    """
    end = path.ended if path.status != "diverged" else path.ended - 1
    x_from, x_to, y_from, y_to = path.landscape.bounds
    positions = path.positions[: end + 1].astype(float)
    far = np.abs(positions[-1] - [(x_from + x_to) / 2, (y_from + y_to) / 2]).max()
    if end < 6 or (path.status != "diverged" and far < 3 * max(x_to - x_from, y_to - y_from)):
        return None
    with np.errstate(all="ignore"):
        hops = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
        early, late = np.median(hops[end // 2 - 1 : end // 2 + 2]), np.median(hops[-3:])
        factor = float((late / early) ** (1 / (end - 2 - end // 2)))
    return factor if np.isfinite(factor) and factor > 1.01 else None


def without_marks(text: str) -> str:
    """A text as a picture shows it: `code` without its marks, and η_t with a subscript."""
    parts = re.split(r"`([^`]*)`", text)
    parts[::2] = [
        re.sub(r"(?<!\w)([^\W\d_])_([0-9a-z])(?!\w)", lambda m: m[1] + m[2].translate(SUBSCRIPTS), part)
        for part in parts[::2]
    ]
    return "".join(parts)
