"""A planned rule in, its keys as an author would write them out: what two versions of a rule are compared by."""

import json

from fraudc.expressions.spell import spell, spell_duration
from fraudc.show.amounts import per_cent, time_text
from fraudc_runtime.expr import Expr, Field, Let
from fraudc_runtime.plan import Hole, Plan, Rule, Signature, Text


def aggregate(signature: Signature) -> str:
    """`count(where amount < 2 USD) over 10m`, and the rule's `where` behind it where there is one."""
    seen = f" where {spell(signature.where, signature.entity)}" if signature.where is not None else ""
    alone = signature.text.removeprefix(f"{signature.entity}{seen}: ")
    return f"{alone}, of those{seen}" if seen else alone


def window_texts(plan: Plan) -> dict[str, str]:
    """Each window as it stands in a rule, by signature id."""
    return {signature.id: signature.text.removeprefix(_prefix(signature)) for signature in plan.signatures}


def rule_keys(rule: Rule, plan: Plan) -> dict[str, str]:
    """Canonical texts by key, absent keys left out; windows as they are written, rates and list contents aside.

    `let` gives the order of the names when there are several, since alerts show them in it.
    """
    texts = window_texts(plan)

    def text(expr: Expr | None) -> str | None:
        return None if expr is None else spell(expr, rule.entity, texts)

    found = {
        "title": rule.title,
        "severity": rule.severity,
        "by": rule.entity,
        "detector": rule.detector.removeprefix("detector ") or None,
        "where": text(rule.where),
        "let": ", ".join(let.name for let in rule.lets) if len(rule.lets) > 1 else None,
        **{f"let {let.name}": text(let.expr) for let in rule.lets},
        "when": text(rule.when),
        "cooldown": _duration(rule.cooldown),
        "unless": text(rule.unless),
        "within": _duration(rule.within),
        "message": None if rule.message is None else _message(rule.message),
        "mode": rule.mode,
        "rollout": per_cent(rule.rollout),
        "from": None if rule.start is None else time_text(rule.start),
        "until": None if rule.end is None else time_text(rule.end),
        "labels": json.dumps(rule.labels, ensure_ascii=False, sort_keys=True) if rule.labels else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _prefix(signature: Signature) -> str:
    where = f" where {spell(signature.where, signature.entity)}" if signature.where is not None else ""
    return f"{signature.entity}{where}: "


def _duration(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else spell_duration(milliseconds)


def _message(parts: tuple[Text | Hole, ...]) -> str:
    return "".join(
        part.text.replace("{", "{{").replace("}", "}}") if isinstance(part, Text) else "{" + _name(part.expr) + "}" for part in parts
    )


def _name(expr: Expr) -> str:
    assert isinstance(expr, Field | Let)  # the checker lets nothing else into a hole
    return expr.name
