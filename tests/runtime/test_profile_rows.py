"""Profile rows at one shard: they outlive a key's state, wherever the key is when that goes."""

from fraudc_runtime.expr import Profile
from fraudc_runtime.frames import MARKER
from machine import Machine, call, constant, item, plan, rule

HOME = rule(when=call("==", Profile("home", "string"), constant("a", "string")))
HOUR = 3_600_000


def test_a_row_is_read_again_after_the_key_expired_in_the_older_generation() -> None:
    machine = Machine(plan(HOME), budget=2)  # every frame makes the older generation of what it used
    machine.profile("K", "a")
    assert len(machine.send([item(1_000)], 1_000)) == 1
    machine.send([], 1_000 + 2 * HOUR, MARKER)
    assert len(machine.send([item(1_001 + 2 * HOUR)], 1_001 + 2 * HOUR)) == 1
