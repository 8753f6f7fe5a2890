"""Words for numbers."""

import pytest

from fraudc.show.amounts import bytes_text, counted, per_cent, state_text, time_text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1126, "1.1 KiB"), (5 << 20, "5.0 MiB")])
def test_bytes_take_the_unit_that_fits(count: int, text: str) -> None:
    assert bytes_text(count) == text


def test_state_names_what_each_member_adds() -> None:
    assert state_text(16, 0, "member") == "16 B"
    assert state_text(0, 8, "member") == "8 B a member"
    assert state_text(0, 0, "member") == "0 B"
    assert state_text(24, 16, "pane") == "24 B + 16 B a pane"


def test_times_have_milliseconds_only_where_there_are_any() -> None:
    assert time_text(1_767_225_600_000) == "2026-01-01T00:00:00Z"
    assert time_text(1_767_225_600_005) == "2026-01-01T00:00:00.005Z"
    assert time_text(-1) == "1969-12-31T23:59:59.999Z"


def test_counts_and_shares() -> None:
    assert (counted(1, "rule"), counted(2, "entity", "entities")) == ("1 rule", "2 entities")
    assert (per_cent("0.05"), per_cent("0.125")) == ("5%", "12.5%")
