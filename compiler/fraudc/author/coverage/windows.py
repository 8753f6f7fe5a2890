"""A window and the transactions of tests in, whether its boundary was touched from both sides out."""

from collections.abc import Callable, Iterator, Sequence

from typing_extensions import assert_never

from fraudc.author.coverage.points import Side
from fraudc.author.testing.probing import Seen
from fraudc.expressions.spell import spell_duration
from fraudc_runtime.plan import All, Panes, Signature, Sliding, Tumbling
from fraudc_runtime.windows.zones import DAY, Zone

Boundary = tuple[str, Side, Side]  # what it is called, and its sides
Test = Sequence[Seen]
_LOOKED_AT = 1_000


def of_window(signature: Signature, tests: Sequence[Test]) -> Iterator[Boundary]:
    """Its boundaries; `over all` has none."""
    window = signature.window
    match window:
        case Sliding(size=size):
            oldest = size + signature.delay
            yield "start", _aged(signature, tests, oldest - 1, "counts"), _aged(signature, tests, oldest, "does not count any more")
            if signature.delay:
                newest = signature.delay
                yield "end", _aged(signature, tests, newest, "counts"), _aged(signature, tests, newest - 1, "does not count yet")
        case Panes(size=size, step=step):
            steps, delay = size // step, signature.delay
            inside = _apart(signature, tests, lambda t, s: (t - delay) // step - s // step == steps - 1)
            outside = _apart(signature, tests, lambda t, s: (t - delay) // step - s // step == steps)
            yield "start", _pane("oldest pane that counts", inside), _pane("newest pane that does not count any more", outside, "outside")
        case Tumbling(size=size, zone=zone):
            number = _numbers(size, zone)
            inside = _apart(signature, tests, lambda t, s: number(t) == number(s))
            outside = _apart(signature, tests, lambda t, s: number(t) - number(s) == 1 and t - s < size)
            yield "start", _pane("same pane", inside), _pane(f"pane before, less than {spell_duration(size)} earlier", outside, "outside")
        case All():
            return
        case _:
            assert_never(window)


def _pane(what: str, hit: bool, name: str = "inside") -> Side:
    return Side(name, f"no test has a transaction in the {what}", hit)


def _numbers(size: int, zone: str | None) -> Callable[[int], int]:
    if zone is None:
        return lambda t: t // size
    days, local = size // DAY, Zone(zone)
    return lambda t: local.day(t) // days


def _aged(signature: Signature, tests: Sequence[Test], age: int, what: str) -> Side:
    """Whether a transaction has another that could be a member exactly so old."""
    hit = any(
        (each.key, each.at - age) in members for test in tests for members in (_members(signature, test),) for each in test if each.passed
    )
    name = "inside" if what == "counts" else "outside"
    return Side(name, f"no test has a transaction that is {spell_duration(age)} old, which {what}", hit)


def _apart(signature: Signature, tests: Sequence[Test], so: Callable[[int, int], bool]) -> bool:
    return any(so(t, s) for test in tests for t, s in _pairs(signature, test))


def _pairs(signature: Signature, test: Test) -> Iterator[tuple[int, int]]:
    """Times of a transaction and of each of the last that could be members; of more, the boundary is looked for in vain."""
    members = sorted(_members(signature, test), key=lambda member: member[1])
    for each in test:
        if each.passed:
            earlier = [at for key, at in members if key == each.key and at < each.at]
            yield from ((each.at, at) for at in earlier[-_LOOKED_AT:])


def _members(signature: Signature, test: Test) -> set[tuple[str | None, int]]:
    """(key, ms) of those that the window takes in."""
    return {(each.key, each.at) for each in test if each.passed and _counts(signature, each)}


def _counts(signature: Signature, seen: Seen) -> bool:
    return signature.condition is None or seen.inside[signature.id].value is True
