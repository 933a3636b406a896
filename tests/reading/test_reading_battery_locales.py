"""Dates as CLDR writes them in many locales: what is read is what was meant, or it is refused; never another moment.

CONTRIBUTING states how many of the columns are read right.
"""

from __future__ import annotations

import re
from datetime import datetime

import pyarrow as pa
import pytest
from babel import Locale
from babel.dates import format_date, format_time

from csi.reading.calendar_words import LANGUAGES
from csi.reading.kinds import guess_kinds
from csi.reading.moments import read_moments

_LOCALES = (
    "en_US",
    "en_GB",
    "en_IN",
    "de",
    "de_AT",
    "fr",
    "fr_CA",
    "es",
    "es_MX",
    "pt",
    "pt_PT",
    "it",
    "nl",
    "pl",
    "cs",
    "sk",
    "hr",
    "sr_Latn",
    "da",
    "sv",
    "nb",
    "fi",
    "et",
    "lv",
    "lt",
    "hu",
    "ro",
    "bg",
    "tr",
    "ru",
    "uk",
    "el",
    "ja",
    "zh",
    "zh_Hant",
    "ko",
    "vi",
    "th",
    "he",
    "ar",
    "sq",
    "ca",
    "eu",
    "hi",
    "bn",
    "ta",
    "ka",
    "hy",
    "ur",
    "be",
    "af",
    "fil",
    "sl",
    "fa",
    "km",
)
_FORMS = [(date, time) for date in ("short", "medium", "long") for time in ("", "short", "medium")]
# A day above 12, both halves of the day, noon and just after midnight.
_MOMENTS = [
    datetime(2025, 1, 2, 0, 5),
    datetime(2025, 3, 29, 12, 30),
    datetime(2025, 5, 31, 23, 59),
    datetime(2025, 8, 8, 1, 1),
    datetime(2025, 10, 17, 15, 40),
]
# “2025(e)ko urtarrilaren 2(a)”, with endings in brackets.
_REFUSED = {("eu", "long", ""), ("eu", "long", "short"), ("eu", "long", "medium")}


def _written(moment: datetime, locale: Locale, date: str, time: str) -> str:
    day = format_date(moment, date, locale=locale)
    if not time:
        return day
    form = re.sub(r"'([^']*)'", r"\1", str(locale.datetime_formats[date]))
    return form.replace("{0}", format_time(moment, time, locale=locale)).replace("{1}", day)


@pytest.mark.parametrize("name", _LOCALES)
def test_what_a_locale_writes_is_read_as_meant_or_refused(name: str) -> None:
    locale = Locale.parse(name)
    found = {form: _outcome([_written(moment, locale, *form) for moment in _MOMENTS], *form) for form in _FORMS}
    assert found == {form: "refused" if (name, *form) in _REFUSED else "right" for form in _FORMS}


@pytest.mark.parametrize("name", LANGUAGES)
def test_halves_of_the_day_are_read_as_meant_or_refused(name: str) -> None:
    told = [texts for widths in Locale.parse(name).day_periods.values() for texts in widths.values()]
    halves = {(texts["am"], texts["pm"]) for texts in told if texts.get("am") and texts.get("pm")}
    for before, after in halves - {("g", "a")}:  # Basque, whose after noon is everybody's before noon
        for form in ("01/05/2024 9:14 {}", "01/05/2024 9:14:00{}", *(["01/05/2024 {} 9:14"] * (len(before) > 2))):
            cells = pa.chunked_array([pa.array([form.format(before), form.format(after)])])
            read = read_moments(cells, "day_first", "UTC").instants.dt.hour.tolist()
            assert all(hour == meant or hour != hour for hour, meant in zip(read, (9, 21), strict=True)), form
            assert read == [9, 21] or len(after.strip(".")) == 1, (form, before, after)


def _outcome(texts: list[str], _: str, time: str) -> str:
    kind = guess_kinds({"opened": texts}, ".", ())["opened"]
    if kind.name != "moment" or kind.ambiguous:
        return "refused"
    read = read_moments(pa.chunked_array([pa.array(texts)]), kind.dates, "UTC")
    meant = [moment if time else moment.replace(hour=0, minute=0) for moment in _MOMENTS]
    told = [one.to_pydatetime() for one in read.instants.dt.tz_localize(None)]
    return "right" if told == meant else "refused" if read.unreadable.all() else f"{told} of {texts}"


def test_the_numbers_stated() -> None:
    assert (len(_LOCALES), len(_LOCALES) * len(_FORMS), len(_REFUSED)) == (55, 495, 3)
