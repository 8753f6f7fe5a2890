"""Tests and what came out in, verdicts out: alerts expected and not there, there and not expected, and other values than expected."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from fraudc.author.testing.cases import Case, Expected, TestFile
from fraudc.author.testing.reasons import Reasons
from fraudc.author.testing.running import Alert, Bench, Outcome
from fraudc.author.testing.values import same
from fraudc_runtime.expr import Type
from fraudc_runtime.plan import Plan, Rule


@dataclass(frozen=True, slots=True)
class WrongValue:
    """`expected` as the test has it, `got` as the alert does."""

    name: str
    type: Type
    expected: str
    got: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One alert that is not as expected; `because` are sentences: why it did not fire, and its lets."""

    kind: Literal["missing", "unexpected", "different"]
    rule: str
    transaction: str
    expected: Expected | None
    alert: Alert | None
    values: tuple[WrongValue, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test's outcome; `unspecified` if it says no `alerts:`."""

    file: str
    case: Case
    outcome: Outcome
    differences: tuple[Difference, ...]
    unspecified: bool

    @property
    def passed(self) -> bool:
        return not self.differences and not self.unspecified


def run_tests(plan: Plan, files: Iterable[TestFile], done: Callable[[], None] | None = None) -> list[Verdict]:
    """Runs every test, and calls `done` after each."""
    bench, reasons = Bench(plan), Reasons(plan)
    found = []
    for file in files:
        for case in file.cases:
            found.append(_verdict(plan, file.name, case, bench.run(case), reasons))
            if done is not None:
                done()
    return found


def _verdict(plan: Plan, file: str, case: Case, outcome: Outcome, reasons: Reasons) -> Verdict:
    if case.expected is None:
        return Verdict(file, case, outcome, (), unspecified=True)
    rules = {rule.id: rule for rule in plan.rules}
    found = [_explained(each, case, outcome, reasons) for each in differences(case.expected, outcome, rules, types_of(plan))]
    return Verdict(file, case, outcome, tuple(found), unspecified=False)


def types_of(plan: Plan) -> dict[str, Type]:
    return {field.name: field.type for field in plan.schema.fields}


def differences(expected: tuple[Expected, ...], outcome: Outcome, rules: dict[str, Rule], fields: dict[str, Type]) -> list[Difference]:
    """What is not as expected, the expected ones first, in their order."""
    left = list(outcome.alerts)
    found = []
    for each in expected:
        alert = _taken(each, left, rules[each.rule], fields)
        if alert is None:
            found.append(Difference("missing", each.rule, each.transaction, each, None))
        elif wrong := _wrong_values(each, alert, rules[each.rule], fields):
            found.append(Difference("different", each.rule, each.transaction, each, alert, wrong))
    return [*found, *(Difference("unexpected", alert.rule, alert.transaction, None, alert) for alert in left)]


def _taken(expected: Expected, left: list[Alert], rule: Rule, fields: dict[str, Type]) -> Alert | None:
    """Takes the alert that is meant out of those that are left: of several, one with the right values."""
    meant = [a for a in left if (a.rule, a.transaction) == (expected.rule, expected.transaction) and expected.mode in (None, a.mode)]
    best = next((alert for alert in meant if not _wrong_values(expected, alert, rule, fields)), meant[0] if meant else None)
    if best is not None:
        left.remove(best)
    return best


def _wrong_values(expected: Expected, alert: Alert, rule: Rule, fields: dict[str, Type]) -> tuple[WrongValue, ...]:
    types = fields | {let.name: let.type for let in rule.lets}
    return tuple(
        WrongValue(name, types[name], scalar.text if scalar.value is not None else "missing", alert.values[name])
        for name, scalar in expected.values.items()
        if not same(types[name], scalar, alert.values[name])
    )


def _explained(found: Difference, case: Case, outcome: Outcome, reasons: Reasons) -> Difference:
    match found.kind:
        case "missing":
            because = reasons.missing(case, outcome, found.rule, found.transaction)
            shadow = any((a.rule, a.transaction) == (found.rule, found.transaction) for a in outcome.alerts)
            because = (
                ["it came out as a shadow alert" if found.expected and found.expected.mode == "live" else "it came out live"]
                if shadow
                else because
            )
        case _:
            because = reasons.values(case, found.rule, found.transaction)
    return Difference(found.kind, found.rule, found.transaction, found.expected, found.alert, found.values, tuple(because))
