"""Every scenario of the corpus, on the brute-force reading of the language and on the engine."""

from pathlib import Path

import pytest

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


def test_merged_scenarios_keep_their_outcomes() -> None:
    merged, alone = merge(map(load, scenario_files()))
    assert len(merged) + len(alone) <= 25
    for one in merged:
        outcome = run(read_project(one.project, one.rule_files), one.lines, one.profiles)
        observed = Observed(outcome.alerts, outcome.late, outcome.dead, outcome.suppressed, outcome.entities)
        for scenario, part in split(one, observed):
            assert (scenario.name, differences(scenario, part)) == (scenario.name, [])
