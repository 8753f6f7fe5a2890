"""Coverage of rules by their tests: which sides of clauses, thresholds, windows and cooldowns were hit, counted by hand."""

from pathlib import Path

import pytest

from fraudc.author.coverage import Coverage, Point, Rules, measure
from fraudc.author.coverage.printers import as_json, as_lcov, as_text
from rule_tests import read


def coverage(root: Path, rule: str, *cases: str) -> Coverage:
    tests = "".join(f"  - name: test {at}\n    defaults: {{card_id: K1, amount: 1}}\n{case}" for at, case in enumerate(cases))
    project, _, files, diagnostics = read(root, f"  - id: r\n    by: card\n{rule}", f"tests:\n{tests}")
    assert not diagnostics.found, diagnostics.found
    return measure(Rules.of(project), files)


def case(transactions: str, alerts: str = "") -> str:
    return f"    transactions: [{transactions}]\n    alerts: [{alerts}]\n"


def hit(found: Coverage, kind: str) -> list[tuple[str, bool, bool]]:
    """(text, one side, the other) of the points of a kind."""
    points: list[Point] = [point for rule in found.rules for point in rule.points]
    return [(point.text, point.sides[0].hit, point.sides[1].hit) for point in points if point.kind == kind]


def test_a_clause_is_true_in_one_test_and_false_in_another(tmp_path: Path) -> None:
    rule = '    where: channel == "ecom"\n    when: amount > 5 USD or not (country == "NG" and score > 0.5)\n'
    found = coverage(tmp_path, rule, case("{channel: ecom, amount: 6}"), case("{channel: pos}"), case("{channel: ecom, country: NG}"))
    assert hit(found, "clause") == [
        ('channel == "ecom"', True, True),
        ("amount > 5 USD", True, True),
        ('country == "NG"', True, False),  # missing is neither
        ("score > 0.5", False, False),
    ]


@pytest.mark.parametrize(
    ("when", "amounts", "expected"),
    [
        ("amount > 5 USD", ["5", "5.01"], (True, True)),
        ("amount > 5 USD", ["4.99", "5"], (True, False)),
        ("amount >= 5 USD", ["4.99", "5"], (True, True)),
        ("amount >= 5 USD", ["4.98", "5.01"], (False, False)),
        ("amount < 5 USD", ["5", "4.99"], (True, True)),
        ("amount <= 5 USD", ["5", "5.01"], (True, True)),
        ("5 USD < amount", ["5", "5.01"], (True, True)),
        ("5 USD < amount", ["5", "4.99"], (True, False)),
        ("2 * amount > 5 USD", ["2.50", "2.51"], (True, False)),  # 5.02: no test is exactly one cent above
    ],
)  # fmt: skip
def test_a_threshold_is_touched_exactly_and_one_unit_beyond(
    when: str, amounts: list[str], expected: tuple[bool, bool], tmp_path: Path
) -> None:
    found = coverage(tmp_path, f"    when: {when}\n", *(case(f"{{amount: {amount}}}") for amount in amounts))
    assert [sides for _, *sides in hit(found, "threshold")] == [list(expected)]


def test_a_threshold_of_floats_is_touched_within_a_hundredth(tmp_path: Path) -> None:
    near = coverage(tmp_path, "    when: score > 0.5\n", case("{score: 0.499}"), case("{score: 0.501}"))
    far = coverage(tmp_path, "    when: score > 0.5\n", case("{score: 0.4}"), case("{score: 0.501}"))
    assert (hit(near, "threshold"), hit(far, "threshold")) == ([("score > 0.5", True, True)], [("score > 0.5", True, False)])


@pytest.mark.parametrize(
    ("window", "times", "expected"),
    [
        ("10m", ["0s", "10m"], [(False, True)]),
        ("10m", ["0s", "9m59s999ms"], [(True, False)]),
        ("10m", ["0s", "1ms", "10m"], [(True, True)]),
        ("10m delayed by 1m", ["0s", "11m"], [(False, True), (False, False)]),
        ("10m delayed by 1m", ["0s", "1m", "1m59s999ms"], [(False, False), (True, True)]),
        ("1h every 5m", ["0s", "59m"], [(True, False)]),
        ("1h every 5m", ["4m59s", "5m", "1h"], [(True, True)]),
        ("tumbling 5m", ["4m", "5m"], [(False, True)]),
        ("tumbling 5m", ["4m", "4m30s", "9m30s"], [(True, False)]),  # 4m30s and 9m30s are 5m apart: no window of 5m holds both
        ('tumbling 1d in "Europe/Paris"', ["22h", "22h59m", "23h"], [(True, True)]),  # midnight in Paris is 23:00 in January
        ("all", ["0s", "1h"], []),
    ],
)
def test_a_window_is_touched_on_both_sides_of_its_boundary(
    window: str, times: list[str], expected: list[tuple[bool, bool]], tmp_path: Path
) -> None:
    found = coverage(tmp_path, f"    when: count() over {window} > 99\n", case(", ".join(f"{{at: {time}}}" for time in times)))
    assert [(one, other) for _, one, other in hit(found, "window")] == expected


def test_only_members_of_the_window_and_transactions_of_the_key_touch_it(tmp_path: Path) -> None:
    rule = '    where: channel == "ecom"\n    when: count(where amount < 2 USD) over 10m > 99\n'
    strangers = "{amount: 2, channel: ecom}, {channel: pos}, {channel: ecom, card_id: K2}, {at: 10m, channel: ecom}"
    assert hit(coverage(tmp_path, rule, case(strangers)), "window")[0][1:] == (False, False)
    assert hit(coverage(tmp_path, rule, case("{channel: ecom}, {at: 10m, amount: 3, channel: ecom}")), "window")[0][1:] == (False, True)
    assert hit(coverage(tmp_path, rule, case("{channel: ecom}"), case("{at: 10m, channel: ecom}")), "window")[0][1:] == (False, False)


def test_a_cooldown_is_touched_by_its_last_suppressed_match_and_by_the_next_alert(tmp_path: Path) -> None:
    rule = "    when: amount >= 1 USD\n    cooldown: 30m\n"
    alert = "{rule: r, transaction: t0001}"
    inside = case("{amount: 1}, {at: 29m59s999ms, amount: 1}", alert)
    outside = case("{amount: 1}, {at: 30m, amount: 1}", f"{alert}, {{rule: r, transaction: t0002}}")
    assert hit(coverage(tmp_path, rule, inside), "cooldown") == [("cooldown: 30m", True, False)]
    assert hit(coverage(tmp_path, rule, inside, outside), "cooldown") == [("cooldown: 30m", True, True)]


PRINTED = """\
r (rules/a.yaml:3): 3 of 6, by 1 test
     8  `amount > 5 USD` was never true
     8  amount > 5 USD: no test is 0.01 above it
     9  cooldown: 30m: no test has a match 29m59s999ms after an alert, the last one that it suppresses
     9  cooldown: 30m: no test has a match 30m after an alert

coverage: 3 of 6 (50 %)
"""


def test_gaps_are_printed_with_their_lines(tmp_path: Path) -> None:
    rule = "    title: Large\n    when: >\n      channel is present and\n      amount > 5 USD\n    cooldown: 30m\n"
    found = coverage(tmp_path, rule, case("{amount: 5}"))
    clause = next(point for point in as_json(found)["rules"][0]["points"] if point["kind"] == "threshold")
    assert (clause["line"], clause["column"], clause["sides"]) == (8, 7, {"at": True, "beyond": False})
    assert as_text(found) == PRINTED.replace("3 of 6", "3 of 8").replace("50", "37").replace(
        "     8  `amount > 5 USD` was never true", "     7  `channel is present` was never false\n     8  `amount > 5 USD` was never true"
    )
    assert as_lcov(found, tmp_path).splitlines()[2:] == [
        "BRDA:7,0,0,1", "BRDA:7,0,1,0", "DA:7,0",
        "BRDA:8,0,0,0", "BRDA:8,0,1,1", "BRDA:8,0,2,1", "BRDA:8,0,3,0", "DA:8,0",
        "BRDA:9,0,0,0", "BRDA:9,0,1,0", "DA:9,0",
        "BRF:8", "BRH:3", "LF:3", "LH:0", "end_of_record",
    ]  # fmt: skip
