"""Frames of files and topics become payloads that can be had again one by one."""

from fraudc_runtime.frames import source_frame, topic_frame
from fraudc_runtime.payloads import file_payloads, topic_payloads


def test_a_topic_frame_keeps_partition_gaps_between_offsets_and_the_records_timestamps() -> None:
    frame = topic_frame(0, 7, [(3, 1_000, b"ab"), (10, -1, b""), (11, 900, b"c\nd")])
    payloads = topic_payloads(frame)
    assert (payloads.source, payloads.partition, payloads.offsets, payloads.lengths) == (0, 7, (3, 10, 11), (2, 0, 3))
    assert [payloads.at(offset) for offset in payloads.offsets] == [b"ab", b"", b"c\nd"]
    assert [payloads.received_at(offset) for offset in payloads.offsets] == [1_000, None, 900]
    assert payloads.earliest == -1


def test_a_topic_frame_is_laid_out_as_the_java_operator_writes_it() -> None:
    frame = topic_frame(1, 2, [(3, 4, b"x"), (5, 6, b"yz")])
    numbers = [3, 5, 4, 6]
    assert frame == b"\0\1" + b"\0\0\0\2" + b"\0\0\0\2" + b"".join(n.to_bytes(8, "big") for n in numbers) + b"\0\0\0\1\0\0\0\2" + b"x\nyz"


def test_lines_of_a_file_have_consecutive_offsets_and_no_timestamps() -> None:
    payloads = file_payloads(source_frame(2, 40, [b"first", b"second"]))
    assert (payloads.source, payloads.partition, list(payloads.offsets)) == (2, None, [40, 41])
    assert (payloads.at(41), payloads.received_at(41)) == (b"second", None)
