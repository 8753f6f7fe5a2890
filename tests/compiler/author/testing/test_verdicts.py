"""Tests of rules run: exactly the alerts expected, and for each that is not, what stood in its way and the values there."""

from pathlib import Path

import pytest

from fraudc.author.testing import Verdict, run_tests
from fraudc.author.testing.verdicts import Difference
from rule_tests import read

RULES = """\
  - id: probes
    by: card
    where: channel == "ecom"
    let: {small: count(where amount < 2 USD) over 10m, gap: event_time - (prev(event_time) over 1h)}
    when: small >= 3 and (amount > 200 USD or country == "NG")
    cooldown: 30m
  - id: big
    when: not amount <= 500 USD
    from: 2026-01-05T01:00:00Z
    until: 2026-01-05T02:00:00Z
  - id: returned
    by: card
    when: amount > 100 USD
    unless: original_id == match.transaction_id
    within: 1h
  - {id: quiet, when: amount > 5 USD, mode: shadow}
  - {id: asleep, when: amount > 5 USD, mode: "off"}
  - {id: abroad, by: customer, when: country != customer.home}
"""


def verdicts(root: Path, tests: str) -> list[Verdict]:
    _, plan, files, diagnostics = read(root, RULES, tests)
    assert not diagnostics.found
    return run_tests(plan, files)


def verdict(root: Path, rule: str, transactions: str, alerts: str, more: str = "") -> Verdict:
    head = f"tests:\n  - name: one\n    rules: [{rule}]\n    defaults: {{card_id: K1, channel: ecom, country: FR, customer_id: C1}}\n"
    (found,) = verdicts(root, f"{head}{more}    transactions: [{transactions}]\n    alerts: [{alerts}]\n")
    return found


def only(found: Verdict) -> Difference:
    (difference,) = found.differences
    return difference


PROBES = "{amount: 1, times: 3, every: 30s}, {at: 5m, id: large, amount: 210}"


def test_exactly_the_expected_alerts_pass(tmp_path: Path) -> None:
    assert verdict(tmp_path, "probes", PROBES, "{rule: probes, transaction: large, values: {small: 3, gap: 4m}}").passed
    assert verdict(tmp_path, "probes", PROBES, "{rule: probes, transaction: large, values: {gap: 240, amount: 210.00}}").passed
    assert verdict(tmp_path, "probes", "{amount: 1}", "").passed


def test_an_alert_that_nobody_expected_fails_with_its_values(tmp_path: Path) -> None:
    found = only(verdict(tmp_path, "probes", PROBES, ""))
    assert (found.kind, found.rule, found.transaction) == ("unexpected", "probes", "large")
    assert found.because == ("small = 3", "gap = 4m")


def test_a_value_that_differs_is_shown_with_what_was_expected(tmp_path: Path) -> None:
    found = only(verdict(tmp_path, "probes", PROBES, "{rule: probes, transaction: large, values: {small: 4, amount: 210}}"))
    assert [(wrong.name, wrong.expected, wrong.got) for wrong in found.values] == [("small", "4", 3)]


@pytest.mark.parametrize(
    ("rule", "transactions", "missing", "because"),
    [
        pytest.param(
            "probes", "{id: x, amount: 1}", "x",
            ["`when`: `small >= 3` is false: small is 1", "`when`: `amount > 200 USD` is false: amount is 1.00 USD",
             '`when`: `country == "NG"` is false: country is "FR"', "small = 1", "gap = missing"],
            id="every clause that would have to be true",
        ),
        pytest.param(
            "probes", f"{PROBES}, {{at: 34m59s999ms, id: x, amount: 300}}, {{at: 26m, id: y, amount: 1}}", "x",
            ["`when`: `small >= 3` is false: small is 0", "small = 0", "gap = 29m59s999ms"], id="a clause alone",
        ),
        pytest.param("probes", "{id: x, amount: 1, channel: pos}", "x",
                     ['`where`: `channel == "ecom"` is false: channel is "pos"'], id="where"),
        pytest.param(
            "probes", f"{PROBES}, {{at: 6m, id: x, amount: 300}}", "x",
            ["the cooldown of 30m suppresses it: it alerted for large at 5m, and is silent until 35m", "small = 3", "gap = 1m"],
            id="cooldown",
        ),
        pytest.param(
            "probes", "{at: 1m, amount: 1}, {at: 1s, id: x, amount: 1}", "x",
            ["it came too late, by 54s: transactions come as they are written, and 5s are waited for"], id="late",
        ),
        pytest.param("probes", "{id: x, amount: 1, card_id: null}", "x", ["card_id is missing, so it belongs to no card"], id="no key"),
        pytest.param("abroad", "{id: x, country: null}", "x",
                     ["`when`: `country != customer.home` is missing: country is missing, customer.home is missing"], id="missing"),
        pytest.param("big", "{at: 59m59s999ms, id: x, amount: 501}", "x", ["the rule holds from 2026-01-05T01:00:00Z (`from`)"], id="from"),
        pytest.param("big", "{at: 2h, id: x, amount: 501}", "x", ["the rule ends at 2026-01-05T02:00:00Z (`until`)"], id="until"),
        pytest.param("big", "{at: 1h, id: x, amount: 500}", "x", ["`when`: `amount <= 500 USD` is true: amount is 500.00 USD"], id="not"),
        pytest.param(
            "returned", "{id: x, amount: 101}, {at: 1h, amount: 1, original_id: x}", "x",
            ["it matched, and a later transaction within 1h made `unless` true"], id="unless",
        ),
        pytest.param("asleep", "{id: x, amount: 6}", "x", ["the rule is off (`mode: off`)"], id="off"),
    ],
)  # fmt: skip
def test_a_missing_alert_says_what_stood_in_its_way(rule: str, transactions: str, missing: str, because: list[str], tmp_path: Path) -> None:
    others = "{rule: probes, transaction: large}, " if "large" in transactions else ""
    found = only(verdict(tmp_path, rule, transactions, f"{others}{{rule: {rule}, transaction: {missing}}}"))
    assert (found.kind, found.transaction, list(found.because)) == ("missing", missing, because)


def test_a_second_transaction_of_one_id_is_a_duplicate(tmp_path: Path) -> None:
    expected = "{rule: returned, transaction: x}"
    repeated = "{id: x, amount: 101}, {at: 59m59s, id: x, amount: 102}"
    assert verdict(tmp_path, "returned", repeated, expected).passed
    assert verdict(tmp_path, "returned", repeated.replace("59m59s", "1h"), f"{expected}, {expected}").passed


def test_held_matches_come_out_at_the_end(tmp_path: Path) -> None:
    assert verdict(tmp_path, "returned", "{id: x, amount: 101}", "{rule: returned, transaction: x}").passed
    assert verdict(tmp_path, "returned", "{id: x, amount: 101}, {at: 1h, amount: 1, original_id: x}", "").passed


def test_shadow_alerts_count_unless_the_test_says_which_mode(tmp_path: Path) -> None:
    assert verdict(tmp_path, "quiet", "{id: x, amount: 6}", "{rule: quiet, transaction: x}").passed
    assert verdict(tmp_path, "quiet", "{id: x, amount: 6}", "{rule: quiet, transaction: x, mode: shadow}").passed
    found = verdict(tmp_path, "quiet", "{id: x, amount: 6}", "{rule: quiet, transaction: x, mode: live}").differences[0]
    assert (found.kind, found.because) == ("missing", ("it came out as a shadow alert",))


def test_profile_rows_are_known_before_the_first_transaction(tmp_path: Path) -> None:
    rows = "    profiles: {customer: [{customer_id: C1, home: FR}]}\n"
    assert verdict(tmp_path, "abroad", "{id: x, country: DE}", "{rule: abroad, transaction: x}", rows).passed
    assert verdict(tmp_path, "abroad", "{id: x, country: FR}", "", rows).passed


def test_every_test_starts_from_nothing(tmp_path: Path) -> None:
    transactions = "[{amount: 1, times: 2}, {at: 1m, amount: 210}]"
    one = f"    rules: [probes]\n    defaults: {{card_id: K1, channel: ecom}}\n    transactions: {transactions}\n"
    found = verdicts(tmp_path, f"tests:\n  - name: a\n{one}    alerts: []\n  - name: b\n{one}    alerts: []\n")
    assert [each.passed for each in found] == [True, True]


def test_a_test_without_alerts_fails_until_they_are_filled_in(tmp_path: Path) -> None:
    (found,) = verdicts(tmp_path, "tests: [{name: a, rules: [quiet], transactions: [{amount: 1}]}]\n")
    assert (found.passed, found.unspecified) == (False, True)
