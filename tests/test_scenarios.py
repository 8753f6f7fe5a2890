"""Every scenario of the corpus, on the brute-force reading of the language and on the engine."""

from pathlib import Path

import pytest
from reference.project import read_project
from reference.run import run
from scenarios import Observed, differences, load, scenario_files


@pytest.mark.parametrize("path", scenario_files(), ids=lambda path: path.stem)
def test_reference_gives_what_the_scenario_expects(path: Path) -> None:
    scenario = load(path)
    outcome = run(read_project(scenario.project, [scenario.rules]), scenario.lines, scenario.profiles)
    observed = Observed(outcome.alerts, outcome.late, outcome.dead, outcome.suppressed, outcome.entities)
    assert differences(scenario, observed) == []
