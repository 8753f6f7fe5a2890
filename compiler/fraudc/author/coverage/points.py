"""What tests should show of rules, as data: a point has two sides, and is covered when some test was on each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fraudc.source import Span

Kind = Literal["clause", "threshold", "window", "cooldown"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a point: `lacking` is what a test would have to have, as the end of a sentence."""

    name: str
    lacking: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Point:
    """`text` is what it is about, as it stands in the rule."""

    rule: str
    kind: Kind
    text: str
    place: Span
    sides: tuple[Side, Side]

    @property
    def line(self) -> int:
        return self.place.file.position(self.place.start)[0]


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """A rule's points, and how many tests run it."""

    rule: str
    place: Span
    tests: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every rule of the project, in its order."""

    rules: tuple[RuleCoverage, ...]

    def sides(self) -> tuple[int, int]:
        """How many sides were hit, of how many."""
        return counted_sides(point for rule in self.rules for point in rule.points)


def counted_sides(points: Iterable[Point]) -> tuple[int, int]:
    hit = [side.hit for point in points for side in point.sides]
    return sum(hit), len(hit)
