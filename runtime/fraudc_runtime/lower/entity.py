"""Orders and one of their entities in, the generated function that takes the entity's transactions in and lets alerts out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from typing_extensions import assert_never

from fraudc_runtime.expr import Expr
from fraudc_runtime.lower.expression import Lowering
from fraudc_runtime.lower.identity import by_where, spell
from fraudc_runtime.lower.layout import AGENDA, HELD, LAST, PROFILE, PRUNE, SEEN, TOUCHED, Layout, log_end
from fraudc_runtime.lower.leaves import Leaves
from fraudc_runtime.lower.rules import RuleCode, cooldown_slots, lets_read
from fraudc_runtime.lower.source import Block, Lowered, Namespace, indented
from fraudc_runtime.lower.where import WhereCode
from fraudc_runtime.plan import All, EntitySpec, Panes, Rule, Signature, Sliding, Tumbling
from fraudc_runtime.rulesets.swapping import Orders
from fraudc_runtime.windows.zones import DAY

State = list[Any]  # a key's slots; the type of each depends on the layout


@dataclass(frozen=True, slots=True)
class EntityProgram:
    """One entity, bound.

    `evaluate(items, states, load, touched, send, hold, settle, R)` takes items in order and returns how many were duplicates. A held match
    is (deadline, id, rule id, revision, tag, head, tail, item). `unless` and `cooldowns` are by rule id. `horizon` is how long after its
    last transaction a key still remembers members or ids, in ms; `lasting` are the slots of `over all`, which end with `forget` only.
    """

    spec: EntitySpec
    layout: Layout
    fresh: Callable[[], State]
    restore: Callable[[State], None]
    adopt: Callable[[State, set[int]], None]
    evaluate: Callable[..., int]
    unless: dict[str, Callable[[Any, Any, Any], bool]]
    cooldowns: dict[str, tuple[int, int, int]]
    horizon: int
    dedupe: int
    lasting: tuple[int, ...]


def bind_entity(orders: Orders, index: int, namespace: Namespace) -> EntityProgram:
    """Generates and compiles the functions of the entity that has this number; one that the schema no longer has is without rules."""
    return _EntityCode(orders, index, namespace).program()


class _EntityCode:
    def __init__(self, orders: Orders, index: int, namespace: Namespace) -> None:
        plan, name = orders.plan, orders.entities[index]
        self.orders = orders
        self.plan = plan
        self.index = index
        self.entity = next((entity for entity in plan.schema.entities if entity.name == name), EntitySpec(name, ()))
        self.namespace = namespace
        self.layout = Layout()
        self.leaves = Leaves(orders, self.entity)
        self.lowering = Lowering(namespace, plan.lists, self.leaves.read)
        self.numbers = {rule.id: at for at, rule in enumerate(plan.rules)}
        self.rules = [rule for rule in plan.rules if rule.entity == self.entity.name]
        self.signatures = [s for s in plan.signatures if s.entity == self.entity.name]
        self.rules_under = by_where(self.rules)
        self.signatures_under = by_where(self.signatures)
        self.restores: list[str] = []
        self.adopts: list[str] = []
        self.times: dict[str, None] = {}  # what the code that every transaction passes has computed
        self.fresh_name = namespace.fresh("fresh")
        self.lasting: tuple[int, ...] = ()

    def program(self) -> EntityProgram:
        name = f"evaluate_{self.index}"
        body = self._body()
        restore, adopt = self.namespace.fresh("restore"), self.namespace.fresh("adopt")
        unless = {rule.id: self._unless(rule, rule.unless) for rule in self.rules if rule.unless is not None}
        cooldowns = {
            rule.id: (*cooldown_slots(self.layout, rule, self.orders.rules[rule.id]), rule.cooldown)
            for rule in self.rules
            if rule.cooldown is not None
        }
        return EntityProgram(
            spec=self.entity,
            layout=self.layout,
            fresh=self.namespace.define(self.fresh_name, f"def {self.fresh_name}(): return {self.layout.fresh()}\n"),
            restore=self.namespace.define(restore, f"def {restore}(S):\n" + "\n".join(indented([*self.restores, "return None"])) + "\n"),
            adopt=self.namespace.define(adopt, f"def {adopt}(S, new):\n" + "\n".join(indented([*self.adopts, "return None"])) + "\n"),
            evaluate=self.namespace.define(name, self._function(name, body)),
            unless=unless,
            cooldowns=cooldowns,
            horizon=max([self.plan.schema.dedupe, *map(_span, self.signatures)]),
            dedupe=self.plan.schema.dedupe,
            lasting=self.lasting,
        )

    def _function(self, name: str, body: list[str]) -> str:
        loop = [f"{self.leaves.unpacking()} = item", *self._entry(), *body]
        lines = ["duplicates = 0", "get = states.get", "for item in items:", *indented(loop), "return duplicates"]
        return "\n".join([f"def {name}(items, states, load, touched, send, hold, settle, R):", *indented(lines)]) + "\n"

    def _entry(self) -> list[str]:
        """Up to the point where the transaction is accepted and what it decides about held matches is done."""
        return [
            "S = get(key)",
            "if S is None: S = load(key)",
            *self._duplicates(),
            *self._forget(),
            f"if not S[{TOUCHED}]:",
            *indented([f"S[{TOUCHED}] = 1", "touched.append(key)"]),
            f"S[{LAST}] = t",
            f"if S[{HELD}]: settle(key, S, item)",
            *([f"P = S[{PROFILE}]"] if self.leaves.profile_read else []),
        ]

    def _duplicates(self) -> list[str]:
        dedupe = self.plan.schema.dedupe
        if not dedupe:
            return []
        prune = self.namespace.constant(pruner(self.layout, dedupe))
        return [
            f"if t >= S[{PRUNE}]: {prune}(S, t)",
            f"s = S[{SEEN}].get(id_)",
            "if s is not None:",
            *indented([f"if t - s < {dedupe}:", " duplicates += 1", " continue", f"{prune}(S, t)"]),
        ]

    def _forget(self) -> list[str]:
        accept = [f"S[{SEEN}][id_] = t"] if self.plan.schema.dedupe else []
        if self.entity.forget is None:
            return accept
        renew = self.namespace.constant(self._renewer())
        release = f"if S[{HELD}]: settle(key, S, item)"  # what came out earlier started its cooldown earlier, which ends here
        return [f"if t - S[{LAST}] >= {self.entity.forget}:", *indented([release, f"{renew}(S)"]), *accept]

    def _renewer(self) -> Callable[[State], None]:
        """A function that makes a key forget all but its held matches; positions in logs go on, so that stored segments are past."""

        def renew(state: State) -> None:
            ended = {log.base: log_end(state, log) for log in self.layout.logs.values()}
            blank: State = self.namespace.names[self.fresh_name]()
            for position in (TOUCHED, PROFILE, HELD, AGENDA, *(p for log in self.layout.logs.values() for p in (log.stored, log.removed))):
                blank[position] = state[position]
            state[:] = blank
            for base, end in ended.items():
                state[base] = end

        return renew

    def _body(self) -> list[str]:
        wheres: dict[str, Expr | None] = {"": None}
        for where in (*(signature.where for signature in self.signatures), *(rule.where for rule in self.rules)):
            wheres.setdefault(spell(where), where)
        lines: list[str] = []
        code = RuleCode(self.lowering, self.leaves, self.layout, self.numbers, f"S[{PROFILE}]")
        for text, where in wheres.items():
            inner = WhereCode(self, text).lines(code)
            if where is None:
                lines += inner
                continue
            condition = self.lowering.true(where)
            lines += [*self.lowering.take_statements(), f"if {condition}:", *indented(inner)] if inner else self.lowering.take_statements()
        return lines

    def _unless(self, rule: Rule, condition: Expr) -> Callable[[Any, Any, Any], bool]:
        """Whether a later transaction drops the rule's held match: (item, held item, profile row) -> bool."""
        leaves = Leaves(self.orders, self.entity)
        lowering = Lowering(self.namespace, self.plan.lists, leaves.read)
        block = Block(level=1)
        wanted = lets_read(rule, condition)
        for let in rule.lets:
            if let.name in wanted:
                lowered = lowering.value(let.expr)
                block.extend(lowering.take_statements())
                block.add(f"l_{let.name} = {lowered.text}")
                leaves.lets[let.name] = Lowered(f"l_{let.name}", lowered.maybe)
        test = lowering.true(condition)
        block.extend(lowering.take_statements())
        name = self.namespace.fresh("unless")
        found: Callable[[Any, Any, Any], bool] = self.namespace.define(
            name, f"def {name}(item, match, P):\n {leaves.unpacking()} = item\n{block.text() if block.lines else ''} return {test}\n"
        )
        return found


def pruner(layout: Layout, dedupe: int) -> Callable[[State, int], None]:
    """A function that drops remembered ids which are past dedupe, at most once in that time: O(1) a transaction."""
    base = layout.logs["seen"].base

    def prune(state: State, t: int) -> None:
        state[PRUNE] = t + dedupe
        seen = state[SEEN]
        if seen:
            newest = next(reversed(seen.values()))
            kept = {id: s for id, s in seen.items() if t - s < dedupe} if t - newest < dedupe else {}
            state[base] += len(seen) - len(kept)
            state[SEEN] = kept

    return prune


def _span(signature: Signature) -> int:
    """How long after its last member, at most, the window can still be read differently from an empty one."""
    match signature.window:
        case Sliding(size=size) | Panes(size=size):
            return size + signature.delay + (signature.window.step if isinstance(signature.window, Panes) else 0)
        case Tumbling(size=size, zone=zone):
            return size + (2 * DAY if zone else 0)
        case All():
            return 0
        case _:
            assert_never(signature.window)
