"""Python's cyclic garbage collector, as operators need it."""

import gc

_THRESHOLDS = 500_000, 1_000, 1_000


def relax() -> None:
    """Collects what an earlier job left in this interpreter, then looks for cycles among young objects only, and rarely.

    Keys' state is many containers without a cycle: with the default thresholds the collector looks through all of them again and again,
    and with 300,000 keys that took more time than the rules did. Settings are the interpreter's: every operator of it wants these.
    """
    gc.collect()
    gc.set_threshold(*_THRESHOLDS)
