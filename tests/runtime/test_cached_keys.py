"""Decoded keys stay within their budget: what does not fit is written at once, without a marker, and read again when it is needed."""

import pytest

from fraudc_runtime.expr import Slot
from fraudc_runtime.plan import Sliding
from machine import Machine, aggregate, call, constant, item, plan, rule

KEYS, SMALLEST = 2_000, 400  # bytes that a decoded key takes at least
COUNT = aggregate("count", None, Sliding(3_600_000))
SECOND = plan(rule(when=call(">", Slot(COUNT.id, COUNT.type), constant(1))), signatures=(COUNT,))


@pytest.fixture
def counting() -> Machine:
    return Machine(SECOND, budget=100 * SMALLEST)


def test_keys_beyond_the_budget_are_written_before_any_marker(counting: Machine) -> None:
    for number in range(KEYS):
        counting.send([item(1_000 + number, k=f"K{number}")], 1_000 + number)
    written = [name for name in counting.store if name.startswith("k/")]
    assert KEYS - 100 <= len(written) < KEYS


def test_a_key_that_was_written_counts_on(counting: Machine) -> None:
    for number in range(KEYS):
        assert counting.send([item(1_000 + number, k=f"K{number}")], 1_000 + number) == []
    assert len(counting.send([item(9_000, k="K0")], 9_000)) == 1


def test_a_large_budget_writes_nothing_before_a_marker() -> None:
    machine = Machine(SECOND, budget=1 << 30)
    for number in range(KEYS):
        machine.send([item(1_000 + number, k=f"K{number}")], 1_000 + number)
    assert not [name for name in machine.store if name.startswith("k/")]
