"""A landscape as a relief model cut out of the earth: faces to paint from back to front, walls, contours, trails.

Everything stands in a box: the longer side of the window runs from −1 to 1, heights from 0 to `tall`. stage.js turns
the model and paints it; `drawn` does the same once, for the picture that is left behind.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import MaxNLocator

from course_utils.figures import Bounds, styled, terrain
from course_utils.landscapes import Landscape
from course_utils.support.types import Array

Turn: TypeAlias = tuple[float, float, float]  # azimuth and elevation of the eye in degrees, zoom

CELLS = 60  # along the longer side: what a browser paints within a frame
NONE = 65535  # fills up a face of fewer corners
BELOW = 0.16  # of the box lie under the lowest ground
LIGHT = np.array([-1.0, 1.0, 1.3]) / math.sqrt(1 + 1 + 1.69)  # from the north-west, as on every map
EARTH = np.array([212, 195, 170])  # of a wall, in full light
CONTOUR = "#6b5640"


@dataclass(frozen=True)
class Ground:
    """A relief model. All arrays are what stage.js reads.

    vertices: float32, (V, 3).  faces: uint16, (F, 5), each the corners of one face, filled up with NONE.
    colours: uint8, (F, 3).  walls: uint16, (W, 4).  shades: uint8, (W, 3).
    contours: float32, (S, 6), a segment each.  cells: uint16, (S,), the face on which it lies.
    heights: float32, (rows, columns) of the grid from the south-west on, for what hides what; `top` where cut off.
    half: half the box along x and y.  labels: [(x, y, z, text)], heights to write on contours.
    """

    landscape: Landscape
    bounds: Bounds
    low: float
    top: float
    tall: float
    vertices: Array
    faces: Array
    colours: Array
    walls: Array
    shades: Array
    contours: Array
    cells: Array
    heights: Array
    half: tuple[float, float]
    labels: list[tuple[float, float, float, str]]

    def placed(self, positions: Array, losses: Array) -> Array:
        """Points of the landscape in the box, shape (..., 3); NaN outside the window, and above the cut."""
        x_from, x_to, y_from, y_to = self.bounds
        x, y = positions[..., 0], positions[..., 1]
        slack = 1e-9 * (x_to - x_from)
        inside = (x >= x_from - slack) & (x <= x_to + slack) & (y >= y_from - slack) & (y <= y_to + slack)
        inside &= losses <= self.top + 1e-9 * (self.top - self.low)
        box = np.stack([*_flat(self.bounds, x, y), self._raised(losses)], axis=-1)
        return np.where(inside[..., None], box, np.nan)

    def _raised(self, heights: Array) -> Array:
        return self.tall * (heights - self.low) / (self.top - self.low)


def _flat(bounds: Bounds, x: Array, y: Array) -> tuple[Array, Array]:
    x_from, x_to, y_from, y_to = bounds
    scale = 2 / max(x_to - x_from, y_to - y_from)
    return (x - (x_from + x_to) / 2) * scale, (y - (y_from + y_to) / 2) * scale


@lru_cache(maxsize=16)
@styled
def ground(landscape: Landscape, bounds: Bounds, highest: float | None = None, tall: float = 0.62) -> Ground:
    """The relief model of a landscape in a window.

    highest: where it is cut off; where None, at the top, or far below it where a few corners tower above the rest.
    """
    x_from, x_to, y_from, y_to = bounds
    long = max(x_to - x_from, y_to - y_from)
    columns, rows = (max(2, round(CELLS * side / long)) for side in (x_to - x_from, y_to - y_from))
    xs, ys = np.linspace(x_from, x_to, columns + 1), np.linspace(y_from, y_to, rows + 1)
    x, y = np.meshgrid(xs, ys)
    f = landscape(np.stack([x, y], axis=-1))
    low, top = float(f.min()), float(f.max()) if highest is None else float(highest)
    usual = float(np.median(f))
    if highest is None and top - low > 5 * (usual - low):
        top = usual + 0.25 * (usual - low)
    z = tall * (f - low) / (top - low)
    points = np.stack([*_flat(bounds, x, y), z], axis=-1).reshape(-1, 3)
    vertices, faces, of_cell = _cut(points, rows, columns, tall)
    vertices, faces = _used(vertices, faces)
    corners = [[k for k in face if k != NONE] for face in faces]
    middles = np.array([vertices[c].mean(axis=0) for c in corners])
    walls, vertices = _walls(corners, vertices, -BELOW)
    contours, cells, labels = _contours(landscape, bounds, f, (low, top, tall), of_cell)
    return Ground(
        landscape,
        bounds,
        low,
        top,
        tall,
        vertices.astype(np.float32),
        faces.astype(np.uint16),
        _colours(landscape, bounds, middles, (low, top, tall)),
        walls.astype(np.uint16),
        _shades(vertices, walls),
        contours.astype(np.float32),
        cells.astype(np.uint16),
        np.minimum(z, tall).astype(np.float32),
        (float(points[-1, 0]), float(points[-1, 1])),
        labels,
    )


def _cut(points: Array, rows: int, columns: int, tall: float) -> tuple[Array, Array, Array]:
    """The faces below the cut. -> (vertices, faces, the face of each cell: NONE where it is cut off)"""
    new: dict[tuple[int, int], int] = {}
    more: list[Array] = []

    def crossing(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        if key not in new:
            p, q = points[key[0]], points[key[1]]
            new[key] = len(points) + len(more)
            more.append(p + (q - p) * (tall - p[2]) / (q[2] - p[2]))
        return new[key]

    below = points[:, 2] <= tall * (1 + 1e-9)
    faces: list[list[int]] = []
    of_cell = np.full((rows, columns), NONE)
    for j in range(rows):
        for i in range(columns):
            first = j * (columns + 1) + i
            around = [first, first + 1, first + columns + 2, first + columns + 1]
            if not below[around].any():
                continue
            face = []
            for a, b in zip(around, [*around[1:], around[0]], strict=True):
                face += [a] if below[a] else []
                face += [crossing(a, b)] if below[a] != below[b] else []
            if len(face) < 3:
                continue
            of_cell[j, i] = len(faces)
            faces.append((face + [NONE] * 5)[:5])
    return np.concatenate([points, np.array(more).reshape(-1, 3)]), np.array(faces), of_cell


def _used(vertices: Array, faces: Array) -> tuple[Array, Array]:
    """The vertices that belong to a face, and the faces in their new numbers."""
    used = np.unique(faces[faces != NONE])
    number = np.full(NONE + 1, NONE)
    number[used] = np.arange(len(used))
    return vertices[used], number[faces]


def _walls(corners: list[list[int]], vertices: Array, base: float) -> tuple[Array, Array]:
    """A wall down to the base below every edge that belongs to one face alone. -> (walls, vertices)"""
    edges: dict[tuple[int, int], None] = {}
    for face in corners:
        for a, b in zip(face, [*face[1:], face[0]], strict=True):
            edges[a, b] = None
    rim = [(a, b) for a, b in edges if (b, a) not in edges]
    feet = {k: len(vertices) + n for n, k in enumerate(dict.fromkeys(k for edge in rim for k in edge))}
    ground_level = vertices[list(feet)].copy()
    ground_level[:, 2] = base
    walls = np.array([(a, b, feet[b], feet[a]) for a, b in rim])
    return walls, np.concatenate([vertices, ground_level])


def _colours(
    landscape: Landscape, bounds: Bounds, middles: Array, scale: tuple[float, float, float]
) -> Array:
    """The colour of each face: that of its height on the map, in the light from the north-west."""
    low, top, tall = scale
    x_from, x_to, y_from, y_to = bounds
    half = max(x_to - x_from, y_to - y_from) / 2
    at = middles[:, :2] * half + [(x_from + x_to) / 2, (y_from + y_to) / 2]
    rise = landscape.gradient(at) * half * tall / (top - low)
    normals = np.concatenate([-rise, np.ones((len(rise), 1))], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = np.clip(normals @ LIGHT, 0, 1) / LIGHT[2]
    on_the_map = terrain(landscape, bounds, 2 * CELLS + 1)
    heights = low + middles[:, 2] / tall * (top - low)
    base = on_the_map.tints()[np.searchsorted(on_the_map.levels, heights), :3]
    return np.clip(255 * base * (0.66 + 0.34 * light)[:, None], 0, 255).astype(np.uint8)


def _shades(vertices: Array, walls: Array) -> Array:
    along = vertices[walls[:, 1]] - vertices[walls[:, 0]]
    outward = np.stack([along[:, 1], -along[:, 0]], axis=-1)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    light = 0.84 + 0.16 * (outward @ (LIGHT[:2] / np.linalg.norm(LIGHT[:2])))
    return np.clip(EARTH * light[:, None], 0, 255).astype(np.uint8)


def _contours(
    landscape: Landscape, bounds: Bounds, f: Array, scale: tuple[float, float, float], of_cell: Array
) -> tuple[Array, Array, list[tuple[float, float, float, str]]]:
    """The contour lines in segments, each on one cell. -> (segments, their faces, heights to write)"""
    from contourpy import contour_generator

    low, top, tall = scale
    levels = MaxNLocator(nbins=13, steps=[1, 2, 2.5, 5, 10]).tick_values(low, top)
    rows, columns = of_cell.shape
    generator = contour_generator(z=f)
    segments, cells = [np.empty((0, 6))], [np.empty(0, int)]
    labels: list[tuple[float, float, float, str]] = []
    for n, level in enumerate(float(level) for level in levels if low < level < top):
        z = tall * (level - low) / (top - low)
        for line in map(np.asarray, generator.lines(level)):
            i, j = line[:, 0], line[:, 1]
            x = bounds[0] + (bounds[1] - bounds[0]) * i / columns
            y = bounds[2] + (bounds[3] - bounds[2]) * j / rows
            points = np.stack([*_flat(bounds, x, y), np.full(len(x), z)], axis=-1)
            middle = (line[:-1] + line[1:]) / 2
            cell = of_cell[
                np.clip(middle[:, 1].astype(int), 0, rows - 1),
                np.clip(middle[:, 0].astype(int), 0, columns - 1),
            ]
            seen = cell != NONE
            segments.append(np.concatenate([points[:-1], points[1:]], axis=1)[seen])
            cells.append(cell[seen])
            if n % 2 == 0 and seen.sum() > 20:
                x_at, y_at, z_at = map(float, points[len(points) // 7])
                labels.append((x_at, y_at, z_at, f"{level:g}".replace("-", "−")))
    return np.concatenate(segments), np.concatenate(cells), labels


# --- from the box to the sheet ---------------------------------------------------------------------------


def seen_from(turn: Turn, points: Array) -> Array:
    """Points of the box as the eye sees them: (..., 3): to the right, upward, and away.

    turn: azimuth, from where the eye looks, in degrees from the south to the east; elevation above the horizon.
    """
    azimuth, elevation = math.radians(turn[0]), math.radians(turn[1])
    x, y, z = np.moveaxis(np.asarray(points, dtype=float), -1, 0)
    right = x * math.cos(azimuth) + y * math.sin(azimuth)
    away = y * math.cos(azimuth) - x * math.sin(azimuth)
    return np.stack([right, z * math.cos(elevation) + away * math.sin(elevation), away], axis=-1)


def drawn(axes: Axes, block: Ground, turn: Turn) -> None:
    """Paint the model on axes, from back to front."""
    place = seen_from(turn, block.vertices)
    corners = [[k for k in face if k != NONE] for face in block.faces]
    away = np.array([place[c, 2].mean() for c in corners])
    lines: list[list[Array]] = [[] for _ in corners]
    for cell, (a, b) in zip(
        block.cells, seen_from(turn, block.contours.reshape(-1, 2, 3))[..., :2], strict=True
    ):
        lines[cell].append(np.array([a, b]))
    order = np.argsort(-away)
    for part in np.array_split(order, 48):  # a contour lies on its face, and under those in front of it
        colours = block.colours[part] / 255
        polygons = [place[corners[k], :2] for k in part]
        axes.add_collection(
            PolyCollection(polygons, facecolors=colours, edgecolors=colours, linewidths=0.4), autolim=False
        )
        axes.add_collection(
            LineCollection([s for k in part for s in lines[k]], colors=CONTOUR, linewidths=0.5, alpha=0.6),
            autolim=False,
        )
    walls = place[block.walls, :2]
    facing = (walls[:, 1, 0] - walls[:, 0, 0]) > 1e-9
    axes.add_collection(
        PolyCollection(
            walls[facing],
            facecolors=block.shades[facing] / 255,
            edgecolors=block.shades[facing] / 255,
            linewidths=0.8,
        ),
        autolim=False,
    )
    around = place[:, :2]
    axes.set(xlim=_roomy(around[:, 0]), ylim=_roomy(around[:, 1]), aspect="equal")
    axes.set_axis_off()


def _roomy(values: Array) -> tuple[float, float]:
    margin = 0.06 * (values.max() - values.min())
    return values.min() - margin, values.max() + margin


def hidden(block: Ground, turn: Turn, points: Array) -> Array:
    """Whether the ground hides each of these points of the box from the eye: bool, shape (n,).

    It walks from the point towards the eye, and looks whether the ground stands higher.
    """
    azimuth, elevation = math.radians(turn[0]), math.radians(turn[1])
    steps = np.linspace(0.03, 1.2, 40)[None, :]
    x = points[:, :1] + steps * math.sin(azimuth) * math.cos(elevation)
    y = points[:, 1:2] - steps * math.cos(azimuth) * math.cos(elevation)
    z = points[:, 2:] + steps * math.sin(elevation) + 0.012
    rows, columns = block.heights.shape
    with np.errstate(invalid="ignore"):
        i = (x / block.half[0] + 1) / 2 * (columns - 1)
        j = (y / block.half[1] + 1) / 2 * (rows - 1)
        inside = (i >= 0) & (i <= columns - 1) & (j >= 0) & (j <= rows - 1)
        at = (
            np.clip(np.nan_to_num(np.round(j)), 0, rows - 1).astype(int),
            np.clip(np.nan_to_num(np.round(i)), 0, columns - 1).astype(int),
        )
    return (inside & (block.heights[at] > z)).any(axis=1)  # what is cut off stands as high as the cut
