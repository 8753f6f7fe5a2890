"""Source frames in, tagged frames out: items by shard, dead letters, late records and the alerts of stateless rules."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Final, Literal, Protocol

import msgspec
from msgspec import structs
from typing_extensions import assert_never

from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.formats.csv import CsvReader
from fraudc_runtime.formats.json import JsonReader
from fraudc_runtime.frames import (
    CLOCK,
    DEAD,
    DECODED,
    END_OF_INPUT,
    LATE,
    MAX_WATERMARK,
    MIN_WATERMARK,
    PROFILES,
    STATUS,
    SUBFRAME,
    TRANSACTIONS,
    tagged_frame,
)
from fraudc_runtime.payloads import Payloads, file_payloads, topic_payloads
from fraudc_runtime.plan import EntitySpec, FieldSpec, MoneySpec, Plan, Schema
from fraudc_runtime.record import EVENT_TIME, ID, Item, positions
from fraudc_runtime.render import seconds, timestamp_text, transaction_renderer
from fraudc_runtime.routing import NO_TIME, key_text, router, shard_of
from fraudc_runtime.schema import BadInput, Row

Record = tuple[int, str | None, bytes]
_JSON: Final = msgspec.json.Encoder()
_MSGPACK: Final = msgspec.msgpack.Encoder()
_END: Final = END_OF_INPUT.to_bytes(2, "big")


class Program(Protocol):
    """What intake needs of a bound plan."""

    @property
    def plan(self) -> Plan: ...

    @property
    def stateless(self) -> Callable[[Item, Counts], list[Record]] | None: ...


class Source(msgspec.Struct, frozen=True):
    """Where a frame's payloads come from. `name` is what dead letters call it; `entity` (an index) says whose profile rows they are."""

    kind: Literal["transactions", "profile"]
    name: str
    entity: int | None
    format: Literal["json", "csv"]
    partition: int


class Reader(Protocol):
    """A format's reader of one source."""

    def read(self, offset: int, lengths: tuple[int, ...], joined: bytes, /) -> list[Row]: ...


class DeadLetter(msgspec.Struct, frozen=True):
    """A payload that could not be read. `offset` is the 0-based line in a file, which has no partition; there `received` is null, so that a
    replay repeats it. In a topic it is the record's timestamp.
    """

    code: str
    reason: str
    source: str
    partition: int | msgspec.UnsetType
    offset: int
    received: str | None
    raw_base64: str


class LateRecord(msgspec.Struct, frozen=True):
    """A transaction that came too late for an entity's windows."""

    transaction_id: str
    entity: str
    event_time: str
    watermark: str
    late_by_ms: int
    transaction: msgspec.Raw


class Intake:
    """One task's intake.

    Of files it is the only task: it remembers their largest event time (together they are one partition, read in turn) and so knows what is
    late. `topics`: frames are topic frames of any partitions; what their clocks make late is for others to say, and what is further ahead
    of its record than `max_future` is bad input. `shown`: every valid transaction is a DECODED record too.
    """

    def __init__(self, program: Program, sources: tuple[Source, ...], shards: int, *, topics: bool = False, shown: bool = False) -> None:
        self.counts = Counts(entities={entity.name: EntityCounts() for entity in program.plan.schema.entities})
        self._program = program
        self._schema = program.plan.schema
        self._sources = sources
        self._shards = shards
        self._readers = [_reader(source, self._schema) for source in sources]
        self._latest = NO_TIME
        self._records: list[Record] = []
        self._topics = topics
        self._payloads = Payloads(0, None, (), None, (), b"")
        self._rendered = transaction_renderer(self._schema)
        self._key_positions = [[positions(self._schema)[name] for name in entity.key] for entity in self._schema.entities]
        stateless = self._shown if shown else self._stateless if program.stateless else None
        late, future = (None, self._future) if topics else (self._late, None)
        self._route = router(self._schema, shards, self._dead_transaction, late, future, stateless)

    def frame(self, frame: bytes) -> bytes:
        """A source frame in, a tagged frame out. HeaderError when a CSV source begins with no usable header."""
        if frame[:2] == _END:
            return tagged_frame(MAX_WATERMARK, [(STATUS, None, _JSON.encode(self.counts))])
        found = topic_payloads(frame) if self._topics else file_payloads(frame)
        self._payloads, self._records = found, []
        rows = self._readers[found.source].read(found.offsets[0] if found.offsets else 0, found.lengths, found.joined)
        offsets = found.offsets[len(found.lengths) - len(rows) :]  # a header gives no row
        source = self._sources[found.source]
        if self._topics:
            self._latest = NO_TIME
            self._records.append((CLOCK, str(found.partition), b""))
        match source.kind:
            case "transactions":
                self._transactions(rows, source.partition if found.partition is None else found.partition, offsets)
            case "profile":
                self._profiles(rows, offsets)
            case kind:
                assert_never(kind)
        if self._topics:
            return tagged_frame(self._latest, self._records)
        watermark = MIN_WATERMARK if self._latest == NO_TIME else self._latest - self._schema.max_disorder - 1
        return tagged_frame(watermark, self._records)

    def _transactions(self, rows: list[Row], partition: int, offsets: Sequence[int]) -> None:
        dead_before = sum(self.counts.dead.values())
        unlikely = self._payloads.earliest + self._schema.max_future
        routed = self._route(rows, partition, offsets, self._latest, unlikely)
        self._latest = routed.latest
        self.counts.read += len(rows)
        self.counts.valid += len(rows) - (sum(self.counts.dead.values()) - dead_before)
        for entity, without_key in zip(self._schema.entities, routed.without_key, strict=True):
            self.counts.entities[entity.name].without_key += without_key
        self._send(TRANSACTIONS, routed.items)

    def _future(self, offset: int, event_time: int) -> bool:
        received = self._payloads.received_at(offset)
        if received is None or event_time <= received + self._schema.max_future:
            return False
        ahead = f"{timestamp_text(event_time)} is more than {seconds(self._schema.max_future)} s later than the record's own timestamp"
        self._dead_transaction(offset, BadInput("in_future", f"the event time {ahead}, {timestamp_text(received)}"))
        return True

    def _send(self, kind: bytes, by_shard: list[list[Any]]) -> None:
        for shard, items in enumerate(by_shard):
            if items:
                self._records.append((SUBFRAME, str(shard), kind + _MSGPACK.encode(items)))

    def _stateless(self, item: Item) -> None:
        assert self._program.stateless is not None  # else the router was given none
        self._records += self._program.stateless(item, self.counts)

    def _shown(self, item: Item) -> None:
        self._records.append((DECODED, None, self._rendered(item)))
        if self._program.stateless is not None:
            self._stateless(item)

    def _late(self, item: Item, latest: int) -> None:
        watermark = latest - self._schema.max_disorder - 1
        transaction = msgspec.Raw(self._rendered(item))
        for entity, at in zip(self._schema.entities, self._key_positions, strict=True):
            key = key_text(entity, [item[position] for position in at])
            if key is None:
                self.counts.entities[entity.name].without_key += 1
                continue
            self.counts.entities[entity.name].late += 1
            late = LateRecord(
                transaction_id=item[ID],
                entity=entity.name,
                event_time=timestamp_text(item[EVENT_TIME]),
                watermark=timestamp_text(watermark),
                late_by_ms=watermark + 1 - item[EVENT_TIME],
                transaction=transaction,
            )
            self._records.append((LATE, key, _JSON.encode(late)))

    def _dead_transaction(self, offset: int, bad: BadInput) -> None:
        self.counts.dead[bad.code] = self.counts.dead.get(bad.code, 0) + 1
        self._dead(offset, bad)

    def _dead(self, offset: int, bad: BadInput) -> None:
        raw = b64encode(self._payloads.at(offset)).decode()
        name = self._sources[self._payloads.source].name
        source = name.encode("utf-8", "backslashreplace").decode()  # a file's name may be no UTF-8
        received, partition = self._payloads.received_at(offset), self._payloads.partition
        letter = DeadLetter(
            bad.code,
            bad.reason,
            source,
            msgspec.UNSET if partition is None else partition,
            offset,
            None if received is None else timestamp_text(received),
            raw,
        )
        self._records.append((DEAD, None, _JSON.encode(letter)))

    def _profiles(self, rows: list[Row], offsets: Sequence[int]) -> None:
        index = self._sources[self._payloads.source].entity
        assert index is not None  # a profile source names its entity
        entity = self._schema.entities[index]
        wide = len(entity.key)
        kept = _kept(entity)
        by_shard: list[list[Any]] = [[] for _ in range(self._shards)]
        for offset, row in zip(offsets, rows, strict=True):
            if isinstance(row, BadInput):
                self.counts.bad_profiles += 1
                self._dead(offset, row)
                continue
            self.counts.profiles += 1
            key = key_text(entity, list(row[:wide]))
            assert key is not None  # the key's columns are required
            by_shard[shard_of(entity.name, key, self._shards)].append((index, key, {name: row[wide + at] for name, at in kept}))
        self._send(PROFILES, by_shard)


def _kept(entity: EntitySpec) -> list[tuple[str, int]]:
    """Names of the profile fields and where their values stand behind the key: an amount's text as it came is not kept."""
    widths = [2 if field.type == "money" else 1 for field in entity.profile]
    return [(field.name, end - width) for field, end, width in zip(entity.profile, accumulate(widths), widths, strict=True)]


def _reader(source: Source, schema: Schema) -> Reader:
    match source.kind:
        case "transactions":
            required = (schema.id, schema.event_time)
            fields = tuple(structs.replace(field, optional=False) if field.name in required else field for field in schema.fields)
            return _format_reader(source.format, fields, schema.money, schema.id, required)
        case "profile":
            assert source.entity is not None  # a profile source names its entity
            entity = schema.entities[source.entity]
            in_base = schema.money and MoneySpec(schema.money.base, None, schema.money.currencies)
            return _format_reader(source.format, _profile_fields(schema, entity), in_base, None, entity.key)
        case kind:
            assert_never(kind)


def _format_reader(
    format: Literal["json", "csv"], fields: tuple[FieldSpec, ...], money: MoneySpec | None, id: str | None, required: tuple[str, ...]
) -> Reader:
    match format:
        case "json":
            return JsonReader(fields, money, id)
        case "csv":
            return CsvReader(fields, money, id, required)
        case unknown:
            assert_never(unknown)


def _profile_fields(schema: Schema, entity: EntitySpec) -> tuple[FieldSpec, ...]:
    types = {field.name: field.type for field in schema.fields}
    return (*(FieldSpec(name, types[name]) for name in entity.key), *entity.profile)
