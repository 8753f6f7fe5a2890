"""Standing rule sets and event times in, the program in force at each out: every one bound once for all who ask."""

from msgspec.structs import replace

from fraudc_runtime.program import Program, bind
from fraudc_runtime.rulesets.acceptance import Standing
from fraudc_runtime.rulesets.ruleset import RuleSet
from fraudc_runtime.rulesets.shape import Column
from fraudc_runtime.rulesets.swapping import orders, retirement

_KEPT = 8  # programs: of a few sets, each with and without its retired windows
_Key = tuple[int, int, int | None, tuple[Column, ...]]


class Programs:
    """The programs of one task, or of all tasks of one process: what intake asks for, detect need not bind again."""

    def __init__(self) -> None:
        self._bound: dict[_Key, tuple[RuleSet, Program]] = {}

    def at(self, standing: Standing, t: int, *, loose: bool = False) -> Program:
        """What a transaction of event time t (ms) is evaluated by.

        Transactions are read by the newest set even while it waits, so every program knows its columns. `loose`: they may have been read by
        a set that is newer still, and lack whatever they can lack.
        """
        columns = standing.newest.shape.columns
        if loose:
            columns = tuple(replace(column, sure=False) for column in columns)
        return self._program(standing.in_force(t), t, columns)

    def _program(self, ruleset: RuleSet, t: int, columns: tuple[Column, ...]) -> Program:
        key = (ruleset.revision, ruleset.published_at, retirement(ruleset, t), columns)
        known = self._bound.pop(key, None)
        if known is None or known[0] != ruleset:
            known = ruleset, bind(replace(orders(ruleset, t), columns=columns))
        self._bound[key] = known  # the newest use stands last
        while len(self._bound) > _KEPT:
            del self._bound[next(iter(self._bound))]
        return known[1]


def turn(standing: Standing, t: int) -> int | None:
    """The next event time (ms) after t at which another program is in force; None when there is none."""
    waiting = (ruleset.begins for ruleset in standing.waiting(t))
    return min((time for time in (*waiting, retirement(standing.in_force(t), t)) if time is not None), default=None)
