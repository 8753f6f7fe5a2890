"""Documents in, bulk requests one after another out, until each document was taken or refused; how large and how soon. Pure."""

import random
from collections import deque
from collections.abc import Iterable
from typing import Final

from fraudc_runtime.search.documents import Document, body
from fraudc_runtime.search.replies import Judgement, Refusal, Reply, judge

LARGEST: Final = 4 << 20  # bytes of a request
_FIRST, _LONGEST = 0.1, 30.0  # seconds
_GROWTH: Final = 16  # a request that was taken lets the next be larger by a part of this


class Pace:
    """How many bytes a request may have: less when the server wants smaller ones, slowly more while it takes them."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.bytes = largest
        self._largest = largest

    def refused(self, size: int) -> None:
        """A request of so many bytes was too much."""
        self.bytes = max(1, min(self.bytes, size) // 2)

    def taken(self) -> None:
        self.bytes = min(self._largest, self.bytes + self.bytes // _GROWTH + 1)


def wait(attempt: int, chance: random.Random) -> float:
    """Seconds before another try, `attempt` (from 1) of them having been in vain: doubled each time up to half a minute, half of it by
    chance (M. Brooker, Exponential Backoff And Jitter, 2015: "equal jitter"), so that many writers do not come back at once.
    """
    longest: float = min(_LONGEST, _FIRST * 2.0 ** min(attempt - 1, 20))
    return longest / 2 * (1 + chance.random())


class Delivery:
    """The way of some documents to the server: ask for a `request`, send it, tell the `reply`; until there is none any more.

    `pace` outlives a delivery. `refused` are those that the server will never take.
    """

    def __init__(self, documents: Iterable[Document], pace: Pace) -> None:
        self.refused: list[Refusal] = []
        self._waiting = deque(documents)
        self._pace = pace
        self._sent: tuple[Document, ...] = ()
        self._size = 0

    def request(self) -> bytes:
        """The next body, of at least one document; empty when all is done."""
        sent: list[Document] = []
        size = 0
        while self._waiting:
            more = sum(map(len, self._waiting[0].lines))
            if sent and size + more > self._pace.bytes:
                break
            sent.append(self._waiting.popleft())
            size += more
        self._sent, self._size = tuple(sent), size
        return body(sent)

    def reply(self, reply: Reply) -> Judgement:
        """What the server made of the request; what is to be sent again comes first in the next."""
        judgement = judge(self._sent, reply)
        self.refused += judgement.refused
        self._waiting.extendleft(reversed(judgement.again))
        if judgement.smaller:
            self._pace.refused(self._size)
        elif not judgement.again:
            self._pace.taken()
        return judgement
