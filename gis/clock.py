"""What time it is, and where a county cuts its days.

The time is a value handed in, so that a test, a simulation or an import can say what now is. Instants are aware
datetimes in UTC; days are cut in the county's own zone, because "today's reports" are those since local midnight.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gis.errors import InvalidInput

__all__ = [
    "Clock",
    "FixedClock",
    "SystemClock",
    "day_bounds",
    "in_zone",
    "local_day",
    "month_start",
    "zone_named",
]


class Clock(Protocol):
    """Anything that tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands at one instant, which must be aware."""

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("a FixedClock needs an aware datetime")

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return self.instant.astimezone(UTC)


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name such as ``Asia/Shanghai``.

    Raises
    ------
    InvalidInput
        If there is no zone of that name.
    """
    try:
        return ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ) as error:  # OSError: the name is a folder of the database
        raise InvalidInput.of(
            "time_zone", f"{name!r} is not a time zone; write one like Asia/Shanghai"
        ) from error


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return `moment` as an instant in UTC, reading it as local time of `zone` where it names no zone.

    Examples
    --------
    >>> in_zone(datetime(2022, 5, 1, 8, 0), ZoneInfo("Asia/Shanghai")).isoformat()
    '2022-05-01T00:00:00+00:00'
    """
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day an instant belongs to in `zone`."""
    return in_zone(moment, zone).astimezone(zone).date()


def month_start(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def day_bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants [start, end) in UTC of the whole days `first` to `last`, both included, in `zone`.

    Examples
    --------
    >>> [bound.isoformat() for bound in day_bounds(date(2022, 5, 1), date(2022, 5, 1), ZoneInfo("Asia/Shanghai"))]
    ['2022-04-30T16:00:00+00:00', '2022-05-01T16:00:00+00:00']
    """
    start = datetime.combine(first, datetime.min.time(), zone)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    return start.astimezone(UTC), end.astimezone(UTC)
