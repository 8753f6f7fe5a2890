"""Expression text in, syntax tree out: a recursive descent over the grammar of the language."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reference.values import Duration, duration_ms


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class MoneyLiteral:
    text: str
    currency: str


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Dotted:
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator, `neg`, `not`, `is missing`, `is present` included, or a function by its name."""

    name: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """`x in items`; items are nodes, or the name of a list."""

    operand: "Node"
    items: "tuple[Node, ...] | str"


@dataclass(frozen=True, slots=True)
class Window:
    """kind: sliding, panes, tumbling or all; size and step in milliseconds."""

    kind: str
    size: int = 0
    step: int = 0
    zone: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate:
    name: str
    arguments: tuple["Node", ...]
    condition: "Node | None"
    window: Window
    excluding: bool
    delay: int


Node = Literal | MoneyLiteral | Name | Dotted | Operation | Membership | Aggregate

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<duration>(?:\d+(?:ms|[smhdw]))+(?![A-Za-z0-9_]))
  | (?P<money>\d[\d_]*(?:\.\d[\d_]*)?\s*[A-Z]{3}(?![A-Za-z0-9_]))
  | (?P<percent>\d[\d_]*(?:\.\d[\d_]*)?%)
  | (?P<number>\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?(?![A-Za-z0-9_]))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>\?\?|[=!<>]=|[-+*/%<>()\[\],.])
  )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_ESCAPED = {"n": "\n", "t": "\t"}


def parse(text: str) -> Node:
    """The tree of one expression; ValueError when it is none."""
    reader = _Reader(_tokens(text))
    node = reader.either()
    reader.expect("end")
    return node


def parse_window(text: str) -> Window:
    reader = _Reader(_tokens(text))
    window = reader.window()
    reader.expect("end")
    return window


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None or token.lastgroup is None:
            raise ValueError(f"cannot read {text[at:]!r}")
        found.append((token.lastgroup, token.group(token.lastgroup)))
        at = token.end()
    return [*found, ("end", "")]


def _unescape(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        code = found.group(1)
        return chr(int(code[1:], 16)) if code[0] == "u" and len(code) == 5 else _ESCAPED.get(code, code)

    return _ESCAPE.sub(one, text[1:-1])


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self, *texts: str) -> bool:
        kind, text = self.tokens[self.at]
        return kind in ("name", "sign") and text in texts

    def take(self, *texts: str) -> str | None:
        if not self.peek(*texts):
            return None
        self.at += 1
        return self.tokens[self.at - 1][1]

    def next_is(self, kind: str) -> bool:
        return self.tokens[self.at][0] == kind

    def expect(self, kind: str) -> str:
        found, text = self.tokens[self.at]
        if found != kind:
            raise ValueError(f"expected {kind}, found {text!r}")
        self.at += 1
        return text

    def must(self, text: str) -> None:
        if not self.take(text):
            raise ValueError(f"expected {text!r}, found {self.tokens[self.at][1]!r}")

    def chain(self, part: Callable[[], Node], *operators: str) -> Node:
        node = part()
        while operator := self.take(*operators):
            node = Operation(operator, (node, part()))
        return node

    def either(self) -> Node:
        return self.chain(self.both, "or")

    def both(self) -> Node:
        return self.chain(self.negation, "and")

    def negation(self) -> Node:
        if self.take("not"):
            return Operation("not", (self.negation(),))
        return self.compare()

    def compare(self) -> Node:
        left = self.coalesce()
        if operator := self.take("==", "!=", "<", "<=", ">", ">="):
            return Operation(operator, (left, self.coalesce()))
        if self.take("is"):
            return Operation("is " + (self.take("missing", "present") or "?"), (left,))
        if self.peek("not") and self.tokens[self.at + 1] == ("name", "in"):
            self.at += 2
            return Operation("not", (Membership(left, self.items()),))
        return Membership(left, self.items()) if self.take("in") else left

    def coalesce(self) -> Node:
        return self.chain(self.add, "??")

    def add(self) -> Node:
        return self.chain(self.mul, "+", "-")

    def mul(self) -> Node:
        return self.chain(self.unary, "*", "/", "%")

    def unary(self) -> Node:
        return Operation("neg", (self.unary(),)) if self.take("-") else self.primary()

    def items(self) -> tuple[Node, ...] | str:
        if self.next_is("name"):
            return self.expect("name")
        found = self.listed("[", "]")
        self.must("]")
        return found

    def listed(self, opening: str, closing: str) -> tuple[Node, ...]:
        self.must(opening)
        found: list[Node] = []
        while not self.peek(closing, "where"):
            if found:
                self.must(",")
            found.append(self.either())
        return tuple(found)

    def primary(self) -> Node:
        kind, text = self.tokens[self.at]
        if kind == "sign":
            self.must("(")
            node = self.either()
            self.must(")")
            return node
        self.at += 1
        return self.named(text) if kind == "name" else _literal(kind, text)

    def named(self, name: str) -> Node:
        if name in ("true", "false", "missing"):
            return Literal({"true": True, "false": False, "missing": None}[name])
        if self.take("."):
            return Dotted(name, self.expect("name"))
        return self.called(name) if self.peek("(") else Name(name)

    def called(self, name: str) -> Node:
        arguments = self.listed("(", ")")
        condition = self.either() if self.take("where") else None
        self.must(")")
        if not self.take("over"):
            return Operation(name, arguments)
        window = self.window()
        excluding = bool(self.take("excluding"))
        if excluding:
            self.must("current")
        delay = 0
        if self.take("delayed"):
            self.must("by")
            delay = duration_ms(self.expect("duration"))
        return Aggregate(name, arguments, condition, window, excluding, delay)

    def window(self) -> Window:
        if self.take("all"):
            return Window("all")
        if self.take("tumbling"):
            size = duration_ms(self.expect("duration"))
            zone = None
            if self.peek("in") and self.tokens[self.at + 1][0] == "string":
                self.at += 1
                zone = _unescape(self.expect("string"))
            return Window("tumbling", size, zone=zone)
        size = duration_ms(self.expect("duration"))
        if self.take("every"):
            return Window("panes", size, duration_ms(self.expect("duration")))
        return Window("sliding", size)


def _literal(kind: str, text: str) -> Node:
    plain = text.replace("_", "")
    match kind:
        case "string":
            return Literal(_unescape(text))
        case "duration":
            return Literal(Duration(duration_ms(text)))
        case "money":
            return MoneyLiteral(plain[:-3].strip(), plain[-3:])
        case "percent":
            return Literal(float(Fraction(plain[:-1]) / 100))
        case "number":
            return Literal(int(plain) if plain.isdigit() else float(plain))
    raise ValueError(f"unexpected {text!r}")
