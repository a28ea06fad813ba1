"""Numbers, points and paths in words: what the sentence below a figure is made of."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from course_utils.descent import Path
from course_utils.support.types import Array

SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def number(value: Any) -> str:
    """A number as every sentence of the course writes it: four digits, a true minus sign."""
    return f"{float(value) + 0.0:.4g}".replace("-", "−")


def point(theta: Sequence[Any] | Array) -> str:
    return f"({number(theta[0])}, {number(theta[1])})"


def summary(label: str, path: Path) -> str:
    """What happened to one path, in half a sentence."""
    if path.status == "diverged":
        return f"{label} diverges at step {path.ended}"
    end = path.positions[-1].astype(float)
    steps = f"{path.steps} step{'s' if path.steps != 1 else ''}"
    if path.status != "running":
        return f"{label}: {path.status} at {point(end)} after {steps}"
    if path.landscape.minima:
        distance = min(np.linalg.norm(end - minimum) for minimum in path.landscape.minima)
        return f"{label}: {steps}, ends {number(distance)} from the minimum"
    return f"{label}: {steps}, from {point(path.positions[0])} to {point(end)}"


def without_marks(text: str) -> str:
    """A text as a picture shows it: `code` without its marks, and η_t with a subscript."""
    parts = re.split(r"`([^`]*)`", text)
    parts[::2] = [
        re.sub(r"(?<!\w)([^\W\d_])_([0-9a-z])(?!\w)", lambda m: m[1] + m[2].translate(SUBSCRIPTS), part)
        for part in parts[::2]
    ]
    return "".join(parts)
