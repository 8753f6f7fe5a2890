"""A project's plan and `job:` in, the job from topics to topics out, as far as it can be checked before anything starts."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fraudc.document.job import JobDocument
from fraudc.live.connection import Connection
from fraudc.live.failure import RequestFailure
from fraudc.live.rules import RulesTopic
from fraudc.live.security import resolved
from fraudc_runtime.flink.bound import PlanMachine
from fraudc_runtime.flink.checkpoints import Checkpoints
from fraudc_runtime.flink.kafka import Cluster
from fraudc_runtime.flink.settings import Mode, Settings
from fraudc_runtime.flink.topics import Rules, TopicJob, Topics
from fraudc_runtime.intake import Source
from fraudc_runtime.oversize import BATCH
from fraudc_runtime.plan import Plan, encode
from fraudc_runtime.rulesets import ruleset
from fraudc_runtime.rulesets.acceptance import begin

NAME = "fraud-detection"
FOLDER = ".fraudc/checkpoints"  # in the project
RESTART = {
    "type", "fixed-delay.attempts", "fixed-delay.delay",
    "failure-rate.delay", "failure-rate.failure-rate-interval", "failure-rate.max-failures-per-interval",
    "exponential-delay.attempts-before-reset-backoff", "exponential-delay.backoff-multiplier", "exponential-delay.initial-backoff",
    "exponential-delay.jitter-factor", "exponential-delay.max-backoff", "exponential-delay.reset-backoff-threshold",
}  # fmt: skip  # Flink's restart-strategy options
RESTARTS = ("none", "fixed-delay", "failure-rate", "exponential-delay")
TRANSACTION_TIMEOUT = 900_000  # ms: a broker's limit as it is delivered


def name_of(job: JobDocument) -> str:
    """The job's name, by which Flink and its checkpoints know it."""
    return job.name or NAME


def topics_of(connection: Connection) -> Topics:
    """The names of the job's topics."""
    named = connection.topics
    return Topics(named.transactions, named.alerts, named.alerts_shadow, named.dlq, named.late, named.status)


def profile_topics(connection: Connection, plan: Plan) -> dict[str, str]:
    """The topics of profile rows, by entity, of those that have a profile."""
    return {entity.name: f"{connection.topics.profiles}{entity.name}" for entity in plan.schema.entities if entity.profile}


def rules_of(topic: RulesTopic, plan: Plan, now: int) -> Rules:
    """What a job begins with: what stands in the rules topic, or the plan, which is then published to it at `now` (epoch ms)."""
    if topic.standing is None:
        topic.publish(topic.next(plan, now))
    assert topic.standing is not None  # it has taken the set
    return Rules(topic.topic, topic.behind, tuple(map(ruleset.encode, begin(topic.standing).sets)))


def topic_job(
    plan: Plan,
    job: JobDocument,
    connection: Connection,
    root: Path,
    *,
    partitions: int,
    parallelism: int | None,
    mode: Mode,
    shown: Path | None = None,
    rules: Rules | None = None,
    environment: Mapping[str, str] = os.environ,
) -> TopicJob:
    """`plan` is the newest of `rules`; `parallelism` overrides the project's; decoded transactions go to `shown`.

    RequestFailure where settings contradict.
    """
    name, topics, rows = name_of(job), topics_of(connection), profile_topics(connection, plan)
    settings, checkpoints = settings_of(job, parallelism, mode), checkpoints_of(job, root, environment)
    return TopicJob(
        name=name,
        machine=_machine(plan, topics, rows, settings, shown is not None),
        cluster=Cluster(connection.java(), connection.group or name),
        topics=topics,
        partitions=partitions,
        checkpoints=checkpoints,
        transaction_prefix=job.transactional_id_prefix or name,
        transaction_timeout=_timeout(job, checkpoints),
        max_disorder=plan.schema.max_disorder,
        idle=plan.schema.idle,
        linger=20 if job.linger is None else job.linger,
        shown=shown,
        restart=_restart(job),
        metrics=job.metrics.port if job.metrics else None,
        rules=rules,
        profiles=tuple(rows.values()),
        message_bytes=_message_bytes(connection, topics),
        settings=settings,
    )


def _machine(plan: Plan, topics: Topics, rows: Mapping[str, str], settings: Settings, shown: bool) -> PlanMachine:
    profiles = (Source("profile", topic, entity, "json", 0) for entity, topic in rows.items())
    sources = (Source("transactions", topics.transactions, None, "json", 0), *profiles)
    return PlanMachine(encode(plan), sources, settings.shards, settings.key_bytes, topics=True, shown=shown)


def _message_bytes(connection: Connection, topics: Topics) -> int:
    """How large key and value of a message may be for every output topic; Kafka's default where we may not ask."""
    outputs = (topics.alerts, topics.alerts_shadow, topics.dlq, topics.late)
    return min(int(connection.settings(topic).get("max.message.bytes", 1 << 20)) for topic in outputs) - BATCH


def _timeout(job: JobDocument, checkpoints: Checkpoints) -> int:
    timeout = job.transaction_timeout or TRANSACTION_TIMEOUT
    if timeout <= checkpoints.interval:
        raise RequestFailure("job.transaction_timeout is no longer than job.checkpoints.interval: every transaction would expire")
    return timeout


def _restart(job: JobDocument) -> dict[str, str]:
    """Flink would pass over a name that it does not know, and begin a strategy that lacks its type never."""
    if unknown := sorted(set(job.restart) - RESTART):
        raise RequestFailure(f"`{unknown[0]}` is not known under job.restart; known are {', '.join(sorted(RESTART))}")
    if job.restart and job.restart.get("type") not in RESTARTS:
        raise RequestFailure(f"job.restart needs a `type`, one of {', '.join(RESTARTS)}")
    return job.restart


def settings_of(job: JobDocument, parallelism: int | None, mode: Mode) -> Settings:
    """RequestFailure for a parallelism that the shards do not allow."""
    chosen = Settings(mode=mode, state_backend="heap" if job.state_backend == "heap" else "rocksdb")
    try:
        return replace(
            chosen,
            parallelism=parallelism or job.parallelism or chosen.parallelism,
            shards=job.shards or chosen.shards,
            frame_lines=job.batch or chosen.frame_lines,
        )
    except ValueError as error:
        raise RequestFailure(f"job: {error}") from error


def checkpoints_of(job: JobDocument, root: Path, environment: Mapping[str, str]) -> Checkpoints:
    """A folder without a scheme is relative to the project's."""
    declared = job.checkpoints
    made = Checkpoints(
        _folder(root, resolved(declared.dir, environment) if declared else FOLDER),
        savepoints=_folder(root, resolved(job.savepoints.dir, environment)) if job.savepoints else None,
    )
    if declared is None:
        return made
    return replace(
        made,
        interval=declared.interval or made.interval,
        timeout=declared.timeout or made.timeout,
        retained=declared.retained or made.retained,
    )


def _folder(root: Path, named: str) -> str:
    return named if "://" in named else str((root / named).absolute())
