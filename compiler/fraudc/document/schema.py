"""The shape of fraudc.yaml: the transaction schema, the globs of rule files, and the job."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from fraudc.codes import keys
from fraudc.document.job import JobDocument
from fraudc.document.leaves import (
    Duration,
    Model,
    Name,
    NameKey,
    PositiveDecimal,
    PositiveDuration,
    Text,
    TypeText,
    Version,
    mistake,
    scalar,
    shown,
    text,
)  # fmt: skip
from fraudc.load import Scalar


def _given(node: Any) -> Scalar:
    return scalar(node, "a single value")


def _path(node: Any) -> tuple[str, ...]:
    parts = tuple(text(node).split("."))
    if not all(parts):
        raise mistake(keys.PATH, f"{shown('.'.join(parts))} is not a path", "names with dots between them, like `card.bin`")
    return parts


class FieldDocument(Model):
    """A declared field: `path` is () at top level; `default` the scalar as written (see document/defaults.py)."""

    model_config = ConfigDict(title="a field")

    type: TypeText
    path: Annotated[tuple[str, ...], BeforeValidator(_path)] = ()
    aliases: list[Text] = Field(default_factory=list)
    default: Annotated[Scalar, BeforeValidator(_given)] | None = None

    @classmethod
    def longhand(cls, data: Any) -> Any:
        return {"type": data} if isinstance(data, Scalar) else data


class MoneyDocument(Model):
    """`rates`: units of base for one unit of the currency, as decimal text."""

    model_config = ConfigDict(title="`money`")

    base: Text
    currency_field: Text | None = None
    rates: dict[str, PositiveDecimal] = Field(default_factory=dict)


class EntityDocument(Model):
    """`key` has one field name or several."""

    model_config = ConfigDict(title="an entity")

    key: list[Text]
    profile: dict[NameKey, TypeText] = Field(default_factory=dict)
    forget: PositiveDuration | None = None

    @classmethod
    def longhand(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("key"), Scalar):
            return {**data, "key": [data["key"]]}
        return data


class SchemaDocument(Model):
    """The transaction schema; durations in milliseconds. Parts with mistakes are left out, and stand in Document.broken."""

    model_config = ConfigDict(title="`schema`")

    id: Name
    event_time: Name
    fields: dict[NameKey, FieldDocument]
    money: MoneyDocument | None = None
    entities: dict[NameKey, EntityDocument] = Field(default_factory=dict)
    dedupe: Duration = 3_600_000
    max_disorder: Duration = 5_000
    idle: PositiveDuration = 10_000
    retire: Duration = 86_400_000
    max_future: Duration = 600_000


class ProjectDocument(Model):
    """fraudc.yaml. `transactions` is what stands under `schema`."""

    model_config = ConfigDict(title="fraudc.yaml")

    version: Version
    transactions: SchemaDocument = Field(alias="schema")
    rules: list[Text]
    job: JobDocument | None = None
