"""Every scenario of the corpus, on the brute-force reading of the language and on the engine."""

from pathlib import Path

import pytest

from engine_runs import compiled, run_engine
from merged_scenarios import merge, split
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


def test_merged_scenarios_keep_their_outcomes() -> None:
    merged, alone = merge(map(load, scenario_files()))
    assert len(merged) + len(alone) <= 25
    for one in merged:
        outcome = run(read_project(one.project, one.rule_files), one.lines, one.profiles)
        observed = Observed(outcome.alerts, outcome.late, outcome.dead, outcome.suppressed, outcome.entities)
        for scenario, part in split(one, observed):
            assert (scenario.name, differences(scenario, part)) == (scenario.name, [])
