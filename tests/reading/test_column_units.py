"""The unit of a column: what its header says, what its cells say, and what a person says."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from csi.definition import SourceDefinition
from csi.reading.column_headers import may_be_length, short_clock_in, unit_in
from csi.reading.currencies import currency, fits
from csi.reading.layout import guess
from csi.reading.quantities import PLAIN, other_unit, read_quantities, unit_of, written
from csi.reading.readers import read
from csi.reading.unit_table import find
from csi.reading.unit_words import percent_words, several, time_words

_HEADERS = {
    "time in minutes": "min",
    "Full resolution time in minutes": "min",
    "First reply time in minutes within business hours": "min",
    "Resolution Time (in Hrs)": "h",
    "First reply time (hrs)": "h",
    "Latency [ms]": "ms",
    "latency_ms": "ms",
    "Dauer [min]": "min",
    "Bearbeitungszeit (Std.)": "h",
    "Dauer in Tagen": "d",
    "Minuten": "min",
    "Tempo de solução em minutos": "min",
    "Duração (horas)": "h",
    "Minutos de espera": "min",
    "Antwortzeit (s)": "s",
    "Antwortzeit in s": "s",
    "Time(h)": "h",
    "Time to resolve (bus. hrs)": "h",
    "Heures de la résolution": "h",
    "Minuti di attesa": "min",
    "Durée mn": "min",
    "Tiempo de solución en horas": "h",
    "Duración (segundos)": "s",
    "DIFERENCIA_MINUTOS": "min",
    "DIFERENCIA_MINUTOS_Outage": "min",
    "Temps de résolution en heures": "h",
    "Durée (j)": "d",
    "duration_ns": "ns",
    "latency (ns)": "ns",
    "elapsedNanos": "ns",
    "duration_micros": "us",
    "rate ‰": "‰",
    "error rate (per mille)": "‰",
    "Ausschuss in Promille": "‰",
    "defects ppm": "ppm",
    "DPMO": "ppm",
    "man-days": "person-day",
    "Aufwand in Personentagen": "person-day",
    "charge (jours-homme)": "person-day",
    "effort [PT]": "person-day",
    "effort_md": "person-day",
    "man hours": "h",
    "varighet (timer)": "h",
    "tid i minuter": "min",
    "Время (ч)": "h",
    "所要時間（分）": "min",
    "소요시간(분)": "min",
    "Durata (ore)": "h",
    "Tempo in minuti": "min",
    "Doorlooptijd in uren": "h",
    "Wachttijd (minuten)": "min",
    "Czas w minutach": "min",
    "Czas realizacji (godz.)": "h",
    "duration_seconds": "s",
    "Seconds": "s",
    "seconds_to_resolve": "s",
    "Days to close": "d",
    "Close In Min": "min",
    "SolutionInMin": "min",
    "SolutionDiffInMin": "min",
    "Duration (in mins.)": "min",
    "First response time (seconds)": "s",
    "Handling time (seconds), within office hours": "s",
    "Response time (s)": "s",
    "hold_min": "min",
    "mttr_h": "h",
    "Age in weeks": "wk",
    "Contract length in months": "mo",
    "%": "%",
    "% met": "%",
    "rate (%)": "%",
    "Availability [%]": "%",
    "percent_cpu": "%",
    "uptime percentage": "%",
    "Anteil in Prozent": "%",
    "size_mb": "MB",
    "Traffic (GiB)": "GiB",
    "Cost (EUR)": "EUR",
    "Betrag in EUR": "EUR",
    "Price (€)": "EUR",
    "latency us": "us",
    "read_us": "us",
    "Kosten in €": "EUR",
    "Cost €": "EUR",
    "total_€": "EUR",
    "Valor em R$": "BRL",
    "Price £": "GBP",
    "Kosten EUR": "EUR",
    "cost_usd": "USD",
}
_NO_UNITS = (
    "Path (uri)",
    "hours_per_person",
    "PT-Nr",
    "ppm id",
    "MD",
    "Patient (den)",
    "Runs (time)",
    "admin",
    "Administrator",
    "Minister",
    "Minimum",
    "min",
    "price_min",
    "temp_min",
    "max",
    "h",
    "Column h",
    "Spalte H",
    "Month",
    "Day",
    "Day of week",
    "Days of week",
    "Weekday",
    "hour of day",
    "Hour",
    "Hora",
    "Stunde",
    "Tag",
    "Mes",
    "day_in_month",
    "Minute",
    "Second",
    "second_line",
    "Week",
    "Year",
    "Created date (UTC)",
    "Created At (UTC)",
    "Opened at (Europe/Lisbon)",
    "Comment(s)",
    "Ticket(s)",
    "Component/s",
    "Within business hours",
    "Business hours",
    "Last 30 days",
    "SLA 4 hours met",
    "Closed within 5 days",
    "Tickets per hour",
    "Requests per second",
    "Hours of operation",
    "Minutes of meeting",
    "Minute(s)",
    "Priority (s)",
    "Ticket(s)",
    "Horas de la tarde y espera",
    "100% complete",
    "percentile",
    "Nr (m)",
    "Time (m)",
    "Plan d",
    "class_s",
    "Group (d)",
    "How likely are you to recommend us?",
    "Rate us",
    "cost per $",
    "Betrag €/Monat",
    "score",
    "Status",
    "Time",
    "Dauer",
    "value",
    "Resolved in time",
    "Tempo para solução",
    "",
)


@pytest.mark.parametrize(("header", "unit"), _HEADERS.items())
def test_a_header_names_its_unit(header: str, unit: str) -> None:
    assert unit_in(header) == unit


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Идёт, минут", "min"),
        ("Время, сек", "s"),
        ("Длительность, ч", "h"),
        ("Kesto, min", "min"),
        ("Wait, h", "h"),
        ("Wartezeit, Std.", "h"),
        ("Trvání, hod", "h"),
        ("Varaktighet, tim", "h"),
        ("Temps, mn", "min"),
        ("Rate, %", "%"),
        ("Cost, €", "EUR"),
        ("Umsatz, EUR", "EUR"),
        ("Süre (dk)", "min"),
        ("Idő (perc)", "min"),
        ("Süre [sn]", "s"),
        ("City, day", ""),
        ("Doe, an", ""),
        ("Score, d", ""),
        ("Created, h", ""),
        ("Last, First", ""),
        ("Bearbeitungszeit Std.", "h"),
        ("Czas godz.", "h"),
        ("Время ч", "h"),
        ("Doorlooptijd uur", "h"),
        ("Durasi (jam)", "h"),
        ("Trukmė (val.)", "h"),
        ("所要時間(h)", "h"),
        ("割合(%)", "%"),
        ("ค่าใช้จ่าย (บาท)", "THB"),
        ("Chi phí (đồng)", "VND"),
        ("Response time", ""),
        ("Zeit Stunde", ""),
        ("Dauer st", ""),
        ("Time (time)", ""),
        ("Dauer Tag", ""),
        ("Rating (uri)", ""),
        ("Group (yıl)", "y"),
        ("Open (sat)", ""),
        ("Umsatz, Mio", "million"),
    ],
)
def test_a_unit_may_stand_behind_a_comma_or_be_short_in_brackets(header: str, unit: str) -> None:
    assert unit_in(header) == unit


@pytest.mark.parametrize("header", ["Cost ($)", "cost in $", "Cost $"])
def test_a_shared_sign_stays_the_sign(header: str) -> None:
    assert unit_in(header) == "$"


@pytest.mark.parametrize("header", _NO_UNITS)
def test_a_header_that_names_no_unit(header: str) -> None:
    assert unit_in(header) == ""


def test_every_unit_a_header_or_a_word_can_give_is_in_the_table() -> None:
    named = {*time_words().values(), *(unit for unit in _HEADERS.values() if not unit.isupper() or unit == "MB")}
    assert all(find(name) is not None and find(name).name == name for name in named)  # type: ignore[union-attr]
    assert several() <= time_words().keys()
    assert {"%", "percent", "prozent", "procent"} <= percent_words()


_Right = tuple[str, list[float | None]]


@pytest.mark.parametrize(
    ("cells", "decimal", "right"),
    [
        (["12 min", "15 min", "3", "0"], ".", ("min", [12, 15, None, 0])),  # 3 of what?
        (["12min", "1,200 min"], ".", ("min", [12, 1200])),
        (["3,5 h", "1.406 h"], ",", ("h", [3.5, 1406])),
        (["3,5 Stunden", "2 Std."], ",", ("h", [3.5, 2])),
        (["250 ms", "1 s"], ".", ("ms", [250, 1000])),
        (["12 min", "3 h", "5"], ".", ("min", [12, 180, None])),
        (["12 min", "0.5 h", "90 s"], ".", ("s", [720, 1800, 90])),
        (["1,2 GB", "300 MB"], ",", ("MB", [1200, 300])),
        (["1 GiB", "512 KiB"], ".", ("KiB", [1048576, 512])),
        (["1.406,32 €", "-7 €", "7 €-", "€ 5"], ",", ("EUR", [1406.32, -7, -7, 5])),
        (["$1,406.32", "-$5", "$-5", "($5.50)", "$(5)"], ".", ("$", [1406.32, -5, -5, -5.5, -5])),
        (["₹1,23,456.50", "₹ 500"], ".", ("INR", [123456.5, 500])),
        (["2 h", "3h+", "4 h +"], ".", ("h", [2, None, None])),  # or more
        (["R$ 7.000.000", "R$ 12,50"], ",", ("BRL", [7e6, 12.5])),
        (["EUR 12", "3 EUR", "4 €"], ".", ("EUR", [12, 3, 4])),
        (["1 200,50 kr", "3 kr"], ",", ("kr", [1200.5, 3])),
        (["1 234 zł"], ",", ("PLN", [1234])),
        (["¥1,000", "￥500"], ".", ("¥", [1000, 500])),
        (["5 €", "7"], ".", ("EUR", [5, 7])),
        (["87.5 %", "0.9"], ".", ("%", [87.5, None])),
        (["1.5M", "2 M"], ".", ("", [1_500_000.0, 2_000_000.0])),
        (["3 j", "4 j"], ",", ("d", [3, 4])),
        (["£3"], ".", ("GBP", [3])),
        (["95,3 %", "4%", "3\u00a0%"], ",", ("%", [95.3, 4, 3])),
        (["12 %", "12 min", "13 min"], ".", ("min", [None, 12, 13])),
        (["12 €", "13 €", "5 $"], ".", ("EUR", [12, 13, None])),
        (["1", "2", "3", "4 h"], ".", ("", [1, 2, 3, None])),  # three of four say nothing
        (["1", "2", "3", "4 %"], ".", ("", [1, 2, 3, None])),
        (["1", "3 h"], ".", ("h", [None, 3])),  # half of them do
        (["5 tickets", "6 tickets"], ".", ("count", [5, 6])),
        (["1.5 million"], ".", ("million", [1.5])),
        (["3 mo", "1 yr"], ".", ("mo", [3, 12])),
        (["12", "13.5"], ".", ("", [12, 13.5])),
        ([], ".", ("", [])),
    ],
)
def test_numbers_with_their_unit(cells: list[str], decimal: str, right: _Right) -> None:
    form = written("x", cells, decimal)
    texts = pa.chunked_array([pa.array(cells, pa.string())])
    values, unreadable = read_quantities(texts, decimal, (), form)
    assert (form.unit, [None if bad else value for value, bad in zip(values, unreadable, strict=True)]) == right
    assert values.isna().tolist() == unreadable.tolist()


@pytest.mark.parametrize(
    ("text", "decimal", "right"),
    [
        ("١٢٫٥", ".", 12.5),
        ("١٬٢٣٤٫٥", ".", 1234.5),
        ("۱۲", ".", 12),
        ("१२", ".", 12),
        ("１２．５", ".", 12.5),
        ("−７", ".", -7),
        ("\u200e-٧", ",", -7),
        ("٤٥٪", ".", 45),
        ("١٢٫٥ €", ",", 12.5),
    ],
)
def test_digits_of_other_scripts(text: str, decimal: str, right: float) -> None:
    form = written("x", [text], decimal)
    values, unreadable = read_quantities(pa.chunked_array([pa.array([text])]), decimal, (), form)
    assert (values[0], unreadable[0]) == (right, False)


@pytest.mark.parametrize("text", ["²", "Ⅻ", "½", "十二", "1२x", "12 €€", "€ 12 €", "+-5 €", "(-5 €)", "- 5 - €"])
def test_what_is_still_no_number(text: str) -> None:
    form = written("x", [text], ".")
    values, unreadable = read_quantities(pa.chunked_array([pa.array([text])]), ".", (), form)
    assert unreadable[0]
    assert values.isna()[0]


@pytest.mark.parametrize(
    ("name", "cells", "declared", "unit"),
    [
        ("time in minutes", ["3"], "", "min"),
        ("time in minutes", ["3 h", "4 h"], "", "min"),  # converts, so the header holds
        ("time in minutes", ["3 €", "4 €", "5"], "", "EUR"),  # most cells cannot be minutes
        ("time in minutes", ["3 €", "4", "5"], "", "min"),
        ("time in minutes", ["3 h"], "hours", "h"),
        ("x", ["3 min"], "points", "points"),
        ("Cost USD", ["$5"], "", "USD"),
        ("x", ["5 m", "6 m"], "", ""),
        ("x", ["5m", "6m"], "", "min"),
    ],
)
def test_a_person_then_the_header_then_the_cells(name: str, cells: list[str], declared: str, unit: str) -> None:
    assert written(name, cells, ".", declared).unit == unit
    if not declared:
        assert unit_of(name, cells, ".") == unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Rs.", "Rs"),
        ("Fr.", "CHF"),
        ("руб.", "руб"),
        ("руб", "руб"),
        ("р.", "р"),
        ("zł", "PLN"),
        ("円", "JPY"),
        ("Ft", "HUF"),
        ("kr.", "kr"),
        ("лв", "BGN"),
        ("лв.", "BGN"),
        ("₴", "UAH"),
        ("грн.", "UAH"),
        ("TL", "TRY"),
        ("lei", "lei"),
        ("원", "KRW"),
        ("đ", "VND"),
        ("S/.", "PEN"),
        ("B/.", "PAB"),
        ("₨", "Rs"),
        ("元", "元"),
        ("Bs.", "Bs"),
        ("Euro", "EUR"),
        ("euros", "EUR"),
        ("欧元", "EUR"),
        ("usd", "USD"),
        ("all", ""),
        ("ден", ""),
        ("KM", ""),
        ("p", ""),
        ("ft", ""),
    ],
)
def test_money_as_people_write_it(text: str, unit: str) -> None:
    assert currency(text) == unit
    assert unit_of("x", [f"12 {text}", f"1.5 {text}"], ".") == (unit or ("d" if text == "ден" else ""))


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Cena (zł)", "PLN"),
        ("金額（円）", "JPY"),
        ("Ár [Ft]", "HUF"),
        ("Cost (Rs.)", "Rs"),
        ("Cena zł", "PLN"),
        ("Tutar (TL)", ""),
        ("Size (KM)", ""),
        ("Size (ft)", ""),
        ("Cost (all)", ""),
    ],
)
def test_money_in_a_header(header: str, unit: str) -> None:
    assert unit_in(header) == unit


def test_a_sign_of_several_currencies_fits_each_of_them() -> None:
    assert [fits(sign, code) for sign, code in (("руб", "RUB"), ("руб", "BYN"), ("руб", "UAH"), ("Rs", "LKR"))] == [
        True,
        True,
        False,
        True,
    ]


def test_a_currencys_sign_is_that_of_all_that_are_written_with_it() -> None:
    assert [currency(sign) for sign in ("€", "R$", "$", "kr", "¥", "EUR", "Nr", "min", "")] == [
        "EUR",
        "BRL",
        "$",
        "kr",
        "¥",
        "EUR",
        "",
        "",
        "",
    ]
    assert [fits("$", code) for code in ("USD", "CAD", "AUD", "EUR", "h")] == [True, True, True, False, False]
    assert [fits("kr", code) for code in ("SEK", "NOK", "DKK", "USD")] == [True, True, True, False]


_FILE = "Nr;Full time in minutes;Betrag;Quote;Dauer;Uhr;Zahl\n" + "".join(
    f"T{n};{n};{n}.000,50 €;{n},5 %;{n} Std. 5 Min.;25:0{n}:00;{n}\n" for n in range(1, 6)
)


def test_a_layout_and_a_reading_say_the_same_units() -> None:
    layout = guess(_FILE.encode())
    units = {column.name: column.unit for column in layout.columns}
    right = {"Full time in minutes": "min", "Betrag": "EUR", "Quote": "%", "Dauer": "s", "Uhr": "s", "Zahl": ""}
    assert units == {"Nr": "", **right}
    assert {column.kind for column in layout.columns[1:]} == {"number"}
    reading = read(_FILE.encode(), SourceDefinition(id="s"), moments=[], numbers=list(right))
    assert reading.units == right
    assert reading.quarantine.empty
    assert reading.frame["Dauer"].tolist() == [3900, 7500, 11100, 14700, 18300]
    assert reading.frame["Betrag"].tolist() == [1000.5, 2000.5, 3000.5, 4000.5, 5000.5]


def test_a_renamed_columns_unit_is_that_of_its_own_header() -> None:
    source = SourceDefinition(id="s", columns={"Full time in minutes": "mttr"})
    assert read(_FILE.encode(), source, moments=[], numbers=["mttr"]).units == {"mttr": "min"}
    declared = SourceDefinition(id="s", columns=source.columns, options={"units": {"mttr": "h"}})
    assert read(_FILE.encode(), declared, moments=[], numbers=["mttr"]).units == {"mttr": "h"}


def test_a_column_without_a_number_says_nothing() -> None:
    reading = read(
        b"id,time in minutes,n\n1,,\n2,,x\n", SourceDefinition(id="s"), moments=[], numbers=["time in minutes"]
    )
    assert reading.units == {}


def test_a_unit_that_stands_in_each_row_is_not_looked_for() -> None:
    source = SourceDefinition(id="s", options={"units": {"time in minutes": {"column": "u"}}})
    reading = read(b"id,time in minutes,u\n1,3,h\n", source, moments=[], numbers=["time in minutes"])
    assert reading.units == {"time in minutes": ""}


def test_a_table_that_has_a_type_for_lengths_of_time() -> None:
    out = io.BytesIO()
    spans = [timedelta(hours=2), timedelta(hours=25, minutes=20), timedelta(minutes=-5), None]
    columns = {
        "dur": pa.array(spans, pa.duration("ns")),
        "clock": pa.array([time(1, 2, 3), time(0, 0, 5), None, None], pa.time64("us")),
        "said": pa.array(["12 min", "3 h", "4 min", None]),
        "Latency [ms]": pa.array([1, 2, 3, 4]),
    }
    pq.write_table(pa.table(columns), out)
    units = {"dur": "s", "clock": "s", "said": "min", "Latency [ms]": "ms"}
    assert {column.name: column.unit for column in guess(out.getvalue()).columns} == units
    reading = read(out.getvalue(), SourceDefinition(id="s"), moments=[], numbers=list(columns))
    assert reading.units == units
    rows = reading.frame.fillna(-1).to_numpy().tolist()
    assert rows == [[7_200, 3_723, 12, 1], [91_200, 5, 180, 2], [-300, -1, 4, 3], [-1, -1, -1, 4]]


def test_clocks_beside_dates_without_one_tell_when_not_how_long() -> None:
    day = b"Date,Time,n\n2025-01-06,08:30:00,1\n2025-01-07,09:30:00,2\n"
    assert [column.kind for column in guess(day).columns] == ["moment", "text", "number"]
    whole = b"At,Talk,n\n2025-01-06 10:00:00,08:30:00,1\n2025-01-07 11:00:00,09:30:00,2\n"
    assert [(column.kind, column.unit) for column in guess(whole).columns][1] == ("number", "s")
    joined = SourceDefinition(id="s", options={"join": {"at": ["Date", "Time"]}})
    reading = read(day, joined, moments=["at"], numbers=["n"])
    assert str(reading.frame["at"].iloc[0]) == "2025-01-06 08:30:00+00:00"


def test_melted_columns_of_one_unit_keep_it() -> None:
    source = SourceDefinition(id="s", options={"melt": {"keep": ["kpi"], "name": "month", "value": "v"}})
    reading = read(b"kpi,2024-01,2024-02\na,1 h,2 h\n", source, moments=["month"], numbers=["v"])
    assert (reading.units, reading.frame["v"].tolist()) == ({"v": "h"}, [1, 2])


def test_a_minus_sign_of_any_form_in_front_of_a_unit() -> None:
    form = written("x", ["-5 min"], ".")
    cells = pa.chunked_array([pa.array(["-5 min", "−5 min", "+5 min", "5 min-"])])
    assert read_quantities(cells, ".", (), form)[0].tolist() == [-5, -5, 5, -5]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["10 - Extremely likely", "9", "0 - Not at all likely", "7"], [10, 9, 0, 7]),
        (["10 – sehr  gern", "10 – Sehr gern", "3"], [10, 10, 3]),
        (["5 = Très bien", "4", "1 (ähnlich)"], [5, 4, 1]),
        (["11 - Eleven", "9"], [None, 9]),  # beyond any scale
        (["10 - Yes", "10 - No"], [None, None]),  # one answer, two meanings
        (["5 - pcs", "4 - pcs"], [None, None]),  # a unit nobody knows is no scale
        (["5 - Good", "soon"], [None, None]),
        (["5 - minutes", "4 - hours"], [None, None]),
        (["5 - 7", "4"], [None, 4]),
    ],
)
def test_answers_with_the_words_of_their_scale_behind_them(cells: list[str], numbers: list[float | None]) -> None:
    texts = pa.chunked_array([pa.array(cells)])
    values, unreadable = read_quantities(texts, ".", (), written("How likely?", cells, "."))
    assert [None if np.isnan(value) else value for value in values] == numbers
    assert list(unreadable) == [value is None for value in numbers]


@pytest.mark.parametrize(
    "header",
    [
        "Bearbeitungsdauer",
        "Behandeltijd",
        "Doba řešení",
        "Çözüm süresi",
        "Käsittelyaika",
        "Behandlingstid",
        "Varighed",
        "Время обработки",
        "Тривалість",
        "Χρόνος επίλυσης",
        "Megoldási idő",
        "Waktu penyelesaian",
        "Thời gian xử lý",
        "所要時間",
        "处理时间",
        "처리 시간",
        "ระยะเวลา",
        "مدة الحل",
        "זמן טיפול",
        "Handle time",
        "MTTR",
    ],
)
def test_headers_of_lengths_of_time(header: str) -> None:
    assert may_be_length(header)


@pytest.mark.parametrize("header", ["value", "Score", "Cost", "Ticket ID", "ticketid", "Zeitpunkt", "Priority", "n"])
def test_headers_of_anything_else(header: str) -> None:
    assert not may_be_length(header)


@pytest.mark.parametrize(
    ("header", "short"),
    [
        ("Duration (D:HH:MM)", "d:hh:mm"),
        ("Age (days:hours:minutes)", "d:hh:mm"),
        ("Dauer (TT:SS:MM)", "d:hh:mm"),
        ("Duur (dd:uu:mm)", "d:hh:mm"),
        ("Age dd:hh:mm:ss", "d:hh:mm:ss"),
        ("Dauer (Std:Min)", "h:mm"),
        ("Talk [m:ss]", "min:s"),
        ("Took (hh:mm:ss)", ""),
        ("Took (dd:hh)", ""),
        ("Ratio a:b", ""),
        ("Note: mm", ""),
        ("Odd (dd:hour)", ""),
    ],
)
def test_how_a_header_says_that_clocks_are_read(header: str, short: str) -> None:
    assert short_clock_in(header) == short


@pytest.mark.parametrize(
    "header",
    [
        "Effort (8h days)",
        "Aging in working days",
        "Time (working days of 8 h)",
        "Tempo (dias úteis)",
        "Werktage",
        "Délai (jours ouvrés)",
        "Tiempo (días hábiles)",
        "Doorlooptijd (werkdagen)",
        "Tage à 7,5 Std",
        "8-hour days",
        "Durata (giorni lavorativi)",
        "Czas (dni robocze)",
        "Время (рабочие дни)",
        "処理時間（営業日）",
    ],
)
def test_days_of_work_are_no_days_of_24_hours(header: str) -> None:
    assert unit_in(header) == "person-day"


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Duration in days", "d"), ("Days open (24h)", "d"), ("Closed in 3 working days", ""), ("Business hours", "")],
)
def test_other_days_are(header: str, unit: str) -> None:
    assert unit_in(header) == unit


@pytest.mark.parametrize(
    ("cells", "form", "is_told"),
    [
        (["1", "95 %"], "min", True),
        (["1", "95 %"], "", True),
        (["1", "95 %"], "%", False),
        (["1", "n.n."], "", False),
        (["1", "1,2,3"], "", False),
    ],
)
def test_a_cell_in_another_unit_than_its_column_says_what_to_do(cells: list[str], form: str, is_told: bool) -> None:
    texts, unread = pa.chunked_array([pa.array(cells, pa.string())]), np.array([False, True])
    told = other_unit(texts, unread, "v", ".", replace(PLAIN, unit=form))
    assert bool(told) is is_told
    assert told.endswith("put these into a column of its own: units: {v: {column: …}}") is is_told
    assert other_unit(texts, np.array([False, False]), "v", ".", PLAIN) == ""
