"""Typed expressions in, their one canonical text out: for signatures, which must never change their spelling, and for plans.

Canonical: no redundant brackets or blanks, strings in double quotes, literals as `Const.text` has them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from typing_extensions import assert_never

from fraudc.expressions.trees import fold
from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Let, Match, Profile, Slot
from fraudc_runtime.plan import All, Panes, Sliding, Tumbling, Window

_LEVELS = (  # from the loosest to the tightest; `not` and the comparisons do not associate
    ("or",),
    ("and",),
    ("not",),
    ("==", "!=", "<", "<=", ">", ">=", "in", "is_missing", "is_present"),
    ("??",),
    ("+", "-"),
    ("*", "/", "%"),
    ("neg",),
)
_PRECEDENCE = {op: level for level, ops in enumerate(_LEVELS) for op in ops}
_COMPARISON, _PRIMARY = _PRECEDENCE["=="], len(_LEVELS)
_ASSOCIATIVE = {"or", "and", "??"}
_DURATION_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


class _Written(NamedTuple):
    """How tightly a text binds, and for `in` its opposite."""

    text: str
    binding: int
    negated: str = ""


def spell(expr: Expr, entity: str | None = None, slots: Mapping[str, str] | None = None) -> str:
    """The text of an expression; `entity` is what profile fields are written with, `slots` texts by signature (its id without one)."""

    def combine(node: Expr, below: tuple[_Written, ...]) -> _Written:
        match node:
            case Const(text=text):
                return _Written(text, _PRECEDENCE["neg"] if text.startswith("-") else _PRIMARY)
            case Field(name=name) | Let(name=name):
                return _Written(name, _PRIMARY)
            case Profile(name=name):
                return _Written(f"{entity or 'profile'}.{name}", _PRIMARY)
            case Match(name=name):
                return _Written(f"match.{name}", _PRIMARY)
            case Slot(signature=signature):
                return _Written((slots or {}).get(signature, signature), _PRIMARY)
            case InList(list=name):
                return _membership(below[0], name.partition(":")[0])  # the plan's key is `name:type`
            case Call(op=op):
                return _call(op, below)
            case _:
                assert_never(node)

    return fold(expr, combine).text


def spell_window(window: Window) -> str:
    """What stands behind `over`."""
    match window:
        case Sliding(size=size):
            return spell_duration(size)
        case Panes(size=size, step=step):
            return f"{spell_duration(size)} every {spell_duration(step)}"
        case Tumbling(size=size, zone=zone):
            return f"tumbling {spell_duration(size)}" + (f" in {spell_string(zone)}" if zone is not None else "")
        case All():
            return "all"
        case _:
            assert_never(window)


def spell_duration(milliseconds: int) -> str:
    """`1h30m`: days are the largest unit.

    >>> spell_duration(5_400_000), spell_duration(1_209_600_000), spell_duration(0)
    ('1h30m', '14d', '0s')
    """
    parts = []
    for unit, size in _DURATION_UNITS:
        amount, milliseconds = divmod(milliseconds, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts) or "0s"


def spell_string(value: str) -> str:
    """A string literal in double quotes; control characters as escapes."""
    return '"' + "".join(_ESCAPES.get(c, c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in value) + '"'


def _above(written: _Written, level: int) -> str:
    """The text, in brackets unless it binds tighter than the level."""
    return written.text if written.binding > level else f"({written.text})"


def _membership(operand: _Written, among: str) -> _Written:
    text = _above(operand, _COMPARISON)
    return _Written(f"{text} in {among}", _COMPARISON, f"{text} not in {among}")


def _call(op: str, below: tuple[_Written, ...]) -> _Written:
    level = _PRECEDENCE.get(op, _PRIMARY)
    match op:
        case "to_float":
            return below[0]
        case "not":
            return _Written(below[0].negated or f"not {_above(below[0], level - 1)}", level)
        case "neg":
            return _Written(f"-{_above(below[0], level - 1)}", level)
        case "is_missing" | "is_present":
            return _Written(f"{_above(below[0], level)} {op.replace('_', ' ')}", level)
        case "in":
            return _membership(below[0], f"[{_listed(below[1:])}]")
        case _ if level == _PRIMARY:
            return _Written(f"{op}({_listed(below)})", level)
        case _:
            return _Written(_chain(op, level, below), level)


def _listed(below: tuple[_Written, ...]) -> str:
    return ", ".join(written.text for written in below)


def _chain(op: str, level: int, below: tuple[_Written, ...]) -> str:
    left = level if level == _COMPARISON else level - 1  # comparisons do not chain: both sides bind tighter
    right = left if op in _ASSOCIATIVE else level
    return f" {op} ".join([_above(below[0], left), *(_above(written, right) for written in below[1:])])
