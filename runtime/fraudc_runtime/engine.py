"""One shard of the keyed stage: shard frames and watermarks in, tagged frames of alerts out; all it remembers is entries of one map."""

from collections.abc import Callable
from heapq import heappop, heappush

import msgspec

from fraudc_runtime import frames
from fraudc_runtime.agenda import Agenda
from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.frames import ALERT, LATE, MARKER, MAX_WATERMARK, MIN_WATERMARK, read_shard_frame, tagged_frame
from fraudc_runtime.keys import Keys, registered
from fraudc_runtime.lower.entity import State
from fraudc_runtime.lower.layout import AGENDA, HELD, LAST, PROFILE, TOUCHED
from fraudc_runtime.ordering import Pending
from fraudc_runtime.profiles import Profiles
from fraudc_runtime.program import Program, Record, rule_counts
from fraudc_runtime.programs import Programs, turn
from fraudc_runtime.record import ENTITY, EVENT_TIME, KEY, Item
from fraudc_runtime.rulesets.acceptance import Standing
from fraudc_runtime.state import VERSION, Store, pack, unpack, versioned

_ITEMS = msgspec.msgpack.Decoder(list[tuple])  # type: ignore[type-arg]  # items differ by schema
_NEVER = MAX_WATERMARK + 1
_REVISION_END = 5  # behind the kind byte
_TICK = 1_000  # ms; agenda times are multiples of this and of a share of the wait, so that they are few
_SHARE = 256


class Shard:
    """Holds a shard's keys between two flushes; `budget` is how many bytes of decoded keys each entity may take."""

    def __init__(self, program: Program, store: Store, counts: Counts, budget: int = 64 << 20) -> None:
        self._store = store
        self._counted = counts
        self._budget = budget
        self._out: list[Record] = []
        self._deadlines: list[tuple[int, int, str]] = []
        self._holding = Agenda("held", store)
        self._expiring = Agenda("expiry", store)
        known = store.get("shard")
        self._watermark, parts = (MIN_WATERMARK, 0) if known is None else unpack(versioned(known))  # type: int, int
        self._pending = Pending(store, parts)
        self._profiles = Profiles(store)
        self._keys: list[Keys] = []
        self._standing: Standing | None = None
        self._turn = _NEVER
        self.swap(program)

    def swap(self, program: Program) -> None:
        """Goes on with another program, between two transactions; what waits, what is held and what is stored stays."""
        self._program = program
        self._rules = rule_counts(program.plan, self._counted)
        self._numbers = {rule.id: at for at, rule in enumerate(program.plan.rules)}
        self._lives = program.orders.rules
        self._counts = [self._counted.entities.setdefault(name, EntityCounts()) for name in program.orders.entities]
        before = [*self._keys, *[None] * (len(program.entities) - len(self._keys))]
        self._keys = [Keys(entity, self._store, self._budget, self._enroller(at), before[at]) for at, entity in enumerate(program.entities)]
        for keys in self._keys:
            keys.watermark = self._watermark
        self._late = program.late
        self._foreign = not self._pending.fits(program.width)

    def stand(self, standing: Standing, programs: Programs) -> int | None:
        """Takes over, or has ready for their `at`, the sets that stand from now on: whenever they change, and when the shard is opened.

        By how many ms of event time the shard had come past the newest set's `at` already; None when it had not.
        """
        self._standing, self._programs = standing, programs
        self._take_over()
        at = standing.newest.at
        return None if at is None or at > self._watermark else self._watermark + 1 - at

    def _take_over(self, loose: bool = False) -> None:
        assert self._standing is not None  # else nothing is waited for
        program = self._programs.at(self._standing, self._watermark + 1, loose=loose)
        if program is not self._program:
            self.swap(program)
        next_turn = turn(self._standing, self._watermark + 1)
        self._turn = _NEVER if next_turn is None else next_turn

    @property
    def watermark(self) -> int:
        """Up to which event time everything is decided."""
        return self._watermark

    def frame(self, frame: bytes) -> bytes:
        """A shard frame in, a tagged frame out; it carries the watermark up to which everything is decided."""
        watermark, flags, subframes = read_shard_frame(frame)
        items: list[Item] = []
        for subframe in subframes:
            items += self._read(subframe)
        for item in self._pending.accept(items, self._watermark):
            self._report_late(item)
        self._advance(watermark)
        if flags & MARKER:
            self.flush()
        return self._sent()

    def _read(self, subframe: bytes) -> list[Item]:
        """The sub-frame's items; profile rows are stored at once."""
        match subframe[:1]:
            case frames.PROFILES | frames.NEWER_PROFILES:
                self._profiles.take(subframe, self._keys, loading=self._watermark == MIN_WATERMARK)
                return []
            case frames.PUBLISHED:
                items = _ITEMS.decode(memoryview(subframe)[_REVISION_END:])
                revision = int.from_bytes(subframe[1:_REVISION_END], "big")
                if self._standing is not None and revision > self._standing.newest.revision:
                    self._take_over(loose=True)
                    self._foreign = True
            case _:
                items = _ITEMS.decode(memoryview(subframe)[1:])
        self._foreign = self._foreign or any(len(item) != self._program.width for item in items[:1])
        return items

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
        self._profiles.flush(loading=self._watermark == MIN_WATERMARK)
        self._store.put("shard", VERSION + pack([self._watermark, self._pending.flush()]))

    def _sent(self) -> bytes:
        records, self._out = self._out, []
        return tagged_frame(self._watermark, records)

    def _advance(self, watermark: int) -> None:
        while watermark >= self._turn:
            self._decide(self._turn - 1)
            self._take_over()
        self._decide(watermark)

    def _decide(self, watermark: int) -> None:
        """Everything up to the watermark, which lies before the next turn."""
        if watermark <= self._watermark:
            return
        items = self._pending.take(watermark)
        if self._foreign:
            items = [self._fitted(item) for item in items if item[ENTITY] < len(self._keys)]
            self._foreign = not self._pending.fits(self._program.width)
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

    def _fitted(self, item: Item) -> Item:
        """As this program reads it, whatever set it was read by."""
        wide = self._program.width
        return item if len(item) == wide else (*item[:wide], *[None] * (wide - len(item)))

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
        unless, row = self._keys[entity].program.unless, state[PROFILE]
        state[HELD] = [held for held in state[HELD] if held[2] not in unless or not unless[held[2]](item, self._fitted(held[7]), row)]

    def _release(self, entity: int, key: str, state: State, until: int) -> None:
        """Held matches whose deadline is not later come out, in the order of (deadline, transaction id).

        Those whose rule has been removed since end, be it there again or not.
        """
        program = self._keys[entity].program
        due = sorted((held for held in state[HELD] if held[0] <= until), key=lambda held: (held[0], held[1]))
        if not due:
            return
        state[HELD] = [held for held in state[HELD] if held[0] > until]
        for deadline, _, rule, revision, tag, head, tail, _ in due:
            if revision < self._lives.get(rule, revision + 1):
                continue
            number = self._numbers[rule]
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
        """Enters a key that is about to be written in the agendas, unless it stands there at an earlier time.

        Held matches are looked at too early rather than too late, and then wait in memory: what is due before a turn comes out before it.
        """

        def enroll(key: str, state: State, expiry: int | None) -> None:
            times = registered(state)
            wanted = (min((held[0] for held in state[HELD]), default=None), expiry)
            for kind, (agenda, time) in enumerate(zip((self._holding, self._expiring), wanted, strict=True)):
                if time is None:
                    continue
                tick = max(_TICK, (time - min(time, max(self._watermark, state[LAST]))) // _SHARE // _TICK * _TICK)
                rounded = time // tick * tick if agenda is self._holding else -(-time // tick) * tick
                now = times[kind]
                if now is None or rounded < now:
                    agenda.enter(rounded, entity, key)
                    times[kind] = rounded
            state[AGENDA] = times

        return enroll

    def _report_late(self, item: Item) -> None:
        entity = item[ENTITY]
        if entity >= len(self._keys):  # only a set that has not arrived here yet knows it: the transaction's other entities report it
            return
        self._counts[entity].late += 1
        name = self._program.orders.entities[entity]
        self._out.append((LATE, item[KEY], self._late(self._fitted(item), name, self._watermark)))
