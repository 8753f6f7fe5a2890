"""RFC 3339 text in, milliseconds since the epoch out."""

import re
from datetime import date, timedelta
from typing import Final

LATEST: Final = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
_FORM: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MINUTE: Final = 60_000
_KEPT_PARTS: Final = 16_384
_KEPT_LENGTH: Final = 20


def read_timestamp(text: str) -> int | None:
    """Milliseconds of an RFC 3339 instant with an offset, digits behind them cut off; None when the text is none.

    The result may lie outside the years that fraudc takes. A second 60 counts only where a leap second can be: at the end of a UTC month.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = form.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return None
    minutes = days * 1440 + int(hour) * 60 + int(minute)
    if sign:
        offset = int(offset_hours) * 60 + int(offset_minutes)
        minutes += offset if sign == "-" else -offset
    if second == "60" and not _ends_month(minutes):
        return None
    return minutes * _MINUTE + int(second) * 1000 + int(((fraction or "") + "000")[:3])


def _ends_month(minutes: int) -> bool:
    days, minute = divmod(minutes, 1440)
    try:
        return minute == 1439 and (date.fromordinal(days + _EPOCH) + timedelta(1)).day == 1
    except (ValueError, OverflowError):
        return False


class _Parts(dict[str, int]):
    """Part of a timestamp's text -> its milliseconds; KeyError for what is none. `before` and `behind` make the part a whole timestamp."""

    def __init__(self, before: str, behind: str) -> None:
        super().__init__()
        self._before = before
        self._behind = behind

    def __missing__(self, part: str) -> int:
        read = read_timestamp(self._before + part + self._behind)
        if read is None:
            raise KeyError(part)
        if len(self) >= _KEPT_PARTS:
            self.clear()
        if len(part) <= _KEPT_LENGTH:
            self[part] = read
        return read


class Instants:
    """Reads many timestamps: an instant is the sum of its minute, its second, and its fraction and offset, each of which recurs."""

    def __init__(self) -> None:
        self._minutes = _Parts("", "00Z")
        self._seconds = {f"{second:02}": second * 1000 for second in range(60)}
        self._tails = _Parts("1970-01-01T00:00:00", "")

    def read(self, text: str) -> int | None:
        """What `read_timestamp` gives, save that a second 60 is not read."""
        try:
            return self._minutes[text[:17]] + self._seconds[text[17:19]] + self._tails[text[19:]]
        except KeyError:
            return None
