"""Source frames in, tagged frames out: items by shard, dead letters, late records and the alerts of stateless rules."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, Protocol

import msgspec
from typing_extensions import assert_never

from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.frames import (
    CLOCK,
    DEAD,
    DECODED,
    END_OF_INPUT,
    LATE,
    MAX_WATERMARK,
    MIN_WATERMARK,
    NEWER_PROFILES,
    PROFILES,
    PUBLISHED,
    STATUS,
    SUBFRAME,
    TRANSACTIONS,
    tagged_frame,
)
from fraudc_runtime.payloads import Payloads, file_payloads, row_payloads, topic_payloads
from fraudc_runtime.plan import Schema
from fraudc_runtime.profile_rows import ProfileRows, Values
from fraudc_runtime.programs import Programs
from fraudc_runtime.readers import Reader, transaction_reader
from fraudc_runtime.readings import Reading, alike, divided
from fraudc_runtime.record import EVENT_TIME, ID, Item, positions
from fraudc_runtime.rejected import DeadLetter, LateRecord
from fraudc_runtime.render import seconds, timestamp_text, transaction_renderer
from fraudc_runtime.routing import NO_TIME, key_text, router, shard_of
from fraudc_runtime.rulesets.acceptance import Standing
from fraudc_runtime.rulesets.swapping import Orders
from fraudc_runtime.schema import BadInput, Row

Record = tuple[int, str | None, bytes]
_JSON: Final = msgspec.json.Encoder()
_MSGPACK: Final = msgspec.msgpack.Encoder()
_END: Final = END_OF_INPUT.to_bytes(2, "big")


Stateless = Callable[[Item, Counts], list[Record]]


class Program(Protocol):
    """What intake needs of bound orders."""

    @property
    def orders(self) -> Orders: ...

    @property
    def stateless(self) -> Stateless | None: ...


class Source(msgspec.Struct, frozen=True):
    """Where a frame's payloads come from. `name` is what dead letters call it; `entity` says whose profile rows they are.

    `newer` rows replace others of the same key, whichever comes first.
    """

    kind: Literal["transactions", "profile"]
    name: str
    entity: str | None
    format: Literal["json", "csv"]
    partition: int
    newer: bool = False


class Intake:
    """One task's intake.

    Of files it is the only task: it remembers their largest event time (together they are one partition, read in turn) and so knows what is
    late. `topics`: frames are topic frames of any partitions; what their clocks make late is for others to say, and what is further ahead
    of its record than `max_future` is bad input. `shown`: every valid transaction is a DECODED record too.
    """

    def __init__(self, program: Program, sources: tuple[Source, ...], shards: int, *, topics: bool = False, shown: bool = False) -> None:
        self.counts = Counts()
        self._sources = sources
        self._shards = shards
        self._latest = NO_TIME
        self._records: list[Record] = []
        self._topics = topics
        self._show = shown
        self._payloads = Payloads(0, None, (), None, (), b"")
        self._max_future = program.orders.plan.schema.max_future  # another one applies when the job next starts
        self._readers: dict[int, Reader] = {}  # by source
        self._row_readers: dict[int, ProfileRows] = {}  # that of an entity which the schema no longer has stays
        self._kind = TRANSACTIONS
        self._stateless_from: list[tuple[int, Stateless | None]] = [(MIN_WATERMARK, program.stateless)]
        self._readings: list[Reading] = []
        self._read_by([(MIN_WATERMARK, program.orders)])

    def swap(self, standing: Standing, programs: Programs) -> None:
        """Each transaction is read, and tested, by the set in force at its event time; from now on, between two frames."""
        starts = [MIN_WATERMARK, *(ruleset.begins for ruleset in standing.sets[1:])]
        in_force = [(start, programs.at(standing, start)) for start in starts]
        self._stateless_from = [(start, program.stateless) for start, program in in_force]
        self._kind = PUBLISHED + standing.newest.revision.to_bytes(4, "big")
        self._read_by([(start, program.orders) for start, program in in_force])

    def _read_by(self, in_force: list[tuple[int, Orders]]) -> None:
        """Sets by the event times from which they are in force; those that read alike need only one of them to read."""
        orders = in_force[-1][1]
        schema = self._schema = orders.plan.schema
        for _, each in in_force:
            for entity in each.plan.schema.entities:
                self.counts.entities.setdefault(entity.name, EntityCounts())
        self._rendered = transaction_renderer(schema, orders.columns)
        at = positions(schema, orders.columns)
        self._key_positions = [[at[name] for name in entity.key] for entity in schema.entities]
        self._choose_readers(schema)
        rules = any(stateless for _, stateless in self._stateless_from)
        stateless = self._shown if self._show else self._stateless if rules else None
        late, future = (None, self._future) if self._topics else (self._late, None)
        several = any(not alike(each.plan.schema, schema) for _, each in in_force)
        self._readings = [
            Reading(
                start,
                each.plan.schema,
                transaction_reader("json", each.plan.schema),
                router(each, self._shards, self._dead_transaction, late, future, stateless),
            )
            for start, each in (in_force if several else in_force[-1:])
        ]

    def _choose_readers(self, schema: Schema) -> None:
        entities = {entity.name: entity for entity in schema.entities}
        for at, source in enumerate(self._sources):
            if source.kind == "transactions":
                self._readers[at] = transaction_reader(source.format, schema)
            elif source.entity in entities:
                self._row_readers[at] = ProfileRows(source.format, schema, entities[source.entity], keyed=self._topics)

    def frame(self, frame: bytes) -> bytes:
        """A source frame in, a tagged frame out. HeaderError when a CSV source begins with no usable header."""
        if frame[:2] == _END:
            return tagged_frame(MAX_WATERMARK, [(STATUS, None, _JSON.encode(self.counts))])
        source = self._sources[int.from_bytes(frame[:2], "big")]
        self._payloads = found = self._found(frame, source)
        self._records = []
        if self._topics:
            self._latest = NO_TIME
        match source.kind:
            case "transactions":
                if self._topics:
                    self._records.append((CLOCK, str(found.partition), b""))
                self._read(source, found)
            case "profile":
                self._profiles(source, found)
            case kind:
                assert_never(kind)
        if self._topics:
            return tagged_frame(self._latest, self._records)
        watermark = MIN_WATERMARK if self._latest == NO_TIME else self._latest - self._schema.max_disorder - 1
        return tagged_frame(watermark, self._records)

    def _found(self, frame: bytes, source: Source) -> Payloads:
        if not self._topics:
            return file_payloads(frame)
        return topic_payloads(frame) if source.kind == "transactions" else row_payloads(frame)

    def _read(self, source: Source, found: Payloads) -> None:
        rows = self._readers[found.source].read(found.offsets[0] if found.offsets else 0, found.lengths, found.joined)
        offsets = found.offsets[len(found.lengths) - len(rows) :]  # a header gives no row
        partition = source.partition if found.partition is None else found.partition
        dead_before = sum(self.counts.dead.values())
        for reading, mine, places in self._divided(rows, offsets):
            self._transactions(reading, mine, partition, places)
        self.counts.read += len(rows)
        self.counts.valid += len(rows) - (sum(self.counts.dead.values()) - dead_before)

    def _divided(self, rows: list[Row], offsets: Sequence[int]) -> list[tuple[Reading, list[Row], Sequence[int]]]:
        """The rows that are for each reading, `rows` being the newest one's, and their offsets."""
        *earlier, newest = self._readings
        if not earlier:
            return [(newest, rows, offsets)]
        found = self._payloads
        read = [*(each.reader.read(found.offsets[0] if found.offsets else 0, found.lengths, found.joined) for each in earlier), rows]
        places = divided(self._readings, read)
        return [
            (reading, [mine[at] for at in numbers], [offsets[at] for at in numbers])
            for reading, mine, numbers in zip(self._readings, read, places, strict=True)
        ]

    def _transactions(self, reading: Reading, rows: list[Row], partition: int, offsets: Sequence[int]) -> None:
        unlikely = self._payloads.earliest + self._max_future
        routed = reading.route(rows, partition, offsets, self._latest, unlikely)
        self._latest = routed.latest
        for entity, without_key in zip(reading.schema.entities, routed.without_key, strict=True):
            self.counts.entities[entity.name].without_key += without_key
        self._send(self._kind, routed.items)

    def _future(self, offset: int, event_time: int) -> bool:
        received = self._payloads.received_at(offset)
        if received is None or event_time <= received + self._max_future:
            return False
        ahead = f"{timestamp_text(event_time)} is more than {seconds(self._max_future)} s later than the record's own timestamp"
        self._dead_transaction(offset, BadInput("in_future", f"the event time {ahead}, {timestamp_text(received)}"))
        return True

    def _send(self, kind: bytes, by_shard: list[list[Any]]) -> None:
        for shard, items in enumerate(by_shard):
            if items:
                self._records.append((SUBFRAME, str(shard), kind + _MSGPACK.encode(items)))

    def _stateless(self, item: Item) -> None:
        stateless = self._stateless_from[-1][1]
        if len(self._stateless_from) > 1:
            time = item[EVENT_TIME]
            stateless = next(found for start, found in reversed(self._stateless_from) if start <= time)
        if stateless is not None:
            self._records += stateless(item, self.counts)

    def _shown(self, item: Item) -> None:
        self._records.append((DECODED, None, self._rendered(item)))
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

    def _profiles(self, source: Source, found: Payloads) -> None:
        reader = self._row_readers[found.source]
        rows = reader.read(found)
        by_shard: dict[int, list[tuple[str, Values]]] = {}
        for offset, row in zip(found.offsets[len(found.lengths) - len(rows) :], rows, strict=True):
            if isinstance(row, BadInput):
                self.counts.bad_profiles += 1
                self._dead(offset, row)
                continue
            self.counts.profiles += 1
            by_shard.setdefault(shard_of(reader.entity, row[0], self._shards), []).append(row)
        kind = NEWER_PROFILES if source.newer else PROFILES
        for shard, mine in by_shard.items():
            self._records.append((SUBFRAME, str(shard), kind + _MSGPACK.encode((reader.entity, mine))))
