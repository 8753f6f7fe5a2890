"""The scenario corpus on the embedded Flink: what can be merged in few jobs, the rest one by one; other modes on the largest job."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine_runs import Rows, compiled, sources_of
from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.files import Outputs, run_files
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.plan import Plan
from merged_scenarios import merge, split
from reference.document import as_json
from scenarios import Observed, Scenario, differences, load, scenario_files

MERGED, ALONE = merge(map(load, scenario_files()))
LARGEST = max(MERGED, key=lambda merged: len(merged.lines))


def run_on_flink(folder: Path, cluster: Cluster, plan: Plan, lines: Sequence[bytes], profiles: Rows, settings: Settings) -> Observed:
    """The lines and rows as files, through the whole job."""
    sources = sources_of(profiles)
    contents = [
        *("".join(as_json(row) + "\n" for row in rows).encode() for rows in profiles.values()),
        b"".join(line + b"\n" for line in lines),
    ]
    paths = [folder / f"{at}.jsonl" for at in range(len(sources))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    outputs = Outputs(folder / "alerts", None, folder / "dead", folder / "late")
    counts = run_files(plan, list(zip(sources, paths, strict=True)), outputs, settings=settings, cluster=cluster)
    dead = [found["offset"] for found in _objects(folder / "dead") if found["source"] == sources[-1].name]
    suppressed = {name: rule.suppressed for name, rule in counts.rules.items()}
    entities = {name: {field: getattr(entity, field) for field in entity.__struct_fields__} for name, entity in counts.entities.items()}
    return Observed(_objects(folder / "alerts"), _objects(folder / "late"), dead, suppressed, entities)


def _objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("merged", MERGED, ids=lambda merged: f"{len(merged.scenarios)}-scenarios")
def test_merged_scenarios_on_flink(merged: Any, cluster: Cluster, tmp_path: Path) -> None:
    plan = compiled(tmp_path, merged.project, merged.rule_files)
    observed = run_on_flink(tmp_path, cluster, plan, merged.lines, merged.profiles, Settings())
    assert {scenario.name: found for scenario, part in split(merged, observed) if (found := differences(scenario, part))} == {}


@pytest.mark.parametrize("scenario", ALONE, ids=lambda scenario: scenario.name)
def test_a_scenario_by_itself_on_flink(scenario: Scenario, cluster: Cluster, tmp_path: Path) -> None:
    plan = compiled(tmp_path, scenario.project, [scenario.rules])
    assert differences(scenario, run_on_flink(tmp_path, cluster, plan, scenario.lines, scenario.profiles, Settings())) == []


@pytest.mark.parametrize("settings", [Settings(parallelism=2), Settings(parallelism=4), Settings(parallelism=2, mode="process")], ids=str)
def test_other_modes_decide_the_same(settings: Settings, cluster: Cluster, tmp_path: Path) -> None:
    plan = compiled(tmp_path, LARGEST.project, LARGEST.rule_files)
    observed = run_on_flink(tmp_path, cluster, plan, LARGEST.lines, LARGEST.profiles, settings)
    assert {scenario.name: found for scenario, part in split(LARGEST, observed) if (found := differences(scenario, part))} == {}
