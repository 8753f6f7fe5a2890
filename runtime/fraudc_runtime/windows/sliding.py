"""`over SIZE`: exact windows over one log of members, which all sizes, delays and aggregates under one `where` share through cursors."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.aggregates.ends import First, Last
from fraudc_runtime.aggregates.runs import Rising
from fraudc_runtime.lower.layout import Log, slot_position
from fraudc_runtime.lower.source import indented
from fraudc_runtime.plan import Sliding
from fraudc_runtime.windows.members import ALL_MEMBERS, Column, Scope, Unit

_KEEP = 16  # a log is cut when at least this many and half of its members have left every window


@dataclass(slots=True)
class Group:
    """The windows of one size, delay and life: one cursor at their oldest member, and with a delay one behind their newest."""

    size: int
    delay: int
    life: int
    units: list[Unit] = field(default_factory=list)
    low: str = ""
    high: str = ""


class SlidingWindows:
    """The log holds every member's time and, of each column that a window must give back, its value.

    A column that a new rule set brings to a known log has None for the members from before, whatever its type.
    The largest window advances last and cuts the log: every other cursor is then ahead of what is cut. A window that a new rule set brings
    begins at the end of the log, so members from before its life, which others still hold, are none of its own.

    The current transaction is appended before windows advance: its time ends every search, since it lies in no past.
    """

    def __init__(self, scope: Scope, units: list[Unit]) -> None:
        self._scope = scope
        self._slots: dict[tuple[str, int, int, int, str], Slots] = {}
        self._groups: dict[tuple[int, int, int], Group] = {}
        for unit in units:
            assert isinstance(unit.window, Sliding)
            group = self._groups.setdefault((unit.window.size, unit.delay, unit.life), Group(unit.window.size, unit.delay, unit.life))
            group.units.append(unit)
            self._allocate(unit, group)
        self._logged = [group for group in self._groups.values() if self._needs_log(group)]
        self._log: Log | None = None
        if self._logged:
            self._allocate_log(scope)

    def _allocate(self, unit: Unit, group: Group) -> None:
        layout, column = self._scope.layout, unit.column.identity
        for name, accumulator in unit.accumulators.items():
            shared = isinstance(accumulator, Rising)
            window = "" if shared else f"|sliding {group.size} {group.delay}"
            if not self._is_count(unit, name):
                slots = accumulator.moving(layout, f"{self._scope.identity}|{column}{window}|{group.life}")
                self._slots[column, group.size, group.delay, group.life, name] = slots

    def _allocate_log(self, scope: Scope) -> None:
        self._log = scope.layout.log(f"{scope.identity}|members")
        self._times = scope.layout.column(self._log, "time")
        for group in self._logged:
            identity = f"{scope.identity}|sliding {group.size} {group.delay}|{group.life}"
            group.low = scope.layout.slot(f"{identity}|low", "0")
            group.high = scope.layout.slot(f"{identity}|high", "0") if group.delay else ""
            for unit in group.units:
                if self._needs_column(unit):
                    scope.layout.column(self._log, unit.column.identity)

    def _is_count(self, unit: Unit, name: str) -> bool:
        """The number of all members is the distance of two cursors."""
        return name == "number" and unit.column.identity == ALL_MEMBERS

    def _needs_log(self, group: Group) -> bool:
        kept = (Rising, Last)
        return bool(group.delay) or any(not isinstance(a, kept) for unit in group.units for a in unit.accumulators.values())

    def _needs_column(self, unit: Unit) -> bool:
        free = [
            isinstance(a, Rising) or (isinstance(a, Last) and not unit.delay) or self._is_count(unit, name)
            for name, a in unit.accumulators.items()
        ]
        return not all(free)

    def times(self) -> list[str]:
        return []

    def _moving(self, unit: Unit, group: Group) -> list[tuple[str, Slots]]:
        keys = ((unit.column.identity, group.size, group.delay, group.life, name) for name in unit.accumulators)
        return [(key[-1], self._slots[key]) for key in keys if key in self._slots]

    def advance(self) -> list[str]:
        lines: list[str] = []
        if self._log is not None:
            lines += [f"L = {self._times}", "L.append(t)"]
            lines += [f"{self._column(column)}.append({column.current.text})" for column in self._columns().values()]
        for group in sorted(self._groups.values(), key=_reach):
            if group.delay:
                lines += self._enter(group)
            leaving = [*(self._leave(group) if group in self._logged else []), *self._expire(group)]
            lines += [f"u = t - {group.size + group.delay}", *leaving] if leaving else []
        return lines

    def _columns(self) -> dict[str, Column]:
        units = (unit for group in self._logged for unit in group.units if self._needs_column(unit))
        return {unit.column.identity: unit.column for unit in units}

    def _column(self, column: Column) -> str:
        assert self._log is not None
        return f"S[{self._log.columns[column.identity]}]"

    def _enter(self, group: Group) -> list[str]:
        """A delayed window takes members in when they are old enough."""
        body = self._per_member(group, "i", lambda unit, name, v: unit.accumulators[name].add(v, "x", "s"))
        return [
            f"u = t - {group.delay}",
            f"i = {group.high}",
            "if L[i] <= u:",
            *indented(["while L[i] <= u:", *indented(["s = L[i]", *body, "i += 1"]), f"{group.high} = i"]),
        ]

    def _leave(self, group: Group) -> list[str]:
        body = self._per_member(group, "i", lambda unit, name, v: unit.accumulators[name].remove(v, "x"))
        cut = self._cut() if group is self._oldest() else []
        return [
            f"i = {group.low}",
            "if L[i] <= u:",
            *indented(["while L[i] <= u:", *indented([*body, "i += 1"]), *cut, f"{group.low} = i"]),
        ]

    def _per_member(self, group: Group, at: str, lines_of: Callable[[Unit, str, Slots], list[str]]) -> list[str]:
        lines: list[str] = []
        for unit in group.units:
            inner = [line for name, v in self._moving(unit, group) for line in lines_of(unit, name, v)]
            if inner and self._needs_column(unit):
                lines += [f"x = {self._column(unit.column)}[{at}]", "if x is not None:", *indented(inner)]
        return lines

    def _cut(self) -> list[str]:
        """Drops members that have left the largest window; every cursor is a position, so all move."""
        assert self._log is not None
        cursors = [c for g in self._logged for c in (g.low, g.high) if c and c != self._oldest().low]
        cursors += [
            v[0]
            for g in self._groups.values()
            for u in g.units
            for name, v in self._moving(u, g)
            if isinstance(u.accumulators[name], First)
        ]
        return [
            f"if i >= {_KEEP} and i * 2 >= len(L):",
            *indented(
                [
                    "del L[:i]",
                    *(f"del {self._column(column)}[:i]" for column in self._columns().values()),
                    *(f"{cursor} -= i" for cursor in cursors),
                    f"S[{self._log.base}] += i",
                    "i = 0",
                ]
            ),
        ]

    def _oldest(self) -> Group:
        return sorted(self._logged, key=_reach)[-1]

    def _expire(self, group: Group) -> list[str]:
        return [line for unit in group.units for name, v in self._moving(unit, group) for line in unit.accumulators[name].expire(v, "u")]

    def _longest(self, unit: Unit, name: str) -> int:
        wanted = (unit.column.identity, unit.life, name)
        return max(size for column, size, _, life, other in self._slots if (column, life, other) == wanted)

    def add(self) -> list[tuple[Column, list[str]]]:
        found: dict[tuple[str, Slots], tuple[Column, list[str]]] = {}
        for group in self._groups.values():
            for unit in group.units if not group.delay else ():
                for name, v in self._moving(unit, group):
                    found[name, v] = unit.column, self._added(unit, name, v)
        return list(found.values())

    def _added(self, unit: Unit, name: str, v: Slots) -> list[str]:
        accumulator, x = unit.accumulators[name], unit.column.current.text
        if isinstance(accumulator, Rising):
            return accumulator.add_within(v, x, "t", self._longest(unit, name))
        return accumulator.add(v, x, "t")

    def restore(self) -> list[str]:
        lines: list[str] = []
        for group in self._logged:
            derived = self._per_member(group, "i", self._restored)
            if derived:
                end = group.high or f"len({self._times})"
                lines += [f"for i in range({group.low}, {end}):", *indented([f"s = {self._times}[i]", *derived])]
        return lines

    def adopt(self) -> list[str]:
        """A new window of a known log starts empty, at its end; a new accumulator of a known window takes in the window's members."""
        lines: list[str] = []
        for group in self._logged:
            end = group.high or f"len({self._times})"
            ends = [f"{group.low} = len({self._times})", *([f"{group.high} = {group.low}"] if group.high else [])]
            lines += [f"if {slot_position(group.low)} in new:", *indented(ends)]
            joins = self._per_member(group, "i", self._adopted)
            if joins:
                lines += ["else:", f" for i in range({group.low}, {end}):", *indented(indented([f"s = {self._times}[i]", *joins]))]
        return lines

    def _adopted(self, unit: Unit, name: str, v: Slots) -> list[str]:
        position = slot_position(v[0])
        if self._scope.layout.slots[position].storage == "derived" or isinstance(unit.accumulators[name], Rising):
            return []
        added = unit.accumulators[name].add(v, "x", "s")
        return [f"if {position} in new:", *indented(added)] if added else []

    def _restored(self, unit: Unit, name: str, v: Slots) -> list[str]:
        derived = self._scope.layout.slots[slot_position(v[0])].storage == "derived"
        return unit.accumulators[name].add(v, "x", "s") if derived else []

    def prepare(self, unit: Unit, name: str, before: bool) -> list[str]:
        """`first` moves its cursor past members without a value."""
        if name != "first":
            return []
        group, (v,) = self._of(unit, name)
        end = group.high or ("len(L) - 1" if before else "len(L)")
        search = [f"x = {self._column(unit.column)}", f"while i < {end} and x[i] is None: i += 1"] if unit.column.current.maybe else []
        return [f"i = {v}", f"if i < {group.low}: i = {group.low}", *search, f"{v} = i"]

    def _of(self, unit: Unit, name: str) -> tuple[Group, Slots]:
        assert isinstance(unit.window, Sliding)
        group = self._groups[unit.window.size, unit.delay, unit.life]
        return group, self._slots.get((unit.column.identity, group.size, group.delay, group.life, name), ())

    def ceiling(self, unit: Unit, name: str) -> str | None:
        """A run that is cut off by the window is longer than what of it is inside."""
        return f"len({self._of(unit, name)[1][0]})" if isinstance(unit.accumulators[name], Rising) else None

    def value(self, unit: Unit, name: str, before: bool) -> str:
        group, v = self._of(unit, name)
        end = group.high or ("len(L) - 1" if before else "len(L)")
        if self._is_count(unit, name):
            return f"({end} - {group.low})"
        match name:
            case "min" | "max":
                return f"({v[0]}[0][1] if {v[0]} else None)"
            case "first":
                return f"({self._column(unit.column)}[{v[0]}] if {v[0]} < {end} else None)"
            case _ if isinstance(unit.accumulators[name], Rising):
                return self._run(unit, v[0], group.size)
            case _:
                return v[0]

    def _run(self, unit: Unit, run: str, size: int) -> str:
        inside = self._scope.namespace.constant(length_after)
        text = f"(len({run}) if {run}[0] > t - {size} else {inside}({run}, t - {size}))"
        condition = unit.column.present(unit.column.current.text)
        return text if condition is None else f"({text} if {condition} else 0)"


def _reach(group: Group) -> int:
    """How far back the window goes."""
    return group.size + group.delay


def length_after(run: list[int], until: int) -> int:
    """How many of the ascending times are later than `until`."""
    return len(run) - bisect_right(run, until)
