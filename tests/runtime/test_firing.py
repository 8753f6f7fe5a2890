"""When rules fire: order, duplicates, cooldown, unless, rollout, lateness, forget and the end of input, each at its edges."""

import json
from typing import Any

import pytest

from fraudc_runtime.expr import Match, Profile
from fraudc_runtime.frames import LATE, SHADOW
from fraudc_runtime.plan import All, Hole, Plan, Rule, Sliding, Text, Tumbling
from machine import FIELDS, Machine, aggregate, alerts, call, constant, item, let, plan, rule

HOUR = 3_600_000
COUNT = aggregate("count", None, Sliding(10))
EVER = aggregate("count", None, All())
REFUND = call("==", FIELDS["s"], constant("refund", "string"))


def fired(found: list[dict[str, Any]]) -> list[str]:
    return [alert["transaction_id"] for alert in found]


def held(**keys: Any) -> Rule:
    return rule(when=call("==", FIELDS["i"], constant(1)), unless=REFUND, within=100, **keys)


def test_a_member_leaves_at_the_instant_its_window_ends() -> None:
    found = alerts(plan(rule(lets={"c": COUNT}), signatures=[COUNT]), item(1_000), item(1_009), item(1_019))
    assert [alert["values"]["c"] for alert in found] == [1, 2, 1]


def test_transactions_of_one_instant_are_taken_by_id() -> None:
    machine = Machine(plan(rule(lets={"c": COUNT}), signatures=[COUNT]))
    found = machine.send([item(5, "b"), item(5, "a"), item(4, "z")], 5)
    assert [(alert["transaction_id"], alert["values"]["c"]) for alert in found] == [("z", 1), ("a", 2), ("b", 3)]


def test_what_is_behind_the_watermark_is_late_and_touches_nothing() -> None:
    machine = Machine(plan(rule(lets={"c": EVER}), signatures=[EVER], max_disorder=5))
    machine.send([item(10)], 10)
    machine.send([item(10, "x"), item(11, "y")], 11)
    tags = [tag for tag, _, _ in machine.records]
    assert tags.count(LATE) == 1
    late = json.loads(next(payload for tag, _, payload in machine.records if tag == LATE))
    assert (late["transaction_id"], late["entity"], late["late_by_ms"]) == ("x", "key", 1)
    assert json.loads(machine.records[-1][2])["values"]["c"] == 2
    assert (machine.counts.entities["key"].late, machine.counts.entities["key"].evaluated) == (1, 2)


def test_a_duplicate_counts_again_at_exactly_dedupe() -> None:
    machine = Machine(plan(rule(lets={"c": EVER}), signatures=[EVER], dedupe=HOUR))
    found = machine.play([item(0, "a"), item(HOUR - 1, "a"), item(HOUR, "a"), item(2 * HOUR - 1, "a"), item(2 * HOUR, "a")])
    assert [alert["values"]["c"] for alert in found] == [1, 2, 3]
    assert machine.counts.entities["key"].duplicate == 2


def test_without_dedupe_nothing_is_a_duplicate() -> None:
    assert len(alerts(plan(rule(), dedupe=0), item(1, "a"), item(2, "a"))) == 2


def test_cooldown_suppresses_to_its_last_millisecond_and_tells_how_many() -> None:
    machine = Machine(plan(rule(cooldown=100)))
    found = machine.play([item(0), item(1), item(99), item(100), item(199), item(200)])
    assert [(alert["transaction_id"][-3:], alert["suppressed"]) for alert in found] == [("000", 0), ("100", 2), ("200", 1)]
    assert machine.counts.rules["r"].suppressed == 3


def test_from_is_inclusive_and_until_exclusive_and_windows_ignore_both() -> None:
    found = alerts(plan(rule(lets={"c": EVER}, start=10, end=20), signatures=[EVER]), item(9), item(10), item(19), item(20))
    assert [alert["values"]["c"] for alert in found] == [2, 3]


def test_a_rule_that_is_off_feeds_its_windows_and_says_nothing() -> None:
    off = rule("off", lets={"c": EVER}, mode="off")
    on = rule("on", when=call(">=", let("c", EVER), constant(2)), lets={"c": EVER})
    assert [alert["rule"] for alert in alerts(plan(off, on, signatures=[EVER]), item(1), item(2))] == ["on"]


def test_shadow_alerts_start_cooldowns_and_are_marked() -> None:
    machine = Machine(plan(rule(mode="shadow", cooldown=10)))
    assert [alert["mode"] for alert in machine.play([item(1), item(2)])] == ["shadow"]
    assert [tag for tag, _, _ in machine.records] == [SHADOW]


@pytest.mark.parametrize(("share", "mode"), [("0", "shadow"), ("0.762449984", "shadow"), ("0.762449985", "live"), ("1", "live")])
def test_rollout_compares_the_digest_of_rule_and_key(share: str, mode: str) -> None:
    """The first 8 bytes of the digest of "r", a zero byte and "K" are 0.76244998466 of 2**64."""
    assert [alert["mode"] for alert in alerts(plan(rule(rollout=share)), item(1))] == [mode]


def test_a_held_match_comes_out_once_time_has_passed_its_deadline() -> None:
    machine = Machine(plan(held()))
    assert machine.send([item(1_000, i=1)], 1_099) == []
    assert machine.shard.due() == 1_100
    (alert,) = machine.take(machine.shard.on_time(1_100))
    assert list(alert)[8:11] == ["event_time", "decided_at", "values"]
    assert alert["decided_at"] == "1970-01-01T00:00:01.100Z"
    assert alert["event_time"] == "1970-01-01T00:00:01.000Z"
    assert machine.shard.due() is None or machine.shard.due() > 1_100


@pytest.mark.parametrize(("at", "comes_out"), [(1_000, False), (1_100, False), (1_101, True)])
def test_unless_drops_a_match_up_to_exactly_its_deadline(at: int, comes_out: bool) -> None:
    found = alerts(plan(held()), item(1_000, "a", i=1), item(at, "b", s="refund"))
    assert fired(found) == (["a"] if comes_out else [])


def test_unless_does_not_look_at_the_match_itself_nor_at_other_keys() -> None:
    found = alerts(plan(held()), item(1_000, "a", i=1, s="refund"), item(1_001, "b", k="other", s="refund"))
    assert fired(found) == ["a"]


def test_unless_reads_the_held_match_and_ignores_where() -> None:
    same = call("==", FIELDS["n"], Match("n", "int", True))
    picky = rule(when=call("==", FIELDS["i"], constant(1)), unless=same, within=100, where=call("==", FIELDS["i"], constant(1)))
    found = alerts(plan(picky), item(1, "a", i=1, n=1), item(2, "b", i=1, n=2), item(3, "c", n=2))
    assert fired(found) == ["a"]


def test_cooldown_of_held_matches_counts_when_they_come_out() -> None:
    machine = Machine(plan(held(cooldown=50)))
    machine.send([item(1_000, "a", i=1), item(1_010, "b", i=1), item(1_049, "c", i=1), item(1_050, "d", i=1)], 1_060)
    assert [(alert["transaction_id"], alert["suppressed"]) for alert in machine.end()] == [("a", 0), ("d", 2)]


def test_a_dropped_match_starts_no_cooldown() -> None:
    found = alerts(plan(held(cooldown=500)), item(1_000, "a", i=1), item(1_010, "r", s="refund"), item(1_020, "b", i=1))
    assert [(alert["transaction_id"], alert["suppressed"]) for alert in found] == [("b", 0)]


def test_a_held_match_survives_restarts_with_its_own_text() -> None:
    machine = Machine(plan(held()))
    machine.send([item(1_000, i=1)], 1_000)
    later = Plan(machine.plan.schema, {}, (), machine.plan.rules, revision=9)
    machine.cut(later)
    assert machine.shard.due() is not None
    (alert,) = machine.end()
    assert alert["revision"] == 1


def test_a_removed_rule_cancels_its_held_matches_and_a_rule_without_unless_lets_them_out() -> None:
    for rules, count in ((), 0), ((rule(when=call("==", FIELDS["i"], constant(7))),), 1):
        machine = Machine(plan(held()))
        machine.send([item(1_000, i=1)], 1_000)
        machine.cut(plan(*rules))
        machine.send([item(1_001, s="refund")], 1_050)
        assert len(machine.end()) == count


def test_forget_starts_a_key_anew_at_exactly_its_duration() -> None:
    machine = Machine(plan(rule(lets={"c": EVER}, cooldown=10_000), signatures=[EVER], forget=100, dedupe=50))
    found = machine.play([item(0, "a"), item(99, "b"), item(199, "a")])
    assert [(alert["transaction_id"], alert["values"]["c"], alert["suppressed"]) for alert in found] == [("a", 1, 0), ("a", 1, 0)]


def test_end_of_input_decides_what_is_pending() -> None:
    machine = Machine(plan(rule()))
    assert machine.send([item(5)], 4) == []
    assert machine.shard.pending_until() == 5
    assert fired(machine.end()) == ["t000000005"]


def test_a_tumbling_window_starts_at_multiples_of_its_size() -> None:
    count = aggregate("count", None, Tumbling(100))
    found = alerts(plan(rule(lets={"c": count}), signatures=[count]), item(100), item(199), item(200))
    assert [alert["values"]["c"] for alert in found] == [1, 2, 1]


def test_a_key_whose_windows_are_empty_leaves_no_state() -> None:
    machine = Machine(plan(rule(lets={"c": COUNT}), signatures=[COUNT], dedupe=50))
    machine.send([item(1_000)], 1_000)
    machine.shard.flush()
    assert "k/key/K" in machine.store
    due = machine.shard.due()
    assert due is not None
    machine.take(machine.shard.on_time(due))
    assert [entry for entry in machine.store if entry.startswith(("k/", "s/"))] == []


def test_a_profile_row_outlives_the_state_of_its_key() -> None:
    home = rule(when=call("==", Profile("home", "string"), constant("NG", "string")))
    machine = Machine(plan(home, dedupe=50))
    machine.profile("K", "NG")
    assert fired(machine.play([item(1_000)])) == ["t000001000"]
    machine.cut()
    machine.take(machine.shard.on_time(machine.shard.due() or 0))
    machine.cut()
    assert fired(machine.play([item(90_000_000)])) == ["t090000000"]
    machine.profile("K", None)
    assert machine.play([item(90_000_001)]) == []


def test_alert_keys_stand_in_the_order_of_the_format() -> None:
    shown = rule(
        when=call(">", FIELDS["m"], constant(1, "money")),
        lets={"c": EVER},
        values=("m", "f"),
        message=(Text("{"), Hole(let("c", EVER)), Text(" of "), Hole(FIELDS["m"]), Text(" in "), Hole(FIELDS["s"])),
        labels={"team": "payments"},
    )
    (alert,) = alerts(plan(shown, signatures=[EVER]), item(1_000, "a", m=12_305))
    assert list(alert) == [
        *("alert_id", "rule", "revision", "severity", "mode", "entity", "key", "transaction_id", "event_time"),
        *("values", "message", "suppressed", "warm", "labels", "transaction"),
    ]
    assert alert["values"] == {"c": 1, "m": "123.05", "f": None}
    assert alert["message"] == "{1 of 123.05 USD in missing"
    assert (alert["alert_id"], alert["entity"], alert["key"], alert["labels"]) == ("r:a", "key", "K", {"team": "payments"})
