"""The end of a run: counts in, text or JSON out."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fraudc_runtime.counts import Counts
    from fraudc_runtime.plan import Plan


def as_json(counts: "Counts") -> str:
    """The counts as one JSON object."""
    import msgspec  # noqa: PLC0415  start-up

    return msgspec.json.format(msgspec.json.encode(counts), indent=2).decode()


def as_text(counts: "Counts", plan: "Plan", written: list[Path]) -> str:
    """Tables whose numbers add up, then where the files are."""
    blocks = [_alerts(counts, plan), _entities(counts), _input(counts), "\n".join(f"wrote {path}" for path in written)]
    return "\n\n".join(block for block in blocks if block)


def _alerts(counts: "Counts", plan: "Plan") -> str:
    rows: list[tuple[str, ...]] = [("alerts by rule", "live", "shadow", "suppressed")]
    total = [0, 0, 0]
    for rule in plan.rules:
        found = counts.rules.get(rule.id)
        numbers = (found.live, found.shadow, found.suppressed) if found else (0, 0, 0)
        total = [a + b for a, b in zip(total, numbers, strict=True)]
        rows.append((rule.id, *(f"{number:,}" for number in numbers)))
    rows.append(("total", *(f"{number:,}" for number in total)))
    return table(rows)


def _entities(counts: "Counts") -> str:
    rows: list[tuple[str, ...]] = [("by entity", "valid", "= without key", "+ late", "+ duplicate", "+ evaluated")]
    for name, entity in sorted(counts.entities.items()):
        numbers = (entity.without_key, entity.late, entity.duplicate, entity.evaluated)
        rows.append((name, f"{counts.valid:,}", *(f"{number:,}" for number in numbers)))
    return table(rows) if len(rows) > 1 else ""


def _input(counts: "Counts") -> str:
    dead = sum(counts.dead.values())
    codes = ", ".join(f"{code} {number:,}" for code, number in sorted(counts.dead.items()))
    rows = f"profile rows {counts.profiles:,}, bad {counts.bad_profiles:,}\n" if counts.profiles or counts.bad_profiles else ""
    return f"{rows}read {counts.read:,} = dead {dead:,}{f' ({codes})' if codes else ''} + valid {counts.valid:,}"


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows of cells -> lines: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    )
