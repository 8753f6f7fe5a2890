"""Topics and client properties in, Flink's Kafka sources and sinks out; every use of the connector's internal classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from py4j.protocol import Py4JJavaError

from fraudc_runtime.flink.failures import SettingRefused, explain
from fraudc_runtime.flink.internals import Internals

_TABLE = "org.apache.flink.streaming.connectors.kafka.table."
_SHADED = "org.apache.flink.kafka.shaded"
_METADATA = ("PARTITION", "OFFSET", "TIMESTAMP")
_TIMESTAMP_DIGITS = 3
_REQUEST, _AROUND = 1 << 20, 64 << 10  # bytes of a request: at least as many as by default, and what stands around one message


@dataclass(frozen=True, slots=True)
class Cluster:
    """How Java clients reach the cluster: `properties` with bootstrap.servers among them, and the consumer group that shows progress."""

    properties: Mapping[str, str]
    group: str


@dataclass(frozen=True, slots=True)
class Transactions:
    """An exactly-once sink's transactions: `prefix` of their ids, unique to job and sink, and their timeout in ms."""

    prefix: str
    timeout: int


class Connector:
    """Flink's Kafka connector in one Java virtual machine; sinks send messages of up to `message_bytes`."""

    def __init__(self, internals: Internals, cluster: Cluster, message_bytes: int = 1_000_000) -> None:
        self._internals = internals
        self._jvm = internals.jvm
        self._kafka = internals.jvm.org.apache.flink.connector.kafka
        self._cluster = cluster
        self._request_bytes = max(_REQUEST, message_bytes + _AROUND)
        self._offsets = self._kafka.source.enumerator.initializer.OffsetsInitializer

    def properties(self) -> Any:
        """How to reach the cluster, as Java's Properties."""
        return self._properties(self._cluster.properties)

    def largest_transaction_timeout(self) -> int | None:
        """The broker's limit in ms; None where it does not tell us. SettingRefused for properties that no client can be made of."""
        clients = self._jvm.org.apache.flink.kafka.shaded.org.apache.kafka
        try:
            admin = clients.clients.admin.Admin.create(self._properties(self._cluster.properties))
        except Py4JJavaError as error:
            raise SettingRefused(f"job.kafka.security: {explain(error.java_exception)}") from error
        try:
            node = admin.describeCluster().nodes().get().iterator().next()
            kind = getattr(clients.common.config, "ConfigResource$Type").BROKER
            broker = clients.common.config.ConfigResource(kind, node.idString())
            found = admin.describeConfigs(self._jvm.java.util.Collections.singleton(broker)).all().get().get(broker)
            return int(found.get("transaction.max.timeout.ms").value())
        except Py4JJavaError:
            return None
        finally:
            admin.close(self._jvm.java.time.Duration.ZERO)

    def source(self, env: Any, uid: str, topic: str, *, parallelism: int, idle: int, bounded: bool, start: int | None = None) -> Any:
        """Committed records of the topic from its beginning, as table rows (payload, partition, offset, timestamp); a payload may be null.

        `start` is the offset, in the topic's only partition, to begin at instead.

        Its watermark carries no event time: it is there once every partition of a task has brought a record or been silent for `idle` ms.
        `bounded` ends where the topic ends now.
        """
        topics = self._jvm.java.util.ArrayList()
        topics.add(topic)
        builder = self._reading(self._deserializer(keyed=False)).setTopics(topics)
        if start is not None:
            builder = builder.setStartingOffsets(self._offsets.offsets(self._offset(topic, start)))
        strategy = self._jvm.org.apache.flink.api.common.eventtime.WatermarkStrategy.forMonotonousTimestamps()
        strategy = strategy.withIdleness(self._jvm.java.time.Duration.ofMillis(max(1, idle)))
        return self._read(env, uid, builder, strategy, parallelism, bounded)

    def rows(self, env: Any, uid: str, topics: Sequence[str], *, parallelism: int, bounded: bool) -> Any:
        """Committed records of any number of topics from their beginnings, without watermarks.

        They are table rows (payload, key, partition, offset, timestamp, topic). A job that goes on with state reads a topic that it did not
        have from its beginning too.
        """
        pattern = "|".join(self._jvm.java.util.regex.Pattern.quote(topic) for topic in topics)  # "" names none: the source is idle
        builder = self._reading(self._deserializer(keyed=True)).setTopicPattern(self._jvm.java.util.regex.Pattern.compile(pattern))
        strategy = self._jvm.org.apache.flink.api.common.eventtime.WatermarkStrategy.noWatermarks()
        return self._read(env, uid, builder, strategy, parallelism, bounded)

    def _reading(self, deserializer: Any) -> Any:
        fixed = {"isolation.level": "read_committed", "max.poll.records": "2000", "partition.discovery.interval.ms": "60000"}
        properties = self._properties({**fixed, **self._cluster.properties})
        builder = self._kafka.source.KafkaSource.builder().setGroupId(self._cluster.group).setProperties(properties)
        return builder.setDeserializer(deserializer).setStartingOffsets(self._offsets.earliest())

    def _read(self, env: Any, uid: str, builder: Any, strategy: Any, parallelism: int, bounded: bool) -> Any:
        source = (builder.setBounded(self._offsets.latest()) if bounded else builder).build()
        return env.fromSource(source, strategy, uid).uid(uid).setParallelism(parallelism)

    def sink(self, stream: Any, uid: str, topic: str, *, parallelism: int, transactions: Transactions | None = None) -> None:
        """Writes records (key, payload): exactly once with `transactions`, else at least once."""
        guarantee = self._jvm.org.apache.flink.connector.base.DeliveryGuarantee
        properties = {**self._cluster.properties, "max.request.size": str(self._request_bytes)}
        builder = self._kafka.sink.KafkaSink.builder().setRecordSerializer(self._serializer(topic))
        if transactions is None:
            builder = builder.setDeliveryGuarantee(guarantee.AT_LEAST_ONCE)
        else:
            properties["transaction.timeout.ms"] = str(transactions.timeout)
            builder = builder.setDeliveryGuarantee(guarantee.EXACTLY_ONCE).setTransactionalIdPrefix(transactions.prefix)
        sink = builder.setKafkaProducerConfig(self._properties(properties)).build()
        stream.sinkTo(sink).name(uid).uid(uid).setParallelism(parallelism)

    def _offset(self, topic: str, offset: int) -> Any:
        """A map from the partition to the offset, made by reflection: py4j passes small numbers on as Integer, and this must be a Long."""
        java = self._jvm.java
        entry = java.util.ArrayList()
        entry.add(self._jvm.org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition(topic, 0))
        entry.addAll(java.util.stream.LongStream.rangeClosed(offset, offset).boxed().collect(java.util.stream.Collectors.toList()))
        kinds = self._internals.array(java.lang.Class, [java.lang.Class.forName("java.lang.Object")] * 2)
        return java.lang.Class.forName("java.util.Collections").getMethod("singletonMap", kinds).invoke(None, entry.toArray())

    def _deserializer(self, *, keyed: bool) -> Any:
        """Rows as `source` gives them, or where they are `keyed` as `rows` does."""
        logical, binary = self._internals.logical, self._internals.binary()
        names = (*_METADATA, "TOPIC") if keyed else _METADATA
        kinds = (logical.IntType(False), logical.BigIntType(False), logical.TimestampType(_TIMESTAMP_DIGITS))
        text = logical.VarCharType(False, logical.VarCharType.MAX_LENGTH)
        metadata = self._class("KafkaDynamicSource$ReadableMetadata")
        field = metadata.getDeclaredField("converter")
        field.setAccessible(True)
        converters = [field.get(self._jvm.java.lang.Enum.valueOf(metadata, name)) for name in names]
        made = self._internals.array(self._named("DynamicKafkaDeserializationSchema$MetadataConverter"), converters)
        columns = (binary, binary, *kinds, text) if keyed else (binary, *kinds)
        key = (self._raw(), self._ints(1)) if keyed else (None, self._ints())
        produced = self._internals.table_row(*columns)
        arity = 2 if keyed else 1
        return self._made("DynamicKafkaDeserializationSchema", [arity, *key, self._raw(), self._ints(0), True, made, produced, False])

    def _raw(self) -> Any:
        binary = self._internals.binary()
        raw = self._jvm.org.apache.flink.formats.raw.RawFormatDeserializationSchema
        return raw(binary, self._internals.table_row(binary), "UTF-8", True)

    def _serializer(self, topic: str) -> Any:
        raw = self._jvm.org.apache.flink.formats.raw.RawFormatSerializationSchema(self._internals.binary(), "UTF-8", True)
        row = self._jvm.org.apache.flink.table.data.RowData
        getters = [
            self._internals.array(getattr(row, "FieldGetter"), [row.createFieldGetter(self._internals.binary(), at)])  # noqa: B009
            for at in (0, 1)
        ]
        topics = self._jvm.java.util.ArrayList()
        topics.add(topic)
        nowhere = self._ints(*[-1 for _ in self._class("KafkaDynamicSink$WritableMetadata").getEnumConstants()])
        return self._made("DynamicKafkaRecordSerializationSchema", [topics, None, None, raw, raw, *getters, False, nowhere, False])

    def _made(self, name: str, arguments: Sequence[Any]) -> Any:
        """An instance of a class that is not public, by the constructor with so many parameters."""
        for constructor in self._class(name).getDeclaredConstructors():
            if constructor.getParameterCount() == len(arguments):
                constructor.setAccessible(True)
                return constructor.newInstance(self._internals.array(self._jvm.Object, arguments))
        raise TypeError(f"{name} of this connector has no constructor of {len(arguments)} parameters")

    def _class(self, name: str) -> Any:
        return self._jvm.java.lang.Class.forName(_TABLE + name)

    def _named(self, name: str) -> Any:
        found = self._jvm
        for part in (_TABLE + name).split("."):
            found = getattr(found, part)
        return found

    def _ints(self, *numbers: int) -> Any:
        return self._internals.array(self._jvm.int, numbers)

    def _properties(self, properties: Mapping[str, str]) -> Any:
        """The connector carries Kafka's classes under names of its own, also that of the module that logs in."""
        made = self._jvm.java.util.Properties()
        for name, value in properties.items():
            made.setProperty(name, f"{_SHADED}.{value}" if name == "sasl.jaas.config" else value)
        return made
