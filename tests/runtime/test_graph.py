"""The job's graph as data."""

import pytest

from fraudc_runtime.graph import FILE_JOB, Edge, Graph, Operator


def test_every_operator_but_the_first_is_fed() -> None:
    assert {operator.uid for operator in FILE_JOB.operators} - {edge.target for edge in FILE_JOB.edges} == {"inputs"}


def test_only_the_exchange_by_shard_changes_the_parallelism_before_the_outputs() -> None:
    kinds = {operator.uid: operator.parallelism for operator in FILE_JOB.operators}
    changing = {(e.source, e.target) for e in FILE_JOB.edges if kinds[e.source] != kinds[e.target] and e.carrier != "side"}
    assert changing == {("split", "coalesce")}


def test_state_is_kept_in_one_place() -> None:
    assert [operator.uid for operator in FILE_JOB.operators if operator.state] == ["detect"]


def test_a_uid_stands_for_one_operator() -> None:
    with pytest.raises(ValueError, match="share a uid"):
        Graph("job", (Operator("a", "Java", "", "one"), Operator("a", "Java", "", "one")), ())


def test_edges_name_operators_of_the_graph() -> None:
    with pytest.raises(ValueError, match="does not have: \\['b'\\]"):
        Graph("job", (Operator("a", "Java", "", "one"),), (Edge("a", "b", "", "forward"),))
