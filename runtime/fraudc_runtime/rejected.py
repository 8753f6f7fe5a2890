"""What intake turns away, as data: dead letters for what cannot be read, late records for what came too late; nothing enters."""

import msgspec


class DeadLetter(msgspec.Struct, frozen=True):
    """A payload that could not be read. `offset` is the 0-based line in a file, which has no partition; there `received` is null, so that a
    replay repeats it. In a topic it is the record's timestamp. `raw_bytes` is how many bytes came, where not all of them are here.
    """

    code: str
    reason: str
    source: str
    partition: int | msgspec.UnsetType
    offset: int | msgspec.UnsetType
    received: str | None
    raw_base64: str
    raw_bytes: int | msgspec.UnsetType = msgspec.UNSET


class LateRecord(msgspec.Struct, frozen=True):
    """A transaction that came too late for an entity's windows."""

    transaction_id: str
    entity: str
    event_time: str
    watermark: str
    late_by_ms: int
    transaction: msgspec.Raw
