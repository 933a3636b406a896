"""Why a text could not be read as a moment, as a value; the words for people stand beside it, at the edge."""

from __future__ import annotations

from enum import IntEnum


class Cause(IntEnum):
    """What the text most likely is."""

    NONE = 0
    NO_DATE = 1
    DAY_FIRST = 2
    MONTH_FIRST = 3
    DAY_OR_MONTH_FIRST = 4
    YEAR_FIRST = 5
    NUMBER = 6
    CLOCK_ONLY = 7
    NO_YEAR = 8
    NO_SUCH_DAY = 9
    BUDDHIST_YEAR = 10
    OTHER_CALENDAR = 11
    ERA = 12
    AMBIGUOUS_ZONE = 13
    AMBIGUOUS_MONTH = 14
    UNKNOWN_WORD = 15
    STAMP = 16
    DAY_MONTH_OR_YEAR_FIRST = 17
    SHORT_BUDDHIST_YEAR = 18
    SHORT_YEARS_APART = 19
    NO_SUCH_WEEK = 20
    WEEK_OR_HALF_YEAR = 21
    LOST_ZERO = 22


_TOLD = {
    Cause.DAY_FIRST: "the day stands first: choose day_first",
    Cause.MONTH_FIRST: "the month stands first: choose month_first",
    Cause.DAY_OR_MONTH_FIRST: "day or month stand first: choose day_first or month_first",
    Cause.YEAR_FIRST: "the year stands first: choose iso",
    Cause.NUMBER: "a bare number: choose epoch (seconds since 1970), excel or excel1904 (days, as workbooks count), or "
    "%Y%m where it is a year and a month, %G%V where a year and a week",
    Cause.CLOCK_ONLY: "a time of day without its date: join the two columns",
    Cause.NO_YEAR: "a date without its year: join it with the column that holds the year, or, where the number is "
    "one (Jan 25), say so with dates: '%b %y'",
    Cause.NO_SUCH_DAY: "there is no such day or time",
    Cause.NO_SUCH_WEEK: "there is no such week: only years that begin or end on a Thursday have a 53rd",
    Cause.WEEK_OR_HALF_YEAR: "S1 and S2, without any more of them, may be weeks or half-years: write 2024-W01 or "
    "2024-H1, or call the column so, as Semana or Semestre",
    Cause.BUDDHIST_YEAR: "a year of the Buddhist calendar (543 ahead), which is not converted: export Gregorian dates",
    Cause.OTHER_CALENDAR: "a year of the Persian or Islamic calendar, which is not converted: export Gregorian dates",
    Cause.ERA: "a year of a Japanese or Taiwanese era, which is not converted: export Gregorian dates",
    Cause.AMBIGUOUS_ZONE: "the zone's abbreviation means several zones: name the column's zone, such as Asia/Kolkata",
    Cause.AMBIGUOUS_MONTH: "the month's name means different months in different languages: write it as a number",
    Cause.STAMP: "a date without signs between its parts, such as 20250405101500: choose iso",
    Cause.DAY_MONTH_OR_YEAR_FIRST: "day, month or year stand first: choose day_first, month_first or year_first",
    Cause.SHORT_BUDDHIST_YEAR: "a year of two digits that may be one of the Buddhist calendar (2568 as 68), which is "
    "not converted: export Gregorian dates with four digits",
    Cause.SHORT_YEARS_APART: "years of two digits on both sides of 68 and 69, which would lie a century apart: write "
    "them with four",
    Cause.LOST_ZERO: "2024.1 beside 2024.01 is an October that lost its zero: write the months as text, as 2024-10",
    Cause.UNKNOWN_WORD: "it holds a word that is no month, weekday, zone or half of the day",
}


def told(cause: Cause) -> str:
    """What the text is and what to choose, for people; empty where nothing is known."""
    return _TOLD.get(cause, "")
