"""Operators on a harness, without a cluster: the two shells, and HighValue as an operator author would write and test it."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
from pyflink.common import Types
from pyflink.datastream import KeyedProcessFunction, OutputTag, ProcessFunction
from pyflink.datastream.state import ValueStateDescriptor

from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.flink.detect import DetectFunction
from fraudc_runtime.flink.harness import Harness
from fraudc_runtime.flink.intake import IntakeFunction
from fraudc_runtime.flink.machine import Store
from fraudc_runtime.frames import (
    ALERT,
    DEAD,
    END,
    MARKER,
    MAX_WATERMARK,
    MIN_WATERMARK,
    STATUS,
    read_tagged_frame,
    shard_frame,
    source_frame,
    tagged_frame,
)
from runtime.flink.recorder import Recorder


class HighValue(ProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """Passes transactions on; those above the limit go to a side output as well."""

    ALERTS = OutputTag("alerts", Types.STRING())

    def process_element(self, value: dict[str, Any], ctx: ProcessFunction.Context) -> Iterator[Any]:  # noqa: ARG002 - Flink's signature
        yield value
        if value["amount"] > 5_000:
            yield self.ALERTS, f"high-value:{value['transaction_id']}"


def test_high_value_alerts_leave_through_the_side_output() -> None:
    harness = Harness(HighValue)
    small, large = {"transaction_id": "T1", "amount": 5_000}, {"transaction_id": "T2", "amount": 5_001}
    harness.element(small).element(large)
    assert harness.main == [small, large]
    assert harness.sides == {"alerts": ["high-value:T2"]}


class Silence(KeyedProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """Tells a key's count of elements ten milliseconds after the last."""

    def open(self, runtime_context: Any) -> None:
        self.seen = runtime_context.get_state(ValueStateDescriptor("seen", Types.INT()))

    def process_element(self, value: int, ctx: Any) -> None:
        ctx.timer_service().delete_event_time_timer((self.seen.value() or [0])[0])
        self.seen.update([value + 10, len(self.seen.value() or [0])])
        ctx.timer_service().register_event_time_timer(value + 10)

    def on_timer(self, timestamp: int, ctx: Any) -> Iterator[Any]:
        yield ctx.get_current_key(), timestamp
        self.seen.clear()


def test_timers_fire_with_the_watermark_in_the_order_of_time_and_once() -> None:
    harness = Harness(Silence)
    harness.element(5, key="b").element(1, key="a").element(3, key="a").watermark(14)
    assert harness.main == [("a", 13)]
    assert harness.watermark(15).watermark(15).main == [("a", 13), ("b", 15)]
    assert harness.timers == []


def test_a_restored_operator_has_its_state_and_timers_but_no_attributes() -> None:
    first = Harness(Silence).element(5, key="b")
    second = first.restored()
    assert second.timers == [(15, "b")]
    assert second.watermark(20).main == [("b", 15)]
    assert first.main == []


def test_intake_answers_each_source_frame_with_a_tagged_frame() -> None:
    harness = Harness(lambda: IntakeFunction(Recorder()))
    harness.element(source_frame(3, 7, [b"x", b"y"]))
    assert [read_tagged_frame(frame)[1] for frame in harness.main] == [[(DEAD, None, b'[3,7,"x"]'), (DEAD, None, b'[3,8,"y"]')]]


def alerts(harness: Harness) -> list[Any]:
    """What the shards answered so far, status records aside."""
    records = [record for frame in harness.main for record in read_tagged_frame(frame)[1]]
    return [json.loads(payload) for tag, _, payload in records if tag != STATUS]


def detect(bounded: bool = True) -> Harness:
    return Harness(lambda: DetectFunction(Recorder(), bounded))


def test_detect_counts_its_task_once_the_last_shard_has_ended() -> None:
    harness = detect()
    for shard in ("1", "2"):
        harness.element(shard_frame(100, 0, [b"a"]), key=shard)
    harness.element(shard_frame(MAX_WATERMARK, END, []), key="1")
    assert len(harness.main) == 3
    harness.element(shard_frame(MAX_WATERMARK, END, []), key="2")
    [(tag, _, payload)] = read_tagged_frame(harness.main[-1])[1]
    assert tag == STATUS
    assert msgspec.json.decode(payload, type=Counts) == Counts(entities={"customer": EntityCounts(evaluated=2)})


def test_detect_keeps_one_timer_at_the_earliest_time_that_is_due() -> None:
    harness = detect()
    harness.element(shard_frame(100, 0, [b"due 150"]), key="1").element(shard_frame(101, 0, [b"due 170"]), key="1")
    assert harness.timers == [(150, "1")]
    harness.element(shard_frame(102, 0, [b"due 130"]), key="1")
    assert harness.timers == [(130, "1"), (150, "1")]
    assert alerts(harness.watermark(140))[-1] == {"timer": 130}


def test_a_timer_of_a_shard_that_has_ended_is_silent() -> None:
    harness = detect()
    harness.element(shard_frame(100, 0, [b"due 150"]), key="1").element(shard_frame(MAX_WATERMARK, END, []), key="1")
    sent = len(harness.main)
    assert len(harness.watermark(MAX_WATERMARK).main) == sent


def test_a_marker_writes_what_the_shard_remembers_and_asks_for_a_timer_at_its_last_pending_time() -> None:
    harness = detect(bounded=False)
    harness.element(shard_frame(100, 0, [b"remember k v"]), key="1")
    assert harness.snapshot().state == {}
    harness.element(shard_frame(100, MARKER, []), key="1")
    after = harness.restored().element(shard_frame(101, 0, [b"get k"]), key="1")
    assert alerts(after) == [{"flags": 0, "watermark": 101, "texts": ["get k = b'v'"]}]


def test_pending_transactions_are_asked_for_after_a_restore() -> None:
    harness = detect(bounded=False)
    harness.element(shard_frame(100, 0, [b"due 150"]), key="1").element(shard_frame(100, MARKER, []), key="1")
    assert alerts(harness.restored().watermark(160)) == [{"timer": 150}]


def test_a_bounded_run_reads_no_state_before_it_wrote_some() -> None:
    harness = detect()
    harness.element(shard_frame(100, 0, [b"get k", b"put k v", b"get k"]), key="1")
    assert alerts(harness)[0]["texts"] == ["get k = None", "put k v", "get k = b'v'"]


class Waiting:
    """A shard to which something is due at 10, and a transaction waits for 20."""

    def __init__(self, _store: Store, _counts: Counts) -> None:
        self.reached = MIN_WATERMARK

    def frame(self, frame: bytes) -> bytes:
        return frame[:8]

    def due(self) -> int | None:
        return 10 if self.reached < 10 else None

    def on_time(self, watermark: int) -> bytes:
        self.reached = watermark
        return tagged_frame(watermark, [(ALERT, None, b"%d" % watermark)])

    def flush(self) -> None:
        pass

    def pending_until(self) -> int | None:
        return 20 if self.reached < 20 else None


class WaitingMachine(Recorder):
    def shards(self) -> Any:
        return SimpleNamespace(shard=Waiting)


def test_after_a_restore_a_waiting_transaction_is_reached_though_something_was_due_before_it() -> None:
    before = Harness(lambda: DetectFunction(WaitingMachine(), bounded=False))
    before.element(shard_frame(5, 0, []), key="a").element(shard_frame(5, MARKER, []), key="a")
    after = before.restored().watermark(30)
    assert [payload for frame in after.main for _, _, payload in read_tagged_frame(frame)[1]] == [b"10", b"20"]
