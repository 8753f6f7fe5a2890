"""Changes of rules and which of them were noticed in, text for a terminal and JSON out."""

from collections.abc import Iterable, Sequence
from typing import Any

from fraudc.author.mutation.noticing import Noticed
from fraudc.show.amounts import counted
from fraudc.source import Span


def as_text(found: Sequence[Noticed]) -> str:
    """Each change that no test notices, with its line; then how many there were."""
    blocks = ["\n".join(_rule(rule)) for rule in found if rule.unnoticed]
    if untested := [rule.rule for rule in found if not rule.tests]:
        blocks.append(f"no test runs {', '.join(untested)}")
    tried, left = sum(rule.tried for rule in found), sum(len(rule.unnoticed) for rule in found)
    return "\n\n".join([*blocks, f"mutations: {counted(tried, 'change')}, {f'{left} unnoticed' if left else 'all noticed'}"]) + "\n"


def as_json(found: Sequence[Noticed]) -> dict[str, Any]:
    return {
        "tried": sum(rule.tried for rule in found),
        "unnoticed": sum(len(rule.unnoticed) for rule in found),
        "rules": [_rule_json(rule) for rule in found],
    }


def _rule(rule: Noticed) -> Iterable[str]:
    place = rule.unnoticed[0][1]
    yield f"{rule.rule} ({place.file.name}): no test notices {len(rule.unnoticed)} of {counted(rule.tried, 'change')}"
    yield from (f"  {_line(span):>4}  {_key(change.key)}{change.before}  ->  {change.after}" for change, span in rule.unnoticed)


def _key(key: str) -> str:
    return f"{key}: " if key != "let" else ""


def _line(span: Span) -> int:
    return span.file.position(span.start)[0]


def _rule_json(rule: Noticed) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "tests": rule.tests,
        "tried": rule.tried,
        "unnoticed": [
            {"key": change.key, "file": span.file.name, "line": _line(span), "before": change.before, "after": change.after}
            for change, span in rule.unnoticed
        ],
    }
