"""Conditions over terms as formulas: atoms that say which values a term has, and what becomes of them under `not`, `and` and `or`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from typing_extensions import assert_never

from fraudc.author.proofs.domains import Domain
from fraudc_runtime.expr import Expr

Term = Expr | tuple[Expr, Expr]  # an expression, or two whose order is the term's value: -1, 0 or 1
Cube = Mapping[Term, Domain]  # all of these at once
MOST_CUBES = 256


@dataclass(frozen=True, slots=True)
class Atom:
    """The term's value is in the domain."""

    term: Term
    domain: Domain


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold; with no parts, always."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them holds; with no parts, never."""

    parts: "tuple[Formula, ...]"


Formula = Atom | Every | Some
ALWAYS = Every(())
NEVER = Some(())


class TooManyCubes(Exception):
    """The formula is a disjunction of more than MOST_CUBES cases: nothing is proved about it."""


def negated(formula: Formula) -> Formula:
    """Holds exactly where the formula does not."""
    match formula:
        case Atom(term, domain):
            return Atom(term, domain.complement())
        case Every(parts):
            return Some(tuple(map(negated, parts)))
        case Some(parts):
            return Every(tuple(map(negated, parts)))
        case _:
            assert_never(formula)


def named(formula: Formula) -> Iterator[Term]:
    """Every term in it."""
    if isinstance(formula, Atom):
        yield formula.term
        return
    for part in formula.parts:
        yield from named(part)


def cubes(formula: Formula) -> list[Cube]:
    """The formula as cases, those left out that contradict themselves. TooManyCubes."""
    match formula:
        case Atom(term, domain):
            return [] if domain.empty else [{term: domain}]
        case Some(parts):
            return _limited(cube for part in parts for cube in cubes(part))
        case Every(parts):
            found: list[Cube] = [{}]
            for part in parts:
                found = both(found, cubes(part))
            return found
        case _:
            assert_never(formula)


def both(left: list[Cube], right: list[Cube]) -> list[Cube]:
    """The cases in which one of each holds. TooManyCubes."""
    return _limited(cube for a, b in product(left, right) if (cube := _merged(a, b)) is not None)


def _merged(left: Cube, right: Cube) -> Cube | None:
    found = dict(left)
    for term, domain in right.items():
        known = found.get(term)
        narrowed = domain if known is None else known & domain
        if narrowed.empty:
            return None
        found[term] = narrowed
    return found


def _limited(cases: Iterator[Cube]) -> list[Cube]:
    found: list[Cube] = []
    for cube in cases:
        found.append(cube)
        if len(found) > MOST_CUBES:
            raise TooManyCubes
    return found
