"""One shard of the keyed stage: shard frames and watermarks in, tagged frames of alerts out; all it remembers is entries of one map."""

from collections.abc import Callable
from heapq import heappop, heappush

import msgspec

from fraudc_runtime.agenda import Agenda
from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.frames import ALERT, LATE, MARKER, MAX_WATERMARK, MIN_WATERMARK, PROFILES, read_shard_frame, tagged_frame
from fraudc_runtime.keys import Keys, registered
from fraudc_runtime.lower.entity import State
from fraudc_runtime.lower.layout import AGENDA, HELD, PROFILE, TOUCHED
from fraudc_runtime.ordering import Pending
from fraudc_runtime.plan import Schema
from fraudc_runtime.program import Program, Record, rule_counts
from fraudc_runtime.record import ENTITY, EVENT_TIME, ID, Item
from fraudc_runtime.render import timestamp_text, transaction_renderer
from fraudc_runtime.state import VERSION, Store, pack, unpack, versioned

_ITEMS = msgspec.msgpack.Decoder(list[tuple])  # type: ignore[type-arg]  # items differ by schema
_ROWS = msgspec.msgpack.Decoder()
_PENDING_PART = 512
_TICK = 1_000  # ms; agenda times are multiples of this and of a share of the wait, so that they are few
_SHARE = 256


class Shard:
    """Holds a shard's keys between two flushes; `budget` is how many bytes of decoded keys each entity may take."""

    def __init__(self, program: Program, store: Store, counts: Counts, budget: int = 64 << 20) -> None:
        self._program = program
        self._schema = program.plan.schema
        self._store = store
        self._rules = rule_counts(program.plan, counts)
        self._counts = [counts.entities.setdefault(entity.name, EntityCounts()) for entity in self._schema.entities]
        self._out: list[Record] = []
        self._deadlines: list[tuple[int, int, str]] = []
        self._holding = Agenda("held", store)
        self._expiring = Agenda("expiry", store)
        self._watermark, self._parts, pending = self._restored()
        self._pending = Pending(pending)
        self._keys = [Keys(entity, store, budget, self._enroller(at)) for at, entity in enumerate(program.entities)]
        self._late = late_renderer(self._schema)
        for keys in self._keys:
            keys.watermark = self._watermark

    def _restored(self) -> tuple[int, int, list[Item]]:
        data = self._store.get("shard")
        if data is None:
            return MIN_WATERMARK, 0, []
        watermark, parts = unpack(versioned(data))
        pending = [tuple(item) for part in range(parts) for item in unpack(versioned(self._store.get(f"pending/{part}") or b""))]
        return watermark, parts, pending

    @property
    def watermark(self) -> int:
        """Up to which event time everything is decided."""
        return self._watermark

    def frame(self, frame: bytes) -> bytes:
        """A shard frame in, a tagged frame out; it carries the watermark up to which everything is decided."""
        watermark, flags, subframes = read_shard_frame(frame)
        items: list[Item] = []
        for subframe in subframes:
            if subframe[:1] == PROFILES:
                for entity, key, row in _ROWS.decode(memoryview(subframe)[1:]):
                    self._keys[entity].set_profile(key, row)
            else:
                items += _ITEMS.decode(memoryview(subframe)[1:])
        for item in self._pending.accept(items, self._watermark):
            self._report_late(item)
        self._advance(watermark)
        if flags & MARKER:
            self.flush()
        return self._sent()

    def on_time(self, watermark: int) -> bytes:
        """The watermark has reached a time that `due` asked for. What changes is stored at once: no marker covers it."""
        self._advance(watermark)
        self.flush()
        return self._sent()

    def due(self) -> int | None:
        """The earliest event time at which something is to be done although no transaction comes."""
        times = [self._holding.next(), self._expiring.next(), self._deadlines[0][0] if self._deadlines else None]
        return min((time for time in times if time is not None), default=None)

    def pending_until(self) -> int | None:
        """The latest event time that waits for the watermark."""
        return self._pending.last()

    def flush(self) -> None:
        """Writes all that has changed since the last flush."""
        for keys in self._keys:
            keys.flush()
        self._holding.flush()
        self._expiring.flush()
        items = self._pending.items
        parts = -(-len(items) // _PENDING_PART)
        for part in range(parts):
            self._store.put(f"pending/{part}", VERSION + pack(items[part * _PENDING_PART : (part + 1) * _PENDING_PART]))
        for part in range(parts, self._parts):
            self._store.remove(f"pending/{part}")
        self._parts = parts
        self._store.put("shard", VERSION + pack([self._watermark, parts]))

    def _sent(self) -> bytes:
        records, self._out = self._out, []
        return tagged_frame(self._watermark, records)

    def _advance(self, watermark: int) -> None:
        if watermark <= self._watermark:
            return
        items = self._pending.take(watermark)
        if len(self._keys) == 1:
            self._evaluate(0, items)
        else:
            by_entity: list[list[Item]] = [[] for _ in self._keys]
            for item in items:
                by_entity[item[ENTITY]].append(item)
            for entity, part in enumerate(by_entity):
                self._evaluate(entity, part)
        self._watermark = watermark
        for keys in self._keys:
            keys.watermark = watermark
        self._wake(watermark)

    def _evaluate(self, entity: int, items: list[Item]) -> None:
        if not items:
            return
        keys = self._keys[entity]

        def settle(key: str, state: State, item: Item) -> None:
            self._settle(entity, key, state, item)

        def hold(key: str, deadline: int) -> None:
            heappush(self._deadlines, (deadline, entity, key))

        duplicates = keys.program.evaluate(items, keys.young, keys.load, keys.touched, self._send, hold, settle, self._rules)
        counts = self._counts[entity]
        counts.duplicate += duplicates
        counts.evaluated += len(items) - duplicates
        keys.grow(len(items))

    def _send(self, rule: int, key: str, suppressed: int, rendered: tuple[int, bytes, bytes]) -> None:
        tag, head, tail = rendered
        self._out.append((tag, key, head + b"%d" % suppressed + tail))
        if tag == ALERT:
            self._rules[rule].live += 1
        else:
            self._rules[rule].shadow += 1

    def _settle(self, entity: int, key: str, state: State, item: Item) -> None:
        """Before an accepted transaction is evaluated: matches past their deadline come out, and it may drop others."""
        self._release(entity, key, state, item[EVENT_TIME] - 1)
        unless = self._keys[entity].program.unless
        state[HELD] = [held for held in state[HELD] if held[2] not in unless or not unless[held[2]](item, held[6], state[PROFILE])]

    def _release(self, entity: int, key: str, state: State, until: int) -> None:
        """Held matches whose deadline is not later come out, in the order of (deadline, transaction id); those of rules now gone end."""
        program = self._keys[entity].program
        due = sorted((held for held in state[HELD] if held[0] <= until), key=lambda held: (held[0], held[1]))
        if not due:
            return
        state[HELD] = [held for held in state[HELD] if held[0] > until]
        for deadline, _, rule, tag, head, tail, _ in due:
            if rule not in program.rules:
                continue
            number = program.rules[rule]
            if rule not in program.cooldowns:
                self._send(number, key, 0, (tag, head, tail))
                continue
            since, suppressed, cooldown = program.cooldowns[rule]
            if deadline - state[since] < cooldown:
                state[suppressed] += 1
                self._rules[number].suppressed += 1
                continue
            self._send(number, key, state[suppressed], (tag, head, tail))
            state[since], state[suppressed] = deadline, 0

    def _wake(self, watermark: int) -> None:
        """Looks at the keys whose time has come."""
        while self._deadlines and self._deadlines[0][0] <= watermark:
            _, entity, key = heappop(self._deadlines)
            self._look(entity, key, watermark)
        for time, entity, key in self._holding.due(watermark):
            self._called(0, time, entity, key, watermark)
        if watermark == MAX_WATERMARK:
            return
        for time, entity, key in self._expiring.due(watermark):
            self._called(1, time, entity, key, watermark)

    def _called(self, kind: int, time: int, entity: int, key: str, watermark: int) -> None:
        """The agenda gives a key out; one that was entered again for an earlier time has been looked at already."""
        state = self._keys[entity].known(key)
        if state is None or registered(state)[kind] != time:
            return
        self._look(entity, key, watermark)
        state = self._keys[entity].load(key) if key not in self._keys[entity].young else self._keys[entity].young[key]
        times = registered(state)
        times[kind] = None
        state[AGENDA] = times
        self._touch(entity, key, state)

    def _look(self, entity: int, key: str, watermark: int) -> None:
        keys = self._keys[entity]
        state = keys.young.get(key) or keys.load(key)
        if state[HELD]:
            self._release(entity, key, state, watermark)
            for held in state[HELD]:
                heappush(self._deadlines, (held[0], entity, key))
            self._touch(entity, key, state)

    def _touch(self, entity: int, key: str, state: State) -> None:
        if not state[TOUCHED]:
            state[TOUCHED] = 1
            self._keys[entity].touched.append(key)

    def _enroller(self, entity: int) -> Callable[[str, State, int | None], None]:
        """Enters a key that is about to be written in the agendas, unless it stands there at an earlier time."""

        def enroll(key: str, state: State, expiry: int | None) -> None:
            times = registered(state)
            wanted = (min((held[0] for held in state[HELD]), default=None), expiry)
            for kind, (agenda, time) in enumerate(zip((self._holding, self._expiring), wanted, strict=True)):
                if time is None:
                    continue
                tick = max(_TICK, (time - min(time, max(self._watermark, 0))) // _SHARE // _TICK * _TICK)
                rounded = -(-time // tick) * tick
                now = times[kind]
                if now is None or rounded < now:
                    agenda.enter(rounded, entity, key)
                    times[kind] = rounded
            state[AGENDA] = times

        return enroll

    def _report_late(self, item: Item) -> None:
        entity = item[ENTITY]
        self._counts[entity].late += 1
        self._out.append((LATE, item[5], self._late(item, self._schema.entities[entity].name, self._watermark)))


def late_renderer(schema: Schema) -> Callable[[Item, str, int], bytes]:
    """A function that renders a late record from (item, entity name, watermark)."""
    transaction = transaction_renderer(schema)

    def render(item: Item, entity: str, watermark: int) -> bytes:
        return msgspec.json.encode(
            {
                "transaction_id": item[ID],
                "entity": entity,
                "event_time": timestamp_text(item[EVENT_TIME]),
                "watermark": timestamp_text(watermark),
                "late_by_ms": max(1, watermark + 1 - item[EVENT_TIME]),
                "transaction": msgspec.Raw(transaction(item)),
            }
        )

    return render
