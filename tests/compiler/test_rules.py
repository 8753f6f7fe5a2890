"""Whole rules: where names and aggregates may stand, detectors, messages, and what the plan's rule holds."""

import pytest

from compiling import checked, mistakes, pointed, project, rule, typed
from fraudc import ir
from fraudc_runtime.expr import Call, Const, Field, Let, Match, Profile, Slot, Type
from fraudc_runtime.plan import All, Hole, LetSpec, Panes, Sliding, Text, Tumbling, Window

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
AMOUNT = Field("amount", "money", False)
CHANNEL = Field("channel", "string", False)


def aggregate(text: str) -> ir.Aggregate:
    """The only aggregate of a let."""
    (found,) = rule(let={"value": text}).aggregates
    return found


AGGREGATES: list[tuple[str, str, str, Type]] = [
    ("count()", "count", "", "int"),
    ("count(country)", "count", "", "int"),
    ("count(flag)", "count", "", "int"),
    ("sum(n)", "sum", "", "int"),
    ("sum(x)", "sum", "", "float"),
    ("sum(amount)", "sum", "", "money"),
    ("avg(n)", "avg", "", "float"),
    ("avg(x)", "avg", "", "float"),
    ("avg(amount)", "avg", "", "money"),
    ("min(n)", "min", "", "int"),
    ("max(seen)", "max", "", "timestamp"),
    ("min(country)", "min", "", "string"),
    ("max(amount)", "max", "", "money"),
    ("stddev(amount)", "stddev", "", "float"),
    ("distinct(country)", "distinct", "", "int"),
    ("distinct(flag)", "distinct", "", "int"),
    ("first(country)", "first", "", "string"),
    ("last(flag)", "last", "", "bool"),
    ("last(at - seen)", "last", "", "duration"),
    ("median(amount)", "percentile", "50", "money"),
    ("percentile(x, 95)", "percentile", "95", "float"),
    ("percentile(x, 99.90)", "percentile", "99.9", "float"),
    ("percentile(seen, 100)", "percentile", "100", "timestamp"),
    ("zscore(amount)", "zscore", "10", "float"),
    ("zscore(n, 3)", "zscore", "3", "float"),
    ("rising(amount)", "rising", "1", "int"),
    ("rising(x, 1.50)", "rising", "1.5", "int"),
    ("rising(x, 1e-3)", "rising", "0.001", "int"),
]


@pytest.mark.parametrize(("text", "function", "parameter", "type_"), AGGREGATES)
def test_aggregates(text: str, function: str, parameter: str, type_: Type) -> None:
    found = aggregate(f"{text} over 1d")
    assert (found.function, found.parameter, found.type) == (function, parameter, type_)
    assert (found.window, found.excluding, found.delay) == (Sliding(DAY), False, 0)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("10m", Sliding(10 * MINUTE)),
        ("1h every 5m", Panes(HOUR, 5 * MINUTE)),
        ("tumbling 5m", Tumbling(5 * MINUTE)),
        ('tumbling 2d in "Europe/Paris"', Tumbling(2 * DAY, "Europe/Paris")),
        ('tumbling 5m in "UTC"', Tumbling(5 * MINUTE)),
        ("all", All()),
    ],
)
def test_windows(text: str, window: Window) -> None:
    assert aggregate(f"count() over {text}").window == window
    assert aggregate(f"count() over {text} excluding current").excluding


def test_prev_is_the_last_one_before_the_current() -> None:
    found = aggregate("prev(country) over 1d")
    assert (found.function, found.excluding) == ("last", True)


def test_a_delayed_window_never_holds_the_current_one_so_excluding_it_says_nothing() -> None:
    assert aggregate("count() over 1h delayed by 1d") == aggregate("count() over 1h excluding current delayed by 1d")
    assert aggregate("count() over 1h every 5m delayed by 10m").delay == 10 * MINUTE
    found = aggregate("prev(country) over 1h delayed by 1d")
    assert (found.function, found.excluding, found.delay) == ("last", False, DAY)


def test_an_aggregates_condition_and_argument_read_the_transaction_of_the_member() -> None:
    found = rule(let={"double": "amount * 2", "value": "sum(double where customer.segment == text and double > fee) over 1h"}).aggregates[0]
    double = Let("double", "money")
    assert found.argument == double
    segment = Call("==", (Profile("segment", "string"), Field("text", "string", False)), "bool")
    assert found.condition == Call("and", (segment, Call(">", (double, Field("fee", "money", True)), "bool")), "bool")


@pytest.mark.parametrize(
    ("keys", "code", "under"),
    [
        # aggregates and their windows
        ({"when": "count() > 3"}, "E401", "count"),
        ({"when": "median(amount) over all > fee"}, "E402", "all"),
        ({"when": "percentile(amount, 5) over all > fee"}, "E402", "all"),
        ({"when": "median(amount) over 1h every 5m > fee"}, "E403", "1h every 5m"),
        ({"when": "percentile(amount, 5) over 1h every 5m > fee"}, "E403", "1h every 5m"),
        ({"when": "rising(amount) over 1h every 5m > 3"}, "E403", "1h every 5m"),
        ({"when": "prev(amount) over 1h excluding current > fee"}, "E404", "excluding current"),
        ({"when": "zscore(amount) over 1h excluding current > 3"}, "E404", "excluding current"),
        ({"when": "rising(amount) over 1h excluding current > 3"}, "E404", "excluding current"),
        ({"when": "count() over tumbling 1d delayed by 1d > 3"}, "E411", "1d"),
        ({"when": "count() over all delayed by 1d > 3"}, "E411", "1d"),
        ({"when": "rising(amount) over 1h delayed by 1d > 3"}, "E411", "1d"),
        ({"when": "count() over 1h delayed by 0s > 3"}, "E411", "0s"),
        ({"when": "count() over 1h every 5m delayed by 7m > 3"}, "E411", "7m"),
        ({"when": "count() over 1h every 7m > 3"}, "E412", "1h every 7m"),
        ({"when": "count() over 5m every 1h > 3"}, "E412", "5m every 1h"),
        ({"when": "count() over 0s > 3"}, "E412", "0s"),
        ({"when": "count() over 3652501d > 3"}, "E412", "3652501d"),
        ({"when": "count() over 1h delayed by 3652501d > 3"}, "E411", "3652501d"),
        ({"when": "count() over 1h every 0m > 3"}, "E412", "0m"),
        ({"when": "count() over tumbling 0d > 3"}, "E412", "0d"),
        ({"when": 'count() over tumbling 36h in "Europe/Paris" > 3'}, "E412", "36h"),
        ({"when": "count() over tumbling 1d in 'Paris' > 3"}, "E311", "'Paris'"),
        ({"when": "percentile(amount, 0) over 1h > fee"}, "E311", "0"),
        ({"when": "percentile(amount, 100.5) over 1h > fee"}, "E311", "100.5"),
        ({"when": "percentile(amount, -5) over 1h > fee"}, "E311", "-5"),
        ({"when": "percentile(amount, 95%) over 1h > fee"}, "E311", "95%"),
        ({"when": "percentile(amount, n) over 1h > fee"}, "E310", "n"),
        ({"when": "zscore(amount, 2.5) over 1h > 3"}, "E310", "2.5"),
        ({"when": "zscore(amount, 0) over 1h > 3"}, "E311", "0"),
        ({"when": "rising(amount, x) over 1h > 3"}, "E310", "x"),
        ({"when": "percentile(amount) over 1h > fee"}, "E307", "percentile(amount) over 1h"),
        ({"when": "sum() over 1h > fee"}, "E307", "sum() over 1h"),
        ({"when": "median(amount, 5) over 1h > fee"}, "E307", "median(amount, 5) over 1h"),
        ({"when": "sum(text) over 1h > 3"}, "E306", "text"),
        ({"when": "avg(at) over 1h > 3"}, "E306", "at"),
        ({"when": "min(flag) over 1h == true"}, "E306", "flag"),
        ({"when": "median(at - seen) over 1h > 1s"}, "E306", "at - seen"),
        ({"when": "rising(text) over 1h > 3"}, "E306", "text"),
        ({"when": "count(where amount) over 1h > 3"}, "E308", "amount"),
        ({"when": "max(count() over 1h) over 1d > 3"}, "E407", "count() over 1h"),
        ({"when": "count(where count() over 1h > 3) over 1d > 3"}, "E407", "count() over 1h"),
        ({"let": {"c": "count() over 1h"}, "when": "max(c) over 1d > 3"}, "E407", "c"),
        ({"let": {"c": "count() over 1h", "d": "c + 1"}, "when": "count(where d > 3) over 1d > 3"}, "E407", "d"),
        # places
        ({"where": "count() over 1h > 3", "when": "flag"}, "E408", "count() over 1h"),
        ({"where": "double > fee", "let": {"double": "amount * 2"}, "when": "flag"}, "E408", "double"),
        ({"where": "velocity > 3", "detector": "velocity", "limit": "5", "window": "1h"}, "E408", "velocity"),
        ({"when": "flag", "unless": "count() over 1h > 3", "within": "5m"}, "E409", "count() over 1h"),
        ({"let": {"c": "count() over 1h"}, "when": "flag", "unless": "c > 3", "within": "5m"}, "E409", "c"),
        ({"when": "match.amount > fee"}, "E316", "match.amount"),
        ({"when": "flag", "unless": "match.amout > fee", "within": "5m"}, "E301", "amout"),
        ({"when": "flag", "unless": "flag"}, "E410", "unless"),
        ({"when": "flag", "within": "5m"}, "E410", "within"),
        ({"when": "card.segment == text"}, "E406", "card.segment"),
        ({"by": "custmer", "when": "flag"}, "E301", "custmer"),
        # rules without an entity
        ({"by": None, "when": "count() over 1h > 3"}, "E405", "count() over 1h"),
        ({"by": None, "when": "flag", "cooldown": "5m"}, "E405", "cooldown"),
        ({"by": None, "when": "flag", "rollout": "5%"}, "E405", "rollout"),
        ({"by": None, "when": "customer.segment == text"}, "E405", "customer.segment"),
        ({"by": None, "detector": "velocity", "limit": "5", "window": "1h"}, "E405", "velocity"),
        # the rest
        ({"when": "flag", "from": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "E413", "2026-01-01T00:00:00Z"),
        ({"detector": "high_value", "limit": "avg(amount) over 1h"}, "E414", "avg(amount) over 1h"),
        ({"detector": "velocity", "limit": "5", "window": "1h", "let": {"velocity": "n"}}, "E315", "velocity"),
        ({"detector": "high_value", "limit": "500"}, "E304", "500"),
        ({"detector": "high_value", "limit": "5 USD", "field": "amout"}, "E301", "amout"),
        ({"detector": "velocity", "limit": "5", "window": "5"}, "E201", "5"),
        ({"detector": "velocity", "limit": "5 >", "window": "1h"}, "E215", ">"),
        ({"detector": "velocity", "limit": "5", "window": "1h excluding current"}, "E201", "excluding"),
        ({"detector": "customer_profile", "threshold": "'x'"}, "E304", "'x'"),
        ({"detector": "rapid_escalation", "window": "all every 5m"}, "E201", "every"),
    ],
)
def test_what_cannot_stand_where_it_stands(keys: dict[str, object], code: str, under: str) -> None:
    given = {key: value for key, value in {"by": "customer", **keys}.items() if value is not None}
    _, found = checked(given)
    assert [(one.code.code, pointed(one).strip('"')) for one in found] == [(code, under)]


def test_unless_and_within_without_an_entity_are_both_refused() -> None:
    _, found = checked({"when": "flag", "unless": "flag", "within": "5m"})
    assert [(one.code.code, one.message) for one in found] == [
        ("E405", "a rule without `by` has no `unless`"),
        ("E405", "a rule without `by` has no `within`"),
    ]


def test_every_mistake_of_one_aggregate_is_reported() -> None:
    found = mistakes(when="rising(text, n) over 0s every 5m excluding current delayed by 1d > 3")
    assert sorted(found) == [
        ("E306", "text"),
        ("E310", "n"),
        ("E403", "0s every 5m"),
        ("E404", "excluding current"),
        ("E411", "1d"),
        ("E412", "0s"),
    ]


def test_unless_reads_the_later_transaction_and_the_match() -> None:
    found = rule(
        let={"double": "amount * 2"}, when="flag", unless="double == match.amount or match.channel == customer.segment", within="10m"
    ).rule
    assert found.within == 10 * MINUTE
    assert found.unless == Call(
        "or",
        (
            Call("==", (Let("double", "money"), Match("amount", "money", False)), "bool"),
            Call("==", (Match("channel", "string", False), Profile("segment", "string")), "bool"),
        ),
        "bool",
    )


def test_a_rule_keeps_what_the_document_says() -> None:
    found = rule(
        title="T", severity="high", cooldown="30m", mode="shadow", rollout="5%", labels={"b": "1", "a": "2"},
        **{"from": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00+01:00"},
    ).rule  # fmt: skip
    assert (found.id, found.title, found.severity, found.entity, found.mode) == ("r", "T", "high", "customer", "shadow")
    assert (found.cooldown, found.rollout) == (30 * MINUTE, "0.05")
    assert (found.start, found.end) == (1_767_225_600_000, 1_767_308_400_000)
    assert list(found.labels.items()) == [("b", "1"), ("a", "2")]
    bare = rule().rule
    assert (bare.title, bare.severity, bare.cooldown, bare.unless, bare.within, bare.message) == (None, "medium", None, None, None, None)
    assert (bare.mode, bare.rollout, bare.start, bare.end, bare.values, bare.detector) == ("live", "1", None, None, (), "")


DETECTORS: list[tuple[dict[str, object], str, str, str]] = [
    ({"detector": "high_value", "limit": "5_000 USD"}, "amount", "high_value > 5_000 USD", "high_value: amount; high_value > 5000 USD"),
    ({"detector": "high_value", "limit": "x", "field": "n"}, "n", "high_value > x", "high_value: n; high_value > x"),
    (
        {"detector": "velocity", "limit": "5", "window": "tumbling 5m"},
        "count() over tumbling 5m",
        "velocity >= 5",
        "velocity: count() over tumbling 5m; velocity >= 5",
    ),
    (
        {"detector": "spending_velocity", "limit": "5 USD", "window": "1h every 5m"},
        "sum(amount) over 1h every 5m",
        "spending_velocity > 5 USD",
        "spending_velocity: sum(amount) over 1h every 5m; spending_velocity > 5 USD",
    ),
    (
        {"detector": "customer_profile"},
        "zscore(amount, 10) over all",
        "customer_profile > 3",
        "customer_profile: zscore(amount, 10) over all; customer_profile > 3",
    ),
    (
        {"detector": "customer_profile", "threshold": "2.5", "min_samples": 20, "window": "90d", "field": "n"},
        "zscore(n, 20) over 90d",
        "customer_profile > 2.5",
        "customer_profile: zscore(n, 20) over 90d; customer_profile > 2.5",
    ),
    (
        {"detector": "rapid_escalation"},
        "rising(amount, 1) over 10m",
        "rapid_escalation >= 3",
        "rapid_escalation: rising(amount, 1) over 10m; rapid_escalation >= 3",
    ),
    (
        {"detector": "rapid_escalation", "steps": 4, "factor": 1.5, "window": "all", "field": "x"},
        "rising(x, 1.5) over all",
        "rapid_escalation >= 4",
        "rapid_escalation: rising(x, 1.5) over all; rapid_escalation >= 4",
    ),
]


@pytest.mark.parametrize(("keys", "let", "when", "text"), DETECTORS, ids=[text for *_, text in DETECTORS])
def test_a_detector_is_a_let_and_a_condition(keys: dict[str, object], let: str, when: str, text: str) -> None:
    found = project({"by": "customer", **keys}).rules[0]
    name = str(keys["detector"])
    same = rule(let={name: let}, when=when)
    assert found.rule.lets == same.rule.lets
    assert found.rule.when == same.rule.when == found.expansion
    assert found.aggregates == same.aggregates
    assert found.rule.detector == text
    assert found.rule.values == ()


def test_a_detectors_let_stands_first_and_its_condition_is_tested_before_when() -> None:
    found = rule(
        detector="velocity", window="1h", limit="usual * 2", let={"usual": "count() over 30d", "late": "velocity > usual"}, when="late"
    ).rule
    assert [let.name for let in found.lets] == ["velocity", "usual", "late"]
    limit = Call("*", (Let("usual", "int"), Const("int", 2, "2")), "int")
    assert found.when == Call("and", (Call(">=", (Let("velocity", "int"), limit), "bool"), Let("late", "bool")), "bool")


def test_messages() -> None:
    found = rule(let={"c": "count() over 1h"}, message="{c} of {{all}}, {amount} at {at}").rule
    assert found.message == (
        Hole(Let("c", "int")),
        Text(" of {all}, "),
        Hole(AMOUNT),
        Text(" at "),
        Hole(Field("at", "timestamp", False)),
    )
    assert rule(message="{{}}").rule.message == (Text("{}"),)
    assert rule(message="{{{n}}}").rule.message == (Text("{"), Hole(Field("n", "int", False)), Text("}"))


@pytest.mark.parametrize(
    ("message", "code", "under"),
    [
        ("{amount", "E314", "{"),
        ("amount}", "E314", "}"),
        ("{amount at {n}", "E314", "{"),
        ("{}", "E314", ""),
        ("{ amount }", "E314", " amount "),
        ("{amount:.2f}", "E314", "amount:.2f"),
        ("{match.amount}", "E314", "match.amount"),
        ("{amout}", "E301", "amout"),
    ],
)
def test_mistakes_in_messages(message: str, code: str, under: str) -> None:
    assert mistakes(when="flag", message=message) == [(code, under)]


@pytest.mark.parametrize(
    ("keys", "values"),
    [
        ({"when": "amount > 5 USD and channel == 'ecom' and amount < fee"}, ("amount", "channel", "fee")),
        ({"when": "2 * amount > fee or n in [1, all] or country in ['a', text]"}, ("amount", "fee", "n", "all", "country", "text")),
        ({"when": "count(x where flag) over 1h > n"}, ("n",)),
        ({"let": {"double": "amount * 2"}, "when": "double > fee"}, ("fee",)),
        ({"let": {"n": "n + 1"}, "when": "n > 5 and x > 1"}, ("x",)),
        ({"when": "customer.limit < amount and customer.segment == text"}, ("amount", "text")),
        ({"where": "flag", "when": "not (if(fee is missing, x, 1.0) > 2)"}, ("fee", "x")),
        ({"detector": "high_value", "limit": "fee"}, ()),
        ({"detector": "high_value", "limit": "fee", "when": "fee > 1 USD and amount > 5 USD"}, ("fee", "amount")),
        ({"when": "hour(at) < 6 and id != customer_id"}, ("at", "id", "customer_id")),
    ],
)
def test_values_are_the_fields_of_the_rules_own_when_in_order(keys: dict[str, object], values: tuple[str, ...]) -> None:
    assert project({"by": "customer", **keys}).rules[0].rule.values == values


def test_a_stateless_rule() -> None:
    found = project({"where": "channel == 'ecom'", "let": {"d": "amount * 2"}, "when": "d > 5 USD", "message": "{d}"}).rules[0].rule
    assert found.entity is None
    assert found.lets == (LetSpec("d", "money", typed("amount * 2")),)


def test_a_rule_with_mistakes_is_left_out_and_the_others_stay() -> None:
    found, mistakes_ = checked({"by": "customer", "when": "amount > 5"})
    assert found.rules == ()
    assert len(mistakes_) == 1


def test_each_aggregate_as_it_stands_has_a_slot_of_its_own() -> None:
    found = rule(let={"a": "count() over 1h"}, when="count() over 1h > a")
    assert [one.id for one in found.aggregates] == ["r/0", "r/1"]
    assert found.rule.lets[0].expr == Slot("r/0", "int")
    assert found.rule.when == Call(">", (Slot("r/1", "int"), Let("a", "int")), "bool")


def test_lets_that_grow_beyond_bounds_cannot_stand_in_an_aggregate() -> None:
    doubling = {f"a{i}": f"a{i - 1} + a{i - 1}" if i else "n + n" for i in range(60)}
    assert rule(let=doubling, when="a59 > 5")
    assert mistakes(let=doubling, when="sum(a59) over 1h > 5") == [("E415", "sum(a59) over 1h")]
    negating = {f"a{i}": f"-a{i - 1}" if i else "n" for i in range(300)}
    assert mistakes(let=negating, when="sum(a299) over 1h > 5") == [("E415", "sum(a299) over 1h")]
