"""A PlanView in, Graphviz out: both graphs as clusters of one digraph."""

from fraudc.show.drawing import Arrow, Drawing, Group, Node, logical, physical
from fraudc.show.model import PlanView
from fraudc.show.wording import summary_text

_SHAPES = {"source": "oval", "entity": "box3d", "window": "box", "rule": "hexagon", "operator": "box", "sink": "oval"}


def as_dot(view: PlanView) -> str:
    """One digraph, left to right, ending with a line end."""
    head = [
        f"digraph {_quoted(view.project)} {{",
        "  rankdir=LR;",
        f"  label={_quoted(summary_text(view))};",
        "  node [fontname=monospace];",
    ]
    return "\n".join([*head, *_drawing(logical(view)), *_drawing(physical(view.job)), "}"]) + "\n"


def _drawing(drawing: Drawing) -> list[str]:
    return [line for group in drawing.groups for line in _group(group)] + [_arrow(arrow) for arrow in drawing.arrows]


def _group(group: Group) -> list[str]:
    nodes = [_node(node) for node in group.nodes]
    if not group.title:
        return nodes
    head = [f"  subgraph {_quoted('cluster-' + group.id)} {{", f"    label={_quoted(group.title)};"]
    return [*head, *nodes, "  }"]


def _node(node: Node) -> str:
    return f"    {_quoted(node.id)} [shape={_SHAPES[node.kind]}, label={_quoted(*node.lines)}];"


def _arrow(arrow: Arrow) -> str:
    # Graphviz fails on a label between two nodes of one rank ("trouble in init_rank"), which is where dashed arrows run.
    attributes = [f"{'xlabel' if arrow.dashed else 'label'}={_quoted(arrow.label)}"] if arrow.label else []
    if arrow.dashed:
        attributes += ["style=dashed", "constraint=false"]
    listed = f" [{', '.join(attributes)}]" if attributes else ""
    return f"  {_quoted(arrow.source)} -> {_quoted(arrow.target)}{listed};"


def _quoted(*lines: str) -> str:
    """A DOT string; its lines are centred below each other."""
    return '"' + r"\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
