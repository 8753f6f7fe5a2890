"""What a job leans on goes away under load and comes back, or the job itself changes its size: its alerts are those of a quiet run."""

from pathlib import Path

from confluent_kafka import Producer

from crash_runs import Alerts, Feeder, Started, ends_as_the_engine_does, project
from servers.fixtures import kafka
from servers.kafka import Kafka
from topic_runs import Topics, running

__all__ = ["kafka"]


def test_the_broker_is_killed_and_comes_back(kafka: Kafka, tmp_path: Path) -> None:
    topics, started = Topics(kafka.servers), Started(tmp_path / "checkpoints")
    alerts = Alerts(topics)
    with running(project(topics, tmp_path)) as job, Feeder(topics) as feeder:
        for quick in (True, False):
            seen = started.complete()
            job.wait_until(lambda seen=seen: started.complete() > seen and alerts.open())  # type: ignore[misc]  # a loop's value
            kafka.kill()
            if not quick:
                job.wait_until(lambda: b"under way" in job.told())
            kafka.start()
        job.wait_until(lambda: b"checkpoints are complete again" in job.told())
        told = ends_as_the_engine_does(job, topics, feeder)
    assert 1 <= told.count(b"s, and alerts wait for it: is the broker there") <= 2  # the quick one too where the broker is slow to start


def test_checkpoints_that_fail_are_told_once_and_cost_no_alert(kafka: Kafka, tmp_path: Path) -> None:
    topics, started = Topics(kafka.servers), Started(tmp_path / "checkpoints")
    with running(project(topics, tmp_path)) as job, Feeder(topics) as feeder:
        job.wait_until(lambda: started.complete() > 0)
        (run,) = (path.parent for path in (tmp_path / "checkpoints").glob("*/*/shared"))
        run.rename(tmp_path / "aside")
        run.write_text("no folder any more")
        job.wait_until(lambda: b"failed, and the job goes on; its alerts wait for the next one" in job.told())
        run.unlink()
        (tmp_path / "aside").rename(run)
        job.wait_until(lambda: b"checkpoints are complete again" in job.told())
        told = ends_as_the_engine_does(job, topics, feeder)
    assert told.count(b"failed, and the job goes on") == 1


def aborted(topics: Topics) -> None:
    """Transactions of somebody else that would raise alerts, taken back."""
    producer = Producer({"bootstrap.servers": topics.servers, "transactional.id": topics.prefix + "somebody"})
    producer.init_transactions()
    producer.begin_transaction()
    for partition in range(topics.partitions):
        foreign = b'{"id":"foreign%d","at":4102444800000,"kind":"payment","customer":"C1","amount":1000}' % partition
        producer.produce(topics.names["transactions"], foreign, partition=partition)
    assert producer.flush(60) == 0
    producer.abort_transaction()


def test_a_savepoint_goes_on_at_any_parallelism_and_never_sees_what_others_took_back(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    alerts = Alerts(topics)
    project(topics, tmp_path)
    with Feeder(topics) as feeder:
        for parallelism in ("1", "2", "4"):
            with running(tmp_path, "--parallelism", parallelism) as job:
                aborted(topics)
                stable = alerts.stable()
                job.wait_until(lambda stable=stable: alerts.stable() > stable)  # type: ignore[misc]  # a loop's value
                code, _, told = job.stop()
                assert (code, b"from checkpoint" in told) == (0, parallelism != "1")
        with running(tmp_path, "--parallelism", "1") as job:
            told = ends_as_the_engine_does(job, topics, feeder)
    assert b"savepoint-" in told
