"""Each Java operator on Flink's harness: what goes in, in which order, what comes out, in which order, and what a checkpoint keeps."""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from py4j import java_gateway, protocol
from py4j.protocol import Py4JJavaError

from fraudc_runtime.frames import (
    ALERT,
    CLOCK,
    DEAD,
    END,
    END_OF_INPUT,
    LATE,
    MARKER,
    MAX_WATERMARK,
    MIN_WATERMARK,
    SHADOW,
    STATUS,
    SUBFRAME,
    shard_frame,
    source_frame,
    tagged_frame,
    topic_frame,
)
from runtime.flink.operator_harness import JavaHarness, Operator, Status, Watermark

LONGEST = 1 << 24  # bytes that are kept of a line
LAST = source_frame(END_OF_INPUT, 0, [])


@pytest.fixture(scope="session")
def java_harness() -> Iterator[JavaHarness]:
    with JavaHarness() as running:
        yield running


def number(value: int) -> bytes:
    return struct.pack(">q", value)


# Coalesce: bytes that make a batch, max_disorder and patience in milliseconds.


def coalesce(java: JavaHarness, batch: int, patience: int = 0, disorder: int = 10) -> Operator:
    return java.operator("Coalesce", [str(batch), str(disorder), str(patience)], java.internals.row_type)


def test_coalesce_sends_a_shard_all_it_gathered_and_then_the_watermark(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=6)
    operator.element(java_harness.row("a", number(40) + b"a1"), java_harness.row("b", number(41) + b"b1"))
    assert operator.watermark(50).output() == []  # two sub-frames of two bytes are held, and with them the watermark
    operator.element(java_harness.row("a", number(42) + b"a2"))
    assert operator.output() == []
    assert operator.watermark(60).output() == [
        ("a", shard_frame(60, 0, [b"a1", b"a2"])),
        ("b", shard_frame(60, 0, [b"b1"])),
        Watermark(60),
    ]


def test_a_shard_frame_has_the_bytes_that_detect_reads(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=0).element(java_harness.row("a", number(5) + b"xyz"))
    frame = bytes.fromhex("0000000000000006 00 00000001 00000003") + b"xyz"
    assert operator.watermark(6).output() == [("a", frame), Watermark(6)]


def test_coalesce_waits_its_patience_for_more(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=1_000, patience=20).processing_time(1_000)
    operator.element(java_harness.row("a", number(40) + b"a1")).watermark(50)
    assert operator.processing_time(1_019).watermark(51).output() == []
    assert operator.processing_time(1_020).output() == [("a", shard_frame(51, 0, [b"a1"])), Watermark(51)]
    operator.element(java_harness.row("a", number(52) + b"a2")).processing_time(1_100)
    assert operator.watermark(53).processing_time(1_119).output() == []
    assert operator.processing_time(1_120).output() == [("a", shard_frame(53, 0, [b"a2"])), Watermark(53)]


def test_batches_grow_while_detect_has_no_room_for_them(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=1_000, patience=20).processing_time(1_000)
    operator.element(java_harness.row("a", number(40) + b"a1")).watermark(50).processing_time(1_100)  # was due at 1,020, and took 80
    operator.output()
    operator.element(java_harness.row("a", number(52) + b"a2")).watermark(53)
    assert operator.processing_time(1_259).output() == []
    assert operator.processing_time(1_260).output() == [("a", shard_frame(53, 0, [b"a2"])), Watermark(53)]  # twice as long
    operator.element(java_harness.row("a", number(54) + b"a3")).watermark(55)
    assert operator.processing_time(1_280).output() == [("a", shard_frame(55, 0, [b"a3"])), Watermark(55)]  # that one took no time


def test_batches_grow_with_what_comes(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=1_000_000, patience=20).processing_time(1_000)
    operator.element(java_harness.row("a", number(40) + bytes(250_000))).watermark(50).processing_time(1_020)
    operator.output()
    operator.element(java_harness.row("a", number(52) + b"a2")).watermark(53)
    assert operator.processing_time(1_119).output() == []
    assert operator.processing_time(1_120).output() == [("a", shard_frame(53, 0, [b"a2"])), Watermark(53)]


def test_a_batch_never_waits_longer_than_half_a_second(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=1_000, patience=20).processing_time(1_000)
    operator.element(java_harness.row("a", number(40) + b"a1")).watermark(50).processing_time(9_000)
    operator.output()
    operator.element(java_harness.row("a", number(52) + b"a2")).watermark(53)
    assert operator.processing_time(9_499).output() == []
    assert operator.processing_time(9_500).output() == [("a", shard_frame(53, 0, [b"a2"])), Watermark(53)]


def test_what_gathers_in_a_hiccup_makes_nothing_wait(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=2_000, patience=20).processing_time(1_000)  # three bytes are a large batch
    operator.element(java_harness.row("a", number(40) + b"a1")).watermark(50).processing_time(1_400)
    operator.output()
    operator.element(java_harness.row("a", number(52) + b"a2")).watermark(53)
    assert operator.processing_time(1_420).output() == [("a", shard_frame(53, 0, [b"a2"])), Watermark(53)]


def test_a_shard_whose_transactions_come_of_age_gets_an_empty_frame(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=0)
    operator.element(java_harness.row("a", number(50) + b"a1"), java_harness.row("b", number(49) + b"b1"))
    assert operator.watermark(49).output() == [
        ("a", shard_frame(49, 0, [b"a1"])),
        ("b", shard_frame(49, 0, [b"b1"])),  # of age already
        Watermark(49),
    ]
    assert operator.watermark(50).output() == [("a", shard_frame(50, 0, [])), Watermark(50)]
    assert operator.watermark(51).output() == [Watermark(51)]


def test_what_is_of_no_known_time_comes_of_age_a_disorder_later(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=0, disorder=10).element(java_harness.row("a", number(MIN_WATERMARK) + b"a1"))
    assert operator.watermark(49).output() == [("a", shard_frame(49, 0, [b"a1"])), Watermark(49)]
    assert operator.watermark(59).output() == [Watermark(59)]
    assert operator.watermark(60).output() == [("a", shard_frame(60, 0, [])), Watermark(60)]


def test_four_batches_go_out_without_a_watermark(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=2)
    rows = [java_harness.row("a", number(5) + text) for text in (b"a1", b"a2", b"a3", b"a4")]
    assert operator.element(*rows[:3]).output() == []
    assert operator.element(rows[3]).output() == [("a", shard_frame(MIN_WATERMARK, 0, [b"a1", b"a2", b"a3", b"a4"]))]


def test_the_last_watermark_ends_every_shard(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=1_000)
    operator.element(java_harness.row("a", number(40) + b"a1"))
    assert operator.watermark(MAX_WATERMARK).output() == [
        ("a", shard_frame(MAX_WATERMARK, 0, [b"a1"])),
        ("a", shard_frame(MAX_WATERMARK, END, [])),
        Watermark(MAX_WATERMARK),
    ]
    operator.snapshot_barrier()
    assert operator.output() == []


def test_before_a_barrier_all_goes_out_and_a_marker_to_each_shard_that_was_touched(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=1_000)
    operator.element(java_harness.row("a", number(40) + b"a1"), java_harness.row("b", number(41) + b"b1")).watermark(60)
    operator.snapshot_barrier()
    assert operator.output() == [
        ("a", shard_frame(60, 0, [b"a1"])),
        ("b", shard_frame(60, 0, [b"b1"])),
        Watermark(60),
        ("a", shard_frame(60, MARKER, [])),
        ("b", shard_frame(60, MARKER, [])),
    ]
    operator.snapshot_barrier()
    assert operator.output() == []
    operator.element(java_harness.row("b", number(42) + b"b2")).snapshot_barrier()
    assert operator.output() == [("b", shard_frame(60, 0, [b"b2"])), ("b", shard_frame(60, MARKER, []))]


def test_nothing_waits_behind_an_idle_input(java_harness: JavaHarness) -> None:
    operator = coalesce(java_harness, batch=1_000).element(java_harness.row("a", number(40) + b"a1")).watermark(50)
    assert operator.falls_idle().output() == [("a", shard_frame(50, 0, [b"a1"])), Watermark(50), Status(idle=True)]


# Route: the tag of its main output, its names by index, and a side for each tag.


def route(java: JavaHarness, main: int, names: str) -> tuple[Operator, dict[int, Any]]:
    sides = {tag: java.internals.side(f"side-{tag}") for tag in range(CLOCK)}
    kind = java.internals.row_type if names else java.internals.record_type
    return java.operator("Route", [str(main), names, *sides.values()], kind), sides


def test_split_sends_sub_frames_by_name_and_everything_else_to_its_side(java_harness: JavaHarness) -> None:
    operator, sides = route(java_harness, SUBFRAME, "n0,n1")
    records = [(CLOCK, None, number(77)), (SUBFRAME, "1", b"s"), (DEAD, None, b"d"), (LATE, "k", b"l"), (SUBFRAME, "0", b"")]
    operator.element(tagged_frame(100, records))
    assert operator.output() == [("n1", number(77) + b"s"), ("n0", number(77)), Watermark(100)]
    assert {tag: found for tag, side in sides.items() if (found := operator.side(side))} == {DEAD: [(None, b"d")], LATE: [(b"k", b"l")]}


def test_the_watermark_behind_split_is_its_frames_and_only_rises(java_harness: JavaHarness) -> None:
    operator, _ = route(java_harness, SUBFRAME, "n0")
    assert operator.watermark(500).output() == []
    assert operator.element(tagged_frame(100, [])).output() == [Watermark(100)]
    assert operator.element(tagged_frame(90, [(SUBFRAME, "0", b"s")])).output() == [("n0", number(MIN_WATERMARK) + b"s")]
    assert operator.element(tagged_frame(100, []), tagged_frame(101, [])).output() == [Watermark(101)]


def test_explode_sends_alerts_on_and_passes_flinks_watermark_alone(java_harness: JavaHarness) -> None:
    operator, sides = route(java_harness, ALERT, "")
    operator.element(tagged_frame(100, [(ALERT, "key", b"a"), (SHADOW, "key", b"s"), (ALERT, None, b""), (STATUS, None, b"{}")]))
    assert operator.watermark(70).output() == [(b"key", b"a"), (None, b""), Watermark(70)]
    assert {tag: found for tag, side in sides.items() if (found := operator.side(side))} == {
        SHADOW: [(b"key", b"s")],
        STATUS: [(None, b"{}")],
    }


# Lines: the file, and whether each line is written at once.


def test_lines_stand_in_the_file_when_the_operator_is_finished(java_harness: JavaHarness, tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    operator = java_harness.operator("Lines", [str(path)], java_harness.internals.record_type)
    operator.element(java_harness.record(b"key", b'{"a":1}'), java_harness.record(None, b""), java_harness.record(None, b"\xff\r"))
    assert path.read_bytes() == b""
    operator.close()
    assert path.read_bytes() == b'{"a":1}\n\n\xff\r\n'
    assert operator.output() == []


def test_lines_that_are_shown_stand_there_at_once(java_harness: JavaHarness, tmp_path: Path) -> None:
    path = tmp_path / "decoded.jsonl"
    operator = java_harness.operator("Lines", [str(path), "at once"], java_harness.internals.record_type)
    operator.element(java_harness.record(None, b"one"))
    assert path.read_bytes() == b"one\n"
    operator.close()


def test_an_output_that_cannot_be_written_is_named(java_harness: JavaHarness, tmp_path: Path) -> None:
    path = tmp_path / "missing" / "alerts.jsonl"
    with pytest.raises(Py4JJavaError, match=f"fraudc:output:{path}::"):
        java_harness.operator("Lines", [str(path)], java_harness.internals.record_type)


# Files: lines and bytes of a frame, and the file that tells how far it is.


def files(java: JavaHarness, folder: Path, lines: int, size: int) -> Operator:
    return java.operator("Files", [str(lines), str(size), str(folder / "progress")])


def test_files_cuts_lines_at_newlines_alone_and_counts_them(java_harness: JavaHarness, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"a\nbb\r\n\n\xe2\x80\xa8last")
    (tmp_path / "two").write_bytes(b"z\n")
    (tmp_path / "none").write_bytes(b"")
    operator = files(java_harness, tmp_path, lines=2, size=64)
    operator.element(f"3:{tmp_path / 'one'}")
    assert operator.output() == [
        source_frame(3, 0, [b"a", b"bb\r"]),
        source_frame(3, 2, [b""]),
        source_frame(3, 3, ["\u2028last".encode()]),  # a line in Unicode's sense is none here
    ]
    assert (tmp_path / "progress").read_bytes() == number(14)
    operator.element(f"4:{tmp_path / 'none'}", f"5:{tmp_path / 'two'}").end_input()
    assert operator.output() == [source_frame(5, 0, [b"z"]), LAST]
    assert (tmp_path / "progress").read_bytes() == number(16)
    operator.close()


def test_a_line_longer_than_a_frame_is_read_whole(java_harness: JavaHarness, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"abcdefghi\nx\n")
    operator = files(java_harness, tmp_path, lines=2, size=4).element(f"0:{tmp_path / 'in'}")
    assert operator.output() == [source_frame(0, 0, [b"abcdefghi", b"x"])]
    operator.close()


def test_of_an_endless_line_the_beginning_is_kept_and_the_next_lines_follow(java_harness: JavaHarness, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"a" * (LONGEST + 5) + b"\nnext\nmore\n")
    operator = files(java_harness, tmp_path, lines=8, size=1 << 20).element(f"0:{tmp_path / 'in'}")
    assert operator.output() == [source_frame(0, 0, [b"a" * LONGEST]), source_frame(0, 1, [b"next", b"more"])]
    operator.close()


def test_a_packed_file_is_read_like_any_other_and_its_own_bytes_are_counted(java_harness: JavaHarness, tmp_path: Path) -> None:
    packed = gzip.compress(b"one\ntwo\n") + gzip.compress(b"three\n")
    (tmp_path / "in").write_bytes(packed)
    operator = files(java_harness, tmp_path, lines=8, size=64).element(f"0:{tmp_path / 'in'}")
    assert operator.output() == [source_frame(0, 0, [b"one", b"two", b"three"])]
    assert (tmp_path / "progress").read_bytes() == number(len(packed))
    operator.close()


@pytest.mark.parametrize("content", [None, b"\x1f\x8b\x08", gzip.compress(b"one\ntwo\n")[:-4]], ids=["missing", "no header", "cut"])
def test_an_input_that_cannot_be_read_is_named(
    java_harness: JavaHarness, tmp_path: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pyflink, once it runs in this process, hands every Java exception to its own Java; the harness's stays what it is
    monkeypatch.setattr(java_gateway, "get_return_value", protocol.get_return_value)
    path = tmp_path / "in"
    if content is not None:
        path.write_bytes(content)
    operator = files(java_harness, tmp_path, lines=8, size=64)
    with pytest.raises(Py4JJavaError, match=f"fraudc:input:{path}::"):
        operator.element(f"0:{path}")
    operator.close()


# Batch: the source, records and bytes of a frame, and the linger in milliseconds.


def batch(java: JavaHarness, records: int = 100, size: int = 1_000, linger: int = 50) -> Operator:
    return java.operator("Batch", ["2", str(records), str(size), str(linger)]).processing_time(1_000)


def test_a_batch_that_is_full_goes_out_alone(java_harness: JavaHarness) -> None:
    operator = batch(java_harness, records=2)
    record = java_harness.topic_record
    operator.element(record(b"a", 0, 7, 900), record(b"x", 1, 3, 901), record(b"b", 0, 9, 902))
    assert operator.output() == [topic_frame(2, 0, [(7, 900, b"a"), (9, 902, b"b")])]


def test_a_batch_with_enough_bytes_goes_out(java_harness: JavaHarness) -> None:
    operator = batch(java_harness, size=10)
    assert operator.element(java_harness.topic_record(b"a" * 9, 0, 0, 1)).output() == []
    assert operator.element(java_harness.topic_record(b"b", 0, 1, 2)).output() == [topic_frame(2, 0, [(0, 1, b"a" * 9), (1, 2, b"b")])]


def test_a_record_without_payload_or_time_is_sent_as_an_empty_one(java_harness: JavaHarness) -> None:
    operator = batch(java_harness, linger=0).element(java_harness.topic_record(None, 4, 1 << 40, None))
    assert operator.output() == [topic_frame(2, 4, [(1 << 40, -1, b"")])]


def test_no_record_waits_longer_than_the_linger(java_harness: JavaHarness) -> None:
    operator = batch(java_harness).element(java_harness.topic_record(b"x", 1, 0, 1)).processing_time(1_049)
    operator.element(java_harness.topic_record(b"a", 0, 0, 2))
    assert operator.output() == []
    assert operator.processing_time(1_050).output() == [topic_frame(2, 0, [(0, 2, b"a")]), topic_frame(2, 1, [(0, 1, b"x")])]
    operator.element(java_harness.topic_record(b"b", 0, 1, 3))
    assert operator.processing_time(1_099).output() == []
    assert operator.processing_time(1_100).output() == [topic_frame(2, 0, [(1, 3, b"b")])]


def test_no_record_stays_behind_a_barrier_a_watermark_or_the_end(java_harness: JavaHarness) -> None:
    operator = batch(java_harness).element(java_harness.topic_record(b"a", 0, 0, 1))
    operator.snapshot_barrier()
    assert operator.output() == [topic_frame(2, 0, [(0, 1, b"a")])]
    operator.snapshot_barrier()
    assert operator.output() == []
    operator.element(java_harness.topic_record(b"b", 0, 1, 2)).watermark(70)
    assert operator.output() == [topic_frame(2, 0, [(1, 2, b"b")]), Watermark(70)]
    operator.element(java_harness.topic_record(b"c", 0, 2, 3)).end_input()
    assert operator.output() == [topic_frame(2, 0, [(2, 3, b"c")]), LAST]


# Clock: its tag, max_disorder and the time after which a silent partition is idle, in milliseconds; it looks twenty times in that time.

TICK = 50


def clock(java: JavaHarness, state: Any = None) -> Operator:
    return java.operator("Clock", [str(CLOCK), "100", str(20 * TICK)], state=state)


def read(partition: int, latest: int, *, payload: bytes = b"a") -> bytes:
    """What intake sends of a partition's records."""
    return tagged_frame(latest, [(CLOCK, str(partition), b""), (ALERT, None, payload)])


def timed(watermark: int, latest: int, *, payload: bytes = b"a") -> bytes:
    return tagged_frame(watermark, [(CLOCK, None, number(latest)), (ALERT, None, payload)])


def test_there_is_no_watermark_before_every_partition_has_brought_something(java_harness: JavaHarness) -> None:
    operator = clock(java_harness)
    assert operator.element(read(0, 1_000), read(11, 5_000, payload=b"")).output() == [
        timed(MIN_WATERMARK, 1_000),
        timed(MIN_WATERMARK, 5_000, payload=b""),
    ]
    assert operator.watermark(3).output() == [tagged_frame(899, [])]


def test_the_slowest_partition_keeps_the_watermark_and_bad_input_does_not(java_harness: JavaHarness) -> None:
    operator = clock(java_harness)
    operator.element(read(0, 1_000), read(1, 2_000)).watermark(1)
    operator.output()
    frames = [read(0, 5_000), read(0, 4_000), read(2, MIN_WATERMARK), read(1, 3_000)]
    assert operator.element(*frames).output() == [
        timed(1_899, 5_000),
        timed(1_899, 4_000),
        timed(1_899, MIN_WATERMARK),
        timed(2_899, 3_000),
    ]


def test_a_silent_partition_holds_nothing_back_and_a_silent_task_tells_its_largest_time(java_harness: JavaHarness) -> None:
    operator = clock(java_harness).processing_time(0)
    operator.element(read(0, 1_000), read(1, 2_000)).watermark(1)
    for tick in range(1, 11):
        operator.processing_time(tick * TICK)
    operator.element(read(1, 2_500))
    for tick in range(11, 20):
        operator.processing_time(tick * TICK)
    operator.output()
    assert operator.processing_time(20 * TICK).output() == [tagged_frame(2_399, [])]
    for tick in range(21, 30):
        operator.processing_time(tick * TICK)
    assert operator.output() == []
    assert operator.processing_time(30 * TICK).output() == [tagged_frame(2_500, []), Status(idle=True)]
    assert operator.element(read(1, 2_700)).output() == [Status(idle=False), timed(2_599, 2_700)]


def test_clocks_are_kept_in_a_checkpoint(java_harness: JavaHarness) -> None:
    before = clock(java_harness).element(read(0, 1_000), read(1, 9_000))
    after = clock(java_harness, before.snapshot_barrier()).element(read(0, 500)).watermark(1)
    assert after.output() == [timed(MIN_WATERMARK, 500), tagged_frame(899, [])]


def test_the_end_of_the_source_is_the_last_watermark(java_harness: JavaHarness) -> None:
    operator = clock(java_harness).element(read(0, 1_000))
    operator.output()
    operator.watermark(MAX_WATERMARK)
    end = tagged_frame(MAX_WATERMARK, [(STATUS, None, b"{}")])
    assert operator.element(end).output() == [tagged_frame(MAX_WATERMARK, []), end]


def test_a_sink_that_nobody_watches_over_is_refused(java_harness: JavaHarness) -> None:
    references = ["alerts", "job-alerts", java_harness.jvm.java.util.Properties(), java_harness.internals.side("status")]
    with pytest.raises(Py4JJavaError, match="the sink alerts does not run in the task that watches over its transactions"):
        java_harness.operator("Commits", references, java_harness.internals.record_type)
