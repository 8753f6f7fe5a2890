"""Coverage in, text for a terminal, JSON and LCOV's tracefile (which editors show beside the lines) out."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fraudc.author.coverage.points import Coverage, Point, RuleCoverage, Side, counted_sides
from fraudc.show.amounts import counted


def as_text(coverage: Coverage) -> str:
    """Rules with gaps, each with what no test shows; then the sum."""
    blocks = ["\n".join(_rule(rule)) for rule in coverage.rules if _gaps(rule.points) and rule.tests]
    if untested := [rule.rule for rule in coverage.rules if not rule.tests]:
        blocks.append(f"no test runs {', '.join(untested)}")
    hit, of = coverage.sides()
    share = 100 * hit // of if of else 100
    return "\n\n".join([*blocks, f"coverage: {hit} of {of} ({share} %)"]) + "\n"


def as_json(coverage: Coverage) -> dict[str, Any]:
    """Every point, covered or not; a point is covered when both sides were hit."""
    hit, of = coverage.sides()
    return {"hit": hit, "of": of, "rules": [_rule_json(rule) for rule in coverage.rules]}


def as_lcov(coverage: Coverage, root: Path) -> str:
    """A line is a point's first line, hit if all of it is; a branch is a side. File names are relative to the working directory."""
    files: dict[str, list[Point]] = {}
    for rule in coverage.rules:
        for point in rule.points:
            files.setdefault(point.place.file.name, []).append(point)
    return "".join("".join(f"{line}\n" for line in _lcov_file(root, name, points)) for name, points in files.items())


def sentences(point: Point) -> list[str]:
    """What no test shows, one a side."""
    return [f"`{point.text}` {side.lacking}" if point.kind == "clause" else f"{point.text}: {side.lacking}" for side in _missed(point)]


def _missed(point: Point) -> list[Side]:
    return [side for side in point.sides if not side.hit]


def _gaps(points: Iterable[Point]) -> bool:
    return any(_missed(point) for point in points)


def _rule(rule: RuleCoverage) -> Iterable[str]:
    hit, of = counted_sides(rule.points)
    file, line = rule.place.file, rule.place.file.position(rule.place.start)[0]
    yield f"{rule.rule} ({file.name}:{line}): {hit} of {of}, by {counted(rule.tests, 'test')}"
    yield from (f"  {point.line:>4}  {text}" for point in rule.points for text in sentences(point))


def _rule_json(rule: RuleCoverage) -> dict[str, Any]:
    hit, of = counted_sides(rule.points)
    return {
        "rule": rule.rule,
        "file": rule.place.file.name,
        "tests": rule.tests,
        "hit": hit,
        "of": of,
        "points": [_point(point) for point in rule.points],
    }


def _point(point: Point) -> dict[str, Any]:
    line, column = point.place.file.position(point.place.start)
    return {
        "kind": point.kind,
        "text": point.text,
        "line": line,
        "column": column,
        "sides": {side.name: side.hit for side in point.sides},
        "lacking": sentences(point),
    }


def _lcov_file(root: Path, name: str, points: list[Point]) -> Iterable[str]:
    yield "TN:fraudc"
    yield f"SF:{Path(os.path.relpath(root / name)).as_posix()}"
    by_line: dict[int, list[Point]] = {}
    for point in points:
        by_line.setdefault(point.line, []).append(point)
    for line, on_line in sorted(by_line.items()):
        branches = [side.hit for point in on_line for side in point.sides]
        yield from (f"BRDA:{line},0,{number},{int(hit)}" for number, hit in enumerate(branches))
        yield f"DA:{line},{int(all(branches))}"
    hit, of = counted_sides(points)
    yield from (f"BRF:{of}", f"BRH:{hit}", f"LF:{len(by_line)}")
    yield f"LH:{sum(not _gaps(on_line) for on_line in by_line.values())}"
    yield "end_of_record"
