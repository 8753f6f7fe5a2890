"""The windows that a rule reads and all windows of the plan in; the rule's part of a key's state, and with whom it shares it, out."""

from dataclasses import dataclass

from fraudc.show.model import Sharing, WindowView


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes for each key; `shared_bytes` of them serve other rules too."""

    bytes: int
    shared_bytes: int
    shares: tuple[Sharing, ...]


def footprint(rule: str, read: tuple[WindowView, ...], windows: tuple[WindowView, ...]) -> Footprint:
    """What `rule` reads: its windows, and once each the members that a window among them borrows from another."""
    whole = [(window, _others(rule, window.rules), window.fixed) for window in read]
    members = [(owner, _others(rule, _member_readers(owner, windows)), size) for owner, size in _members(read, windows)]
    parts = whole + members
    shares = [Sharing(window.name, "window", others) for window, others, _ in whole if others]
    # Rules that share a window share the members behind it by that; only others are worth a line.
    shares += [Sharing(owner.name, "members", left) for owner, others, _ in members if (left := _beyond(others, owner, read, shares))]
    return Footprint(sum(size for *_, size in parts), sum(size for _, others, size in parts if others), tuple(shares))


def _members(read: tuple[WindowView, ...], windows: tuple[WindowView, ...]) -> list[tuple[WindowView, int]]:
    """The member logs behind `read`, by owner, with the bytes of them that these windows use: the owner's times and their columns."""
    by_name = {window.name: window for window in windows}
    found: dict[str, int] = {}
    for window in read:
        owner = by_name[window.shares or window.name]
        if owner.per_member:
            found.setdefault(owner.name, owner.per_member * owner.members)
        if window is not owner and window.per_member:
            found[owner.name] = found.get(owner.name, 0) + window.per_member * window.members
    return [(by_name[name], size) for name, size in found.items()]


def _member_readers(owner: WindowView, windows: tuple[WindowView, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule for window in windows if owner.name in (window.name, window.shares) for rule in window.rules))


def _others(rule: str, rules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(other for other in rules if other != rule)


def _beyond(others: tuple[str, ...], owner: WindowView, read: tuple[WindowView, ...], shares: list[Sharing]) -> tuple[str, ...]:
    on_it = {window.name for window in read if owner.name in (window.name, window.shares)}
    told = {rule for sharing in shares if sharing.window in on_it for rule in sharing.rules}
    return tuple(other for other in others if other not in told)
