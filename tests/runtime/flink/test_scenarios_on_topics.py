"""The scenario corpus from topics to topics on the embedded Flink: merged in few jobs, at parallelism 1 and 2, and once in process mode.

A topic's watermark may lag where a file's does not: scenarios that need a late transaction say what a file makes of it, and stay out.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine_runs import compiled
from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.flink.topics import run_topics
from fraudc_runtime.plan import Plan
from merged_scenarios import Merged, merge, split
from runtime.flink.test_topic_job import bounded, kafka
from scenarios import Observed, Scenario, differences, load, scenario_files
from servers.kafka import Kafka
from topic_runs import Topics

__all__ = ["kafka"]
ONE_LINE_A_FRAME = 1


def _for_topics(scenario: Scenario) -> Scenario:
    """The same without counts, which a job over topics does not report, and with the event times that its records' own do not allow."""
    expected = {name: found for name, found in scenario.expected.items() if name in ("alerts", "late", "dead")}
    schema = {**scenario.project["schema"], "max_future": "3000000d"}
    return replace(scenario, expected=expected, project={**scenario.project, "schema": schema})


MERGED, ALONE = merge(_for_topics(found) for found in map(load, scenario_files()) if not found.expected["late"] and not found.profiles)
LARGEST = max(MERGED, key=lambda merged: len(merged.lines))


def run_on_topics(folder: Path, cluster: Cluster, kafka: Kafka, plan: Plan, lines: Sequence[bytes], settings: Settings) -> Observed:
    """The lines in one partition of a topic, through the whole job, until it ends."""
    topics = Topics(kafka.servers, 1)
    topics.send(lines)
    assert run_topics(bounded(plan, topics, folder / "checkpoints", settings), cluster=cluster) is False
    alerts = [*_objects(topics, "alerts"), *_objects(topics, "alerts_shadow")]
    return Observed(alerts, _objects(topics, "late"), [letter["offset"] for letter in _objects(topics, "dlq")])


def _objects(topics: Topics, kind: str) -> list[dict[str, Any]]:
    return [json.loads(message) for _, message in topics.read(kind)]


def _merged(merged: Merged, folder: Path, cluster: Cluster, kafka: Kafka, settings: Settings) -> dict[str, list[str]]:
    """What is not as expected, by scenario."""
    plan = compiled(folder, merged.project, merged.rule_files)
    observed = run_on_topics(folder, cluster, kafka, plan, merged.lines, settings)
    return {scenario.name: found for scenario, part in split(merged, observed) if (found := differences(scenario, part))}


@pytest.mark.parametrize("merged", MERGED, ids=lambda merged: f"{len(merged.scenarios)}-scenarios")
def test_merged_scenarios_over_topics(merged: Merged, cluster: Cluster, kafka: Kafka, tmp_path: Path) -> None:
    assert _merged(merged, tmp_path, cluster, kafka, Settings(frame_lines=ONE_LINE_A_FRAME)) == {}


@pytest.mark.parametrize("scenario", ALONE, ids=lambda scenario: scenario.name)
def test_a_scenario_by_itself_over_topics(scenario: Scenario, cluster: Cluster, kafka: Kafka, tmp_path: Path) -> None:
    plan = compiled(tmp_path, scenario.project, [scenario.rules])
    assert differences(scenario, run_on_topics(tmp_path, cluster, kafka, plan, scenario.lines, Settings())) == []


@pytest.mark.parametrize(
    "settings", [Settings(parallelism=2, batch_bytes=0, frame_lines=7), Settings(parallelism=2, mode="process", frame_lines=100)], ids=str
)
def test_other_modes_decide_the_same_over_topics(settings: Settings, cluster: Cluster, kafka: Kafka, tmp_path: Path) -> None:
    assert _merged(LARGEST, tmp_path, cluster, kafka, settings) == {}
