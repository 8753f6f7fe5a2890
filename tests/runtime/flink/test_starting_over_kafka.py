"""`fraudc run` over Kafka as it starts: over TLS with a password, and each thing that keeps it from starting as one line, nothing made."""

import contextlib
import os
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from fraudc_runtime.rulesets.ruleset import encode
from publications import compiled, publish
from runtime.flink.test_topic_job import SECOND, SMALL, at
from servers.fixtures import kafka
from servers.kafka import PASSWORD, USER, Kafka
from servers.process import free_port
from topic_runs import FRAUDC, PATIENCE, Topics, running

__all__ = ["kafka"]
SECURITY = """
  kafka:
    bootstrap_servers: "{servers}"
    security:
      security.protocol: SASL_SSL
      sasl.mechanism: PLAIN
      sasl.username: {user}
      sasl.password: "${{BROKER_PASSWORD}}"
      ssl.ca.location: "{authority}"
"""


def laid_out(topics: Topics, folder: Path, change: Callable[[str], str] = str) -> Path:
    """A project over the topics, its settings changed."""
    (folder / "fraudc.yaml").write_text(change(SMALL + topics.settings(folder / "checkpoints")))
    (folder / "rules.yaml").write_text(SECOND)
    return folder


def secured(kafka: Kafka) -> Callable[[str], str]:
    """Settings that reach the broker by its secure listener."""
    security = SECURITY.format(servers=kafka.secure_servers, user=USER, authority=kafka.authority)
    return lambda text: text.replace(f'\n  kafka: {{bootstrap_servers: "{kafka.servers}"}}\n', security)


def started(project: Path, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [FRAUDC, "run", "--project", project, *options]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=PATIENCE, env={**os.environ, **environment}
    )


def refused(project: Path, *options: str, **environment: str) -> tuple[int, str]:
    """The exit code and the only line said."""
    done = started(project, *options, **environment)
    assert done.stdout == ""
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("fraudc: rules: revision")]
    return done.returncode, line


def test_the_job_runs_over_tls_with_a_password_that_nothing_shows(kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    topics = Topics(kafka.servers, partitions=1)
    laid_out(topics, tmp_path, secured(kafka))
    monkeypatch.setenv("BROKER_PASSWORD", PASSWORD)
    with running(tmp_path) as job:
        topics.send([at(f"t{number}", number) for number in range(4)])
        topics.send([at(f"last{number}", 600) for number in range(2)])
        job.wait_until(lambda: len(topics.read("alerts")) >= 3)
        code, out, told = job.stop()
    assert (code, PASSWORD.encode() in out + told) == (0, False)
    logs = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size < 1 << 20]
    assert [path for path in logs if PASSWORD.encode() in path.read_bytes()] == []


def test_a_wrong_password_and_an_unknown_authority_are_a_line_each(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    laid_out(topics, tmp_path, secured(kafka))
    code, line = refused(tmp_path, BROKER_PASSWORD="not-this-one")
    assert (code, "does not let us in" in line, "not-this-one" in line) == (4, True, False)
    laid_out(topics, tmp_path, lambda text: secured(kafka)(text).replace(f'      ssl.ca.location: "{kafka.authority}"\n', ""))
    code, line = refused(tmp_path, BROKER_PASSWORD=PASSWORD)
    assert (code, "certificate verify failed" in line) == (4, True)
    code, line = refused(tmp_path)
    assert (code, "BROKER_PASSWORD is not set" in line.replace("${BROKER_PASSWORD}", "BROKER_PASSWORD")) == (2, True)
    assert nothing_made(topics, tmp_path)


def nothing_made(topics: Topics, project: Path) -> bool:
    """No set published, no offset committed, no checkpoint."""
    consumer = Consumer({"bootstrap.servers": topics.servers, "group.id": f"{topics.prefix}job"})
    offsets = consumer.committed([TopicPartition(topics.names["transactions"], number) for number in range(topics.partitions)])
    consumer.close()
    return topics.read("rules") == [] and all(found.offset < 0 for found in offsets) and not (project / "checkpoints").exists()


def test_a_broker_that_is_not_there_is_a_line(kafka: Kafka, tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    topics = Topics(kafka.servers)
    laid_out(topics, tmp_path, lambda text: text.replace(kafka.servers, nobody))
    code, line = refused(tmp_path)
    assert (code, line.startswith(f"fraudc: Kafka at {nobody} cannot be reached")) == (4, True)


@pytest.mark.parametrize("kind", ["transactions", "alerts", "alerts_shadow", "dlq", "late", "status", "rules"])
def test_a_topic_that_is_missing_is_named_with_the_way_to_make_it(kafka: Kafka, tmp_path: Path, kind: str) -> None:
    topics = Topics(kafka.servers)
    laid_out(topics, tmp_path)
    admin = AdminClient({"bootstrap.servers": kafka.servers})
    for future in admin.delete_topics([topics.names[kind]]).values():
        future.result()
    code, line = refused(tmp_path)
    assert (code, f"has no topic {topics.names[kind]}" in line, "--create-topics" in line) == (4, True, True)
    assert topics.names[kind] not in admin.list_topics(timeout=PATIENCE).topics
    assert kind == "rules" or nothing_made(topics, tmp_path)


def test_a_rules_topic_of_two_partitions_is_refused(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    wide = f"{topics.prefix}wide"
    admin = AdminClient({"bootstrap.servers": kafka.servers})
    admin.create_topics([NewTopic(wide, 2, 1)])[wide].result()
    laid_out(topics, tmp_path, lambda text: text.replace(f"rules: {topics.names['rules']}", f"rules: {wide}"))
    code, line = refused(tmp_path)
    assert (code, wide in line, "2 partitions, and rule sets need one" in line) == (4, True, True)
    assert nothing_made(topics, tmp_path)


def test_a_transaction_timeout_that_cannot_be_is_refused(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    laid_out(topics, tmp_path, lambda text: text.replace("transaction_timeout: 1m", "transaction_timeout: 16m"))
    assert refused(tmp_path) == (4, "fraudc: the transaction timeout of 960000 ms is above the broker's limit of 900000 ms")
    laid_out(topics, tmp_path, lambda text: text.replace("transaction_timeout: 1m", "transaction_timeout: 1s"))
    code, line = refused(tmp_path)
    assert (code, "every transaction would expire" in line) == (2, True)


def test_a_set_of_another_schema_in_the_rules_topic_is_what_runs_and_the_project_is_told_apart(kafka: Kafka, tmp_path: Path) -> None:
    """The topic decides what a job begins with; publishing the project over it is what is refused."""
    topics = Topics(kafka.servers)
    laid_out(topics, tmp_path)
    first = publish(topics, compiled(tmp_path, SECOND))
    laid_out(topics, tmp_path, lambda text: text.replace("customer: string", "customer: int"))
    command = [FRAUDC, "publish", "--project", tmp_path]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "customer was string and is int" in (done.stdout + done.stderr).replace("`", "")
    assert [value for _, value in topics.read("rules")] == [encode(first)]


def test_when_nobody_reads_what_is_shown_any_more_the_job_stops_by_itself(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    laid_out(topics, tmp_path)
    topics.send([at(f"t{number}", number / 60) for number in range(20_000)])
    read, write = os.pipe()
    with (tmp_path / "err").open("wb") as err:
        command = [str(FRAUDC), "run", "--print", "--project", str(tmp_path)]
        process = subprocess.Popen(command, stdout=write, stderr=err)
    os.close(write)
    with os.fdopen(read, "rb") as shown:
        assert shown.readline().startswith(b'{"id":"t')
    assert process.wait(timeout=PATIENCE) == 0
    assert b"stopped; started again, it goes on where it was" in (tmp_path / "err").read_bytes()


def test_prometheus_finds_the_jobs_metrics_at_the_port_of_the_project(kafka: Kafka, tmp_path: Path) -> None:
    topics, port = Topics(kafka.servers), free_port()
    laid_out(topics, tmp_path, lambda text: f"{text}  metrics: {{port: {port}}}\n")
    found: list[str] = []

    def scraped() -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            found[:] = answer.read().decode().splitlines()
        return any("numRecordsIn" in line and 'task_name="Source:_transactions' in line for line in found)

    with running(tmp_path) as job:
        topics.send([at("t1", 1)])
        job.wait_until(scraped)
        assert job.stop()[0] == 0
