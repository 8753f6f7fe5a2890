"""The job over a real broker gives what the engine gives: bounded and endless, killed and restored, at any parallelism."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from fraudc.pipeline import compile_project
from fraudc_runtime.flink.bound import PlanMachine
from fraudc_runtime.flink.checkpoints import Checkpoints
from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.kafka import Cluster as KafkaCluster
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.flink.topics import Rules, TopicJob, Topics, run_topics
from fraudc_runtime.frames import source_frame
from fraudc_runtime.graph import TOPIC_JOB
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Result, Runner
from fraudc_runtime.plan import Plan, encode
from fraudc_runtime.rulesets import ruleset
from fraudc_runtime.rulesets.succession import first
from runtime.flink.test_topology import Watched, operators
from servers.fixtures import kafka
from servers.kafka import Kafka
from topic_runs import Topics as RealTopics
from topic_runs import running, wait_until

__all__ = ["kafka"]
FIXTURES = Path(__file__).parents[3] / "fixtures"
# Behind them every transaction has come of age. In each partition, since the slowest decides.
LAST = [
    b'{"transaction_id":"LAST%d","event_time":"2026-0%d-01T00:00:00Z","customer_id":"L","amount":1,"currency":"USD"}' % (number, month)
    for number, month in enumerate((7, 7, 8, 8))
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    compilation = compile_project(FIXTURES)
    assert compilation.plan is not None
    return compilation.plan


def decided(plan: Plan, lines: list[bytes]) -> Result:
    """What the engine makes of the lines as one file."""
    runner = Runner(plan, (Source("transactions", "transactions", None, "json", 0),))
    runner.frame(source_frame(0, 0, lines))
    return runner.end()


@pytest.fixture(scope="module")
def lines(plan: Plan) -> list[bytes]:
    """The shipped transactions but for those that a file's watermark makes late: a topic's may lag, and they would not be."""
    found = (FIXTURES / "transactions.jsonl").read_bytes().splitlines()
    late = {json.loads(record)["transaction_id"].encode() for record in decided(plan, found).late}
    return [line for line in found if not any(b'"%s"' % id in line for id in late)]


def transaction(line: bytes) -> bytes | None:
    """The id in a line that need not be whole."""
    found = re.search(rb'"transaction_id":"([^"]*)"', line)
    return found and found[1]


def ids(alerts: list[bytes]) -> list[str]:
    return sorted(json.loads(alert)["alert_id"] for alert in alerts)


def bounded(plan: Plan, topics: RealTopics, folder: Path, settings: Settings) -> TopicJob:
    """The plan's job up to where the topic ends now."""
    names = topics.names
    sources = (Source("transactions", "transactions", None, "json", 0), Source("profile", "customers", "customer", "json", 0))
    return TopicJob(
        name="bounded",
        machine=PlanMachine(encode(plan), sources, settings.shards, settings.key_bytes, topics=True),
        cluster=KafkaCluster({"bootstrap.servers": topics.servers}, "bounded"),
        topics=Topics(names["transactions"], names["alerts"], names["alerts_shadow"], names["dlq"], names["late"], names["status"]),
        partitions=topics.partitions,
        checkpoints=Checkpoints(str(folder), interval=1_000),
        transaction_prefix=topics.prefix,
        transaction_timeout=60_000,
        max_disorder=plan.schema.max_disorder,
        idle=10_000,
        bounded=True,
        profiles=(names["profiles-customer"],),
        rules=Rules(names["rules"], 0, (ruleset.encode(first(plan)),)),  # nothing has ever been published
        settings=settings,
    )


@pytest.mark.parametrize(("parallelism", "partitions"), [(1, 1), (2, 4), (2, 1)])
def test_a_bounded_topic_gives_what_the_engine_gives(
    plan: Plan, lines: list[bytes], cluster: Cluster, kafka: Kafka, tmp_path: Path, parallelism: int, partitions: int
) -> None:
    connector_jar()
    topics = RealTopics(kafka.servers, partitions)
    topics.send(lines)
    assert (
        run_topics(bounded(plan, topics, tmp_path, Settings(parallelism, batch_bytes=1 << 20, frame_lines=300)), cluster=cluster) is False
    )
    expected = decided(plan, lines)
    alerts = topics.read("alerts")
    assert sorted(alert for _, alert in alerts) == sorted(expected.alerts)
    assert sorted(alert for _, alert in topics.read("alerts_shadow")) == sorted(expected.shadow)
    assert topics.read("late") == []
    assert [key for key, alert in alerts if key != _key(alert)] == []
    letters = [json.loads(letter) for _, letter in topics.read("dlq")]
    assert sorted(letter["raw_base64"] for letter in letters) == sorted(json.loads(letter)["raw_base64"] for letter in expected.dead)
    assert {letter["partition"] for letter in letters} == set(range(partitions))


def test_the_slowest_partition_holds_event_time_back_from_the_first_record_on(
    plan: Plan, lines: list[bytes], cluster: Cluster, kafka: Kafka, tmp_path: Path
) -> None:
    connector_jar()
    topics = RealTopics(kafka.servers, 3)
    topics.send(lines[100:4000], partition=0)
    topics.send(lines[4000:], partition=2)
    topics.send(lines[:100], partition=1)
    watching = Watched(cluster)
    run_topics(bounded(plan, topics, tmp_path, Settings(batch_bytes=0, frame_lines=100)), cluster=watching)  # type: ignore[arg-type]  # for a Cluster
    assert topics.read("late") == []
    assert sorted(alert for _, alert in topics.read("alerts")) == sorted(decided(plan, lines).alerts)
    committers = {f"Sink Committer: {topic}" for topic in ("alerts", "shadow", "dlq", "late", "status")}  # Flink's, named after the sinks
    assert set(operators(watching)) == {operator.uid for operator in TOPIC_JOB.operators} | committers


class Drawn(Watched):
    """Runs nothing."""

    def run(self, graph: Any, watch: Any, failed: Any = None) -> None:  # noqa: ARG002  (the signature of a Cluster's)
        self.given = graph


def test_transactions_pass_from_task_to_task_three_times_and_in_batches(plan: Plan, cluster: Cluster, kafka: Kafka, tmp_path: Path) -> None:
    connector_jar()
    drawn = Drawn(cluster)
    settings = Settings(frame_lines=7, frame_bytes=700, batch_bytes=7_000)
    run_topics(bounded(plan, RealTopics(kafka.servers), tmp_path, settings), cluster=drawn)  # type: ignore[arg-type]  # for a Cluster
    nodes = operators(drawn)
    given = {uid: [*nodes[uid].getOperatorFactory().getGeneratedClass().getReferences()] for uid in ("batch", "coalesce")}
    assert given == {"batch": ["0", "7", "700", "20"], "coalesce": ["7000", str(plan.schema.max_disorder), "20"]}
    tasks = [vertex.getName() for vertex in drawn.given.getJobGraph().getVerticesAsArray()]
    for chained in ("Source: transactions -> batch", "intake -> clock -> split", "coalesce", "detect -> explode"):
        assert any(task.startswith(chained) for task in tasks), tasks


SMALL = """
version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, customer: string}
  entities: {customer: {key: customer}}
  idle: 1s
rules: [rules.yaml]
"""
SECOND = """
version: 1
rules: [{id: second, by: customer, let: {n: count() over 1h}, when: n >= 2}]
"""
RECEIVED = 1_767_225_600_000  # the records' own timestamp


def at(id: str, minutes: float) -> bytes:
    """A transaction so many minutes after its record."""
    return b'{"id":"%s","at":%d,"customer":"C"}' % (id.encode(), RECEIVED + round(minutes * 60_000))


def test_silence_decides_what_has_come_and_a_poisoned_clock_nothing(kafka: Kafka, tmp_path: Path) -> None:
    topics = RealTopics(kafka.servers)
    (tmp_path / "fraudc.yaml").write_text(SMALL + topics.settings(tmp_path / "checkpoints"))
    (tmp_path / "rules.yaml").write_text(SECOND)
    with running(tmp_path) as job:  # the second partition stays empty
        topics.send([at("a", -10), at("b", -9), at("poisoned", 10.1), at("c", -9.01)], partition=0, timestamp=RECEIVED)
        job.wait_until(lambda: len(topics.read("alerts")) == 2)
        topics.send([at("behind", -9), at("d", -8), at("far", 10)], partition=0, timestamp=RECEIVED)
        job.wait_until(lambda: len(topics.read("alerts")) == 4)
        assert job.stop()[0] == 0
    assert ids([alert for _, alert in topics.read("alerts")]) == ["second:b", "second:c", "second:d", "second:far"]
    late = [json.loads(record) for _, record in topics.read("late")]
    assert [(record["transaction_id"], record["watermark"]) for record in late] == [("behind", "2025-12-31T23:51:00.000Z")]
    letters = [json.loads(letter) for _, letter in topics.read("dlq")]
    assert [(letter["code"], letter["offset"], letter["received"]) for letter in letters] == [("in_future", 2, "2026-01-01T00:00:00.000Z")]


def _key(alert: bytes) -> bytes:
    found = json.loads(alert)
    key: str = found["transaction_id"] if found["entity"] is None else found["key"]
    return key.encode()


def project(topics: RealTopics, folder: Path, interval: str = "1s") -> Path:
    """The fixtures' project over these topics. No partition ever counts as silent: what comes behind a pause must not be late."""
    made = folder / "project"
    made.mkdir()
    schema = (FIXTURES / "fraudc.yaml").read_text().replace("  max_disorder: 5s\n", "  max_disorder: 5s\n  idle: 1h\n")
    (made / "fraudc.yaml").write_text(schema + topics.settings(folder / "checkpoints", interval))
    for path in FIXTURES.glob("*"):
        if path.suffix in (".json", ".txt") or path.is_dir():
            (shutil.copytree if path.is_dir() else shutil.copy)(path, made / path.name)
    return made


def test_a_job_killed_in_a_transaction_goes_on_with_another_parallelism_and_no_alert_is_missing_or_double(
    plan: Plan, lines: list[bytes], kafka: Kafka, tmp_path: Path
) -> None:
    topics = RealTopics(kafka.servers)
    expected = decided(plan, [*lines, *LAST])
    made = project(topics, tmp_path, "5s")
    with running(made, "--parallelism", "1") as job:
        topics.send(lines[:2000])
        job.wait_until(lambda: len(topics.read("alerts")) > 0)  # a checkpoint is complete
        later = iter([lines[at : at + 100] for at in range(2000, len(lines), 100)])

        def a_transaction_is_open() -> bool:
            """A little more is sent each time, so that one opens again after each checkpoint."""
            topics.send(next(later))
            return len(topics.read("alerts", committed=False)) > len(topics.read("alerts"))

        job.wait_until(a_transaction_is_open)
        job.kill()
    assert list((tmp_path / "checkpoints").glob("*/*/chk-*/_metadata"))
    with running(made, "--parallelism", "2") as job:
        topics.send([line for some in later for line in some])
        topics.send(LAST)
        job.wait_until(lambda: len(topics.read("alerts")) >= len(expected.alerts))
        code, _, told = job.stop()
    assert (code, b"from checkpoint" in told) == (0, True)
    found = [alert for _, alert in topics.read("alerts")]
    assert ids(found) == ids(expected.alerts)
    assert sorted(found) == sorted(expected.alerts)
    assert len(topics.read("alerts", committed=False)) > len(found)  # aborted ones


def test_a_stopped_job_has_committed_everything_and_a_switch_of_mode_is_refused(lines: list[bytes], kafka: Kafka, tmp_path: Path) -> None:
    topics = RealTopics(kafka.servers)
    made = project(topics, tmp_path)
    with running(made, "--print") as job:
        topics.send(lines[:1000])
        job.wait_until(lambda: len(topics.read("alerts", committed=False)) > 0)
        code, shown, _ = job.stop()
    assert code == 0
    wait_until(lambda: topics.read("alerts", committed=False) == topics.read("alerts"))  # the broker's markers may follow
    assert shown.endswith(b"\n")
    assert len(shown.splitlines()) > 0
    assert all(json.loads(line) for line in shown.splitlines())
    assert {transaction(line) for line in shown.splitlines()} <= {transaction(line) for line in lines[:1000]}
    with running(made, "--mode", "process") as job:
        code, told = job.ended()
    assert (code, b"thread mode" in told) == (4, True)


def test_a_transaction_timeout_above_the_brokers_limit_is_refused_at_the_start(kafka: Kafka, tmp_path: Path) -> None:
    topics = RealTopics(kafka.servers)
    (tmp_path / "fraudc.yaml").write_text(
        SMALL + topics.settings(tmp_path / "checkpoints").replace("transaction_timeout: 1m", "transaction_timeout: 16m")
    )
    (tmp_path / "rules.yaml").write_text(SECOND)
    with running(tmp_path) as job:
        code, told = job.ended()
    assert code == 4
    assert told.decode().splitlines()[-1] == "fraudc: the transaction timeout of 960000 ms is above the broker's limit of 900000 ms"
