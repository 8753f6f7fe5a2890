"""Profile rows at one shard: they outlive a key's state, wherever the key is when that goes."""

import msgspec

from fraudc_runtime.expr import Profile
from fraudc_runtime.frames import MARKER, NEWER_PROFILES, PROFILES, shard_frame
from machine import Machine, call, constant, item, plan, rule

HOME = rule(when=call("==", Profile("home", "string"), constant("a", "string")))
HOUR = 3_600_000


def test_a_row_is_read_again_after_the_key_expired_in_the_older_generation() -> None:
    machine = Machine(plan(HOME), budget=2)  # every frame makes the older generation of what it used
    machine.profile("K", "a")
    assert len(machine.send([item(1_000)], 1_000)) == 1
    machine.send([], 1_000 + 2 * HOUR, MARKER)
    assert len(machine.send([item(1_001 + 2 * HOUR)], 1_001 + 2 * HOUR)) == 1


def test_a_row_of_the_start_never_replaces_one_that_overtook_it_even_behind_a_restore() -> None:
    machine = Machine(plan(HOME))
    machine.profile("K", "b", PROFILES)
    machine.profile("K", "a", NEWER_PROFILES)
    machine.profile("L", None, NEWER_PROFILES)
    machine.cut()
    machine.profile("K", "c", PROFILES)
    machine.profile("L", "a", PROFILES)
    assert [alert["key"] for alert in machine.send([item(1_000, "t1", "K"), item(1_000, "t2", "L")], 1_000)] == ["K"]
    assert "changed profiles" in machine.store
    machine.send([], 1_000, MARKER)
    assert "changed profiles" not in machine.store


def test_a_newer_row_counts_from_the_next_decision_on_and_a_deleted_one_no_longer() -> None:
    machine = Machine(plan(HOME))
    assert machine.play([item(1_000)]) == []
    machine.profile("K", "a", NEWER_PROFILES)
    assert len(machine.play([item(2_000)])) == 1
    machine.profile("K", None, NEWER_PROFILES)
    assert machine.play([item(3_000)]) == []
    machine.cut()
    assert not [entry for entry in machine.store if entry.startswith("p/")]


def test_a_row_of_an_entity_that_no_rules_know_yet_waits_for_them() -> None:
    machine = Machine(plan(HOME))
    rows = ["other", [["K", {"home": "a"}]]]
    machine.take(machine.shard.frame(shard_frame(-(2**63), 0, [PROFILES + msgspec.msgpack.encode(rows)])))
    assert "p/other/K" in machine.store
