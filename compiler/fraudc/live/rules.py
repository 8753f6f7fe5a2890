"""The rules topic in, what every task that reads it knows out; a compiled plan in, the set in the topic that follows out."""

import time

from confluent_kafka import KafkaError, KafkaException, Message
from msgspec.structs import replace

from fraudc.live.connection import PATIENCE, Connection
from fraudc.live.failure import LiveFailure, ServerFailure
from fraudc.live.tail import Tail
from fraudc_runtime.plan import Plan
from fraudc_runtime.rulesets.acceptance import Accepted, Refused, Standing, receive
from fraudc_runtime.rulesets.ruleset import RuleSet, encode
from fraudc_runtime.rulesets.succession import first, succeed

MISSING = "`fraudc publish --create-topics` makes it"
_BATCH = 512  # bytes that a message may grow by on its way, as the only one of a batch
_TURN = 0.1  # seconds that one wait takes at most, so that Ctrl-C is seen
_CLIENT_LIMIT = 1_000_000_000  # bytes: librdkafka takes no larger message.max.bytes


class NotPublished(LiveFailure):
    """The topic did not take the set, or another set came first: the running one stays."""


class RulesTopic:
    """The rules topic from its first message to its end, judged as tasks judge it: what they refuse is refused here.

    `standing` is None while no message can be read. `published` holds the accepted sets by revision, `refused` the others' reasons;
    `behind` is the offset of the next message.
    ServerFailure if the cluster cannot be reached, the topic is missing or has more than one partition.
    """

    def __init__(self, connection: Connection) -> None:
        self.topic = connection.topics.rules
        self.standing: Standing | None = None
        self.published: dict[int, RuleSet] = {}
        self.refused: list[Refused] = []
        self.behind = 0
        self._connection = connection
        self._asked: dict[str, str] | None = None
        partitions = connection.partitions(self.topic, MISSING)
        if len(partitions) > 1:
            raise ServerFailure(
                f"{self.topic} has {len(partitions)} partitions, and rule sets need one: they are taken over in their order"
            )
        self._tail = Tail(connection, self.topic, "beginning")
        try:
            for message in self._tail.history():
                self._receive(message)
        except BaseException:
            self._tail.__exit__()
            raise

    def __enter__(self) -> "RulesTopic":
        return self

    def __exit__(self, *_: object) -> None:
        self._tail.__exit__()

    @property
    def newest(self) -> RuleSet | None:
        """The last accepted set, which the next must follow; None for an empty topic."""
        return self.standing.newest if self.standing else None

    def before(self, running: RuleSet) -> RuleSet | None:
        """The set that ran before a published one: one that waited, and whose time had not come when that took its place, never did."""
        earlier = [found for found in self.published.values() if found.revision < running.revision]
        ran = [found for found in earlier if found.at is None or found.at <= running.begins]
        return max(ran, key=lambda found: found.revision, default=None)

    def next(self, plan: Plan, now: int, at: int | None = None) -> RuleSet:
        """The set behind the newest with this plan, made at `now` (epoch ms) to begin at the event time `at` (ms; None: at once)."""
        if self.standing is None:
            return first(plan, now)
        running = self.standing.before(now if at is None else at)
        return succeed(running, plan, now, at, newest=self.standing.newest)

    def settled(self, plan: Plan, now: int, at: int | None = None) -> bool:
        """Whether the newest set already says what the plan does, from the same time on."""
        newest = self.newest
        if newest is None or replace(plan, revision=newest.revision) != newest.plan:
            return False
        return newest.at == at or (at is None and newest.begins <= now)

    def publish(self, ruleset: RuleSet) -> int:
        """Sends a set that `next` made and reads on to it; its offset. NotPublished if it is too large, or another one stands before it.

        A client that hears nothing sends again, so the offset may be that of a copy, which changes nothing.
        """
        message = self.fitting(ruleset)
        offset = _send(self._connection, self.topic, message)
        verdict = self._read_to(offset)
        if isinstance(verdict, Refused) and self.published.get(ruleset.revision) != ruleset:
            raise NotPublished(f"revision {ruleset.revision} came second, and the job refuses it. {verdict.reason}")
        return offset

    def fitting(self, ruleset: RuleSet) -> bytes:
        """The set as a message. NotPublished if the topic takes none as large, or compacts what has no key."""
        settings = self._settings()
        if "compact" in settings.get("cleanup.policy", ""):
            raise NotPublished(f"{self.topic} is compacted, and rule sets are kept whole: make it with cleanup.policy=delete")
        message, limit = encode(ruleset), int(settings.get("max.message.bytes", _CLIENT_LIMIT))
        if len(message) + _BATCH > limit:
            sizes = f"{len(message):,} bytes, and {self.topic} takes {limit:,}"
            raise NotPublished(f"revision {ruleset.revision} is too large: {sizes} (max.message.bytes of the topic)")
        return message

    def kept_for(self) -> int | None:
        """How long (ms) the topic keeps sets; None for as long as it is there, or where that cannot be read."""
        kept = int(self._settings().get("retention.ms", -1))
        return None if kept < 0 else kept

    def _settings(self) -> dict[str, str]:
        if self._asked is None:
            self._asked = self._connection.settings(self.topic)
        return self._asked

    def _read_to(self, offset: int) -> Accepted | Refused:
        end = time.monotonic() + PATIENCE
        for messages in self._tail.messages():
            for message in messages:
                verdict = self._receive(message)
                if message.offset() == offset:
                    return verdict
            if time.monotonic() > end:
                break
        raise ServerFailure(f"the set was sent to {self.topic}, which cannot be read any more; `fraudc status` shows whether it is there")

    def _receive(self, message: Message) -> Accepted | Refused:
        self.behind = (message.offset() or 0) + 1
        found = receive(self.standing, message.value() or b"")
        if isinstance(found, Refused):
            self.refused.append(found)
        else:
            self.standing = found.standing
            self.published.setdefault(found.standing.newest.revision, found.standing.newest)
        return found


def create_rules_topic(connection: Connection) -> bool:
    """Makes the topic if it is missing, with one partition and kept for ever; whether it was."""
    return bool(connection.create([connection.topics.rules], partitions=1, forever=True))


def _send(connection: Connection, topic: str, message: bytes) -> int:
    """The offset at which all replicas in sync have the message. ServerFailure if the cluster does not take it."""
    offsets: list[int] = []
    errors: list[KafkaError] = []

    def delivered(error: KafkaError | None, sent: Message) -> None:
        offset = sent.offset()
        if error is not None:
            errors.append(error)
        elif offset is not None:
            offsets.append(offset)

    largest = min(max(len(message) + _BATCH, 1_000_000), _CLIENT_LIMIT)
    producer = connection.producer(largest, once=False)  # a set that is there twice is one: see `publish`
    try:
        producer.produce(topic, message, on_delivery=delivered)
        while producer.flush(_TURN):
            continue
    except KafkaException as error:
        errors.append(error.args[0])
    if errors or not offsets:
        raise ServerFailure(f"Kafka at {connection.servers} did not take the set: {errors[0].str() if errors else 'it said nothing'}")
    return offsets[0]
