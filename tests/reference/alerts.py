"""A rule and the transaction that it matched in, the alert object of section 6 out."""

import re
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from reference.evaluate import Scope, evaluate
from reference.parser import Membership, Name, Node, Operation
from reference.project import Rule
from reference.reading import Transaction
from reference.values import as_json_value, as_message_text, timestamp_text


def mode_of(rule: Rule, key: str) -> str:
    """Shadow for keys outside the rule's rollout."""
    digest = blake2b(f"{rule.id}\0{key}".encode()).digest()
    inside = Fraction(int.from_bytes(digest[:8], "big"), 2**64) < rule.rollout
    return rule.mode if inside else "shadow"


def alert(rule: Rule, scope: Scope, of: tuple[str, str] | None, mode: str, decided_at: int | None = None) -> dict[str, Any]:
    """`scope` is the matched transaction's, without lets; `of` are entity and key; `decided_at` is in milliseconds, for `unless`."""
    transaction = scope.transaction
    behind = Scope(scope.project, rule, transaction, len(rule.lets), scope.history, scope.profile, memo=scope.memo)
    decided = {} if decided_at is None else {"decided_at": timestamp_text(decided_at)}
    return {
        "alert_id": f"{rule.id}:{transaction.id}",
        "rule": rule.id,
        "revision": 1,
        "severity": rule.severity,
        "mode": mode,
        "entity": of and of[0],
        "key": of and of[1],
        "transaction_id": transaction.id,
        "event_time": timestamp_text(transaction.time),
        **decided,
        "values": {name: as_json_value(evaluate(Name(name), behind), scope.project.base) for name in _value_names(rule, scope)},
        "message": None if rule.message is None else _message(rule.message, behind),
        "suppressed": 0,
        "warm": True,
        "labels": rule.labels,
        "transaction": _fields(transaction, scope),
    }


def _value_names(rule: Rule, scope: Scope) -> list[str]:
    """The lets in order, then the fields that stand in the rule's own `when`, in order of first appearance."""
    names = [name for name, _ in rule.lets]
    own = [] if rule.when is None else _names(rule.when)
    for name in own:
        if name not in names and name in scope.project.fields:
            names.append(name)
    return names


def _names(node: Node) -> list[str]:
    match node:
        case Name(name=name):
            return [name]
        case Operation(operands=operands):
            return [name for operand in operands for name in _names(operand)]
        case Membership(operand=operand, items=items):
            return _names(operand) + ([] if isinstance(items, str) else [name for item in items for name in _names(item)])
    return []


def _message(text: str, scope: Scope) -> str:
    def filled(found: re.Match[str]) -> str:
        if found.group() in ("{{", "}}"):
            return found.group()[0]
        return as_message_text(evaluate(Name(found.group(1)), scope), scope.project.base)

    return re.sub(r"\{\{|\}\}|\{(\w+)\}", filled, text)


def _fields(transaction: Transaction, scope: Scope) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in transaction.fields.items():
        found[name] = as_json_value(value, scope.project.base)
        if name in transaction.originals:
            found[f"original_{name}"] = transaction.originals[name]
    return found
