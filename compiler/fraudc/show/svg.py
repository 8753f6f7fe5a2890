"""A Drawing in, an inline SVG out whose boxes are links to the page's rows of the same id; colours come from the page's style sheet."""

from html import escape
from itertools import pairwise

from fraudc.show.drawing import Drawing
from fraudc.show.layout import LINE, PADDING, TITLE, Band, Box, Point, Route, place

BULGE = 26.0


def as_svg(drawing: Drawing, name: str, title: str) -> str:
    """`name` makes ids unique in the page; `title` is what a screen reader says first. Without boxes it draws nothing."""
    layout = place(drawing)
    head = (
        f'<svg role="group" aria-label="{escape(title)}" width="{layout.width:.0f}" '
        f'height="{layout.height:.0f}" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}">'
    )
    parts = [
        head,
        _marker(name),
        *(_band(band, layout.width) for band in layout.bands),
        *(_route(route, name) for route in layout.routes),
        *map(_box, layout.boxes),
        "</svg>",
    ]
    return "\n".join(parts)


def _marker(name: str) -> str:
    box = 'viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"'
    return f'<defs><marker id="{name}-tip" {box}><path d="M0 0 8 4 0 8z" class="tip"/></marker></defs>'


def _band(band: Band, width: float) -> str:
    title = f'<text x="{band.x + PADDING:.0f}" y="{band.y + TITLE - 6:.0f}">{escape(band.group.title)}</text>'
    frame = f'x="{band.x:.0f}" y="{band.y:.0f}" width="{width - band.x:.0f}" height="{band.height:.0f}"'
    return f'<g class="band" aria-hidden="true"><rect {frame} rx="8"/>{title}</g>'


def _route(route: Route, name: str) -> str:
    kind = "dashed" if route.arrow.dashed else "arrow"
    path = _bulging(*route.points) if route.arrow.dashed else _curve(route.points)
    return f'<path class="{kind}" d="{path}" marker-end="url(#{name}-tip)"/>'


def _curve(points: tuple[Point, ...]) -> str:
    (x, y), parts = points[0], []
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        parts.append(f"C{middle:.0f} {y0:.0f} {middle:.0f} {y1:.0f} {x1:.0f} {y1:.0f}")
    return f"M{x:.0f} {y:.0f}{''.join(parts)}"


def _bulging(start: Point, end: Point) -> str:
    left = min(start[0], end[0]) - BULGE
    return f"M{start[0]:.0f} {start[1]:.0f}C{left:.0f} {start[1]:.0f} {left:.0f} {end[1]:.0f} {end[0]:.0f} {end[1]:.0f}"


def _box(box: Box) -> str:
    node = box.node
    shape = (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{14 if node.kind == "rule" else 4}"/>'
    )
    lines = "".join(
        f'<text x="{box.x + PADDING:.1f}" y="{box.y + PADDING + LINE * at + 12:.1f}"{"" if at else " class=name"}>{escape(line)}</text>'
        for at, line in enumerate(box.lines)
    )
    content = f"<title>{escape(chr(10).join(node.lines))}</title>{shape}{lines}"
    tone = f" {node.tone.lower()}" if node.tone else ""
    if node.kind == "source":
        return f'<g class="node {node.kind}">{content}</g>'
    return f'<a class="node {node.kind}{tone}" href="#{escape(node.id)}" aria-label="{escape(", ".join(node.lines))}">{content}</a>'
