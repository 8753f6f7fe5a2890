"""`over all` and `over tumbling SIZE [in ZONE]`: windows whose members never leave one by one, so accumulators are all they keep."""

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.aggregates.runs import Rising
from fraudc_runtime.lower.layout import slot_position
from fraudc_runtime.lower.source import indented
from fraudc_runtime.plan import All, Tumbling
from fraudc_runtime.windows.members import Column, Scope, Unit
from fraudc_runtime.windows.zones import DAY, Zone


class GrowingWindows:
    """One slot of accumulators a unit; a tumbling one starts anew when the transaction's pane is another than the last one's.

    Panes of local days can alternate: a clock that goes back over midnight brings yesterday's date again. The pane that is left is then
    parked beside the current one, and taken up again when its date returns.
    """

    def __init__(self, scope: Scope, units: list[Unit]) -> None:
        self._scope = scope
        self._slots: dict[tuple[str, str, int, str], Slots] = {}
        self._units: dict[str, list[Unit]] = {}
        for unit in units:
            window = _identity(unit.window)
            self._units.setdefault(window, []).append(unit)
            for name, accumulator in unit.accumulators.items():
                identity = f"{scope.identity}|{unit.column.identity}|{window}|{unit.life}"
                self._slots[unit.column.identity, window, unit.life, name] = accumulator.growing(scope.layout, identity)

    def _tumbling(self) -> list[tuple[Tumbling, str, list[Unit]]]:
        return [(units[0].window, identity, units) for identity, units in self._units.items() if isinstance(units[0].window, Tumbling)]

    def times(self) -> list[str]:
        return [f"{_pane(window)} = {self._number(window)}" for window, _, _ in self._tumbling()]

    def _number(self, window: Tumbling) -> str:
        if window.zone is None:
            return f"t // {window.size}"
        day = self._zone(window.zone, "day")
        return f"{day}(t) // {window.size // DAY}"

    def _zone(self, zone: str, method: str) -> str:
        found = self._scope.namespace.bound(("zone", zone), lambda: Zone(zone))
        bound = self._scope.namespace.names[found]
        return self._scope.namespace.bound(("zone", zone, method), lambda: getattr(bound, method))

    def advance(self) -> list[str]:
        lines: list[str] = []
        for window, identity, units in self._tumbling():
            pane = self._scope.layout.slot(f"{self._scope.identity}|{identity}|pane", "None")
            change = self._change(window, identity, units, pane)
            lines += [f"if {pane} != {_pane(window)}:", *indented([*change, f"{pane} = {_pane(window)}"])]
        return lines

    def _change(self, window: Tumbling, identity: str, units: list[Unit], pane: str) -> list[str]:
        """Each accumulator is parked by itself, so that it comes back whatever others have come or gone meanwhile."""
        accumulators = [(unit.accumulators[name], v) for unit in units for name, v in self._of(unit, identity)]
        if window.zone is None:
            return [line for accumulator, v in accumulators for line in accumulator.reset(v)]
        layout = self._scope.layout
        lines = [f"r = {self._zone(window.zone, 'recurs')}(t)"]
        for accumulator, v in accumulators:
            kept = accumulator.kept(v)
            parked = layout.slot(f"{layout.slots[slot_position(kept[0])].identity}|parked", "None")
            lines += [
                f"x, m = {parked}, [{', '.join([pane, *kept])}] if r else None",
                *accumulator.reset(v),
                f"if x is not None and x[0] == {_pane(window)}:",
                *indented([f"_, {', '.join(kept)} = x", *accumulator.restore(v)]),
                f"{parked} = m",
            ]
        return lines

    def _of(self, unit: Unit, identity: str) -> list[tuple[str, Slots]]:
        return [(name, self._slots[unit.column.identity, identity, unit.life, name]) for name in unit.accumulators]

    def add(self) -> list[tuple[Column, list[str]]]:
        return [
            (unit.column, unit.accumulators[name].grow(v, unit.column.current.text))
            for identity, units in self._units.items()
            for unit in units
            for name, v in self._of(unit, identity)
        ]

    def restore(self) -> list[str]:
        return [
            line
            for identity, units in self._units.items()
            for unit in units
            for name, v in self._of(unit, identity)
            for line in unit.accumulators[name].restore(v)
        ]

    def adopt(self) -> list[str]:
        return []

    def prepare(self, unit: Unit, name: str, before: bool) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def ceiling(self, unit: Unit, name: str) -> str | None:  # noqa: ARG002  (the interface)
        return None

    def value(self, unit: Unit, name: str, before: bool) -> str:  # noqa: ARG002  (the interface)
        v = self._slots[unit.column.identity, _identity(unit.window), unit.life, name]
        condition = unit.column.present(unit.column.current.text)
        if isinstance(unit.accumulators[name], Rising) and condition is not None:
            return f"({v[0]} if {condition} else 0)"
        return v[0]


def _identity(window: object) -> str:
    match window:
        case All():
            return "all"
        case Tumbling(size=size, zone=zone):
            return f"tumbling {size} {zone or ''}"
        case _:
            raise TypeError(window)


def _pane(window: Tumbling) -> str:
    """The variable that holds the transaction's pane."""
    zone = "" if window.zone is None else "_" + window.zone.encode().hex()
    return f"pane_{window.size}{zone}"
