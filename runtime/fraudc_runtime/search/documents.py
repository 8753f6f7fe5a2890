"""Messages of the alerts topic in, documents with their index and id out, and bulk bodies of them; pure."""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

import msgspec

LONGEST_ID: Final = 512  # bytes of an `_id` that every server takes
_DAY: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T.*Z")


class Document(msgspec.Struct, frozen=True):
    """An alert on its way to `index` under `id`, and where in the alerts topic it stands (`received` in ms, None where it has no time)."""

    index: str
    id: str
    alert: bytes
    partition: int
    offset: int
    received: int | None

    @property
    def lines(self) -> tuple[bytes, bytes, bytes, bytes]:
        """What a bulk body holds of it: the action and the alert, each as a line."""
        return _JSON.encode({"index": {"_index": self.index, "_id": self.id}}), b"\n", self.alert, b"\n"


class NoAlert(ValueError):
    """A message that cannot have been written by the job; the text says why."""


class _Alert(msgspec.Struct):
    alert_id: str
    event_time: str


_JSON: Final = msgspec.json.Encoder()
_ALERT: Final = msgspec.json.Decoder(_Alert)


def document(alert: bytes, prefix: str, partition: int, offset: int, received: int | None) -> Document:
    """The alert in the index `<prefix>YYYY.MM.DD` of its event time, as it stands in the topic. NoAlert if it is none."""
    try:
        read = _ALERT.decode(alert)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NoAlert(f"this is no alert: {error}") from error
    day = _DAY.fullmatch(read.event_time)
    if day is None or not read.alert_id:
        raise NoAlert("this is no alert: its event_time or its alert_id is none")
    line = msgspec.json.format(alert, indent=-1) if b"\n" in alert else alert
    return Document(f"{prefix}{day[1]}.{day[2]}.{day[3]}", document_id(read.alert_id), line, partition, offset, received)


def document_id(alert_id: str) -> str:
    """The alert's id, or the hexadecimal blake2b digest of one of more than 512 bytes: the same for every copy, which then overwrites."""
    raw = alert_id.encode("utf-8", "surrogatepass")
    return alert_id if len(raw) <= LONGEST_ID else blake2b(raw).hexdigest()


def newest(documents: Iterable[Document]) -> list[Document]:
    """Of documents with the same index and id the last one, so that no retry of an earlier one can overwrite it."""
    return list({(each.index, each.id): each for each in documents}.values())


def body(documents: Iterable[Document]) -> bytes:
    """A bulk request of these documents in this order."""
    return b"".join(part for each in documents for part in each.lines)
