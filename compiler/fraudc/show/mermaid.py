"""A PlanView in, Mermaid flowcharts out: both graphs in one chart, which GitHub and most wikis draw."""

from fraudc.show.drawing import Arrow, Drawing, Group, Node, logical, physical
from fraudc.show.model import PlanView
from fraudc.show.wording import summary_text

_SHAPES = {
    "source": ('(["', '"])'),
    "entity": ('[["', '"]]'),
    "window": ('["', '"]'),
    "rule": ('{{"', '"}}'),
    "operator": ('["', '"]'),
    "sink": ('(["', '"])'),
}
# Mermaid reads labels as HTML, and what stands between `#` and `;` as an entity of its own, which it breaks when it wraps a line.
_ENTITIES = str.maketrans({"&": "&amp;", "#": "&num;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "`": "&grave;"})


def as_mermaid(view: PlanView) -> str:
    """One `flowchart LR`, ending with a line end."""
    rules = [f'  subgraph rules["{_label(view.project)}"]', "  direction LR", *_drawing(logical(view)), "  end"]
    lines = [f"%% {summary_text(view)}", "flowchart LR", *rules, *_drawing(physical(view.job))]
    return "\n".join(lines) + "\n"


def _drawing(drawing: Drawing) -> list[str]:
    return [line for group in drawing.groups for line in _group(group)] + [_arrow(arrow) for arrow in drawing.arrows]


def _group(group: Group) -> list[str]:
    nodes = [_node(node) for node in group.nodes]
    if not group.title:
        return nodes
    return [f'  subgraph {_id(group.id)}["{_label(group.title)}"]', "    direction LR", *nodes, "  end"]


def _node(node: Node) -> str:
    opening, closing = _SHAPES[node.kind]
    return f"    {_id(node.id)}{opening}{'<br/>'.join(map(_label, node.lines))}{closing}"


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.dashed else "-->"
    label = f'|"{_label(arrow.label)}"|' if arrow.label else ""
    return f"  {_id(arrow.source)} {line}{label} {_id(arrow.target)}"


def _label(text: str) -> str:
    return text.translate(_ENTITIES)


def _id(text: str) -> str:
    """Two hyphens in a row would read as an arrow."""
    return text.replace("-", "_")
