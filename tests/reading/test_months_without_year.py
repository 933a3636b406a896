"""A table of months side by side whose year nothing tells: no mapping can date its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from csi.reading.layout import guess
from csi.reading.proposing import months_without_year


@pytest.mark.parametrize(
    ("header", "cells", "months"),
    [
        ("Oddział;styczeń;luty;marzec", "Gdynia;4;5;6", ("styczeń", "luty", "marzec")),
        ("m;Jan;Feb;Mar;Total", "x;1;2;3;6", ("Jan", "Feb", "Mar")),
        ("Oddział;styczeń 2025;luty 2025;marzec 2025", "Gdynia;4;5;6", ()),
        ("Rok;styczeń;luty;marzec", "2025;4;5;6", ()),
        ("opened;Jan;Feb;Mar", "2025-02-03 10:00;4;5;6", ()),
        ("m;Jan;Feb;sum", "x;4;5;6", ()),
    ],
)
def test_months_are_refused_only_where_nothing_tells_their_year(
    header: str, cells: str, months: tuple[str, ...]
) -> None:
    layout = guess("\n".join([header, *[cells] * 3]).encode(), "log.csv")
    assert months_without_year(layout) == months
    assert months_without_year(replace(layout, sheets=("log",))) == months
    assert months_without_year(replace(layout, sheets=("log", "other"))) == ()
