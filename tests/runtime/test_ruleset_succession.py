"""What a newly published set says of each window: since when, until when, and what a rollback finds."""

import pytest

from fraudc_runtime.plan import FieldSpec, ListValues, Sliding
from fraudc_runtime.rulesets.ruleset import Birth, Retired
from fraudc_runtime.rulesets.succession import first, succeed
from ruleset_samples import COUNTRY, DAY, HOUR, RISKY, SCHEMA, A, B, C, fields, plan, rule, schema, window

NOON = 1_772_323_200_000


def test_the_first_set_is_never_cold() -> None:
    found = first(plan(A, C), published_at=NOON)
    assert (found.revision, found.follows, found.plan.revision, found.at, found.retired) == (1, 0, 1, None, ())
    assert found.births == {A.id: Birth(1, None), C.id: Birth(1, None)}
    assert found.rules == {"on-a": 1, "on-c": 1}


def test_a_known_window_keeps_its_birth_and_a_new_one_is_born_at_the_time_of_publishing() -> None:
    found = succeed(first(plan(A)), plan(A, B), NOON)
    assert (found.revision, found.follows, found.plan.revision, found.begins) == (2, 1, 2, NOON)
    assert found.births == {A.id: Birth(1, None), B.id: Birth(2, NOON)}
    assert found.rules == {"on-a": 1, "on-b": 2}


def test_with_at_a_new_window_is_born_then() -> None:
    found = succeed(first(plan(A)), plan(A, B), NOON, at=NOON + HOUR)
    assert (found.begins, found.births[B.id]) == (NOON + HOUR, Birth(2, NOON + HOUR))


def test_a_window_that_no_rule_reads_is_retired_for_the_time_of_the_new_schema() -> None:
    found = succeed(first(plan(A, B)), plan(A, schema=schema(retire=HOUR)), NOON)
    assert found.retired == (Retired(B, Birth(1, None), NOON + HOUR),)
    assert set(found.births) == {A.id}


@pytest.mark.parametrize(("later", "birth"), [(DAY - 1, Birth(2, NOON)), (DAY, Birth(4, NOON + 1 + DAY))])
def test_a_rollback_before_a_window_is_dropped_keeps_birth_and_revision(later: int, birth: Birth) -> None:
    with_b = succeed(first(plan(A)), plan(A, B), NOON)
    without = succeed(with_b, plan(A), NOON + 1)
    back = succeed(without, plan(A, B), NOON + 1 + later)
    assert back.births[B.id] == birth
    assert back.retired == ()
    assert back.rules["on-b"] == 4


def test_retirement_goes_on_under_later_sets_and_ends() -> None:
    two = succeed(first(plan(A, B)), plan(A), NOON)
    three = succeed(two, plan(A), NOON + DAY - 1)
    assert three.retired == two.retired
    assert succeed(three, plan(A), NOON + DAY).retired == ()


def test_a_retired_window_takes_its_list_along_unless_rules_still_have_it() -> None:
    risky = window("risky", condition=RISKY)
    two = succeed(first(plan(A, risky, risky=("NG", "RU"))), plan(A), NOON)
    assert two.lists == {"risky:string": ListValues("string", ("NG", "RU"))}
    assert succeed(two, plan(A), NOON + 1).lists == two.lists
    assert succeed(two, plan(A), NOON + DAY).lists == {}
    assert succeed(two, plan(A, risky=("KP",)), NOON + 1).lists == {}


def test_a_window_that_reads_a_field_now_gone_is_dropped_at_once() -> None:
    countries = window("countries", function="distinct", argument=COUNTRY)
    found = succeed(first(plan(A, countries)), plan(A, schema=schema(fields=fields(without="country"))), NOON)
    assert found.retired == ()


def test_a_window_of_an_entity_now_gone_is_dropped_at_once() -> None:
    shops = window("shops", entity="shop")
    found = succeed(first(plan(A, shops)), plan(A, schema=schema(entities=SCHEMA.entities[:1])), NOON)
    assert found.retired == ()


def test_a_rule_that_was_away_is_another_rule() -> None:
    one = first(plan(A, rules=(rule("x", A), rule("y", A))))
    two = succeed(one, plan(A, rules=(rule("y", A),)), NOON)
    three = succeed(two, plan(A, rules=(rule("x", A), rule("y", A))), NOON)
    assert three.rules == {"x": 3, "y": 1}
    assert three.births == one.births


def test_a_schema_that_can_be_taken_over_keeps_the_fingerprint() -> None:
    one = first(plan(A))
    wider = schema(fields=fields(FieldSpec("device", "string", optional=True)))
    assert succeed(one, plan(A, schema=wider), NOON).fingerprint == one.fingerprint
    assert first(plan(A, schema=wider)).fingerprint != one.fingerprint


def test_a_redeploy_has_a_fingerprint_of_its_own_and_only_what_survives_keeps_its_birth() -> None:
    countries = window("countries", function="distinct", argument=COUNTRY)
    changed = schema(fields=fields(country="int"))
    found = succeed(first(plan(A, countries)), plan(A, countries, schema=changed), NOON)
    assert found.fingerprint == first(plan(schema=changed)).fingerprint != first(plan()).fingerprint
    assert found.births == {A.id: Birth(1, None), countries.id: Birth(2, NOON)}


def test_a_field_that_comes_back_with_another_type_conflicts_with_what_it_was() -> None:
    one = first(plan(A))
    two = succeed(one, plan(A, schema=schema(fields=fields(without="country"))), NOON)
    same = succeed(two, plan(A), NOON)
    other = succeed(two, plan(A, schema=schema(fields=fields(country="int"))), NOON)
    assert same.fingerprint == one.fingerprint
    assert other.fingerprint != one.fingerprint


def test_windows_of_another_length_are_other_windows() -> None:
    longer = window("a over 2h", Sliding(2 * HOUR))
    found = succeed(first(plan(A)), plan(longer), NOON)
    assert found.births == {longer.id: Birth(2, NOON)}
    assert [retired.signature for retired in found.retired] == [A]
