"""What a task did with a rule set in, the record of the status topic that says so out, and back."""

from typing import Final, Literal

import msgspec

from fraudc_runtime.render import timestamp_text

OPERATORS: Final = ("intake", "detect")
"""The operators, by uid, that take rules over: a set runs when every task of each has it."""
LATE: Final = "late"
"""The reason beside `accepted` where a task was past the set's `at` already, and swapped at once."""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of the status topic. `revision` is None where the set could not be read; `schema` is the fingerprint that the task runs.

    `task` is the task's number from 1 and how many the operator has: "1/2". `event_time` (RFC 3339) is how far the task had come, None
    before its first transaction. A task writes `accepted` when it knows the set, and once more when it swaps to it if that is later: so
    a set with `at` runs on a task that has accepted it with an event time of `at` or more, and waits on one that has not yet.
    """

    revision: int | None
    schema: str
    task: str
    operator: str
    state: Literal["accepted", "refused"]
    reason: str | None = None
    event_time: str | None


def acknowledge(
    revision: int | None,
    schema: str,
    operator: str,
    index: int,
    count: int,
    event_time: int | None,
    refused: str | None = None,
    late: bool = False,
) -> bytes:
    """The record of task `index` (from 0) of `count` at an event time (ms): a refusal with its reason, else an acceptance."""
    return msgspec.json.encode(
        Acknowledgement(
            revision=revision,
            schema=schema,
            task=f"{index + 1}/{count}",
            operator=operator,
            state="accepted" if refused is None else "refused",
            reason=(LATE if late else None) if refused is None else refused,
            event_time=None if event_time is None else timestamp_text(event_time),
        )
    )


def read(record: bytes | None) -> Acknowledgement | None:
    """The acknowledgement that a record of the status topic holds; None where it holds something else."""
    try:
        return _DECODER.decode(record or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


_DECODER: Final = msgspec.json.Decoder(Acknowledgement)
