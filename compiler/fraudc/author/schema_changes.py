"""Two rule sets in, what differs between their schemas out, each with what it means for the running job and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fraudc.expressions.spell import spell_duration
from fraudc_runtime.plan import EntitySpec, FieldSpec, MoneySpec, Schema
from fraudc_runtime.rulesets.ruleset import RuleSet
from fraudc_runtime.rulesets.shape import Conflict, conflicts, shape

_LATER = "It applies when the job next starts."
_FROM_NOW = "It applies from then on."


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """`what` is a clause, `reason` a sentence."""

    what: str
    verdict: Literal["KEEP", "REDEPLOY"]
    reason: str


def schema_changes(old: RuleSet, new: RuleSet) -> tuple[SchemaChange, ...]:
    """What needs a redeploy first, then the rest in the order of the schema."""
    redeploy = [_conflict(conflict) for conflict in conflicts(old.shape, shape(new.plan.schema))]
    return (*redeploy, *_kept(old.plan.schema, new.plan.schema))


def _conflict(found: Conflict) -> SchemaChange:
    name, before, after = found.name, found.before, found.after
    match found.part:
        case "id":
            what, reason = f"the id was `{before}` and is `{after}`", "Ids that are remembered are those of another field; windows survive."
        case "event_time":
            what = f"the event time was `{before}` and is `{after}`"
            reason = "All that is remembered lies on another time line; nothing but profile rows survives."
        case "dedupe":
            what = f"dedupe was {spell_duration(int(before))} and is {spell_duration(int(after))}"
            reason = "Ids are remembered for the old time; windows survive."
        case "base":
            what, reason = f"money was kept in {before} and is in {after}", "Amounts in state are in the old currency; counts survive."
        case "field":
            what, reason = f"`{name}` was {before} and is {after}", "Windows that read it are lost; the others survive."
        case "profile":
            what, reason = f"`{name}` was {before} and is {after}", "Its rows are of the old type until they are loaded again."
        case "key":
            what, reason = f"the key of {name} was {before} and is {after}", f"All that is remembered of each {name} is lost."
    return SchemaChange(what, "REDEPLOY", reason)


def _kept(old: Schema, new: Schema) -> Iterator[SchemaChange]:
    for what, reason in (
        *_fields("", old.fields, new.fields),
        *_money(old.money, new.money),
        *_entities(old.entities, new.entities),
        *_durations(old, new),
    ):
        yield SchemaChange(what, "KEEP", reason)


def _fields(owner: str, old: tuple[FieldSpec, ...], new: tuple[FieldSpec, ...]) -> Iterator[tuple[str, str]]:
    before, after = {field.name: field for field in old}, {field.name: field for field in new}
    for name, field in after.items():
        if name not in before:
            yield f"`{owner}{name}` is new, {_presence(field)}", _arrival(field, bool(owner))
        else:
            yield from _field(f"{owner}{name}", before[name], field)
    for name in [name for name in before if name not in after]:
        yield f"`{owner}{name}` is gone", "It is read no more; windows that are fed from it are dropped at the swap."


def _presence(field: FieldSpec) -> str:
    return "optional" if field.optional else ("with a default" if field.default is not None else "required")


def _arrival(field: FieldSpec, profile: bool) -> str:
    if profile:
        return "It is missing until its rows are loaded."
    if field.optional or field.default is not None:
        return "It is missing in transactions that were read before the swap."
    return "Transactions without it are bad input from the swap on."


def _field(name: str, old: FieldSpec, new: FieldSpec) -> Iterator[tuple[str, str]]:
    if old.optional and not new.optional and new.default is None:
        yield f"`{name}` is required", "Transactions without it are bad input from the swap on."
    elif new.optional and not old.optional:
        yield f"`{name}` is optional", "Transactions may lack it from the swap on."
    if old.default != new.default:
        yield f"the default of `{name}` was {old.default or 'none'} and is {new.default or 'none'}", _FROM_NOW
    if old.aliases != new.aliases:
        yield f"the aliases of `{name}` were {_names(old.aliases)} and are {_names(new.aliases)}", _FROM_NOW
    if old.path != new.path:
        yield f"the path of `{name}` was {'.'.join(old.path) or 'none'} and is {'.'.join(new.path) or 'none'}", _FROM_NOW


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def _money(old: MoneySpec | None, new: MoneySpec | None) -> Iterator[tuple[str, str]]:
    if old is None or new is None:
        if old is not new:
            yield f"money is {'declared' if new else 'no longer declared'}", _FROM_NOW
        return
    if old.currency_field != new.currency_field:
        yield f"the currency field was {old.currency_field or 'none'} and is {new.currency_field or 'none'}", _FROM_NOW
    if old.base != new.base:
        return  # all rates are in another currency
    for code in sorted({*old.currencies, *new.currencies}):
        before, after = (spec.currencies[code].rate if code in spec.currencies else "none" for spec in (old, new))
        if before != after:
            yield f"the rate of {code} was {before} and is {after}", "Amounts in state keep the rate that they were read with."


def _entities(old: tuple[EntitySpec, ...], new: tuple[EntitySpec, ...]) -> Iterator[tuple[str, str]]:
    before, after = {entity.name: entity for entity in old}, {entity.name: entity for entity in new}
    for name, entity in after.items():
        if name not in before:
            yield f"the entity {name} is new", "Nothing is remembered of it yet."
            continue
        was = before[name]
        yield from _fields(f"{name}.", was.profile, entity.profile)
        if was.forget != entity.forget:
            yield f"{name} is forgotten after {_wait(was.forget)} before, and {_wait(entity.forget)} now", _FROM_NOW
    for name in [name for name in before if name not in after]:
        yield f"the entity {name} is gone", "All that is remembered of it is dropped at the swap."


def _wait(milliseconds: int | None) -> str:
    return "no time" if milliseconds is None else spell_duration(milliseconds)


def _durations(old: Schema, new: Schema) -> Iterator[tuple[str, str]]:
    for name, before, after, reason in (
        ("max_disorder", old.max_disorder, new.max_disorder, _LATER),
        ("idle", old.idle, new.idle, _LATER),
        ("max_future", old.max_future, new.max_future, _LATER),
        ("retire", old.retire, new.retire, "For windows that are retired from the swap on."),
    ):
        if before != after:
            yield f"{name} was {spell_duration(before)} and is {spell_duration(after)}", reason
