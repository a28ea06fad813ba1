"""Pictures of landscapes and Paths, each with the sentence that says what it shows.

Every drawing function returns (figure, sentence): `show(*paths_on_map(...))` puts both on the page. The
sentence is computed from the plotted arrays: it is the alternative text, the caption, and what nbval compares.
"""

import base64
import html
import inspect
import io
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import IO, Any, TypeAlias

import numpy as np
from matplotlib import rc_params_from_file
from matplotlib import style as mpl_style
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from course_utils.descent import Path
from course_utils.landscapes import Landscape
from course_utils.support.types import Array, Numeric
from course_utils.support.validation import shown

Bounds: TypeAlias = tuple[float, float, float, float]  # x from, x to, y from, y to
Picture: TypeAlias = tuple[Figure, str]  # and the sentence that says what it shows

STYLE = rc_params_from_file(FilePath(__file__).with_name("course.mplstyle"), use_default_template=False)


@dataclass(frozen=True)
class Look:
    """How a method or a quantity looks, in every figure: colour, marker, TeX label."""

    colour: str
    marker: str
    label: str


#: Okabe and Ito's colour-blind-safe palette; markers differ too, so nothing depends on colour alone.
METHODS = {
    "SGD": Look("#0072B2", "o", "SGD"),
    "Momentum": Look("#D55E00", "s", "Momentum"),
    "NesterovLookahead": Look("#009E73", "^", "Nesterov, θ"),
    "Nesterov": Look("#56B4E9", "v", "Nesterov, Θ"),
    "AdaGrad": Look("#CC79A7", "D", "AdaGrad"),
    "RMSProp": Look("#E69F00", "P", "RMSProp"),
    "Adam": Look("#222222", "*", "Adam"),
    "AdamW": Look("#7A5C00", "X", "AdamW"),
}
OTHER = Look("#7A5C00", "h", "")  # a student's own optimizer

#: The three arrows of one step.
QUANTITIES = {
    "gradient step": Look("#0072B2", "", r"$-\eta g$"),
    "kept velocity": Look("#B07D00", "", r"$\mu v$"),
    "new velocity": Look("#D55E00", "", r"new $v$"),
}

INK = "#222222"
_LAND = LinearSegmentedColormap.from_list("land", ["#cfdbe8", "#eef2f6", "#ffffff"])
_COLOURS = 64  # of a stored PNG, besides those with a meaning: the most frequent ones; so files stay small


_inside = False  # whether such settings hold already: to set them anew costs more than most drawing


@contextmanager
def _over_defaults(*styles: Any) -> Iterator[None]:
    """Matplotlib's defaults with these styles on them, whatever the reader has set; afterwards that holds again."""
    global _inside
    if _inside:
        yield
        return
    with mpl_style.context(["default", *styles]):
        _inside = True
        try:
            yield
        finally:
            _inside = False


styled = _over_defaults(STYLE)  # decorates what draws, and what saves: much is looked up only then


def _sheltered(artist: type[Any], **more: Any) -> Any:
    """A subclass of Figure or Axes whose methods heed none of the reader's settings: a notebook's cell calls them."""
    shelter = _over_defaults()
    methods = inspect.getmembers(artist, inspect.isfunction)
    own = {
        name: shelter(method)
        for name, method in methods
        if not name.startswith(("_", "get_", "cla", "clear"))
    }
    return type(artist.__name__, (artist,), own | more)


_Axes = _sheltered(Axes)


def _add_subplot(figure: Figure, *args: Any, **options: Any) -> Axes:
    """Add Axes of ours, unless others are asked for."""
    if not options.keys() & {"projection", "polar"}:
        options = {"axes_class": _Axes} | options
    return Figure.add_subplot(figure, *args, **options)


_Figure = _sheltered(Figure, add_subplot=_over_defaults()(_add_subplot))


def look_of(optimizer: object) -> Look:
    """The Look of an optimizer's method."""
    return METHODS.get(type(optimizer).__name__, OTHER)


@styled
def new_figure(
    width: float = 7.5, height: float = 4.2, columns: int = 1, **options: Any
) -> tuple[Figure, Any]:
    """-> (figure, axes) in the course's style; axes is one Axes, or an array of `columns`."""
    figure = _Figure(figsize=(width, height))
    return figure, figure.subplots(1, columns, **options)


@styled
def png(figure: Figure) -> bytes:
    """The figure as PNG bytes, the same bytes for the same figure."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", metadata={"Software": None})
    return compressed(raw)


def compressed(raw: IO[bytes]) -> bytes:
    """A PNG file with few colours, as bytes: the most frequent ones, and all those with a meaning."""
    from PIL import Image  # a dependency of matplotlib; only the drawing of pixels needs it

    image = Image.open(raw).convert("RGB")
    # a picture of many colours, such as a relief, is summed up by those in its midst
    common = image.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT).convert("RGB")
    counted = sorted(common.getcolors(image.width * image.height) or [], reverse=True)
    named = [to_rgb(look.colour) for look in (*METHODS.values(), *QUANTITIES.values())]
    colours: list[Any] = [
        [round(255 * part) for part in rgb] for rgb in named
    ]  # rare in a thin line, but they stay
    colours += [rgb for _, rgb in counted[:_COLOURS]]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    small = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()


def picture(figure: Figure, alt: str) -> tuple[dict[str, str], dict[str, Any]]:
    """-> (data, metadata) of a MIME bundle: the PNG, and the sentence as plain text and alternative text."""
    if not (isinstance(alt, str) and alt.strip()):
        raise ValueError(f"alt must be a sentence that says what the figure shows, not {alt!r}")
    width = round(figure.get_figwidth() * 96)
    data = {"image/png": base64.b64encode(png(figure)).decode(), "text/plain": alt}
    return data, {"image/png": {"width": width, "alt": alt}}


def show(figure: Figure, alt: str) -> None:
    """Put a figure on the page, with its sentence below it.

    figure: a matplotlib Figure.  alt: one sentence that says what it shows, with its numbers.
    """
    from IPython.display import display

    data, metadata = picture(figure, alt)
    display(data, metadata=metadata, raw=True)
    caption = f'<p style="margin: 0 0 1em; max-width: 46em; font-size: 90%">{html.escape(alt)}</p>'
    display({"text/html": caption, "text/plain": alt}, raw=True)


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


@styled
def draw_landscape(axes: Axes, landscape: Landscape, bounds: Bounds | None = None) -> None:
    """Contours of a landscape on axes of equal scale: only so does a gradient stand at a right angle to them.

    bounds: (x from, x to, y from, y to); the landscape's own where None.
    """
    x_from, x_to, y_from, y_to = bounds or landscape.bounds
    x, y = np.meshgrid(np.linspace(x_from, x_to, 241), np.linspace(y_from, y_to, 241))
    z = landscape(np.stack([x, y], axis=-1))
    levels = np.array([level for level in landscape.levels or () if z.min() < level < z.max()])
    if len(levels) < 5:  # none are given, or the window is too small for them
        levels = np.unique(np.quantile(z, np.linspace(0.01, 0.99, 11)))
    beyond = 1 + 1e-9 * np.abs(z).max()
    axes.contourf(
        x,
        y,
        z,
        levels=[z.min() - beyond, *levels, z.max() + beyond],
        colors=_LAND(np.linspace(0, 1, len(levels) + 1)),
    )
    axes.contour(x, y, z, levels=levels, colors="#8797a8", linewidths=0.7, linestyles="solid")
    for minimum in landscape.minima:
        axes.plot(*map(float, minimum), marker="+", color=INK, markersize=12, markeredgewidth=1.8, zorder=4)
    across, up = landscape.letters
    axes.set(xlabel=f"${across}$", ylabel=f"${up}$", xlim=(x_from, x_to), ylim=(y_from, y_to), aspect="equal")


@styled
def draw_path(
    axes: Axes, path: Path, label: str | None = None, look: Look | None = None, **line: Any
) -> None:
    """One path: a line with a marker at each step, and a ring around its start. `line` goes to Axes.plot."""
    look = look or look_of(path.optimizer)
    positions = path.positions.astype(float)
    style: dict[str, Any] = {
        "color": look.colour,
        "marker": look.marker,
        "label": label or look.label,
        "zorder": 3,
    } | line
    axes.plot(*positions.T, markeredgecolor="white", markeredgewidth=0.6, **style)
    axes.plot(*positions[0], marker="o", color=INK, markerfacecolor="white", markersize=8, zorder=5)


def fit(*paths: Path, extra: Iterable[Any] = (), margin: float = 0.15) -> Bounds:
    """Bounds that hold whole paths and extra points, with a margin: (x from, x to, y from, y to)."""
    points = np.concatenate([path.positions[: path.ended + 1].astype(float) for path in paths])
    points = np.concatenate([points, np.array(extra, dtype=float).reshape(-1, 2)])
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    size = max(*(high - low), 1e-9)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, size / 4) + margin * size
    return (*(middle[0] + half[0] * np.array([-1, 1])), *(middle[1] + half[1] * np.array([-1, 1])))


@styled
def paths_on_map(
    paths: Mapping[str, Path], bounds: Bounds | None = None, title: str | None = None, height: float = 4.2
) -> Picture:
    """Paths on the contours of their landscape.

    paths: {label: Path}, all on one landscape.  -> (figure, sentence)
    """
    landscape = next(iter(paths.values())).landscape
    x_from, x_to, y_from, y_to = bounds or landscape.bounds
    figure, axes = new_figure(min(7.5, height * (x_to - x_from) / (y_to - y_from) + 1.2), height)
    draw_landscape(axes, landscape, bounds)
    for (label, path), dash in zip(paths.items(), _dashes(paths), strict=True):
        draw_path(axes, path, label, linestyle=dash)
    axes.legend(loc="best")
    axes.set_title(title or "")
    return figure, "; ".join(summary(label, path) for label, path in paths.items()) + "."


@styled
def losses(paths: Mapping[str, Path], title: str | None = None, log: bool = True) -> Picture:
    """f against the step. paths: {label: Path}.  -> (figure, sentence)"""
    figure, axes = new_figure(7.5, 3.2)
    for (label, path), dash in zip(paths.items(), _dashes(paths), strict=True):
        look = look_of(path.optimizer)
        axes.plot(
            path.losses.astype(float),
            color=look.colour,
            marker=look.marker,
            markevery=max(1, path.steps // 12),
            markerfacecolor=look.colour if dash == "-" else "white",
            linestyle=dash,
            label=label,
        )
    axes.set(xlabel="step", ylabel="loss $f$", title=title or "", yscale="log" if log else "linear")
    axes.legend()
    axes.grid(True, axis="y")
    ends = "; ".join(f"{label}: {number(path.losses[-1])}" for label, path in paths.items())
    return figure, f"Loss after {next(iter(paths.values())).steps} steps. {ends}."


def _dashes(paths: Mapping[str, Path]) -> list[str]:
    """A line style for each path: solid for the first of a method, then dashed, then dotted."""
    methods = [look_of(path.optimizer) for path in paths.values()]
    return [("-", "--", ":")[methods[:i].count(look) % 3] for i, look in enumerate(methods)]


@styled
def step_arrows(
    path: Path, bounds: Bounds | None = None, title: str | None = None, height: float = 4.6
) -> Picture:
    """The three arrows of every step of Momentum: −η g, μ v, and the new v that is their sum.

    A ring shows where Nesterov's look-ahead form takes the gradient.  -> (figure, sentence)
    """
    x_from, x_to, y_from, y_to = bounds or fit(path)
    figure, axes = new_figure(min(7.5, height * (x_to - x_from) / (y_to - y_from) + 1.2), height)
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
        parts.append(f"step {t + 1}: {point(kept)} + {point(pull)} = {point(new)}")
    halo = {"boxstyle": "round,pad=0.1", "color": "white", "alpha": 0.7, "linewidth": 0}
    positions = path.positions.astype(float)
    axes.plot(*positions.T, linestyle="", marker="o", color=INK, markersize=5, zorder=6)
    for t, theta in enumerate(positions):
        axes.annotate(
            rf"$\theta_{t}$",
            theta,
            xytext=(5, 6),
            textcoords="offset points",
            fontsize=12,
            zorder=7,
            bbox=halo,
        )
    axes.legend(loc="best")
    axes.set_title(title or "")
    return figure, "μ v + (−η g) = new v in each step. " + "; ".join(parts) + "."


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
    places = {"Momentum": (here, r"$g$ at $\theta$"), "Nesterov": (here + kept, r"$g$ at $\theta + \mu v$")}
    pulls = {name: -lr * landscape.gradient(place) for name, (place, _) in places.items()}
    ends = {name: here + kept + pull for name, pull in pulls.items()}
    figure, panels = new_figure(7.5, 4.4, columns=2, sharey=True)
    for axes, (name, (place, where)) in zip(panels, places.items(), strict=True):
        draw_landscape(axes, landscape, _square(np.array([here, here + kept, *ends.values()])))
        draw_step(axes, here, kept, pulls[name], labelled=True)
        draw_ring(axes, place)
        axes.plot(*here, "o", color=INK, markersize=5, zorder=7)
        axes.annotate(r"$\theta$", here, xytext=(-16, 10), textcoords="offset points", fontsize=13, zorder=7)
        axes.set_title(f"{name}: {where}")
        axes.label_outer()
    panels[0].legend(loc="lower left")
    told = "; ".join(
        f"{name} takes the gradient at {point(place)}, its pull is {point(pulls[name])}, and it lands at "
        f"{point(ends[name])}"
        for name, (place, _) in places.items()
    )
    return figure, f"From θ = {point(here)} with μv = {point(kept)}, η = {number(lr)}: {told}."


def _square(points: Array, margin: float = 0.7) -> Bounds:
    """A square window around points: (x from, x to, y from, y to)."""
    middle, half = (points.min(0) + points.max(0)) / 2, np.ptp(points, axis=0).max() / 2 + margin
    return middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half


SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def without_marks(text: str) -> str:
    """A text as a picture shows it: `code` without its marks, and η_t with a subscript."""
    parts = re.split(r"`([^`]*)`", text)
    parts[::2] = [
        re.sub(r"(?<!\w)([^\W\d_])_([0-9a-z])(?!\w)", lambda m: m[1] + m[2].translate(SUBSCRIPTS), part)
        for part in parts[::2]
    ]
    return "".join(parts)


def card(lines: Iterable[str]) -> Figure:
    """Lines of text as a picture: what a form asks, for where no kernel runs. Formulas stay on one line."""
    wrapped = []
    for line in map(without_marks, lines):
        unbroken = re.sub(
            r" (=|←|[−+]|[μη] ) ?", lambda m: m.group().replace(" ", "\N{NO-BREAK SPACE}"), line
        )
        wrapped += textwrap.wrap(unbroken, 88, subsequent_indent=" " * (len(line) - len(line.lstrip()))) or [
            ""
        ]
    figure, axes = new_figure(7.5, 0.25 * len(wrapped) + 0.3)
    axes.axis("off")
    axes.text(0, 1, "\n".join(wrapped), va="top", linespacing=1.5, transform=axes.transAxes, parse_math=False)
    return figure


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
    axes.plot(*place, "o", markersize=17, fillstyle="none", markeredgewidth=1.6, color=INK, zorder=6)


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
