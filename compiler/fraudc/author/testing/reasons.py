"""An alert that did not come in, the sentences that say why out: what stood in its way, and the values at its transaction."""

from collections.abc import Iterator
from typing import Any

from fraudc.author.testing.cases import Case, Transaction
from fraudc.author.testing.clauses import to_blame
from fraudc.author.testing.probing import Operand, Probe, Reading, Seen
from fraudc.author.testing.running import Alert, Outcome
from fraudc.expressions.spell import spell_duration
from fraudc.show.amounts import time_text
from fraudc_runtime.expr import Expr, Type
from fraudc_runtime.plan import Plan, Rule


class Reasons:
    """Explains one test's alerts; rules are probed when they are first asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rules = {rule.id: rule for rule in plan.rules}
        self._probes: dict[str, Probe] = {}
        self._base = plan.schema.money.base if plan.schema.money else ""

    def missing(self, case: Case, outcome: Outcome, rule_id: str, transaction: str) -> list[str]:
        """Why the rule did not alert for the transaction."""
        rule = self._rules[rule_id]
        sent = [each for each in case.transactions if each.id == transaction]
        seen = [each for each in self._probe(rule).seen(case) if each.transaction == transaction]
        if rule.mode == "off":
            return ["the rule is off (`mode: off`)"]
        if not seen:
            return [self._unseen(case, outcome, rule, sent[-1])] if sent else []
        return [line for each in seen for line in self._at(case, outcome, rule, each)] + self.values(case, rule_id, transaction)

    def values(self, case: Case, rule_id: str, transaction: str) -> list[str]:
        """The lets at the transaction, one a line."""
        rule = self._rules[rule_id]
        seen = next((each for each in self._probe(rule).seen(case) if each.transaction == transaction and each.passed), None)
        types = {let.name: let.type for let in rule.lets}
        return [] if seen is None else [f"{name} = {self._shown(types[name], value)}" for name, value in seen.lets.items()]

    def _probe(self, rule: Rule) -> Probe:
        if rule.id not in self._probes:
            self._probes[rule.id] = Probe(self._plan, rule)
        return self._probes[rule.id]

    def _unseen(self, case: Case, outcome: Outcome, rule: Rule, sent: Transaction) -> str:
        late = next((each for each in outcome.late if each.transaction == sent.id and each.entity == rule.entity), None)
        if late is not None:
            disorder = spell_duration(self._plan.schema.max_disorder)
            return f"it came too late, by {spell_duration(late.by)}: transactions come as they are written, and {disorder} are waited for"
        if sum(each.id == sent.id for each in case.transactions) > 1:
            return f"it is a duplicate: the id came before, and within {spell_duration(self._plan.schema.dedupe)} it counts once"
        keys = next(entity.key for entity in self._plan.schema.entities if entity.name == rule.entity)
        return f"{' and '.join(keys)} is missing, so it belongs to no {rule.entity}"

    def _at(self, case: Case, outcome: Outcome, rule: Rule, seen: Seen) -> Iterator[str]:
        if seen.when is None:
            yield from self._clauses("where", rule.where, seen.where.readings)
        elif not seen.matched:
            yield from self._clauses("when", rule.when, seen.when.readings)
        elif rule.start is not None and seen.at < rule.start:
            yield f"the rule holds from {time_text(rule.start)} (`from`)"
        elif rule.end is not None and seen.at >= rule.end:
            yield f"the rule ends at {time_text(rule.end)} (`until`)"
        else:
            yield from self._held_back(case, outcome, rule, seen)

    def _held_back(self, case: Case, outcome: Outcome, rule: Rule, seen: Seen) -> Iterator[str]:
        decided = seen.at + (rule.within or 0)
        earlier = [alert for alert in outcome.alerts if alert.rule == rule.id and alert.key == seen.key and alert.decided_at <= decided]
        last: Alert | None = earlier[-1] if earlier else None
        if rule.cooldown is not None and last is not None and decided < last.decided_at + rule.cooldown:
            end = spell_duration(last.decided_at + rule.cooldown - case.start)
            since = f"it alerted for {last.transaction} at {spell_duration(last.decided_at - case.start)}"
            yield f"the cooldown of {spell_duration(rule.cooldown)} suppresses it: {since}, and is silent until {end}"
        elif rule.unless is not None:
            yield f"it matched, and a later transaction within {spell_duration(rule.within or 0)} made `unless` true"

    def _clauses(self, key: str, condition: Expr | None, readings: tuple[Reading, ...]) -> Iterator[str]:
        assert condition is not None  # what is absent is true
        for number in to_blame(condition, [reading.value for reading in readings]):
            yield f"`{key}`: {self.reading(readings[number])}"

    def reading(self, reading: Reading) -> str:
        """`probes >= 3` is false: probes is 2."""
        value = {True: "true", False: "false", None: "missing"}[reading.value]
        operands = [self._operand(operand) for operand in reading.operands if operand.text != reading.clause.text]
        return f"`{reading.clause.text}` is {value}" + (f": {', '.join(operands)}" if operands else "")

    def _operand(self, operand: Operand) -> str:
        return f"{operand.text} is {self._shown(operand.type, operand.value)}"

    def _shown(self, type: Type, value: Any) -> str:
        return shown(type, value, self._base)


def shown(type: Type, value: Any, base: str) -> str:
    """A value of an alert in an author's words."""
    match type, value:
        case _, None:
            return "missing"
        case "bool", _:
            return "true" if value else "false"
        case "money", _:
            return f"{value} {base}"
        case "duration", _:
            return spell_duration(round(value * 1000)) if value >= 0 else f"-{spell_duration(round(-value * 1000))}"
        case "string", _:
            return f'"{value}"'
        case _:
            return str(value)
