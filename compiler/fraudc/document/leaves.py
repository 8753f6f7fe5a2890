"""The leaf types of documents: a node in, the checked value or a coded mistake out."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from fraudc.codes import keys
from fraudc.diagnostics import Code
from fraudc.literals.durations import milliseconds
from fraudc.literals.instants import instant
from fraudc.load import Scalar
from fraudc.source import Fragment
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Type

RESERVED = frozenset(["and", "or", "not", "in", "is", "where", "over", "true", "false", "missing", "match"])
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RULE_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
TYPES: tuple[Type, ...] = tuple(t for t in get_args(Type) if t != "duration")

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_LONGEST_DECIMAL = 28  # characters; Decimal's own precision, so that a percent of it is exact


class Model(BaseModel):
    """What every model of a document is: frozen, and no key but its own. Its `title` names it in messages."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)

    @classmethod
    def longhand(cls, data: Any) -> Any:
        """The full form of data that may be written shorter."""
        return data

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """The keys as files spell them, in the order of the model."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: Any) -> Any:
        if isinstance(data, cls):
            return data
        full = cls.longhand(data)
        if not isinstance(full, dict):
            raise mistake(
                keys.TYPE, f"{kind(full)} cannot stand for {cls.model_config['title']}", f"write keys: {', '.join(cls.key_names()[:4])}…"
            )
        unknown = [key for key in full if key not in cls.key_names()]
        if unknown:
            raise PydanticCustomError("unknown_keys", "unknown keys", {"unknown": unknown, "model": cls})
        return full


@dataclass(frozen=True, slots=True)
class FieldType:
    """`money?`: the type, and whether a value may be missing."""

    type: Type
    optional: bool


def mistake(code: Code, message: str, label: str) -> PydanticCustomError:
    """A mistake for pydantic to carry to its place in the file."""
    return PydanticCustomError("fraudc", "{message}", {"code": code, "message": message, "label": label})


def shown(text: str) -> str:
    """User's text for a message: in back quotes, on one line, cut after 60 characters."""
    line = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return f"`{line if len(line) <= 60 else line[:57] + '...'}`"


def kind(data: Any) -> str:
    """What stands there, in a user's words."""
    match data:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case Scalar(value=None):
            return "an empty value"
        case Scalar(text=found):
            return shown(found)
        case _:
            return "this"


def scalar(node: Any, wanted: str) -> Scalar:
    """The scalar that a leaf needs; the mistake says what was wanted."""
    if isinstance(node, Scalar):
        if node.value is None:
            raise mistake(keys.EMPTY, "this value is empty", f"write {wanted}, or remove the line")
        return node
    bracket = "[" if isinstance(node, list) else "{"
    raise mistake(keys.TYPE, f"{kind(node)} cannot stand here", f"write {wanted}, in quotes if it begins with `{bracket}`")


def text(node: Any) -> str:
    found = scalar(node, "a text")
    if not isinstance(found.value, str):
        raise mistake(keys.TYPE, f"{shown(found.text)} is not a text here", f'put it in quotes: `"{found.text[:60]}"`')
    return found.text


def fragment(node: Any) -> Fragment:
    return scalar(node, "an expression").fragment()


def name(node: Any) -> str:
    """A name that rules can use: identifier, not reserved."""
    return check_name(text(node))


def check_name(found: str) -> str:
    if not NAME.fullmatch(found):
        raise mistake(keys.NAME, f"{shown(found)} is not a name", "letters, digits and `_`, and no digit first")
    if found in RESERVED:
        raise mistake(keys.RESERVED, f"`{found}` is a word of the language", "choose another name")
    return found


def rule_id(node: Any) -> str:
    found = text(node)
    if not RULE_ID.fullmatch(found):
        raise mistake(keys.RULE_ID, f"{shown(found)} is not a rule id", "small letters, digits and `-`, a letter first, at most 63")
    return found


def duration(node: Any) -> int:
    """Milliseconds."""
    found = scalar(node, "a duration like `10m`")
    ms = milliseconds(found.text)
    if ms is None:
        raise mistake(keys.DURATION, f"{shown(found.text)} is not a duration", "like `500ms`, `30s`, `10m`, `1h30m`, `7d` or `2w`")
    return ms


def positive_duration(node: Any) -> int:
    ms = duration(node)
    if ms == 0:
        raise mistake(keys.DURATION, "this duration must be more than 0", "like `10m`")
    return ms


def moment(node: Any) -> int:
    """Epoch milliseconds."""
    found = scalar(node, "a time like `2026-01-01T00:00:00Z`")
    ms = instant(found.text)
    if ms is None:
        raise mistake(
            keys.INSTANT, f"{shown(found.text)} is not a time with an offset", "like `2026-01-01T00:00:00Z` or `2026-01-01T00:00:00+02:00`"
        )
    return ms


def share(node: Any) -> str:
    """`5%` or 0.05 as decimal text from 0 to 1."""
    found = scalar(node, "a share like `5%`")
    percent = found.text.endswith("%")
    digits = found.text[:-1].rstrip() if percent else found.text
    value = decimal(digits)
    if value is None or (value := value / 100 if percent else value) > 1:
        raise mistake(keys.ROLLOUT, f"{shown(found.text)} is not a share", "a percent from `0%` to `100%`, or a number from 0 to 1")
    return plain(value)


def decimal(digits: str) -> Decimal | None:
    """A number without sign, exactly; with an exponent, as programs write small ones, of at most two digits."""
    return Decimal(digits) if len(digits) <= _LONGEST_DECIMAL and _DECIMAL.fullmatch(digits) else None


def plain(value: Decimal) -> str:
    """Decimal text without exponent and trailing zeros."""
    shortest = format(value, "f")
    return shortest.rstrip("0").rstrip(".") if "." in shortest else shortest


def positive_decimal(node: Any) -> str:
    """A number above 0 as decimal text."""
    found = scalar(node, "a number")
    value = decimal(found.text)
    if not value:
        raise mistake(keys.NUMBER, f"{shown(found.text)} is not a number above 0", "like `1.08`")
    return plain(value)


def positive_int(node: Any) -> int:
    found = scalar(node, "a whole number")
    value = found.value
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise mistake(keys.NUMBER, f"{shown(found.text)} is not a whole number above 0", "like `3`")
    return value


def port(node: Any) -> int:
    found = positive_int(node)
    if found > 65_535:
        raise mistake(keys.NUMBER, f"{found} is not a port", "1 to 65535")
    return found


def loose_text(node: Any) -> str:
    """A setting that is passed on as text."""
    return scalar(node, "a single value").text


def field_type(node: Any) -> FieldType:
    found = scalar(node, "a type")
    optional = found.text.endswith("?")
    bare = found.text.removesuffix("?")
    for known in TYPES:
        if known == bare:
            return FieldType(known, optional)
    hint = did_you_mean(bare, TYPES) or f"a type is one of {', '.join(TYPES)}, with `?` where a value may be missing"
    raise mistake(keys.FIELD_TYPE, f"{shown(found.text)} is not a type", hint)


def version(node: Any) -> int:
    found = scalar(node, "`1`")
    if found.value != 1 or isinstance(found.value, bool | float):
        raise mistake(keys.VERSION, f"version {shown(found.text)} is not known here", "write `version: 1`")
    return 1


@dataclass(frozen=True, slots=True)
class one_of:  # noqa: N801 - a leaf like the functions beside it, with its choices to be seen
    """A leaf whose text is one of the choices; `what` is what they are."""

    what: str
    choices: tuple[str, ...]

    def __call__(self, node: Any) -> str:
        found = scalar(node, " or ".join(f"`{c}`" for c in self.choices))
        if found.text not in self.choices:
            listed = ", ".join(f"`{c}`" for c in self.choices)
            label = did_you_mean(found.text, self.choices) or f"write one of {listed}"
            raise mistake(keys.CHOICE, f"there is no {self.what} {shown(found.text)}", label)
        return found.text


Text = Annotated[str, BeforeValidator(text)]
Name = Annotated[str, BeforeValidator(name)]
NameKey = Annotated[str, AfterValidator(check_name)]  # the key of a mapping that declares names
RuleId = Annotated[str, BeforeValidator(rule_id)]
Expression = Annotated[Fragment, BeforeValidator(fragment)]
Duration = Annotated[int, BeforeValidator(duration)]
PositiveDuration = Annotated[int, BeforeValidator(positive_duration)]
Instant = Annotated[int, BeforeValidator(moment)]
Share = Annotated[str, BeforeValidator(share)]
PositiveDecimal = Annotated[str, BeforeValidator(positive_decimal)]
PositiveInt = Annotated[int, BeforeValidator(positive_int)]
TypeText = Annotated[FieldType, BeforeValidator(field_type)]
Version = Annotated[int, BeforeValidator(version)]
