"""Rules of a project compiled and published to its job, and what the job's tasks said of them."""

import time
from dataclasses import replace
from pathlib import Path

from fraudc.live.connection import Connection
from fraudc.live.connection import Topics as Names
from fraudc.live.rules import RulesTopic
from fraudc.pipeline import compile_project
from fraudc_runtime.plan import Plan
from fraudc_runtime.rulesets.acknowledgement import Acknowledgement, read
from fraudc_runtime.rulesets.ruleset import RuleSet
from topic_runs import Topics


def compiled(folder: Path, rules: str) -> Plan:
    """The plan of the project in the folder once these are its rules."""
    (folder / "rules.yaml").write_text(rules)
    plan = compile_project(folder).plan
    assert plan is not None
    return plan


def connection(topics: Topics) -> Connection:
    return Connection(topics.servers, replace(Names.of(), rules=topics.names["rules"], status=topics.names["status"]))


def publish(topics: Topics, plan: Plan, at: int | None = None, now: int | None = None) -> RuleSet:
    """The set that the topic took, from the event time `at` (ms), published `now` (epoch ms)."""
    with RulesTopic(connection(topics)) as rules:
        made = rules.next(plan, int(time.time() * 1000) if now is None else now, at)
        rules.publish(made)
        return made


def acknowledgements(topics: Topics) -> list[Acknowledgement]:
    return [said for _, record in topics.read("status") if (said := read(record))]


def said(topics: Topics, revision: int | None, state: str = "accepted") -> set[tuple[str, str]]:
    """Which tasks said so of a revision."""
    return {(one.operator, one.task) for one in acknowledgements(topics) if (one.revision, one.state) == (revision, state)}
