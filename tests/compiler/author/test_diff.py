"""Two projects in, what an edit does to rules and to running state: every row of the reference's table, by a pair of projects."""

from pathlib import Path

import pytest

from fraudc.author.diff import Diff, KeyChange, ListChange, compare
from fraudc.pipeline import compile_project
from fraudc_runtime.plan import Plan
from fraudc_runtime.rulesets.succession import first, succeed

NOW = 1_772_323_200_000  # 2026-03-01T00:00:00Z
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

PROJECT = """
version: 1
schema:
  id: transaction_id
  event_time: event_time
  fields:
    transaction_id: string
    reference: string
    event_time: timestamp
    booked_at: timestamp
    card_id: string
    customer_id: string
    amount: money
    points: int
    country: string?
    channel: {type: string, default: "unknown"}
  money: {base: USD, rates: {EUR: 1.08}}
  entities:
    card: {key: card_id}
    customer: {key: customer_id, profile: {limit: money?}}
  dedupe: 1h
rules: [rules.yaml]
"""
RULES = """
version: 1
lists:
  risky: [NG, KP]
rules:
  - id: probes
    title: Probes
    severity: high
    by: card
    where: channel == "ecom"
    let: {probes: count(where amount < 2 EUR) over 10m}
    when: probes >= 3 and amount > 200 USD
    cooldown: 30m
    unless: channel == "3ds"
    within: 10m
    message: "{probes} probes"
    labels: {team: payments}
  - id: spending
    by: customer
    when: sum(amount) over 1h > 1_000 USD or sum(points) over 1d > 500
  - id: risky-country
    by: customer
    when: count(where country in risky) over 1d delayed by 1h > 2
  - id: large
    when: amount > 9_000 USD
"""
PROBES, AMOUNTS, POINTS, RISKY = range(4)  # the windows, in order of first use


def compiled(folder: Path, project: str, rules: str) -> Plan:
    folder.mkdir()
    (folder / "fraudc.yaml").write_text(project, encoding="utf-8")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    found = compile_project(folder)
    assert found.plan is not None, [d.message for d in found.diagnostics.found]
    return found.plan


def edited(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def old(tmp_path: Path) -> Plan:
    return compiled(tmp_path / "old", PROJECT, RULES)


def rules_edit(tmp_path: Path, old: Plan, *pairs: tuple[str, str]) -> Diff:
    return compare(old, compiled(tmp_path / "new", PROJECT, edited(RULES, *pairs)), NOW)


def schema_edit(tmp_path: Path, old: Plan, *pairs: tuple[str, str], rules: str = RULES) -> Diff:
    return compare(old, compiled(tmp_path / "new", edited(PROJECT, *pairs), rules), NOW)


def verdicts(diff: Diff) -> list[str]:
    return [window.verdict for window in diff.windows]


def test_equal_projects_do_not_differ(tmp_path: Path, old: Plan) -> None:
    diff = rules_edit(tmp_path, old)
    assert (diff.differs, diff.redeploy, diff.rules, diff.lists, diff.schema) == (False, False, (), (), ())
    assert verdicts(diff) == ["KEEP"] * 4


def test_order_and_layout_make_no_difference(tmp_path: Path, old: Plan) -> None:
    diff = rules_edit(tmp_path, old, ("amount > 200 USD", "(amount > 200.00 USD)"), ("by: card\n", "by:   card\n"))
    assert not diff.differs


@pytest.mark.parametrize(
    ("pair", "change"),
    [
        (("probes >= 3 and", "probes >= 4 and"), ("when", "probes >= 3 and amount > 200 USD", "probes >= 4 and amount > 200 USD")),
        (("severity: high", "severity: low"), ("severity", "high", "low")),
        (("{probes} probes", "{probes} {{probes}}"), ("message", "{probes} probes", "{probes} {{probes}}")),
        (("title: Probes", "title: Testing"), ("title", "Probes", "Testing")),
        (("{team: payments}", "{team: cards}"), ("labels", '{"team": "payments"}', '{"team": "cards"}')),
        (("    cooldown: 30m\n", ""), ("cooldown", "30m", None)),
        (("    cooldown: 30m\n", "    cooldown: 1h\n"), ("cooldown", "30m", "1h")),
        (("    cooldown: 30m\n", "    cooldown: 30m\n    mode: shadow\n"), ("mode", "live", "shadow")),
        (("    cooldown: 30m\n", "    cooldown: 30m\n    rollout: 5%\n"), ("rollout", "100%", "5%")),
        (("    cooldown: 30m\n", "    cooldown: 30m\n    from: 2026-01-01T00:00:00Z\n"), ("from", None, "2026-01-01T00:00:00Z")),
        (("    cooldown: 30m\n", "    cooldown: 30m\n    until: 2026-01-01T00:00:00Z\n"), ("until", None, "2026-01-01T00:00:00Z")),
        (('channel == "3ds"', 'channel == "pos"'), ("unless", 'channel == "3ds"', 'channel == "pos"')),
        (("    within: 10m", "    within: 5m"), ("within", "10m", "5m")),
        (
            ("let: {probes: count(where amount < 2 EUR) over 10m}", "let: {probes: count(where amount < 2 EUR) over 10m * 2}"),
            ("let probes", "count(where amount < 2 EUR) over 10m", "count(where amount < 2 EUR) over 10m * 2"),
        ),
    ],
    ids=lambda value: value[0] if len(value) == 3 else "",
)
def test_edits_of_a_rule_over_the_same_windows_keep_state(
    tmp_path: Path, old: Plan, pair: tuple[str, str], change: tuple[str, str | None, str | None]
) -> None:
    diff = rules_edit(tmp_path, old, pair)
    assert [(rule.id, rule.change, rule.keys, rule.warm_from) for rule in diff.rules] == [
        ("probes", "changed", (KeyChange(*change),), None)
    ]
    assert verdicts(diff) == ["KEEP"] * 4
    assert (diff.differs, diff.redeploy) == (True, False)


def test_list_contents_keep_state(tmp_path: Path, old: Plan) -> None:
    diff = rules_edit(tmp_path, old, ("[NG, KP]", "[IR, NG, SY]"))
    assert diff.lists == (ListChange("risky", ("IR", "SY"), ("KP",)),)
    assert (diff.rules, verdicts(diff), diff.differs) == ((), ["KEEP"] * 4, True)


def test_money_rates_keep_state_and_change_no_rule(tmp_path: Path, old: Plan) -> None:
    diff = schema_edit(tmp_path, old, ("EUR: 1.08", "EUR: 1.10"))
    assert [(change.what, change.verdict) for change in diff.schema] == [("the rate of EUR was 1.08 and is 1.1", "KEEP")]
    assert (diff.rules, verdicts(diff)) == ((), ["KEEP"] * 4)


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (("    country: string?\n", "    country: string?\n    device: string?\n"), "`device` is new, optional"),
        (("    country: string?\n", "    country: {type: string?, aliases: [land]}\n"), "the aliases of `country` were none and are land"),
        (("    country: string?\n", "    country: {type: string?, path: place.country}\n"),
         "the path of `country` was none and is place.country"),
        (('default: "unknown"', 'default: "none"'), 'the default of `channel` was "unknown" and is "none"'),
        (("    country: string?\n", "    country: string\n"), "`country` is required"),
        (("    points: int\n", "    points: int?\n"), "`points` is optional"),
        (("    country: string?\n", "    country: string?\n    device: string\n"), "`device` is new, required"),
        (("profile: {limit: money?}", "profile: {limit: money?, segment: string?}"), "`customer.segment` is new, optional"),
        (("    card: {key: card_id}\n", "    card: {key: card_id}\n    pair: {key: [card_id, customer_id]}\n"), "the entity pair is new"),
        (("    card: {key: card_id}\n", "    card: {key: card_id, forget: 30d}\n"), "card is forgotten after no time before, and 30d now"),
        (("  dedupe: 1h\n", "  dedupe: 1h\n  max_disorder: 10s\n"), "max_disorder was 5s and is 10s"),
        (("  dedupe: 1h\n", "  dedupe: 1h\n  retire: 2d\n"), "retire was 1d and is 2d"),
    ],
)  # fmt: skip
def test_edits_of_the_schema_that_state_survives(tmp_path: Path, old: Plan, pair: tuple[str, str], what: str) -> None:
    diff = schema_edit(tmp_path, old, pair)
    assert [(change.what, change.verdict) for change in diff.schema] == [(what, "KEEP")]
    assert verdicts(diff) == ["KEEP"] * 4
    assert diff.fingerprints[0] == diff.fingerprints[1]


def test_a_new_rule_over_known_windows_is_warm_at_once(tmp_path: Path, old: Plan) -> None:
    added = "  - {id: spree, by: customer, when: sum(amount) over 60m > 5_000 USD}\n  - id: large\n"
    diff = rules_edit(tmp_path, old, ("  - id: large\n", added))
    assert [(rule.id, rule.change, rule.windows, rule.warm_from) for rule in diff.rules] == [("spree", "added", True, None)]
    assert verdicts(diff) == ["KEEP"] * 4
    assert diff.windows[AMOUNTS].rules == ("spending", "spree")


@pytest.mark.parametrize(
    ("pair", "at", "warm"),
    [
        (("sum(amount) over 1h", "sum(amount) over 2h"), AMOUNTS, NOW + 2 * HOUR),
        (("sum(points) over 1d", "sum(points + 1) over 1d"), POINTS, NOW + DAY),
        (("where amount < 2 EUR", "where amount < 3 EUR"), PROBES, NOW + 10 * MINUTE),
        (('where: channel == "ecom"', 'where: channel == "web"'), PROBES, NOW + 10 * MINUTE),
        (("over 1d delayed by 1h", "over 1d delayed by 2h"), RISKY, NOW + DAY + 2 * HOUR),
        (("sum(amount) over 1h", "sum(amount) over all"), AMOUNTS, None),
    ],
)
def test_a_new_window_warms_up_for_its_size_plus_delay(tmp_path: Path, old: Plan, pair: tuple[str, str], at: int, warm: int | None) -> None:
    diff = rules_edit(tmp_path, old, pair)
    assert [(window.verdict, window.until) for window in diff.windows if window.verdict != "KEEP"] == [
        ("WARM-UP", warm),
        ("RETIRED", NOW + DAY),
    ]
    assert diff.windows[at].verdict == "WARM-UP"
    assert [rule.warm_from for rule in diff.rules] == [warm]


def test_a_rule_removed_retires_its_windows_and_ends_its_held_matches(tmp_path: Path, old: Plan) -> None:
    start, end = RULES.index("  - id: probes"), RULES.index("  - id: spending")
    diff = rules_edit(tmp_path, old, (RULES[start:end], ""))
    (removed,) = diff.rules
    assert (removed.id, removed.change, removed.retired_until) == ("probes", "removed", NOW + DAY)
    assert removed.notes == ("Matches that it holds are cancelled.",)
    assert verdicts(diff) == ["KEEP", "KEEP", "KEEP", "RETIRED"]
    assert (diff.windows[-1].rules, diff.windows[-1].until) == (("probes",), NOW + DAY)


def test_a_rollback_within_retirement_keeps_state(tmp_path: Path, old: Plan) -> None:
    without = compiled(tmp_path / "new", PROJECT, edited(RULES, (" or sum(points) over 1d > 500", "")))
    live = succeed(first(old), without, NOW)
    back = compare(live, old, NOW + DAY - 1)
    assert [(w.verdict, w.reason) for w in back.windows if w.reason] == [("KEEP", "it was retired, and still fed")]
    late = compare(live, old, NOW + DAY)
    assert [(w.window, w.until) for w in late.windows if w.verdict == "WARM-UP"] == [("sum(points) over 1d", NOW + 2 * DAY)]


def test_a_kept_window_that_is_not_yet_full_says_until_when(tmp_path: Path, old: Plan) -> None:
    new = compiled(tmp_path / "new", PROJECT, edited(RULES, ("sum(amount) over 1h", "sum(amount) over 2h")))
    live = succeed(first(old), new, NOW)
    diff = compare(live, new, NOW + HOUR)
    assert (diff.windows[AMOUNTS].verdict, diff.windows[AMOUNTS].until) == ("KEEP", NOW + 2 * HOUR)
    assert (diff.windows[-1].verdict, diff.windows[-1].changed) == ("RETIRED", False)
    assert not diff.differs
    over = compare(live, new, NOW + DAY)
    assert (over.windows[-1].verdict, over.windows[-1].reason) == ("DROPPED", "its time as a retired window is over")
    assert not over.differs


def test_a_rule_that_loses_unless_lets_held_matches_out_at_their_deadlines(tmp_path: Path, old: Plan) -> None:
    diff = rules_edit(tmp_path, old, ('    unless: channel == "3ds"\n    within: 10m\n', ""))
    assert diff.rules[0].notes == ("Matches that it holds come out at their deadlines.",)
    assert verdicts(diff) == ["KEEP"] * 4


LOST_POINTS = ["KEEP", "KEEP", "REDEPLOY", "KEEP"]


@pytest.mark.parametrize(
    ("pair", "what", "expected"),
    [
        (("    points: int\n", "    points: float\n"), "`points` was int and is float", LOST_POINTS),
        (("  id: transaction_id\n", "  id: reference\n"), "the id was `transaction_id` and is `reference`", ["KEEP"] * 4),
        (("  event_time: event_time\n", "  event_time: booked_at\n"),
         "the event time was `event_time` and is `booked_at`", ["REDEPLOY"] * 4),
        (("  dedupe: 1h\n", "  dedupe: 2h\n"), "dedupe was 1h and is 2h", ["KEEP"] * 4),
        (("{base: USD, rates: {EUR: 1.08}}", "{base: EUR, rates: {USD: 0.9}}"), "money was kept in USD and is in EUR",
         ["KEEP", "REDEPLOY", "KEEP", "KEEP"]),
        (("customer: {key: customer_id,", "customer: {key: [customer_id, card_id],"),
         "the key of customer was customer_id and is customer_id, card_id", ["KEEP", "REDEPLOY", "REDEPLOY", "REDEPLOY"]),
        (("    card_id: string\n", "    card_id: int\n"), "`card_id` was string and is int", ["REDEPLOY", "KEEP", "KEEP", "KEEP"]),
        (("profile: {limit: money?}", "profile: {limit: int?}"), "`customer.limit` was money and is int", ["KEEP"] * 4),
    ],
)  # fmt: skip
def test_edits_that_need_a_redeploy_say_what_survives(
    tmp_path: Path, old: Plan, pair: tuple[str, str], what: str, expected: list[str]
) -> None:
    diff = schema_edit(tmp_path, old, pair)
    assert [change.what for change in diff.schema if change.verdict == "REDEPLOY"] == [what]
    assert diff.redeploy
    assert diff.fingerprints[0] != diff.fingerprints[1]
    assert verdicts(diff) == expected


def test_a_window_lost_by_a_redeploy_says_why_and_when_it_is_warm_again(tmp_path: Path, old: Plan) -> None:
    diff = schema_edit(tmp_path, old, ("    points: int\n", "    points: float\n"))
    assert (diff.windows[POINTS].reason, diff.windows[POINTS].until) == ("it reads `points`, which was of type int", NOW + DAY)
    assert diff.windows[AMOUNTS].reason == "it survives the redeploy"
    assert [(rule.id, rule.change, rule.warm_from) for rule in diff.rules] == [("spending", "emptied", NOW + DAY)]


def test_a_field_gone_drops_the_windows_that_were_fed_from_it(tmp_path: Path, old: Plan) -> None:
    rules = edited(RULES, (" or sum(points) over 1d > 500", ""))
    diff = schema_edit(tmp_path, old, ("    points: int\n", ""), rules=rules)
    assert [(change.what, change.verdict) for change in diff.schema] == [("`points` is gone", "KEEP")]
    assert [(window.verdict, window.reason) for window in diff.windows[3:]] == [("DROPPED", "the schema no longer has what it reads")]
    assert not diff.redeploy


def test_with_at_everything_counts_from_there(tmp_path: Path, old: Plan) -> None:
    new = compiled(tmp_path / "new", PROJECT, edited(RULES, ("sum(amount) over 1h", "sum(amount) over 2h")))
    diff = compare(old, new, NOW, at=NOW + DAY)
    assert (diff.begins, diff.windows[AMOUNTS].until, diff.windows[-1].until) == (NOW + DAY, NOW + DAY + 2 * HOUR, NOW + 2 * DAY)


def test_published_sets_keep_their_own_times(tmp_path: Path, old: Plan) -> None:
    new = compiled(tmp_path / "new", PROJECT, edited(RULES, ("sum(amount) over 1h", "sum(amount) over 2h")))
    one = first(old)
    two = succeed(one, new, NOW)
    diff = compare(one, two, NOW + 5 * DAY)
    assert (diff.before, diff.after, diff.windows[AMOUNTS].until) == (1, 2, NOW + 2 * HOUR)
