"""The shipped fixtures through the embedded Flink: the same bytes at every parallelism and in every mode, and the counts add up."""

from pathlib import Path

import pytest

from fraudc.pipeline import compile_project
from fraudc_runtime.counts import Counts
from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.files import Outputs, run_files
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Runner
from fraudc_runtime.plan import Plan

FIXTURES = Path(__file__).parents[3] / "fixtures"
TRANSACTIONS, PROFILES = FIXTURES / "transactions.jsonl", FIXTURES / "customers.csv"


@pytest.fixture(scope="module")
def plan() -> Plan:
    compilation = compile_project(FIXTURES)
    assert compilation.plan is not None
    return compilation.plan


def sources() -> list[tuple[Source, Path]]:
    """Profiles second: the job reads them first all the same."""
    return [
        (Source("transactions", "transactions.jsonl", None, "json", 0), TRANSACTIONS),
        (Source("profile", "customers.csv", "customer", "csv", 0), PROFILES),
    ]


def in_process(plan: Plan) -> tuple[dict[str, list[bytes]], Counts]:
    """What the engine makes of the fixtures without Flink."""
    runner = Runner(plan, tuple(source for source, _ in sources()))
    for index, path in ((1, PROFILES), (0, TRANSACTIONS)):
        runner.frame(source_frame(index, 0, path.read_bytes().removesuffix(b"\n").split(b"\n")))
    result = runner.end()
    found = {"alerts": result.alerts, "shadow": result.shadow, "dead": result.dead, "late": result.late}
    return {name: sorted(lines) for name, lines in found.items()}, result.counts


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(parallelism=2, frame_lines=100, batch_bytes=0),
        Settings(parallelism=4, frame_lines=700, shards=16),
        Settings(parallelism=2, mode="process"),
        Settings(intake_mode="process"),
    ],
    ids=str,
)
def test_every_parallelism_and_mode_gives_what_the_engine_gives(plan: Plan, cluster: Cluster, tmp_path: Path, settings: Settings) -> None:
    outputs = Outputs(tmp_path / "alerts", tmp_path / "shadow", tmp_path / "dead", tmp_path / "late")
    counts = run_files(plan, sources(), outputs, settings=settings, cluster=cluster)
    found = {name: sorted((tmp_path / name).read_bytes().splitlines()) for name in ("alerts", "shadow", "dead", "late")}
    expected, expected_counts = in_process(plan)
    assert found == expected
    assert counts == expected_counts


def test_the_alerts_are_those_that_are_shipped(plan: Plan, cluster: Cluster, tmp_path: Path) -> None:
    counts = run_files(plan, sources(), Outputs(tmp_path / "alerts"), cluster=cluster)
    expected = sorted((FIXTURES / "expected_alerts.jsonl").read_bytes().splitlines())
    assert sorted((tmp_path / "alerts").read_bytes().splitlines()) == expected
    assert counts.read == counts.valid + sum(counts.dead.values())
    for entity in counts.entities.values():
        assert counts.valid == entity.without_key + entity.late + entity.duplicate + entity.evaluated
