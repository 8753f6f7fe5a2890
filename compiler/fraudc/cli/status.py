"""`fraudc status`: the rules and status topics in, which revision runs on which task, what was refused and how far the job is out."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from fraudc.cli.compiled import root_of
from fraudc.cli.failure import Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.topics import Bootstrap, cluster, one_line, plural, settings_of

if TYPE_CHECKING:
    from fraudc.live.connection import Connection
    from fraudc.live.progress import Progress
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
        progress = _progress(project, connection)
    if format is ResultFormat.json:
        typer.echo(_as_json(status, lost, progress))
    else:
        typer.echo("\n".join([*_as_text(status), "", *_progress_lines(progress), *map(_lost_line, lost)]))


def _progress(project: Path | None, connection: "Connection") -> "Progress | None":
    """None outside a project, which says what the job is called."""
    from fraudc.document.job import JobDocument  # noqa: PLC0415  start-up
    from fraudc.live.job import checkpoints_of, name_of  # noqa: PLC0415  start-up
    from fraudc.live.progress import progress_of  # noqa: PLC0415  start-up

    try:
        root = root_of(project)
    except Failure:
        return None
    job = settings_of(project).job or JobDocument()
    name = name_of(job)
    return progress_of(connection, connection.group or name, checkpoints_of(job, root, os.environ).folder(name))


def _progress_lines(progress: "Progress | None") -> list[str]:
    from fraudc.live.progress import NEWEST  # noqa: PLC0415  start-up
    from fraudc.show.amounts import time_text  # noqa: PLC0415  start-up

    if progress is None:
        return []
    waiting = [f"{lag.partition}: {'?' if lag.waiting is None else f'{lag.waiting:,}'}" for lag in progress.lags or ()]
    found = progress.checkpoint
    last = (
        f"{time_text(found.at)}, {found.folder}" if found else "in a folder that is not seen from here" if progress.unseen else "none yet"
    )
    counted = ", ".join(f"{rule} {count:,}" for rule, count in (progress.alerts or {}).items())
    alerts = "the topic is not there" if progress.alerts is None else counted or "none yet"
    return [
        f"transactions that wait for a commit, by partition: {', '.join(waiting) or 'the topic is not there'}",
        f"last checkpoint: {last}",
        f"newest {NEWEST:,} alerts by rule: {alerts}",
    ]


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


def _as_json(status: "Status", lost: "list[Lost]", progress: "Progress | None") -> str:
    """Times in epoch ms; null is what is not known."""
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
        "lag": progress and progress.lags and {str(lag.partition): lag.waiting for lag in progress.lags},
        "checkpoint": progress and progress.checkpoint and {"at": progress.checkpoint.at, "folder": progress.checkpoint.folder},
        "alerts": progress and progress.alerts,
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=2)
