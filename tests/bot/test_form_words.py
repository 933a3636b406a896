"""What reading expects is said in Slack in the words of the form, never in a study's keys."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from bot.blocks import step3_gather as blocks
from bot.blocks.step3_gather.form_words import in_form
from bot.blocks.step3_gather.mapping import Seen
from bot.listeners.step3_gather.drafts import drafted
from csi.definition import SourceDefinition
from csi.reading import content, far_dates, moments, quantities, swapped
from csi.reading.causes import Cause, told
from csi.reading.layout import guess
from csi.reading.proposing import proposed
from csi.reading.quantities import PLAIN
from csi.reading.readers import read

KEY = re.compile(
    r"\b(day_first|month_first|year_first|iso|epoch|excel1904|under (missing|meant|columns)|in units|join|\w+: \'.\'|"
    r"\(encoding\))|[{}]"
)
SAID = [
    *(told(cause) for cause in Cause),
    *(moments.expected(order, cause) for order in moments.EXAMPLES for cause in Cause),
    *(far_dates.Far(np.full(rows, fill_value=True), "2222-02-22", 190).expected for rows in (1, 100)),
    *(quantities.expected(".", "cost", replace(PLAIN, either=sign)) for sign in ".,"),
    *(quantities.expected(".", name, replace(PLAIN, asks=True)) for name in ("took", "a } b")),
    quantities.expected(",", "cost", replace(PLAIN, unit="h")),
    swapped._REASON.format(early=1, rows=3, typed="2025-01-02", late=2, written="13/1/2025"),
    content._NO_TEXT,
]


@pytest.mark.parametrize("said", SAID)
def test_no_key_of_a_study_is_named(said: str) -> None:
    assert KEY.search(in_form(said)) is None, in_form(said)


def _texts(layout_of: str) -> str:
    layout = guess(layout_of.encode(), "log.csv")
    draft = drafted(layout, proposed(layout, "UTC"), [], None, "log.csv")
    view = blocks.mapping_form(Seen(filename="log.csv", layout=layout), {**draft, "dates": "pattern"}, more=True)
    rest = blocks.mapping_form(Seen(filename="log.csv", layout=layout), {**draft, "dates": "pattern"})
    return str([*view["blocks"], *rest["blocks"], blocks.swapped("a", "b", "c", ("d", "e"))])


def test_what_is_named_stands_in_the_form_or_on_a_button() -> None:
    shown = _texts("id,at,n\n" + "".join(f"{n},{n}/1/2025,{n}\n" for n in range(10, 29)))
    shown += "They are real dates"
    for said in SAID:
        if in_form(said) == said:
            continue
        for label in re.findall(r"“((?:[^“”]|“[^”]*”)+)”", in_form(said)):
            assert label in shown or label in said, label


@pytest.mark.parametrize(
    ("said", "here"),
    [
        (told(Cause.DAY_FIRST), "the day stands first: choose “day first” at “How are dates written?”"),
        (
            told(Cause.DAY_MONTH_OR_YEAR_FIRST),
            "day, month or year stand first: choose “day first”, “month first” or “year first in two digits” at “How "
            "are dates written?”",
        ),
        ("an isotope; choose isobars", "an isotope; choose isobars"),
    ],
)
def test_the_orders_are_called_as_the_form_calls_them(said: str, here: str) -> None:
    assert in_form(said) == here


def test_a_refusal_says_it_so_too() -> None:
    rows = "".join(f"{n},29/2/20{n}\n" for n in range(10, 29))
    found = read(f"id,at\n{rows}".encode(), SourceDefinition(id="x", dates="iso"), moments=["at"], numbers=[])
    expected = found.quarantine["expected"].iloc[0]
    assert "day_first" in expected
    shown = str(blocks.refused("log.csv", expected))
    assert "day_first" not in shown
    assert "choose “day first”" in shown
