"""Cases over windows in, the same cases narrowed by what is known of windows and their values out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from fraudc.author.proofs.domains import Domain
from fraudc.author.proofs.formulas import Cube, Term
from fraudc.author.proofs.terms import Terms, is_whole
from fraudc_runtime.expr import Slot
from fraudc_runtime.plan import Signature, Sliding

Narrowing = Callable[[Domain, Domain], tuple[Domain, Domain]]


def _grows(short: Domain, long: Domain) -> tuple[Domain, Domain]:
    """More members, at least the same value: counts, and the largest."""
    longer = long if short.missing else long & short.upward(missing=False)
    return short & longer.downward(missing=True), longer


def _shrinks(short: Domain, long: Domain) -> tuple[Domain, Domain]:
    """More members, at most the same value: the smallest."""
    longer = long if short.missing else long & short.downward(missing=False)
    return short & longer.upward(missing=True), longer


_NARROWINGS: Mapping[str, Narrowing] = {"count": _grows, "distinct": _grows, "max": _grows, "min": _shrinks}


def narrowed(cube: Cube, known: Sequence[Terms]) -> Cube | None:
    """The case with what is known of its terms beforehand; None where that contradicts it.

    A sliding window holds every member of a shorter one of its kind.
    """
    found: dict[Term, Domain] = {}
    for term, domain in cube.items():
        found[term] = domain & _beforehand(term, known)
        if found[term].empty:
            return None
    for narrowing, short, long in _neighbours(found, known):
        found[short], found[long] = narrowing(found[short], found[long])
        if found[short].empty or found[long].empty:
            return None
    return found


def _beforehand(term: Term, known: Sequence[Terms]) -> Domain:
    if isinstance(term, tuple):
        return Domain(((-1,), (1,)), missing=True, whole=True)
    domain = Domain(((-1,), (1,)), missing=True, whole=is_whole(term))
    for terms in known:
        domain &= terms.known(term)
    return domain


def _neighbours(cube: Cube, known: Sequence[Terms]) -> Iterator[tuple[Narrowing, Slot, Slot]]:
    """Pairs of windows of one kind, the shorter first."""
    kinds: dict[tuple[Signature, str], list[tuple[int, Slot]]] = {}
    for term in cube:
        for terms in known:
            if isinstance(term, Slot) and term.signature in terms.kinds:
                window = terms.signatures[term.signature].window
                assert isinstance(window, Sliding)
                kinds.setdefault(terms.kinds[term.signature], []).append((window.size, term))
                break
    for (signature, _), members in kinds.items():
        narrowing = _NARROWINGS.get(signature.function)
        ordered = sorted(members, key=lambda member: member[0])
        yield from ((narrowing, short, long) for (_, short), (_, long) in combinations(ordered, 2) if narrowing)
