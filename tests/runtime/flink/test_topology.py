"""The graph that is executed is the topology's: operators, uids, parallelism and what flows between them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.files import FileJob, Outputs, run_job
from fraudc_runtime.flink.internals import key_group, shard_names
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.graph import FILE_JOB
from runtime.flink.recorder import Recorder


@dataclass
class Watched:
    """A cluster that remembers the graph it was given and what became of it."""

    cluster: Cluster
    given: Any = None
    executed: Any = None
    internals: Any = field(init=False)

    def __post_init__(self) -> None:
        self.internals = self.cluster.internals
        self.worker_processes = self.cluster.worker_processes

    def run(self, graph: Any, watch: Any, failed: Any = None) -> Any:
        self.given = graph
        self.executed = self.cluster.run(graph, watch, failed)
        return self.executed


def watched(cluster: Cluster, folder: Path, lines: str, settings: Settings) -> Watched:
    watching = Watched(cluster)
    (folder / "in").write_text(lines)
    outputs = Outputs(folder / "alerts", folder / "shadow", folder / "dead", folder / "late")
    run_job(FileJob(Recorder(), ((0, folder / "in"),), outputs, 10, settings), cluster=watching)  # type: ignore[arg-type]  # for a Cluster
    return watching


def operators(watching: Watched) -> dict[str, Any]:
    """Flink's stream nodes by uid."""
    nodes = watching.internals.jvm.java.util.ArrayList(watching.given.getStreamNodes())
    return {node.getTransformationUID(): node for node in nodes}


def test_the_executed_operators_have_the_uids_and_parallelism_of_the_topology(cluster: Cluster, tmp_path: Path) -> None:
    nodes = operators(watched(cluster, tmp_path, "", Settings(parallelism=2, shards=64)))
    found = {uid: (node.getParallelism(), node.getMaxParallelism()) for uid, node in nodes.items()}
    assert set(found) == {operator.uid for operator in FILE_JOB.operators}
    assert {uid for uid, (parallelism, _) in found.items() if parallelism == 2} == {"coalesce", "detect", "explode"}
    assert found["detect"] == (2, 64)


def test_detect_is_a_keyed_python_operator_and_follows_coalesce_without_a_shuffle(cluster: Cluster, tmp_path: Path) -> None:
    watching = watched(cluster, tmp_path, "", Settings(parallelism=2))
    nodes = operators(watching)
    into = {uid: [edge.getPartitioner().toString() for edge in node.getInEdges()] for uid, node in nodes.items()}
    assert (into["coalesce"], into["detect"], into["explode"]) == (["HASH"], ["FORWARD"], ["FORWARD"])
    assert nodes["detect"].getOperatorFactory().getOperator().getClass().getSimpleName() == "EmbeddedPythonKeyedProcessOperator"
    assert nodes["intake"].getOperatorFactory().getOperator().getClass().getSimpleName() == "EmbeddedPythonProcessOperator"
    assert "rocksdb" in watching.executed.getStateBackendName().get().lower()


def test_the_records_between_the_tasks_are_counted_by_flink(cluster: Cluster, tmp_path: Path) -> None:
    lines = "to 1 a\nto 2 b\nto 2 c\nstateless x\n"
    executed = watched(cluster, tmp_path, lines, Settings(parallelism=2)).executed
    tasks = {vertex.getName(): vertex for vertex in executed.getAllVertices().values()}
    read = {name: sum(task.getIOMetrics().getNumRecordsIn() for task in _attempts(vertex)) for name, vertex in tasks.items()}
    assert read["coalesce -> detect -> explode"] == 3  # sub-frames
    assert read["alerts"] == 5  # of two shards a frame and an end each, and the stateless one
    assert read["status"] >= 2  # of intake, and of each task of detect that had a shard


def _attempts(vertex: Any) -> list[Any]:
    return [task.getCurrentExecutionAttempt() for task in vertex.getTaskVertices()]


@pytest.mark.parametrize("shards", [1, 2, 64, 128])
def test_flink_puts_each_shard_into_the_key_group_of_its_number(cluster: Cluster, shards: int) -> None:
    jvm, internals = cluster.internals.jvm, cluster.internals
    names = shard_names(shards)
    groups = []
    for name in names:
        row = jvm.org.apache.flink.types.Row.of(internals.array(jvm.Object, [name]))
        groups.append(jvm.org.apache.flink.runtime.state.KeyGroupRangeAssignment.assignToKeyGroup(row, shards))
    assert groups == list(range(shards))
    assert len(set(names)) == shards


def test_key_groups_of_known_rows() -> None:
    assert [key_group(text, 1) for text in ("", "0", "shard")] == [0, 0, 0]
