"""Topic frames of alerts in, dead letters out once the search server has answered for every alert of the frame."""

import random
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from fraudc_runtime.frames import DEAD, END_OF_INPUT
from fraudc_runtime.intake import Record
from fraudc_runtime.payloads import topic_payloads
from fraudc_runtime.rejected import DeadLetter
from fraudc_runtime.render import timestamp_text
from fraudc_runtime.search.delivery import Delivery, Pace, wait
from fraudc_runtime.search.documents import Document, NoAlert, document, newest
from fraudc_runtime.search.replies import Judgement, Reply

NO_ALERT: Final = "search_no_alert"
REFUSED: Final = "search_refused"
_END: Final = END_OF_INPUT.to_bytes(2, "big")
_PATIENCE: Final = 4  # tries in vain before it is said: a busy server is nothing to report


class Bulk(Protocol):
    """What takes bulk requests; see fraudc_runtime.search.server."""

    def bulk(self, body: bytes) -> Reply: ...


class Indexing:
    """One task's writing of alerts. `source` is the alerts topic as dead letters call it, `say` takes lines for the person on call: each
    trouble once, when it lasts, and its end. Nothing is given up but what the server refuses for what it is.
    """

    def __init__(
        self,
        server: Bulk,
        prefix: str,
        source: str,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._server = server
        self._prefix = prefix
        self._source = source
        self._say = say
        self._sleep = sleep
        self._chance = random.Random()
        self._pace = Pace()
        self._said: str | None = None

    def frame(self, frame: bytes) -> list[Record]:
        """Returns when every alert of the frame can be found or has a dead letter."""
        if frame.startswith(_END):
            return []
        payloads = topic_payloads(frame)
        documents: list[Document] = []
        letters: list[Record] = []
        start = 0
        for number, length in enumerate(payloads.lengths):
            alert = payloads.joined[start : start + length]
            start += length + 1
            received = None if payloads.received is None or payloads.received[number] < 0 else payloads.received[number]
            place = (payloads.partition or 0, payloads.offsets[number], received)
            try:
                documents.append(document(alert, self._prefix, *place))
            except NoAlert as error:
                letters.append(self._letter(NO_ALERT, str(error), alert, *place))
        return letters + self._deliver(Delivery(newest(documents), self._pace))

    def _deliver(self, delivery: Delivery) -> list[Record]:
        in_vain = 0
        while body := delivery.request():
            judgement = delivery.reply(self._server.bulk(body))
            in_vain = in_vain + 1 if judgement.again else 0
            self._tell(judgement, in_vain)
            if in_vain:
                self._sleep(wait(in_vain, self._chance))
        return [
            self._letter(REFUSED, each.reason, each.document.alert, each.document.partition, each.document.offset, each.document.received)
            for each in delivery.refused
        ]

    def _tell(self, judgement: Judgement, in_vain: int) -> None:
        trouble = judgement.trouble
        if trouble is None and self._said is not None:
            self._said = None
            self._say("search takes alerts again")
        elif trouble is not None and trouble != self._said and (judgement.denied or in_vain >= _PATIENCE):
            self._said = trouble
            self._say(f"search does not take alerts, which wait in the topic: {trouble}")

    def _letter(self, code: str, reason: str, alert: bytes, partition: int, offset: int, received: int | None) -> Record:
        time = None if received is None else timestamp_text(received)
        letter = DeadLetter(code, reason, self._source, partition, offset, time, b64encode(alert).decode())
        return DEAD, None, msgspec.json.encode(letter)
