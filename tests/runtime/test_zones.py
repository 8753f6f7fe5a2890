"""Local days: offsets through clock changes, and tumbling windows of local days, also where a date comes twice."""

from datetime import datetime, timezone

import pytest

from fraudc_runtime.plan import Tumbling
from fraudc_runtime.windows.zones import Zone
from machine import Machine, aggregate, item, plan, rule

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "at", "hours"),
    [
        ("Europe/Paris", "2026-03-29T00:59:59", 1),
        ("Europe/Paris", "2026-03-29T01:00:00", 2),
        ("Europe/Paris", "2026-10-25T00:59:59", 2),
        ("Europe/Paris", "2026-10-25T01:00:00", 1),
        ("Pacific/Apia", "2011-12-30T09:59:59", -10),
        ("Pacific/Apia", "2011-12-30T10:00:00", 14),
        ("UTC", "1970-01-01T00:00:00", 0),
    ],
)
def test_offsets_change_at_their_second(zone: str, at: str, hours: int) -> None:
    assert Zone(zone).offset(utc(at)) == hours * HOUR


def test_offsets_of_seconds_are_exact() -> None:
    """Liberia was 44 minutes and 30 seconds behind until 1972-01-07 00:44:30 UTC."""
    zone = Zone("Africa/Monrovia")
    assert (zone.offset(utc("1972-01-07T00:44:29")), zone.offset(utc("1972-01-07T00:44:30"))) == (-(44 * MINUTE + 30_000), 0)


def test_a_day_without_a_name_is_skipped() -> None:
    zone = Zone("Pacific/Apia")
    assert zone.day(utc("2011-12-30T10:00:00")) - zone.day(utc("2011-12-30T09:59:59")) == 2


def counts(zone: str, size: int, *times: str, cut: bool = False) -> list[int]:
    count = aggregate("count", None, Tumbling(size, zone))
    machine = Machine(plan(rule(lets={"c": count}), signatures=[count]))
    found = []
    for at in times:
        if cut:
            machine.cut()
        found += [alert["values"]["c"] for alert in machine.play([item(utc(at))])]
    return found


def test_a_local_day_has_23_hours_when_clocks_go_forward() -> None:
    found = counts("Europe/Paris", DAY, "2026-03-28T22:59:59", "2026-03-28T23:00:00", "2026-03-29T21:59:59", "2026-03-29T22:00:00")
    assert found == [1, 1, 2, 1]


@pytest.mark.parametrize("cut", [False, True])
def test_a_date_that_comes_twice_is_one_day(cut: bool) -> None:
    """In St John's clocks went back from 00:01 to 23:01 on 2006-10-29 (02:31 UTC): a minute of the 29th, then the 28th again."""
    times = ("2006-10-29T02:29:00", "2006-10-29T02:30:30", "2006-10-29T02:31:00", "2006-10-29T03:29:59", "2006-10-29T03:30:00")
    assert counts("America/St_Johns", DAY, *times, cut=cut) == [1, 1, 2, 3, 2]


def test_several_days_are_counted_from_the_epoch() -> None:
    """1970-01-01 was day 0, so days 2 and 3 are one window of two days."""
    found = counts("Asia/Tokyo", 2 * DAY, "1970-01-02T14:59:59", "1970-01-02T15:00:00", "1970-01-04T14:59:59", "1970-01-04T15:00:00")
    assert found == [1, 1, 2, 1]
