"""The sheet that a figure is drawn on: its style whatever the reader has set, its PNG, and how it gets on the page."""

import base64
import html
import inspect
import io
import re
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Any, TypeAlias

import numpy as np
from matplotlib import font_manager, rc_params_from_file, rcParams
from matplotlib import style as mpl_style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from course_utils.figures.looks import LOOKS, PAPER, QUANTITIES
from course_utils.figures.sentences import without_marks
from course_utils.support.types import Array

Picture: TypeAlias = tuple[Figure, str]  # and the sentence that says what it shows

HERE = FilePath(__file__).parent
STYLE = rc_params_from_file(HERE / "course.mplstyle", use_default_template=False)
for _font in sorted((HERE / "fonts").glob("*.ttf")):
    font_manager.fontManager.addfont(_font)

PIXELS = 96  # CSS pixels of an inch of a figure; its PNG has twice as many, for sharp screens
_FREQUENT, _BETWEEN = 60, 40  # colours of a stored PNG, besides those with a meaning; so files stay small
_TITLE = 12  # letters of a title to an inch
_CARD, _LINE = (
    5.2,
    0.195,
)  # inches: the width of a card, so that it can be read on a phone, and between its lines
_CORNER = 12  # pixels: the radius of a sheet's corners


_raw: Any = rcParams  # its _get and _set are private by name, and promised to stay by its docstrings
_defaults: Any = ["default", STYLE]
with mpl_style.context(_defaults):
    # as matplotlib keeps them, checked: to check 300 settings anew for each line costs more than to draw it
    _SETTINGS: dict[str, Any] = {name: _raw._get(name) for name in rcParams if name != "backend"}
_inside = False  # whether they hold already


@contextmanager
def _over_defaults() -> Iterator[None]:
    """Matplotlib's defaults with our style on them, whatever the reader has set; afterwards that holds again."""
    global _inside
    if _inside:
        yield
        return
    before = {name: _raw._get(name) for name in _SETTINGS}
    _set(_SETTINGS)
    _inside = True
    try:
        yield
    finally:
        _inside = False
        _set(before)


def _set(settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        _raw._set(name, value)


styled = _over_defaults()  # decorates what draws, and what saves: much is looked up only then


def _sheltered(artist: type[Any], **more: Any) -> Any:
    """A subclass of Figure or Axes whose methods heed none of the reader's settings: a notebook's cell calls them."""
    methods = inspect.getmembers(artist, inspect.isfunction)
    own = {
        name: styled(method) for name, method in methods if not name.startswith(("_", "get_", "cla", "clear"))
    }
    return type(artist.__name__, (artist,), own | more)


def wrapped(title: str, width: float) -> str:
    """A title in lines that fit a width in inches; a formula stays in one piece."""
    solid = re.sub(r"\$[^$]*\$", lambda m: m.group().replace(" ", "\0"), title)
    lines = [textwrap.fill(line, max(12, int(width * _TITLE))) for line in solid.split("\n")]
    return "\n".join(lines).replace("\0", " ")


def _set_title(axes: Axes, label: str, *args: Any, **options: Any) -> Any:
    """Set a title, in as many lines as it takes."""
    place = axes.get_subplotspec()
    columns = place.get_gridspec().ncols if place else 1
    figure: Any = axes.get_figure()
    smaller = STYLE["axes.titlesize"] / options.get("fontsize", STYLE["axes.titlesize"])
    width = (figure.get_figwidth() / columns - 0.6) * smaller
    return Axes.set_title(axes, wrapped(label, width), *args, **options)


_Axes = _sheltered(Axes, set_title=styled(_set_title))


def _add_subplot(figure: Figure, *args: Any, **options: Any) -> Axes:
    """Add Axes of ours, unless others are asked for."""
    if not options.keys() & {"projection", "polar"}:
        options = {"axes_class": _Axes} | options
    return Figure.add_subplot(figure, *args, **options)


def _set_suptitle(figure: Any, title: str, **options: Any) -> Any:
    """Say what all panels show together, at the left edge; what a panel is called is then no title but a label."""
    for axes in figure.axes if title else ():
        axes._left_title.set_fontsize(STYLE["font.size"])
    text = wrapped(title, figure.get_figwidth() - 0.3)
    return Figure.suptitle(figure, text, **{"x": 0.012, "ha": "left"} | options)


_Figure = _sheltered(Figure, add_subplot=styled(_add_subplot), suptitle=styled(_set_suptitle))


@styled
def new_figure(
    width: float = 7.5, height: float = 4.2, columns: int = 1, rows: int = 1, **options: Any
) -> tuple[Figure, Any]:
    """-> (figure, axes) in the course's style; axes is one Axes, or an array: `columns`, or (`rows`, `columns`).

    width, height: in inches of 96 CSS pixels; 7.5 fills the text column.  options: of Figure.subplots.
    """
    figure = _Figure(figsize=(width, height), dpi=2 * PIXELS)  # as it will be drawn: texts are measured once
    return figure, figure.subplots(rows, columns, **options)


def png(figure: Figure) -> bytes:
    """The figure as PNG bytes, the same bytes for the same figure; two pixels for each CSS pixel."""
    return compressed(pixels(figure), corner=_CORNER)


@styled
def pixels(figure: Figure) -> Array:
    """The figure on paper, two pixels for each CSS pixel: RGBA from 0 to 255, opaque, shape (height, width, 4).

    `savefig` would draw everything twice to find the layout, and pack into a PNG what is packed anew here.
    """
    canvas, before = figure.canvas, {"dpi": figure.dpi, "facecolor": figure.get_facecolor()}
    try:
        sheet: Any = FigureCanvasAgg(figure)
        figure.set(dpi=2 * PIXELS, facecolor=PAPER)
        sheet.draw()
        return np.asarray(sheet.buffer_rgba())
    finally:
        figure.set(**before)
        figure.set_canvas(canvas)


def compressed(pixels: Array, corner: int = 0) -> bytes:
    """A PNG file with few colours, as bytes: all those with a meaning, the most frequent ones, and some for the rest.

    pixels: RGBA from 0 to 255, opaque, shape (height, width, 4).
    corner: pixels; the corners are cut off, transparent, to this radius.

    A reader waits for it, so it is packed quickly; what is stored for good can be packed tighter.
    """
    from PIL import Image  # a dependency of matplotlib; only the drawing of pixels needs it

    row = np.ascontiguousarray(pixels).view(np.uint32).ravel()  # a pixel is one number: quick to compare
    starts = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))  # of runs of one colour
    lengths = np.diff(starts, append=len(row))
    distinct, which = np.unique(row[starts], return_inverse=True)
    found = distinct.view(np.uint8).reshape(-1, 4)[:, :3]
    count = np.bincount(which, weights=lengths)
    order = np.lexsort((*found.T[::-1], count))[::-1]
    colours = _named()
    colours += found[order[:_FREQUENT]].tolist()
    colours += _spread(found[order[_FREQUENT:]])
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    nearest = Image.fromarray(found[None]).quantize(palette=palette, dither=Image.Dither.NONE)
    numbers = np.repeat(np.asarray(nearest)[0][which], lengths).reshape(pixels.shape[:2])
    clear = {}
    if corner:
        clear = {"transparency": len(colours)}
        _cut_corners(numbers, corner, len(colours))
        colours.append(_bytes(PAPER))
    small = Image.fromarray(numbers)
    small.putpalette([part for colour in colours for part in colour])
    out = io.BytesIO()
    small.save(out, format="png", compress_level=6, **clear)
    return out.getvalue()


def _named() -> list[list[int]]:
    """The colours with a meaning: rare in a thin line, but they stay."""
    return [_bytes(c) for c in dict.fromkeys(look.colour for look in (*LOOKS.values(), *QUANTITIES.values()))]


def _bytes(colour: str) -> list[int]:
    return [round(255 * part) for part in to_rgb(colour)]


def _spread(shades: Array) -> list[list[int]]:
    """A few colours that stand for many, shape (n, 3): the shading of a surface has thousands, and none is frequent."""
    from PIL import Image

    if not len(shades):
        return []
    palette = Image.fromarray(shades[None]).quantize(_BETWEEN, Image.Quantize.MEDIANCUT).getpalette() or []
    return [palette[k : k + 3] for k in range(0, 3 * _BETWEEN, 3) if k < len(palette)]


def _cut_corners(numbers: Array, radius: int, clear: int) -> None:
    """Give the pixels beyond round corners of a rectangle this number."""
    away = radius - 0.5 - np.arange(radius)
    beyond = np.hypot(away[:, None], away) > radius
    for corner in (numbers, numbers[::-1], numbers[:, ::-1], numbers[::-1, ::-1]):
        corner[:radius, :radius][beyond] = clear


def picture(figure: Figure, alt: str) -> tuple[dict[str, str], dict[str, Any]]:
    """-> (data, metadata) of a MIME bundle: the PNG, and the sentence as plain text and alternative text."""
    if not (isinstance(alt, str) and alt.strip()):
        raise ValueError(f"alt must be a sentence that says what the figure shows, not {alt!r}")
    width = round(figure.get_figwidth() * PIXELS)
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


@styled
def card(lines: Iterable[str]) -> Figure:
    """Lines of text as a picture: what a form asks for, where no kernel runs. Formulas stay on one line."""
    wrapped: list[str] = []
    for line in map(without_marks, lines):
        unbroken = re.sub(
            r" (=|←|[−+]|[μη] ) ?", lambda m: m.group().replace(" ", "\N{NO-BREAK SPACE}"), line
        )
        wrapped += textwrap.wrap(unbroken, 74, subsequent_indent=" " * (len(line) - len(line.lstrip()))) or [
            ""
        ]
    height = _LINE * len(wrapped) + 0.35
    figure = _Figure(figsize=(_CARD, height), layout="none")
    for k, line in enumerate(wrapped, 1):
        figure.text(0.03, 1 - (_LINE * k + 0.1) / height, line, va="baseline", parse_math=False)
    return figure
