"""The project's `job:` in, clients of its Kafka cluster out, and one line where the cluster cannot be reached."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]  # public, though not marked as exported
from confluent_kafka.cimpl import NewTopic

from fraudc.document.job import JobDocument, TopicsDocument
from fraudc.live.failure import RequestFailure, ServerFailure
from fraudc.live.security import client_properties, java_properties, resolved

PATIENCE = 10.0  # seconds until a cluster that says nothing counts as unreachable
_REFUSED_FOR = 2.0  # seconds until one that refuses connections does: another address of the same name may still answer
_TAKEN_WITHIN = 120_000  # milliseconds: long enough for a broker to start again
_Policy = Literal["delete", "compact"]
Client = TypeVar("Client", Producer, Consumer, AdminClient)
_DENIED = (KafkaError._AUTHENTICATION, KafkaError._SSL, KafkaError.SASL_AUTHENTICATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED)
_DOWN = (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE)

_SILENT = logging.getLogger("fraudc.kafka")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of the job's topics; `profiles` is a prefix."""

    transactions: str
    rules: str
    alerts: str
    alerts_shadow: str
    dlq: str
    late: str
    status: str
    profiles: str

    @classmethod
    def of(cls, document: TopicsDocument | None = None) -> "Topics":
        """As declared, else by their default names."""
        return cls(**(document or TopicsDocument()).model_dump())


@dataclass(frozen=True, slots=True)
class Connection:
    """A Kafka cluster and the names of the job's topics. `security` is as declared, its references resolved: never shown."""

    servers: str
    topics: Topics
    security: Mapping[str, str] = field(default_factory=dict, repr=False)
    group: str | None = None

    def producer(self, largest: int = 1_000_000, *, once: bool = True) -> Producer:
        """One of messages up to `largest` bytes; keys fall on partitions as with Java's producer.

        `once` keeps order and writes nothing twice, for which the client needs half a second before its first message.
        """
        exactly = {"enable.idempotence": once, "acks": "all", "message.timeout.ms": _TAKEN_WITHIN}
        sending = {"partitioner": "murmur2_random", "compression.type": "lz4", "linger.ms": 5, "message.max.bytes": largest}
        return _made(Producer, self._client | exactly | sending)

    def consumer(self, group: str = "fraudc") -> Consumer:
        """One that sees committed messages only, is told where partitions end, and joins no group: it may ask how far one is."""
        seeing = {"isolation.level": "read_committed", "enable.partition.eof": True, "fetch.wait.max.ms": 100}
        return _made(Consumer, self._client | seeing | {"group.id": group, "enable.auto.commit": False})

    def java(self) -> dict[str, str]:
        """Properties that a Java client needs to reach the same cluster."""
        return {"bootstrap.servers": self.servers, **java_properties(self.security)}

    def partitions(self, topic: str, hint: str = "`fraudc run --create-topics` makes the job's") -> list[int]:
        """The topic's partitions; ServerFailure if the cluster cannot be reached or has no such topic."""
        found = self._topics()
        if topic not in found:
            raise ServerFailure(f"{self.servers} has no topic {topic}; {hint}")
        return found[topic]

    def settings(self, topic: str) -> dict[str, str]:
        """The topic's settings by name; none where we may not read them."""
        admin = _made(AdminClient, self._client)  # held until its answer is read
        (asked,) = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values()
        try:
            return {name: entry.value for name, entry in asked.result().items() if entry.value is not None}
        except KafkaException as error:
            if error.args[0].code() in _DENIED:
                return {}
            raise ServerFailure(f"{topic} on {self.servers} does not give its settings: {error.args[0].str()}") from error

    def create(self, topics: Iterable[str], policy: _Policy = "delete", *, partitions: int = -1, forever: bool = False) -> list[str]:
        """Makes those of the topics that are missing, as the cluster's defaults are unless said otherwise; their names."""
        existing = self._topics()
        settings = {"cleanup.policy": policy, **({"retention.ms": "-1", "retention.bytes": "-1"} if forever else {})}
        missing = [NewTopic(name, partitions, -1, config=settings) for name in topics if name not in existing]
        admin = _made(AdminClient, self._client)  # held until its answers are read
        for name, made in (admin.create_topics(missing) if missing else {}).items():
            try:
                made.result()
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise ServerFailure(f"the topic {name} cannot be made: {error.args[0].str()}") from error
        return [topic.topic for topic in missing]

    def _topics(self) -> dict[str, list[int]]:
        """Topics with their partitions."""
        errors: list[KafkaError] = []
        client = _made(Producer, self._client | {"error_cb": errors.append})
        begun = time.monotonic()
        while True:
            try:
                found = client.list_topics(timeout=0.5)
                return {name: sorted(topic.partitions) for name, topic in found.topics.items()}
            except KafkaException as error:
                client.poll(0)
                waited = time.monotonic() - begun
                self._give_up(errors or [error.args[0]], waited)

    def _give_up(self, errors: list[KafkaError], waited: float) -> None:
        """ServerFailure where waiting longer would not help."""
        if denied := [error for error in errors if error.code() in _DENIED]:
            raise ServerFailure(f"Kafka at {self.servers} does not let us in: {_sentence(denied[-1])}")
        down = [error for error in errors if error.code() in _DOWN]
        if waited > PATIENCE or (down and waited > _REFUSED_FOR):
            telling = [error for error in errors if error.code() not in (KafkaError._ALL_BROKERS_DOWN, KafkaError._TIMED_OUT)]
            reason = _sentence(telling[-1]) if telling else "no answer; it may want another security.protocol"
            raise ServerFailure(f"Kafka at {self.servers} cannot be reached: {reason}")

    @property
    def _client(self) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.servers,
            "client.id": "fraudc",
            "logger": _SILENT,
            "socket.timeout.ms": 10_000,
            "reconnect.backoff.max.ms": 1_000,
            **client_properties(self.security),
        }


def connection_of(job: JobDocument | None, servers: str | None = None, environment: Mapping[str, str] = os.environ) -> Connection:
    """The cluster that a project's `job:` names; `servers` overrides its bootstrap servers. RequestFailure if none is named."""
    declared = job.kafka if job else None
    named = servers or (declared and declared.bootstrap_servers)
    if not named:
        raise RequestFailure("no Kafka cluster is named: give --bootstrap HOST:PORT, or job.kafka.bootstrap_servers in fraudc.yaml")
    security = {name: resolved(value, environment) for name, value in (declared.security if declared else {}).items()}
    client_properties(security)
    topics = Topics.of(job.topics if job else None)
    return Connection(resolved(named, environment), topics, security, declared.group if declared else None)


def _made(client: Callable[[dict[str, Any]], Client], settings: dict[str, Any]) -> Client:
    """RequestFailure where the client refuses a setting before it connects at all: a file that is missing, a word it does not know."""
    try:
        return client(settings)
    except KafkaException as error:
        raise RequestFailure(f"job.kafka: {_sentence(error.args[0])}") from error


def _sentence(error: KafkaError) -> str:
    """The last part of what the client says, which begins with addresses and ends with how long it tried."""
    text = error.str().partition(" (after ")[0]
    return text.rsplit("]: ", maxsplit=1)[-1].rsplit("bootstrap: ", maxsplit=1)[-1]
