"""A rules project as data in, its schema, lists and rules (detectors expanded) as values out."""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reference.parser import Aggregate, Literal, Name, Node, Operation, parse, parse_window
from reference.values import Money, Timestamp, duration_ms, minor_units, timestamp_ms


@dataclass(frozen=True, slots=True)
class FieldType:
    """`places` are the ways to the value in the JSON object, in order of preference; `default` is data as if it had come in."""

    name: str
    kind: str
    optional: bool
    places: tuple[tuple[str, ...], ...]
    default: Any


@dataclass(frozen=True, slots=True)
class Entity:
    name: str
    key: tuple[str, ...]
    profile: dict[str, FieldType]
    forget: int | None


@dataclass(slots=True)
class Rule:
    """`lets` in order, the detector's first; `conditions` are what must all be true, the detector's first, then `when`."""

    id: str
    severity: str
    entity: str | None
    where: Node | None
    lets: list[tuple[str, Node]]
    conditions: list[Node]
    when: Node | None
    cooldown: int | None
    unless: Node | None
    within: int
    message: str | None
    mode: str
    rollout: Fraction
    start: int | None
    end: int | None
    labels: dict[str, str]


@dataclass(slots=True)
class Project:
    id: str
    event_time: str
    fields: dict[str, FieldType]
    base: str
    currency_field: str | None
    rates: dict[str, Fraction]
    entities: dict[str, Entity]
    dedupe: int
    max_disorder: int
    lists: dict[str, list[str]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    def money(self, text: str, currency: str) -> Money:
        return Money(minor_units(text, currency, self.rates, self.base))


def read_project(document: dict[str, Any], rule_documents: list[dict[str, Any]]) -> Project:
    """`document` is fraudc.yaml's content, `rule_documents` those of the rule files (lists inline)."""
    schema = document["schema"]
    money = schema.get("money") or {}
    project = Project(
        id=schema["id"],
        event_time=schema["event_time"],
        fields={name: _field(name, spec) for name, spec in schema["fields"].items()},
        base=money.get("base", "USD"),
        currency_field=money.get("currency_field"),
        rates={money.get("base", "USD"): Fraction(1)} | {name: Fraction(str(rate)) for name, rate in money.get("rates", {}).items()},
        entities={name: _entity(name, spec) for name, spec in schema.get("entities", {}).items()},
        dedupe=duration_ms(schema.get("dedupe", "1h")),
        max_disorder=duration_ms(schema.get("max_disorder", "5s")),
    )
    for rules in rule_documents:
        for name, items in (rules.get("lists") or {}).items():
            project.lists[name] = [_item_text(item) for item in items]
        project.rules += [_rule(rule) for rule in rules.get("rules") or []]
    return project


def _item_text(item: Any) -> str:
    return json.dumps(item) if isinstance(item, bool) else str(item)


def _field(name: str, spec: Any) -> FieldType:
    spec = {"type": spec} if isinstance(spec, str) else spec
    first = tuple(spec["path"].split(".")) if "path" in spec else (name,)
    places = (first, *((alias,) for alias in spec.get("aliases", [])))
    return FieldType(name, spec["type"].rstrip("?"), spec["type"].endswith("?"), places, spec.get("default"))


def _entity(name: str, spec: dict[str, Any]) -> Entity:
    key = spec["key"] if isinstance(spec["key"], list) else [spec["key"]]
    profile = {field: _field(field, kind) for field, kind in (spec.get("profile") or {}).items()}
    return Entity(name, tuple(key), profile, duration_ms(spec["forget"]) if "forget" in spec else None)


def expression(value: Any) -> Node:
    """The tree of what stands as a YAML scalar where an expression is expected."""
    return parse(json.dumps(value) if isinstance(value, bool) else str(value))


def _rule(spec: dict[str, Any]) -> Rule:
    lets = [(name, expression(text)) for name, text in (spec.get("let") or {}).items()]
    conditions = []
    if "detector" in spec:
        let, condition = _detector(spec)
        lets.insert(0, (spec["detector"], let))
        conditions.append(condition)
    when = expression(spec["when"]) if "when" in spec else None
    return Rule(
        id=spec["id"],
        severity=spec.get("severity", "medium"),
        entity=spec.get("by"),
        where=expression(spec["where"]) if "where" in spec else None,
        lets=lets,
        conditions=conditions if when is None else [*conditions, when],
        when=when,
        cooldown=duration_ms(spec["cooldown"]) if "cooldown" in spec else None,
        unless=expression(spec["unless"]) if "unless" in spec else None,
        within=duration_ms(spec.get("within", "0s")),
        message=spec.get("message"),
        mode=spec.get("mode", "live"),
        rollout=_share(str(spec.get("rollout", "100%"))),
        start=timestamp_ms(spec["from"]) if "from" in spec else None,
        end=timestamp_ms(spec["until"]) if "until" in spec else None,
        labels={name: str(label) for name, label in (spec.get("labels") or {}).items()},
    )


def _share(text: str) -> Fraction:
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def _detector(spec: dict[str, Any]) -> tuple[Node, Node]:
    """The let's tree and the condition on that let."""
    name = spec["detector"]
    field = Name(spec.get("field", "amount"))
    default_window = {"customer_profile": "all", "rapid_escalation": "10m"}.get(name, "all")
    window = parse_window(spec.get("window", default_window))
    limit_key, operator, fallback = {
        "customer_profile": ("threshold", ">", "3"),
        "rapid_escalation": ("steps", ">=", "3"),
        "velocity": ("limit", ">=", None),
    }.get(name, ("limit", ">", None))
    arguments: dict[str, tuple[str, tuple[Node, ...]]] = {
        "velocity": ("count", ()),
        "spending_velocity": ("sum", (field,)),
        "customer_profile": ("zscore", (field, _number(spec.get("min_samples", "10")))),
        "rapid_escalation": ("rising", (field, _number(spec.get("factor", "1")))),
    }
    let: Node = field
    if name != "high_value":
        aggregate, operands = arguments[name]
        let = Aggregate(aggregate, operands, None, window, excluding=False, delay=0)
    return let, Operation(operator, (Name(name), expression(spec.get(limit_key, fallback))))


def _number(text: Any) -> Node:
    node = parse(str(text))
    if not isinstance(node, Literal):
        raise ValueError(f"not a number: {text!r}")
    return node


def list_value(text: str, kind: str | None, project: Project) -> Any:
    """An item of a list, read by the type that it is compared with."""
    match kind:
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "bool":
            return text == "true"
        case "timestamp":
            return Timestamp(int(text) if text.lstrip("-").isdigit() else timestamp_ms(text))
        case "money":
            amount, _, currency = text.partition(" ")
            return project.money(amount, currency or project.base)
    return text
