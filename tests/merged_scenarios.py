"""Scenarios that share a schema in, one rules project and one input for all of them out, and each one's own outcome out of the whole again.

Every scenario gets a prefix, found in no text: its ids, its keys' fields and its rules' ids carry it, and its rules see its own ids only.
Lines are interleaved by the largest event time up to them, so that each is exactly as late as it was in its own file.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from reference.document import NumberText, as_json
from reference.project import Project, read_project
from reference.reading import read_transaction
from reference.values import BadInput
from scenarios import Observed, Scenario


@dataclass(frozen=True, slots=True)
class Merged:
    """`rule_files` has one file a scenario; `origins` tells for each line which scenario and which of its lines it is."""

    scenarios: list[Scenario]
    project: dict[str, Any]
    rule_files: list[dict[str, Any]]
    profiles: dict[str, list[dict[str, Any]]]
    lines: list[bytes]
    origins: list[tuple[int, int]]


def merge(scenarios: Iterable[Scenario]) -> tuple[list[Merged], list[Scenario]]:
    """Merged runs of what can run together, and the scenarios that have to run alone."""
    groups: dict[str, list[Scenario]] = {}
    alone = []
    for scenario in scenarios:
        if _can_be_prefixed(scenario):
            groups.setdefault(as_json(scenario.project), []).append(scenario)
        else:
            alone.append(scenario)
    return [_merge(group) for group in groups.values()], alone


def split(merged: Merged, observed: Observed) -> list[tuple[Scenario, Observed]]:
    """Each scenario with its own part of a merged run's outcome, prefixes taken away; counts by entity are not told apart."""
    parts = []
    for number, scenario in enumerate(merged.scenarios):
        mark = _mark(number)
        alerts = [_without(mark, alert) for alert in observed.alerts if alert["rule"].startswith(mark)]
        late = [_without(mark, late) for late in observed.late if late["transaction_id"].startswith(mark)]
        dead = [merged.origins[line][1] for line in observed.dead if merged.origins[line][0] == number]
        suppressed = {rule.removeprefix(mark): count for rule, count in observed.suppressed.items() if rule.startswith(mark)}
        expected = {name: value for name, value in scenario.expected.items() if name != "entities"}
        parts.append((replace(scenario, expected=expected), Observed(alerts, late, dead, suppressed)))
    return parts


def _mark(number: int) -> str:
    return f"zq{number:03}-"


def _without(mark: str, found: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(found, ensure_ascii=False).replace(mark, ""))  # type: ignore[no-any-return]  # an object stays one


def _prefixed_fields(project: Project) -> set[str]:
    keys = {name for entity in project.entities.values() for name in entity.key if project.fields[name].kind == "string"}
    return keys | {project.id}


def _can_be_prefixed(scenario: Scenario) -> bool:
    """Do neither keys of another type, nested keys, raw lines, rollout nor rules that look at ids or keys make a difference?"""
    project = read_project(scenario.project, [scenario.rules])
    fields = _prefixed_fields(project)
    entities = {rule.entity for rule in project.rules if rule.entity is not None} | set(scenario.profiles)
    composed = any(not set(project.entities[entity].key) <= fields for entity in entities)
    nested = any(len(project.fields[name].places) > 1 or len(project.fields[name].places[0]) > 1 for name in fields)
    raw = any(not _prefixable(line, project.id) for line in scenario.lines)
    seen = [[rule.get(part) for part in ("where", "let", "when", "unless")] for rule in scenario.rules["rules"]]
    words = set(re.findall(r"\w+", as_json(seen)))
    rollout = any("rollout" in rule for rule in scenario.rules["rules"])
    return not (composed or nested or raw or rollout or "lists" in scenario.rules or words & fields)


def _prefixable(line: bytes, id: str) -> bool:
    """Is it an object in the form that it is written in again, with an id that leaves room for a prefix?"""
    found = _object(line)
    return as_json(found).encode() == line and 0 < len(str(found.get(id) or "")) <= 200


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line, parse_int=NumberText, parse_float=NumberText)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _merge(group: list[Scenario]) -> Merged:
    timed: list[tuple[int, int, int, bytes]] = []
    rule_files: list[dict[str, Any]] = []
    profiles: dict[str, list[dict[str, Any]]] = {}
    for number, scenario in enumerate(group):
        project = read_project(scenario.project, [scenario.rules])
        mark, fields, largest = _mark(number), _prefixed_fields(project), 0
        for at, line in enumerate(scenario.lines):
            with suppress(BadInput):
                largest = max(largest, read_transaction(project, at, line).time)
            timed.append((largest, number, at, as_json(_prefix(mark, fields, _object(line))).encode()))
        rule_files.append({**scenario.rules, "rules": [_guarded(mark, project.id, rule) for rule in scenario.rules["rules"]]})
        for entity, rows in scenario.profiles.items():
            profiles.setdefault(entity, []).extend(_prefix(mark, fields, row) for row in rows)
    timed.sort(key=lambda line: line[:3])
    lines, origins = [line[3] for line in timed], [(line[1], line[2]) for line in timed]
    return Merged(group, group[0].project, rule_files, profiles, lines, origins)


def _prefix(mark: str, fields: set[str], given: dict[str, Any]) -> dict[str, Any]:
    return {name: mark + value if name in fields and type(value) is str else value for name, value in given.items()}


def _guarded(mark: str, id: str, rule: dict[str, Any]) -> dict[str, Any]:
    own = f'starts_with({id}, "{mark}")'
    return {**rule, "id": f"{mark}{rule['id']}", "where": f"{own} and ({rule['where']})" if "where" in rule else own}
