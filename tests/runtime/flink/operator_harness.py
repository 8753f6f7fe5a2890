"""An operator of codegen/*.java and what happens to it in, all that it sends out: Flink's own harness in a Java process, no cluster."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

from py4j.java_gateway import GatewayParameters, JavaGateway

from fraudc_runtime.flink import gateway
from fraudc_runtime.flink.connector_jar import connector_jar
from fraudc_runtime.flink.internals import Generated, Internals
from servers.jars import fetched

_POM = Path(__file__).with_name("harness.xml")
_RECORDS = ("Row", "GenericRowData")


@dataclass(frozen=True, slots=True)
class Watermark:
    """A watermark among an operator's output."""

    time: int


@dataclass(frozen=True, slots=True)
class Status:
    """A watermark status among an operator's output."""

    idle: bool


Sent = bytes | tuple[Any, ...] | Watermark | Status


class JavaHarness:
    """A Java process of its own, beside pyflink's (of which a Python process has one), and the rows and operators made in it."""

    def __init__(self) -> None:
        flink = version("apache-flink")
        jars = fetched(_POM, f"flink-harness-{flink}", "the tests drive Java operators on Flink's harness", f"-Dflink={flink}")
        self._starting = gateway.start("512m", jars=[*sorted(jars.glob("*.jar")), connector_jar()])
        self._gateway = JavaGateway(gateway_parameters=GatewayParameters(port=self._starting._port(), auto_convert=True))
        self.jvm = self._gateway.jvm
        self.internals = Internals(self.jvm, self._gateway)

    def __enter__(self) -> "JavaHarness":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._gateway.shutdown()
        with self._starting.process as process:
            process.kill()
        shutil.rmtree(self._starting.scratch, ignore_errors=True)

    def operator(self, source: str, references: Sequence[Any], output: Any = None, state: Any = None) -> "Operator":
        """codegen/<source>.java, compiled as in a job and opened, with `state` if that is given. Py4JJavaError if it does not open."""
        internals = self.internals
        environment = internals.environment({})
        kind = output or internals.bytes_type
        upstream = internals.elements(environment, ["none of them is read"])
        stream = internals.operator(environment, upstream, Generated(source.lower(), source, references, kind))
        made = self.jvm.org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness(
            stream.getTransformation().getOperatorFactory(), 1, 1, 0
        )
        made.setup(kind.createSerializer(self.jvm.org.apache.flink.api.common.serialization.SerializerConfigImpl()))
        if state is not None:
            made.initializeState(state)
        made.open()
        return Operator(made, self.jvm)

    def row(self, *fields: Any) -> Any:
        """A Row, as between `split` and `detect`."""
        return self._filled(self.jvm.org.apache.flink.types.Row(len(fields)), fields)

    def record(self, key: bytes | None, payload: bytes) -> Any:
        """A table row, as between the sides of `split` and the sinks."""
        return self._filled(self.jvm.org.apache.flink.table.data.GenericRowData(2), (key, payload))

    @staticmethod
    def _filled(row: Any, fields: Sequence[Any]) -> Any:
        for at, value in enumerate(fields):
            row.setField(at, value)
        return row

    def topic_record(self, payload: bytes | None, partition: int, offset: int, timestamp: int | None) -> Any:
        """A table row as Flink's Kafka source makes it."""
        data = self.jvm.org.apache.flink.table.data
        row = data.binary.BinaryRowData(4)
        writer = data.writer.BinaryRowWriter(row)  # its methods tell an int from a long, which a field of a Row cannot
        if payload is None:
            writer.setNullAt(0)
        else:
            writer.writeBinary(0, payload)
        writer.writeInt(1, partition)
        writer.writeLong(2, offset)
        if timestamp is None:
            writer.setNullAt(3)
        else:
            writer.writeTimestamp(3, data.TimestampData.fromEpochMillis(timestamp), 3)
        writer.complete()
        return row


class Operator:
    """One open operator. What it sends is kept until it is asked for."""

    def __init__(self, harness: Any, jvm: Any) -> None:
        self._harness = harness
        self._jvm = jvm
        self._checkpoint = 0

    def element(self, *values: Any) -> "Operator":
        for value in values:
            self._harness.processElement(value, 0)
        return self

    def watermark(self, time: int) -> "Operator":
        self._harness.processWatermark(time)
        return self

    def falls_idle(self) -> "Operator":
        self._harness.processWatermarkStatus(self._jvm.org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus.IDLE)
        return self

    def processing_time(self, time: int) -> "Operator":
        """A timer that an overdue one sets is counted from `time`, as in a task that was held up."""
        self._harness.setProcessingTime(time)
        return self

    def snapshot_barrier(self) -> Any:
        """What happens before the barrier of the next checkpoint and at it; the state that was written, for `JavaHarness.operator`."""
        self._checkpoint += 1
        self._harness.prepareSnapshotPreBarrier(self._checkpoint)
        return self._harness.snapshot(self._checkpoint, 0)

    def end_input(self) -> "Operator":
        self._harness.endInput()
        return self

    def close(self) -> None:
        """Finished and closed, as at the end of a bounded job."""
        self._harness.close()

    def output(self) -> list[Sent]:
        """All that came out since the last call: records' values (rows as tuples), watermarks and their statuses."""
        queue = self._harness.getOutput()
        found = [_sent(each) for each in queue.toArray()]
        queue.clear()
        return found

    def side(self, tag: Any) -> list[Sent]:
        """All records that ever came out at a side."""
        queue = self._harness.getSideOutput(tag)
        return [] if queue is None else [_sent(each) for each in queue.toArray()]


def _sent(item: Any) -> Sent:
    match item.getClass().getSimpleName():
        case "StreamRecord":
            return _value(item.getValue())
        case "Watermark":
            return Watermark(item.getTimestamp())
        case "WatermarkStatus":
            return Status(item.isIdle())
        case other:
            raise AssertionError(f"{other} is nothing that these operators send")


def _value(value: Any) -> bytes | tuple[Any, ...]:
    if isinstance(value, bytes):
        return value
    assert value.getClass().getSimpleName() in _RECORDS
    return tuple(value.getField(at) for at in range(value.getArity()))
