"""Names of windows in, plans and rule sets out: small ones, by hand."""

from hashlib import blake2b

from msgspec.structs import replace

from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Profile, Slot
from fraudc_runtime.plan import All, Currency, EntitySpec, FieldSpec, ListValues, MoneySpec, Plan, Rule, Schema, Signature, Sliding, Window

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

SCHEMA = Schema(
    id="id",
    event_time="at",
    fields=(
        FieldSpec("id", "string"),
        FieldSpec("at", "timestamp"),
        FieldSpec("booked", "timestamp", optional=True),
        FieldSpec("card", "string"),
        FieldSpec("shop", "string", optional=True),
        FieldSpec("amount", "money"),
        FieldSpec("country", "string", optional=True),
    ),
    money=MoneySpec("USD", None, {"USD": Currency(2, "1"), "EUR": Currency(2, "1.08")}),
    entities=(EntitySpec("card", ("card",), (FieldSpec("limit", "money", optional=True),)), EntitySpec("shop", ("shop",))),
)
AMOUNT, COUNTRY = Field("amount", "money", False), Field("country", "string", True)
RISKY = InList(COUNTRY, "risky:string")
LIMIT = Profile("limit", "money")


def window(text: str, over: Window | None = None, *, entity: str = "card", delay: int = 0, **given: object) -> Signature:
    """A count over 1h unless said otherwise, known by its text."""
    rest: dict[str, object] = {"where": None, "function": "count", "argument": None, "parameter": "", "condition": None, "type": "int"}
    identity = blake2b(text.encode(), digest_size=8).hexdigest()
    return Signature(identity, text, entity, window=over or Sliding(HOUR), excluding=False, delay=delay, **(rest | given))  # type: ignore[arg-type]  # the names are Signature's own


A, B, C = window("a"), window("b", Sliding(10 * MINUTE), delay=DAY), window("c", All())


def rule(id: str, *read: Signature, entity: str | None = "card", **given: object) -> Rule:
    """A rule that fires when each of the windows it reads is above 1."""
    when: Expr = Const("bool", True, "true")
    for signature in read:
        when = Call("and", (when, Call(">", (Slot(signature.id, "int"), Const("int", 1, "1")), "bool")), "bool")
    rest: dict[str, object] = dict.fromkeys(("title", "where", "cooldown", "unless", "within", "message", "start", "end"))
    rest |= {"severity": "medium", "lets": (), "mode": "live", "rollout": "1", "labels": {}, "values": ()}
    return Rule(id=id, entity=entity, when=when, **(rest | given))  # type: ignore[arg-type]  # the names are Rule's own


def plan(
    *signatures: Signature, schema: Schema = SCHEMA, rules: tuple[Rule, ...] | None = None, risky: tuple[str, ...] | None = None
) -> Plan:
    """One rule a window unless rules are given; with `risky` a list of that name."""
    lists = {} if risky is None else {"risky:string": ListValues("string", risky)}
    return Plan(schema, lists, signatures, rules if rules is not None else tuple(rule(f"on-{s.text}", s) for s in signatures))


def schema(**changes: object) -> Schema:
    """The sample schema with other parts."""
    return replace(SCHEMA, **changes)


def fields(*extra: FieldSpec, without: str = "", **types: str) -> tuple[FieldSpec, ...]:
    """The sample's fields, some with other types, one left out, some more behind."""
    kept = (replace(field, type=types.get(field.name, field.type)) for field in SCHEMA.fields if field.name != without)
    return (*kept, *extra)
