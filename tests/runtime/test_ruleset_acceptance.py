"""Which sets a task takes over, which one is in force at an event time, and what refused publishers are told."""

import pytest
from msgspec.structs import replace

from fraudc_runtime.plan import FieldSpec, MoneySpec, Schema
from fraudc_runtime.rulesets.acceptance import Accepted, Refused, Standing, accept, begin, from_topic, receive
from fraudc_runtime.rulesets.ruleset import Birth, RuleSet, encode
from fraudc_runtime.rulesets.succession import first, succeed
from ruleset_samples import SCHEMA, A, B, C, fields, plan, schema

T = 1_772_323_200_000
ONE = first(plan(A))
TWO = succeed(ONE, plan(A, B), T)


def accepted(standing: Standing, incoming: RuleSet) -> Standing:
    found = accept(standing, incoming)
    assert isinstance(found, Accepted)
    assert not found.again
    return found.standing


def refused(standing: Standing, incoming: RuleSet) -> Refused:
    found = accept(standing, incoming)
    assert isinstance(found, Refused)
    return found


def revisions(standing: Standing) -> list[int]:
    return [known.revision for known in standing.sets]


def test_a_set_without_at_is_in_force_for_everything_from_then_on() -> None:
    standing = accepted(Standing((ONE,)), TWO)
    assert revisions(standing) == [2]
    assert standing.in_force(0) == TWO


def test_a_set_with_at_is_in_force_from_exactly_that_event_time() -> None:
    standing = accepted(Standing((ONE,)), replace(TWO, at=T))
    assert [standing.in_force(t).revision for t in (0, T - 1, T, T + 1)] == [1, 1, 2, 2]
    assert [len(standing.waiting(t)) for t in (T - 1, T)] == [1, 0]


def test_of_two_publishers_one_wins_and_the_other_is_told() -> None:
    standing = accepted(Standing((ONE,)), TWO)
    found = refused(standing, succeed(ONE, plan(A, C), T + 1))
    assert (found.code, found.revision) == ("follows", 2)
    assert found.reason == "It was made against revision 1, and revision 2 runs: compare, and publish again."


def test_while_a_set_waits_the_next_must_be_made_against_it() -> None:
    standing = accepted(Standing((ONE,)), replace(TWO, at=T))
    found = refused(standing, succeed(ONE, plan(A, C), T + 1))
    assert found.reason == "It was made against revision 1, and revision 2 waits: compare, and publish again."
    assert revisions(accepted(standing, succeed(standing.newest, plan(A), T + 1))) == [3]


def test_sets_wait_in_order_and_a_later_one_replaces_those_that_would_not_begin_before_it() -> None:
    waiting = accepted(Standing((ONE,)), succeed(ONE, plan(A, B), T, at=T + 10))
    behind = accepted(waiting, succeed(waiting.newest, plan(A), T, at=T + 20))
    assert revisions(behind) == [1, 2, 3]
    assert [behind.in_force(t).revision for t in (T + 9, T + 10, T + 19, T + 20)] == [1, 2, 2, 3]
    earlier = accepted(behind, succeed(behind.newest, plan(A), T, at=T + 10))
    assert revisions(earlier) == [1, 4]
    assert revisions(accepted(earlier, succeed(earlier.newest, plan(A), T))) == [5]


def test_sets_that_no_transaction_needs_any_more_are_let_go() -> None:
    standing = accepted(Standing((ONE,)), replace(TWO, at=T))
    assert revisions(standing.past(T - 1)) == [1, 2]
    assert revisions(standing.past(T)) == [2]


def test_a_known_set_that_comes_again_changes_nothing() -> None:
    standing = Standing((ONE, replace(TWO, at=T)))
    for known in standing.sets:
        assert accept(standing, known) == Accepted(standing, again=True)
    assert isinstance(accept(standing, replace(ONE, published_at=9)), Refused)


def test_what_cannot_be_read_is_refused_and_has_no_revision() -> None:
    found = receive(Standing((ONE,)), b"nonsense")
    assert found == Refused("unreadable", "It is no rule set: it is not compressed as one.", None)


@pytest.mark.parametrize(
    "kept",
    [
        schema(fields=fields(FieldSpec("device", "string", optional=True))),
        schema(fields=(FieldSpec("device", "string"), *SCHEMA.fields)),
        schema(fields=fields(without="country")),
        schema(
            fields=tuple(replace(field, aliases=("x",), default='"y"') if field.name == "country" else field for field in SCHEMA.fields)
        ),
        schema(money=replace(SCHEMA.money, currencies={}) if SCHEMA.money else None),
        schema(entities=tuple(reversed(SCHEMA.entities))),
        schema(max_disorder=1, idle=1, retire=1, max_future=1),
    ],
    ids=["optional", "required", "gone", "alias", "rates", "order", "times"],
)
def test_a_schema_that_state_survives_is_taken_over(kept: Schema) -> None:
    accepted(Standing((ONE,)), succeed(ONE, plan(A, schema=kept), T))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (schema(fields=fields(country="int")), "country was string and is int"),
        (schema(id="card"), "id was id and is card"),
        (schema(event_time="booked"), "event_time was at and is booked"),
        (schema(dedupe=0), "dedupe was 3600000 and is 0"),
        (schema(money=MoneySpec("EUR", None, {})), "base was USD and is EUR"),
        (schema(entities=(replace(SCHEMA.entities[0], key=("shop",)),)), "card was card and is shop"),
        (
            schema(entities=(replace(SCHEMA.entities[0], profile=(FieldSpec("limit", "int", optional=True),)),)),
            "card.limit was money and is int",
        ),
    ],
)
def test_a_set_for_another_schema_is_refused(other: Schema, reason: str) -> None:
    found = refused(Standing((ONE,)), succeed(ONE, plan(A, schema=other), T))
    assert found.code == "schema"
    assert found.reason.endswith(f" runs: {reason}. This needs a redeploy.")


def test_types_are_compared_even_under_the_same_fingerprint() -> None:
    forged = replace(succeed(ONE, plan(A, schema=schema(fields=fields(country="int"))), T), fingerprint=ONE.fingerprint)
    assert refused(Standing((ONE,)), forged).code == "schema"


def test_a_field_added_by_one_set_and_retyped_by_the_next_is_refused() -> None:
    standing = Standing((ONE,))
    for type, expected in (("string", Accepted), ("int", Refused)):
        wider = schema(fields=fields(FieldSpec("device", type, optional=True)))  # type: ignore[arg-type]  # a Type
        found = accept(standing, succeed(standing.newest, plan(A, schema=wider), T))
        assert isinstance(found, expected)
        standing = found.standing if isinstance(found, Accepted) else standing


def test_the_topic_gives_every_task_the_same_sets() -> None:
    waiting = succeed(TWO, plan(A), T + 5, at=T + 10)
    messages = [b"nonsense", encode(ONE), encode(TWO), encode(succeed(ONE, plan(C), T)), encode(waiting)]
    standing, told = from_topic(messages)
    assert standing == Standing((TWO, waiting))
    assert [(found.code, found.revision) for found in told] == [("unreadable", None), ("follows", 2)]
    assert from_topic([b"nonsense"])[0] is None


def test_a_new_job_has_never_been_cold_with_what_it_begins_with() -> None:
    waiting = succeed(TWO, plan(A, B, C), T + 5, at=T + 10)
    standing = begin(Standing((TWO, waiting)))
    assert standing.sets[0].births == {A.id: Birth(1, None), B.id: Birth(2, None)}
    assert standing.sets[1].births == {A.id: Birth(1, None), B.id: Birth(2, None), C.id: Birth(3, T + 10)}
    later = accepted(standing, succeed(waiting, plan(B, C), T + 20))
    assert later.newest.births == {B.id: Birth(2, None), C.id: Birth(3, T + 10)}
    assert [retired.birth for retired in later.newest.retired] == [Birth(1, None)]
