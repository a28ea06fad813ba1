"""Pictures of landscapes, Paths and histories: a hiker's topographic map, drawn with matplotlib.

    show(*paths_on_map({"SGD": path}, title="A sentence that says the point"))

Whole figures, each with the sentence computed from what it shows, -> (figure, sentence):
    paths_on_map        paths as trails on the map of their landscape
    small_maps          each path on a small map of its own, with its distance from the minimum below
    surface_beside_map  a landscape in 3-D beside its map, with or without paths
    basins              many walkers, each start coloured by the minimum where it ends
    losses, distances   along paths, against the step, with labels at the ends of the lines
    step_arrows         the three arrows of every step of Momentum
    triangles           one step of Momentum and of Nesterov side by side
    flow                an image on its way through the network
    weights, confusion  what a network has learned, and which digits it mistakes for which
    learning_curves     the loss on training images and on test images, epoch by epoch
    race_panels, tuning_panels  many trainings, a small panel for each method: over the steps, and over the learning rate

To draw a figure of your own: new_figure, then draw_landscape, draw_path, draw_start, draw_arrow, draw_ring, draw_strip,
label_ends (labels at the ends of any lines), draw_key (a title, and the names of the trails below it), and at last
show(figure, sentence). Titles are sentences: of several panels figure.suptitle(sentence) says what they show together, and
set_title what each of them is called. Numbers in a table: table(rows, head, caption).

Colours: LOOKS["Momentum"] of a method, QUANTITIES["v"] of a quantity (g, v, μ, η, θ), look_of(optimizer), INK, PAPER;
coloured(tex) gives a formula its quantities' colours.
"""

from course_utils.figures.arrows import draw_arrow, draw_ring, draw_step, step_arrows, triangles
from course_utils.figures.basins import basins
from course_utils.figures.labels import label_ends, spread
from course_utils.figures.looks import (
    CONTOUR,
    FAINT,
    GUIDE,
    INK,
    LOOKS,
    OTHER,
    PAPER,
    QUANTITIES,
    Look,
    coloured,
    look_of,
    stylesheet,
)
from course_utils.figures.maps import (
    draw_key,
    draw_path,
    draw_start,
    fit,
    map_width,
    paths_on_map,
    small_maps,
)
from course_utils.figures.networks import confusion, flow, weights
from course_utils.figures.paper import (
    Picture,
    card,
    compressed,
    new_figure,
    picture,
    pixels,
    png,
    show,
    styled,
)
from course_utils.figures.relief import Bounds, draw_landscape, ground_colour, halo, terrain
from course_utils.figures.sentences import SUBSCRIPTS, growth_of, number, point, summary, without_marks
from course_utils.figures.strips import distances, distances_of, draw_strip, losses
from course_utils.figures.surfaces import draw_surface, surface_beside_map
from course_utils.figures.tables import table
from course_utils.figures.trainings import (
    draw_compared,
    draw_runs,
    learning_curves,
    plain_ticks,
    race_panels,
    running_mean,
    tuning_panels,
    two_digits,
)

__all__ = [
    "CONTOUR",
    "FAINT",
    "GUIDE",
    "INK",
    "LOOKS",
    "OTHER",
    "PAPER",
    "QUANTITIES",
    "SUBSCRIPTS",
    "Bounds",
    "Look",
    "Picture",
    "basins",
    "card",
    "coloured",
    "compressed",
    "confusion",
    "distances",
    "distances_of",
    "draw_arrow",
    "draw_compared",
    "draw_key",
    "draw_landscape",
    "draw_path",
    "draw_ring",
    "draw_runs",
    "draw_start",
    "draw_step",
    "draw_strip",
    "draw_surface",
    "fit",
    "flow",
    "ground_colour",
    "growth_of",
    "halo",
    "label_ends",
    "learning_curves",
    "look_of",
    "losses",
    "map_width",
    "new_figure",
    "number",
    "paths_on_map",
    "picture",
    "pixels",
    "plain_ticks",
    "png",
    "point",
    "race_panels",
    "running_mean",
    "show",
    "small_maps",
    "spread",
    "step_arrows",
    "styled",
    "stylesheet",
    "summary",
    "surface_beside_map",
    "table",
    "terrain",
    "triangles",
    "tuning_panels",
    "two_digits",
    "weights",
    "without_marks",
]
