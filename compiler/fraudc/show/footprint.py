"""What the windows of a plan store and which rules read them in; each rule's part of a key's state, and with whom it shares it, out."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from fraudc.show.model import Sharing, WindowView
from fraudc_runtime.estimate import WindowState


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes for each key; `shared_bytes` of them serve other rules too."""

    bytes: int
    shared_bytes: int
    shares: tuple[Sharing, ...]


class Footprints:
    """`states` and `windows` are by signature id, and of the same signatures."""

    def __init__(self, states: Mapping[str, WindowState], windows: Mapping[str, WindowView]) -> None:
        self._states, self._windows = states, windows
        self._users: dict[Hashable, dict[str, None]] = {}
        for signature, state in states.items():
            for piece in state.pieces:
                self._users.setdefault(piece.identity, {}).update(dict.fromkeys(windows[signature].rules))

    def of(self, rule: str, read: Iterable[str]) -> Footprint:
        """What the rule keeps by reading these signatures."""
        read = tuple(read)
        pieces = {piece.identity: piece for signature in read for piece in self._states[signature].pieces}
        shared = [piece for piece in pieces.values() if len(self._users[piece.identity]) > 1]
        windows = [self._windows[signature] for signature in read]
        shares = [Sharing(window.name, "window", others) for window in windows if (others := _but(window.rules, {rule}))]
        told = {rule, *(other for sharing in shares for other in sharing.rules)}
        shares += self._members(read, told)
        return Footprint(sum(piece.bytes for piece in pieces.values()), sum(piece.bytes for piece in shared), tuple(shares))

    def _members(self, read: tuple[str, ...], told: set[str]) -> list[Sharing]:
        """Rules that share a window share what stands behind it by that; only others are worth a line, one for each owner."""
        found: dict[str, tuple[str, ...]] = {}
        for signature in read:
            name = self._windows[signature].shares or self._windows[signature].name
            users = dict.fromkeys(user for piece in self._states[signature].pieces for user in self._users[piece.identity])
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *_but(users, told))))
        return [Sharing(name, "members", others) for name, others in found.items() if others]


def _but(rules: Iterable[str], known: set[str]) -> tuple[str, ...]:
    return tuple(rule for rule in rules if rule not in known)
