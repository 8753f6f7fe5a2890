"""Every scenario of the corpus, on the brute-force reading of the language and on the engine."""

from pathlib import Path

import pytest

from engine_runs import compiled, run_engine, run_locally
from merged_scenarios import Merged, merge, split
from reference.project import read_project
from reference.run import run
from scenarios import Observed, differences, load, scenario_files


@pytest.mark.parametrize("path", scenario_files(), ids=lambda path: path.stem)
def test_reference_gives_what_the_scenario_expects(path: Path) -> None:
    scenario = load(path)
    outcome = run(read_project(scenario.project, [scenario.rules]), scenario.lines, scenario.profiles)
    observed = Observed(outcome.alerts, outcome.late, outcome.dead, outcome.suppressed, outcome.entities)
    assert differences(scenario, observed) == []


@pytest.mark.parametrize("path", scenario_files(), ids=lambda path: path.stem)
def test_engine_gives_what_the_scenario_expects(path: Path, tmp_path: Path) -> None:
    scenario = load(path)
    plan = compiled(tmp_path, scenario.project, [scenario.rules])
    assert differences(scenario, run_engine(plan, scenario.lines, scenario.profiles)) == []


def _assert_each_as_expected(merged: Merged, observed: Observed) -> None:
    for scenario, part in split(merged, observed):
        assert (scenario.name, differences(scenario, part)) == (scenario.name, [])


@pytest.fixture(scope="module")
def merged_runs() -> list[Merged]:
    merged, alone = merge(map(load, scenario_files()))
    assert len(merged) + len(alone) <= 25
    return merged


def test_merged_scenarios_keep_their_outcomes_on_the_reference(merged_runs: list[Merged]) -> None:
    for one in merged_runs:
        outcome = run(read_project(one.project, one.rule_files), one.lines, one.profiles)
        _assert_each_as_expected(one, Observed(outcome.alerts, outcome.late, outcome.dead, outcome.suppressed, outcome.entities))


def test_merged_scenarios_keep_their_outcomes_on_the_engine(merged_runs: list[Merged], tmp_path: Path) -> None:
    for number, one in enumerate(merged_runs):
        plan = compiled(tmp_path / str(number), one.project, one.rule_files)
        _assert_each_as_expected(one, run_locally(plan, one.lines, one.profiles))
        _assert_each_as_expected(one, run_engine(plan, one.lines, one.profiles, shards=4, frame_lines=13))
