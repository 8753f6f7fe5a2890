"""Numbers in, the words for them out: bytes, times, counts of things."""

from datetime import datetime, timezone


def bytes_text(count: int) -> str:
    """`16 B`, `1.1 KiB`, `3.4 MiB`."""
    if count < 1024:
        return f"{count} B"
    size, unit = count / 1024, "KiB"
    if size >= 1024:
        size, unit = size / 1024, "MiB"
    return f"{size:.1f} {unit}"


def state_text(fixed: int, each: int, unit: str) -> str:
    """`16 B` for a window of numbers only, `24 B + 16 B a member` for one that keeps its members."""
    parts = [bytes_text(fixed)] if fixed or not each else []
    return " + ".join([*parts, f"{bytes_text(each)} a {unit}"] if each else parts)


def time_text(milliseconds: int) -> str:
    """RFC 3339 in UTC, without a fraction where it is 0."""
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=timezone.utc)
    fraction = f".{milliseconds % 1000:03}" if milliseconds % 1000 else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 rule`, `4 rules`, `2 entities`."""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or noun + 's'}"


def per_cent(share: str) -> str:
    """A share from 0 to 1 as decimal text -> `5%`."""
    return f"{float(share) * 100:g}%"
