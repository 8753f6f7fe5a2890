"""What the view says of a plan, before any printer."""

import json

from msgspec.structs import replace

from fraudc.show.as_json import as_json
from fraudc.show.describe import describe
from fraudc.show.model import PlanView, RuleView, Sharing, WindowView
from fraudc.show.wording import summary_text
from fraudc_runtime.plan import Plan


def window(view: PlanView, name: str) -> WindowView:
    return next(window for window in view.windows if window.name == name)


def rule(view: PlanView, id: str) -> RuleView:
    return next(rule for rule in view.rules if rule.id == id)


def test_windows_are_named_through_the_whole_plan_entity_by_entity(shop: PlanView) -> None:
    assert [(window.name, window.entity) for window in shop.windows] == [
        *((f"w{number}", "customer") for number in range(1, 7)),
        ("w7", "card_at_merchant"),
        ("w8", "card_at_merchant"),
    ]


def test_before_sharing_counts_aggregates_as_rules_write_them(shop: PlanView) -> None:
    assert (len(shop.windows), shop.before_sharing) == (8, 9)  # spending-online and its strict twin read one sum


def test_an_entity_that_no_rule_is_by_is_named_and_not_drawn(shop: PlanView) -> None:
    assert [entity.name for entity in shop.entities] == ["customer", "card_at_merchant"]
    assert shop.unused == ("merchant",)


def test_a_window_says_where_inner_where_and_whose_members_it_reads(shop: PlanView) -> None:
    assert (window(shop, "w2").where, window(shop, "w2").shares) == ('channel == "ecom"', "w3")
    assert (window(shop, "w8").inner, window(shop, "w8").over) == ("amount < 2 USD", "over 10m excluding current")
    assert window(shop, "w4").over == "over 7d delayed by 1d"


def test_short_forms_are_shown_as_authors_know_them(shop: PlanView) -> None:
    assert window(shop, "w4").aggregate == "median(amount)"


def test_conditions_name_windows(shop: PlanView) -> None:
    assert rule(shop, "spending-online").condition == "w2 > 1_000 USD and w3 >= 3"
    assert rule(shop, "card-testing").lets == (("probes", "w8"),)


def test_what_is_shared_is_told_once_to_each_side(shop: PlanView) -> None:
    assert rule(shop, "spending-online").shares == (Sharing("w2", "window", ("spending-online-strict",)),)
    assert rule(shop, "spending-online-strict").shares == (Sharing("w2", "window", ("spending-online",)),)
    assert rule(shop, "velocity-any").shares == ()


def test_rules_that_share_members_only_are_told_so(plan: Plan) -> None:
    rules = [replace(rule, when=rule.when.args[1]) if rule.id == "spending-online" else rule for rule in plan.rules]  # type: ignore[union-attr]  # a Call
    view = describe(replace(plan, rules=tuple(rules)), "shop")
    assert rule(view, "spending-online").shares == (Sharing("w3", "members", ("spending-online-strict",)),)
    assert rule(view, "spending-online-strict").shares == (Sharing("w3", "members", ("spending-online",)),)


def test_a_rule_pays_for_the_members_that_its_window_borrows(shop: PlanView) -> None:
    # w3's day has 10 members, its log 15: 16 B and 8 B for each time, 8 B more for each amount; w2 16 B, w3 8 B, a cooldown 16 B.
    strict, online = rule(shop, "spending-online-strict"), rule(shop, "spending-online")
    assert (strict.bytes, strict.shared_bytes) == (16 + 16 + 120 + 120, 272)
    assert (online.bytes, online.shared_bytes) == (16 + 16 + 120 + 120 + 8 + 16, 272)


def test_a_key_costs_each_window_once(shop: PlanView) -> None:
    for entity in shop.entities:
        assert entity.bytes == entity.beside + sum(window.bytes for window in entity.windows)


def test_an_idle_plan_still_has_a_summary(plan: Plan) -> None:
    empty = describe(replace(plan, rules=(), signatures=()), "shop")
    assert summary_text(empty) == f"shop: 0 rules, 0 entities, 0 windows (0 before sharing), schema {empty.fingerprint}"


def test_the_json_form_is_versioned_and_has_each_rule_with_its_lets(shop: PlanView) -> None:
    document = json.loads(as_json(shop))
    assert document["version"] == 1
    assert document["summary"] == {"rules": 6, "entities": 2, "windows": 8, "windows_before_sharing": 9}
    assert document["entities"][0]["rules"][0]["lets"] == {"velocity": "w1"}
    assert document["stateless"][0]["entity"] is None
