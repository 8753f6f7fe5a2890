"""Rule sets that take over from one another at one shard: what goes on, what starts anew, what is cold, which set decides what."""

from typing import Any

import pytest

from fraudc_runtime.frames import MARKER, MAX_WATERMARK
from fraudc_runtime.plan import All, Panes, Plan, Rule, Sliding, Tumbling
from fraudc_runtime.programs import Programs
from fraudc_runtime.rulesets.acceptance import Standing
from fraudc_runtime.rulesets.ruleset import RuleSet
from fraudc_runtime.rulesets.succession import first, succeed
from machine import FIELDS, Machine, aggregate, call, constant, item, let, plan, rule

N, S = FIELDS["n"], FIELDS["s"]
COUNT, SUM = aggregate("count", None, Sliding(10_000)), aggregate("sum", N, Sliding(5_000), delay=2_000)
REFUND = call("==", S, constant("refund", "string"))


def counting(limit: int, **keys: Any) -> Plan:
    return plan(rule("c", call(">=", let("c", COUNT), constant(limit)), {"c": COUNT}, **keys), signatures=[COUNT], retire=60_000)


def held(**keys: Any) -> Rule:
    """A match is an `i` above 0; it waits for 5 s."""
    return rule("h", call(">", FIELDS["i"], constant(0)), **{"unless": REFUND, "within": 5_000, **keys})


class Reloaded(Machine):
    """A shard on which sets are published."""

    def begin(self) -> None:
        self.programs = Programs()
        self.sets: tuple[RuleSet, ...] = (first(self.plan),)  # type: ignore[arg-type]  # these machines begin with a plan
        self.stand()

    def stand(self) -> int | None:
        return self.shard.stand(Standing(self.sets), self.programs)

    def publish(self, new: Plan, at: int | None = None, published_at: int = 0) -> int | None:
        found = succeed(self.sets[-1], new, published_at, at)
        self.sets = (found,) if at is None else (*self.sets, found)
        return self.stand()

    def restart(self) -> None:
        self.cut()
        self.stand()


def running(plan: Plan, **keys: Any) -> Reloaded:
    machine = Reloaded(plan, **keys)
    machine.begin()
    return machine


def seen(alerts: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(alert["values"][name] if name in alert["values"] else alert[name] for name in names) for alert in alerts]


def test_a_changed_threshold_goes_on_counting_and_keeps_the_cooldown() -> None:
    machine = running(counting(2, cooldown=5_000))
    assert seen(machine.play([item(1_000), item(2_000)]), "c", "revision") == [(2, 1)]
    machine.publish(counting(3, cooldown=5_000))
    # the third in ten seconds, but within 5 s of the alert at 2_000; then the fourth, 5 s behind it
    assert seen(machine.play([item(3_000), item(7_000)]), "c", "revision", "suppressed", "warm") == [(4, 2, 1, True)]


def test_a_set_takes_over_at_exactly_its_event_time() -> None:
    machine = running(counting(1))
    assert machine.publish(counting(1), at=5_000) is None
    alerts = machine.send([item(at) for at in (4_998, 4_999, 5_000, 5_001)], 6_000)
    assert seen(alerts, "event_time", "revision", "c") == [
        ("1970-01-01T00:00:04.998Z", 1, 1),
        ("1970-01-01T00:00:04.999Z", 1, 2),
        ("1970-01-01T00:00:05.000Z", 2, 3),
        ("1970-01-01T00:00:05.001Z", 2, 4),
    ]


def test_several_sets_wait_in_a_row() -> None:
    machine = running(counting(1))
    for at in (2_000, 3_000):
        machine.publish(counting(1), at=at)
    machine.restart()
    assert seen(machine.send([item(at) for at in (1_999, 2_000, 2_999, 3_000)], 9_000), "revision") == [(1,), (2,), (2,), (3,)]


def test_a_shard_that_is_past_the_time_swaps_at_once_and_says_by_how_much() -> None:
    machine = running(counting(1))
    machine.play([item(5_000)])
    assert machine.publish(counting(1), at=5_001) is None
    machine = running(counting(1))
    machine.play([item(5_000)])
    assert machine.publish(counting(1), at=4_001) == 1_000
    assert seen(machine.play([item(5_001)]), "revision", "c") == [(2, 2)]


def test_what_waits_for_the_watermark_is_decided_by_the_set_that_comes_without_a_time() -> None:
    machine = running(counting(1))
    machine.send([item(1_000), item(2_000)], 1_500)
    machine.publish(counting(1))
    assert seen(machine.end(), "revision", "c") == [(2, 2)]


def test_a_new_window_is_cold_until_it_has_lived_for_its_size_plus_delay() -> None:
    machine = running(counting(1))
    machine.play([item(9_000, n=1)])
    both = plan(rule("c", lets={"c": COUNT}), rule("s", lets={"s": SUM}), signatures=[COUNT, SUM])
    machine.publish(both, at=10_000)
    alerts = machine.play([item(at, n=1) for at in (10_000, 12_000, 16_999, 17_000)])
    assert seen([each for each in alerts if each["rule"] == "s"], "s", "warm") == [(0, False), (1, False), (2, False), (1, True)]
    assert seen([each for each in alerts if each["rule"] == "c"], "c", "warm") == [(2, True), (3, True), (4, True), (5, True)]


def test_a_rollback_within_retire_goes_on_and_a_later_one_starts_anew() -> None:
    ever = aggregate("count", None, All())
    old = plan(rule("e", lets={"e": ever}), signatures=[ever], retire=10_000)
    for back, counted in ((19_999, 3), (20_000, 1)):
        machine = running(old)
        machine.play([item(5_000)])
        machine.publish(plan(rule("other"), retire=10_000), at=10_000)
        machine.publish(old, at=back)
        machine.restart()
        machine.play([item(15_000)])
        assert seen(machine.play([item(20_000)]), "e", "revision") == [(counted, 3)]


def test_a_key_that_slept_through_it_forgets_what_was_dropped_as_well() -> None:
    panes = aggregate("sum", N, Panes(100_000, 1_000))
    machine = running(plan(rule("p", lets={"p": panes}), signatures=[panes], retire=10_000))
    machine.play([item(5_000, n=1)])
    machine.publish(plan(rule("other"), retire=10_000), at=10_000)
    machine.publish(machine.sets[0].plan, at=30_000)
    machine.restart()
    assert seen(machine.play([item(30_000, n=2)]), "p") == [(2,)]


def test_a_rule_that_comes_back_begins_without_cooldown_and_suppressed_matches() -> None:
    old = counting(1, cooldown=60_000)
    machine = running(old)
    assert seen(machine.play([item(1_000), item(2_000)]), "c", "suppressed") == [(1, 0)]
    machine.publish(plan(rule("other"), retire=60_000), at=3_000)
    machine.publish(old, at=4_000)
    assert seen(machine.play([item(4_000)]), "c", "suppressed") == [(3, 0)]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(("removed", "out"), [(6_099, 0), (6_100, 0), (6_101, 1)])
def test_matches_of_a_removed_rule_end_from_its_removal_on(removed: int, out: int, restart: bool) -> None:
    machine = running(plan(held()))
    machine.publish(plan(rule("other")), at=removed)
    assert machine.send([item(1_100, i=1)], 1_100) == []
    if restart:
        machine.restart()
    alerts = [each for each in machine.send([], 20_000) if each["rule"] == "h"]
    assert seen(alerts, "revision", "decided_at") == [(1, "1970-01-01T00:00:06.100Z")] * out


def test_matches_of_a_rule_that_came_back_end_as_well() -> None:
    machine = running(plan(held()))
    machine.play([item(1_000, i=1)])
    machine.publish(plan(rule("other", when=REFUND)), at=2_000)
    machine.publish(plan(held()), at=3_000)
    machine.play([item(3_000, i=1)])
    assert seen(machine.end(), "revision", "event_time") == [(3, "1970-01-01T00:00:03.000Z")]


def test_a_held_match_keeps_its_alert_and_deadline_and_the_unless_in_force_drops_it() -> None:
    machine = running(plan(held(message=None, severity="low")))
    machine.play([item(1_000, "a", i=1), item(1_500, "b", "L", i=1)])
    machine.publish(plan(held(severity="high", within=60_000, unless=call("==", N, constant(7)))), at=2_000)
    machine.restart()
    machine.play([item(3_000, "c", s="refund"), item(3_001, "d", "L", n=7)])
    assert seen(machine.end(), "transaction_id", "severity", "revision", "decided_at") == [("a", "low", 1, "1970-01-01T00:00:06.000Z")]


def test_a_rule_that_lost_its_unless_lets_matches_out_at_their_deadlines() -> None:
    machine = running(plan(held(cooldown=1_000)))
    machine.play([item(1_000, "a", i=1)])
    machine.publish(plan(held(unless=None, within=None, cooldown=1_000)), at=2_000)
    now = machine.play([item(3_000, "b", s="refund", i=2)])
    assert seen(now, "transaction_id", "revision") == [("b", 2)]
    assert machine.send([], 5_999) == []
    assert seen(machine.send([], 6_000), "transaction_id", "revision") == [("a", 1)]


def test_a_held_match_comes_out_though_its_rule_goes_by_another_entity_or_by_none() -> None:
    machine = running(plan(held()))
    machine.play([item(1_000, "a", i=1)])
    machine.publish(plan(held(entity=None, unless=None, within=None)), at=2_000)
    assert seen(machine.end(), "transaction_id", "revision") == [("a", 1)]


def test_the_cooldown_in_force_counts_when_a_held_match_comes_out() -> None:
    machine = running(plan(held()))
    machine.play([item(1_000, "a", i=1), item(2_000, "b", i=1)])
    machine.publish(plan(held(cooldown=60_000)), at=6_500)  # between the two deadlines
    machine.restart()
    assert seen(machine.send([], 9_000), "transaction_id") == [("a",), ("b",)]
    machine.play([item(9_001, "c", i=1)])
    machine.end()
    assert machine.counts.rules["h"].suppressed == 1  # c, within a minute of b at 7_000


def test_a_swap_between_a_marker_and_the_barrier_stores_nothing() -> None:
    machine = running(counting(1))
    machine.play([item(1_000)])
    machine.send([], -(2**63), MARKER)
    before = dict(machine.store)
    machine.publish(plan(rule("other")))
    assert dict(machine.store) == before


def test_decoded_keys_go_on_when_slots_are_arranged_alike_and_are_written_one_by_one_otherwise() -> None:
    machine = running(counting(9))
    machine.play([item(1_000, k="K"), item(1_001, k="L")])
    machine.publish(counting(8))
    assert machine.store == {}
    machine.publish(plan(rule("other"), retire=60_000, signatures=[aggregate("max", N, All())]))
    machine.play([item(2_000, k="K")])
    assert [name for name in machine.store if name.startswith("k/")] == ["k/key/K"]
    machine.shard.flush()
    assert [name for name in machine.store if name.startswith("k/")] == ["k/key/K", "k/key/L"]


def test_windows_fed_while_retired_end_on_time() -> None:
    machine = running(counting(1))
    machine.publish(plan(rule("other"), retire=60_000), at=10_000)
    machine.play([item(20_000)])
    machine.send([], 69_999)
    assert len(machine.shard._program.plan.signatures) == 1
    machine.send([], MAX_WATERMARK)
    assert machine.shard._program.plan.signatures == ()


def test_a_local_day_that_comes_twice_goes_on_while_another_window_over_it_comes_or_goes() -> None:
    days = Tumbling(86_400_000, "America/St_Johns")
    count, total = aggregate("count", None, days), aggregate("sum", N, days)
    only = plan(rule("r", lets={"c": count}), signatures=[count], retire=0)
    both = plan(rule("r", lets={"c": count, "n": total}), signatures=[count, total], retire=0)
    start = 1_162_088_999_000  # 2006-10-29T02:29:59Z, the 28th 23:59:59; at 02:31 clocks go back from 00:01 to 23:01
    for before, after in ((only, both), (both, only)):
        machine = running(before)
        machine.play([item(start, n=1), item(start + 1_000, n=1)])
        machine.publish(after, at=start + 30_000)
        machine.restart()
        alerts = machine.play([item(start + 61_000, n=1), item(start + 3_661_000, n=1)])
        assert seen(alerts, "c") == [(2,), (2,)]  # the 28th with the first one, the 29th with the second
