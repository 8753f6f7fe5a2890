"""`fraudc status`: the rules and status topics in, which revision runs on which task, what waits and what was refused out."""

import json
from typing import TYPE_CHECKING, Any

import typer

from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.topics import Bootstrap, cluster, one_line, plural

if TYPE_CHECKING:
    from fraudc.live.running import Refusal, Running, Status
    from fraudc.live.status import Lost
    from fraudc_runtime.rulesets.ruleset import RuleSet

NAME = "status"
VERSION = 1
_MOST_REFUSED = 10


def command(project: Project = None, bootstrap: Bootstrap = None, format: Format = ResultFormat.text, quiet: Quiet = False) -> None:
    """Show which rules run on which task and since when, which wait, and which were refused."""
    del quiet  # all that this prints is its result
    with one_line():
        from fraudc.live.rules import RulesTopic  # noqa: PLC0415  start-up
        from fraudc.live.running import status_of  # noqa: PLC0415  start-up
        from fraudc.live.status import StatusTopic  # noqa: PLC0415  start-up

        connection = cluster(project, bootstrap)
        with RulesTopic(connection) as rules, StatusTopic(connection) as topic:
            status = status_of(rules.standing, rules.published, rules.refused, topic.roster)
            lost = list(topic.lost.values())
    typer.echo(_as_json(status, lost) if format is ResultFormat.json else "\n".join([*_as_text(status), *map(_lost_line, lost)]))


def _as_text(status: "Status") -> list[str]:
    lines = [_set_line(ruleset) for ruleset in status.sets] or ["no set was published yet"]
    rows = [("task", "revision", "since (event time)", "reported", ""), *map(_row, status.tasks)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines += ["", *("  ".join(f"{cell:{width}}" for cell, width in zip(row, [*widths, 0], strict=True)).rstrip() for row in rows)]
    if status.refused:
        lines += ["", *map(_refusal_line, status.refused[-_MOST_REFUSED:])]
    if len(status.refused) > _MOST_REFUSED:
        lines.append(f"and {plural(len(status.refused) - _MOST_REFUSED, 'refused set')} before (--format json has all)")
    return lines


def _set_line(ruleset: "RuleSet") -> str:
    from fraudc.show.amounts import time_text  # noqa: PLC0415  start-up

    begins = "" if ruleset.at is None else f", from {time_text(ruleset.at)}"
    made = f"{plural(len(ruleset.plan.rules), 'rule')}, schema {ruleset.fingerprint}, published {time_text(ruleset.published_at)}"
    return f"revision {ruleset.revision}: {made}{begins}"


def _row(running: "Running") -> tuple[str, str, str, str, str]:
    from fraudc.show.amounts import time_text  # noqa: PLC0415  start-up

    waiting = f"{', '.join(map(str, running.waiting))} waits" if running.waiting else ""
    if running.revision is None:
        return str(running.task), "?", "", "", waiting or "has not reported yet"
    since = "the beginning" if running.since is None else time_text(running.since)
    notes = [note for note in ("swapped late" if running.late else "", waiting) if note]
    return str(running.task), str(running.revision), since, time_text(running.reported_at or 0), "; ".join(notes)


def _refusal_line(refusal: "Refusal") -> str:
    revision = "a message that is no set" if refusal.revision is None else f"revision {refusal.revision}"
    by = f" by {', '.join(map(str, refusal.tasks))}" if refusal.tasks else ""
    return f"refused{by}: {revision}. {refusal.reason}"


def _lost_line(lost: "Lost") -> str:
    return f"ALERTS ARE LOST: transaction {lost.transaction} of the sink {lost.operator}: {lost.reason}"


def _as_json(status: "Status", lost: "list[Lost]") -> str:
    """Times in epoch ms."""
    document: dict[str, Any] = {
        "version": VERSION,
        "sets": [
            {"revision": s.revision, "follows": s.follows, "at": s.at, "published_at": s.published_at, "schema": s.fingerprint,
             "rules": len(s.plan.rules)}
            for s in status.sets
        ],
        "tasks": [
            {"operator": t.task.operator, "task": t.task.number or None, "revision": t.revision, "since": t.since,
             "reported_at": t.reported_at, "waiting": t.waiting, "late": t.late}
            for t in status.tasks
        ],
        "refused": [
            {"revision": r.revision, "reason": r.reason, "reported_at": r.reported_at,
             "tasks": [{"operator": task.operator, "task": task.number} for task in r.tasks]}
            for r in status.refused
        ],
        "lost": [{"transaction": each.transaction, "operator": each.operator, "reason": each.reason} for each in lost],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=2)
