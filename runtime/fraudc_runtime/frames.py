"""The byte frames between operators: builders and readers of exactly what the Java operators read and write (big endian throughout).

Source frame, into intake:   u16 source, i64 offset of the first line, u32 n, n x u32 length, then the n payloads joined by newlines.
                             Source 0xFFFF with n = 0 is the end of bounded input.
Topic frame, into intake:    u16 source, u32 partition, u32 n, n x i64 offset, n x i64 record timestamp (-1: none), n x u32 length, then the
                             n payloads joined by newlines: all of one partition. The end of bounded input is a source frame as above.
                             Of a topic of profile rows then n x i32 key length (-1: none) and the n keys.
Tagged frame, out of Python: i64 watermark, then records: u8 tag, u32 key length (0xFFFFFFFF: none), key, u32 length, payload.
                             A SUBFRAME record's key is the shard's index in decimal digits. Behind a topic frame the first record is a
                             CLOCK whose key is the partition, and in place of the watermark stands the partition's largest event time.
Shard frame, into detect:    i64 watermark, u8 flags, u32 n, n x (u32 length, sub-frame).
Sub-frame:                   the kind byte, then msgpack: an array of items (see record.py), or the rows of an entity's profiles,
                             [entity, [[key, {name: value} or nil], ...]]. Items that were read by a published rule set have its revision
                             as u32 in front of them.
"""

import struct
from collections.abc import Iterator

SUBFRAME, ALERT, SHADOW, DEAD, LATE, STATUS, DECODED, CLOCK = range(8)
MARKER, END = 1, 2
TRANSACTIONS, PROFILES, PUBLISHED, NEWER_PROFILES = b"\x00", b"\x01", b"\x02", b"\x03"
END_OF_INPUT = 0xFFFF
NO_KEY = 0xFFFFFFFF
MIN_WATERMARK, MAX_WATERMARK = -(2**63), 2**63 - 1

_SOURCE = struct.Struct(">HqI")
_TOPIC = struct.Struct(">HII")
_LENGTH = struct.Struct(">I")
_WATERMARK = struct.Struct(">q")
_RECORD = struct.Struct(">BI")
_SHARD = struct.Struct(">qBI")


def source_frame(source: int, offset: int, payloads: list[bytes]) -> bytes:
    """The frame that a source operator sends for consecutive payloads."""
    lengths = struct.pack(f">{len(payloads)}I", *map(len, payloads))
    return _SOURCE.pack(source, offset, len(payloads)) + lengths + b"\n".join(payloads)


def read_source_frame(frame: bytes) -> tuple[int, int, tuple[int, ...], bytes]:
    """(source, offset of the first payload, lengths, payloads joined by newlines)."""
    source, offset, n = _SOURCE.unpack_from(frame)
    lengths = struct.unpack_from(f">{n}I", frame, _SOURCE.size)
    return source, offset, lengths, frame[_SOURCE.size + 4 * n :]


def topic_frame(source: int, partition: int, records: list[tuple[int, int, bytes]]) -> bytes:
    """The frame that a source operator sends for records (offset, timestamp, payload) of one partition."""
    offsets, received, payloads = zip(*records, strict=True)
    numbers = struct.pack(f">{2 * len(records)}q{len(records)}I", *offsets, *received, *map(len, payloads))
    return _TOPIC.pack(source, partition, len(records)) + numbers + b"\n".join(payloads)


def row_frame(source: int, partition: int, records: list[tuple[int, int, bytes | None, bytes]]) -> bytes:
    """The frame that a source operator sends for profile rows (offset, timestamp, key, payload) of one partition."""
    keys = [key for _, _, key, _ in records]
    lengths = struct.pack(f">{len(keys)}i", *(-1 if key is None else len(key) for key in keys))
    frame = topic_frame(source, partition, [(offset, received, payload) for offset, received, _, payload in records])
    return frame + lengths + b"".join(key or b"" for key in keys)


def read_keys(lengths: tuple[int, ...], joined: bytes) -> tuple[bytes, tuple[bytes | None, ...]]:
    """What stands behind the lengths of a frame of profile rows: payloads joined by newlines, and each one's key."""
    n, size = len(lengths), sum(lengths) + len(lengths) - 1
    keys, at = [], size + 4 * n
    for length in struct.unpack_from(f">{n}i", joined, size):
        keys.append(None if length < 0 else joined[at : at + length])
        at += max(0, length)
    return joined[:size], tuple(keys)


def read_topic_frame(frame: bytes) -> tuple[int, int, tuple[int, ...], tuple[int, ...], tuple[int, ...], bytes]:
    """(source, partition, offsets, record timestamps, lengths, payloads joined by newlines)."""
    source, partition, n = _TOPIC.unpack_from(frame)
    numbers = struct.unpack_from(f">{2 * n}q{n}I", frame, _TOPIC.size)
    return source, partition, numbers[:n], numbers[n : 2 * n], numbers[2 * n :], frame[_TOPIC.size + 20 * n :]


def tagged_frame(watermark: int, records: list[tuple[int, str | None, bytes]]) -> bytes:
    """Records are (tag, key, payload)."""
    parts = [_WATERMARK.pack(watermark)]
    for tag, key, payload in records:
        raw = None if key is None else key.encode("utf-8", "surrogatepass")
        parts.append(_RECORD.pack(tag, NO_KEY if raw is None else len(raw)))
        if raw:
            parts.append(raw)
        parts.append(_LENGTH.pack(len(payload)))
        parts.append(payload)
    return b"".join(parts)


def read_tagged_frame(frame: bytes) -> tuple[int, list[tuple[int, str | None, bytes]]]:
    """(watermark, records): what `tagged_frame` was given."""
    return _WATERMARK.unpack_from(frame)[0], list(_records(frame))


def _records(frame: bytes) -> Iterator[tuple[int, str | None, bytes]]:
    at = _WATERMARK.size
    while at < len(frame):
        tag, length = _RECORD.unpack_from(frame, at)
        at += _RECORD.size
        key = None
        if length != NO_KEY:
            key = frame[at : at + length].decode("utf-8", "surrogatepass")
            at += length
        size = _LENGTH.unpack_from(frame, at)[0]
        at += _LENGTH.size
        yield tag, key, frame[at : at + size]
        at += size


def shard_frame(watermark: int, flags: int, subframes: list[bytes]) -> bytes:
    """What coalesce sends to detect for one shard."""
    parts = [_SHARD.pack(watermark, flags, len(subframes))]
    for subframe in subframes:
        parts += (_LENGTH.pack(len(subframe)), subframe)
    return b"".join(parts)


def read_shard_frame(frame: bytes) -> tuple[int, int, list[bytes]]:
    """(watermark, flags, sub-frames)."""
    watermark, flags, n = _SHARD.unpack_from(frame)
    at, subframes = _SHARD.size, []
    for _ in range(n):
        size = _LENGTH.unpack_from(frame, at)[0]
        at += _LENGTH.size
        subframes.append(frame[at : at + size])
        at += size
    return watermark, flags, subframes
