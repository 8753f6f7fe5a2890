"""A project's rules and tests in, which changes of each rule some test notices out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fraudc.author.coverage import Rules
from fraudc.author.mutation.changes import Change, changes
from fraudc.author.testing import Case, TestFile
from fraudc.author.testing.running import Outcome, outcome
from fraudc.author.testing.verdicts import differences, types_of
from fraudc.source import Span
from fraudc_runtime.plan import Plan, Rule
from fraudc_runtime.program import bind


@dataclass(frozen=True, slots=True)
class Noticed:
    """A rule: how many changes were tried, by how many tests, and those that none noticed, each with its place."""

    rule: str
    tests: int
    tried: int
    unnoticed: tuple[tuple[Change, Span], ...]


def unnoticed(rules: Rules, files: Iterable[TestFile], done: Callable[[], None] | None = None) -> list[Noticed]:
    """Of tests that pass. Calls `done` after each rule."""
    cases = [case for file in files for case in file.cases if case.expected is not None]
    found = []
    for rule in rules.plan.rules:
        mine = [case for case in cases if rule.id in case.rules]
        tried = list(changes(rules.plan, rule)) if mine else []
        left = [(change, _place(rules, rule, change)) for change in tried if not notices(rule, change.plan, mine)]
        found.append(Noticed(rule.id, len(mine), len(tried), tuple(left)))
        if done is not None:
            done()
    return found


def notices(rule: Rule, changed: Plan, cases: Sequence[Case]) -> bool:
    """Whether a test fails when the rule is changed so."""
    program = bind(changed)
    fields: dict[str, Any] = types_of(changed)
    return any(_fails(rule, case, outcome(program, case), fields) for case in cases)


def _fails(rule: Rule, case: Case, outcome: Outcome, fields: dict[str, Any]) -> bool:
    expected = tuple(each for each in case.expected or () if each.rule == rule.id)
    return bool(differences(expected, outcome, {rule.id: rule}, fields))


def _place(rules: Rules, rule: Rule, change: Change) -> Span:
    if change.signature is not None:
        return rules.aggregates[change.signature]
    name, _, let = change.key.partition(" ")
    return rules.places[rule.id].key(name, let)
