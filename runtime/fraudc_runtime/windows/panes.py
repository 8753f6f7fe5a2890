"""`over SIZE every STEP`: aligned panes; members of one pane are kept as partial accumulators, windows as sums of panes."""

from dataclasses import dataclass, field

from fraudc_runtime.aggregates.accumulator import Accumulator, Slots
from fraudc_runtime.aggregates.distinct import Distinct
from fraudc_runtime.aggregates.ends import First, Last
from fraudc_runtime.aggregates.extremes import Extreme
from fraudc_runtime.aggregates.moments import Moment
from fraudc_runtime.lower.layout import Log, slot_position
from fraudc_runtime.lower.source import indented
from fraudc_runtime.plan import Panes
from fraudc_runtime.windows.members import Column, Scope, Unit

_KEEP = 4  # as in sliding


@dataclass(slots=True)
class Series:
    """One accumulator's panes of one column at one step: a log of those with a present value, and the windows that read it.

    An entry is a pane's partial; for `distinct` there is one for each value of a pane. Accumulators have a series each, and each life one
    of its own, so that what a new rule set brings starts empty beside the others in the midst of a pane.
    """

    column: Column
    step: int
    name: str
    accumulator: Accumulator
    log: Log
    panes: str
    partials: str
    now: str
    units: list[Unit] = field(default_factory=list)


class PaneWindows:
    """A window's cursors move only when the pane does; the current pane's partial and the windows without a delay grow with each member."""

    def __init__(self, scope: Scope, units: list[Unit]) -> None:
        self._scope = scope
        self._series: dict[tuple[str, int, int, str], Series] = {}
        for unit in units:
            for name, accumulator in unit.accumulators.items():
                self._of(unit, name, accumulator).units.append(unit)
        for series in self._series.values():
            series.units.sort(key=lambda unit: _panes(unit).size + unit.delay)
            for unit in series.units:
                self._total(series, unit)

    def _of(self, unit: Unit, name: str, accumulator: Accumulator | None = None) -> Series:
        key = (unit.column.identity, _panes(unit).step, unit.life, name)
        if accumulator is not None and key not in self._series:
            layout = self._scope.layout
            log = layout.log(f"{self._scope.identity}|{unit.column.identity}|{name} every {_panes(unit).step}|{unit.life}")
            panes, partials = layout.column(log, "pane"), layout.column(log, "value")
            now = layout.slot(f"{log.identity}|now", "None")
            self._series[key] = Series(unit.column, _panes(unit).step, name, accumulator, log, panes, partials, now)
        return self._series[key]

    def _total(self, series: Series, unit: Unit) -> Slots:
        """What the window keeps of all its panes; nothing for the first and the last, which stand in the log."""
        if isinstance(series.accumulator, First | Last):
            return ()
        return series.accumulator.moving(self._scope.layout, f"{series.log.identity}|{_panes(unit).size} {unit.delay}")

    def _cursor(self, series: Series, unit: Unit, end: str) -> str:
        return self._scope.layout.slot(f"{series.log.identity}|{_panes(unit).size} {unit.delay}|{end}", "0")

    def _end(self, series: Series, unit: Unit) -> str:
        return self._cursor(series, unit, "high") if unit.delay else f"len({series.panes})"

    def _current(self, series: Series) -> str:
        """Values that the current pane has had."""
        return self._scope.layout.slot(f"{series.log.identity}|current", "set()", "derived")

    def times(self) -> list[str]:
        return [f"pane_{step} = t // {step}" for step in dict.fromkeys(series.step for series in self._series.values())]

    def advance(self) -> list[str]:
        lines: list[str] = []
        for series in self._series.values():
            moves = [line for unit in series.units for line in self._move(series, unit)]
            fresh = [f"{self._current(series)} = set()"] if isinstance(series.accumulator, Distinct) else []
            now = f"pane_{series.step}"
            lines += [f"if {series.now} != {now}:", *indented([f"{series.now} = {now}", f"T = {series.panes}", *fresh, *moves])]
        return lines

    def _move(self, series: Series, unit: Unit) -> list[str]:
        """The largest window moves last and cuts the log: every other cursor is then ahead of what is cut."""
        window, low, now = _panes(unit), self._cursor(series, unit, "low"), f"pane_{series.step}"
        delay, v = unit.delay // series.step, self._total(series, unit)
        lines: list[str] = []
        if delay:
            high = self._cursor(series, unit, "high")
            lines = [f"i, u = {high}, {now} - {delay}", *_while("i < len(T) and T[i] <= u", self._join(series, v)), f"{high} = i"]
        lines += [f"i, u = {low}, {now} - {delay + window.size // series.step}"]
        lines += [*_while("i < len(T) and T[i] <= u", self._leave(series, v))]
        lines += self._cut(series, low) if unit is series.units[-1] else []
        return [*lines, f"{low} = i", *(series.accumulator.expire(v, "u") if v else [])]

    def _join(self, series: Series, v: Slots) -> list[str]:
        """A whole pane, entry i, comes into the window."""
        match series.accumulator:
            case Moment():
                return [f"{v[0]} += {series.partials}[i]"]
            case Extreme() as extreme:
                return [f"x = {series.partials}[i]", *extreme.add(v, "x", "T[i]")]
            case Distinct():
                return [f"{v[0]}[{series.partials}[i]] = T[i]"]
            case _:
                return []

    def _leave(self, series: Series, v: Slots) -> list[str]:
        match series.accumulator:
            case Moment():
                return [f"{v[0]} -= {series.partials}[i]"]
            case Distinct():
                return [f"x = {series.partials}[i]", f"if {v[0]}.get(x) == T[i]: del {v[0]}[x]"]
            case _:
                return []

    def _cut(self, series: Series, low: str) -> list[str]:
        cursors = [self._cursor(series, unit, end) for unit in series.units for end in (("low", "high") if unit.delay else ("low",))]
        return [
            f"if i >= {_KEEP} and i * 2 >= len(T):",
            *indented(
                [
                    "del T[:i]",
                    f"del {series.partials}[:i]",
                    *(f"{cursor} -= i" for cursor in cursors if cursor != low),
                    f"S[{series.log.base}] += i",
                    "i = 0",
                ]
            ),
        ]

    def add(self) -> list[tuple[Column, list[str]]]:
        return [(series.column, self._grow(series)) for series in self._series.values()]

    def _grow(self, series: Series) -> list[str]:
        x, pane, partials = series.column.current.text, f"pane_{series.step}", series.partials
        last = f"{partials}[-1]"
        match series.accumulator:
            case Distinct():
                return self._grow_values(series)
            case Moment() as moment:
                first, more = moment.amount(x), f"{last} += {moment.amount(x)}"
            case Extreme(behind=behind):
                first, more = x, f"if {last} {behind} {x}: {last} = {x}"
            case Last():
                first, more = x, f"{last} = {x}"
            case _:
                first, more = x, "pass"
        grow = [f"T = {series.panes}", f"if T and T[-1] == {pane}:", f" {more}"]
        return [*grow, "else:", f" T.append({pane})", f" {partials}.append({first})", *self._totals(series, x, pane)]

    def _totals(self, series: Series, x: str, pane: str) -> list[str]:
        totals = [self._total(series, unit) for unit in series.units if not unit.delay]
        return [line for v in totals if v for line in series.accumulator.add(v, x, pane)]

    def _grow_values(self, series: Series) -> list[str]:
        x, current, pane = series.column.current.text, self._current(series), f"pane_{series.step}"
        return [
            f"if {x} not in {current}:",
            *indented(
                [
                    f"{current}.add({x})",
                    f"{series.panes}.append({pane})",
                    f"{series.partials}.append({x})",
                    *(f"{self._total(series, unit)[0]}[{x}] = {pane}" for unit in series.units if not unit.delay),
                ]
            ),
        ]

    def restore(self) -> list[str]:
        lines: list[str] = []
        for series in self._series.values():
            if not isinstance(series.accumulator, Distinct | Extreme):
                continue
            lines += [f"T = {series.panes}"]
            if isinstance(series.accumulator, Distinct):
                lines += [f"{self._current(series)} = {{x for s, x in zip(T, {series.partials}) if s == {series.now}}}"]
            for unit in series.units:
                joins = self._join(series, self._total(series, unit))
                lines += [f"for i in range({self._cursor(series, unit, 'low')}, {self._end(series, unit)}):", *indented(joins)]
        return lines

    def adopt(self) -> list[str]:
        """A window that reads a known series takes in all of its panes; those that it has no part in leave when it next moves, at once."""
        lines: list[str] = []
        for series in self._series.values():
            for unit in series.units:
                low, v = self._cursor(series, unit, "low"), self._total(series, unit)
                totals = [f"{v[0]} = sum({series.partials})"] if isinstance(series.accumulator, Moment) and not unit.delay else []
                lines += [f"if {slot_position(low)} in new:", *indented([*totals, f"{series.now} = None"])]
        return lines

    def prepare(self, unit: Unit, name: str, before: bool) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def ceiling(self, unit: Unit, name: str) -> str | None:  # noqa: ARG002  (the interface)
        return None

    def value(self, unit: Unit, name: str, before: bool) -> str:  # noqa: ARG002  (the interface)
        series = self._of(unit, name)
        v = self._total(series, unit)
        if not isinstance(series.accumulator, First | Last):
            return f"({v[0]}[0][1] if {v[0]} else None)" if isinstance(series.accumulator, Extreme) else v[0]
        low, end = self._cursor(series, unit, "low"), self._end(series, unit)
        at = low if isinstance(series.accumulator, First) else f"{end} - 1"
        return f"({series.partials}[{at}] if {low} < {end} else None)"


def _panes(unit: Unit) -> Panes:
    assert isinstance(unit.window, Panes)
    return unit.window


def _while(condition: str, body: list[str]) -> list[str]:
    return [f"while {condition}:", *indented([*body, "i += 1"])]
