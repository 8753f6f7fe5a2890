"""The broker aborts transactions that a checkpoint counts on: their alerts are lost, and the job says so wherever one looks."""

import signal
from pathlib import Path

import msgspec

from crash_runs import Alerts, Feeder, Started, between_checkpoints, decided, ends_as_the_engine_does, last, project, published
from fraudc.live.status import Lost
from servers.fixtures import kafka
from servers.gate import Gate
from servers.kafka import Kafka
from topic_runs import Topics, running, wait_until

__all__ = ["kafka"]
LINE = b"ALERTS ARE LOST: the broker aborted the transaction %s of the sink alerts before its commit"


def lost(topics: Topics) -> list[bytes]:
    """The transactions that are lost of the alerts' sink, as the status topic says."""
    said = [msgspec.json.decode(record, type=Lost) for _, record in topics.read("status") if b'"lost"' in record]
    return [record.transaction.encode() for record in said if record.operator == "alerts"]


def test_a_transaction_that_expired_while_the_job_was_away_is_reported_and_nothing_else_is_lost(kafka: Kafka, tmp_path: Path) -> None:
    topics, started = Topics(kafka.servers), Started(tmp_path / "checkpoints")
    alerts = Alerts(topics)
    with Gate(kafka) as gate, Feeder(topics) as feeder:
        project(topics, tmp_path, gate.servers, timeout="4s")
        with running(tmp_path) as job:
            job.wait_until(lambda: started.complete() > 0)
            gate.hold()
            job.wait_until(lambda: gate.held.is_set() and alerts.open())
            job.kill()
        gate.cut()
        wait_until(lambda: not alerts.open())  # the broker has aborted it
        feeder.stop()
        topics.send(last(topics.partitions, feeder.sent))
        expected = decided([*feeder.all(), *last(topics.partitions, feeder.sent)], *published(topics)).alerts
        with running(tmp_path) as job:
            job.wait_until(lambda: lost(topics) != [] and LINE % lost(topics)[0] in job.told())
            job.wait_until(lambda: expected[-1] in {alert for _, alert in topics.read("alerts")})
            code, _, told = job.stop()
    assert code == 0
    found = sorted(alert for _, alert in topics.read("alerts"))
    gone = set(expected) - set(found)
    assert gone != set()
    assert found == sorted(alert for alert in expected if alert not in gone)
    assert gone <= {alert for _, alert in topics.read("alerts", committed=False)}  # they stand in the log still
    assert (len(lost(topics)), told.count(b"of the sink alerts")) == (1, 1)


def test_a_transaction_that_expires_before_a_late_commit_of_the_running_job_is_reported(kafka: Kafka, tmp_path: Path) -> None:
    topics, started = Topics(kafka.servers), Started(tmp_path / "checkpoints")
    alerts = Alerts(topics)
    with Gate(kafka) as gate, Feeder(topics) as feeder:
        project(topics, tmp_path, gate.servers, timeout="4s")
        with running(tmp_path) as job:
            job.wait_until(lambda: started.complete() > 0)
            gate.hold()
            job.wait_until(lambda: gate.held.is_set() and alerts.open())
            job.wait_until(lambda: not alerts.open())
            gate.open()
            job.wait_until(lambda: lost(topics) != [] and LINE % lost(topics)[0] in job.told())
            stable = alerts.stable()
            job.wait_until(lambda: alerts.stable() > stable + 20)  # it goes on
            assert feeder.sent > 0
            assert job.stop()[0] == 0


def test_a_transaction_that_expires_before_it_is_prepared_costs_nothing(kafka: Kafka, tmp_path: Path) -> None:
    topics, started = Topics(kafka.servers), Started(tmp_path / "checkpoints")
    alerts = Alerts(topics)
    with running(project(topics, tmp_path, timeout="4s")) as job, Feeder(topics) as feeder:
        committed = between_checkpoints(started, alerts)
        job.freeze_when(lambda: committed() and alerts.open())
        job.wait_until(lambda: not alerts.open())
        job.signal(signal.SIGCONT)
        told = ends_as_the_engine_does(job, topics, feeder)
    assert b"failed and starts again" in told
