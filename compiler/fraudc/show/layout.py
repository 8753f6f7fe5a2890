"""A Drawing in, boxes and routes with coordinates (pixels, y downwards) out: layers by longest path, one band of rows for each group.

The method is Sugiyama's: layers, a way-point in each layer that an arrow passes, then rows sorted by the middle of what leads to them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from fraudc.show.drawing import Arrow, Drawing, Group, Node

CHARACTER, LINE = 7.3, 16.0  # a monospaced character of 12 pixels, and a line of them
PADDING, ROW_GAP, LAYER_GAP, BAND_GAP = 8.0, 10.0, 44.0, 22.0
TITLE = 22.0  # room for a band's title
LONGEST = 36  # characters of a line before it is cut

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place; x and y are its upper left corner, `lines` are cut to what fits."""

    node: Node
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """An arrow's points, from the edge of its source to the edge of its target."""

    arrow: Arrow
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """The rows that a group takes up, from x to the right edge of all."""

    group: Group
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything placed, inside (0, 0) to (width, height)."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A node or, with `node` None, the way-point of an arrow in a layer it passes."""

    node: Node | None
    layer: int
    group: int

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(map(_cut, self.node.lines)) if self.node else ()

    @property
    def width(self) -> float:
        return max((len(line) for line in self.lines), default=0) * CHARACTER + 2 * PADDING

    @property
    def height(self) -> float:
        return len(self.lines) * LINE + (2 * PADDING if self.node else LINE)


def place(drawing: Drawing) -> Layout:
    """Lays the drawing out from left to right; the same drawing always gives the same places."""
    cells, chains = _cells(drawing)
    rows = _rows(cells, chains)
    xs, width = _layer_places(cells)
    bands, centres, height = _row_places(drawing, cells, rows, chains, xs)
    boxes = {
        name: Box(cell.node, cell.lines, xs[cell.layer], centres[name] - cell.height / 2, cell.width, cell.height)
        for name, cell in cells.items()
        if cell.node
    }
    routes = [Route(arrow, _points(chain, cells, boxes, xs, centres)) for arrow, chain in chains if not arrow.dashed]
    routes += [Route(arrow, _beside(boxes[arrow.source], boxes[arrow.target])) for arrow in drawing.arrows if arrow.dashed]
    return Layout(width, height, tuple(boxes.values()), tuple(routes), bands)


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _layers(drawing: Drawing) -> dict[str, int]:
    """The longest way from a source to each node. Every arrow points forward in `Drawing.nodes` or is resolved by repetition."""
    layers = {node.id: 0 for node in drawing.nodes}
    solid = [arrow for arrow in drawing.arrows if not arrow.dashed]
    for _ in layers:
        before = dict(layers)
        for arrow in solid:
            layers[arrow.target] = max(layers[arrow.target], layers[arrow.source] + 1)
        if layers == before:
            break
    return layers


def _cells(drawing: Drawing) -> tuple[dict[str, _Cell], list[tuple[Arrow, list[str]]]]:
    """All cells by name, and for each arrow the cells it goes through."""
    layers = _layers(drawing)
    groups = {node.id: at for at, group in enumerate(drawing.groups) for node in group.nodes}
    cells = {node.id: _Cell(node, layers[node.id], groups[node.id]) for node in drawing.nodes}
    chains = []
    for number, arrow in enumerate(drawing.arrows):
        between = {f"{number}:{layer}": layer for layer in range(layers[arrow.source] + 1, layers[arrow.target])}
        cells |= {name: _Cell(None, layer, groups[arrow.target]) for name, layer in between.items()}
        chains.append((arrow, [arrow.source, *between, arrow.target]))
    return cells, chains


def _rows(cells: dict[str, _Cell], chains: list[tuple[Arrow, list[str]]]) -> dict[tuple[int, int], list[str]]:
    """Names by (group, layer), from top to bottom: each layer sorted by the middle of what leads to it, layer by layer."""
    sources: dict[str, list[str]] = {name: [] for name in cells}
    for arrow, chain in chains:
        for source, target in () if arrow.dashed else pairwise(chain):
            sources[target].append(source)
    rows: dict[tuple[int, int], list[str]] = {}
    for name, cell in cells.items():
        rows.setdefault((cell.group, cell.layer), []).append(name)
    at: dict[str, float] = {}
    for key in sorted(rows, key=lambda key: key[1]):
        middle = {name: _mean(at[source] for source in sources[name]) for name in rows[key]}
        rows[key].sort(key=lambda name: middle[name])
        at |= {name: position / len(rows[key]) for position, name in enumerate(rows[key])}
    return rows


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _layer_places(cells: dict[str, _Cell]) -> tuple[list[float], float]:
    """Left edge of each layer, and the width of all."""
    edges, x = [], PADDING
    for layer in range(1 + max(cell.layer for cell in cells.values())):
        edges.append(x)
        x += max(cell.width for cell in cells.values() if cell.layer == layer) + LAYER_GAP
    return edges, x - LAYER_GAP + PADDING


def _row_places(
    drawing: Drawing,
    cells: dict[str, _Cell],
    rows: dict[tuple[int, int], list[str]],
    chains: list[tuple[Arrow, list[str]]],
    xs: list[float],
) -> tuple[tuple[Band, ...], dict[str, float], float]:
    """The bands, the vertical middle of each cell, the height of all; a group without a title is placed beside what it leads to."""
    targets: dict[str, list[str]] = {name: [] for name in cells}
    for arrow, chain in chains:
        for source, target in () if arrow.dashed else pairwise(chain):
            targets[source].append(target)
    bands: list[Band] = []
    centres: dict[str, float] = {}
    y = 0.0
    for at, group in enumerate(drawing.groups):
        columns = [rows[key] for key in sorted(rows, reverse=True) if key[0] == at]
        height = max(_stack(names, cells) for names in columns)
        if not group.title:
            continue
        top = y + TITLE
        for names in columns:
            centres |= _column(names, cells, targets, centres, top, top + height)
        bands.append(Band(group, xs[min(cells[node.id].layer for node in group.nodes)] - PADDING, y, height + TITLE + PADDING))
        y += height + TITLE + PADDING + BAND_GAP
    height = max(y - BAND_GAP, 3 * LINE)
    for names in rows.values():
        if names[0] not in centres:
            centres |= _column(names, cells, targets, centres, 0.0, height)
    return tuple(bands), centres, height


def _stack(names: list[str], cells: dict[str, _Cell]) -> float:
    return sum(cells[name].height + ROW_GAP for name in names) - ROW_GAP


def _column(
    names: list[str], cells: dict[str, _Cell], targets: dict[str, list[str]], centres: dict[str, float], top: float, bottom: float
) -> dict[str, float]:
    """One layer's cells between top and bottom, in order and apart, each as near as that allows to the middle of what it leads to."""
    stacked = (top + bottom - _stack(names, cells)) / 2
    found: dict[str, float] = {}
    free = top  # the next cell begins here or below
    for at, name in enumerate(names):
        half = cells[name].height / 2
        placed = [centres[target] for target in targets[name] if target in centres]
        wanted = _mean(placed) if placed else stacked + _stack(names[: at + 1], cells) - half
        latest = bottom - _stack(names[at:], cells) + half  # those below still fit
        found[name] = max(free + half, min(wanted, latest))
        free = found[name] + half + ROW_GAP
    return found


def _points(
    chain: list[str], cells: dict[str, _Cell], boxes: dict[str, Box], xs: list[float], centres: dict[str, float]
) -> tuple[Point, ...]:
    first, last = boxes[chain[0]], boxes[chain[-1]]
    points = [(first.x + first.width, centres[chain[0]])]
    for name in chain[1:-1]:
        layer = cells[name].layer
        points += [(xs[layer], centres[name]), (xs[layer + 1] - LAYER_GAP, centres[name])]
    return (*points, (last.x, centres[chain[-1]]))


def _beside(source: Box, target: Box) -> tuple[Point, ...]:
    """Two boxes of one layer: both ends on their left edge."""
    return ((source.x, source.y + source.height / 2), (target.x, target.y + target.height / 2))
