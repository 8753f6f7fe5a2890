"""`over SIZE every STEP`: aligned panes; members of one pane are kept as partial accumulators, windows as sums of panes."""

from dataclasses import dataclass, field

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.aggregates.distinct import Distinct
from fraudc_runtime.aggregates.ends import First, Last
from fraudc_runtime.aggregates.extremes import Extreme
from fraudc_runtime.aggregates.moments import Moment
from fraudc_runtime.lower.layout import Log
from fraudc_runtime.lower.source import indented
from fraudc_runtime.plan import Panes
from fraudc_runtime.windows.members import Column, Scope, Unit

_KEEP = 4  # as in sliding


@dataclass(slots=True)
class Series:
    """The panes of one column at one step: a log of those with a present value, and the windows that read it.

    `values` series (for `distinct`) have one entry for each value of a pane, the others one entry a pane.
    """

    column: Column
    step: int
    values: bool
    log: Log
    units: list[Unit] = field(default_factory=list)


class PaneWindows:
    """A window's cursors move only when the pane does; the current pane's partial and the windows without a delay grow with each member."""

    def __init__(self, scope: Scope, units: list[Unit]) -> None:
        self._scope = scope
        self._series: dict[tuple[str, int, bool], Series] = {}
        self._slots: dict[tuple[str, int, int, int, str], Slots] = {}
        for unit in units:
            for name, accumulator in unit.accumulators.items():
                self._allocate(unit, name, isinstance(accumulator, Distinct))

    def _allocate(self, unit: Unit, name: str, values: bool) -> None:
        window, column = _panes(unit), unit.column.identity
        key = (column, window.step, values)
        if key not in self._series:
            log = self._scope.layout.log(f"{self._scope.identity}|{column}|every {window.step}{' values' if values else ''}")
            self._scope.layout.column(log, "pane")
            self._series[key] = Series(unit.column, window.step, values, log)
        series = self._series[key]
        if unit not in series.units:
            series.units.append(unit)
        self._scope.layout.column(series.log, "value" if values else name)
        if name not in ("first", "last"):
            identity = f"{self._scope.identity}|{column}|{window.size} every {window.step} {unit.delay}"
            moving = unit.accumulators[name].moving(self._scope.layout, identity)
            self._slots[column, window.size, window.step, unit.delay, name] = moving

    def _of(self, unit: Unit, name: str) -> Slots:
        window = _panes(unit)
        return self._slots.get((unit.column.identity, window.size, window.step, unit.delay, name), ())

    def _cursor(self, series: Series, unit: Unit, end: str) -> str:
        return self._scope.layout.slot(f"{series.log.identity}|{_panes(unit).size} {unit.delay}|{end}", "0")

    def _list(self, series: Series, name: str) -> str:
        return f"S[{series.log.columns[name]}]"

    def _state(self, series: Series, what: str, fresh: str) -> str:
        return self._scope.layout.slot(f"{series.log.identity}|{what}", fresh, "derived")

    def _kept(self, unit: Unit, series: Series) -> list[str]:
        return [name for name, a in unit.accumulators.items() if isinstance(a, Distinct) == series.values]

    def times(self) -> list[str]:
        return [f"pane_{step} = t // {step}" for step in dict.fromkeys(series.step for series in self._series.values())]

    def advance(self) -> list[str]:
        lines: list[str] = []
        for series in self._series.values():
            pane = self._scope.layout.slot(f"{series.log.identity}|now", "None")
            units = sorted(series.units, key=lambda unit: _panes(unit).size + unit.delay)
            moves = [line for unit in units for line in self._move(series, unit, unit is units[-1])]
            fresh = [f"{self._state(series, 'current', 'set()')} = set()"] if series.values else []
            now = f"pane_{series.step}"
            lines += [f"if {pane} != {now}:", *indented([f"{pane} = {now}", f"T = {self._list(series, 'pane')}", *fresh, *moves])]
        return lines

    def _move(self, series: Series, unit: Unit, oldest: bool) -> list[str]:
        window, low = _panes(unit), self._cursor(series, unit, "low")
        delay = unit.delay // series.step
        lines: list[str] = []
        if delay:
            high = self._cursor(series, unit, "high")
            enter = self._each(series, unit, self._join)
            lines = [f"i, u = {high}, pane_{series.step} - {delay}", *_while("i < len(T) and T[i] <= u", enter), f"{high} = i"]
        lines += [f"i, u = {low}, pane_{series.step} - {delay + window.size // series.step}"]
        lines += [*_while("i < len(T) and T[i] <= u", self._each(series, unit, self._leave))]
        lines += self._cut(series, low) if oldest else []
        lines += [f"{low} = i"]
        for name in self._kept(unit, series):
            if self._of(unit, name):
                lines += unit.accumulators[name].expire(self._of(unit, name), "u")
        return lines

    def _each(self, series: Series, unit: Unit, lines_of) -> list[str]:  # type: ignore[no-untyped-def]  # _join or _leave
        return [line for name in self._kept(unit, series) for line in lines_of(series, unit, name, self._of(unit, name))]

    def _join(self, series: Series, unit: Unit, name: str, v: Slots) -> list[str]:
        """A whole pane, entry i, comes into the window."""
        accumulator = unit.accumulators[name]
        match accumulator:
            case Moment():
                return [f"{v[0]} += {self._list(series, name)}[i]"]
            case Extreme():
                return [f"x = {self._list(series, name)}[i]", *accumulator.add(v, "x", "T[i]")]
            case Distinct():
                return [f"{v[0]}[{self._list(series, 'value')}[i]] = T[i]"]
            case _:
                return []

    def _leave(self, series: Series, unit: Unit, name: str, v: Slots) -> list[str]:
        match unit.accumulators[name]:
            case Moment():
                return [f"{v[0]} -= {self._list(series, name)}[i]"]
            case Distinct():
                return [f"x = {self._list(series, 'value')}[i]", f"if {v[0]}.get(x) == T[i]: del {v[0]}[x]"]
            case _:
                return []

    def _cut(self, series: Series, low: str) -> list[str]:
        ends = [self._cursor(series, unit, end) for unit in series.units for end in (("low", "high") if unit.delay else ("low",))]
        return [
            f"if i >= {_KEEP} and i * 2 >= len(T):",
            *indented(
                [
                    *(f"del S[{column}][:i]" for column in series.log.columns.values()),
                    *(f"{end} -= i" for end in ends if end != low),
                    f"S[{series.log.base}] += i",
                    "i = 0",
                ]
            ),
        ]

    def add(self) -> list[tuple[Column, list[str]]]:
        return [(series.column, self._grow_values(series) if series.values else self._grow(series)) for series in self._series.values()]

    def _grow(self, series: Series) -> list[str]:
        x, pane = series.column.current.text, f"pane_{series.step}"
        partials = {name: unit.accumulators[name] for unit in series.units for name in self._kept(unit, series)}
        same: list[str] = []
        other = [f"T.append({pane})"]
        for name, accumulator in partials.items():
            column = self._list(series, name)
            first = accumulator.amount(x) if isinstance(accumulator, Moment) else x
            other.append(f"{column}.append({first})")
            match accumulator:
                case Moment():
                    same.append(f"{column}[-1] += {first}")
                case Extreme(behind=behind):
                    same.append(f"if {column}[-1] {behind} {x}: {column}[-1] = {x}")
                case Last():
                    same.append(f"{column}[-1] = {x}")
                case _:
                    pass
        join = [f"if T and T[-1] == {pane}:", *indented(same or ["pass"]), "else:", *indented(other)]
        return [f"T = {self._list(series, 'pane')}", *join, *self._totals(series, lambda a, v: a.add(v, x, pane))]

    def _totals(self, series: Series, lines_of) -> list[str]:  # type: ignore[no-untyped-def]  # what one member adds
        found: list[str] = []
        for unit in series.units:
            for name in self._kept(unit, series) if not unit.delay else ():
                v = self._of(unit, name)
                found += lines_of(unit.accumulators[name], v) if v else []
        return found

    def _grow_values(self, series: Series) -> list[str]:
        x, current = series.column.current.text, self._state(series, "current", "set()")
        return [
            f"if {x} not in {current}:",
            *indented(
                [
                    f"{current}.add({x})",
                    f"{self._list(series, 'pane')}.append(pane_{series.step})",
                    f"{self._list(series, 'value')}.append({x})",
                    *self._totals(series, lambda _, v: [f"{v[0]}[{x}] = pane_{series.step}"]),
                ]
            ),
        ]

    def restore(self) -> list[str]:
        lines: list[str] = []
        for series in self._series.values():
            lines += [f"T = {self._list(series, 'pane')}"]
            if series.values:
                now = self._scope.layout.slot(f"{series.log.identity}|now", "None")
                current = self._state(series, "current", "set()")
                lines += [f"{current} = {{x for s, x in zip(T, {self._list(series, 'value')}) if s == {now}}}"]
            for unit in series.units:
                lines += self._restore(series, unit)
        return lines

    def _restore(self, series: Series, unit: Unit) -> list[str]:
        derived = [name for name in self._kept(unit, series) if isinstance(unit.accumulators[name], Extreme | Distinct)]
        joins = [line for name in derived for line in self._join(series, unit, name, self._of(unit, name))]
        end = self._cursor(series, unit, "high") if unit.delay else "len(T)"
        return [f"for i in range({self._cursor(series, unit, 'low')}, {end}):", *indented(joins)] if joins else []

    def prepare(self, unit: Unit, name: str, before: bool) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def ceiling(self, unit: Unit, name: str) -> str | None:  # noqa: ARG002  (the interface)
        return None

    def value(self, unit: Unit, name: str, before: bool) -> str:  # noqa: ARG002  (the interface)
        accumulator, v = unit.accumulators[name], self._of(unit, name)
        if not isinstance(accumulator, First | Last):
            return f"({v[0]}[0][1] if {v[0]} else None)" if isinstance(accumulator, Extreme) else v[0]
        series = self._series[unit.column.identity, _panes(unit).step, False]
        low = self._cursor(series, unit, "low")
        end = self._cursor(series, unit, "high") if unit.delay else f"len({self._list(series, 'pane')})"
        at = low if isinstance(accumulator, First) else f"{end} - 1"
        return f"({self._list(series, name)}[{at}] if {low} < {end} else None)"


def _panes(unit: Unit) -> Panes:
    assert isinstance(unit.window, Panes)
    return unit.window


def _while(condition: str, body: list[str]) -> list[str]:
    return [f"while {condition}:", *indented([*body, "i += 1"])]
