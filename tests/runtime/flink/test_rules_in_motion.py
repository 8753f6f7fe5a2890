"""Rules published while a job runs over a real broker: it takes them over, refuses what does not follow, and goes on where it was."""

import json
from pathlib import Path

from confluent_kafka import Producer

from fraudc.live.rules import RulesTopic
from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Runner
from fraudc_runtime.rulesets.acceptance import Standing, begin
from fraudc_runtime.rulesets.ruleset import RuleSet
from publications import compiled, connection, publish, said
from servers.fixtures import kafka
from servers.kafka import Kafka
from topic_runs import Topics, running

__all__ = ["kafka"]

PROJECT = """
version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, customer: string, amount: int}
  entities: {customer: {key: customer}}
  idle: %s
rules: [rules.yaml]
"""
RULES = """
version: 1
rules:
  - {id: many, by: customer, let: {n: count() over 1h}, when: n >= %d}
  - {id: large, when: amount >= %d}
"""
BEGIN = 1_767_225_600_000


def line(number: int) -> bytes:
    """One a minute, of three customers in turn."""
    return b'{"id":"t%d","at":%d,"customer":"C%d","amount":%d}' % (number, BEGIN + number * 60_000, number % 3, number % 10)


def expected(first: RuleSet, second: RuleSet, before: list[bytes], after: list[bytes]) -> list[bytes]:
    """What the engine gives in one process for the same swap."""
    runner = Runner(first.plan, (Source("transactions", "transactions", None, "json", 0),))
    known = begin(Standing((first,)))
    runner.stand(known)
    runner.frame(source_frame(0, 0, before))
    runner.stand(Standing((*known.sets, second)))
    runner.frame(source_frame(0, len(before), after))
    return sorted(runner.end().alerts)


def test_a_published_set_takes_over_at_its_event_time_and_one_that_cannot_be_read_changes_nothing(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers, partitions=2)
    (tmp_path / "fraudc.yaml").write_text(PROJECT % "1h" + topics.settings(tmp_path / "checkpoints"))
    compiled(tmp_path, RULES % (3, 9))
    lines = [line(number) for number in (*range(120), 10_000, 10_001)]  # the last two, one a partition, decide the others
    tasks = {("intake", "1/2"), ("intake", "2/2"), ("detect", "1/2"), ("detect", "2/2")}
    with running(tmp_path, "--parallelism", "2") as job:
        job.wait_until(lambda: said(topics, 1) == tasks)
        topics.send(lines[:60])
        with RulesTopic(connection(topics)) as rules:
            first = rules.newest
        assert first is not None
        job.wait_until(lambda: len(topics.read("alerts")) > 0)
        second = publish(topics, compiled(tmp_path, RULES % (5, 8)), at=BEGIN + 80 * 60_000)
        job.wait_until(lambda: said(topics, 2) == tasks)
        producer = Producer({"bootstrap.servers": topics.servers})
        producer.produce(topics.names["rules"], b"no set")
        assert producer.flush(30) == 0
        job.wait_until(lambda: said(topics, None, "refused") == tasks)
        topics.send(lines[60:])
        wanted = expected(first, second, lines[:60], lines[60:])
        job.wait_until(lambda: len(topics.read("alerts")) >= len(wanted))
        code, _, told = job.stop()
    assert (code, b"failed" in told) == (0, False)
    alerts = [alert for _, alert in topics.read("alerts")]
    assert sorted(alerts) == wanted
    by_revision = {revision: [a for a in map(json.loads, alerts) if a["revision"] == revision] for revision in (1, 2)}
    assert {alert["rule"] for alert in by_revision[1]} == {alert["rule"] for alert in by_revision[2]} == {"many", "large"}
    assert max(a["event_time"] for a in by_revision[1]) < "2026-01-01T01:20:00" <= min(a["event_time"] for a in by_revision[2])
    letters = [json.loads(letter) for _, letter in topics.read("dlq")]
    assert [(letter["code"], letter["source"], letter["offset"]) for letter in letters] == [("rules_unreadable", topics.names["rules"], 2)]


def test_what_was_published_goes_on_behind_a_kill_and_its_restore(kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers, partitions=1)
    (tmp_path / "fraudc.yaml").write_text(PROJECT % "1s" + topics.settings(tmp_path / "checkpoints"))
    compiled(tmp_path, RULES % (3, 9))
    tasks = {("intake", "1/1"), ("detect", "1/1")}
    with running(tmp_path) as job:
        job.wait_until(lambda: said(topics, 1) == tasks)
        publish(topics, compiled(tmp_path, RULES % (3, 8)))
        job.wait_until(lambda: said(topics, 2) == tasks)
        topics.send([line(number) for number in range(10)])
        job.wait_until(
            lambda: len(topics.read("alerts")) == 6
        )  # committed by a checkpoint: t6, t7, t8, t9 the third of a customer; t8, t9 large
        job.kill()
    publish(topics, compiled(tmp_path, RULES % (3, 7)))
    with running(tmp_path) as job:
        job.wait_until(lambda: said(topics, 3) == tasks)
        topics.send([line(number) for number in range(10, 20)])
        job.wait_until(lambda: len(topics.read("alerts")) == 19)
        code, _, told = job.stop()
    assert (code, b"from checkpoint" in told, b"failed" in told) == (0, True, False)
    found = [json.loads(alert) for _, alert in topics.read("alerts")]
    large = {alert["transaction_id"]: alert["revision"] for alert in found if alert["rule"] == "large"}
    assert large == {"t8": 2, "t9": 2, "t17": 3, "t18": 3, "t19": 3}
    many = {alert["transaction_id"]: alert["revision"] for alert in found if alert["rule"] == "many"}
    assert many == {f"t{number}": 2 if number < 10 else 3 for number in range(6, 20)}
