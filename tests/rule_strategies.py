"""Hypothesis strategies: random typed rule sets over the scenarios' schema, as data of a rule file.

Float results of aggregates may differ by 1e-9, so they stand in lets and are compared with constants that they do not come near; everything
else is exact and may be combined freely.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

FIELDS = {
    "bool": ["b", "c"],
    "int": ["n", "o"],
    "float": ["f", "g"],
    "money": ["amount", "fee"],
    "string": ["s", "r"],
    "timestamp": ["at", "u"],
}
PROFILE = {"string": "card.home", "money": "card.limit", "int": "card.level", "timestamp": "card.since"}
LITERALS = {
    "bool": ["true", "false"],
    "int": ["0", "1", "2", "3", "9_223_372_036_854_775_807"],
    "float": ["0.5", "2.25", "5%", "0.1", "1e3"],
    "money": ["1 USD", "0.50 EUR", "0.05 USD", "3 GBP"],
    "string": ['"a"', "'ab'", '""', '"É"'],
    "timestamp": ["at", "u"],
    "duration": ["1s", "250ms", "2s", "1h30m"],
}
SLIDING = ["1s", "2s", "5s", "10s"]
PANES = ["6s every 2s", "4s every 1s", "10s every 5s"]
TUMBLING = ["tumbling 3s", "tumbling 10s", "tumbling 1d", 'tumbling 1d in "Europe/Paris"', 'tumbling 2d in "America/St_Johns"']
STEPS = {"6s every 2s": ["2s", "4s"], "4s every 1s": ["1s", "3s"], "10s every 5s": ["5s", "10s"]}
ORDERED = ["int", "float", "money", "timestamp", "string"]
NUMERIC = ["int", "float", "money"]
_PLACES = ["first", "last", "prev"]
EXACT = {
    "bool": _PLACES,
    "int": ["count", "count", "count", "sum", "distinct", "rising", "min", "max", "median", "percentile", *_PLACES],
    "float": ["min", "max", "median", "percentile", *_PLACES],
    "money": ["sum", "avg", "min", "max", "median", "percentile", *_PLACES],
    "string": ["min", "max", *_PLACES],
    "timestamp": ["min", "max", *_PLACES],
}
"""Aggregates of each kind of value that are exact."""
DETECTORS: list[dict[str, Any]] = [
    {"detector": "high_value", "limit": "1 USD"},
    {"detector": "velocity", "limit": "2", "window": "tumbling 3s"},
    {"detector": "velocity", "limit": "o", "window": "4s every 1s"},
    {"detector": "spending_velocity", "limit": "2.50 USD", "window": "5s", "field": "fee"},
    {"detector": "customer_profile", "threshold": "0.7318210953", "min_samples": 2},
    {"detector": "customer_profile", "threshold": "0.2318210953", "min_samples": 3, "window": "10s", "field": "n"},
    {"detector": "rapid_escalation", "steps": 2, "window": "5s", "factor": 1.5},
    {"detector": "rapid_escalation", "steps": 2, "field": "o"},
]
FAR_CONSTANTS = ["0.7318210953", "-1.3310987123", "2.6180339887"]


class Expressions:
    """Draws texts of expressions. `lets` are the names in scope by kind; `windows`: may aggregates stand here?"""

    def __init__(self, draw: DrawFn, by: str | None, windows: bool, lets: dict[str, list[str]] | None = None) -> None:
        self.draw = draw
        self.by = by
        self.windows = windows and by is not None
        self.lets = lets or {}

    def one_of(self, items: list[Any]) -> Any:
        return self.draw(st.sampled_from(items))

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def of(self, kind: str, depth: int) -> str:
        """An expression of that kind, at most `depth` operators deep."""
        if depth <= 0 or self.chance(25):
            return self.leaf(kind)
        if self.windows and self.chance(35):
            aggregate = self.aggregate(kind)
            if aggregate is not None:
                return aggregate
        if self.chance(15) and kind != "timestamp":
            return self.choice(kind, depth - 1)
        return str(getattr(self, f"{kind}_of")(depth - 1))

    def leaf(self, kind: str) -> str:
        if kind == "duration":
            return "(at - u)" if self.chance(50) else str(self.one_of(LITERALS[kind]))
        names = FIELDS[kind] + self.lets.get(kind, [])
        if self.by == "card" and kind in PROFILE:
            names = [*names, PROFILE[kind]]
        return str(self.one_of(LITERALS[kind]) if self.chance(25) else self.one_of(names))

    def choice(self, kind: str, depth: int) -> str:
        left, right = self.of(kind, depth), self.of(kind, depth)
        return f"({left} ?? {right})" if self.chance(50) else f"if({self.of('bool', depth)}, {left}, {right})"

    def bool_of(self, depth: int) -> str:
        form = self.draw(st.integers(0, 6))
        if form == 0:
            return f"({self.of('bool', depth)} {self.one_of(['and', 'or'])} {self.of('bool', depth)})"
        if form == 1:
            return f"(not {self.of('bool', depth)})"
        if form == 2:
            return f"({self.of(self.one_of([*NUMERIC, 'string', 'bool']), depth)} is {self.one_of(['missing', 'present'])})"
        if form == 3:
            kind = self.one_of(["int", "string", "money"])
            items = ", ".join(self.of(kind, depth - 1) for _ in range(self.draw(st.integers(1, 3))))
            return f"({self.of(kind, depth)} {self.one_of(['in', 'not in'])} [{items}])"
        if form == 4 and self.lets.get("measure"):
            return f"({self.one_of(self.lets['measure'])} {self.one_of(['<', '>='])} {self.one_of(FAR_CONSTANTS)})"
        if form == 5 and self.chance(30):
            return f'matches({self.of("string", depth)}, "{self.one_of(["a.*", "[aé]?", "(?i)AB"])}")'
        if form == 5:
            return f"{self.one_of(['contains', 'starts_with', 'ends_with'])}({self.of('string', depth)}, {self.of('string', depth)})"
        kind = self.one_of([*ORDERED, "duration"])
        return f"({self.of(kind, depth)} {self.one_of(['==', '!=', '<', '<=', '>', '>='])} {self.of(kind, depth)})"

    def int_of(self, depth: int) -> str:
        form = self.draw(st.integers(0, 4))
        if form == 0:
            return f"length({self.of('string', depth)})"
        if form == 1:
            return f"{self.one_of(['floor', 'ceil'])}({self.of('float', depth)})"
        if form == 2:
            return f'{self.one_of(["hour", "weekday"])}({self.one_of(FIELDS["timestamp"])}, "Europe/Paris")'
        if form == 3:
            return f"{self.one_of(['least', 'greatest'])}({self.of('int', depth)}, {self.of('int', depth)})"
        return f"({self.of('int', depth)} {self.one_of(['+', '-', '*', '%'])} {self.of('int', depth)})"

    def float_of(self, depth: int) -> str:
        form = self.draw(st.integers(0, 4))
        if form == 0:
            return f"({self.of('int', depth)} / {self.of('int', depth)})"
        if form == 1:
            return f"({self.of('money', depth)} / {self.of('money', depth)})"
        if form == 2:
            return f"{self.one_of(['seconds', 'minutes', 'days'])}({self.of('duration', depth)})"
        if form == 3:
            return f"round({self.of('float', depth)}, {self.draw(st.integers(0, 2))})"
        return f"({self.of('float', depth)} {self.one_of(['+', '-', '*', '/'])} {self.of(self.one_of(['float', 'int']), depth)})"

    def money_of(self, depth: int) -> str:
        form = self.draw(st.integers(0, 3))
        if form == 0:
            return f"({self.of('money', depth)} {self.one_of(['*', '/'])} {self.of(self.one_of(['int', 'float']), depth)})"
        if form == 1:
            return f"abs({self.of('money', depth)})"
        if form == 2:
            return f"(-{self.of('money', depth)})"
        return f"({self.of('money', depth)} {self.one_of(['+', '-'])} {self.of('money', depth)})"

    def string_of(self, depth: int) -> str:
        if self.chance(50):
            return f"{self.one_of(['lower', 'upper'])}({self.of('string', depth)})"
        return f"{self.one_of(['left', 'right'])}({self.of('string', depth)}, {self.of('int', depth)})"

    def timestamp_of(self, depth: int) -> str:
        return f"({self.of('timestamp', depth)} {self.one_of(['+', '-'])} {self.one_of(LITERALS['duration'])})"

    def duration_of(self, depth: int) -> str:
        if self.chance(50):
            return f"({self.of('timestamp', depth)} - {self.of('timestamp', depth)})"
        return f"({self.of('duration', depth)} {self.one_of(['+', '-'])} {self.of('duration', depth)})"

    def aggregate(self, kind: str) -> str | None:
        """An aggregate of that kind whose value is exact; None when there is none."""
        if kind == "duration":
            return None
        return self.call(self.one_of(EXACT[kind]), kind)

    def measure(self) -> str:
        """A float aggregate whose last digits may differ."""
        if not self.windows or self.chance(10):
            return "distance_km(g, 0.5, g, 48.85)"
        function = self.one_of(["avg", "stddev", "zscore", "sum"])
        kind = "float" if function == "sum" else self.one_of(["int", "float"] if function == "avg" else NUMERIC)
        return self.call(function, kind)

    def call(self, function: str, kind: str) -> str:
        member = Expressions(self.draw, self.by, windows=False)
        argument = ""
        if function == "distinct":
            kind = self.one_of(ORDERED)
        if function == "rising":
            kind = self.one_of(NUMERIC)
        if function != "count" or self.chance(40):
            argument = member.of(kind, self.draw(st.integers(0, 1)))
        more = {"percentile": [", 95", ", 30"], "zscore": [", 2", ", 3"], "rising": ["", ", 2", ", 1.1"]}.get(function, [""])
        condition = f" where {member.of('bool', 1)}" if self.chance(30) else ""
        return f"({function}({argument}{self.one_of(more)}{condition}) over {self.window(function)})"

    def window(self, function: str) -> str:
        windows = SLIDING + TUMBLING
        if function not in ("median", "percentile"):
            windows = [*windows, "all"]
            windows = windows if function == "rising" else windows + PANES
        window = self.one_of(windows)
        excluding = " excluding current" if function not in ("prev", "zscore", "rising") and self.chance(25) else ""
        delays = [] if function == "rising" else SLIDING if window in SLIDING else STEPS.get(window, [])
        return f"{window}{excluding}" + (f" delayed by {self.one_of(delays)}" if delays and self.chance(25) else "")


@st.composite
def rules(draw: DrawFn, number: int, stateless: bool = True) -> dict[str, Any]:
    """One rule; `number` makes its id."""
    by = draw(st.sampled_from(["card", "card", "shop", "card_at_shop", *([None] if stateless else [])]))
    rule: dict[str, Any] = {"id": f"rule-{number}"}
    if by is not None:
        rule["by"] = by
    plain = Expressions(draw, by, windows=False)
    if plain.chance(30):
        rule["where"] = plain.of("bool", 2)
    lets: dict[str, list[str]] = {}
    pure: dict[str, list[str]] = {}
    rule["let"] = {}
    for index in range(draw(st.integers(0, 3))):
        name, kind = f"x{index}", draw(st.sampled_from([*FIELDS, "duration", "measure", "measure"]))
        windows = by is not None and plain.chance(70)
        scope = Expressions(draw, by, windows, lets if windows else pure)
        rule["let"][name] = scope.measure() if kind == "measure" else scope.of(kind, 2)
        for names in (lets,) if windows else (lets, pure):
            names.setdefault(kind, []).append(name)
    rule["when"] = "true" if plain.chance(40) else Expressions(draw, by, windows=True, lets=lets).of("bool", 3)
    if by is not None:
        _settings(draw, rule, pure)
        if plain.chance(15):
            rule |= draw(st.sampled_from(DETECTORS))
    if plain.chance(20):
        rule["message"] = "{id} {n} " + " ".join(
            f"{{{name}}}" for kind, names in lets.items() if kind not in ("float", "measure") for name in names
        )
    return rule


def _settings(draw: DrawFn, rule: dict[str, Any], pure: dict[str, list[str]]) -> None:
    scope = Expressions(draw, rule["by"], windows=False, lets=pure)
    if scope.chance(30):
        rule["cooldown"] = scope.one_of(["1s", "3s", "10s"])
    if scope.chance(30):
        other = scope.one_of(["n == match.n", "amount >= match.amount", "s != match.s", "at - match.at > 1s", "true"])
        rule["unless"] = f"{scope.of('bool', 2)} and {other}"
        rule["within"] = scope.one_of(["1s", "2s", "10s"])
    if scope.chance(15):
        rule["rollout"] = scope.one_of(["50%", "0", "90%"])
    if scope.chance(10):
        rule["mode"] = "shadow"
    if scope.chance(10):
        rule["from"], rule["until"] = "2026-03-28T22:59:45Z", "2026-03-28T23:00:30Z"


@st.composite
def rule_files(draw: DrawFn, stateless: bool = True) -> dict[str, Any]:
    """A rule file of one to four rules."""
    return {"rules": [draw(rules(number, stateless)) for number in range(draw(st.integers(1, 4)))]}
