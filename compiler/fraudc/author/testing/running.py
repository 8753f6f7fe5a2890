"""Tests in, what the in-process engine makes of them out: each with fresh state, each set of rules bound once."""

from dataclasses import dataclass
from typing import Any

import msgspec

from fraudc.author.testing.cases import Case
from fraudc.author.testing.reads import part_of
from fraudc.literals.instants import instant
from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Result, Runner
from fraudc_runtime.plan import Plan
from fraudc_runtime.program import Program, bind

_FRAME = 1_000  # lines


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it came out; `values` and `raw` are JSON. `at` and `decided_at` (with `unless` its deadline, else `at`) are epoch ms."""

    rule: str
    transaction: str
    key: str | None
    mode: str
    at: int
    decided_at: int
    values: dict[str, Any]
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Late:
    """A transaction that came too late for an entity, and by how much (ms)."""

    transaction: str
    entity: str
    by: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test's transactions gave, in the order of decision."""

    alerts: tuple[Alert, ...]
    late: tuple[Late, ...]


class Bench:
    """Runs tests by a plan, each by the part of it that the test asks for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._programs: dict[tuple[str, ...], Program] = {}

    def run(self, case: Case) -> Outcome:
        """The alerts of the test's rules, live and shadow."""
        return outcome(self._program(case.rules), case)

    def _program(self, rules: tuple[str, ...]) -> Program:
        if rules not in self._programs:
            wanted = set(rules)
            self._programs[rules] = bind(part_of(self.plan, tuple(rule for rule in self.plan.rules if rule.id in wanted)))
        return self._programs[rules]


def outcome(program: Program, case: Case) -> Outcome:
    """Feeds a test into fresh state: profile rows, then the transactions as they are written, then the end of input."""
    rows = [Source("profile", entity, entity, "json", 0) for entity in case.rows]
    runner = Runner(program, (*rows, Source("transactions", "transactions", None, "json", 0)))
    for number, payloads in enumerate(case.rows.values()):
        runner.frame(source_frame(number, 0, list(payloads)))
    lines = [transaction.payload for transaction in case.transactions]
    for at in range(0, len(lines), _FRAME):
        runner.frame(source_frame(len(rows), at, lines[at : at + _FRAME]))
    return _read(runner.end())


def _read(result: Result) -> Outcome:
    found = [_alert(payload) for payload in (*result.alerts, *result.shadow)]
    found.sort(key=lambda alert: (alert.decided_at, alert.transaction, alert.rule))
    late = [msgspec.json.decode(payload) for payload in result.late]
    return Outcome(tuple(found), tuple(Late(each["transaction_id"], each["entity"], each["late_by_ms"]) for each in late))


def _alert(payload: bytes) -> Alert:
    raw = msgspec.json.decode(payload)
    at = instant(raw["event_time"]) or 0
    decided_at = (instant(raw["decided_at"]) or 0) if "decided_at" in raw else at
    return Alert(raw["rule"], raw["transaction_id"], raw["key"], raw["mode"], at, decided_at, raw["values"], raw)
