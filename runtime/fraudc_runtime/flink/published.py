"""What one task knows of published rule sets: broadcast messages and event times in, the sets that stand and what to say of them out."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import msgspec
from pyflink.common import Types
from pyflink.datastream.state import MapStateDescriptor

from fraudc_runtime.flink.topics import Rules
from fraudc_runtime.frames import DEAD, MAX_WATERMARK, MIN_WATERMARK, STATUS, tagged_frame
from fraudc_runtime.intake import Record
from fraudc_runtime.programs import Programs
from fraudc_runtime.rejected import DeadLetter
from fraudc_runtime.render import timestamp_text
from fraudc_runtime.rulesets.acceptance import Accepted, Refused, Standing, accept, receive
from fraudc_runtime.rulesets.acknowledgement import acknowledge
from fraudc_runtime.rulesets.ruleset import decode, encode

_NUMBER = 8  # bytes of a message's offset, and of its timestamp
_SETS = "sets"  # the only key of the broadcast state


class PublishedRules:
    """The sets that stand on task `index` (from 0) of `count` of an operator; `standing` is there once `begin` was called.

    Every task of an operator holds the same sets in its broadcast state. The first message of every start makes it write those it began
    with: no checkpoint is without them. Behind a restore those in force go on, and what was published meanwhile follows.
    """

    standing: Standing

    def __init__(self, rules: Rules, operator: str, index: int, count: int) -> None:
        self.programs = Programs()
        self.swaps = 0  # how often other sets came to stand
        self._topic = rules.topic
        self._first = rules.sets
        self._task = operator, index, count
        self._reached: int | None = None
        self._next: int | None = None  # the event time of the next swap to acknowledge

    def begin(self, context: Any) -> list[Record]:
        """With whatever element comes first: broadcast state cannot be read before."""
        if self.swaps:
            return []
        state = context.get_broadcast_state(descriptor())
        begun = Standing(tuple(map(decode, self._first)))
        self._stand(_succeeding(state.get(_SETS), begun) if state.contains(_SETS) else begun)
        return [self._said(self.standing.newest.revision)]

    def receive(self, message: bytes, context: Any) -> list[Record]:
        """A message of the rules topic, or the first of every start, which has no offset. A refused one changes nothing."""
        said = self.begin(context)
        state = context.get_broadcast_state(descriptor())
        offset, received = (int.from_bytes(message[at : at + _NUMBER], "big", signed=True) for at in (0, _NUMBER))
        if offset < 0:
            state.put(_SETS, self._encoded())
            return said
        payload = message[2 * _NUMBER :]
        found = receive(self.standing, payload)
        if isinstance(found, Refused):
            return [*said, self._said(found.revision, refused=found.reason), *self._letter(found, offset, received, payload)]
        if found.again:
            return said
        self._stand(found.standing)
        state.put(_SETS, self._encoded())
        at = self.standing.newest.at
        return [*said, self._said(self.standing.newest.revision, late=at is not None and self._reached is not None and at <= self._reached)]

    def reach(self, event_time: int) -> list[Record]:
        """The task has come to an event time (ms): it says so where that is behind the `at` of a set that waited."""
        if not MIN_WATERMARK < event_time < MAX_WATERMARK or (self._reached is not None and event_time <= self._reached):
            return []
        self._reached = event_time
        if self._next is None or event_time < self._next:
            return []
        self._await()
        return [self._said(self.standing.in_force(event_time).revision)]

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        self.swaps += 1
        self._await()

    def _await(self) -> None:
        waiting = self.standing.waiting(MIN_WATERMARK if self._reached is None else self._reached)
        self._next = min((ruleset.begins for ruleset in waiting), default=None)

    def _encoded(self) -> bytes:
        return msgspec.msgpack.encode([encode(ruleset) for ruleset in self.standing.sets])

    def _said(self, revision: int | None, refused: str | None = None, late: bool = False) -> Record:
        schema = self.standing.newest.fingerprint
        return STATUS, None, acknowledge(revision, schema, *self._task, self._reached, refused=refused, late=late)

    def _letter(self, refused: Refused, offset: int, received: int, payload: bytes) -> list[Record]:
        """One for all tasks."""
        if self._task[:2] != ("intake", 0):
            return []
        time = None if received < 0 else timestamp_text(received)
        raw = b64encode(payload).decode()
        letter = DeadLetter(f"rules_{refused.code}", refused.reason, self._topic, 0, offset, time, raw)
        return [(DEAD, None, msgspec.json.encode(letter))]


def _succeeding(stored: bytes, begun: Standing) -> Standing:
    """The stored sets, and those of `begun` that follow them: were these only read from the topic, transactions could overtake them."""
    standing = Standing(tuple(map(decode, msgspec.msgpack.decode(stored, type=list[bytes]))))
    for ruleset in begun.sets:
        found = accept(standing, ruleset)
        if isinstance(found, Accepted):
            standing = found.standing
    return standing


def subtask(context: Any) -> tuple[int, int]:
    """A task's number from 0, and how many the operator has.

    In thread mode pyflink asks Java for what Flink 2 has moved to the task's info.
    """
    java = getattr(context, "_runtime_context", None)
    if java is None:
        return context.get_index_of_this_subtask(), context.get_number_of_parallel_subtasks()
    info = java.getTaskInfo()
    return info.getIndexOfThisSubtask(), info.getNumberOfParallelSubtasks()


def sent(records: list[Record]) -> Iterable[bytes]:
    """As a tagged frame that moves no clock, if there are any."""
    return (tagged_frame(MIN_WATERMARK, records),) if records else ()


def descriptor() -> MapStateDescriptor:
    """These types stay as they are for ever: savepoints hold them."""
    return MapStateDescriptor("rules", Types.STRING(), Types.PICKLED_BYTE_ARRAY())
