"""`fraudc status` and the records it reads, which stand here for the tasks of a job."""

import json

from confluent_kafka import TopicPartition

from compiler.live.conftest import Fraudc, Shop
from compiler.live.tasks import NOON, accepts
from fraudc.live.rules import create_rules_topic
from fraudc.live.running import Refusal, Running, status_of
from fraudc.live.status import Report, Roster, Task
from fraudc_runtime.rulesets.acceptance import Refused, Standing
from fraudc_runtime.rulesets.acknowledgement import Acknowledgement, acknowledge, read
from fraudc_runtime.rulesets.ruleset import RuleSet, encode
from fraudc_runtime.rulesets.succession import first, succeed
from ruleset_samples import HOUR, A, B, plan

INTAKE, DETECT_1, DETECT_2 = Task("intake", "1/1"), Task("detect", "1/2"), Task("detect", "2/2")
LATER = NOON + HOUR


def report(task: Task, revision: int | None, at: int | None = NOON, refused: str | None = None, late: bool = False) -> Report:
    number, _, count = task.number.partition("/")
    said = read(acknowledge(revision, "5c1e09", task.operator, int(number) - 1, int(count), at, refused, late))
    assert said is not None
    return Report(task, said, at, 7 if at is None else at + 7)


def roster(*reports: Report) -> Roster:
    made = Roster()
    made.hear(reports)
    return made


def sets() -> dict[int, RuleSet]:
    """Revision 2 begins at LATER."""
    one = first(plan(A))
    return {1: one, 2: succeed(one, plan(A, B), NOON, LATER)}


def running(*reports: Report) -> dict[Task, Running]:
    known = sets()
    found = status_of(Standing(tuple(known.values())), known, (), roster(*reports))
    return {each.task: each for each in found.tasks}


def test_a_record_is_as_the_interface_says() -> None:
    assert acknowledge(3, "5c1e09", "detect", 0, 2, NOON) == (
        b'{"revision":3,"schema":"5c1e09","task":"1/2","operator":"detect","state":"accepted","event_time":"2026-03-01T12:00:00.000Z"}'
    )
    assert acknowledge(None, "5c1e09", "intake", 0, 1, None, "It is no set.") == (
        b'{"revision":null,"schema":"5c1e09","task":"1/1","operator":"intake","state":"refused","reason":"It is no set.","event_time":null}'
    )
    late = read(acknowledge(3, "5c1e09", "detect", 0, 2, NOON, late=True))
    assert isinstance(late, Acknowledgement)
    assert (late.state, late.reason) == ("accepted", "late")
    assert [read(other) for other in (None, b"", b"{}", b"\xff", b'{"expired":1}')] == [None] * 5


def test_tasks_are_those_of_the_newest_record_of_each_operator() -> None:
    assert roster().tasks() == [Task("intake"), Task("detect")]
    before = report(Task("detect", "4/4"), 1)
    assert roster(before, report(DETECT_1, 1)).tasks() == [Task("intake"), DETECT_1, DETECT_2]


def test_who_accepted_has_it_and_who_refused_has_not() -> None:
    said = roster(report(INTAKE, 2), report(DETECT_1, 2, refused="No."), report(DETECT_1, 1), report(INTAKE, 2, refused="It came second."))
    outcome = said.outcome(2)
    assert (outcome.acknowledged, outcome.missing, outcome.refused) == ((INTAKE,), (DETECT_1, DETECT_2), {DETECT_1: "No."})
    assert said.outcome(2, since=4).acknowledged == ()


def test_a_set_waits_on_a_task_until_it_says_so_from_its_at_on() -> None:
    early = running(report(INTAKE, 1, None), report(INTAKE, 2))[INTAKE]
    assert early == Running(INTAKE, 1, None, 7, waiting=(2,))
    swapped = running(report(INTAKE, 1, None), report(INTAKE, 2), report(INTAKE, 2, LATER))[INTAKE]
    assert swapped == Running(INTAKE, 2, LATER, LATER + 7)


def test_a_restart_that_says_it_again_does_not_change_since_when() -> None:
    again = running(report(INTAKE, 1), report(INTAKE, 1, NOON + 5))[INTAKE]
    assert (again.since, again.reported_at) == (NOON, NOON + 7)


def test_a_late_swap_is_marked() -> None:
    assert running(report(INTAKE, 2, LATER + 1, late=True))[INTAKE].late


def test_a_refusal_names_the_tasks_that_share_its_reason() -> None:
    known = sets()
    said = roster(report(DETECT_2, 9, refused="Why."), report(DETECT_1, 9, refused="Why."))
    found = status_of(None, known, (Refused("follows", "Why.", 9), Refused("unreadable", "It is no rule set.", None)), said)
    assert found.refused == (Refusal(9, "Why.", (DETECT_1, DETECT_2), NOON + 7), Refusal(None, "It is no rule set.", (), None))


def seed(shop: Shop) -> None:
    """Revision 1 runs, 2 waits, and the topics hold a message that is neither set nor record."""
    create_rules_topic(shop.connection)
    shop.connection.create([shop.topics.status], partitions=1)
    shop.fill(shop.topics.rules, [*map(encode, sets().values()), b"junk"])
    refused = acknowledge(None, "5c1e09", "intake", 0, 1, NOON, "It is no rule set: it is not compressed as one.")
    shop.fill(shop.topics.status, [*accepts(1, at=None), *accepts(2)[:2], b'{"expired":1}', refused])


def test_it_shows_what_runs_what_waits_and_what_was_refused(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    done = fraudc("status", "--project", shop.root)
    lines = done.out.splitlines()
    schema = sets()[1].fingerprint
    assert (done.code, done.err) == (0, "")
    assert lines[0] == f"revision 1: 1 rule, schema {schema}, published 1970-01-01T00:00:00Z"
    assert lines[1] == f"revision 2: 2 rules, schema {schema}, published 2026-03-01T12:00:00Z, from 2026-03-01T13:00:00Z"
    assert [line.split()[:3] for line in lines[3:]][:4] == [
        ["task", "revision", "since"], ["intake", "1/1", "1"], ["detect", "1/2", "1"], ["detect", "2/2", "1"],
    ]  # fmt: skip
    assert [line.endswith("  2 waits") for line in lines[4:7]] == [True, True, False]
    assert lines[8] == "refused by intake 1/1: a message that is no set. It is no rule set: it is not compressed as one."
    document = json.loads(fraudc("status", "--project", shop.root, "--format", "json").out)
    assert [found["revision"] for found in document["sets"]] == [1, 2]
    assert [(task["operator"], task["task"], task["revision"], task["waiting"]) for task in document["tasks"]] == [
        ("intake", "1/1", 1, [2]), ("detect", "1/2", 1, [2]), ("detect", "2/2", 1, []),
    ]  # fmt: skip
    assert document["refused"][0]["tasks"] == [{"operator": "intake", "task": "1/1"}]


def test_it_shows_which_alerts_were_lost_each_once(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    record = b'{"task":"1/1","operator":"alerts","state":"lost","transaction":"job-alerts-0-7","reason":"It was aborted."}'
    shop.fill(shop.topics.status, [record, record])
    told = fraudc("status", "--project", shop.root).out.splitlines()
    assert told[-1] == "ALERTS ARE LOST: transaction job-alerts-0-7 of the sink alerts: It was aborted."
    assert not told[-2].startswith("ALERTS")
    document = json.loads(fraudc("status", "--project", shop.root, "--format", "json").out)
    assert document["lost"] == [{"transaction": "job-alerts-0-7", "operator": "alerts", "reason": "It was aborted."}]


def test_it_shows_how_far_the_job_is(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    shop.connection.create([shop.topics.transactions, shop.topics.alerts], partitions=2)
    shop.fill(shop.topics.transactions, [b"{}"] * 9)
    shop.fill(shop.topics.alerts, [b'{"rule":"large","mode":"live"}'] * 3 + [b'{"rule":"abroad","mode":"shadow"}', b"junk"])
    consumer = shop.connection.consumer("fraud-detection")
    consumer.commit(offsets=[TopicPartition(shop.topics.transactions, 0, 0)], asynchronous=False)
    held = consumer.get_watermark_offsets(TopicPartition(shop.topics.transactions, 0), timeout=30)
    consumer.close()
    complete = shop.root / ".fraudc" / "checkpoints" / "fraud-detection" / "3e1c" / "chk-12"
    complete.mkdir(parents=True)
    (complete / "_metadata").write_bytes(b"")
    document = json.loads(fraudc("status", "--project", shop.root, "--format", "json").out)
    assert held is not None
    assert document["lag"] == {"0": held[1], "1": None}
    assert document["alerts"] == {"large": 3, "abroad": 1}
    assert document["checkpoint"]["folder"] == str(complete)
    lines = fraudc("status", "--project", shop.root).out.splitlines()
    assert f"transactions that wait for a commit, by partition: 0: {held[1]}, 1: ?" in lines
    assert "newest 10,000 alerts by rule: large 3, abroad 1" in lines


def test_before_anything_ran_it_says_so(shop: Shop, fraudc: Fraudc) -> None:
    create_rules_topic(shop.connection)
    shop.connection.create([shop.topics.status])
    done = fraudc("status", "--project", shop.root)
    assert done.out.splitlines()[0] == "no set was published yet"
    assert [line.split(maxsplit=2) for line in done.out.splitlines()[3:5]] == [
        ["intake", "?", "has not reported yet"], ["detect", "?", "has not reported yet"],
    ]  # fmt: skip


def test_a_missing_topic_is_one_line(shop: Shop, fraudc: Fraudc) -> None:
    done = fraudc("status", "--project", shop.root)
    assert done.code == 4
    assert done.err.endswith(f"has no topic {shop.topics.rules}; `fraudc publish --create-topics` makes it\n")
