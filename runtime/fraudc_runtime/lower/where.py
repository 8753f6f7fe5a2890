"""Everything under one `where` of an entity in, its code out: columns, windows, aggregates' values, then the rules."""

from typing import Protocol

from typing_extensions import assert_never

from fraudc_runtime.aggregates.readings import accumulators, before_current, captured, reading
from fraudc_runtime.expr import slots
from fraudc_runtime.lower.alert import alert_function
from fraudc_runtime.lower.expression import Lowering
from fraudc_runtime.lower.identity import spell
from fraudc_runtime.lower.layout import Layout
from fraudc_runtime.lower.leaves import Leaves
from fraudc_runtime.lower.rules import RuleCode
from fraudc_runtime.lower.source import Lowered, Namespace
from fraudc_runtime.plan import All, EntitySpec, Panes, Rule, Signature, Sliding, Tumbling, Window
from fraudc_runtime.rulesets.swapping import Orders
from fraudc_runtime.windows.growing import GrowingWindows
from fraudc_runtime.windows.members import Column, Scope, Unit, WindowCode
from fraudc_runtime.windows.panes import PaneWindows
from fraudc_runtime.windows.sliding import SlidingWindows

_CHEAP = frozenset({"count", "sum", "distinct", "rising"})  # read where they stand in a condition, not into a variable first


class Owner(Protocol):
    """What the code of an entity lends."""

    orders: Orders
    entity: EntitySpec
    namespace: Namespace
    layout: Layout
    leaves: Leaves
    lowering: Lowering
    numbers: dict[str, int]
    rules_under: dict[str, list[Rule]]  # by the spelling of `where`
    signatures_under: dict[str, list[Signature]]
    restores: list[str]
    adopts: list[str]
    times: dict[str, None]
    lasting: tuple[int, ...]


class WhereCode:
    """The windows and rules under one `where` of an entity."""

    def __init__(self, entity: Owner, text: str) -> None:
        self.entity = entity
        self.text = text
        self.signatures = entity.signatures_under.get(text, [])
        self.rules = entity.rules_under.get(text, [])
        self.columns: dict[str, Column] = {}
        self.kinds: dict[type[WindowCode], WindowCode] = {}
        self.units: dict[tuple[str, Window, int, int], Unit] = {}

    def lines(self, code: RuleCode) -> list[str]:
        first = self._columns()
        for signature in self.signatures:
            self._unit(signature)
        self._windows()
        windows = self.kinds.values()
        times = dict.fromkeys(line for window in windows for line in window.times() if line not in self.entity.times)
        if not self.text:
            self.entity.times |= times
        lines = [*first, *times, *(line for window in windows for line in window.advance())]
        lines += self._read(before=True)
        lines += [line for window in windows for column, added in window.add() for line in self._added(column, added)]
        lines += self._read(before=False)
        for rule in self.rules:
            if rule.mode != "off":
                number = self.entity.numbers[rule.id]
                alert_function(
                    f"alert_{number}", rule, self.entity.orders, self.entity.entity, self.entity.leaves.slots, self.entity.namespace
                )
        self.entity.restores += [line for window in windows for line in window.restore()]
        self.entity.adopts += [line for window in windows for line in window.adopt()]
        return lines + code.lines(self.rules)

    def _added(self, column: Column, lines: list[str]) -> list[str]:
        return column.when_present(column.current.text, lines)

    def _columns(self) -> list[str]:
        """Computes each column's value of the current transaction."""
        lines: list[str] = []
        lowering = self.entity.lowering
        for signature in self.signatures:
            identity = f"{spell(signature.argument)}|{spell(signature.condition)}"
            if identity in self.columns:
                continue
            value = Lowered("1", False) if signature.argument is None else lowering.value(signature.argument)
            if signature.condition is not None:
                value = Lowered(f"({value.text} if {lowering.true(signature.condition)} else None)", True)
            lines += lowering.take_statements()
            if not value.text.isidentifier() and value.text != "1":
                name = self.entity.namespace.fresh("c")
                lines.append(f"{name} = {value.text}")
                value = Lowered(name, value.maybe)
            type = signature.argument.type if signature.argument is not None else "int"
            self.columns[identity] = Column(identity, type, value)
        return lines

    def _column(self, signature: Signature) -> Column:
        return self.columns[f"{spell(signature.argument)}|{spell(signature.condition)}"]

    def _unit(self, signature: Signature) -> Unit:
        column, life = self._column(signature), self.entity.orders.windows[signature.id]
        key = (column.identity, signature.window, signature.delay, life)
        unit = self.units.setdefault(key, Unit(column, signature.window, signature.delay, life))
        unit.accumulators |= accumulators(signature, column.type, self.entity.namespace)
        return unit

    def _windows(self) -> None:
        scope = Scope(self.text, self.entity.layout, self.entity.namespace)
        by_kind: dict[type[WindowCode], list[Unit]] = {}
        for unit in self.units.values():
            by_kind.setdefault(_kind(unit.window), []).append(unit)
        for kind, units in by_kind.items():
            before = len(self.entity.layout.slots)
            self.kinds[kind] = kind(scope, units)  # type: ignore[call-arg]  # each kind is made of its scope and units
            if kind is GrowingWindows:
                added = range(before, len(self.entity.layout.slots))
                self.entity.lasting += tuple(at for at in added if "|all" in self.entity.layout.slots[at].identity)

    def _read(self, before: bool) -> list[str]:
        """Assigns each aggregate's value to a variable; `before` the current transaction is taken in, or after."""
        lines: list[str] = []
        read = {s for rule in self.rules if rule.mode != "off" for s in _signatures_read(rule)}
        for signature in self.signatures:
            if before_current(signature) == before and signature.id in read:
                lines += self._reading(signature, before)
        return lines

    def _reading(self, signature: Signature, before: bool) -> list[str]:
        unit, column = self._unit(signature), self._column(signature)
        window = self.kinds[_kind(signature.window)]
        prepared = [
            line for name in accumulators(signature, column.type, self.entity.namespace) for line in window.prepare(unit, name, before)
        ]
        current, statements = column.current, []
        if signature.function == "zscore" and signature.condition is not None and signature.argument is not None:
            current = self.entity.lowering.value(signature.argument)
            statements = self.entity.lowering.take_statements()
            name = self.entity.namespace.fresh("z")
            statements.append(f"{name} = {current.text}")
            current = Lowered(name, current.maybe)
        aside = {name: self.entity.namespace.fresh("v") for name in captured(signature)}
        statements += [f"{name} = {window.value(unit, part, before)}" for part, name in aside.items()]
        money = self.entity.orders.plan.schema.money
        found = reading(
            signature,
            column.type,
            lambda name: aside.get(name) or window.value(unit, name, before),
            current,
            self.entity.namespace,
            money.decimals if money else 0,
        )
        if signature.function == "rising":
            ceiling = window.ceiling(unit, f"rising {signature.parameter}")
            found = found._replace(screen=lambda op, limit: ceiling and f"{ceiling} {op} {limit!r}")
        if aside or (not before and signature.function in _CHEAP):
            self.entity.leaves.slots[signature.id] = found
            return [*statements, *prepared]
        name = self.entity.namespace.fresh("v")
        self.entity.leaves.slots[signature.id] = Lowered(name, found.maybe)
        return [*statements, *prepared, f"{name} = {found.text}"]


def _kind(window: Window) -> type[WindowCode]:
    match window:
        case Sliding():
            return SlidingWindows
        case Panes():
            return PaneWindows
        case Tumbling() | All():
            return GrowingWindows
        case _:
            assert_never(window)


def _signatures_read(rule: Rule) -> set[str]:
    exprs = [rule.when, *(let.expr for let in rule.lets)]
    return {s for expr in exprs for s in slots(expr)}
