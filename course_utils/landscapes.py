"""The landscapes of the course: f(x, y), its gradient and its Hessian, and what to know about each.

Every landscape takes points theta of shape (..., 2), in floats, Fractions or whole numbers, which count as floats.
It is exact in Fractions: all are polynomials with rational coefficients.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from course_utils.support.language import gettext as _
from course_utils.support.types import Array, Number, Numeric, Point
from course_utils.support.validation import in_floats, is_real, pure, shown


@dataclass(frozen=True, repr=False)
class Landscape:
    """A function of two variables, f(θ) with θ = (x, y).

    landscape(theta): values, shape (...).  landscape.gradient(theta): shape (..., 2).
    landscape.hessian(theta): shape (..., 2, 2).

    name, formula (TeX), plain (the formula in plain text), sentence: for people.  bounds: (x from, x to, y from, y to) of the usual window.
    start: the usual start.  minima: the points where f is least, if any.
    f, partials, second: functions of x and y that give f, (f_x, f_y) and (f_xx, f_xy, f_yy).
    levels: the heights of the contour lines that show its shape; spread over the window where None.
    letters: what its two coordinates are called.
    """

    name: str
    formula: str
    plain: str
    sentence: str
    bounds: tuple[float, float, float, float]
    start: tuple[float, float]
    minima: tuple[Point, ...]
    f: Callable[[Numeric, Numeric], Numeric]
    partials: Callable[[Numeric, Numeric], tuple[Numeric, Numeric]]
    second: Callable[[Numeric, Numeric], tuple[Numeric, Numeric, Numeric]]
    levels: tuple[float, ...] | None = None
    letters: tuple[str, str] = ("x", "y")

    def __call__(self, theta: Numeric) -> Numeric:
        return self.f(*_xy(theta))

    def gradient(self, theta: Numeric) -> Array:
        x, y = _xy(theta)
        return _stack(x, *self.partials(x, y))

    def hessian(self, theta: Numeric) -> Array:
        x, y = _xy(theta)
        f_xx, f_xy, f_yy = self.second(x, y)
        flat = _stack(x, f_xx, f_xy, f_xy, f_yy)
        return flat.reshape(*flat.shape[:-1], 2, 2)

    def __repr__(self) -> str:
        return f"<Landscape {self.name}: f({', '.join(self.letters)}) = {self.plain}>"


def _xy(theta: Numeric) -> tuple[Numeric, Numeric]:
    theta = np.asarray(theta)
    if theta.shape[-1:] != (2,):
        raise ValueError(f"theta must have shape (..., 2), one (x, y) for each point, not {theta.shape}")
    if theta.dtype.kind not in "iufO" or (theta.dtype == object and not all(map(is_real, theta.flat))):
        raise TypeError(f"theta must hold real numbers or Fractions, not {shown(theta)}")
    theta = pure(theta) if theta.dtype == object else in_floats(theta)
    return theta[..., 0], theta[..., 1]


def _stack(like: Array, *parts: Numeric) -> Array:
    """Join numbers and arrays, each broadcast to the shape and kind of the coordinate `like`, on a last axis."""
    out = np.empty((*like.shape, len(parts)), like.dtype)
    for i, part in enumerate(parts):
        out[..., i] = part
    return out


def quadratic(l1: Number, l2: Number) -> Landscape:
    """The quadratic (l1 x² + l2 y²) / 2: its Hessian has the eigenvalues l1 (along x) and l2 (along y).

    A float is read as the decimal it prints as, so quadratic(0.1, 2) is exact in Fractions.
    """
    p1, q1 = _ratio("l1", l1)
    p2, q2 = _ratio("l2", l2)
    bowl = p1 > 0 and p2 > 0
    return Landscape(
        name="quadratic",
        formula=rf"({_times(l1, 'x^2')} + {_times(l2, 'y^2')})/2",
        plain=f"({_times(l1, 'x²')} + {_times(l2, 'y²')})/2",
        sentence=_("A quadratic with curvature {l1} along x and {l2} along y.").format(l1=l1, l2=l2),
        bounds=(-10.0, 10.0, -10.0, 10.0),
        start=(-7.0, 2.0),
        minima=((0.0, 0.0),) if bowl else (),
        f=lambda x, y: x**2 * p1 / (2 * q1) + y**2 * p2 / (2 * q2),
        partials=lambda x, y: (x * p1 / q1, y * p2 / q2),
        second=lambda x, y: (x * 0 + p1 / _like(q1, x), 0, x * 0 + p2 / _like(q2, x)),
    )


def quadratic_form(hessian: Array) -> Landscape:
    """The quadratic ½ θᵀ H θ of a symmetric 2 × 2 matrix H: its axes are the eigenvectors of H, wherever they point.

    Fractions stay exact in Fractions.  Raises ValueError for a matrix that is not 2 × 2 and symmetric.
    """
    matrix = np.asarray(hessian)
    if matrix.shape != (2, 2) or not all(map(is_real, matrix.flat)) or matrix[0, 1] != matrix[1, 0]:
        raise ValueError(f"hessian must be a symmetric 2 × 2 matrix, not {shown(hessian)}")
    entries = [matrix[0, 0], matrix[0, 1], matrix[1, 1]]

    def of(x: Numeric) -> list[Number]:
        return [Fraction(h) if np.asarray(x).dtype == object else float(h) for h in entries]

    def f(x: Numeric, y: Numeric) -> Numeric:
        a, b, c = of(x)
        return (a * x**2 + 2 * b * x * y + c * y**2) / 2

    def partials(x: Numeric, y: Numeric) -> tuple[Numeric, Numeric]:
        a, b, c = of(x)
        return a * x + b * y, b * x + c * y

    def second(x: Numeric, y: Numeric) -> tuple[Numeric, Numeric, Numeric]:
        a, b, c = of(x)
        return x * 0 + a, x * 0 + b, x * 0 + c

    a, b, c = map(float, entries)
    return Landscape(
        name="quadratic form",
        formula=r"\tfrac12\,\theta^\top H\,\theta",
        plain="½ θᵀ H θ",
        sentence=_("A quadratic whose axes need not be those of x and y."),
        bounds=(-8.0, 8.0, -8.0, 8.0),
        start=(-6.0, -4.0),
        minima=((0.0, 0.0),) if a > 0 and a * c > b * b else (),
        f=f,
        partials=partials,
        second=second,
    )


def _times(number: Number, square: str) -> str:
    return square if number == 1 else f"{number} {square}"


def _like(number: int, x: Numeric) -> Number:
    """The whole number as a Fraction where x holds Fractions, so that dividing by it stays exact."""
    return Fraction(number) if np.asarray(x).dtype == object else number


def _ratio(name: str, value: Number) -> tuple[int, int]:
    try:
        return Fraction(str(value)).as_integer_ratio()
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{name} must be a finite number, not {shown(value)}") from None


SADDLE = Landscape(
    name="saddle",
    formula="xy",
    plain="xy",
    sentence=_("A saddle at (0, 0): downhill along y = −x, uphill along y = x, and unbounded below."),
    bounds=(-10.0, 10.0, -10.0, 10.0),
    start=(1.0, 2.0),
    minima=(),
    f=lambda x, y: x * y,
    partials=lambda x, y: (y, x),
    second=lambda x, y: (0, 1, 0),
)

BOWL = Landscape(
    name="bowl",
    formula="x^2/20 + y^2",
    plain="x²/20 + y²",
    sentence=_("A long ravine: twenty times more curved along y than along x."),
    bounds=(-8.0, 8.0, -4.0, 4.0),
    start=(-7.0, 2.0),
    minima=((0.0, 0.0),),
    f=lambda x, y: x**2 / 20 + y**2,
    partials=lambda x, y: (x / 10, 2 * y),
    second=lambda x, y: (1 / _like(10, x), 0, 2),
)

# with u = (x² + y²)/4 − 1: the slope and its slope both vanish all along the circle u = 0
PLATEAU = Landscape(
    name="plateau",
    formula=r"\left(\frac{x^2+y^2}{4}-1\right)^5 + 1",
    plain="((x² + y²)/4 − 1)⁵ + 1",
    sentence=_("A bowl with a flat terrace: all around the circle of radius 2 slope and curvature vanish."),
    bounds=(-3.0, 3.0, -3.0, 3.0),
    start=(2.0, 1.5),
    minima=((0.0, 0.0),),
    f=lambda x, y: ((x**2 + y**2) / 4 - 1) ** 5 + 1,
    partials=lambda x, y: (
        5 * ((x**2 + y**2) / 4 - 1) ** 4 * x / 2,
        5 * ((x**2 + y**2) / 4 - 1) ** 4 * y / 2,
    ),
    second=lambda x, y: _plateau_second(x, y, (x**2 + y**2) / 4 - 1),
    levels=(0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.97, 1.03, 1.15, 1.4, 1.8, 2.6, 4, 7, 13, 30, 80, 200),
)


def _plateau_second(x: Numeric, y: Numeric, u: Numeric) -> tuple[Numeric, Numeric, Numeric]:
    return 5 * u**4 / 2 + 5 * u**3 * x**2, 5 * u**3 * x * y, 5 * u**4 / 2 + 5 * u**3 * y**2


ROSENBROCK = Landscape(
    name="Rosenbrock",
    formula="(1-x)^2 + 100\\,(y-x^2)^2",
    plain="(1 − x)² + 100 (y − x²)²",
    sentence=_("A curved ravine (Rosenbrock, 1960): easy to enter, slow to follow to its minimum at (1, 1)."),
    bounds=(-2.0, 2.0, -1.0, 3.0),
    start=(-1.2, 1.0),
    minima=((1.0, 1.0),),
    f=lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    partials=lambda x, y: (2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)),
    second=lambda x, y: (2 - 400 * y + 1200 * x**2, -400 * x, 200),
)

HIMMELBLAU = Landscape(
    name="Himmelblau",
    formula="(x^2+y-11)^2 + (x+y^2-7)^2",
    plain="(x² + y − 11)² + (x + y² − 7)²",
    sentence=_(
        "Four minima of equal depth, four saddles, one hilltop (Himmelblau, 1972): the start decides."
    ),
    bounds=(-5.0, 5.0, -5.0, 5.0),
    start=(0.0, 0.0),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    f=lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    partials=lambda x, y: (
        4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7),
        2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7),
    ),
    second=lambda x, y: (12 * x**2 + 4 * y - 42, 4 * x + 4 * y, 12 * y**2 + 4 * x - 26),
)


BEALE = Landscape(
    name="Beale",
    formula="(1.5-x+xy)^2 + (2.25-x+xy^2)^2 + (2.625-x+xy^3)^2",
    plain="(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
    sentence=_("Almost flat valleys and steep corners (Beale, 1958), with one minimum at (3, 0.5)."),
    bounds=(-4.5, 4.5, -4.5, 4.5),
    start=(1.0, 1.0),
    minima=((3.0, 0.5),),
    f=lambda x, y: sum(r**2 for r in _beale(x, y)),
    partials=lambda x, y: (
        sum(2 * r * (y**k - 1) for k, r in enumerate(_beale(x, y), 1)),
        sum(2 * r * k * x * y ** (k - 1) for k, r in enumerate(_beale(x, y), 1)),
    ),
    second=lambda x, y: (
        sum(2 * (y**k - 1) ** 2 for k in (1, 2, 3)),
        sum(2 * k * y ** (k - 1) * (x * (y**k - 1) + r) for k, r in enumerate(_beale(x, y), 1)),
        sum(
            2 * (k * x * y ** (k - 1)) ** 2 + 2 * r * k * (k - 1) * x * y ** max(k - 2, 0)
            for k, r in enumerate(_beale(x, y), 1)
        ),
    ),
)


def _beale(x: Numeric, y: Numeric) -> list[Numeric]:
    """The residuals c_k − x + x y^k with c = 3/2, 9/4, 21/8."""
    return [(c - q * x + q * x * y**k) / q for k, (c, q) in enumerate(((3, 2), (9, 4), (21, 8)), 1)]


MONKEY_SADDLE = Landscape(
    name="monkey saddle",
    formula="x^3 - 3xy^2",
    plain="x³ − 3xy²",
    sentence=_("Three ways down from (0, 0), where even the Hessian is zero: two legs and a tail."),
    bounds=(-2.0, 2.0, -2.0, 2.0),
    start=(1.0, 0.1),
    minima=(),
    f=lambda x, y: x**3 - 3 * x * y**2,
    partials=lambda x, y: (3 * x**2 - 3 * y**2, -6 * x * y),
    second=lambda x, y: (6 * x, -6 * y, -6 * x),
)

LANDSCAPES = (SADDLE, BOWL, PLATEAU, ROSENBROCK, HIMMELBLAU, BEALE, MONKEY_SADDLE)
