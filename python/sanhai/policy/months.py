"""Months as numbers since the year 0, so that January of a year is 12 x the year; read from what people write."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from sanhai.errors import ConfigError, refuse, whole_number

__all__ = [
    "FIRST_YEAR", "LAST_YEAR", "MONTHS", "WHOLE_RUN", "checked_month", "checked_number", "checked_year", "january",
    "month_of", "month_text", "months_of", "year_of",
]  # fmt: skip

MONTHS = 12
FIRST_YEAR, LAST_YEAR = 1949, 2200  # of a date
WHOLE_RUN = 0  # the month of what holds for a whole run and has no date
WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?")


def month_of(day: dt.date) -> int:
    """The month of a day."""
    return day.year * MONTHS + day.month - 1


def january(year: int) -> int:
    return year * MONTHS


def months_of(year: int) -> range:
    """The months of a year."""
    return range(january(year), january(year + 1))


def year_of(month: int) -> int:
    return month // MONTHS


def month_text(month: int) -> str:
    """As people write it: 2027 for a January, else 2027-07; empty for the whole run."""
    if month == WHOLE_RUN:
        return ""
    year, past = divmod(month, MONTHS)
    return f"{year}-{past + 1:02d}" if past else str(year)


def checked_year(year: object, first: int = FIRST_YEAR) -> int:
    """A calendar year as an int, NumPy's integers too; ConfigError for anything else."""
    whole = whole_number(year)
    if whole is None or not first <= whole <= LAST_YEAR:
        raise refuse(ConfigError, "lever.year", got=year, first=first, last=LAST_YEAR)
    return whole


def checked_month(given: object) -> int:
    """A month from "2027-07", a year (its January) or a day that is the first of a month; ConfigError otherwise."""
    found: int | None = None
    if isinstance(given, str):
        written = WRITTEN.fullmatch(unicodedata.normalize("NFKC", given).strip())
        if written is not None and 1 <= int(written[2] or 1) <= MONTHS:
            found = int(written[1]) * MONTHS + int(written[2] or 1) - 1
    elif isinstance(given, dt.date):
        found = month_of(given) if given.day == 1 else None
    elif (whole := whole_number(given)) is not None:
        found = january(whole)
    return checked_number(given if found is None else found, given)


def checked_number(month: object, got: object = None) -> int:
    """A month that is a number already, where it is one of the years of dates; ConfigError names what was `got`."""
    found = whole_number(month)
    if found is None or not FIRST_YEAR <= year_of(found) <= LAST_YEAR:
        raise refuse(ConfigError, "lever.month", got=month if got is None else got, first=FIRST_YEAR, last=LAST_YEAR)
    return found
