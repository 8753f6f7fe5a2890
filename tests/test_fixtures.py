"""The fixtures are what they claim: reproducible, 298 planted alerts of 20 rules, near misses of each, confirmed by brute force."""

import csv
import json
import math
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fraudc.pipeline import compile_project
from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Result, Runner
from fraudc_runtime.plan import Plan
from reference.document import read_yaml
from reference.project import Project, read_project
from reference.run import Outcome, run

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
SOURCES = (Source("profile", "customers.csv", "customer", "csv", 0), Source("transactions", "transactions.jsonl", None, "json", 0))
DETECTORS = {"high_value", "velocity", "spending_velocity", "customer_profile", "rapid_escalation"}
UNIT = {"USD": "0.01", "EUR": "0.01", "GBP": "0.01", "CHF": "0.01", "JPY": "1", "KWD": "0.001"}


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The 0-based line that keeps `rule` from firing at transaction `fires`, and what one unit or one millisecond makes of it."""

    rule: str
    line: int
    becomes: str
    fires: str

    @property
    def alert_id(self) -> str:
        return f"{self.rule}:{self.fires}"


def read_json(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project() -> Project:
    return read_project(read_yaml((FIXTURES / "fraudc.yaml").read_text()), [read_yaml((FIXTURES / "rules.json").read_text())])


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return (FIXTURES / "transactions.jsonl").read_bytes().split(b"\n")[:-1]


@pytest.fixture(scope="module")
def profiles() -> dict[str, list[dict[str, Any]]]:
    with (FIXTURES / "customers.csv").open(newline="", encoding="utf-8") as file:
        return {"customer": list(csv.DictReader(file))}


@pytest.fixture(scope="module")
def outcome(project: Project, lines: list[bytes], profiles: dict[str, list[dict[str, Any]]]) -> Outcome:
    return run(project, lines, profiles, csv_profiles=True)


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, Any]]:
    """By alert_id, in the order of the file."""
    alerts = [json.loads(line) for line in (FIXTURES / "expected_alerts.jsonl").read_text(encoding="utf-8").splitlines()]
    return {alert["alert_id"]: alert for alert in alerts}


@pytest.fixture(scope="module")
def near_misses() -> list[NearMiss]:
    return [NearMiss(**miss) for miss in read_json("planted.json")["near_misses"]]


def same(found: Any, wanted: Any) -> bool:
    """Equal, floats within what the language allows."""
    match found, wanted:
        case dict(), dict():
            return list(found) == list(wanted) and all(same(found[name], wanted[name]) for name in wanted)
        case float(), float():
            return math.isclose(found, wanted, rel_tol=1e-9)
    return type(found) is type(wanted) and bool(found == wanted)


def test_the_generator_reproduces_every_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(FIXTURES / "generate.py"), str(tmp_path)], check=True)
    for name in ("transactions.jsonl", "customers.csv", "planted.json"):
        assert (tmp_path / name).read_bytes() == (FIXTURES / name).read_bytes(), name


def test_sizes(lines: list[bytes], profiles: dict[str, list[dict[str, Any]]], expected: dict[str, Any]) -> None:
    assert len(lines) == 5_000
    assert len({row["customer_id"] for row in profiles["customer"]}) == len(profiles["customer"]) == 500
    assert len(read_json("rules.json")["rules"]) == 20
    assert len(expected) == len((FIXTURES / "expected_alerts.jsonl").read_bytes().splitlines()) == 298
    assert sum(path.stat().st_size for path in FIXTURES.glob("*.*")) < 3_000_000


def test_rules_use_every_detector_and_four_entities() -> None:
    rules = read_json("rules.json")["rules"]
    assert {rule["detector"] for rule in rules if "detector" in rule} == DETECTORS
    assert {rule.get("by") for rule in rules} == {"customer", "card", "merchant", "customer_at_merchant", None}
    assert sum("when" in rule and "detector" not in rule for rule in rules) >= 10


def test_every_rule_alerts_between_5_and_60_times(expected: dict[str, dict[str, Any]]) -> None:
    counts = Counter(alert["rule"] for alert in expected.values())
    assert set(counts) == {rule["id"] for rule in read_json("rules.json")["rules"]}
    assert all(5 <= count <= 60 for count in counts.values()), counts


def test_expected_alerts_are_exactly_the_planted_ones(expected: dict[str, dict[str, Any]]) -> None:
    planted = [f"{rule}:{name}" for rule, ids in read_json("planted.json")["alerts"].items() for name in ids]
    assert list(expected) == sorted(planted)


def test_brute_force_confirms_every_alert(outcome: Outcome, expected: dict[str, dict[str, Any]]) -> None:
    found = {alert["alert_id"]: alert for alert in outcome.alerts}
    assert sorted(found) == list(expected)
    assert len(outcome.alerts) == len(found)
    assert [name for name in found if not same(found[name], expected[name])] == []


def test_the_renewing_command_writes_the_expected_alerts(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(FIXTURES / "expect.py"), str(tmp_path / "alerts.jsonl")], check=True)
    assert (tmp_path / "alerts.jsonl").read_bytes() == (FIXTURES / "expected_alerts.jsonl").read_bytes()


def compiled(folder: str) -> Plan:
    compilation = compile_project(ROOT / folder)
    assert [found.message for found in compilation.diagnostics.found] == []
    assert compilation.plan is not None
    return compilation.plan


def engine_run(lines: list[bytes], shards: int, frame: int, cut: int | None) -> Result:
    """`frame` lines a frame; stored and restored after every `cut`-th."""
    runner = Runner(compiled("fixtures"), SOURCES, shards)
    runner.frame(source_frame(0, 0, (FIXTURES / "customers.csv").read_bytes().split(b"\n")[:-1]))
    for number, at in enumerate(range(0, len(lines), frame)):
        runner.frame(source_frame(1, at, lines[at : at + frame]))
        if cut and number % cut == cut - 1:
            runner.cut()
    return runner.end()


@pytest.mark.parametrize(("shards", "frame", "cut"), [(1, 1, None), (3, 512, None), (7, 64, 5)])
def test_the_engine_gives_the_same_bytes_however_the_stream_is_cut(lines: list[bytes], shards: int, frame: int, cut: int | None) -> None:
    result = engine_run(lines, shards, frame, cut)
    alerts = sorted(result.alerts + result.shadow, key=lambda alert: str(json.loads(alert)["alert_id"]))
    assert alerts == (FIXTURES / "expected_alerts.jsonl").read_bytes().split(b"\n")[:-1]


def test_the_engine_agrees_on_what_is_late_dead_and_counted(lines: list[bytes], outcome: Outcome) -> None:
    result = engine_run(lines, shards=4, frame=700, cut=None)
    assert sorted(json.loads(dead)["offset"] for dead in result.dead) == outcome.dead
    late = Counter((late["entity"], late["transaction_id"], late["late_by_ms"]) for late in map(json.loads, result.late))
    assert late == Counter((late["entity"], late["transaction_id"], late["late_by_ms"]) for late in outcome.late)
    for name, counts in result.counts.entities.items():
        assert {kind: getattr(counts, kind) for kind in counts.__struct_fields__ if getattr(counts, kind)} == dict(outcome.entities[name])
    assert {rule: counts.suppressed for rule, counts in result.counts.rules.items() if counts.suppressed} == dict(outcome.suppressed)


def test_shipped_rules_compile_without_a_word() -> None:
    assert len(compiled("rules").rules) == 20


def test_every_rule_has_a_near_miss_of_one_unit_or_one_millisecond(near_misses: list[NearMiss], lines: list[bytes]) -> None:
    assert {miss.rule for miss in near_misses} == {rule["id"] for rule in read_json("rules.json")["rules"]}
    for miss in near_misses:
        before, after = (json.loads(text, parse_float=Decimal) for text in (lines[miss.line], miss.becomes))
        changed = {name for name in before if before[name] != after[name]}
        assert before.keys() == after.keys()
        assert changed in ({"amount"}, {"event_time"}), miss
        if changed == {"amount"}:
            assert abs(Decimal(after["amount"]) - Decimal(before["amount"])) == Decimal(UNIT[before["currency"]]), miss
        else:
            assert abs(milliseconds(after["event_time"]) - milliseconds(before["event_time"])) == 1, miss


def milliseconds(event_time: int | str) -> int:
    """Since the epoch."""
    if isinstance(event_time, int):
        return event_time
    return (datetime.fromisoformat(event_time) - datetime.fromtimestamp(0, timezone.utc)) // timedelta(milliseconds=1)


def test_near_misses_do_not_fire_until_changed_and_disturb_nothing_else(
    project: Project,
    lines: list[bytes],
    profiles: dict[str, list[dict[str, Any]]],
    near_misses: list[NearMiss],
    expected: dict[str, dict[str, Any]],
) -> None:
    """All changes at once: patterns are planted apart from each other, so that each change has only its own effect."""
    changed = list(lines)
    for miss in near_misses:
        assert miss.alert_id not in expected
        changed[miss.line] = miss.becomes.encode()
    wanted = set(expected) | {miss.alert_id for miss in near_misses}
    assert {alert["alert_id"] for alert in run(project, changed, profiles, csv_profiles=True).alerts} == wanted
    result = engine_run(changed, shards=2, frame=1_000, cut=None)
    assert {json.loads(alert)["alert_id"] for alert in result.alerts + result.shadow} == wanted


def test_the_stream_is_out_of_order_late_doubled_and_broken_in_places(outcome: Outcome, lines: list[bytes]) -> None:
    customer = outcome.entities["customer"]
    assert len(outcome.dead) == 44
    assert customer["duplicate"] == 17  # 16 copies within an hour of the original, and the one that is no fifth payment
    late = Counter(late["late_by_ms"] == 1 for late in outcome.late if late["entity"] == "customer")
    assert late == {False: 27, True: 5}  # hours late or by a millisecond
    assert outcome.valid == customer["evaluated"] + customer["duplicate"] + 32 == len(lines) - 44
    assert sum(outcome.suppressed.values()) == 6


def test_several_currencies_and_producers(lines: list[bytes], outcome: Outcome) -> None:
    dead = set(outcome.dead)
    rows = [json.loads(line) for number, line in enumerate(lines) if number not in dead]
    assert {row["currency"] for row in rows} == set(UNIT)
    assert {name for row in rows for name in ("merchant_category", "mcc", "category") if row.get(name)} == {
        "merchant_category",
        "mcc",
        "category",
    }
    assert {type(row["event_time"]) for row in rows} == {int, str}
