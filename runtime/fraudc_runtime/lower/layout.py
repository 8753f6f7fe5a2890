"""What a key remembers, as positions in its flat list: identities in, slots and logs out; the shape that state bytes are read by."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

# transient: never written. derived: written as None, made again from logs. exact: an int of any size. plain: written as it is.
Storage = Literal["plain", "exact", "derived", "transient"]

# The slots that every key has, in this order.
TOUCHED, PROFILE, LAST, SEEN, PRUNE, HELD, AGENDA = range(7)
NEVER = -(2**62)  # earlier than any event time, and far enough inside 64 bits to subtract from
_FIXED = (
    ("touched", "0", "transient"),  # 1 when the decoded state differs from what is stored
    ("profile", "None", "transient"),  # the profile row; it is stored beside the state, since it outlives it
    ("last", str(NEVER), "plain"),  # event time of the last accepted transaction
    ("seen", "{}", "transient"),  # id -> event time of accepted transactions, oldest first; stored like a log
    ("prune", str(NEVER), "plain"),  # when `seen` is next rid of ids that are past dedupe
    ("held", "[]", "plain"),  # held matches
    ("agenda", "None", "plain"),  # the bucket of the agenda that will wake this key
)


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """`identity` says what the slot means whatever its position; `fresh` is the source of its first value."""

    identity: str
    fresh: str
    storage: Storage


@dataclass(slots=True)
class Log:
    """Parallel lists that only grow at the end and are cut at the front.

    Positions count from the log's beginning: `base` is that of the first entry still held, entries before `stored` stand in segments of
    their own, and segments before `removed` are gone. All three are slots.
    """

    identity: str
    base: int
    stored: int
    removed: int
    columns: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Layout:
    """Hands out slots of a key's list; asking twice for one identity gives the same slot."""

    slots: list[SlotSpec] = field(default_factory=lambda: [SlotSpec(*fixed) for fixed in _FIXED])  # type: ignore[arg-type]  # the literals of Storage
    logs: dict[str, Log] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log("seen")

    def position(self, identity: str, fresh: str, storage: Storage = "plain") -> int:
        if identity not in self._known:
            self._known[identity] = len(self.slots)
            self.slots.append(SlotSpec(identity, fresh, storage))
        return self._known[identity]

    def slot(self, identity: str, fresh: str, storage: Storage = "plain") -> str:
        """The source that reads and writes the slot."""
        return f"S[{self.position(identity, fresh, storage)}]"

    def log(self, identity: str) -> Log:
        if identity not in self.logs:
            base, stored, removed = (self.position(f"{identity}|{part}", "0") for part in ("base", "stored", "removed"))
            self.logs[identity] = Log(identity, base, stored, removed)
        return self.logs[identity]

    def column(self, log: Log, name: str) -> str:
        """The source of one of the log's lists."""
        if name not in log.columns:
            log.columns[name] = self.position(f"{log.identity}|column {name}", "[]", "transient")
        return f"S[{log.columns[name]}]"

    def fresh(self) -> str:
        """The source of a new key's list."""
        return f"[{', '.join(slot.fresh for slot in self.slots)}]"

    def digest(self) -> bytes:
        """8 bytes that name this very arrangement."""
        text = "\n".join(f"{slot.storage} {slot.identity}" for slot in self.slots)
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def slot_position(source: str) -> int:
    """The position that the source `S[…]` reads."""
    return int(source[2:-1])


def log_length(state: list[Any], log: Log) -> int:
    """How many entries the decoded log holds."""
    return len(state[next(iter(log.columns.values()), SEEN)])


def log_end(state: list[Any], log: Log) -> int:
    """The position behind the log's last entry."""
    return int(state[log.base]) + log_length(state, log)
