"""A rule in, the function that renders its alert out: called only for an alert that goes out or is held."""

from collections.abc import Callable
from fractions import Fraction
from hashlib import blake2b
from json.encoder import encode_basestring as quoted

import msgspec

from fraudc_runtime.expr import Expr, Let, Slot, Type, children
from fraudc_runtime.frames import ALERT, SHADOW
from fraudc_runtime.lower.expression import Lowering
from fraudc_runtime.lower.leaves import Leaves
from fraudc_runtime.lower.source import Block, Lowered, Namespace, concatenated
from fraudc_runtime.plan import EntitySpec, Hole, Plan, Rule, Text
from fraudc_runtime.render import money_text, seconds, timestamp_text, transaction_renderer
from fraudc_runtime.rulesets.swapping import Orders

Rendered = tuple[int, bytes, bytes]  # tag, what stands before the number of suppressed matches, what stands after


def slots_of_lets(rule: Rule) -> list[str]:
    """Ids of the signatures that the rule's lets read, each once, in order."""
    found: dict[str, None] = {}
    for let in rule.lets:
        waiting: list[Expr] = [let.expr]
        while waiting:
            expr = waiting.pop()
            if isinstance(expr, Slot):
                found[expr.signature] = None
            waiting += reversed(children(expr))
    return list(found)


def alert_function(
    name: str, rule: Rule, orders: Orders, entity: EntitySpec | None, slots: dict[str, Lowered], namespace: Namespace
) -> None:
    """Defines `name(item, P, *slots) -> Rendered`, the slots in the order of `slots_of_lets`.

    Once the rule fires: a swap would compile hundreds of these while transactions wait.
    """

    def source() -> str:
        leaves = Leaves(orders, entity, slots={s: Lowered(f"a{at}", slots[s].maybe) for at, s in enumerate(slots_of_lets(rule))})
        lowering = Lowering(namespace, orders.plan.lists, leaves.read)
        body = Block(level=1)
        for let in rule.lets:
            lowered = lowering.value(let.expr)
            body.extend(lowering.take_statements())
            body.add(f"l_{let.name} = {lowered.text}")
            leaves.lets[let.name] = Lowered(f"l_{let.name}", lowered.maybe)
        body.add(*_envelope(rule, orders, entity, leaves, namespace))
        arguments = "".join(f", {leaves.slots[s].text}" for s in leaves.slots)
        return f"def {name}(item, P{arguments}):\n {leaves.unpacking()} = item\n{body.text()}"

    namespace.define_when_called(name, source)


def _envelope(rule: Rule, orders: Orders, entity: EntitySpec | None, leaves: Leaves, namespace: Namespace) -> list[str]:
    """Keys in the order of the format; what is the same for all alerts of the rule is literal text."""
    plan = orders.plan
    quote, instant = namespace.constant(quoted), namespace.constant(timestamp_text)
    start = f',"rule":{quoted(rule.id)},"revision":{plan.revision},"severity":{quoted(rule.severity)},"mode":"'
    owner = [repr(f'","entity":{quoted(entity.name)},"key":'), f"{quote}(key)"] if entity else [repr('","entity":null,"key":null')]
    decided = [repr(',"decided_at":"'), f"{instant}(t + {rule.within})", "'\"'"] if rule.unless is not None else []
    parts = [
        *(repr('{"alert_id":'), f"{quote}({rule.id + ':'!r} + id_)"),
        *(repr(start), f"('live' if tag == {ALERT} else 'shadow')", *owner),
        *(repr(',"transaction_id":'), f"{quote}(id_)", repr(',"event_time":"'), f"{instant}(t)", "'\"'", *decided),
        *(repr(',"values":{'), _values(rule, plan, leaves, namespace)),
        *(repr('},"message":'), _message(rule, plan, leaves, namespace), repr(',"suppressed":')),
    ]
    transaction = namespace.bound(("transaction",), lambda: transaction_renderer(plan.schema, orders.columns))
    return [
        f"tag = {_tag(rule, namespace)}",
        f"head = {concatenated(parts)}",
        f"return tag, head.encode(), {_tail(rule, orders.warm_from.get(rule.id))} + {transaction}(item) + b'}}'",
    ]


def _tag(rule: Rule, namespace: Namespace) -> str:
    share = Fraction(rule.rollout)
    if rule.mode != "live":
        return str(SHADOW)
    return str(ALERT) if share >= 1 else namespace.constant(_rollout(rule.id, share), "rollout") + "(key)"


def _tail(rule: Rule, warm_from: int | None) -> str:
    """The source of what stands between the number of suppressed matches and the transaction."""
    labels = msgspec.json.encode(rule.labels)
    warm, cold = (b',"warm":' + each + b',"labels":' + labels + b',"transaction":' for each in (b"true", b"false"))
    return repr(warm) if warm_from is None else f"({warm!r} if t >= {warm_from} else {cold!r})"


def _rollout(rule_id: str, share: Fraction) -> Callable[[str], int]:
    """The tag for a key: live when 64 bits of a digest of rule and key, as a fraction, are below the share."""
    prefix = rule_id.encode() + b"\x00"

    def tag(key: str) -> int:
        digest = blake2b(prefix + key.encode("utf-8", "surrogatepass"), digest_size=64).digest()
        return ALERT if Fraction(int.from_bytes(digest[:8], "big"), 2**64) < share else SHADOW

    return tag


def _values(rule: Rule, plan: Plan, leaves: Leaves, namespace: Namespace) -> str:
    types = {field.name: field for field in plan.schema.fields}
    shown = [(let.name, let.type, leaves.lets[let.name]) for let in rule.lets]
    shown += [(name, types[name].type, leaves.field(name, types[name].optional)) for name in rule.values]
    parts = [
        repr(("," if at else "") + quoted(name) + ":") + " + " + _json(type, v, plan, namespace) for at, (name, type, v) in enumerate(shown)
    ]
    return concatenated(parts) or "''"


def _json(type: Type, value: Lowered, plan: Plan, namespace: Namespace) -> str:
    text = _json_writers(plan, namespace)[type].format(value.text)
    return f"({text} if {value.text} is not None else 'null')" if value.maybe else text


def _json_writers(plan: Plan, namespace: Namespace) -> dict[Type, str]:
    decimals = plan.schema.money.decimals if plan.schema.money else 0
    return {
        "bool": "('true' if {} else 'false')",
        "int": "str({})",
        "float": namespace.constant(float.__repr__) + "({})",
        "money": f"'\"' + {namespace.constant(money_text)}({{}}, {decimals}) + '\"'",
        "string": namespace.constant(quoted) + "({})",
        "timestamp": f"'\"' + {namespace.constant(timestamp_text)}({{}}) + '\"'",
        "duration": f"str({namespace.constant(seconds)}({{}}))",
    }


def _message(rule: Rule, plan: Plan, leaves: Leaves, namespace: Namespace) -> str:
    if rule.message is None:
        return "'null'"
    parts = [_message_part(part, plan, leaves, namespace) for part in rule.message]
    return f"{namespace.constant(quoted)}({concatenated(parts) or repr('')})"


def _message_part(part: Text | Hole, plan: Plan, leaves: Leaves, namespace: Namespace) -> str:
    if isinstance(part, Text):
        return repr(part.text)
    expr = part.expr
    value = leaves.lets[expr.name] if isinstance(expr, Let) else leaves.read(expr)  # type: ignore[arg-type]  # a hole is a Field or a Let
    money = plan.schema.money
    currency = repr(" " + money.base) if money else "''"
    writers = _json_writers(plan, namespace) | {
        "string": "{}",
        "money": f"{namespace.constant(money_text)}({{}}, {money.decimals if money else 0}) + {currency}",
        "timestamp": namespace.constant(timestamp_text) + "({})",
    }
    text = writers[expr.type].format(value.text)
    return f"({text} if {value.text} is not None else 'missing')" if value.maybe else f"({text})"
