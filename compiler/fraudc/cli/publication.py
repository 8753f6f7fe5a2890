"""A plan to publish in, its comparison with what is live and what became of it out: what `publish` and `rollback` share."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudc.cli.failure import FINDINGS, USAGE, Failure
from fraudc.cli.options import ResultFormat
from fraudc.cli.topics import INTERRUPTED, one_line, plural, stoppable

if TYPE_CHECKING:
    from fraudc.live.connection import Connection
    from fraudc.live.rules import RulesTopic
    from fraudc.live.status import Outcome, StatusTopic
    from fraudc_runtime.plan import Plan
    from fraudc_runtime.rulesets.ruleset import RuleSet

VERSION = 1
_REDEPLOY = (
    "the running job cannot take this over, and nothing was published: undo what says REDEPLOY, "
    "or start a new job from a savepoint, with a rules topic of its own"
)

At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="Event time of the swap (RFC 3339), the same on every task; else at once.", show_default=False
    ),
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait", metavar="SECONDS", min=0, help="Until every task has acknowledged; exit 1 with who has not.", show_default=False
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be published, and send nothing.")]


@dataclass(frozen=True, slots=True)
class Request:
    """How to publish; `at` in epoch ms, `wait` in seconds."""

    at: int | None
    wait: float | None
    dry_run: bool
    format: ResultFormat
    quiet: bool


@dataclass(slots=True)
class Account:
    """What is said about a publication: line by line as text, or in the end as one JSON document."""

    request: Request
    document: dict[str, Any] = field(default_factory=lambda: {"version": VERSION, "published": False})

    def say(self, text: str) -> None:
        if self.request.format is ResultFormat.text and not self.request.quiet:
            typer.echo(text)

    def close(self) -> None:
        if self.request.format is ResultFormat.json and "revision" in self.document:
            typer.echo(json.dumps(self.document, ensure_ascii=False, indent=2))


def publish(connection: "Connection", plan_of: "Callable[[RulesTopic], Plan]", request: Request) -> None:
    """Compares, publishes and waits, as far as asked for."""
    from fraudc.live.rules import RulesTopic  # noqa: PLC0415  start-up

    now = time.time_ns() // 1_000_000
    with _account(request) as account, RulesTopic(connection) as rules:
        plan = plan_of(rules)
        if rules.newest is None and request.at is not None:
            raise Failure(f"--at has nothing to wait behind: {rules.topic} is empty, and a first set holds from the beginning", USAGE)
        if rules.newest is not None and rules.settled(plan, now, request.at):
            account.say(f"revision {rules.newest.revision} says the same already: nothing to publish")
            account.document |= _facts(rules.newest)
            _wait_for_settled(connection, rules.newest, account)
            return
        ruleset = rules.next(plan, now, request.at)
        _compare(rules, ruleset, now, account)
        account.document |= {"bytes": len(rules.fitting(ruleset)), "topic": rules.topic}
        if request.dry_run:
            account.say(f"would be revision {ruleset.revision} of {rules.topic}; nothing was sent")
        else:
            _send(connection, rules, ruleset, account)


@contextmanager
def _account(request: Request) -> Iterator[Account]:
    account = Account(request)
    try:
        with one_line():
            from fraudc.live.rules import NotPublished  # noqa: PLC0415  start-up

            try:
                yield account
            except NotPublished as refused:
                raise Failure(str(refused), FINDINGS) from refused
    finally:
        account.close()


def _compare(rules: "RulesTopic", ruleset: "RuleSet", now: int, account: Account) -> None:
    """Shows the difference; what the running job would refuse ends the command."""
    from fraudc.author.diff import difference  # noqa: PLC0415  start-up
    from fraudc.author.printers import as_json, as_text  # noqa: PLC0415  start-up
    from fraudc.show.amounts import time_text  # noqa: PLC0415  start-up

    account.document |= _facts(ruleset)
    newest = rules.newest
    if newest is None:
        account.say(f"{rules.topic} is empty: this is the first set, {plural(len(ruleset.plan.rules), 'rule')}")
        return
    diff = difference(newest, ruleset)
    waits = f", which waits for {time_text(newest.begins)}" if newest.begins > now else ""
    account.say(f"Against revision {newest.revision}{waits}:\n\n{as_text(diff)}")
    account.document["diff"] = json.loads(as_json(diff))
    if diff.redeploy:
        raise Failure(_REDEPLOY, FINDINGS)
    replaced = [waiting for waiting in rules.standing.waiting(now) if waiting.begins >= ruleset.begins] if rules.standing else []
    for waiting in replaced:
        account.say(f"revision {waiting.revision} would begin at {time_text(waiting.begins)}: it never will")
    account.document["replaces"] = [waiting.revision for waiting in replaced]


def _facts(ruleset: "RuleSet") -> dict[str, Any]:
    return {"revision": ruleset.revision, "follows": ruleset.follows, "at": ruleset.at, "rules": len(ruleset.plan.rules)}


def _send(connection: "Connection", rules: "RulesTopic", ruleset: "RuleSet", account: Account) -> None:
    if account.request.wait is None:
        _published(rules, ruleset, account)
        return
    from fraudc.live.status import StatusTopic  # noqa: PLC0415  start-up

    with StatusTopic(connection) as status:
        heard = len(status.roster.reports)
        _published(rules, ruleset, account)
        _wait(status, ruleset, heard, account)


def _published(rules: "RulesTopic", ruleset: "RuleSet", account: Account) -> None:
    kept = rules.kept_for()
    if kept is not None:
        typer.echo(f"fraudc: {rules.topic} keeps sets for {kept / 86_400_000:g} days only: set its retention.ms to -1", err=True)
    try:
        account.document |= {"offset": rules.publish(ruleset), "published": True}
    except KeyboardInterrupt as stop:
        raise Failure(f"stopped; `fraudc status` shows whether revision {ruleset.revision} was published", INTERRUPTED) from stop
    account.say(f"published revision {ruleset.revision} to {rules.topic}")


def _wait_for_settled(connection: "Connection", ruleset: "RuleSet", account: Account) -> None:
    if account.request.wait is None or account.request.dry_run:
        return
    from fraudc.live.status import StatusTopic  # noqa: PLC0415  start-up

    with StatusTopic(connection) as status:
        _wait(status, ruleset, 0, account)


def _wait(status: "StatusTopic", ruleset: "RuleSet", since: int, account: Account) -> None:
    assert account.request.wait is not None  # nobody else waits
    with stoppable() as stopped:
        outcome = status.wait(ruleset.revision, account.request.wait, since, stopped)
    account.document["tasks"] = _tasks(outcome)
    if not outcome.missing:
        account.say(f"acknowledged by {plural(len(outcome.acknowledged), 'task')}")
    elif stopped():
        raise Failure(f"stopped waiting for revision {ruleset.revision}, which stays published", INTERRUPTED)
    else:
        raise Failure(_missing(outcome, ruleset.revision, account.request.wait), FINDINGS)


def _tasks(outcome: "Outcome") -> dict[str, Any]:
    def named(task: Any) -> dict[str, str | None]:
        return {"operator": task.operator, "task": task.number or None}

    return {
        "acknowledged": [named(task) for task in outcome.acknowledged],
        "missing": [named(task) for task in outcome.missing],
        "refused": [{**named(task), "reason": reason} for task, reason in outcome.refused.items()],
    }


def _missing(outcome: "Outcome", revision: int, seconds: float) -> str:
    silent = [str(task) for task in outcome.missing if task not in outcome.refused]
    parts = [f"{task} refused it: {reason}" for task, reason in outcome.refused.items()]
    parts += [f"not acknowledged within {seconds:g} s by {', '.join(silent)}"] if silent else []
    return f"revision {revision} is published, but {'; '.join(parts)}"
