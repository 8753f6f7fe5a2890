"""Plan in, Plan out: passes that change what it costs and never what it says. Each is a plain function; PASSES is their order."""

from collections.abc import Callable
from hashlib import blake2b

import msgspec

from fraudc.expressions.trees import fold, nodes, rebuilt
from fraudc.optimize.folding import folded
from fraudc_runtime.expr import Expr, Slot
from fraudc_runtime.plan import Plan, Rule

Pass = Callable[[Plan], Plan]


def fold_constants(plan: Plan) -> Plan:
    """Computes what literals alone decide, in lets, `when` and `unless`.

    `where` and what stands inside aggregates name state, and stay as they were written: folded, an amount in another currency
    would turn into one at today's rate.

    >>> from fraudc_runtime.expr import Call, Const
    >>> two = Const("int", 2, "2")
    >>> folded(Call("*", (two, Call("+", (two, two), "int")), "int"), None)
    Const(type='int', value=8, text='8')
    """
    return _rewritten(plan, lambda expr: folded(expr, plan.schema.money))


def share_windows(plan: Plan) -> Plan:
    """Equal texts become one signature, named by a digest of it; signatures that no rule reads go.

    >>> signature_id("customer: count() over 10m")
    '7388aac2268af920'
    """
    by_id = {signature.id: signature for signature in plan.signatures}
    read = [by_id[node.signature] for rule in plan.rules for expr in _expressions(rule) for node in nodes(expr) if isinstance(node, Slot)]
    shared = {signature.text: msgspec.structs.replace(signature, id=signature_id(signature.text)) for signature in read}

    def shares(node: Expr, below: tuple[Expr, ...]) -> Expr:
        return Slot(signature_id(by_id[node.signature].text), node.type) if isinstance(node, Slot) else rebuilt(node, below)

    return msgspec.structs.replace(_rewritten(plan, lambda expr: fold(expr, shares)), signatures=tuple(shared.values()))


PASSES: tuple[Pass, ...] = (fold_constants, share_windows)


def optimize(plan: Plan) -> Plan:
    """Every pass, once, in order."""
    for step in PASSES:
        plan = step(plan)
    return plan


def signature_id(text: str) -> str:
    """16 hexadecimal digits that stand for a signature's text."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _rewritten(plan: Plan, change: Callable[[Expr], Expr]) -> Plan:
    """The plan with other lets, `when` and `unless`."""
    return msgspec.structs.replace(plan, rules=tuple(_rewritten_rule(rule, change) for rule in plan.rules))


def _rewritten_rule(rule: Rule, change: Callable[[Expr], Expr]) -> Rule:
    return msgspec.structs.replace(
        rule,
        lets=tuple(msgspec.structs.replace(let, expr=change(let.expr)) for let in rule.lets),
        when=change(rule.when),
        unless=None if rule.unless is None else change(rule.unless),
    )


def _expressions(rule: Rule) -> tuple[Expr, ...]:
    return (*(let.expr for let in rule.lets), rule.when)
