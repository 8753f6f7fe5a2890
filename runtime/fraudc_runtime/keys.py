"""Decoded keys of one entity, bounded in bytes: key text in, its slots out; what leaves the cache is written to the store first."""

from collections.abc import Callable
from itertools import islice

from fraudc_runtime.lower.entity import EntityProgram, State
from fraudc_runtime.lower.layout import AGENDA, HELD, LAST, PROFILE, TOUCHED, log_length
from fraudc_runtime.state import KeyCodec, Store, unpack, versioned

_SLOT_BYTES, _KEY_BYTES, _MEMBER_BYTES = 26, 400, 120  # of CPython objects: a key of 74 slots takes 2.4 KB
_SAMPLE = 1_000  # keys that are looked at to estimate the members of all


class Keys:
    """Two generations: a key that is used is in `young`; when that takes half the budget, what stayed in the older one is written and goes.

    So the least recently used leave first, at no cost for each use.

    `before` are the keys of another program that has been in force until now. If both arrange slots alike, the decoded keys go on; else
    each is written when it is next used, or with the next flush, and read as this program arranges it.
    """

    def __init__(
        self,
        program: EntityProgram,
        store: Store,
        budget: int,
        agenda: Callable[[str, State, int | None], None],
        before: "Keys | None" = None,
    ) -> None:
        self.program = program
        self.young: dict[str, State] = {}
        self.touched: list[str] = []
        self.watermark = 0
        self._old: dict[str, State] = {}
        self._codec = KeyCodec(program, store)
        self._store = store
        self._half = budget // 2
        self._limit = self._half  # of the estimate, above which members are counted
        self._agenda = agenda
        self._base = _KEY_BYTES + _SLOT_BYTES * len(program.layout.slots)
        self._members = 0
        blank = program.fresh()
        self._lasting = [(at, blank[at]) for at in program.lasting]
        self._before = before
        if before is not None and before._arrangement() == self._arrangement():
            self.young, self._old, self.touched, self._members = before.young, before._old, before.touched, before._members
            self._before = before._before

    def _arrangement(self) -> tuple[bytes, list[str]]:
        return self.program.layout.digest(), [field.name for field in self.program.spec.profile]

    def load(self, key: str) -> State:
        """The key's slots, which then belong to the young generation."""
        state = self._old.pop(key, None)
        if state is None:
            if self._before is not None:
                self._before.release(key)
            state = self._codec.load(key) or self.program.fresh()
            if self.program.spec.profile:
                state[PROFILE] = self._profile(key)
        self.young[key] = state
        return state

    def known(self, key: str) -> State | None:
        """The key's slots if it has any state."""
        state = self.young.get(key) or self._old.get(key)
        if state is None:
            if self._before is not None:
                self._before.release(key)
            state = self._codec.load(key)
        return state

    def release(self, key: str) -> None:
        """Leaves the key to the store."""
        state = self.young.pop(key, None) or self._old.pop(key, None)
        if state is not None:
            self._write(key, state)
        elif self._before is not None:
            self._before.release(key)

    def _profile(self, key: str) -> list[object] | None:
        data = self._store.get(profile_entry(self.program.spec.name, key))
        return None if data is None else self._columns(unpack(versioned(data)))

    def _columns(self, row: dict[str, object]) -> list[object]:
        return [row.get(field.name) for field in self.program.spec.profile]

    def show_profile(self, key: str, row: dict[str, object] | None) -> None:
        """Another profile row has been stored for the key, or none is any more."""
        for generation in (self.young, self._old):
            if key in generation:
                generation[key][PROFILE] = None if row is None else self._columns(row)

    def grow(self, members: int) -> None:
        """Keeps the budget after so many transactions."""
        self._members += members
        if self._size() <= self._limit:
            return
        if len(self.young) * self._base <= self._half:
            self._members = self._counted()
            self._limit = self._half + self._half // 8  # not counted again before it has grown
        if self._size() > self._half:
            self._rotate()

    def _counted(self) -> int:
        """The members of all young keys, from a sample of them."""
        sample = list(islice(self.young.values(), None, None, 1 + len(self.young) // _SAMPLE))
        logs = list(self.program.layout.logs.values())
        return sum(log_length(state, log) for state in sample for log in logs) * len(self.young) // max(1, len(sample))

    def _rotate(self) -> None:
        self._settle_before()
        for key, state in self._old.items():
            self._write(key, state)
        self._old, self.young, self._members, self._limit = self.young, {}, 0, self._half
        self.touched[:] = [key for key, state in self._old.items() if state[TOUCHED]]

    def _size(self) -> int:
        return len(self.young) * self._base + self._members * _MEMBER_BYTES

    def flush(self) -> None:
        """Writes every key that has changed."""
        self._settle_before()
        for key in self.touched:
            state = self.young.get(key) or self._old.get(key)
            if state is not None:
                self._write(key, state)
        self.touched.clear()

    def _settle_before(self) -> None:
        if self._before is not None:
            self._before.flush()
            self._before = None

    def _write(self, key: str, state: State) -> None:
        if not state[TOUCHED]:
            return
        expiry = self.expiry(state)
        if expiry is not None and expiry <= self.watermark:
            self.drop(key, state)
            return
        self._agenda(key, state, expiry)
        self._codec.save(key, state)

    def drop(self, key: str, state: State) -> None:
        """The key leaves nothing but its profile row."""
        self._codec.drop(key, state)
        self.young.pop(key, None)
        if self._old.get(key) is state:
            profile = state[PROFILE]
            state[:] = [*self.program.fresh()]
            state[PROFILE] = profile

    def expiry(self, state: State) -> int | None:
        """When nothing that the key remembers can matter any more, if no transaction comes; None for never."""
        if state[HELD]:
            return None
        program, last = self.program, int(state[LAST])
        forget, dedupe = program.spec.forget, program.dedupe
        forgotten = None if forget is None else last + max(forget, dedupe)  # a duplicate is not accepted, so it ends nothing
        if any(state[at] != fresh for at, fresh in self._lasting) or any(
            state[suppressed] for _, suppressed, _ in program.cooldowns.values()
        ):
            return forgotten
        ends = [int(state[since]) + cooldown for since, _, cooldown in program.cooldowns.values()]
        empty = max([last + program.horizon, *ends])
        return empty if forgotten is None else min(empty, forgotten)


def profile_entry(entity: str, key: str) -> str:
    """Where a key's profile row is stored: its values by the names of the fields."""
    return f"p/{entity}/{key}"


def registered(state: State) -> list[int | None]:
    """The times at which the agenda gives the key out: [for held matches, for expiry]."""
    return state[AGENDA] or [None, None]
