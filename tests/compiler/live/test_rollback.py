"""`fraudc rollback` against a broker: which set comes back, and as what."""

import json

import pytest

from compiler.live.conftest import Fraudc, Shop
from fraudc.live.rules import RulesTopic, create_rules_topic
from fraudc.pipeline import compile_project
from fraudc_runtime.plan import Plan
from fraudc_runtime.rulesets.ruleset import RuleSet, encode
from fraudc_runtime.rulesets.succession import first, succeed

NEXT_CENTURY = 4_102_444_800_000


def plan_at(shop: Shop, limit: int) -> Plan:
    (shop.root / "rules.yaml").write_text(f"version: 1\nrules:\n  - {{id: large, when: amount > {limit} USD}}\n")
    plan = compile_project(shop.root).plan
    assert plan is not None
    return plan


@pytest.fixture
def three(shop: Shop) -> tuple[RuleSet, ...]:
    """Revisions 1 to 3, for amounts above 100, 200 and 300 USD; the third waits for the next century."""
    one = first(plan_at(shop, 100))
    two = succeed(one, plan_at(shop, 200), 0)
    sets = (one, two, succeed(two, plan_at(shop, 300), 0, NEXT_CENTURY))
    create_rules_topic(shop.connection)
    shop.fill(shop.topics.rules, list(map(encode, sets)))
    return sets


def test_without_a_revision_the_set_before_the_running_one_comes_back(shop: Shop, fraudc: Fraudc, three: tuple[RuleSet, ...]) -> None:
    done = fraudc("rollback", "--project", shop.root, "--format", "json")
    document = json.loads(done.out)
    assert (done.code, document["revision"], document["follows"], document["replaces"]) == (0, 4, 3, [3])
    with RulesTopic(shop.connection) as rules:
        assert rules.newest is not None
        assert (rules.newest.revision, rules.newest.plan.rules) == (4, three[0].plan.rules)


def test_a_revision_can_be_named_and_tried_first(shop: Shop, fraudc: Fraudc, three: tuple[RuleSet, ...]) -> None:
    tried = fraudc("rollback", "2", "--dry-run", "--project", shop.root)
    assert tried.code == 0
    assert tried.out.endswith(f"would be revision 4 of {shop.topics.rules}; nothing was sent\n")
    assert len(shop.has(shop.topics.rules)) == 3
    done = fraudc("rollback", "2", "--project", shop.root, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    with RulesTopic(shop.connection) as rules:
        assert rules.newest is not None
        assert rules.newest.plan.rules == three[1].plan.rules


def test_a_set_that_never_ran_is_not_gone_back_to(shop: Shop, fraudc: Fraudc, three: tuple[RuleSet, ...]) -> None:
    shop.fill(shop.topics.rules, [encode(succeed(three[2], plan_at(shop, 400), 1))])
    assert fraudc("rollback", "--project", shop.root).code == 0
    with RulesTopic(shop.connection) as rules:
        assert rules.newest is not None
        assert (rules.newest.revision, rules.newest.plan.rules) == (5, three[1].plan.rules)


def test_the_newest_needs_no_rollback(shop: Shop, fraudc: Fraudc) -> None:
    create_rules_topic(shop.connection)
    shop.fill(shop.topics.rules, [encode(first(plan_at(shop, 100)))])
    done = fraudc("rollback", "1", "--project", shop.root)
    assert (done.code, done.out) == (0, "revision 1 says the same already: nothing to publish\n")
    none = fraudc("rollback", "--project", shop.root)
    assert (none.code, none.err) == (2, f"fraudc: {shop.topics.rules} has no set before revision 1; it has 1\n")


def test_a_revision_that_never_was_is_refused_with_those_that_were(shop: Shop, fraudc: Fraudc, three: tuple[RuleSet, ...]) -> None:
    done = fraudc("rollback", "9", "--project", shop.root)
    numbers = ", ".join(str(found.revision) for found in three)
    assert (done.code, done.err) == (2, f"fraudc: {shop.topics.rules} has no revision 9; it has {numbers}\n")


def test_an_empty_topic_has_nothing_to_go_back_to(shop: Shop, fraudc: Fraudc) -> None:
    create_rules_topic(shop.connection)
    done = fraudc("rollback", "--project", shop.root)
    assert (done.code, done.err) == (2, f"fraudc: {shop.topics.rules} has no set to go back to\n")
