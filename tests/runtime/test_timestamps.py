"""RFC 3339 text becomes milliseconds, and nothing else does."""

import pytest

from fraudc_runtime.timestamps import LATEST, Instants, read_timestamp

TEN = 1_772_359_200_000  # 2026-03-01T10:00:00Z: 20,513 days and 10 hours


READ = [
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-02T00:00:00Z", 86_400_000),
    ("2026-03-01T10:00:00Z", TEN),
    ("2026-03-01t10:00:00z", TEN),
    ("2026-03-01T10:00:00+00:00", TEN),
    ("2026-03-01T10:00:00-00:00", TEN),
    ("2026-03-01T11:30:00+01:30", TEN),
    ("2026-03-01T05:00:00-05:00", TEN),
    ("2026-03-01T10:00:00.1Z", TEN + 100),
    ("2026-03-01T10:00:00.123Z", TEN + 123),
    ("2026-03-01T10:00:00.1239999Z", TEN + 123),  # cut, not rounded
    ("1970-01-01T00:30:00+01:00", -1_800_000),
    ("2000-02-29T00:00:00Z", 951_782_400_000),
    ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ("2017-01-01T00:59:60+01:00", 1_483_228_800_000),
    ("9999-12-31T23:59:59.999Z", LATEST),
    ("9999-12-31T23:59:59.999-00:01", LATEST + 60_000),
]
OTHER = [
    "",
    "2026-03-01",
    "2026-03-01T10:00:00",
    "2026-03-01 10:00:00Z",
    "2026-03-01T10:00Z",
    "2026-03-01T10:00:00.Z",
    "2026-03-01T10:00:00,5Z",
    "2026-03-01T10:00:00+01",
    "2026-03-01T10:00:00+0100",
    "2026-03-01T10:00:00+24:00",
    "2026-03-01T24:00:00Z",
    "2026-03-01T10:60:00Z",
    "2026-03-01T10:00:61Z",
    "2026-03-01T10:00:60Z",
    "2026-03-30T23:59:60Z",
    "2026-02-29T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-00-01T10:00:00Z",
    "0000-01-01T00:00:00Z",
    " 2026-03-01T10:00:00Z",
    "2026-03-01T10:00:00Z\n",
    "٢٠٢٦-03-01T10:00:00Z",
    "1772359200000",
    "2026-03-01T10:00:+1Z",
    "2026-03-01T10:00:1Z",
]


@pytest.mark.parametrize(("text", "ms"), READ)
def test_an_instant_with_an_offset_is_read(text: str, ms: int) -> None:
    assert read_timestamp(text) == ms


@pytest.mark.parametrize("text", OTHER)
def test_other_text_is_no_instant(text: str) -> None:
    assert read_timestamp(text) is None


def test_reading_many_by_their_parts_gives_the_same_save_for_leap_seconds() -> None:
    instants = Instants()
    for _ in range(2):
        for text, ms in READ:
            assert instants.read(text) == (None if ":60" in text else ms)
        assert [instants.read(text) for text in OTHER] == [None] * len(OTHER)
