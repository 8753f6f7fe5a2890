"""How messages speak of types and of what a user wrote."""

from fraudc import syntax
from fraudc.source import Span
from fraudc_runtime.expr import Type

_LONGEST = 40

TYPE_WORDS: dict[Type, str] = {
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "money": "money",
    "string": "text",
    "timestamp": "a time",
    "duration": "a duration",
}


def written(span: Span) -> str:
    """What stands at a place, on one line and not too long, in back quotes."""
    text = " ".join(span.file.text[span.start : min(span.end, span.start + 400)].split())
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}`"


def is_a(node: syntax.Node, type_: Type) -> str:
    """`amount` is money, 5000 is a number."""
    literal = isinstance(node, syntax.Number | syntax.Percent | syntax.Money | syntax.Duration | syntax.String)
    text = written(node.span)
    return f"{text[1:-1] if literal else text} is {TYPE_WORDS[type_]}"


def one_of(types: tuple[Type, ...]) -> str:
    """`a number, money or text`."""
    if types == ("int",):
        return "a whole number"
    words = list(dict.fromkeys(TYPE_WORDS[type_] for type_ in types))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
