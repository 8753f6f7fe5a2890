"""The main job's two graphs on one screen: settings, a machine and where to read and write in, Flink's stream graph out.

files ---------------> intake ----------> split -> by shard -> coalesce -> detect -> explode -> files: alerts, shadow, dlq, late, status
transactions -> batch -> intake -> clock -> split -> by shard -> coalesce -> detect -> explode -> topics: the same
profiles -> profile-rows ---^                 `---------------------------------------^   (stateless alerts, dead letters, late ones)
alerts, shadow: each through an operator that sees what its sink commits
rules -> publications -> every task of intake and of detect

An operator's uid is its name too, and stands in fraudc_runtime.graph; savepoints hold on to the uids.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyflink.common import Types
from pyflink.datastream import DataStream, KeyedStream, StreamExecutionEnvironment

from fraudc_runtime.flink.detect import DetectFunction, PublishedDetectFunction
from fraudc_runtime.flink.failures import SettingRefused
from fraudc_runtime.flink.intake import IntakeFunction, PublishedIntakeFunction
from fraudc_runtime.flink.internals import Generated, Internals, shard_names
from fraudc_runtime.flink.kafka import Connector, Transactions
from fraudc_runtime.flink.machine import LiveMachine, Machine
from fraudc_runtime.flink.published import descriptor
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.flink.topics import Rules, TopicJob
from fraudc_runtime.frames import ALERT, CLOCK, DEAD, DECODED, LATE, SHADOW, STATUS, SUBFRAME

_SIDES = {ALERT: "alerts", SHADOW: "shadow", DEAD: "dlq", LATE: "late", STATUS: "status", DECODED: "decoded"}
_PATIENCE = 20  # ms that transactions gather behind a watermark before `detect` sees them


@dataclass(frozen=True, slots=True)
class FilePaths:
    """Where a bounded run reads and writes: (source, path) in reading order, and a path for each output; None drops it.

    Without `shadow` its alerts stand in `alerts`. `progress` is a file of eight bytes: how many bytes of input were read.
    """

    inputs: tuple[tuple[int, Path], ...]
    alerts: Path
    shadow: Path | None
    dead: Path | None
    late: Path | None
    status: Path
    progress: Path


@dataclass
class _Graph:
    """A graph being put together around the machine; `streams` are its outputs by tag, each in parts.

    A `bounded` job starts without state.
    """

    internals: Internals
    machine: Machine
    settings: Settings
    options: dict[str, str]
    bounded: bool
    streams: dict[int, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.j_env = self.internals.environment(self.options)
        self.env = StreamExecutionEnvironment(self.j_env)
        self.sides = [self.internals.side(name) for name in ("subframes", *(_SIDES[tag] for tag in sorted(_SIDES)))]

    def java(self, upstream: Any, uid: str, source: str, references: list[Any], parallelism: int, output: Any = None) -> Any:
        kind = output or self.internals.bytes_type
        return self.internals.operator(self.j_env, upstream, Generated(uid, source, references, kind, parallelism))

    def intake(self, frames: Any, parallelism: int, live: "_Live | None" = None) -> Any:
        self.internals.execution_mode(self.j_env, self.settings.intake_mode or self.settings.mode)
        read = DataStream(frames)
        return _python(live.intake(read) if live else read.process(IntakeFunction(self.machine), _bytes()), "intake", parallelism)

    def evaluate(self, tagged: Any, readers: int, *, gathered: list[str], live: "_Live | None" = None) -> None:
        """From tagged frames of intake to the outputs."""
        settings, internals = self.settings, self.internals
        keys = ",".join(shard_names(settings.shards))
        split = self.java(tagged, "split", "Route", [str(SUBFRAME), keys, *self.sides], readers, internals.row_type)
        keyed = internals.keyed(split)
        coalesce = self.java(keyed, "coalesce", "Coalesce", gathered, settings.parallelism, internals.row_type)
        by_shard = KeyedStream(internals.already_keyed(coalesce), Types.ROW([Types.STRING(), _bytes()]), DataStream(coalesce))
        internals.execution_mode(self.j_env, settings.mode)
        decided = live.detect(by_shard) if live else by_shard.process(DetectFunction(self.machine, self.bounded), _bytes())
        detect = _python(decided, "detect", settings.parallelism)
        explode = self.java(detect, "explode", "Route", [str(ALERT), "", *self.sides], settings.parallelism, internals.record_type)
        self.streams = {
            ALERT: [explode, split.getSideOutput(self.sides[ALERT])],
            DECODED: [split.getSideOutput(self.sides[DECODED])],
            **{tag: [each.getSideOutput(self.sides[tag]) for each in (explode, split)] for tag in (SHADOW, DEAD, LATE, STATUS)},
        }

    def output(self, *tags: int) -> Any:
        """All records with these tags."""
        return self.internals.union([stream for tag in tags for stream in self.streams[tag]])

    def watched(self, sink: str, tag: int, connector: Connector, prefix: str) -> Any:
        """The same for a sink that loses nothing in silence: an operator in its tasks looks at what it commits."""
        references = [sink, prefix, connector.properties(), self.sides[STATUS]]
        parallelism = self.settings.parallelism
        commits = self.java(self.output(tag), f"{sink}-commits", "Commits", references, parallelism, self.internals.record_type)
        self.streams[STATUS].append(commits.getSideOutput(self.sides[STATUS]))
        return commits

    def finished(self, name: str) -> Any:
        return self.env._generate_stream_graph(clear_transformations=True, job_name=name)


@dataclass(frozen=True, slots=True)
class _Live:
    """The rules of a job that is published to, on their way to all tasks of both Python operators."""

    machine: LiveMachine
    rules: Rules
    most: int
    messages: Any  # a BroadcastStream

    def intake(self, frames: DataStream) -> DataStream:
        return frames.connect(self.messages).process(PublishedIntakeFunction(self.machine, self.rules, self.most), _bytes())

    def detect(self, frames: KeyedStream) -> DataStream:
        return frames.connect(self.messages).process(PublishedDetectFunction(self.machine, self.rules, self.most), _bytes())


def _live(graph: _Graph, connector: Connector, job: TopicJob) -> _Live | None:
    rules = job.rules
    if rules is None:
        return None
    records = connector.source(graph.j_env, "rules", rules.topic, parallelism=1, idle=1, bounded=job.bounded, start=rules.behind)
    messages = DataStream(graph.java(records, "publications", "Rules", [], 1))
    return _Live(job.machine, rules, job.message_bytes, messages.broadcast(descriptor()))


def build(internals: Internals, machine: Machine, paths: FilePaths, settings: Settings, *, max_disorder: int) -> Any:
    """Flink's StreamGraph of the bounded job; `max_disorder` in milliseconds is what `coalesce` waits before it asks a shard again."""
    graph = _Graph(internals, machine, settings, settings.options(), bounded=True)
    inputs = internals.elements(graph.j_env, [f"{source}:{path}" for source, path in paths.inputs]).name("inputs").uid("inputs")
    limits = [str(settings.frame_lines), str(settings.frame_bytes), str(paths.progress)]
    intake = graph.intake(graph.java(inputs, "files", "Files", limits, 1), 1)
    graph.evaluate(intake, 1, gathered=[str(settings.batch_bytes), str(max_disorder), "0"])

    def write(uid: str, path: Path | None, *tags: int) -> None:
        if path is not None:
            graph.java(graph.output(*tags), uid, "Lines", [str(path)], 1, internals.record_type)

    write("alerts", paths.alerts, ALERT, *([] if paths.shadow else [SHADOW]))
    write("shadow", paths.shadow, SHADOW)
    write("dlq", paths.dead, DEAD)
    write("late", paths.late, LATE)
    write("status", paths.status, STATUS)
    return graph.finished("fraud-detection")


def build_topics(internals: Internals, job: TopicJob) -> Any:
    """Flink's StreamGraph of the job from topics to topics. SettingRefused if the broker does not allow what it needs."""
    settings, topics = job.settings, job.topics
    graph = _Graph(internals, job.machine, settings, job.options(), bounded=False)
    connector = Connector(internals, job.cluster, job.message_bytes)
    if (limit := connector.largest_transaction_timeout()) is not None and limit < job.transaction_timeout:
        raise SettingRefused(f"the transaction timeout of {job.transaction_timeout} ms is above the broker's limit of {limit} ms")
    readers = min(settings.parallelism, job.partitions)  # a task without a partition would hold event time back until it counts as idle
    live = _live(graph, connector, job)
    intake = graph.intake(internals.union(_frames(graph, connector, job, readers)), readers, live)
    clock = graph.java(intake, "clock", "Clock", [str(CLOCK), str(job.max_disorder), str(job.idle)], readers)
    gathered = [str(settings.batch_bytes), str(job.max_disorder), str(_PATIENCE)]
    graph.evaluate(clock, readers, gathered=gathered, live=live)

    def write(uid: str, topic: str, tag: int, *, once: bool = False) -> None:
        prefix = f"{job.transaction_prefix}-{uid}"
        transactions = Transactions(prefix, job.transaction_timeout) if once else None
        records = graph.watched(uid, tag, connector, prefix) if once else graph.output(tag)
        connector.sink(records, uid, topic, parallelism=settings.parallelism if once else 1, transactions=transactions)

    write("alerts", topics.alerts, ALERT, once=True)
    write("shadow", topics.alerts_shadow, SHADOW, once=True)
    write("dlq", topics.dlq, DEAD)
    write("late", topics.late, LATE)
    write("status", topics.status, STATUS)
    if job.shown:
        graph.java(graph.output(DECODED), "decoded", "Lines", [str(job.shown), "at once"], 1, internals.record_type)
    return graph.finished(job.name)


def _frames(graph: _Graph, connector: Connector, job: TopicJob, readers: int) -> list[Any]:
    """Topic frames of transactions, and of profile rows beside them."""
    name = job.topics.transactions
    records = connector.source(graph.j_env, "transactions", name, parallelism=readers, idle=job.idle, bounded=job.bounded)
    limits = ["0", str(job.settings.frame_lines), str(job.settings.frame_bytes), str(job.linger)]
    frames = [graph.java(records, "batch", "Batch", limits, readers)]
    if job.profiles or not job.bounded:  # an endless job has the operators in any case, for its state to fit; bounded ones would not end
        rows = connector.rows(graph.j_env, "profiles", job.profiles, parallelism=readers, bounded=job.bounded)
        numbered = [f"{number}:{topic}" for number, topic in enumerate(job.profiles, 1)] or ["1:"]
        frames.append(graph.java(rows, "profile-rows", "Batch", [*limits, *numbered], readers))
    return frames


def _python(stream: DataStream, uid: str, parallelism: int) -> Any:
    return stream.name(uid).uid(uid).set_parallelism(parallelism)._j_data_stream


def _bytes() -> Any:
    """Raw bytes both ways: in thread mode one copy, in process mode no coder but a length."""
    return Types.PRIMITIVE_ARRAY(Types.BYTE())
