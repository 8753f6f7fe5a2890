"""Tagged frames in, the same with nothing in them that a topic's messages cannot hold out.

A dead letter that is too large keeps the first part of its raw bytes; an alert or late record that is too large becomes a dead letter: one
message must never stop the job.
"""

from base64 import b64decode, b64encode
from typing import Final

import msgspec

from fraudc_runtime.frames import ALERT, DEAD, LATE, SHADOW, read_tagged_frame, tagged_frame
from fraudc_runtime.rejected import DeadLetter

_Record = tuple[int, str | None, bytes]
BATCH: Final = 1_024  # bytes that a batch of one message takes beside its key and value
_NAMES: Final = {ALERT: "alert", SHADOW: "shadow alert", LATE: "late record"}
_LETTERS: Final = msgspec.json.Decoder(DeadLetter)
_JSON: Final = msgspec.json.Encoder()


class _Named(msgspec.Struct):
    transaction_id: str


_IDS: Final = msgspec.json.Decoder(_Named)


def fitted(frame: bytes, most: int) -> bytes:
    """The frame; records of the outputs have at most `most` bytes of key and payload."""
    if len(frame) <= most:
        return frame
    watermark, records = read_tagged_frame(frame)
    return tagged_frame(watermark, [_record(record, most) for record in records])


def _record(record: _Record, most: int) -> _Record:
    tag, key, payload = record
    size = len(payload) + (0 if key is None else len(key.encode("utf-8", "surrogatepass")))
    if size <= most or (tag != DEAD and tag not in _NAMES):
        return record
    return DEAD, None, _cut(_LETTERS.decode(payload), most) if tag == DEAD else _letter(tag, payload, size, most)


def _letter(tag: int, payload: bytes, size: int, most: int) -> bytes:
    name, transaction = _NAMES[tag], _IDS.decode(payload).transaction_id
    reason = f"the {name} about transaction {transaction} has {size:,} bytes, and its topic takes {most:,}"
    return _cut(DeadLetter("output_too_large", reason, name, msgspec.UNSET, msgspec.UNSET, None, b64encode(payload).decode()), most)


def _cut(letter: DeadLetter, most: int) -> bytes:
    """The letter with as much of its raw bytes as fits, and how many they were."""
    raw = b64decode(letter.raw_base64)
    bare = msgspec.structs.replace(letter, raw_base64="", raw_bytes=len(raw))
    room = (most - len(_JSON.encode(bare))) // 4 * 3
    return _JSON.encode(msgspec.structs.replace(bare, raw_base64=b64encode(raw[: max(0, room)]).decode()))
