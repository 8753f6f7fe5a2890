"""What can be proved about rules without data, by hand: two versions of a rule, or one among others."""

import json
from pathlib import Path
from typing import Any

import pytest

from fraudc.author.proofs.claims import Claim, claims_of
from fraudc.pipeline import compile_project
from fraudc_runtime.plan import Plan

PROJECT = """
version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, card: string, n: int, o: int?, f: float, s: string, r: string?, b: bool?, amount: money}
  money: {base: USD, rates: {EUR: 1.08}}
  entities: {card: {key: card, profile: {limit: money?}}, shop: {key: s}}
rules: [rules.json]
"""


def plan(folder: Path, *rules: dict[str, Any], lists: dict[str, list[str]] | None = None) -> Plan:
    folder.mkdir(exist_ok=True)
    (folder / "fraudc.yaml").write_text(PROJECT)
    numbered = [{"id": f"r{number}", "by": "card", **rule} for number, rule in enumerate(rules)]
    (folder / "rules.json").write_text(json.dumps({"version": 1, "lists": lists or {}, "rules": numbered}))
    compilation = compile_project(folder)
    assert compilation.plan is not None, [found.message for found in compilation.diagnostics.errors]
    return compilation.plan


def between(folder: Path, old: dict[str, Any] | str, new: dict[str, Any] | str) -> str | None:
    """The claim about a rule that changes; a text is its `when`."""
    before, after = ({"when": rule} if isinstance(rule, str) else rule for rule in (old, new))
    found = claims_of(plan(folder / "new", after), plan(folder / "old", before))
    return found[-1].kind if found else None


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ("n > 5", "n > 4", "adds"),
        ("n > 5", "n > 6", "removes"),
        ("n > 5", "n >= 6", "unchanged"),  # whole numbers
        ("f > 5", "f >= 6", "removes"),
        ("f > 5", "f < 5", None),
        ("amount >= 10 USD", "amount > 9.99 USD", "unchanged"),
        ("amount >= 10.80 USD", "amount >= 10 EUR", "unchanged"),
        ("n > 5", "5 < n", "unchanged"),
        ("n > 5 and f > 1", "n > 5", "adds"),
        ("n > 5", "n > 5 or f > 1", "adds"),
        ("n > 5 or f > 1", "not (n <= 5 and f <= 1)", "unchanged"),
        ("o > 5", "not (o <= 5)", "unchanged"),
        ("o > 5", "o > 5 or o is missing", "adds"),
        ("o ?? 0 > 5", "o > 5", "unchanged"),
        ("o ?? 9 > 5", "o > 5", "removes"),
        ("o is present", "o > 5 or o <= 5", "unchanged"),
        ("o + n > 5", "o + n > 5 and o is present", "unchanged"),
        ("if(b, n, 7) > 5", "(b and n > 5) or not b", "unchanged"),
        ("b", "b is present", "adds"),
        ("s == 'x'", "s in ['x', 'y']", "adds"),
        ("s not in ['x']", "s != 'x'", "unchanged"),
        ("s not in ['x', 'y']", "s != 'x'", "adds"),
        ("s > 'm'", "s >= 'm'", "adds"),
        ("n > o", "o < n", "unchanged"),
        ("n > o", "n >= o", "adds"),
        ("n > o", "n < o", None),
        ("n > o", "n != o", "adds"),
        ("hour(at) in [22, 23]", "hour(at) >= 22", "unchanged"),
        ("hour(at) >= 0", "true", "unchanged"),
        ("weekday(at) > 5", "weekday(at) in [6, 7]", "unchanged"),
        ("count() over 1h >= 5", "count() over 1h >= 4", "adds"),
        ("count() over 1h >= 5", "count() over 2h >= 5", "adds"),
        ("count() over 1h >= 5", "count() over 30m >= 5", "removes"),
        ("count() over 1h >= 5", "count() over 2h >= 6", None),
        ("count() over 1h < 5", "count() over 2h < 5", "removes"),
        ("count() over 1h >= 1", "true", "unchanged"),  # the current one is a member
        ("count() over 1h excluding current >= 1", "true", "adds"),
        ("max(n) over 1h > 5", "max(n) over 2h > 5", "adds"),
        ("min(o) over 1h > 5", "min(o) over 2h > 5", None),  # missing in the short one, and not in the long one
        ("min(n) over 1h < 5", "min(n) over 2h < 5", "adds"),
        ("sum(n) over 1h > 5", "sum(n) over 2h > 5", None),  # amounts may be negative
        ("count() over 1h every 5m > 5", "count() over 2h every 5m > 5", None),
        ("count(where n > 1) over 1h > 5", "count(where n > 2) over 1h > 5", None),
        ("matches(s, 'a.*')", "matches(s, 'b.*')", None),
        ("amount > 2 * card.limit", "amount > 2 * card.limit and amount > 5 USD", "removes"),
    ],
)
def test_a_changed_condition(tmp_path: Path, old: str, new: str, claim: str | None) -> None:
    assert between(tmp_path, old, new) == claim


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ({"when": "n > 5", "cooldown": "1h"}, {"when": "n > 4", "cooldown": "1h"}, None),  # a match more may suppress another
        ({"when": "n > 5", "cooldown": "1h"}, {"when": "n >= 6", "cooldown": "1h"}, "unchanged"),
        ({"when": "n > 5", "cooldown": "1h"}, {"when": "n > 5", "cooldown": "2h"}, None),
        ({"when": "n > 5", "cooldown": "1h"}, {"when": "n > 4"}, "adds"),
        ({"when": "n > 5"}, {"when": "n > 6", "cooldown": "1h"}, "removes"),
        ({"when": "n > 5", "where": "f > 1"}, {"when": "n > 5 and f > 1"}, "unchanged"),
        ({"when": "n > 5", "where": "f > 1"}, {"when": "n > 5", "where": "f > 0"}, "adds"),
        ({"when": "count() over 1h > 5", "where": "f > 1"}, {"when": "count() over 1h > 5", "where": "f > 0"}, None),
        ({"when": "n > 5"}, {"when": "n > 5", "unless": "b", "within": "1m"}, "removes"),
        ({"when": "n > 5", "unless": "b", "within": "1m"}, {"when": "n > 5", "unless": "b", "within": "2m"}, "removes"),
        ({"when": "n > 5", "unless": "b and n > 1", "within": "1m"}, {"when": "n > 5", "unless": "b", "within": "1m"}, "removes"),
        (
            {"when": "n > 5", "unless": "n > match.n", "within": "1m"},
            {"when": "n > 5", "unless": "n >= match.n", "within": "1m"},
            "removes",
        ),
        ({"when": "n > 5"}, {"when": "n > 5", "mode": "shadow"}, "removes"),
        ({"when": "n > 5", "mode": "off"}, {"when": "n > 5"}, "adds"),
        ({"when": "n > 5", "rollout": "10%"}, {"when": "n > 5", "rollout": "20%"}, "adds"),
        ({"when": "n > 5"}, {"when": "n > 5", "until": "2026-01-01T00:00:00Z"}, "removes"),
        ({"when": "n > 5", "by": "card"}, {"when": "n > 5", "by": "shop"}, None),
        ({"when": "x > 5", "let": {"x": "n + 1"}}, {"when": "n + 1 > 5"}, "unchanged"),
        ({"when": "n > 5", "severity": "low"}, {"when": "n > 5", "severity": "high"}, "unchanged"),
    ],
)
def test_a_changed_key(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], claim: str | None) -> None:
    assert between(tmp_path, old, new) == claim


@pytest.mark.parametrize(
    ("when", "claim"),
    [
        ("n > 5 and n < 3", "never"),
        ("n > 5 and n < 7 and n != 6", "never"),
        ("f > 5 and f < 7 and f != 6", None),
        ("hour(at) > 23", "never"),
        ("count() over 1h < 1", "never"),
        ("distinct(s) over 1h < 0", "never"),
        ("count() over 1h > 5 and count() over 2h < 5", "never"),
        ("o is missing and o > 5", "never"),
        ("o is missing and o + n > 5", "never"),
        ("n > 9_223_372_036_854_775_807", "never"),
        ("s == 'a' and s == 'b'", "never"),
        ("n > o and o > n", "never"),
        ("true", "always"),
        ("n > 5 or n <= 5", "always"),
        ("o > 5 or o <= 5", None),  # it may be missing
        ("o > 5 or o <= 5 or o is missing", "always"),
        ("at is present", "always"),
        ("count() over 1h >= 1", "always"),
        ("length(s) >= 0", "always"),
        ("length(r) >= 0", None),
    ],
)
def test_a_condition_that_decides_itself(tmp_path: Path, when: str, claim: str | None) -> None:
    assert [found.kind for found in claims_of(plan(tmp_path, {"when": when}))] == ([] if claim is None else [claim])


def test_rules_beside_each_other(tmp_path: Path) -> None:
    rules = [
        {"when": "n > 5"},
        {"when": "n >= 6"},
        {"when": "n > 7"},
        {"when": "f > 1"},
        {"when": "n > 8", "by": "shop"},
        {"when": "n > 9", "mode": "off"},
        {"when": "f > 2", "rollout": "50%"},
    ]
    assert claims_of(plan(tmp_path, *rules)) == (Claim("r1", "same", "r0"), Claim("r2", "within", "r0"), Claim("r6", "within", "r3"))


def test_lists_are_what_they_hold(tmp_path: Path) -> None:
    old = plan(tmp_path / "old", {"when": "s in risky"}, {"when": "count(where s in risky) over 1h > 2"}, lists={"risky": ["a", "b"]})
    new = plan(tmp_path / "new", {"when": "s in risky"}, {"when": "count(where s in risky) over 1h > 2"}, lists={"risky": ["a", "b", "c"]})
    assert claims_of(new, old) == (Claim("r0", "adds"),)


@pytest.mark.parametrize(
    ("when", "edit", "claim"),
    [
        ("n > {}", ("1.08", "1.09"), "adds"),  # it reads no money
        ("amount > {} USD", ("1.08", "1.09"), None),
        ("amount > {} USD", ("o: int?", "o: {type: int?, aliases: [p]}"), "adds"),
        ("o > {}", ("o: int?", "o: {type: int?, aliases: [p]}"), None),
        ("count(where o > 2) over 1h > {}", ("o: int?", "o: {type: int?, aliases: [p]}"), None),
        ("n > {}", ("rules:", "  dedupe: 2h\nrules:"), None),
        ("n > {}", ("limit: money?", "limit: money?, level: int?"), None),
    ],
)
def test_the_schema_may_change_where_the_rule_does_not_look(tmp_path: Path, when: str, edit: tuple[str, str], claim: str | None) -> None:
    before = plan(tmp_path, {"when": when.format(5)})
    (tmp_path / "fraudc.yaml").write_text(PROJECT.replace(*edit))
    (tmp_path / "rules.json").write_text(json.dumps({"version": 1, "rules": [{"id": "r0", "by": "card", "when": when.format(4)}]}))
    after = compile_project(tmp_path).plan
    assert after is not None
    assert claims_of(after, before) == (() if claim is None else (Claim("r0", claim),))  # type: ignore[arg-type]  # a kind, as the table says


def test_a_condition_of_too_many_cases_proves_nothing(tmp_path: Path) -> None:
    many = " and ".join(f"(n == {number} or o == {number} or f > {number})" for number in range(40))
    assert claims_of(plan(tmp_path, {"when": f"({many}) and n > 5 and n < 3"})) in ((), (Claim("r0", "never"),))
    assert claims_of(plan(tmp_path, {"when": many})) == ()
