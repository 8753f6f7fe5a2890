"""The scenario corpus: files of rules, transactions and expected outcomes in, runs of an engine compared with them out."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference.document import NumberText, as_json, read_yaml
from reference.values import timestamp_text

FOLDER = Path(__file__).parent / "golden" / "scenarios"
_TIMES = ("event_time", "decided_at")


@dataclass(frozen=True, slots=True)
class Scenario:
    """`project` is fraudc.yaml's content, `rules` that of its one rule file; `lines` are the input, `expected` what must come out."""

    name: str
    project: dict[str, Any]
    rules: dict[str, Any]
    profiles: dict[str, list[dict[str, Any]]]
    lines: list[bytes]
    expected: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Observed:
    """What an engine gave: alerts and late records as JSON objects, numbers of dead lines, suppressed matches by rule, counts by entity."""

    alerts: list[dict[str, Any]]
    late: list[dict[str, Any]]
    dead: list[int]
    suppressed: Mapping[str, int] = field(default_factory=dict)
    entities: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def scenario_files() -> list[Path]:
    return sorted(FOLDER.glob("*.yaml"))


def load(path: Path) -> Scenario:
    found = read_yaml(path.read_text("utf-8"))
    unknown = set(found) - {"name", "project", "rules", "profiles", "transactions", "alerts", "late", "dead", "suppressed", "entities"}
    if unknown:
        raise ValueError(f"{path.name}: unknown keys {unknown}")
    project = found["project"]
    if isinstance(project, str):
        project = read_yaml((FOLDER / "schemas" / f"{project}.yaml").read_text("utf-8"))
    lines = [_line(transaction) for transaction in found["transactions"] or []]
    expected = {"alerts": found["alerts"] or [], "late": found.get("late") or [], "dead": found.get("dead") or []}
    expected |= {name: found[name] for name in ("suppressed", "entities") if name in found}
    return Scenario(path.stem, project, found["rules"], found.get("profiles") or {}, lines, expected)


def _line(transaction: Any) -> bytes:
    """A transaction's line: a string is the line itself, `{raw_hex: ...}` are its bytes."""
    match transaction:
        case str():
            return transaction.encode()
        case {"raw_hex": digits}:
            return bytes.fromhex(digits)
    return as_json(transaction).encode()


def write_project(root: Path, project: dict[str, Any], rule_files: Iterable[dict[str, Any]]) -> None:
    """Lays the project out as files: `fraudc.yaml` and `rules/NUMBER.yaml`."""
    (root / "rules").mkdir(parents=True, exist_ok=True)
    (root / "fraudc.yaml").write_text(as_json({"version": NumberText("1"), **project, "rules": ["rules/*.yaml"]}), "utf-8")
    for number, rules in enumerate(rule_files):
        (root / "rules" / f"{number:04}.yaml").write_text(as_json({"version": NumberText("1"), **rules}), "utf-8")


def differences(scenario: Scenario, observed: Observed) -> list[str]:
    """What is not as expected, in words; empty when all is."""
    expected = scenario.expected
    found = _alert_differences(expected["alerts"], observed.alerts)
    wanted_late = sorted((late["transaction"], late["entity"], int(late["late_by_ms"])) for late in expected["late"])
    late = sorted((late["transaction_id"], late["entity"], late["late_by_ms"]) for late in observed.late)
    if wanted_late != late:
        found.append(f"late: expected {wanted_late}, got {late}")
    wanted_dead = sorted(map(int, expected["dead"]))
    if wanted_dead != sorted(observed.dead):
        found.append(f"dead: expected lines {wanted_dead}, got {sorted(observed.dead)}")
    for rule, number in expected.get("suppressed", {}).items():
        if observed.suppressed.get(rule, 0) != int(number):
            found.append(f"suppressed by {rule}: expected {number}, got {observed.suppressed.get(rule, 0)}")
    for entity, counts in expected.get("entities", {}).items():
        for name, number in counts.items():
            if observed.entities[entity].get(name, 0) != int(number):
                found.append(f"{entity}.{name}: expected {number}, got {observed.entities[entity].get(name, 0)}")
    return found


def _alert_differences(expected: list[dict[str, Any]], observed: list[dict[str, Any]]) -> list[str]:
    left, found = list(observed), []
    for wanted in expected:
        candidates = [alert for alert in left if alert["rule"] == wanted["rule"] and alert["transaction_id"] == wanted["transaction"]]
        match = next((alert for alert in candidates if not _alert_problems(wanted, alert)), None)
        if match is not None:
            left.remove(match)
        elif candidates:
            left.remove(candidates[0])
            found += _alert_problems(wanted, candidates[0])
        else:
            found.append(f"no alert {wanted['rule']}:{wanted['transaction']}")
    return found + [f"unexpected alert {json.dumps(alert, ensure_ascii=False)}" for alert in left]


def _alert_problems(wanted: dict[str, Any], alert: dict[str, Any]) -> list[str]:
    found = []
    for name, value in wanted.items():
        if name in ("rule", "transaction"):
            continue
        if name == "read":
            got: Any = {field: alert["transaction"].get(field, "no such field") for field in value}
        else:
            got = alert.get(name, "no such field")
        expected = timestamp_text(int(value)) if name in _TIMES and isinstance(value, NumberText) else plain(value)
        if not same(expected, got):
            found.append(f"{alert['alert_id']} {name}: expected {expected}, got {got}")
    return found


def plain(value: Any) -> Any:
    """Numbers instead of their texts: an int where the text is one, else a float."""
    match value:
        case NumberText():
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case list():
            return [plain(item) for item in value]
    return value


def same(expected: Any, got: Any) -> bool:
    """Equal in type, order and value; floats within 1e-9 relative."""
    if type(expected) is not type(got):
        return False
    if isinstance(expected, float):
        return math.isclose(expected, got, rel_tol=1e-9)
    if isinstance(expected, dict):
        return list(expected) == list(got) and all(same(item, got[name]) for name, item in expected.items())
    if isinstance(expected, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    return bool(expected == got)
