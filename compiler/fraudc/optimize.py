"""Plan in, Plan out: passes that change what it costs and never what it says. Each is a plain function; PASSES is their order."""

from collections.abc import Callable
from hashlib import blake2b

import msgspec

from fraudc.folding import folded
from fraudc.trees import fold, nodes, rebuilt
from fraudc_runtime.expr import Expr, Slot
from fraudc_runtime.plan import Plan, Rule, Signature

Pass = Callable[[Plan], Plan]


def fold_constants(plan: Plan) -> Plan:
    """Computes what literals alone decide. Signatures keep their text: it is what was written.

    >>> from fraudc_runtime.expr import Call, Const
    >>> two = Const("int", 2, "2")
    >>> folded(Call("*", (two, Call("+", (two, two), "int")), "int"), None)
    Const(type='int', value=8, text='8')
    """
    return _rewritten(plan, lambda expr: folded(expr, plan.schema.money))


def share_windows(plan: Plan) -> Plan:
    """Equal texts become one signature, named by a digest of it; signatures that no rule reads go.

    >>> signature_id("customer: count() over 10m")
    '5b5c2ba3cba4b9d4'
    """
    by_id = {signature.id: signature for signature in plan.signatures}
    read = [by_id[node.signature] for rule in plan.rules for expr in _expressions(rule) for node in nodes(expr) if isinstance(node, Slot)]
    shared = {signature.text: msgspec.structs.replace(signature, id=signature_id(signature.text)) for signature in read}

    def shares(node: Expr, below: tuple[Expr, ...]) -> Expr:
        return Slot(signature_id(by_id[node.signature].text), node.type) if isinstance(node, Slot) else rebuilt(node, below)

    rules = _rewritten(plan, lambda expr: fold(expr, shares)).rules
    return msgspec.structs.replace(plan, signatures=tuple(shared.values()), rules=rules)


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
    rules = tuple(_rewritten_rule(rule, change) for rule in plan.rules)
    signatures = tuple(_rewritten_signature(signature, change) for signature in plan.signatures)
    return msgspec.structs.replace(plan, rules=rules, signatures=signatures)


def _rewritten_rule(rule: Rule, change: Callable[[Expr], Expr]) -> Rule:
    return msgspec.structs.replace(
        rule,
        where=None if rule.where is None else change(rule.where),
        lets=tuple(msgspec.structs.replace(let, expr=change(let.expr)) for let in rule.lets),
        when=change(rule.when),
        unless=None if rule.unless is None else change(rule.unless),
    )


def _rewritten_signature(signature: Signature, change: Callable[[Expr], Expr]) -> Signature:
    where, argument, condition = (
        None if expr is None else change(expr) for expr in (signature.where, signature.argument, signature.condition)
    )
    return msgspec.structs.replace(signature, where=where, argument=argument, condition=condition)


def _expressions(rule: Rule) -> tuple[Expr, ...]:
    return (*(let.expr for let in rule.lets), rule.when)
