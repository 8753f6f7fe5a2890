"""Source frames in, tagged frames out: items by shard, dead letters, late records and the alerts of stateless rules."""

from base64 import b64encode
from collections.abc import Callable
from functools import cached_property
from itertools import accumulate
from typing import Any, Final, Literal, Protocol, assert_never

import msgspec
from msgspec import structs

from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.formats.csv import CsvReader
from fraudc_runtime.formats.json import JsonReader
from fraudc_runtime.frames import (
    DEAD,
    END_OF_INPUT,
    LATE,
    MAX_WATERMARK,
    MIN_WATERMARK,
    PROFILES,
    STATUS,
    SUBFRAME,
    TRANSACTIONS,
    read_source_frame,
    tagged_frame,
)
from fraudc_runtime.plan import EntitySpec, FieldSpec, MoneySpec, Plan, Schema
from fraudc_runtime.record import EVENT_TIME, ID, Item, positions
from fraudc_runtime.render import timestamp_text, transaction_renderer
from fraudc_runtime.routing import NO_TIME, key_text, router, shard_of
from fraudc_runtime.schema import BadInput, Row

Record = tuple[int, str | None, bytes]
_JSON: Final = msgspec.json.Encoder()
_MSGPACK: Final = msgspec.msgpack.Encoder()


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
    """A payload that could not be read. `offset` is the 0-based line in a file, where `received` is null so that a replay repeats it."""

    code: str
    reason: str
    source: str
    offset: int
    received: int | None
    raw_base64: str


class LateRecord(msgspec.Struct, frozen=True):
    """A transaction that came too late for an entity's windows."""

    transaction_id: str
    entity: str
    event_time: str
    watermark: str
    late_by_ms: int
    transaction: msgspec.Raw


class Payloads(msgspec.Struct, frozen=True, dict=True):
    """A frame's payloads, to be had again one by one."""

    offset: int
    lengths: tuple[int, ...]
    joined: bytes

    def at(self, offset: int) -> bytes:
        """The payload of a source's offset."""
        index = offset - self.offset
        end = self._ends[index] + index  # a newline stands between two
        return self.joined[end - self.lengths[index] : end]

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(self.lengths))


class Intake:
    """One task's intake. It remembers the largest event time of its sources, which together are one partition, read in turn."""

    def __init__(self, program: Program, sources: tuple[Source, ...], shards: int) -> None:
        self.counts = Counts(entities={entity.name: EntityCounts() for entity in program.plan.schema.entities})
        self._program = program
        self._schema = program.plan.schema
        self._sources = sources
        self._shards = shards
        self._readers = [_reader(source, self._schema) for source in sources]
        self._latest = NO_TIME
        self._records: list[Record] = []
        self._source = 0
        self._payloads = Payloads(0, (), b"")
        self._rendered = transaction_renderer(self._schema)
        self._key_positions = [[positions(self._schema)[name] for name in entity.key] for entity in self._schema.entities]
        self._route = router(self._schema, shards, self._dead_transaction, self._late, self._stateless if program.stateless else None)

    def frame(self, frame: bytes) -> bytes:
        """A source frame in, a tagged frame out. HeaderError when a CSV source begins with no usable header."""
        source, offset, lengths, joined = read_source_frame(frame)
        if source == END_OF_INPUT:
            return tagged_frame(MAX_WATERMARK, [(STATUS, None, _JSON.encode(self.counts))])
        self._source, self._payloads, self._records = source, Payloads(offset, lengths, joined), []
        rows = self._readers[source].read(offset, lengths, joined)
        first = offset + len(lengths) - len(rows)
        match self._sources[source].kind:
            case "transactions":
                self._transactions(rows, first)
            case "profile":
                self._profiles(rows, first)
            case kind:
                assert_never(kind)
        watermark = MIN_WATERMARK if self._latest == NO_TIME else self._latest - self._schema.max_disorder - 1
        return tagged_frame(watermark, self._records)

    def _transactions(self, rows: list[Row], first: int) -> None:
        dead_before = sum(self.counts.dead.values())
        routed = self._route(rows, self._sources[self._source].partition, first, self._latest)
        self._latest = routed.latest
        self.counts.read += len(rows)
        self.counts.valid += len(rows) - (sum(self.counts.dead.values()) - dead_before)
        for entity, without_key in zip(self._schema.entities, routed.without_key, strict=True):
            self.counts.entities[entity.name].without_key += without_key
        self._send(TRANSACTIONS, routed.items)

    def _send(self, kind: bytes, by_shard: list[list[Any]]) -> None:
        for shard, items in enumerate(by_shard):
            if items:
                self._records.append((SUBFRAME, str(shard), kind + _MSGPACK.encode(items)))

    def _stateless(self, item: Item) -> None:
        assert self._program.stateless is not None  # else the router was given none
        self._records += self._program.stateless(item, self.counts)

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
        source = self._sources[self._source].name.encode("utf-8", "backslashreplace").decode()  # a file's name may be no UTF-8
        letter = DeadLetter(bad.code, bad.reason, source, offset, None, raw)
        self._records.append((DEAD, None, _JSON.encode(letter)))

    def _profiles(self, rows: list[Row], first: int) -> None:
        index = self._sources[self._source].entity
        assert index is not None  # a profile source names its entity
        entity = self._schema.entities[index]
        wide = len(entity.key)
        kept = _kept(entity)
        by_shard: list[list[Any]] = [[] for _ in range(self._shards)]
        for offset, row in enumerate(rows, first):
            if isinstance(row, BadInput):
                self.counts.bad_profiles += 1
                self._dead(offset, row)
                continue
            self.counts.profiles += 1
            key = key_text(entity, list(row[:wide]))
            assert key is not None  # the key's columns are required
            by_shard[shard_of(entity.name, key, self._shards)].append((index, key, [row[wide + at] for at in kept]))
        self._send(PROFILES, by_shard)


def _kept(entity: EntitySpec) -> list[int]:
    """Positions of the profile fields' values behind the key: an amount's text as it came is not kept."""
    widths = [2 if field.type == "money" else 1 for field in entity.profile]
    return [end - width for end, width in zip(accumulate(widths), widths, strict=True)]


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
