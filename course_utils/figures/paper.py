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
from typing import IO, Any, TypeAlias

import numpy as np
from matplotlib import font_manager, rc_params_from_file
from matplotlib import style as mpl_style
from matplotlib.axes import Axes
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


_Figure = _sheltered(Figure, add_subplot=styled(_add_subplot))


@styled
def new_figure(
    width: float = 7.5, height: float = 4.2, columns: int = 1, rows: int = 1, **options: Any
) -> tuple[Figure, Any]:
    """-> (figure, axes) in the course's style; axes is one Axes, or an array: `columns`, or (`rows`, `columns`).

    width, height: in inches of 96 CSS pixels; 7.5 fills the text column.  options: of Figure.subplots.
    """
    figure = _Figure(figsize=(width, height))
    return figure, figure.subplots(rows, columns, **options)


@styled
def png(figure: Figure) -> bytes:
    """The figure as PNG bytes, the same bytes for the same figure; two pixels for each CSS pixel."""
    raw = io.BytesIO()
    figure.savefig(
        raw, format="png", dpi=2 * PIXELS, metadata={"Software": None}, pil_kwargs={"compress_level": 1}
    )
    return compressed(raw, corner=_CORNER)


def compressed(raw: IO[bytes], corner: int = 0) -> bytes:
    """A PNG file with few colours, as bytes: all those with a meaning, the most frequent ones, and some for the rest.

    corner: pixels; the corners are cut off, transparent, to this radius.
    """
    from PIL import Image  # a dependency of matplotlib; only the drawing of pixels needs it

    image = Image.open(raw).convert("RGB")
    counted = sorted(image.getcolors(image.width * image.height) or [], reverse=True)
    named = [to_rgb(look.colour) for look in (*LOOKS.values(), *QUANTITIES.values())]
    colours: list[Any] = [
        [round(255 * part) for part in rgb] for rgb in dict.fromkeys(named)
    ]  # rare in a thin line, but they stay
    colours += [rgb for _, rgb in counted[:_FREQUENT]]
    colours += _spread(np.array([rgb for _, rgb in counted[_FREQUENT:]], dtype=np.uint8))
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    small = image.quantize(palette=palette, dither=Image.Dither.NONE)
    clear = {}
    if corner:
        clear = {"transparency": len(colours)}
        pixels = np.array(small)
        pixels[_outside(pixels.shape, corner)] = len(colours)
        used = [*(small.getpalette() or [])[: 3 * len(colours)], *(round(255 * c) for c in to_rgb(PAPER))]
        small = Image.fromarray(pixels)
        small.putpalette(used)
    out = io.BytesIO()
    small.save(out, format="png", optimize=True, **clear)
    return out.getvalue()


def _spread(shades: Array) -> list[list[int]]:
    """A few colours that stand for many, shape (n, 3): the shading of a surface has thousands, and none is frequent."""
    from PIL import Image

    if not len(shades):
        return []
    palette = Image.fromarray(shades[None]).quantize(_BETWEEN, Image.Quantize.MEDIANCUT).getpalette() or []
    return [palette[k : k + 3] for k in range(0, 3 * _BETWEEN, 3) if k < len(palette)]


def _outside(shape: tuple[int, ...], radius: int) -> Any:
    """Whether each pixel lies outside a rectangle with round corners."""
    y, x = (np.maximum(radius - 0.5 - np.minimum(a, a[::-1]), 0) for a in map(np.arange, shape))
    return np.hypot(y[:, None], x) > radius


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
