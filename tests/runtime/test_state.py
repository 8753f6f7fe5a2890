"""State bytes: a cut at any point changes nothing, entries stay small, windows come and go by what they mean."""

import json
from base64 import b64decode
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fraudc_runtime.plan import All, Panes, Sliding, Tumbling
from fraudc_runtime.rulesets.succession import first, succeed
from fraudc_runtime.rulesets.swapping import orders
from fraudc_runtime.state import SEGMENT
from machine import FIELDS, Entries, Machine, aggregate, constant, item, let, plan, rule
from machine import call as _call

LONG = Sliding(10_000_000)
N = FIELDS["n"]
SUM = aggregate("sum", N, LONG)
WIDE = [
    SUM,
    aggregate("distinct", N, LONG),
    aggregate("min", N, LONG),
    aggregate("first", N, LONG, excluding=True),
    aggregate("percentile", N, LONG, parameter="75"),
    aggregate("percentile", N, Tumbling(10_000_000), parameter="75"),
    aggregate("distinct", N, All()),
    aggregate("distinct", N, Panes(4_000_000, 1_000)),
    aggregate("sum", N, Panes(4_000_000, 1_000)),
    aggregate("rising", N, LONG, parameter="1"),
    aggregate("sum", FIELDS["f"], LONG),
    aggregate("stddev", FIELDS["f"], Tumbling(86_400_000, "America/St_Johns")),
]


def values(alerts: list[dict[str, Any]]) -> list[Any]:
    return [alert["values"] for alert in alerts]


def wide_plan() -> Any:
    return plan(rule(lets={f"v{at}": each for at, each in enumerate(WIDE)}), signatures=WIDE, dedupe=10_000_000)


def many(count: int, seed: int) -> list[tuple[Any, ...]]:
    random = Random(seed)
    return [item(1_000 * at, n=random.choice([None, random.randrange(1_000)]), f=random.uniform(-1, 1)) for at in range(1, count)]


def test_cuts_change_nothing_in_a_key_of_many_segments() -> None:
    items, random = many(4 * SEGMENT, 1), Random(2)
    whole, cut = Machine(wide_plan()), Machine(wide_plan())
    for start in range(0, len(items), 100):
        part = items[start : start + 100]
        if random.random() < 0.7:
            cut.cut()
        assert whole.send(part, part[-1][0]) == cut.send(part, part[-1][0])


def test_segments_that_are_past_are_removed() -> None:
    short = aggregate("sum", N, Sliding(600_000))
    machine = Machine(plan(rule(lets={"s": short}), signatures=[short], dedupe=600_000))
    most = 0
    for start, each in enumerate(items := many(8 * SEGMENT, 3)):
        if start % 100 == 99:
            machine.send(items[start - 99 : start + 1], each[0])
            machine.cut()
            most = max(most, len(machine.store))
    assert most <= 4 + 2 * 4  # 600 members and ids fill at most two segments of each log, and one is about to go


def test_no_entry_grows_with_the_members_of_a_window() -> None:
    machine = Machine(wide_plan())
    sizes = []
    for start in range(0, 12 * SEGMENT, 3 * SEGMENT):
        items = [item(1_000 * at, f"id{at:08}", n=at % 1_000, f=float(at)) for at in range(start + 1, start + 3 * SEGMENT)]
        machine.send(items, items[-1][0])
        machine.shard.flush()
        sizes.append(max(len(entry) for name, entry in machine.store.items()))
    assert sizes[-1] < 1.5 * sizes[0]


def test_a_flush_writes_only_what_changed() -> None:
    written: list[str] = []

    class Watched(Entries):
        def put(self, key: str, value: bytes) -> None:
            written.append(key)
            super().put(key, value)

    machine = Machine(wide_plan(), store=Watched())
    items = many(4 * SEGMENT, 4)
    machine.send(items, items[-1][0])
    machine.shard.flush()
    written.clear()
    machine.send([item(items[-1][0] + 1, n=1)], items[-1][0] + 1)
    machine.shard.flush()
    assert sorted(name for name in written if name.startswith(("k/", "s/"))) == ["k/key/K"]


def test_reading_and_writing_again_gives_the_same_bytes() -> None:
    machine = Machine(wide_plan())
    items = many(1_500, 5)
    machine.send(items, items[-1][0])
    machine.shard.flush()
    before = dict(machine.store)
    machine.start()
    state = machine.shard._keys[0].load("K")
    machine.shard._touch(0, "K", state)
    machine.shard.flush()
    assert dict(machine.store) == before


def test_state_of_another_version_is_refused_with_both_versions_named() -> None:
    machine = Machine(wide_plan())
    machine.send([item(1, n=1)], 1)
    machine.shard.flush()
    machine.store["k/key/K"] = b"\x09" + machine.store["k/key/K"][1:]
    machine.start()
    with pytest.raises(ValueError, match="version 9; this release reads version 1"):
        machine.send([item(2, n=1)], 2)


def test_a_window_that_stays_keeps_its_members_when_others_come_and_go() -> None:
    ever, pane = aggregate("sum", N, All()), aggregate("sum", N, Panes(10_000, 1_000))
    old = plan(rule(lets={"s": SUM, "e": ever, "p": pane}), signatures=[SUM, ever, pane])
    one = first(old)
    machine = Machine(old)
    machine.play([item(1_000 * at, n=1) for at in range(1, SEGMENT + 100)])
    others = [aggregate("max", N, All()), aggregate("sum", N, Sliding(9_000)), aggregate("sum", FIELDS["i"], LONG)]
    others += [aggregate("avg", N, LONG), aggregate("sum", N, Panes(5_000, 1_000)), aggregate("avg", N, Panes(10_000, 1_000))]
    new = plan(rule(lets={"s": SUM, "p": pane, **{f"o{at}": each for at, each in enumerate(others)}}), signatures=[SUM, pane, *others])
    two = succeed(one, new, 0)
    machine.cut(orders(two, 0))
    last = SEGMENT + 100
    (alert,) = machine.play([item(1_000 * last, n=5, i=3)])
    # what stays goes on: 611 ones and a five, and in ten panes nine ones and a five; what is new holds the newcomer alone
    assert alert["values"] == {"s": last - 1 + 5, "p": 9 + 5, "o0": 5, "o1": 5, "o2": 3, "o3": 5, "o4": 5, "o5": 5}
    machine.cut(orders(succeed(two, old, 1_000_000), 1_000_000))  # a rollback within `retire`: what was not read was fed all the same
    (alert,) = machine.play([item(1_000 * last + 1_000, n=1)])
    assert alert["values"] == {"s": last + 5, "e": last + 5, "p": 8 + 5 + 1}


def sample_plan() -> Any:
    """The plan whose state is stored in golden/state; its `unless` holds one match, its key has segments."""
    windows = [SUM, aggregate("avg", FIELDS["f"], All()), aggregate("distinct", N, Panes(4_000_000, 1_000)), aggregate("min", N, LONG)]
    windows += [aggregate("percentile", N, Tumbling(10_000_000), parameter="50"), aggregate("rising", N, LONG, parameter="1")]
    held = rule("h", _call("==", N, constant(599)), unless=_call("==", FIELDS["i"], constant(9)), within=5_000, cooldown=1_000)
    return plan(rule(lets={f"v{at}": each for at, each in enumerate(windows)}, cooldown=2), held, signatures=windows)


def test_state_that_version_1_stored_is_read() -> None:
    """600 members n = 1..600 and f = n / 2, one a second, as version 1 wrote them; then n = 7."""
    stored = json.loads((Path(__file__).parents[1] / "golden" / "state" / "version1.json").read_text("utf-8"))
    machine = Machine(sample_plan(), store=Entries({name: b64decode(entry) for name, entry in stored.items()}))
    due = machine.shard.due()
    assert due is not None
    assert 604_000 <= due <= 605_000
    (alert,) = machine.send([item(601_000, n=7, f=2.5)], 601_000)
    total, halves = 600 * 601 // 2 + 7, 600 * 601 / 4 + 2.5
    assert alert["values"] == {"v0": total, "v1": pytest.approx(halves / 601), "v2": 600, "v3": 1, "v4": 300, "v5": 1}
    assert [(each["rule"], each["transaction_id"]) for each in machine.end()] == [("h", "t000599000")]


def test_pending_items_survive_a_cut_in_order() -> None:
    machine = Machine(plan(rule()))
    items = [item(10_000 + at % 7, f"id{at:05}") for at in range(2_000)]
    machine.send(items, 5)
    machine.cut()
    assert machine.shard.pending_until() == 10_006
    assert [alert["transaction_id"] for alert in machine.end()] == [each[1] for each in sorted(items)]


def test_thresholds_of_one_window_fire_each_at_its_own() -> None:
    count = aggregate("count", None, All())
    limits = [3, 5, 2, 4]
    rules = [rule(f"r{limit}", _call(op, let("c", count), constant(limit)), {"c": count}) for limit in limits for op in (">=",)]
    rules += [rule(f"below{limit}", _call(">", constant(limit), let("c", count)), {"c": count}) for limit in limits]
    machine = Machine(plan(*rules, signatures=[count]))
    fired = [sorted(alert["rule"] for alert in machine.play([item(at)])) for at in range(1, 6)]
    assert fired == [
        ["below2", "below3", "below4", "below5"],
        ["below3", "below4", "below5", "r2"],
        ["below4", "below5", "r2", "r3"],
        ["below5", "r2", "r3", "r4"],
        ["r2", "r3", "r4", "r5"],
    ]
