"""`fraudc submit` on a real cluster: its job gives what the engine gives and goes on from a savepoint; what cannot be is one line."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fraudc_runtime.plan import Plan
from runtime.flink.test_topic_job import LAST, SECOND, SMALL, decided, lines, plan, project
from servers.fixtures import flink, kafka
from servers.flink import Flink
from servers.kafka import Kafka
from topic_runs import FRAUDC, PATIENCE, Topics, wait_until

__all__ = ["flink", "kafka", "lines", "plan"]


class Submitter:
    """`fraudc submit` of projects to the cluster; its jobs end with the test."""

    def __init__(self, flink: Flink) -> None:
        self.flink = flink

    def submit(self, project: Path, *options: str, target: str | None = None) -> "subprocess.CompletedProcess[str]":
        python = [word for name, value in self.flink.options_of_python.items() for word in ("-D", f"{name}={value}")]
        command = [FRAUDC, "submit", "--project", project, "--target", target or self.flink.address, *python, *options]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=PATIENCE)

    def started(self, project: Path, *options: str) -> dict[str, Any]:
        """What it says, as JSON, of a job whose tasks all run now: Flink refuses savepoints before."""
        done = self.submit(project, "--format", "json", *options)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        wait_until(lambda: {task["status"] for task in self.flink.get(f"/jobs/{found['job']}")["vertices"]} == {"RUNNING"})
        return found

    def refused(self, project: Path, *options: str, target: str | None = None) -> tuple[int, str]:
        """The exit code and the last line said of one that cannot be."""
        done = self.submit(project, *options, target=target)
        assert (done.stdout, "Traceback" in done.stderr) == ("", False)
        return done.returncode, done.stderr.splitlines()[-1]

    def stopped(self, job: str, folder: Path) -> str:
        """Where in the folder the savepoint is that the job leaves."""
        trigger = self.flink.post(f"/jobs/{job}/stop", {"drain": False, "targetDirectory": folder.as_uri()})["request-id"]
        wait_until(lambda: self.flink.get(f"/jobs/{job}/savepoints/{trigger}")["status"]["id"] == "COMPLETED")
        operation = self.flink.get(f"/jobs/{job}/savepoints/{trigger}")["operation"]
        assert "location" in operation, operation["failure-cause"]["stack-trace"]
        wait_until(lambda: self.flink.get(f"/jobs/{job}")["state"] == "FINISHED")
        address: str = operation["location"]
        return address

    def end_all(self) -> None:
        for job in self.flink.get("/jobs")["jobs"]:
            if job["status"] not in ("FINISHED", "CANCELED", "FAILED"):
                self.flink.cancel(job["id"])
        wait_until(lambda: self.flink.get("/overview")["slots-available"] == 2)


@pytest.fixture
def cluster_of_ours(flink: Flink) -> Iterator[Submitter]:
    submitter = Submitter(flink)
    yield submitter
    submitter.end_all()


def test_a_job_on_a_cluster_goes_on_from_its_savepoint_at_another_parallelism(
    cluster_of_ours: Submitter, plan: Plan, lines: list[bytes], kafka: Kafka, tmp_path: Path
) -> None:
    topics = Topics(kafka.servers)
    made = project(topics, tmp_path)
    expected = decided(plan, [*lines, *LAST])
    first = cluster_of_ours.started(made)
    assert (first["name"], first["from"]) == (f"{topics.prefix}job", None)
    topics.send(lines[:5000])
    wait_until(lambda: len(topics.read("alerts")) > 0)
    code, told = cluster_of_ours.refused(made)
    assert (code, f"{topics.prefix}job is running there already, as {first['job']}" in told) == (4, True)
    savepoint = cluster_of_ours.stopped(first["job"], tmp_path / "checkpoints" / f"{topics.prefix}job" / "savepoints")
    assert savepoint.startswith(f"file:{tmp_path}/checkpoints/{topics.prefix}job/savepoints/savepoint-")

    code, told = cluster_of_ours.refused(made, "--from-savepoint", savepoint, "--mode", "process")
    assert (code, f"the state in {savepoint} was made in thread mode" in told) == (4, True)
    second = cluster_of_ours.started(made, "--from-savepoint", savepoint, "--parallelism", "2")
    assert second["from"] == savepoint
    topics.send(lines[5000:])
    topics.send(LAST)
    wait_until(lambda: len(topics.read("alerts")) >= len(expected.alerts))
    cluster_of_ours.stopped(second["job"], tmp_path / "savepoints")
    assert sorted(alert for _, alert in topics.read("alerts")) == sorted(expected.alerts)
    assert Path(savepoint.removeprefix("file:"), "_metadata").exists()  # it stays, for whoever has to go back to it


def test_a_savepoint_of_another_schema_is_refused_and_one_that_is_missing_is_named(
    cluster_of_ours: Submitter, kafka: Kafka, tmp_path: Path
) -> None:
    topics = Topics(kafka.servers)
    (tmp_path / "rules.yaml").write_text(SECOND)
    (tmp_path / "fraudc.yaml").write_text(SMALL + topics.settings(tmp_path / "checkpoints"))
    with (tmp_path / "fraudc.yaml").open("a") as settings:
        settings.write(f'  savepoints: {{dir: "{tmp_path / "savepoints"}"}}\n')
    job = cluster_of_ours.started(tmp_path)["job"]
    savepoint = cluster_of_ours.stopped(job, tmp_path / "savepoints" / f"{topics.prefix}job")

    others = Topics(kafka.servers)
    retyped = SMALL.replace("customer: string}", "customer: int}")
    (tmp_path / "fraudc.yaml").write_text(retyped + others.settings(tmp_path / "others"))
    code, told = cluster_of_ours.refused(tmp_path, "--from-savepoint", savepoint)
    assert (code, "was made by a job of the schema " in told) == (4, True)
    code, told = cluster_of_ours.refused(tmp_path, "--from-savepoint", str(tmp_path / "nowhere"))
    assert (code, told) == (4, f"fraudc: there is no savepoint in {tmp_path / 'nowhere'}: a complete one has a file _metadata")


def test_a_cluster_that_is_not_there_or_too_small_leaves_nothing_half_started(
    cluster_of_ours: Submitter, kafka: Kafka, tmp_path: Path
) -> None:
    topics = Topics(kafka.servers)
    (tmp_path / "rules.yaml").write_text(SECOND)
    (tmp_path / "fraudc.yaml").write_text(SMALL + topics.settings(tmp_path / "checkpoints"))
    address = cluster_of_ours.flink.address
    assert cluster_of_ours.refused(tmp_path, target="127.0.0.1:1") == (
        4,
        "fraudc: no Flink cluster answers at http://127.0.0.1:1: connection refused",
    )
    code, told = cluster_of_ours.refused(tmp_path, target=kafka.servers)
    assert (code, told.startswith(f"fraudc: no Flink cluster answers at http://{kafka.servers}: ")) == (4, True)
    assert cluster_of_ours.refused(tmp_path, "--parallelism", "3") == (
        4,
        f"fraudc: http://{address} has 2 of 2 slots free, and {topics.prefix}job needs 3: add task managers, or lower --parallelism",
    )
    assert cluster_of_ours.refused(tmp_path, "-D", "state.backend.type=hashmap") == (
        2,
        "fraudc: -D state.backend.type is for the project to say, in `job:` of fraudc.yaml",
    )
    assert topics.read("rules") == []
