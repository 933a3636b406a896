"""Thousands, millions and cents in a header: told in the words of many languages, converted, or asked about."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from csi.reading.column_headers import unit_in
from csi.reading.quantities import into, quantities, read_quantities, written
from csi.reading.scales import scaled

_TOLD = {
    "Umsatz (Mio. EUR)": "million EUR",
    "Coût (k€)": "thousand EUR",
    "Cost (USD thousands)": "thousand USD",
    "売上(千円)": "thousand JPY",
    "売上高（百万円）": "million JPY",
    "売上高百万円": "million JPY",
    "Сумма, тыс. руб.": "thousand руб",
    "Выручка (млн ₽)": "million RUB",
    "Importe (miles de EUR)": "thousand EUR",
    "Importe (en miles)": "thousand",
    "Preis in Cent": "cent",
    "Betrag (ct)": "cent",
    "amount_cents": "cent",
    "Price (pence)": "pence",
    "Cena w groszach": "grosz",
    "Цена (коп.)": "копеек",
    "Amount (US cents)": "cent USD",
    "Kosten in T€": "thousand EUR",
    "Cost (kEUR)": "thousand EUR",
    "revenue_keur": "thousand EUR",
    "TEUR Umsatz": "thousand EUR",
    "Umsatz, TEUR": "thousand EUR",
    "Umsatz (Tsd. EUR)": "thousand EUR",
    "Revenue in 1,000": "thousand",
    "Tickets (x1000)": "thousand",
    "Tickets x1000": "thousand",
    "Omzet (x 1.000)": "thousand",
    "Revenue in millions": "million",
    "Requests (k)": "thousand",
    "Przychód mln zł": "million PLN",
    "Koszt (tys.)": "thousand",
    "Koszt, tys. zł": "thousand PLN",
    "Revenue ($M)": "million $",
    "Revenue (£m)": "million GBP",
    "Revenue (USD bn)": "billion USD",
    "Revenue ($'000)": "thousand $",
    "Revenue (000s)": "thousand",
    "Revenue (10^6 EUR)": "million EUR",
    "Revenue (in thousands of US dollars)": "thousand USD",
    "CA (M€)": "million EUR",
    "CA en milliers d’euros": "thousand EUR",
    "Fatturato (migliaia di euro)": "thousand EUR",
    "Faturamento (R$ mil)": "thousand BRL",
    "Faturamento (R$ milhões)": "million BRL",
    "Tržby v mil. Kč": "million CZK",
    "销售额(万元)": "10 thousand 元",
    "매출(백만원)": "million KRW",
    "Sales (₹ crore)": "crore INR",
    "Ciro (bin TL)": "thousand TRY",
    "Bevétel (ezer Ft)": "thousand HUF",
    "Intäkter (tkr)": "thousand kr",
    "Kosten in Tsd. €": "thousand EUR",
    "Kosten Tsd. EUR": "thousand EUR",
    "Umsatz in T€": "thousand EUR",
    "Cost k€": "thousand EUR",
    "Betrag in EUR (Tsd.)": "thousand EUR",
    "Revenue USD (millions)": "million USD",
    "Umsatz € (Mio.)": "million EUR",
    "Revenue EUR or USD (thousands)": "thousand",
    "ALL costs (thousands)": "thousand",
    "Spend Mio. €": "million EUR",
    "Absatz (Tsd. Stück)": "thousand Stück",
    "Uptime (thousand h)": "thousand h",
}
_OTHER = {  # what looks like a scale and is none, keeps what it names
    "Distance (miles)": "",
    "Distance in miles": "",
    "errors per million": "",
    "Errors (per 1000)": "",
    "Cost per 1000 EUR": "EUR",
    "Preis je 1000 EUR": "EUR",
    "Invoices over 1000 EUR": "",
    "Gender (M)": "",
    "Latency (1000 users)": "",
    "Items (1000)": "",
    "user_ct": "",
    "Mall": "",
    "MALL": "",
    "Center": "",
    "km": "",
    "Cost (EUR)": "EUR",
    "Betrag (Kč)": "CZK",
    "Total TL": "TRY",
    "Size (MB)": "MB",
    "duration_ms": "ms",
}


@pytest.mark.parametrize(("header", "unit"), [*_TOLD.items()])
def test_a_header_names_the_scale_of_its_numbers(header: str, unit: str) -> None:
    assert unit_in(header) == unit


@pytest.mark.parametrize("header", _OTHER)
def test_no_scale_is_seen_where_there_is_none(header: str) -> None:
    assert scaled(unit_in(header)) is None
    assert unit_in(header) not in ("thousand", "million")


@pytest.mark.parametrize("header", ["Cost (m€)", "Revenue (mil USD)", "Revenue ($T)"])
def test_a_scale_of_two_meanings_converts_into_nothing(header: str) -> None:
    assert unit_in(header)
    assert into(unit_in(header), "EUR") is None
    assert into(unit_in(header), "USD") is None


@pytest.mark.parametrize(
    ("unit", "wanted", "parts"),
    [
        ("thousand EUR", "EUR", (1000, 1)),
        ("million EUR", "thousand EUR", (1000, 1)),
        ("EUR", "k€", (1, 1000)),
        ("cent", "EUR", (1, 100)),
        ("cent EUR", "EUR", (1, 100)),
        ("EUR", "cent", (100, 1)),
        ("pence", "GBP", (1, 100)),
        ("million EUR", "Mio. €", (1, 1)),
        ("thousand $", "USD", (1000, 1)),
        ("thousand h", "min", (60_000, 1)),
        ("10 thousand 元", "CNY", (10_000, 1)),
        ("thousand", "tickets", (1000, 1)),
        ("cent USD", "EUR", None),
        ("cent", "JPY", None),
        ("pence", "EUR", None),
        ("thousand EUR", "USD", None),
        ("thousand", "EUR", None),
        ("cent USD", "cent EUR", None),
        ("thousand EUR", "thousand", None),
    ],
)
def test_scales_of_one_currency_convert_exactly(unit: str, wanted: str, parts: tuple[float, float] | None) -> None:
    assert into(unit, wanted) == parts


@pytest.mark.parametrize(
    ("cell", "decimal", "value", "unit"),
    [
        ("3.577k", ".", 3_577, "number"),
        ("3K", ".", 3_000, "number"),
        ("2.5M", ".", 2_500_000, "number"),
        ("-1.5k", ".", -1_500, "number"),
        ("(1.5k)", ".", -1_500, "number"),
        ("$3.4k", ".", 3_400, "$"),
        ("€1.2M", ".", 1_200_000, "EUR"),
        ("1,2 Mio. €", ",", 1_200_000, "EUR"),
        ("5 Tsd. EUR", ",", 5_000, "EUR"),
        ("1.2万円", ".", 12_000, "JPY"),
        ("1.5 lakh", ".", 150_000, "number"),
        ("2m", ".", 2, "min"),
        ("2 M", ".", 2_000_000, "number"),
        ("R$ 3 mil", ".", np.nan, ""),  # thousand or million
        ("€ 3 EUR", ".", np.nan, ""),
        ("3 ct", ".", np.nan, ""),
    ],
)
def test_a_shortened_number_is_what_it_counts(cell: str, decimal: str, value: float, unit: str) -> None:
    found = quantities(pa.array([cell]), decimal)
    np.testing.assert_allclose(found.values, [value])
    assert found.units.tolist() == [unit]


@pytest.mark.parametrize(
    ("cells", "header", "unit", "values"),
    [
        (["3.5k", "950", "1.2M"], "Offered", "", [3_500, 950, 1_200_000]),
        (["3.5k", "950"], "Revenue EUR", "EUR", [3_500, 950]),
        (["€3.5k", "€950"], "Revenue", "EUR", [3_500, 950]),
        (["2H", "30M", "3H"], "Took", "h", [2, np.nan, 3]),  # minutes are no millions
    ],
)
def test_shortened_numbers_are_in_the_unit_of_their_column(
    cells: list[str], header: str, unit: str, values: list[float]
) -> None:
    form = written(header, cells, ".")
    numbers, unreadable = read_quantities(pa.chunked_array([cells]), ".", (), form)
    assert form.unit == unit
    np.testing.assert_allclose(numbers, values)
    assert unreadable.tolist() == np.isnan(values).tolist()
