"""A Diff in, what it means out in sentences that text and Markdown share: the important ones first."""

from collections.abc import Iterable

from fraudc.author.diff import Diff, ListChange, RuleChange, WindowChange
from fraudc.author.proofs.claims import Claim
from fraudc.show.amounts import counted, time_text
from fraudc.show.wording import listed

_CHANGES = {"added": "+", "changed": "~", "removed": "-", "emptied": "!"}
_SHOWN = 5  # values of a list in a sentence


def summary(diff: Diff) -> str:
    """`1 rule added and 2 changed; the running job takes the set over.`"""
    if not diff.differs:
        return "No differences."
    numbers = {change: sum(rule.change == change for rule in diff.rules) for change in _CHANGES}
    kinds = [f"{number} {change}" for change, number in numbers.items() if number]
    parts = [f"rules: {listed(kinds)}"] if kinds else []
    parts += [f"{counted(len(diff.lists), 'list')} changed"] if diff.lists else []
    parts += [counted(len(diff.schema), "change") + " of the schema"] if diff.schema else []
    parts = parts or ["windows only"]
    text = f"{'; '.join(parts)}."
    return f"{text[0].upper()}{text[1:]}"


def outlook(diff: Diff) -> str:
    """What the running job does about it."""
    if not diff.redeploy:
        return "A running job takes the set over between two transactions."
    lost = sum(window.changed and window.verdict in ("REDEPLOY", "DROPPED") for window in diff.windows)
    kept = sum(window.verdict == "KEEP" for window in diff.windows)
    return (
        "A running job cannot take the set over: it needs a savepoint and a new job. "
        f"The state of {counted(kept, 'window')} survives that, the state of {lost} is lost."
    )


def sign(rule: RuleChange) -> str:
    """`+`, `~`, `-` or `!`."""
    return _CHANGES[rule.change]


def rule_sentences(rule: RuleChange, claims: Iterable[Claim] = ()) -> str:
    """What happens to a rule, its keys aside, and what is proved about it."""
    match rule.change:
        case "added":
            said = ["is new." if rule.mode == "live" else f"is new, with `mode: {rule.mode}`.", *_warmth(rule, "It is warm at once.")]
        case "removed":
            said = ["is removed.", *_rollback(rule)]
        case "emptied":
            said = ["is as it was, and what it has counted is lost.", *_warmth(rule)]
        case "changed":
            said = [f"changes {listed(_changed_keys(rule))}.", *_warmth(rule, "What it counts goes on.")]
    return " ".join([*said, *rule.notes, *(claim_sentence(claim) for claim in claims if claim.rule == rule.id)])


_CLAIMS = {
    "never": "It can never alert.",
    "always": "It matches every transaction that it sees.",
    "adds": "It can only add alerts.",
    "removes": "It can only remove alerts.",
    "unchanged": "It alerts on the same transactions as before.",
    "same": "It alerts exactly where {other} does.",
    "within": "Wherever it alerts, {other} does too.",
}


def claim_sentence(claim: Claim) -> str:
    """`It can only add alerts.`"""
    return _CLAIMS[claim.kind].format(other=claim.other)


def other_claims(diff: Diff) -> list[tuple[str, str]]:
    """(rule, sentence) for rules whose own keys are as they were: a list or another rule has changed."""
    told = {rule.id for rule in diff.rules}
    return [(claim.rule, claim_sentence(claim)) for claim in diff.claims if claim.rule not in told]


def _changed_keys(rule: RuleChange) -> list[str]:
    return list(dict.fromkeys(change.key.partition(" ")[0] for change in rule.keys))


def _rollback(rule: RuleChange) -> list[str]:
    return [f"What it counts is kept until {time_text(rule.retired_until)}, for a rollback."] if rule.retired_until is not None else []


def _warmth(rule: RuleChange, otherwise: str = "") -> list[str]:
    if rule.warm_from is not None:
        return [f'Its alerts say `"warm": false` until {time_text(rule.warm_from)}, when its windows are full.']
    return [otherwise] if rule.windows and otherwise else []


def list_sentence(change: ListChange) -> str:
    """`gains IR and SY, loses KP.`"""
    parts = [f"{verb} {_values(values)}" for verb, values in (("gains", change.added), ("loses", change.removed)) if values]
    return f"{', '.join(parts)}."


def _values(values: tuple[str, ...]) -> str:
    if len(values) <= _SHOWN + 1:
        return listed(list(values))
    return f"{', '.join(values[:_SHOWN])} and {len(values) - _SHOWN} more"


def verdict_text(window: WindowChange) -> str:
    """`WARM-UP until 2026-03-01T11:00:00Z`, `KEEP`; the reason aside."""
    if window.until is None:
        return window.verdict
    between = {"KEEP": ", warm from", "REDEPLOY": ", warm again from"}.get(window.verdict, " until")
    return f"{window.verdict}{between} {time_text(window.until)}"
