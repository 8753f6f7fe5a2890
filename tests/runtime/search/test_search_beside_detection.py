"""Kafka to Kafka to search: whatever is killed meanwhile, search holds each committed alert once, and detection never waits for search."""

import json
from pathlib import Path

from fraudc_runtime.plan import Plan
from runtime.flink.test_topic_job import LAST, decided, lines, plan, project
from servers.fixtures import kafka
from servers.kafka import Kafka
from servers.opensearch import opensearch
from topic_runs import Topics, running

__all__ = ["kafka", "lines", "plan"]


def with_search(folder: Path, url: str, prefix: str) -> None:
    with (folder / "fraudc.yaml").open("a") as settings:
        settings.write(f'  elasticsearch: {{url: "{url}", index_prefix: "{prefix}"}}\n')


def test_search_holds_exactly_the_committed_alerts_whatever_is_killed(plan: Plan, lines: list[bytes], kafka: Kafka, tmp_path: Path) -> None:
    topics = Topics(kafka.servers)
    made = project(topics, tmp_path)
    prefix = f"{topics.prefix}alerts-"
    expected = decided(plan, [*lines, *LAST])
    with opensearch() as server:
        with_search(made, server.url, prefix)
        with running(made, "--parallelism", "2") as job:
            topics.send(lines[:2000])
            job.wait_until(lambda: len(server.documents(prefix)) > 0)
            server.kill()
            known = len(topics.read("alerts"))
            topics.send(lines[2000:4000])
            job.wait_until(lambda: len(topics.read("alerts")) > known)  # detection goes on without search
            server.start()
            job.wait_until(lambda: len(server.documents(prefix)) > known)
            server.pause()
            topics.send(lines[4000:4500])
            job.kill()
            server.resume()
        with running(made, "--parallelism", "2") as job:
            topics.send([*lines[4500:], *LAST])
            job.wait_until(lambda: len(topics.read("alerts")) >= len(expected.alerts))
            committed = {json.loads(alert)["alert_id"]: json.loads(alert) for _, alert in topics.read("alerts")}
            job.wait_until(lambda: len(server.documents(prefix)) >= len(committed))
            assert job.stop()[0] == 0
        found = server.documents(prefix)
    assert {id: source for (_, id), source in found.items()} == committed
    assert {index for index, _ in found} == {f"{prefix}{alert['event_time'][:10].replace('-', '.')}" for alert in committed.values()}
    assert len(committed) == len(expected.alerts)
    letters = [json.loads(letter) for _, letter in topics.read("dlq")]
    assert [letter for letter in letters if letter["code"].startswith("search")] == []
