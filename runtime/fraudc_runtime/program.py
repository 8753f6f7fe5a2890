"""Orders in, a bound Program out: Python generated once per rule set."""

from collections.abc import Callable
from functools import cached_property

from fraudc_runtime.counts import Counts, RuleCounts
from fraudc_runtime.frames import ALERT
from fraudc_runtime.late import late_renderer
from fraudc_runtime.lower.alert import alert_function
from fraudc_runtime.lower.entity import EntityProgram, bind_entity
from fraudc_runtime.lower.expression import Lowering
from fraudc_runtime.lower.identity import by_where
from fraudc_runtime.lower.layout import Layout
from fraudc_runtime.lower.leaves import Leaves
from fraudc_runtime.lower.rules import RuleCode
from fraudc_runtime.lower.source import Block, Namespace, guarded
from fraudc_runtime.plan import Plan
from fraudc_runtime.record import Item, positions, width
from fraudc_runtime.rulesets.swapping import Orders, alone

Record = tuple[int, str | None, bytes]


class Program:
    """Orders, bound. Intake and the shards use one part each, so each is generated when it is first asked for.

    `stateless(item, counts)` gives the alert records of rules without an entity; None when there are none. `entities` are in the order of
    the orders.
    """

    def __init__(self, orders: Orders) -> None:
        self.orders = orders

    @property
    def plan(self) -> Plan:
        return self.orders.plan

    @cached_property
    def stateless(self) -> Callable[[Item, Counts], list[Record]] | None:
        return _bind_stateless(self.orders, Namespace())

    @cached_property
    def entities(self) -> tuple[EntityProgram, ...]:
        namespace = Namespace()
        return tuple(bind_entity(self.orders, index, namespace) for index in range(len(self.orders.entities)))

    @cached_property
    def late(self) -> Callable[[Item, str, int], bytes]:
        """Renders late records."""
        return late_renderer(self.plan.schema, self.orders.columns)

    @cached_property
    def width(self) -> int:
        """How many values an item has."""
        return width(positions(self.plan.schema, self.orders.columns))


def bind(what: Orders | Plan) -> Program:
    """The program of orders; a plan that nobody publishes is its own first rule set."""
    return Program(what if isinstance(what, Orders) else alone(what))


def rule_counts(plan: Plan, counts: Counts) -> list[RuleCounts]:
    """The plan's rules in `counts`, by their position in the plan; made where they are missing."""
    return [counts.rules.setdefault(rule.id, RuleCounts()) for rule in plan.rules]


def _bind_stateless(orders: Orders, namespace: Namespace) -> Callable[[Item, Counts], list[Record]] | None:
    plan = orders.plan
    rules = [rule for rule in plan.rules if rule.entity is None and rule.mode != "off"]
    if not rules:
        return None
    leaves = Leaves(orders, None)
    lowering = Lowering(namespace, plan.lists, leaves.read)
    numbers = {rule.id: at for at, rule in enumerate(plan.rules)}
    code = RuleCode(lowering, leaves, Layout(), numbers, "None")
    body = Block(level=1)
    for members in by_where(rules).values():
        where, inner = members[0].where, code.lines(members)
        condition = None if where is None else lowering.true(where)
        body.extend([*lowering.take_statements(), *guarded(condition, inner)])
    for rule in rules:
        alert_function(f"alert_{numbers[rule.id]}", rule, orders, None, {}, namespace)
    source = f"def stateless(item, send):\n key = None\n {leaves.unpacking()} = item\n{body.text()}"
    test: Callable[..., None] = namespace.define("stateless", source)
    return _counting(test, [rule.id for rule in plan.rules])


def _counting(test: Callable[..., None], ids: list[str]) -> Callable[[Item, Counts], list[Record]]:
    """Alerts of stateless rules as records by transaction id."""

    def stateless(item: Item, counts: Counts) -> list[Record]:
        records: list[Record] = []

        def send(number: int, key: None, suppressed: int, rendered: tuple[int, bytes, bytes]) -> None:  # noqa: ARG001  (as engine.send)
            tag, head, tail = rendered
            records.append((tag, item[1], head + b"%d" % suppressed + tail))
            count = counts.rules.setdefault(ids[number], RuleCounts())
            if tag == ALERT:
                count.live += 1
            else:
                count.shadow += 1

        test(item, send)
        return records

    return stateless
