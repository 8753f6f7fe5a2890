"""Random pairs of rules whose conditions are made of the same few parts: what is proved about them holds on random streams."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine_runs import Rows, compiled, run_engine
from fraudc.author.proofs.claims import Claim, claims_of
from fraudc_runtime.plan import Plan
from reference.document import read_yaml
from scenarios import FOLDER, Observed
from stream_strategies import PROFILES, transactions

EXAMPLES = int(os.environ.get("FRAUDC_EXAMPLES", "150"))
LONG = "FRAUDC_EXAMPLES" in os.environ
often = settings(max_examples=EXAMPLES, derandomize=not LONG, deadline=None, database=None)
PARTS = [
    "n > {n}", "n >= {n}", "n < {n}", "n == {n}", "o > {n}", "o != {n}", "n > o", "n >= o", "o ?? 1 >= {n}", "o is missing", "o is present",
    "f > 0.{n}", "amount >= {n} USD", "amount < {n} EUR", "b", "c", "b == c", "s == 'a'", "s in ['a', 'ab']", "s != r", "r > 'a'",
    "if(b, n, o) > {n}", "n + o > {n}", "length(s) >= {n}", "hour(at) >= 2{n}", "card.level > {n}", "starts_with(s, 'a')",
    "count() over {n}s > {n}", "count() over 2s > {n}", "count() over 5s >= {n}", "count(o) over 5s > {n}", "distinct(s) over 2s > 1",
    "distinct(s) over 5s > 1", "max(o) over 2s > {n}", "max(o) over 5s > {n}", "min(o) over 2s < {n}", "min(o) over 5s < {n}",
    "min(n) over 2s > {n}", "count() over 5s excluding current > {n}", "count() over 2s excluding current >= {n}",
]  # fmt: skip


def _project() -> dict[str, Any]:
    schema = read_yaml((FOLDER / "schemas" / "cards.yaml").read_text("utf-8"))
    schema["schema"] |= {"dedupe": "5s", "max_disorder": "3s"}
    return schema  # type: ignore[no-any-return]  # a mapping, as the file says


def _data(value: Any) -> Any:
    """Plain values as data whose numbers keep their text."""
    return read_yaml(json.dumps(value, ensure_ascii=False))


PROJECT = _project()
ROWS: Rows = _data(PROFILES)


@st.composite
def conditions(draw: DrawFn, parts: list[str], depth: int = 2) -> str:
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(parts)).replace("{n}", str(draw(st.integers(1, 3))))
    if draw(st.integers(0, 4)) == 0:
        return f"not ({draw(conditions(parts, depth - 1))})"
    return f"({draw(conditions(parts, depth - 1))}) {draw(st.sampled_from(['and', 'or']))} ({draw(conditions(parts, depth - 1))})"


@st.composite
def pairs(draw: DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two versions of a rule."""
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3))
    pointwise = [part for part in PARTS if "over" not in part]
    shared: dict[str, Any] = {"id": "r", "by": "card"}
    if draw(st.integers(0, 3)) == 0:
        shared["where"] = draw(conditions(pointwise, 0)).replace("card.level", "n")
    return tuple(_version(draw, shared, parts) for _ in range(2))  # type: ignore[return-value]  # two of them


def _version(draw: DrawFn, shared: dict[str, Any], parts: list[str]) -> dict[str, Any]:
    rule = {**shared, "when": draw(conditions(parts))}
    if draw(st.integers(0, 3)) == 0:
        rule["cooldown"] = "2s"
    if draw(st.integers(0, 3)) == 0:
        rule |= {"unless": draw(st.sampled_from(["n > match.n", "n >= match.n", "b"])), "within": draw(st.sampled_from(["1s", "2s"]))}
    if draw(st.integers(0, 6)) == 0:
        rule |= draw(st.sampled_from([{"rollout": "50%"}, {"rollout": "90%"}, {"mode": "shadow"}, {"until": "2026-03-28T22:59:50Z"}]))
    return rule


def _plan(rule: dict[str, Any]) -> Plan:
    with TemporaryDirectory() as folder:
        return compiled(Path(folder), PROJECT, [_data({"rules": [rule]})])


def _alerts(plan: Plan, stream: list[dict[str, Any]]) -> list[str]:
    observed: Observed = run_engine(plan, [json.dumps(each, ensure_ascii=False).encode() for each in stream], ROWS)
    return sorted(f"{alert['alert_id']} {alert['key']} {alert['event_time']}" for alert in observed.alerts if alert["mode"] == "live")


def _holds(claim: Claim, before: list[str], after: list[str]) -> bool:
    was, now = set(before), set(after)
    match claim.kind:
        case "never":
            return not now
        case "adds":
            return was <= now
        case "removes":
            return now <= was
        case _:
            return now == was


def _bare(rule: dict[str, Any], **keys: str) -> dict[str, Any]:
    return {**{key: value for key, value in rule.items() if key in ("id", "by", "where", "when")}, **keys}


@often
@given(pairs(), st.lists(transactions(12), min_size=3, max_size=3))
def test_what_is_proved_holds(versions: tuple[dict[str, Any], dict[str, Any]], streams: list[list[dict[str, Any]]]) -> None:
    old, new = map(_plan, versions)
    claims = claims_of(new, old)
    for stream in streams if claims else []:
        before, after = _alerts(old, stream), _alerts(new, stream)
        for claim in claims:
            if claim.kind == "always":
                before, after = (_alerts(_plan(_bare(versions[1], **keys)), stream) for keys in ({}, {"when": "true"}))
            assert _holds(claim, before, after), (claim, before, after)
