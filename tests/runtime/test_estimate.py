"""State estimates against sums done by hand, at a rate that makes them easy: 24 transactions a day, one an hour."""

from fraudc_runtime.estimate import DAY, ENTRY, EXACT_SQUARES, EXACT_SUM, ID, LIFE, LOG, NUMBER, TEXT, KeyState, WindowState, estimate
from fraudc_runtime.expr import Const, Expr, Field, Type
from fraudc_runtime.plan import All, EntitySpec, FieldSpec, Panes, Plan, Rule, Schema, Signature, Sliding, Tumbling, Window

HOUR = DAY // 24
AMOUNT = Field("amount", "int", False)
COUNTRY = Field("country", "string", True)
TRUE = Const("bool", True, "true")
BESIDE = ENTRY + (ID + NUMBER)  # one id is remembered for the hour of `dedupe`


def signature(id: str, function: str, window: Window, argument: Expr | None = None, **given: object) -> Signature:
    rest: dict[str, object] = {
        "parameter": "",
        "condition": None,
        "excluding": False,
        "delay": 0,
        "entity": "card",
        "where": None,
        "type": "int",
    }
    return Signature(id=id, text=id, function=function, window=window, argument=argument, **(rest | given))  # type: ignore[arg-type]  # Signature's own names


def rule(entity: str | None, cooldown: int | None = None) -> Rule:
    return Rule("r", None, "low", entity, None, (), TRUE, cooldown, None, None, None, "live", "1", None, None, {}, ())


def state(*signatures: Signature, cooldown: int | None = None, dedupe: int = HOUR) -> KeyState:
    fields = (FieldSpec("id", "string"), FieldSpec("at", "timestamp"), FieldSpec("card_id", "string"))
    schema = Schema("id", "at", fields, None, (EntitySpec("card", ("card_id",)), EntitySpec("idle", ("id",))), dedupe=dedupe)
    (found,) = estimate(Plan(schema, {}, signatures, (rule("card", cooldown), rule(None))), per_day=24)
    return found


def only(found: KeyState) -> WindowState:
    (window,) = found.windows
    return window


def test_a_rule_without_windows_costs_its_remembered_ids_and_the_entry() -> None:
    assert state().bytes == BESIDE
    assert state(dedupe=0).bytes == ENTRY
    assert state(dedupe=3 * HOUR).bytes == ENTRY + 3 * (ID + NUMBER)


def test_a_cooldown_keeps_two_numbers() -> None:
    assert state(cooldown=HOUR).beside == BESIDE + 2 * NUMBER


def test_a_tumbling_count_is_a_pane_and_a_number() -> None:
    window = only(state(signature("w", "count", Tumbling(HOUR))))
    assert (window.fixed, window.per_member, window.bytes, window.cost) == (16, 0, 16, "O(1)")


def test_over_all_keeps_numbers_only() -> None:
    assert only(state(signature("w", "count", All()))).bytes == 8


def test_panes_cost_numbers_for_each_step_however_many_members_there_are() -> None:
    window = only(state(signature("w", "count", Panes(12 * HOUR, HOUR))))
    assert (window.fixed, window.per_member, window.members, window.unit) == (LOG + 3 * 8, 8 + 8, 18, "pane")  # 12, and half as many
    delayed = only(state(signature("w", "count", Panes(12 * HOUR, HOUR), delay=3 * HOUR)))
    assert (delayed.fixed, delayed.members) == (LOG + 4 * 8, 23)  # 15, and half as many
    assert only(state(signature("w", "count", Panes(12 * HOUR, 6 * HOUR)))).members == 3


def test_pane_windows_of_one_step_over_one_column_share_their_panes() -> None:
    day, hours = state(
        signature("day", "sum", Panes(24 * HOUR, HOUR), AMOUNT), signature("hours", "avg", Panes(6 * HOUR, HOUR), AMOUNT)
    ).windows
    assert (day.shares, hours.shares) == (None, "day")
    assert hours.per_member == 8  # the number of members of each pane; their sum is there
    other = state(signature("day", "sum", Panes(24 * HOUR, HOUR), AMOUNT), signature("steps", "sum", Panes(24 * HOUR, 2 * HOUR), AMOUNT))
    assert [window.shares for window in other.windows] == [None, None]


def test_aggregates_of_one_window_have_their_sums_in_common() -> None:
    first, second = state(signature("avg", "avg", Tumbling(HOUR), AMOUNT), signature("sum", "sum", Tumbling(HOUR), AMOUNT)).windows
    assert (first.bytes, second.bytes, second.shares) == (24, 0, "avg")


def test_a_run_and_the_last_value_need_no_members() -> None:
    run, last = state(signature("run", "rising", Sliding(3 * HOUR), AMOUNT), signature("last", "last", Sliding(HOUR), AMOUNT)).windows
    assert (run.fixed, run.per_member, run.members, run.shares) == (16, 8, 3, None)
    assert (last.fixed, last.per_member, last.shares) == (16, 0, None)


def test_another_entity_has_state_of_its_own() -> None:
    both = [signature("card", "count", Tumbling(HOUR)), signature("other", "count", Tumbling(HOUR), entity="idle")]
    assert [window.signature for window in state(*both).windows] == ["card"]


def test_a_sliding_window_keeps_a_time_and_a_value_for_each_member_of_its_size_and_delay() -> None:
    window = only(state(signature("w", "sum", Sliding(5 * HOUR), AMOUNT, delay=2 * HOUR)))
    assert (window.per_member, window.members) == (16, 11)  # 7, and half as many that have left and are not dropped yet
    assert window.bytes == window.fixed + 11 * 16


def test_counting_everything_keeps_times_and_no_number() -> None:
    window = only(state(signature("w", "count", Sliding(HOUR))))
    assert (window.fixed, window.per_member) == (LOG + 8, 8)


def test_counting_an_argument_keeps_it_since_older_members_may_lack_it() -> None:
    window = only(state(signature("w", "count", Sliding(HOUR), AMOUNT)))
    assert (window.fixed, window.per_member) == (LOG + 8 + 8, 16)


def test_an_inner_where_without_an_argument_costs_one_byte_a_member() -> None:
    assert only(state(signature("w", "count", Sliding(HOUR), condition=TRUE))).per_member == 9


def test_a_sliding_window_keeps_its_cursors_and_the_log_it_owns() -> None:
    assert only(state(signature("w", "count", Sliding(HOUR), COUNTRY))).fixed == LOG + 8 + 8
    assert only(state(signature("w", "count", Sliding(HOUR), COUNTRY, delay=HOUR))).fixed == LOG + 2 * 8 + 8


def test_what_members_can_tell_again_is_not_stored_beside_them() -> None:
    for function in ("min", "max", "distinct", "first", "percentile"):
        assert only(state(signature("w", function, Sliding(HOUR), AMOUNT))).fixed == LOG + 8


def test_exact_sums_of_doubles_are_long() -> None:
    score = Field("score", "float", False)
    assert only(state(signature("w", "sum", All(), score))).bytes == EXACT_SUM
    assert only(state(signature("w", "stddev", All(), score))).bytes == 8 + EXACT_SUM + EXACT_SQUARES
    assert only(state(signature("w", "stddev", All(), AMOUNT))).bytes == 8 + 8 + 16


def test_the_longest_window_owns_the_members_and_the_others_borrow_them() -> None:
    short, long = state(signature("short", "sum", Sliding(HOUR), AMOUNT), signature("long", "avg", Sliding(9 * HOUR), AMOUNT)).windows
    assert (short.shares, short.per_member) == ("long", 0)
    assert (long.shares, long.per_member, long.members) == (None, 16, 14)


def test_a_borrowing_window_pays_for_a_column_that_only_it_reads() -> None:
    short, _ = state(signature("short", "sum", Sliding(HOUR), AMOUNT), signature("long", "count", Sliding(9 * HOUR))).windows
    assert (short.shares, short.per_member, short.members) == ("long", 8, 14)


def test_another_where_has_members_of_its_own() -> None:
    first, second = state(signature("a", "count", Sliding(HOUR)), signature("b", "count", Sliding(HOUR), where=TRUE)).windows
    assert (first.shares, second.shares) == (None, None)


def test_distinct_keeps_its_values_even_in_windows_of_numbers() -> None:
    window = only(state(signature("w", "distinct", Tumbling(6 * HOUR), COUNTRY)))
    assert (window.per_member, window.members) == (TEXT, 6)
    assert only(state(signature("w", "distinct", All(), COUNTRY))).members == LIFE // HOUR


def test_percentile_alone_is_logarithmic() -> None:
    costs = {name: only(state(signature("w", name, Sliding(HOUR), AMOUNT))).cost for name in ("percentile", "distinct", "max", "rising")}
    assert costs == {"percentile": "O(log n)", "distinct": "O(1)", "max": "O(1)", "rising": "O(1)"}


def test_a_rate_below_one_member_still_counts_one() -> None:
    assert only(state(signature("w", "distinct", Tumbling(1), COUNTRY))).members == 1


def test_strings_take_more_than_numbers() -> None:
    widths: dict[Type, int] = {"string": 8 + TEXT, "int": 16, "bool": 9}
    for value, width in widths.items():
        assert only(state(signature("w", "first", Sliding(HOUR), Field("f", value, False)))).per_member == width
