"""A PlanView in, its two graphs as nodes and arrows out: the logical one of entities, windows and rules, and the physical one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fraudc.show.model import EntityView, PlanView, RuleView, WindowView
from fraudc.show.wording import aggregate_text, borrowed, window_state
from fraudc_runtime.graph import Graph

Kind = Literal["source", "entity", "window", "rule", "operator", "sink"]


@dataclass(frozen=True, slots=True)
class Node:
    """A box: `lines` are what it says, the first one its name; `tone` is a severity or a language, for colour only."""

    id: str
    kind: Kind
    lines: tuple[str, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one node to another; `dashed` arrows (borrowed members) do not push their target further along."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that belong together, under a title; "" is no frame around them."""

    id: str
    title: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A directed acyclic graph; every arrow's ends are nodes of a group."""

    groups: tuple[Group, ...]
    arrows: tuple[Arrow, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for group in self.groups for node in group.nodes)


def logical(view: PlanView) -> Drawing:
    """Transactions -> entities -> windows -> rules; a stateless rule hangs on the transactions themselves."""
    groups = [Group("input", "", (Node("transactions", "source", ("transactions",)),))]
    groups += [_entity(entity) for entity in view.entities]
    if view.stateless:
        groups.append(Group("stateless", "stateless", tuple(map(_rule, view.stateless))))
    arrows = [Arrow("transactions", rule_id(rule.id)) for rule in view.stateless]
    return Drawing(tuple(groups), (*(arrow for entity in view.entities for arrow in _arrows(entity)), *arrows))


def physical(job: Graph) -> Drawing:
    """The operators by uid; those that send nothing on are sinks."""
    senders = {edge.source for edge in job.edges}
    nodes = tuple(
        Node(
            f"op-{operator.uid}",
            "operator" if operator.uid in senders else "sink",
            (operator.uid, f"{operator.language}, {'1 task' if operator.parallelism == 'one' else 'N tasks'}"),
            operator.language,
        )
        for operator in job.operators
    )
    arrows = tuple(Arrow(f"op-{edge.source}", f"op-{edge.target}", edge.carries if edge.carrier != "side" else "") for edge in job.edges)
    return Drawing((Group("job", f"job {job.name}", nodes),), arrows)


def rule_id(rule: str) -> str:
    """A rule's node and anchor; a prefix keeps it apart from windows and entities of the same name."""
    return f"rule-{rule}"


def entity_id(entity: str) -> str:
    """An entity's node and anchor."""
    return f"entity-{entity}"


def _entity(entity: EntityView) -> Group:
    root = Node(entity_id(entity.name), "entity", (entity.name, f"[{', '.join(entity.key)}]"))
    return Group(f"group-{entity.name}", entity.name, (root, *map(_window, entity.windows), *map(_rule, entity.rules)))


def _window(window: WindowView) -> Node:
    where = (f"where {window.where}",) if window.where else ()
    lines = (f"{window.name}  {aggregate_text(window)}", window.over, *where, f"{window_state(window)}, {window.cost}")
    return Node(window.name, "window", lines)


def _rule(rule: RuleView) -> Node:
    mode = "" if rule.mode == "live" else f", {rule.mode}"
    return Node(rule_id(rule.id), "rule", (rule.id, f"{rule.severity}{mode}"), rule.severity)


def _arrows(entity: EntityView) -> Iterator[Arrow]:
    root = entity_id(entity.name)
    yield Arrow("transactions", root)
    for window in entity.windows:
        yield Arrow(root, window.name)
        if window.shares:
            yield Arrow(window.shares, window.name, borrowed(window), dashed=True)
    for rule in entity.rules:
        for source in rule.windows or (root,):
            yield Arrow(source, rule_id(rule.id))
