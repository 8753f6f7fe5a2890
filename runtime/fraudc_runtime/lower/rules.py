"""Rules under one `where` in, the code that tests them out; rules that differ in a threshold are tested behind their weakest one."""

from collections.abc import Iterable
from dataclasses import dataclass

from fraudc_runtime.expr import Call, Const, Expr, Field, Let, Profile, Slot, children
from fraudc_runtime.lower.alert import slots_of_lets
from fraudc_runtime.lower.expression import Lowering
from fraudc_runtime.lower.identity import spell
from fraudc_runtime.lower.layout import HELD, NEVER, Layout
from fraudc_runtime.lower.leaves import Leaves
from fraudc_runtime.lower.source import Block, Lowered, indented
from fraudc_runtime.plan import Rule

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_GROUP = 3  # fewer rules on one comparison are not worth a guard


@dataclass(frozen=True, slots=True)
class Threshold:
    """`operand op limit`, the first thing that a rule's `when` asks."""

    operand: Expr
    op: str
    limit: Const

    def beats(self, other: "Threshold") -> bool:
        """Whether this one holds wherever the other does (same operand, same direction)."""
        mine, theirs = self.limit.value, other.limit.value
        if mine == theirs:
            return self.op in ("<=", ">=") or self.op == other.op
        return (mine > theirs) == (self.op[0] == "<")  # type: ignore[operator]  # both are of the operand's type


def threshold(when: Expr) -> Threshold | None:
    """The comparison with a literal that `when` begins with."""
    while isinstance(when, Call) and when.op == "and":
        when = when.args[0]
    if not isinstance(when, Call) or when.op not in _FLIPPED:
        return None
    left, right = when.args
    if isinstance(right, Const) and right.value is not None and not isinstance(left, Const):
        return Threshold(left, when.op, right)
    if isinstance(left, Const) and left.value is not None and not isinstance(right, Const):
        return Threshold(right, _FLIPPED[when.op], left)
    return None


class RuleCode:
    """Tests of one entity's rules.

    `numbers` are the rules' positions in the plan, by which they are counted; `row` is the source of the profile row.
    """

    def __init__(self, lowering: Lowering, leaves: Leaves, layout: Layout, numbers: dict[str, int], row: str) -> None:
        self._lowering = lowering
        self._leaves = leaves
        self._layout = layout
        self._numbers = numbers
        self._row = row
        self._computed: dict[str, Lowered] = {}

    def lines(self, rules: list[Rule]) -> list[str]:
        """All rules of one `where`; lets that several rules define alike are computed once."""
        block = Block()
        self._computed = {}
        groups: dict[str, list[tuple[Rule, Threshold | None]]] = {}
        for rule in rules:
            if rule.mode == "off":
                continue
            first = threshold(rule.when)
            key = f"{self._key(rule, first.operand)} {first.op[0]}" if first else f"only {rule.id}"
            groups.setdefault(key, []).append((rule, first))
        for members in groups.values():
            self._group(block, members)
        return block.lines

    def _group(self, block: Block, members: list[tuple[Rule, Threshold | None]]) -> None:
        first = members[0][1]
        if len(members) < _GROUP or first is None:
            for rule, _ in members:
                self._rule(block, rule)
            return
        weakest = first
        for _, each in members:
            weakest = each if each is not None and each.beats(weakest) else weakest
        self._lets(block, members[0][0], first.operand)  # all mean the same by it, but another rule's lets have other names
        self._enter(members[0][0])
        guard = self._lowering.true(Call(weakest.op, (first.operand, weakest.limit), "bool"))
        block.extend(self._lowering.take_statements())
        outside = dict(self._computed)
        with block.under(f"if {guard}:"):
            for rule, _ in members:
                self._rule(block, rule)
        self._computed = outside

    def _rule(self, block: Block, rule: Rule) -> None:
        self._lets(block, rule, rule.when)
        self._enter(rule)
        conditions = [text for text in (_from(rule), _until(rule), self._lowering.true(rule.when)) if text]
        block.extend(self._lowering.take_statements())
        with block.under(f"if {' and '.join(conditions)}:"):
            block.extend(self._fire(rule))

    def _enter(self, rule: Rule) -> None:
        """Makes the rule's lets readable; those that its `when` needs have been computed."""
        self._leaves.lets = {let.name: found for let in rule.lets if (found := self._computed.get(self._key(rule, let.expr))) is not None}

    def _key(self, rule: Rule, expr: Expr) -> str:
        """Canonical text in which a let is named by what it stands for."""
        definitions = {let.name: let.expr for let in rule.lets}
        names = [e.name for e in _parts(expr) if isinstance(e, Let)]
        if not names:
            return spell(expr)
        if isinstance(expr, Let):
            return self._key(rule, definitions[expr.name])
        return f"{rule.id} {spell(expr)}"

    def _lets(self, block: Block, rule: Rule, expr: Expr) -> None:
        """Computes the lets that the expression reads, in the rule's order; rules behind it that define one alike share it."""
        wanted = lets_read(rule, expr)
        for let in rule.lets:
            key = self._key(rule, let.expr)
            if let.name not in wanted or key in self._computed:
                continue
            self._enter(rule)
            lowered = self._lowering.value(let.expr)
            block.extend(self._lowering.take_statements())
            if not isinstance(let.expr, Slot | Field | Const | Profile | Let):
                name = self._lowering.namespace.fresh("l_")
                block.add(f"{name} = {lowered.text}")
                lowered = Lowered(name, lowered.maybe)
            self._computed[key] = lowered

    def _fire(self, rule: Rule) -> list[str]:
        number = self._numbers[rule.id]
        slots = "".join(f", {self._leaves.slots[s].text}" for s in slots_of_lets(rule))
        rendered = f"alert_{number}(item, {self._row}{slots})"
        if rule.unless is not None:
            held = f"t + {rule.within}, id_, {rule.id!r}, {self._leaves.orders.plan.revision}, *{rendered}, item"
            return [f"S[{HELD}].append(({held}))", f"hold(key, t + {rule.within})"]
        if rule.cooldown is None:
            return [f"send({number}, key, 0, {rendered})"]
        since, suppressed = cooldown_slots(self._layout, rule, self._leaves.orders.rules[rule.id])
        return [
            f"if t - S[{since}] < {rule.cooldown}:",
            *indented([f"S[{suppressed}] += 1", f"R[{number}].suppressed += 1"]),
            "else:",
            *indented([f"send({number}, key, S[{suppressed}], {rendered})", f"S[{since}] = t", f"S[{suppressed}] = 0"]),
        ]


def cooldown_slots(layout: Layout, rule: Rule, life: int) -> tuple[int, int]:
    """(time of the last alert, matches suppressed since); `life` is the revision since which the rule has been there without a gap."""
    return layout.position(f"cooldown {rule.id} {life}", str(NEVER)), layout.position(f"suppressed {rule.id} {life}", "0")


def _from(rule: Rule) -> str | None:
    return None if rule.start is None else f"t >= {rule.start}"


def _until(rule: Rule) -> str | None:
    return None if rule.end is None else f"t < {rule.end}"


def _parts(expr: Expr) -> Iterable[Expr]:
    waiting = [expr]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += children(found)


def lets_read(rule: Rule, expr: Expr) -> set[str]:
    """Names of the lets that the expression reads, directly or through other lets."""
    wanted = {e.name for e in _parts(expr) if isinstance(e, Let)}
    for let in reversed(rule.lets):
        if let.name in wanted:
            wanted |= {e.name for e in _parts(let.expr) if isinstance(e, Let)}
    return wanted
