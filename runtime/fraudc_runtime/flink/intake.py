"""The Flink operator `intake`: source frames in, tagged frames out."""

from collections.abc import Iterator

from pyflink.datastream import BroadcastProcessFunction, ProcessFunction, RuntimeContext

from fraudc_runtime.flink.collector import relax
from fraudc_runtime.flink.machine import IntakePart, LiveIntake, LiveMachine, Machine
from fraudc_runtime.flink.published import PublishedRules, sent, subtask
from fraudc_runtime.flink.topics import Rules
from fraudc_runtime.intake import Record
from fraudc_runtime.oversize import fitted

_TIME = 8  # bytes at the beginning of a tagged frame


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


class PublishedIntakeFunction(BroadcastProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """The same over topics, by the rules that reach it: transactions of a frame are read by the sets that stand when it comes.

    No record of the outputs has more than `most` bytes.
    """

    _intake: LiveIntake
    _rules: PublishedRules

    def __init__(self, machine: LiveMachine, rules: Rules, most: int) -> None:
        self._machine = machine
        self._begins = rules
        self._most = most

    def open(self, runtime_context: RuntimeContext) -> None:
        relax()
        self._intake = self._machine.intake()
        self._rules = PublishedRules(self._begins, "intake", *subtask(runtime_context))
        self._swaps = 0

    def process_element(self, value: bytes, ctx: BroadcastProcessFunction.ReadOnlyContext) -> Iterator[bytes]:
        yield from self._by(self._rules.begin(ctx))
        frame = self._intake.frame(value)
        yield fitted(frame, self._most)
        yield from sent(self._rules.reach(int.from_bytes(frame[:_TIME], "big", signed=True)))

    def process_broadcast_element(self, value: bytes, ctx: BroadcastProcessFunction.Context) -> Iterator[bytes]:
        yield from self._by(self._rules.receive(value, ctx))

    def _by(self, said: list[Record]) -> Iterator[bytes]:
        if self._swaps < self._rules.swaps:
            self._swaps = self._rules.swaps
            self._intake.swap(self._rules.standing, self._rules.programs)
        yield from sent(said)
