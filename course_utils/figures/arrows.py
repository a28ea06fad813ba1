"""The arrows of a step: what is kept of the velocity, the pull of the gradient, and the new velocity, their sum."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from course_utils.descent import Path
from course_utils.figures.looks import INK, QUANTITIES
from course_utils.figures.maps import draw_key, fit, map_width
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.relief import Bounds, draw_landscape, halo
from course_utils.figures.sentences import number, point
from course_utils.landscapes import Landscape
from course_utils.support.language import gettext as _
from course_utils.support.types import Array, Numeric
from course_utils.support.validation import shown


@styled
def step_arrows(
    path: Path, bounds: Bounds | None = None, title: str | None = None, height: float = 4.6
) -> Picture:
    """The three arrows of every step of Momentum: −η g, μ v, and the new v that is their sum.

    A ring shows where Nesterov's look-ahead form takes the gradient.  -> (figure, sentence)
    """
    x_from, x_to, y_from, y_to = bounds or fit(path)
    figure, axes = new_figure(map_width(x_from, x_to, y_from, y_to, height), height)
    draw_landscape(axes, path.landscape, (x_from, x_to, y_from, y_to))
    lr, mu = path.optimizer.lr, path.optimizer.momentum
    parts = []
    for t in range(path.steps):
        here = path.positions[t].astype(float)
        kept, pull, new = (
            (a * b).astype(float)
            for a, b in ((mu, path.velocities[t]), (-lr, path.gradients[t]), (1, path.velocities[t + 1]))
        )
        draw_step(axes, here, kept, pull, labelled=not t)
        if (path.gradient_points[t] != path.positions[t]).any():
            draw_ring(axes, path.gradient_points[t].astype(float))
        part = _("step {n}: {kept} + {pull} = {new}")
        parts.append(part.format(n=t + 1, kept=point(kept), pull=point(pull), new=point(new)))
    positions = path.positions.astype(float)
    axes.plot(*positions.T, linestyle="", marker="o", color=INK, markersize=5, zorder=6)
    kept_at = positions[:-1] + (mu * path.velocities[:-1]).astype(float)
    for t, theta in enumerate(positions):
        arrows = [*positions[max(t - 1, 0) : t + 2], *kept_at[max(t - 1, 0) : t + 1]]
        name = axes.annotate(
            rf"$\theta_{{{t}}}$",
            theta,
            xytext=_clear_of([arrow - theta for arrow in arrows]),
            textcoords="offset points",
            fontsize=12.5,
            zorder=7,
        )
        name.set_path_effects(halo())
    draw_key(axes, title)
    return figure, _("μ v + (−η g) = new v in each step. {steps}.").format(steps="; ".join(parts))


def _clear_of(arrows: Sequence[Array]) -> tuple[float, float]:
    """Where the name of a point stands, in points from it: at the corner farthest from all arrows that meet there."""
    ways = np.array([arrow / np.linalg.norm(arrow) for arrow in arrows if np.any(arrow)]).reshape(-1, 2)
    corners = {(5, 6): (1, 1), (-17, 6): (-1, 1), (5, -15): (1, -1), (-17, -15): (-1, -1)}
    return min(corners, key=lambda place: float((ways @ corners[place]).max(initial=-2)))


@styled
def triangles(landscape: Landscape, theta: Numeric, v: Numeric, lr: float, momentum: float) -> Picture:
    """One step twice, side by side: Momentum's, and Nesterov's with the gradient at the look-ahead point θ + μ v.

    theta, v: (x, y).  lr: η.  momentum: μ.  -> (figure, sentence)

    Raises ValueError where theta or v is not a point.
    """
    for name, value in ("theta", theta), ("v", v):
        if np.shape(value) != (2,):
            raise ValueError(f"{name} must be (x, y), not {shown(value)}")
    here, kept = np.array(theta, dtype=float), momentum * np.array(v, dtype=float)
    places = {
        "Momentum": (here, _(r"$g$ at $\theta$")),
        "Nesterov": (here + kept, _(r"$g$ at $\theta + \mu v$")),
    }
    pulls = {name: -lr * landscape.gradient(place) for name, (place, _where) in places.items()}
    ends = {name: here + kept + pull for name, pull in pulls.items()}
    figure, panels = new_figure(7.5, 4.2, columns=2, sharey=True)
    for axes, (name, (place, where)) in zip(panels, places.items(), strict=True):
        draw_landscape(axes, landscape, _square(np.array([here, here + kept, *ends.values()])), heights=False)
        draw_step(axes, here, kept, pulls[name])
        draw_ring(axes, place)
        axes.plot(*np.array([here, ends[name]]).T, "o", color=INK, markersize=5, zorder=7)
        _name_step(axes, here, kept, pulls[name])
        axes.set_title(f"{name}: {where}")
        axes.label_outer()
    each = _("{method} takes the gradient at {place}, its pull is {pull}, and it lands at {end}")
    told = "; ".join(
        each.format(method=name, place=point(place), pull=point(pulls[name]), end=point(ends[name]))
        for name, (place, _where) in places.items()
    )
    sentence = _("From θ = {theta} with μv = {kept}, η = {lr}: {told}.")
    return figure, sentence.format(theta=point(here), kept=point(kept), lr=number(lr), told=told)


def _name_step(axes: Axes, here: Array, kept: Array, pull: Array) -> None:
    """The names of the three arrows of a step beside their middles, outside the triangle, and those of its two ends."""
    end = here + kept + pull
    inside = (here + (here + kept) + end) / 3
    names = [(r"$\theta$", here, -kept, INK), (_(r"new $\theta$"), end, end - inside, INK)]
    for quantity, tail, arrow in (
        ("kept velocity", here, kept),
        ("gradient step", here + kept, pull),
        ("new velocity", here, kept + pull),
    ):
        look, middle, across = QUANTITIES[quantity], tail + arrow / 2, np.array([-arrow[1], arrow[0]])
        outward = across if across @ (middle - inside) > 0 else -across
        names.append((look.label, middle, outward, look.colour))
    for name, at, outward, colour in names:
        across, up = outward / (np.linalg.norm(outward) or 1)
        text = axes.annotate(
            name,
            at,
            xytext=(11 * across, 11 * up),
            textcoords="offset points",
            ha="left" if across > 0.35 else "right" if across < -0.35 else "center",
            va="center" if abs(across) > 0.35 else "bottom" if up > 0 else "top",
            color=colour,
            fontsize=12,
            zorder=7,
        )
        text.set_path_effects(halo())


def _square(points: Array, margin: float = 0.7) -> Bounds:
    """A square window around points: (x from, x to, y from, y to)."""
    middle, half = (points.min(0) + points.max(0)) / 2, np.ptp(points, axis=0).max() / 2 + margin
    return middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half


@styled
def draw_step(axes: Axes, here: Array, kept: Array, pull: Array, labelled: bool = False) -> None:
    """The three arrows of one step from `here`: what is kept, the pull, and their sum."""
    for name, tail, arrow in (
        ("new velocity", here, kept + pull),
        ("kept velocity", here, kept),
        ("gradient step", here + kept, pull),
    ):
        draw_arrow(axes, tail, arrow, name, label=QUANTITIES[name].label if labelled else None)


@styled
def draw_ring(axes: Axes, place: Array) -> None:
    """A ring where the gradient is taken."""
    axes.plot(*place, "o", markersize=17, fillstyle="none", markeredgewidth=1.8, color=INK, zorder=6)


@styled
def draw_arrow(
    axes: Axes,
    tail: Sequence[float] | Array,
    arrow: Sequence[float] | Array,
    quantity: str,
    label: str | None = None,
) -> None:
    """An arrow from `tail` by `arrow`, in data coordinates. The sum is broad, so that its parts show on top."""
    broad = quantity == "new velocity"
    axes.quiver(
        *tail,
        *arrow,
        angles="xy",
        scale_units="xy",
        scale=1,
        color=QUANTITIES[quantity].colour,
        alpha=0.45 if broad else 1,
        width=0.016 if broad else 0.006,
        headwidth=2.6 if broad else 4,
        headlength=2.6 if broad else 5,
        headaxislength=2.6 if broad else 4.5,
        label=label,
        zorder=4 if broad else 5,
    )
