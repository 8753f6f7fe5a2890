"""Random rules and streams: the engine agrees with the brute-force reading, and disorder, restarts and optimisation change nothing."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine_runs import Rows, compiled, run_engine, unoptimized
from fraudc_runtime.plan import Plan
from reference.document import as_json, read_yaml
from reference.project import read_project
from reference.run import run
from rule_strategies import rule_files
from scenarios import FOLDER, Observed, same
from stream_strategies import BAD_LINES, PROFILES, VALUES, arrivals, transactions

EXAMPLES = int(os.environ.get("FRAUDC_EXAMPLES", "50"))
"""How many examples each property is tried on; a long run sets the variable; then they are random."""
DISORDER = 3000
LONG = "FRAUDC_EXAMPLES" in os.environ
PHASES = (Phase.generate, Phase.shrink) if LONG else (Phase.generate,)  # shrinking a failure takes minutes
often = settings(max_examples=EXAMPLES, derandomize=not LONG, phases=PHASES, deadline=None, database=None)


def _data(value: Any) -> Any:
    """Plain values as data whose numbers keep their text."""
    return read_yaml(json.dumps(value, ensure_ascii=False))


def _project() -> dict[str, Any]:
    schema = read_yaml((FOLDER / "schemas" / "cards.yaml").read_text("utf-8"))
    schema["schema"] |= {"dedupe": "5s", "max_disorder": "3s"}
    schema["schema"]["entities"]["shop"]["forget"] = "10s"
    return schema  # type: ignore[no-any-return]  # a mapping, as the file says


PROJECT = _project()
ROWS: Rows = _data(PROFILES)


def _plan(rules: dict[str, Any]) -> Plan:
    with TemporaryDirectory() as folder:
        return compiled(Path(folder), PROJECT, [_data(rules)])


def _lines(stream: list[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(transaction, ensure_ascii=False).encode() for transaction in stream]


def _sorted(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(alerts, key=lambda alert: (alert["alert_id"], alert["key"] or "", alert["event_time"], as_json(alert["transaction"])))


def _unlike(one: Observed, other: Observed) -> list[Any]:
    """Pairs of what differs between two runs."""
    left, right = _sorted(one.alerts), _sorted(other.alerts)
    if [alert["alert_id"] for alert in left] != [alert["alert_id"] for alert in right]:
        return [("alerts", [alert["alert_id"] for alert in left], [alert["alert_id"] for alert in right])]
    found: list[Any] = [(a, b) for a, b in zip(left, right, strict=True) if not same(a, b)]
    found += [(a, b) for a, b in zip(_rest(one), _rest(other), strict=True) if a != b]
    found += [(name, a, other.entities[name]) for name, a in one.entities.items() if _present(a) != _present(other.entities[name])]
    return found


def _rest(observed: Observed) -> list[Any]:
    late = sorted((late["transaction_id"], late["entity"], late["late_by_ms"]) for late in observed.late)
    return [late, sorted(observed.dead), _present(observed.suppressed)]


def _present(counts: Any) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _reference(rules: dict[str, Any], lines: list[bytes]) -> Observed:
    outcome = run(read_project(PROJECT, [_data(rules)]), lines, ROWS)
    return Observed(outcome.alerts, outcome.late, outcome.dead, outcome.suppressed, outcome.entities)


@often
@given(rule_files(), transactions(), st.data())
def test_engine_agrees_with_the_reference(rules: dict[str, Any], stream: list[dict[str, Any]], data: st.DataObject) -> None:
    lines = _lines(data.draw(arrivals(stream, DISORDER + 1500)))
    for bad in data.draw(st.lists(st.sampled_from(BAD_LINES), max_size=2)):
        lines.insert(data.draw(st.integers(0, len(lines))), bad)
    engine = run_engine(_plan(rules), lines, ROWS, shards=data.draw(st.integers(1, 3)), frame_lines=data.draw(st.sampled_from([1, 3, 100])))
    assert _unlike(_reference(rules, lines), engine) == []


def _requiring(names: set[str]) -> dict[str, Any]:
    """The project in which these fields are required: they take other paths through the generated code."""
    fields = {name: kind.removesuffix("?") if name in names else kind for name, kind in PROJECT["schema"]["fields"].items()}
    return {**PROJECT, "schema": {**PROJECT["schema"], "fields": fields}}


@often
@given(rule_files(), transactions(), st.sets(st.sampled_from(sorted(set(VALUES) - {"currency"})), min_size=4), st.data())
def test_engine_agrees_with_the_reference_on_required_fields(
    rules: dict[str, Any], stream: list[dict[str, Any]], required: set[str], data: st.DataObject
) -> None:
    project = _requiring(required)
    filled = [{**{name: VALUES[name][0] for name in sorted(required)}, **transaction} for transaction in stream]
    lines = _lines(data.draw(arrivals(filled, DISORDER + 1500)))
    with TemporaryDirectory() as folder:
        plan = compiled(Path(folder), project, [_data(rules)])
    outcome = run(read_project(project, [_data(rules)]), lines, ROWS)
    expected = Observed(outcome.alerts, outcome.late, outcome.dead, outcome.suppressed, outcome.entities)
    assert _unlike(expected, run_engine(plan, lines, ROWS, shards=2, frame_lines=3)) == []


@often
@given(rule_files(stateless=False), transactions(), st.data())
def test_shuffling_within_max_disorder_changes_nothing(rules: dict[str, Any], stream: list[dict[str, Any]], data: st.DataObject) -> None:
    plan = _plan(rules)
    in_order = sorted(stream, key=lambda transaction: (transaction["at"], transaction["id"]))
    shuffled = data.draw(arrivals(in_order, DISORDER))
    first, second = run_engine(plan, _lines(in_order), ROWS), run_engine(plan, _lines(shuffled), ROWS, frame_lines=4)
    assert second.late == []
    assert _unlike(first, second) == []


@often
@given(rule_files(), transactions(), st.data())
def test_a_restart_from_state_changes_nothing(rules: dict[str, Any], stream: list[dict[str, Any]], data: st.DataObject) -> None:
    plan, lines = _plan(rules), _lines(data.draw(arrivals(stream, DISORDER)))
    stops = data.draw(st.sets(st.integers(1, 80), max_size=8))
    frame_lines, shards = data.draw(st.sampled_from([1, 2, 7])), data.draw(st.integers(1, 2))
    whole = run_engine(plan, lines, ROWS, shards, frame_lines)
    cut = run_engine(plan, lines, ROWS, shards, frame_lines, stops.__contains__, budget=data.draw(st.sampled_from([1, 1 << 20])))
    assert _unlike(whole, cut) == []


@often
@given(rule_files(), transactions())
def test_optimised_and_unoptimised_plans_agree(rules: dict[str, Any], stream: list[dict[str, Any]]) -> None:
    lines = _lines(stream)
    with TemporaryDirectory() as folder:
        plain = unoptimized(Path(folder), PROJECT, [_data(rules)])
    assert _unlike(run_engine(_plan(rules), lines, ROWS), run_engine(plain, lines, ROWS)) == []
