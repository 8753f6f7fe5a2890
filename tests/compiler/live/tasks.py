"""What a job's tasks write to the status topic, by hand: no job runs in the tests of `publish`, `rollback` and `status`."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from compiler.live.conftest import Shop
from fraudc.live.tail import Tail
from fraudc_runtime.rulesets.acknowledgement import acknowledge
from fraudc_runtime.rulesets.ruleset import RuleSet, decode

NOON = 1_772_366_400_000  # 2026-03-01T12:00:00Z
Says = Callable[[RuleSet], list[bytes]]


def accepts(revision: int, *, detect: int = 2, at: int | None = NOON) -> list[bytes]:
    """The intake's only task and so many of detect accept a revision at an event time."""
    intake = acknowledge(revision, "5c1e09", "intake", 0, 1, at)
    return [intake, *(acknowledge(revision, "5c1e09", "detect", index, detect, at) for index in range(detect))]


@contextmanager
def answering(shop: Shop, says: Says) -> Iterator[None]:
    """Whatever set reaches the rules topic from here on, the tasks say this of it."""
    over = threading.Event()

    def answer() -> None:
        for messages in tail.messages():
            for message in messages:
                shop.fill(shop.topics.status, says(decode(message.value() or b"")))
            if over.is_set():
                return

    with Tail(shop.connection, shop.topics.rules, "end") as tail:
        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
