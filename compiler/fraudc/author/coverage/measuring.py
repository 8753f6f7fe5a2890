"""A project and its tests in, its coverage out: every rule is probed at every transaction of the tests that run it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fraudc import ir
from fraudc.author.coverage.points import Coverage, Kind, Point, RuleCoverage, Side
from fraudc.author.coverage.sides import is_threshold, of_clause, of_cooldown, of_threshold
from fraudc.author.coverage.windows import of_window
from fraudc.author.places import Places, places
from fraudc.author.rule_keys import window_texts
from fraudc.author.testing import Bench, TestFile
from fraudc.author.testing.clauses import Clause
from fraudc.author.testing.probing import Condition, Probe, Seen
from fraudc.author.testing.reads import windows_read
from fraudc.author.testing.running import Outcome
from fraudc.diagnostics import Diagnostics
from fraudc.expressions.spell import spell_duration
from fraudc.pipeline import check_rules
from fraudc.planner import plan as planned
from fraudc.project import Project
from fraudc.source import Span
from fraudc_runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules as they are written: nothing folded, no window shared, everything with its place."""

    plan: Plan
    places: dict[str, Places]
    aggregates: dict[str, Span]  # by signature id

    @staticmethod
    def of(project: Project) -> "Rules":
        checked: ir.Project = check_rules(project, Diagnostics())
        found = {aggregate.id: aggregate.place for rule in checked.rules for aggregate in rule.aggregates}
        return Rules(planned(checked), places(project), found)


@dataclass(frozen=True, slots=True)
class Run:
    """A test that runs a rule: what the rule saw, and what came out."""

    seen: tuple[Seen, ...]
    outcome: Outcome


def measure(rules: Rules, files: Iterable[TestFile], done: Callable[[], None] | None = None) -> Coverage:
    """Calls `done` after each rule."""
    cases = [case for file in files for case in file.cases]
    bench = Bench(rules.plan)
    outcomes = [bench.run(case) for case in cases]
    found = []
    for rule in rules.plan.rules:
        probe = Probe(rules.plan, rule)
        runs = [Run(probe.seen(case), outcome) for case, outcome in zip(cases, outcomes, strict=True) if rule.id in case.rules]
        found.append(RuleCoverage(rule.id, rules.places[rule.id].key("id"), len(runs), points(rules, probe, runs)))
        if done is not None:
            done()
    return Coverage(tuple(found))


def points(rules: Rules, probe: Probe, runs: Sequence[Run]) -> tuple[Point, ...]:
    """What tests show of the rule that is probed."""
    return tuple(_Measure(rules, probe, runs).points())


class _Measure:
    def __init__(self, rules: Rules, probe: Probe, runs: Sequence[Run]) -> None:
        self.rules = rules
        self.probe = probe
        self.rule = probe.rule
        self.runs = runs
        self.places = rules.places[self.rule.id]
        self.decimals = rules.plan.schema.money.decimals if rules.plan.schema.money else 0

    def points(self) -> Iterator[Point]:
        seen = [each for run in self.runs for each in run.seen]
        if self.rule.where is not None:
            spans = self.places.clauses("where", len(self.probe.where))
            yield from self._clauses(self.probe.where, spans, [each.where for each in seen])
        for id, clauses in self.probe.inside.items():
            spans = [self.rules.aggregates[id]] * len(clauses)
            yield from self._clauses(clauses, spans, [each.inside[id] for each in seen if each.passed])
        spans = self.places.clauses("when", len(self.probe.when))
        yield from self._clauses(self.probe.when, spans, [each.when for each in seen if each.when is not None])
        yield from self._windows()
        yield from self._cooldown()

    def _clauses(self, clauses: Sequence[Clause], spans: Sequence[Span], conditions: Sequence[Condition]) -> Iterator[Point]:
        for number, (clause, span) in enumerate(zip(clauses, spans, strict=True)):
            readings = [condition.readings[number] for condition in conditions]
            yield self._point("clause", clause.text, span, of_clause(readings))
            if is_threshold(clause.expr):
                yield self._point("threshold", clause.text, span, of_threshold(clause.expr, readings, self.decimals))

    def _windows(self) -> Iterator[Point]:
        texts = window_texts(self.rules.plan)
        tests = [run.seen for run in self.runs]
        for signature in windows_read(self.rule, self.rules.plan):
            for name, inside, outside in of_window(signature, tests):
                text = texts[signature.id] + (", its end" if name == "end" else "")
                yield self._point("window", text, self.rules.aggregates[signature.id], (inside, outside))

    def _cooldown(self) -> Iterator[Point]:
        rule = self.rule
        if rule.cooldown is None:
            return
        within = rule.within or 0
        alerts, matches = [], []
        for at, run in enumerate(self.runs):
            alerts += [((at, alert.key), alert.decided_at) for alert in run.outcome.alerts if alert.rule == rule.id]
            matches += [((at, each.key), each.at + within) for each in run.seen if self._counts(each)]
        text = f"cooldown: {spell_duration(rule.cooldown)}"
        yield self._point("cooldown", text, self.places.key("cooldown"), of_cooldown(rule.cooldown, alerts, matches))

    def _counts(self, seen: Seen) -> bool:
        begun = self.rule.start is None or seen.at >= self.rule.start
        return seen.matched and begun and (self.rule.end is None or seen.at < self.rule.end)

    def _point(self, kind: Kind, text: str, place: Span, sides: tuple[Side, Side]) -> Point:
        return Point(self.rule.id, kind, text, place, sides)
