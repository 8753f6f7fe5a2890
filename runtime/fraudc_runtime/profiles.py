"""Sub-frames of profile rows in, entries of a shard's store out: a row of the start never replaces one that has come since."""

from collections.abc import Sequence

import msgspec

from fraudc_runtime.frames import NEWER_PROFILES
from fraudc_runtime.keys import Keys, profile_entry
from fraudc_runtime.state import VERSION, Store, pack, unpack, versioned

_ROWS = msgspec.msgpack.Decoder(tuple[str, list[tuple[str, dict[str, object] | None]]])
_CHANGED = "changed profiles"  # an entry that a shard has only while it is loaded


class Profiles:
    """A shard's rows.

    It is being loaded until its first transaction is decided. A newer row may overtake older ones until then, since they come another way.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        known = store.get(_CHANGED)
        self._changed = set() if known is None else {(entity, key) for entity, key in unpack(versioned(known))}

    def take(self, subframe: bytes, keys: Sequence[Keys], *, loading: bool) -> None:
        """Stores the rows at once; `keys` are those of the entities that the rules in force know."""
        entity, rows = _ROWS.decode(memoryview(subframe)[1:])
        mine = next((each for each in keys if each.program.spec.name == entity), None)
        newer = subframe[:1] == NEWER_PROFILES
        for key, row in rows:
            if newer and loading:
                self._changed.add((entity, key))
            elif not newer and (entity, key) in self._changed:
                continue
            if row is None:
                self._store.remove(profile_entry(entity, key))
            else:
                self._store.put(profile_entry(entity, key), VERSION + pack(row))
            if mine is not None:
                mine.show_profile(key, row)

    def flush(self, *, loading: bool) -> None:
        """Writes which rows are newer, or forgets it once that cannot matter."""
        if not self._changed:
            return
        if loading:
            self._store.put(_CHANGED, VERSION + pack(list(self._changed)))
        else:
            self._changed.clear()
            self._store.remove(_CHANGED)
