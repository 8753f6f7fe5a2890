"""The graphs of the file job and the topic job as data: nothing enters, operators with their uids and the edges between them leave."""

from dataclasses import dataclass, replace
from typing import Literal

Language = Literal["Java", "Python", "Flink"]
Parallelism = Literal["one", "job"]
Carrier = Literal["forward", "rebalance", "keyed", "side", "broadcast"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `uid` ties it to its state in a savepoint and never changes; `parallelism` is 1 or the job's `--parallelism`.

    `state` says what it keeps across a checkpoint, "" for nothing.
    """

    uid: str
    language: Language
    does: str
    parallelism: Parallelism
    state: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """What travels from one operator to another, and how it is distributed over the receiver's tasks."""

    source: str
    target: str
    carries: str
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class Graph:
    """A job: its name and its operators in the order of the stream."""

    name: str
    operators: tuple[Operator, ...]
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        uids = [operator.uid for operator in self.operators]
        if len(set(uids)) != len(uids):
            raise ValueError(f"two operators of {self.name} share a uid: {uids}")
        if unknown := {end for edge in self.edges for end in (edge.source, edge.target)} - set(uids):
            raise ValueError(f"edges of {self.name} name operators that it does not have: {sorted(unknown)}")


SHARDS = 128  # also the job's maximum parallelism: each shard is one key group

_OPERATORS = (
    Operator("inputs", "Flink", "the names of the input files, profiles first", "one"),
    Operator("files", "Java", "reads their lines and packs them into frames", "one"),
    Operator("intake", "Python", "decodes, finds late ones, runs stateless rules, groups the rest by shard", "one"),
    Operator("split", "Java", "frame -> one sub-frame a shard, and the records beside it", "one"),
    Operator("coalesce", "Java", "merges sub-frames of a shard until the watermark moves", "job"),
    Operator(
        "detect",
        "Python",
        "orders, drops duplicates, keeps windows, tests rules",
        "job",
        "RocksDB, keyed by shard: keys, pending, deadlines",
    ),
    Operator("explode", "Java", "frame -> single records by output", "job"),
    Operator("alerts", "Java", "writes live alerts", "one"),
    Operator("shadow", "Java", "writes shadow alerts", "one"),
    Operator("dlq", "Java", "writes dead letters", "one"),
    Operator("late", "Java", "writes late transactions", "one"),
    Operator("status", "Java", "writes each task's counts", "one"),
)

_STREAM = (
    Edge("inputs", "files", "file names", "forward"),
    Edge("files", "intake", "source frames", "forward"),
    Edge("intake", "split", "tagged frames", "forward"),
    Edge("split", "coalesce", "sub-frames", "keyed"),
    Edge("coalesce", "detect", "shard frames with the watermark", "forward"),
    Edge("detect", "explode", "tagged frames", "forward"),
)

_OUTPUTS = tuple(
    Edge(source, sink, carries, "side")
    for source, sinks in (
        ("split", ("alerts", "shadow", "dlq", "late", "status")),
        ("explode", ("alerts", "shadow", "dlq", "late", "status")),
    )
    for sink, carries in (
        ("alerts", "alerts"),
        ("shadow", "shadow alerts"),
        ("dlq", "dead letters"),
        ("late", "late ones"),
        ("status", "counts"),
    )
)

FILE_JOB = Graph("fraud-detection", _OPERATORS, _STREAM + _OUTPUTS)

_INTAKE = Operator("intake", "Python", "decodes, runs stateless rules, groups by shard", "job", "the rule sets that stand")
_SPLIT = Operator("split", "Java", "frame -> one sub-frame a shard, and the records beside it", "job")
_ONCE = "its transactions"

_TOPIC_OPERATORS = (
    Operator("transactions", "Flink", "reads the topic from its beginning", "job", "offsets"),
    Operator("batch", "Java", "packs records of a partition into frames, for some milliseconds", "job"),
    Operator("profiles", "Flink", "reads the topics of profile rows from their beginnings", "job", "offsets"),
    Operator("profile-rows", "Java", "packs them likewise, and holds no event time back", "job"),
    Operator("rules", "Flink", "reads the rules topic, from behind what the job begins with", "one", "the offset"),
    Operator("publications", "Java", "holds no event time back, whatever is published", "one"),
    _INTAKE,
    Operator("clock", "Java", "the watermark, from what each partition has brought", "job", "the largest event time of each partition"),
    _SPLIT,
    *(operator for operator in _OPERATORS if operator.uid in ("coalesce", "detect", "explode")),
    Operator("alerts-commits", "Java", "reports transactions of live alerts that were lost", "job"),
    Operator("shadow-commits", "Java", "reports transactions of shadow alerts that were lost", "job"),
    Operator("alerts", "Flink", "writes live alerts to a topic, exactly once", "job", _ONCE),
    Operator("shadow", "Flink", "writes shadow alerts to a topic, exactly once", "job", _ONCE),
    Operator("dlq", "Flink", "writes dead letters to a topic, at least once", "one"),
    Operator("late", "Flink", "writes late transactions to a topic, at least once", "one"),
    Operator("status", "Flink", "writes acknowledgements to a topic, at least once", "one"),
)

_TOPIC_STREAM = (
    Edge("transactions", "batch", "records with partition, offset and timestamp", "forward"),
    Edge("batch", "intake", "topic frames", "forward"),
    Edge("profiles", "profile-rows", "records with topic, key, partition, offset and timestamp", "forward"),
    Edge("profile-rows", "intake", "topic frames", "forward"),
    Edge("rules", "publications", "records with offset and timestamp", "forward"),
    Edge("publications", "intake", "rule sets", "broadcast"),
    Edge("publications", "detect", "rule sets", "broadcast"),
    Edge("intake", "clock", "tagged frames", "forward"),
    Edge("clock", "split", "tagged frames with the watermark", "forward"),
)

_ONCE_ONLY = ("alerts", "shadow")
_TOPIC_OUTPUTS = (
    *(replace(edge, target=f"{edge.target}-commits") if edge.target in _ONCE_ONLY else edge for edge in _OUTPUTS),
    *(Edge(f"{sink}-commits", sink, "what came", "forward") for sink in _ONCE_ONLY),
    *(Edge(f"{sink}-commits", "status", "lost transactions", "side") for sink in _ONCE_ONLY),
)

TOPIC_JOB = Graph("fraud-detection", _TOPIC_OPERATORS, _TOPIC_STREAM + _STREAM[3:] + _TOPIC_OUTPUTS)
