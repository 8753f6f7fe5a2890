"""The Flink operator `intake`: source frames in, tagged frames out."""

from collections.abc import Iterator

from pyflink.datastream import ProcessFunction, RuntimeContext

from fraudc_runtime.flink.collector import relax
from fraudc_runtime.flink.machine import IntakePart, Machine


class IntakeFunction(ProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """A shell over the machine's intake. For files at parallelism 1, since a file's watermark must never lag."""

    _intake: IntakePart

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def open(self, runtime_context: RuntimeContext) -> None:  # noqa: ARG002 - Flink's signature
        relax()
        self._intake = self._machine.intake()

    def process_element(self, value: bytes, ctx: ProcessFunction.Context) -> Iterator[bytes]:  # noqa: ARG002 - Flink's signature
        yield self._intake.frame(value)
