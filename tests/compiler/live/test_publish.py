"""`fraudc publish` against a broker: what is sent, what is refused before it is, and who has it; tasks are stood for by their records."""

import json
import random
from base64 import b64encode
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from msgspec.structs import replace

from compiler.live.conftest import Fraudc, Shop
from compiler.live.tasks import accepts, answering
from fraudc.cli.failure import Failure
from fraudc.cli.options import ResultFormat
from fraudc.cli.publication import Request, publish
from fraudc.live.rules import RulesTopic, create_rules_topic
from fraudc.pipeline import compile_project
from fraudc_runtime.plan import Plan
from fraudc_runtime.rulesets.acknowledgement import acknowledge
from fraudc_runtime.rulesets.ruleset import RuleSet, decode, encode
from fraudc_runtime.rulesets.succession import first

NEXT_CENTURY = "2100-01-01T00:00:00Z"


def write_rule(root: Path, limit: int, more: str = "") -> None:
    (root / "rules.yaml").write_text(f"version: 1\nrules:\n  - {{id: large, when: amount > {limit} USD}}\n{more}")


def plan_of(root: Path) -> Plan:
    plan = compile_project(root).plan
    assert plan is not None
    return plan


def seed(shop: Shop) -> None:
    """The topics are there, and revision 1 is what the project says."""
    create_rules_topic(shop.connection)
    shop.connection.create([shop.topics.status])
    shop.fill(shop.topics.rules, [encode(first(plan_of(shop.root)))])


def sets(shop: Shop) -> list[RuleSet]:
    return [decode(message.value() or b"") for message in shop.has(shop.topics.rules)]


def test_the_first_set_makes_the_topic_and_the_next_follows_it(shop: Shop, fraudc: Fraudc) -> None:
    made = fraudc("publish", "--create-topics", "--project", shop.root)
    topic = shop.topics.rules
    assert (made.code, made.err) == (0, "")
    assert made.out == f"{topic} is empty: this is the first set, 1 rule\npublished revision 1 to {topic}\n"
    settings = shop.connection.settings(topic)
    assert (settings["cleanup.policy"], settings["retention.ms"], settings["retention.bytes"]) == ("delete", "-1", "-1")
    write_rule(shop.root, 900)
    second = fraudc("publish", "--project", shop.root)
    assert second.code == 0
    assert second.out.startswith("Against revision 1:\n\nRules: 1 changed.")
    assert second.out.endswith(f"published revision 2 to {topic}\n")
    assert [(found.revision, found.follows) for found in sets(shop)] == [(1, 0), (2, 1)]
    assert sets(shop)[1].plan.rules == plan_of(shop.root).rules


def test_what_is_live_already_is_not_published_again(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    again = fraudc("publish", "--project", shop.root, "--format", "json")
    assert again.code == 0
    assert json.loads(again.out) == {"version": 1, "published": False, "revision": 1, "follows": 0, "at": None, "rules": 1}
    assert len(sets(shop)) == 1
    shop.fill(shop.topics.status, accepts(1))
    waited = fraudc("publish", "--project", shop.root, "--wait", "10")
    assert (waited.code, waited.out) == (0, "revision 1 says the same already: nothing to publish\nacknowledged by 3 tasks\n")


def test_a_dry_run_sends_nothing_and_makes_nothing(shop: Shop, fraudc: Fraudc) -> None:
    missing = fraudc("publish", "--create-topics", "--dry-run", "--project", shop.root)
    assert missing.code == 4
    assert missing.err.endswith(f"has no topic {shop.topics.rules}; `fraudc publish --create-topics` makes it\n")
    create_rules_topic(shop.connection)
    done = fraudc("publish", "--dry-run", "--format", "json", "--project", shop.root)
    document = json.loads(done.out)
    assert (done.code, document["published"], document["revision"]) == (0, False, 1)
    assert shop.has(shop.topics.rules) == []


def test_at_waits_and_a_set_without_takes_its_place(shop: Shop, fraudc: Fraudc) -> None:
    refused = fraudc("publish", "--create-topics", "--at", NEXT_CENTURY, "--project", shop.root)
    assert (refused.code, "a first set holds from the beginning" in refused.err) == (2, True)
    shop.fill(shop.topics.rules, [encode(first(plan_of(shop.root)))])
    write_rule(shop.root, 800)
    waiting = fraudc("publish", "--at", NEXT_CENTURY, "--project", shop.root, "--format", "json")
    assert json.loads(waiting.out)["at"] == 4_102_444_800_000
    write_rule(shop.root, 900)
    third = fraudc("publish", "--project", shop.root)
    assert third.out.startswith(f"Against revision 2, which waits for {NEXT_CENTURY}:")
    assert f"revision 2 would begin at {NEXT_CENTURY}: it never will" in third.out
    with RulesTopic(shop.connection) as rules:
        assert rules.standing is not None
        assert [found.revision for found in rules.standing.sets] == [3]


def test_mistakes_in_rules_reach_nobody(shop: Shop, fraudc: Fraudc) -> None:
    create_rules_topic(shop.connection)
    (shop.root / "rules.yaml").write_text("version: 1\nrules:\n  - {id: large, when: amount > 7}\n")
    done = fraudc("publish", "--project", shop.root)
    assert (done.code, done.out, "error[E304]" in done.err) == (1, "", True)
    assert shop.has(shop.topics.rules) == []


def test_a_schema_that_state_does_not_survive_is_refused_with_what_to_do(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    settings = shop.root / "fraudc.yaml"
    settings.write_text(settings.read_text().replace("visits: int?", "visits: string?"))
    done = fraudc("publish", "--project", shop.root)
    assert done.code == 1
    assert "* schema, REDEPLOY: " in done.out
    assert done.err == (
        "fraudc: the running job cannot take this over, and nothing was published: undo what says REDEPLOY, "
        "or start a new job from a savepoint, with a rules topic of its own\n"
    )
    assert len(sets(shop)) == 1


def test_a_set_above_the_topics_limit_is_refused(shop: Shop, fraudc: Fraudc) -> None:
    admin = AdminClient({"bootstrap.servers": shop.connection.servers})
    made = admin.create_topics([NewTopic(shop.topics.rules, 1, 1, config={"max.message.bytes": "1024"})])
    made[shop.topics.rules].result()
    done = fraudc("publish", "--project", shop.root)
    assert done.code == 1
    assert done.err.startswith("fraudc: revision 1 is too large: ")
    assert done.err.endswith(f" bytes, and {shop.topics.rules} takes 1,024 (max.message.bytes of the topic)\n")
    assert shop.has(shop.topics.rules) == []


def test_a_set_larger_than_clients_send_by_default_goes_where_the_topic_takes_it(shop: Shop) -> None:
    admin = AdminClient({"bootstrap.servers": shop.connection.servers})
    made = admin.create_topics([NewTopic(shop.topics.rules, 1, 1, config={"max.message.bytes": "4000000", "retention.ms": "-1"})])
    made[shop.topics.rules].result()
    noise = b64encode(random.Random(7).randbytes(1_100_000)).decode()  # gzip leaves as many bytes of it as were random
    plan = plan_of(shop.root)
    with RulesTopic(shop.connection) as rules:
        assert rules.publish(rules.next(replace(plan, rules=(replace(plan.rules[0], title=noise),)), 0)) == 0


def test_of_two_publishers_one_wins_and_the_other_is_told(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    seed(shop)
    write_rule(shop.root, 800)
    ours = plan_of(shop.root)
    write_rule(shop.root, 900)
    theirs = plan_of(shop.root)

    def overtaken(_rules: RulesTopic) -> Plan:
        with RulesTopic(shop.connection) as other:
            other.publish(other.next(theirs, 0))
        return ours

    with pytest.raises(Failure) as told:
        publish(shop.connection, overtaken, Request(None, 60, False, ResultFormat.json, False))
    assert told.value.exit_code == 1
    assert str(told.value) == (
        "revision 2 came second, and the job refuses it. It was made against revision 1, and revision 2 runs: compare, and publish again."
    )
    assert json.loads(capfd.readouterr().out)["published"] is False
    with RulesTopic(shop.connection) as rules:
        assert rules.newest is not None
        assert rules.newest.plan.rules == theirs.rules
        assert rules.behind == 3
        assert [refused.code for refused in rules.refused] == ["follows"]


def test_a_set_that_was_sent_twice_is_published_once(shop: Shop) -> None:
    seed(shop)
    write_rule(shop.root, 800)
    with RulesTopic(shop.connection) as rules:
        made = rules.next(plan_of(shop.root), 0)
        assert [rules.publish(made), rules.publish(made)] == [1, 2]
        with RulesTopic(shop.connection) as other:
            other.publish(other.next(plan_of(shop.root), 1))
        assert rules.publish(made) == 4  # the copy comes behind revision 3
    with RulesTopic(shop.connection) as rules:
        assert (sorted(rules.published), [refused.revision for refused in rules.refused]) == ([1, 2, 3], [2])


def test_wait_returns_when_every_task_has_acknowledged(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    write_rule(shop.root, 900)
    with answering(shop, lambda ruleset: accepts(ruleset.revision)):
        done = fraudc("publish", "--project", shop.root, "--wait", "60", "--format", "json")
    assert (done.code, done.err) == (0, "")
    named = [{"operator": "intake", "task": "1/1"}, {"operator": "detect", "task": "1/2"}, {"operator": "detect", "task": "2/2"}]
    assert json.loads(done.out)["tasks"] == {"acknowledged": named, "missing": [], "refused": []}


def test_who_has_not_acknowledged_is_named(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    shop.fill(shop.topics.status, [*accepts(1), *accepts(2)])  # of 2 an earlier job spoke, which had another rules topic
    write_rule(shop.root, 900)
    done = fraudc("publish", "--project", shop.root, "--wait", "0")
    assert done.code == 1
    assert done.err == "fraudc: revision 2 is published, but not acknowledged within 0 s by intake 1/1, detect 1/2, detect 2/2\n"


def test_with_no_job_both_operators_are_missing(shop: Shop, fraudc: Fraudc) -> None:
    done = fraudc("publish", "--create-topics", "--project", shop.root, "--wait", "0")
    assert (done.code, done.err) == (1, "fraudc: revision 1 is published, but not acknowledged within 0 s by intake, detect\n")


def test_a_task_that_refuses_ends_the_wait_with_its_reason(shop: Shop, fraudc: Fraudc) -> None:
    seed(shop)
    write_rule(shop.root, 900)
    refuses = acknowledge(2, "5c1e09", "detect", 1, 2, None, "It was made for another schema.")
    with answering(shop, lambda _set: [*accepts(2)[:2], refuses]):
        done = fraudc("publish", "--project", shop.root, "--wait", "60")
    assert (done.code, done.err) == (
        1,
        "fraudc: revision 2 is published, but detect 2/2 refused it: It was made for another schema.\n",
    )


def test_without_a_status_topic_wait_sends_nothing(shop: Shop, fraudc: Fraudc) -> None:
    create_rules_topic(shop.connection)
    done = fraudc("publish", "--project", shop.root, "--wait", "1")
    assert (done.code, f"has no topic {shop.topics.status}" in done.err) == (4, True)
    assert shop.has(shop.topics.rules) == []


def test_a_rules_topic_of_two_partitions_is_refused(shop: Shop, fraudc: Fraudc) -> None:
    shop.connection.create([shop.topics.rules], partitions=2)
    for command in ("publish", "rollback", "status"):
        done = fraudc(command, "--project", shop.root)
        assert (done.code, done.out) == (4, "")
        assert done.err == (f"fraudc: {shop.topics.rules} has 2 partitions, and rule sets need one: they are taken over in their order\n")


def test_a_topic_that_forgets_is_pointed_at_and_a_compacted_one_refused(shop: Shop, fraudc: Fraudc) -> None:
    shop.connection.create([shop.topics.rules], partitions=1)
    done = fraudc("publish", "--project", shop.root)
    assert (done.code, done.err) == (0, f"fraudc: {shop.topics.rules} keeps sets for 7 days only: set its retention.ms to -1\n")
    settings = shop.root / "fraudc.yaml"
    settings.write_text(settings.read_text().replace(shop.topics.rules, f"{shop.topics.rules}-compacted"))
    shop.connection.create([f"{shop.topics.rules}-compacted"], "compact", partitions=1)
    refused = fraudc("publish", "--project", shop.root)
    assert (refused.code, "is compacted" in refused.err) == (1, True)


def test_rules_whose_tests_fail_are_not_published(shop: Shop, fraudc: Fraudc) -> None:
    create_rules_topic(shop.connection)
    shop.connection.create([shop.topics.status], partitions=1)
    wrong = "tests:\n  - {name: small, transactions: [{at: 0s, id: t1, amount: 5}], alerts: [{rule: large, transaction: t1}]}\n"
    (shop.root / "rules.test.yaml").write_text(wrong)
    done = fraudc("publish", "--project", shop.root)
    assert (done.code, done.out) == (1, "")
    assert "rules.test.yaml" in done.err
    assert done.err.endswith("fraudc: nothing is published: 1 of 1 tests fail; --no-test publishes all the same\n")
    assert shop.has(shop.topics.rules) == []
    assert fraudc("publish", "--no-test", "--project", shop.root).code == 0
    (shop.root / "rules.test.yaml").write_text(wrong.replace("amount: 5", "amount: 701"))
    assert fraudc("publish", "--project", shop.root).code == 0
