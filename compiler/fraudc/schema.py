"""The checked document of fraudc.yaml in, the transaction schema of the Plan out."""

from fraudc.document import Document, EntityDocument, FieldDocument, ProjectDocument
from fraudc.document.defaults import default_text
from fraudc.literals.currencies import decimals
from fraudc_runtime.plan import Currency, EntitySpec, FieldSpec, MoneySpec, Schema


def schema_of(document: Document[ProjectDocument]) -> Schema:
    """The schema. Of a document with mistakes, one that is good enough to check rules against."""
    declared = document.content.transactions
    return Schema(
        id=declared.id,
        event_time=declared.event_time,
        fields=tuple(_field(name, field) for name, field in declared.fields.items()),
        money=_money(document),
        entities=tuple(_entity(name, entity) for name, entity in declared.entities.items()),
        dedupe=declared.dedupe,
        max_disorder=declared.max_disorder,
        idle=declared.idle,
        retire=declared.retire,
        max_future=declared.max_future,
    )


def broken_names(document: Document[ProjectDocument]) -> frozenset[str]:
    """Names of fields, profile fields and entities that are declared with a mistake, and so are missing from the schema."""
    depths = (("schema", "fields"), ("schema", "entities"))
    names = {str(path[2]) for path in document.broken if len(path) > 2 and path[:2] in depths}
    return frozenset(names | {str(path[4]) for path in document.broken if len(path) > 4 and path[3] == "profile"})


def _field(name: str, field: FieldDocument) -> FieldSpec:
    default = None if field.default is None else default_text(field.default, field.type)
    return FieldSpec(name, field.type.type, field.type.optional, field.path, tuple(field.aliases), default)


def _entity(name: str, entity: EntityDocument) -> EntitySpec:
    profile = tuple(FieldSpec(field, column.type, column.optional) for field, column in entity.profile.items())
    return EntitySpec(name, tuple(entity.key), profile, entity.forget)


def _money(document: Document[ProjectDocument]) -> MoneySpec | None:
    """Rates with mistakes count as 1, so that rules that use the currency are checked all the same."""
    declared = document.content.transactions.money
    if declared is None:
        if not document.is_broken(("schema", "money")):
            return None
        return MoneySpec("USD", None, {"USD": Currency(2, "1")})
    broken = {str(path[3]): "1" for path in document.broken if path[:3] == ("schema", "money", "rates") and len(path) > 3}
    rates = {declared.base: "1"} | {code: rate for code, rate in (declared.rates | broken).items() if code != declared.base}
    currencies = {code: Currency(digits, rate) for code, rate in rates.items() if (digits := decimals(code)) is not None}
    currencies.setdefault(declared.base, Currency(2, "1"))  # an unknown base is reported already
    return MoneySpec(declared.base, declared.currency_field, currencies)
