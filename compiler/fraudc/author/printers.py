"""A Diff in, text for a terminal, JSON for scripts or Markdown for a pull request out."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import NamedTuple

from fraudc.author.diff import Diff, KeyChange, RuleChange
from fraudc.author.sentences import list_sentence, other_claims, outlook, rule_sentences, sign, summary, verdict_text
from fraudc.show.wording import some

VERSION = 1
_INDENT = "    "


class Row(NamedTuple):
    """A window in the table."""

    state: str
    rules: str
    entity: str
    window: str
    reason: str


def as_text(diff: Diff) -> str:
    """Sentences first, then every window in a table."""
    if not diff.differs:
        return f"{summary(diff)}\n"
    blocks = [[f"{summary(diff)} {outlook(diff)}"]]
    blocks += [[f"{sign(rule)} {rule.id} {rule_sentences(rule, diff.claims)}", *_keys(rule)] for rule in diff.rules]
    changes = [f"* the list {change.name} {list_sentence(change)}" for change in diff.lists]
    changes += [f"* schema, {change.verdict}: {change.what}. {change.reason}" for change in diff.schema]
    changes += [f"* {rule}: {sentence}" for rule, sentence in other_claims(diff)]
    blocks += [changes, _table(diff)]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _keys(rule: RuleChange) -> list[str]:
    return [line for change in rule.keys for line in _key(change)]


def _key(change: KeyChange) -> list[str]:
    """Old over new, aligned; a key that comes or goes has one line."""
    name = f"{_INDENT}{change.key}: "
    if change.before is None or change.after is None:
        return [f"{name}{_one_line(change.after or change.before)} ({'new' if change.before is None else 'gone'})"]
    return [f"{name}{_one_line(change.before)}", f"{'-> '.rjust(len(name))}{_one_line(change.after)}"]


def _one_line(text: str | None) -> str:
    return (text or "").replace("\n", "\\n")


def _table(diff: Diff) -> list[str]:
    rows = [Row("state", "rules", "entity", "window", ""), *_rows(diff)]
    if len(rows) == 1:
        return []
    state, rules, entity = (max(map(len, column)) for column in list(zip(*rows, strict=True))[:3])
    return [
        f"{row.state:{state}}  {row.rules:{rules}}  {row.entity:{entity}}  {row.window}{f' ({row.reason})' if row.reason else ''}"
        for row in rows
    ]


def _rows(diff: Diff) -> list[Row]:
    """What changes before what is kept."""
    ordered = sorted(diff.windows, key=lambda window: (not window.changed, not window.reason and window.until is None))
    return [Row(verdict_text(w), some(w.rules) or "-", w.entity, _one_line(w.window), w.reason) for w in ordered]


def as_json(diff: Diff) -> str:
    """The whole value, times in epoch ms; `redeploy` and `differs` say what it comes to."""
    document = {"version": VERSION, "redeploy": diff.redeploy, "differs": diff.differs, **asdict(diff)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_markdown(diff: Diff) -> str:
    """A comment for a pull request."""
    if not diff.differs:
        return f"{summary(diff)}\n"
    blocks = [[f"**{summary(diff)}** {outlook(diff)}"]]
    blocks.append([line for rule in diff.rules for line in (f"- {_code(rule.id)} {rule_sentences(rule, diff.claims)}", *_key_items(rule))])
    changes = [f"- list {_code(change.name)} {_plain(list_sentence(change))}" for change in diff.lists]
    changes += [f"- schema, **{change.verdict}**: {_plain(change.what)}. {change.reason}" for change in diff.schema]
    changes += [f"- {_code(rule)}: {sentence}" for rule, sentence in other_claims(diff)]
    blocks += [changes, _markdown_table(diff)]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _key_items(rule: RuleChange) -> list[str]:
    arrows = (
        f"{_code(c.before)} → {_code(c.after)}" if c.before is not None and c.after is not None
        else f"{_code(c.after or c.before or '')} ({'new' if c.before is None else 'gone'})"
        for c in rule.keys
    )  # fmt: skip
    return [f"  - {change.key}: {arrow}" for change, arrow in zip(rule.keys, arrows, strict=True)]


def _markdown_table(diff: Diff) -> list[str]:
    if not diff.windows:
        return []
    cells = [
        f"| {row.state}{f': {_plain(row.reason)}' if row.reason else ''} | {row.rules} | {row.entity} | {_cell(row.window)} |"
        for row in _rows(diff)
    ]
    return ["| state | rules | entity | window |", "|---|---|---|---|", *cells]


def _cell(window: str) -> str:
    return _code(window).replace("|", "\\|")


def _code(text: str) -> str:
    """Text as code, in more backticks than it holds in a row."""
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{_one_line(text)}{pad}{fence}"


def _plain(text: str) -> str:
    """Text in which nothing is markup but code in single backticks."""
    parts = text.split("`")
    return "`".join(part if at % 2 else _escaped(part) for at, part in enumerate(parts))


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "*_<>|[]" else c for c in text)


PRINTERS: dict[str, Callable[[Diff], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}
