"""How everything looks, in one table: methods, quantities, paper, and the ground of a map.

Figures, live figures and pages take their colours from here: `stylesheet()` gives them to CSS, `colour_of` to TeX.
Every colour stands out on paper and on the relief (contrast 3 : 1 or more), and any two methods can be told apart
with protanopia and deuteranopia; markers and dashes differ too, so nothing depends on colour alone.
"""

from dataclasses import dataclass

from matplotlib.colors import hsv_to_rgb, rgb_to_hsv, to_hex, to_rgb

INK = "#26221d"  # text, axes, and whatever has no colour of its own
FAINT = "#8d8577"  # what stands back: frames, guides, the unit circle
GUIDE = "#ddd7ca"  # grids
PAPER = "#fbfaf5"  # what every figure is drawn on, in the light theme and in the dark one
_DIMMED = "#e2e1dc"  # PAPER at nine tenths of its brightness, as page.css dims pictures on a dark page
CONTOUR = "#97795a"
GROUND = ("#d5e6cb", "#e3ecd0", "#f0f0d9", "#f5ecd6", "#efdfc8", "#ecdccb")  # of a map, from low to high


@dataclass(frozen=True)
class Look:
    """How a method or a quantity looks, in every figure: colour, marker, label, dash.

    colour: "#rrggbb".  marker: a letter of matplotlib's.  label: text, with TeX between $ signs.
    dash: a line style of matplotlib's, for a line plot in which methods cross.
    """

    colour: str
    marker: str
    label: str
    dash: str | tuple[int, tuple[float, ...]] = "-"


#: {name of the class: Look}
LOOKS = {
    "SGD": Look("#1e5b9c", "o", "SGD", "-"),
    "Momentum": Look("#d43205", "s", "Momentum", "-"),
    "NesterovLookahead": Look("#17573f", "^", "Nesterov, θ", (0, (6, 1.5))),
    "Nesterov": Look("#0a7c89", "v", "Nesterov, Θ", (0, (3, 1.2))),
    "AdaGrad": Look("#86105f", "D", "AdaGrad", (0, (7, 1.5, 1.5, 1.5))),
    "RMSProp": Look("#80704a", "P", "RMSProp", (0, (1.2, 1.2))),
    "Adam": Look("#222222", "*", "Adam", "-"),
    "AdamW": Look("#8d4aec", "X", "AdamW", (0, (4, 1.2, 1.2, 1.2, 1.2, 1.2))),
}
OTHER = Look("#80704a", "h", "")  # a student's own optimizer, or points by hand

#: {symbol: Look}. One quantity has one colour in arrow, formula, slider and line alike.
QUANTITIES = {
    "g": Look(LOOKS["SGD"].colour, "", "gradient $g$"),
    "v": Look(LOOKS["Momentum"].colour, "", "velocity $v$"),
    "μ": Look("#0a7c89", "", "momentum $μ$"),
    "η": Look("#8d4aec", "", "learning rate $η$"),
    "θ": Look(INK, "", "parameters $θ$"),
    # the three arrows of a step: each has the colour of what it is about
    "gradient step": Look(LOOKS["SGD"].colour, "", r"$-\eta g$"),
    "kept velocity": Look("#0a7c89", "", r"$\mu v$"),
    "new velocity": Look(LOOKS["Momentum"].colour, "", r"new $v$"),
}
_CSS_NAMES = {"g": "g", "v": "v", "μ": "mu", "η": "eta", "θ": "theta"}
_TEX_NAMES = {"g": "g", "v": "v", "μ": r"\mu", "η": r"\eta", "θ": r"\theta"}


def look_of(optimizer: object) -> Look:
    """The Look of an optimizer's method."""
    return LOOKS.get(type(optimizer).__name__, OTHER)


def coloured(tex: str) -> str:
    r"""A formula whose g, v, μ, η and θ have their colours: for MathJax, in a Markdown cell or Markdown(...).

    tex: TeX without $, as in r"v \leftarrow \mu v - \eta g".  -> TeX, each symbol as {\color{#1e5b9c}g}
    """
    out, rest = "", tex
    names = sorted(((tex_name, name) for name, tex_name in _TEX_NAMES.items()), reverse=True)
    while rest:
        if rest[0] == "\\":  # a whole command, so that the v in \vec is not one of ours
            end = next((i for i, c in enumerate(rest[1:], 1) if not c.isalpha()), len(rest))
            end = max(end, 2)
        else:
            end = 1
        token, rest = rest[:end], rest[end:]
        name = next((name for tex_name, name in names if token in (tex_name, name)), None)
        out += rf"{{\color{{{QUANTITIES[name].colour}}}{token}}}" if name else token
    return out


def in_the_dark(colour: str) -> str:
    """A colour of the same hue that stands out on a dark page."""
    hue, saturation, value = rgb_to_hsv(to_rgb(colour))
    if saturation < 0.2:
        return "#e8e4da"
    return to_hex(tuple(hsv_to_rgb((hue, min(saturation, 0.55), max(value, 0.95))).tolist()))


def stylesheet() -> str:
    """The table as CSS: --paper, --ink, and --g, --v, --mu, --eta, --theta, lighter ones in the dark theme."""

    def block(selector: str, values: dict[str, str]) -> str:
        return f"{selector} {{ {' '.join(f'--{name}: {value};' for name, value in values.items())} }}"

    light = {css: QUANTITIES[name].colour for name, css in _CSS_NAMES.items()}
    dark = {"paper": _DIMMED} | {name: in_the_dark(colour) for name, colour in light.items()}
    sheet = {"paper": PAPER, "ink": INK, "faint": FAINT, "guide": GUIDE, "contour": CONTOUR}
    return "\n".join(
        (
            block(".course-widget", sheet | light),
            block('[data-jp-theme-light="false"] .course-widget', dark),
        )
    )
