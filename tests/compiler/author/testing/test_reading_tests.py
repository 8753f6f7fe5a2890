"""Test files: every mistake in one is reported at its place, and what is right becomes the transactions that producers would send."""

import json
from pathlib import Path
from typing import Any

import pytest

from rule_tests import read

RULES = """\
  - id: spent
    by: card
    let: {spent: sum(amount) over 1h, gap: event_time - (prev(event_time) over 1h)}
    when: spent > 200 USD
  - id: far
    by: customer
    when: country != customer.home
"""
DAY = 1_767_571_200_000  # 2026-01-05T00:00:00Z, by another calendar: date -d 2026-01-05T00:00:00Z +%s


def mistakes(root: Path, tests: str) -> list[tuple[str, str]]:
    """(code, what stands under the caret) of each."""
    found = read(root, RULES, tests)[3].ordered()
    return [(each.code.code, each.span.file.text[each.span.start : each.span.end]) for each in found if each.span is not None]


def payloads(root: Path, body: str, rules: str = "spent") -> list[dict[str, Any]]:
    _, _, files, diagnostics = read(root, RULES, f"tests:\n  - name: one\n    rules: [{rules}]\n{body}    alerts: []\n")
    assert not diagnostics.found
    return [json.loads(transaction.payload) for transaction in files[0].cases[0].transactions]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("rules: [spent, faar]\n", [("E150", "faar")]),
        ("alerts: [{rule: spendt, transaction: t0001}]\n", [("E150", "spendt")]),
        ("rules: [spent]\n    alerts: [{rule: far, transaction: t0001}]\n", [("E150", "far")]),
        ("alerts: [{rule: spent, transaction: t0002}]\n", [("E151", "t0002")]),
        ("alerts: [{rule: spent, transaction: t0001, values: {spend: 1}}]\n", [("E152", "spend")]),
        ("alerts: [{rule: spent, transaction: t0001, values: {spent: lots, gap: 1 hour}}]\n", [("E153", "lots"), ("E153", "1 hour")]),
        ("alerts: [{rule: spent, transaction: t0001, mode: loud}]\n", [("E124", "loud")]),
        ("alerts: [{rule: spent}]\n", [("E121", "rule")]),
        ("alerts: {}\n", [("E122", "{}")]),
        ("profiles: {card: [{card_id: K1}]}\n", [("E158", "card")]),
        ("profiles: {customer: [{customer_id: C1, homme: FR}]}\n", [("E152", "homme")]),
        ("profiles: {customer: [{home: FR}]}\n", [("E157", "home")]),
        ("profiles: {customer: [{customer_id: C1, credit_limit: 0.001}]}\n", [("E157", "0.001")]),
        ("expects: []\n", [("E120", "expects")]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_test_is_reported_at_its_place(keys: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    transactions = "    transactions: [{amount: 1, card_id: K1, customer_id: C1}]\n"
    assert mistakes(tmp_path, f"tests:\n  - name: one\n{transactions}    {keys}") == expected


@pytest.mark.parametrize(
    ("transaction", "expected"),
    [
        ("{at: 1, amount: 1}", [("E129", "1")]),
        ("{times: 0, amount: 1}", [("E132", "0")]),
        ("{every: 1s, amount: 1}", [("E156", "every")]),
        ("{times: 100001, amount: 1}", [("E156", "100001")]),
        ("{amout: 1, amount: 1}", [("E152", "amout")]),
        ("{card: {bim: '4'}, amount: 1}", [("E152", "bim")]),
        ("{transaction_id: x, amount: 1}", [("E152", "transaction_id")]),
        ("{event_time: 5, amount: 1}", [("E152", "event_time")]),
        ("{amount: 1 USD}", [("E153", "1 USD")]),
        ("{amount: 1, channel: 5}", [("E153", "5")]),
        ("{amount: 1, channel: [ecom]}", [("E122", "{amount: 1, channel: [ecom]}")]),
        ("{amount: 1, currency: CHF}", [("E157", "1")]),
        ("{amount: 0.001}", [("E157", "0.001")]),
        ("{amount: null}", [("E157", "null")]),
        ("{at: 3000000d, amount: 1}", [("E157", "3000000d")]),
        ("{at: 0s}", [("E154", "at")]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_transaction_is_reported_at_its_place(transaction: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    tests = f"tests:\n  - name: one\n    rules: [spent]\n    defaults: {{card_id: K1}}\n    transactions:\n      - {transaction}\n"
    assert mistakes(tmp_path, tests) == expected


def test_all_mistakes_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    one = "  - name: one\n    rules: [spent]\n    transactions: [{at: soon, amount: 1, card_id: K1}, {amount: x}]\n"
    tests = f"start: yesterday\ntests:\n{one}  - name: one\n  - transactions: []\n"
    assert mistakes(tmp_path, tests) == [
        ("E130", "yesterday"), ("E129", "soon"), ("E153", "x"), ("E121", "name"), ("E155", "one"), ("E121", "transactions"),
    ]  # fmt: skip


def test_ids_are_made_for_the_transactions_that_have_none(tmp_path: Path) -> None:
    first, rest = "{amount: 1, times: 2, every: 30s}", "{at: 1m, id: big, amount: 2}, {at: 2m, amount: 3}"
    body = f"    defaults: {{card_id: K1}}\n    transactions: [{first}, {rest}]\n"
    found = payloads(tmp_path, body)
    assert [(each["transaction_id"], each["event_time"] - DAY) for each in found] == [
        ("t0001", 0), ("t0002", 30_000), ("big", 60_000), ("t0003", 120_000),
    ]  # fmt: skip


def test_fields_are_written_as_the_schema_or_as_a_producer_calls_them(tmp_path: Path) -> None:
    defaults = "{card_id: K1, mcc: '5411', card: {bin: '41'}}"
    body = f"    defaults: {defaults}\n    transactions: [{{amount: 0.10}}, {{amount: 1, bin: '42', category: '6011'}}]\n"
    first, second = payloads(tmp_path, body)
    assert (first["card"], first["mcc"], first["amount"]) == ({"bin": "41"}, "5411", 0.10)
    assert (second["card"], second["category"]) == ({"bin": "42"}, "6011")
    assert "mcc" not in second


def test_required_fields_that_no_tested_rule_reads_are_made_up(tmp_path: Path) -> None:
    (found,) = payloads(tmp_path, "    transactions: [{card_id: K1, amount: 1}]\n")
    assert (found["currency"], found["customer_id"]) == ("USD", "any")
    assert "channel" not in found


def test_a_file_that_is_no_test_file_is_reported_like_any_other(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "- a\n") == [("E114", "-")]
    assert mistakes(tmp_path, "tests: [\n")[0][0] == "E103"
    assert mistakes(tmp_path, "start: 2026-01-01T00:00:00Z\n") == [("E121", "start")]
