"""Lengths of time as people's programs write them: read to the second, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.reading.quantities import read_quantities, written
from csi.reading.readers import read

# Text, days, hours, minutes, seconds: added up below, so that no line shares code with what reads it.
_BATTERY: list[tuple[str, float, float, float, float]] = [
    # the kinds the issue names
    ("27 d 19 h", 27, 19, 0, 0),
    ("1 dias 18 horas 47 minutos", 1, 18, 47, 0),
    ("1d 4h 30m", 1, 4, 30, 0),
    ("4h 24m", 0, 4, 24, 0),
    ("PT4H", 0, 4, 0, 0),
    ("P1DT4H30M", 1, 4, 30, 0),
    ("02:35:10", 0, 2, 35, 10),
    ("1.02:35:10", 1, 2, 35, 10),
    ("1 day, 2:35:10", 1, 2, 35, 10),
    ("2 days 02:35:10", 2, 2, 35, 10),
    ("26:10:00", 0, 26, 10, 0),
    ("3 hours 2 minutes", 0, 3, 2, 0),
    ("3 hours and 2 minutes", 0, 3, 2, 0),
    ("25 Days 21 Hours 1 Minute", 25, 21, 1, 0),
    ("53 segundos", 0, 0, 0, 53),
    ("1w 2d", 9, 0, 0, 0),
    # English
    ("1 hour(s), 5 minute(s)", 0, 1, 5, 0),
    ("2 wks 1 day", 15, 0, 0, 0),
    ("3 hrs 20 mins 5 secs", 0, 3, 20, 5),
    # German
    ("1 Tag 4 Std. 3 Min.", 1, 4, 3, 0),
    ("2 Stunden und 5 Minuten", 0, 2, 5, 0),
    ("3 Tage, 1 Stunde, 12 Sekunden", 3, 1, 0, 12),
    ("1 Woche 2 Tg.", 9, 0, 0, 0),
    ("1 T. 10 Std. 53 Min.", 1, 10, 53, 0),
    # by the signs of minutes and seconds
    ("34h53'", 0, 34, 53, 0),
    ("53' 10\"", 0, 0, 53, 10),
    ("2h 53′10″", 0, 2, 53, 10),
    # French
    ("1 jour 2 heures et 5 minutes", 1, 2, 5, 0),
    ("3 j 4 h 12 min", 3, 4, 12, 0),
    ("3h05", 0, 3, 5, 0),
    ("2 semaines", 14, 0, 0, 0),
    # Spanish
    ("2 días 3 horas y 4 minutos", 2, 3, 4, 0),
    ("1 h 18 min", 0, 1, 18, 0),
    # Portuguese
    ("1 dia, 2 horas e 5 minutos", 1, 2, 5, 0),
    ("0 segundo", 0, 0, 0, 0),
    # Italian
    ("1 giorno e 2 ore", 1, 2, 0, 0),
    ("2gg 3h", 2, 3, 0, 0),
    ("4 ore 30 minuti 10 secondi", 0, 4, 30, 10),
    # Romanian, Vietnamese, Hindi, Thai, Icelandic, Basque, Persian, Georgian
    ("2 ore și 30 de minute", 0, 2, 30, 0),
    ("2 giờ 30 phút", 0, 2, 30, 0),
    ("2 घंटे 30 मिनट", 0, 2, 30, 0),
    ("2 ชั่วโมง 30 นาที", 0, 2, 30, 0),
    ("2 klst. 30 mín.", 0, 2, 30, 0),
    ("2 ordu eta 30 minutu", 0, 2, 30, 0),
    ("2 ساعت و 30 دقیقه", 0, 2, 30, 0),
    ("2 საათი 30 წუთი", 0, 2, 30, 0),
    # Dutch
    ("3 uur en 5 minuten", 0, 3, 5, 0),
    ("2 dagen 4 uur", 2, 4, 0, 0),
    # Polish
    ("2 dni 3 godz. 4 min", 2, 3, 4, 0),
    ("1 godzina 5 minut", 0, 1, 5, 0),
    ("1 tydzień 3 dni", 10, 0, 0, 0),
    # languages of fewer exports
    ("2 hodiny 5 minut", 0, 2, 5, 0),
    ("2 dny", 2, 0, 0, 0),
    ("2 hodiny a 5 minút", 0, 2, 5, 0),
    ("3 timmar och 20 minuter", 0, 3, 20, 0),
    ("3 dagar", 3, 0, 0, 0),
    ("1 d 4 tim 41 min", 1, 4, 41, 0),  # a letter is of no language
    ("1 dag 3 timer 20 minutter", 1, 3, 20, 0),
    ("2 tuntia ja 5 minuuttia", 0, 2, 5, 0),
    ("1 gün 2 saat 5 dakika", 1, 2, 5, 0),
    ("5 dk", 0, 0, 5, 0),
    ("2 часа 5 минут", 0, 2, 5, 0),
    ("2 ч 5 мин", 0, 2, 5, 0),
    ("2 години 5 хвилин", 0, 2, 5, 0),  # години alone are years in Bulgarian
    ("2時間5分", 0, 2, 5, 0),
    ("2시간 5분", 0, 2, 5, 0),
    ("1天2小时5分钟", 1, 2, 5, 0),
    ("2 óra 5 perc", 0, 2, 5, 0),
    ("1 zi 2 ore", 1, 2, 0, 0),
    ("2 ώρες 5 λεπτά", 0, 2, 5, 0),
    # a unit behind a clock is that of its first number; two digits behind a unit are of the next smaller one
    ("2:30 h", 0, 2, 30, 0),
    ("12:05 hrs", 0, 12, 5, 0),
    ("2:30 Std.", 0, 2, 30, 0),
    ("0:45 min", 0, 0, 0, 45),
    ("0:45.5 min", 0, 0, 0, 45.5),
    ("2:30:10 h", 0, 2, 30, 10),
    ("-2:30 h", 0, -2, -30, 0),
    ("2 h 05", 0, 2, 5, 0),
    ("1 h 30", 0, 1, 30, 0),
    ("2 heures 30", 0, 2, 30, 0),
    ("5 min 30", 0, 0, 5, 30),
    ("1d:02h:03m", 1, 2, 3, 0),
    ("90 sec.", 0, 0, 0, 90),
    ("250 ns", 0, 0, 0, 2.5e-7),
    # other programs
    ("1970-01-02 04:23:17", 1, 4, 23, 17),
    ("1970-02-01 00:00:00", 31, 0, 0, 0),
    ("P0Y0M1DT2H3M4S", 1, 2, 3, 4),
    ("PT1.5H", 0, 1.5, 0, 0),
    ("1:02:03.250", 0, 1, 2, 3.25),
    ("1 09:00:00", 1, 9, 0, 0),
    ("2d 03:00", 2, 3, 0, 0),
    ("１２:０５:００", 0, 12, 5, 0),
    ("1\u00a0h\u202f30\u00a0min", 0, 1, 30, 0),
    ("-01:20:00", 0, -1, -20, 0),
    ("−1 d 4 h", -1, -4, 0, 0),
    ("-PT4H", 0, -4, 0, 0),
    ("-1 day, 23:59:00", -1, 23, 59, 0),
    ("-1 days +02:35:10", -1, 2, 35, 10),
]


def _minutes(cells: Sequence[str], name: str = "x", decimal: str = ".", declared: str = "min") -> list[float | None]:
    """A column read into minutes; None where a cell is refused."""
    form = written(name, cells, decimal, declared)
    values, unreadable = read_quantities(pa.chunked_array([pa.array(cells)]), decimal, (), form)
    return [None if bad else float(value) for value, bad in zip(values, unreadable, strict=True)]


@pytest.mark.parametrize(("text", "days", "hours", "minutes", "seconds"), _BATTERY)
def test_a_length_of_time_is_read_to_the_second(
    text: str, days: float, hours: float, minutes: float, seconds: float
) -> None:
    right = days * 1440 + hours * 60 + minutes + seconds / 60
    assert _minutes([text]) == [pytest.approx(right, rel=1e-12)]


def test_a_columns_own_unit_is_seconds() -> None:
    for text, days, hours, minutes, seconds in _BATTERY:
        form = written("x", [text], ".")
        values, unreadable = read_quantities(pa.chunked_array([pa.array([text])]), ".", (), form)
        factor = {"ns": 1e-9, "s": 1, "min": 60, "h": 3600, "d": 86400, "wk": 604800}[form.unit]
        assert values[0] * factor == pytest.approx(days * 86400 + hours * 3600 + minutes * 60 + seconds), text
        assert not unreadable[0]


@pytest.mark.parametrize(
    "text",
    [
        "12:75:10",  # no minute 75
        "12:05:60",
        "1 day, 24:00:00",  # hours beside days end with the day
        "2 min 3 h",  # the large first
        "3 h 2 h",
        "1 mo 2 d",  # a month has no fixed length
        "P1M",
        "P",
        "PT",
        "P1DT",
        "5 m",  # metres, minutes, months
        "5 apples",
        "3 h foo",
        "12 h 5",
        "about 3 hours",
        "3 h - 4 h",
        "1:2:3:4",
        "10:15 AM",
        "2026-01-01 10:00:00",
        "1970-02-30 10:00:00",
        "3 €",
        "95 %",
        "2:75 h",
        "2:30.5 h",  # half a minute, or a half of something
        "2:30:10 min",
        "2:30 d",
        "2:30 m",
        "1 h 75",
        "5 m 30",  # metres and centimetres
        "1 d 12",
        "2h+",  # or more
        "5 st",  # pieces, in Swedish
        "1 time",  # once, or an hour in Norwegian
        "2 години",
    ],
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    assert _minutes(["1 h", text]) == [60, None]


def test_the_edges_of_a_clock() -> None:
    assert _minutes(["00:59:59", "23:59:59", "24:00:00", "1.23:59:59"]) == pytest.approx(
        [59 + 59 / 60, 1439 + 59 / 60, 1440, 2879 + 59 / 60]
    )


@pytest.mark.parametrize(
    ("name", "cells", "declared", "right"),
    [
        ("x", ["3:02", "75:12"], "", [None, None]),
        ("x", ["3:02", "75:12"], "h:mm", [182, 4512]),
        ("x", ["3:02", "75:12"], "min:s", [182 / 60, 75.2]),
        ("x", ["3:60"], "h:mm", [None]),
        ("x", ["-01:20"], "h:mm", [-80]),
        ("Dauer (hh:mm)", ["3:02"], "", [182]),
        ("Talk time mm:ss", ["3:02"], "", [182 / 60]),
        ("Time to close (HH:mm:ss)", ["3:02", "01:03:05"], "", [None, 63 + 5 / 60]),
        ("Resolution time (in hrs)", ["3:02", "01:30:00"], "", [182, 90]),
        ("time in minutes", ["3:02", "5"], "", [182 / 60, 5]),
        ("x", ["3:02", "0:03:05"], "", [182, 185 / 60]),  # hours are written where there are none
        ("x", ["3:02", "1:03:00"], "", [182 / 60, 63]),  # seconds are written where there are none
        ("x", ["3:02", "0:03:00"], "", [None, 3]),  # both
        ("x", ["3:02", "1:03:05"], "", [None, 63 + 5 / 60]),  # neither
        (
            "Duration (dd:hh:mm)",
            ["1:04:30", "00:00:07", "1:24:00", "3:02", "1:04:30:00"],
            "",
            [1710, 7, None, None, None],
        ),
        ("Durée (jj:hh:mm)", ["-1:04:30", "0:00:60"], "", [-1710, None]),
        ("Dauer (Tage:Std:Min)", ["1:04:30", "5"], "", [1710, None]),
        ("Age (DD:HH:MM:SS)", ["1:04:30:30", "04:30:30"], "", [1710.5, None]),
        ("x", ["1:04:30"], "d:hh:mm", [1710]),
        ("x", ["1:04:30"], "", [64.5]),
        ("Tempo (horas:minutos)", ["3:02"], "", [182]),
    ],
)
def test_two_numbers_with_a_colon_are_told_by_somebody_or_refused(
    name: str, cells: list[str], declared: str, right: list[float | None]
) -> None:
    form = written(name, cells, ".", declared)
    values, unreadable = read_quantities(pa.chunked_array([pa.array(cells)]), ".", (), form)
    factor = {"s": 1 / 60, "min": 1, "h": 60, "": np.nan}[form.unit]
    found = [None if bad else pytest.approx(value * factor) for value, bad in zip(values, unreadable, strict=True)]
    assert found == right


def test_the_refusal_of_a_short_clock_says_how_it_is_stated() -> None:
    text = b"id,Talk\n1,3:02\n2,4:10\n"
    refused = read(text, SourceDefinition(id="s"), moments=[], numbers=["Talk"]).quarantine
    assert list(refused["line"]) == [2, 3]
    told = 'in units either {Talk: "h:mm"} or {Talk: "min:s"}, for 3:02 may be hours or minutes'
    assert set(refused["expected"]) == {told}
    said = SourceDefinition(id="s", options={"units": {"Talk": "min:s"}})
    assert read(text, said, moments=[], numbers=["Talk"]).frame["Talk"].tolist() == [182, 250]


def test_bare_numbers_beside_lengths_of_time_are_refused_but_nothing_is_nothing() -> None:
    assert _minutes(["1 d 2 h", "0", "5"], declared="") == [1560 * 60, 0, None]
    assert _minutes(["1 d 2 h", "0", "5"], name="Dauer [min]", declared="") == [1560, 0, 5]


@pytest.mark.parametrize(
    ("cells", "minutes"),
    [
        (["5 m", "2h 3m"], [5, 123]),
        (["2 u", "1 u 5 m"], [120, 65]),
        (["2 T 4 h", "1T 3h"], [52 * 60, 27 * 60]),
        (["2 g", "5 g 3 h"], [2880, 123 * 60]),
        (["1 w", "2 T 4 m", "1 d 1 h"], [7 * 1440, None, 25 * 60]),  # T is a day beside hours only
    ],
)
def test_a_letter_alone_is_a_unit_among_such_as_have_several(cells: list[str], minutes: list[float | None]) -> None:
    form = written("x", cells, ".")
    assert form.unit == "s"
    values, _ = read_quantities(pa.chunked_array([pa.array(cells)]), ".", (), form)
    assert [None if pd.isna(one) else one / 60 for one in values] == minutes
    assert written("x", ["5 m", "7 m"], ".").unit == ""  # alone, they may be metres


def test_every_part_of_a_delivery_is_read_alike() -> None:
    rows = [f"{n},{n % 90} min" for n in range(2_500)] + ["x,2 h", "y,30 s"]
    reading = read(("id,t\n" + "\n".join(rows)).encode(), SourceDefinition(id="s"), moments=[], numbers=["t"])
    assert reading.units == {"t": "min"}
    assert reading.frame["t"].tolist()[-2:] == [120, 0.5]
