"""Step 3's messages and forms within Slack's limits, whatever is dropped; typed text does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.blocks import step3_gather as blocks
from bot.listeners.step3_gather.drafts import drafted, hidden
from bot.sandbox.limits import message_problems, view_problems
from csi.definition import SourceDefinition
from csi.models import Batch, Kpi, QuarantinedRow, Source
from csi.reading.layout import guess
from csi.reading.proposing import compare, proposed
from csi.step3_gather.expected import Arrival
from csi.terms import Period

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVIL = "<!channel> & `x` " + "long " * 80


def _source(number: int, name: str = EVIL) -> Source:
    return Source(id=number, team_id="T", service_id=1, key=f"s{number}", name=name, created_at=NOW)


def _batch(**more: object) -> Batch:
    known = {"rows_read": 10, "rows_kept": 4, "quarantined": 6, "counts": {"moments": [EVIL], "quarantined_cells": 900}}
    return Batch(
        id=7,
        team_id="T",
        source_id=1,
        ordinal=3,
        filename=EVIL,
        sha256="a" * 64,
        delivered_by="U1",
        delivered_at=NOW,
        **{**known, **more},
    )


def _cells(count: int) -> list[QuarantinedRow]:
    return [
        QuarantinedRow(id=n, team_id="T", batch_id=7, line=n, column_name=EVIL, value=EVIL, reason=EVIL, expected=EVIL)
        for n in range(count)
    ]


def _fits(shown: list[dict]) -> None:
    assert message_problems(shown, lambda _: None) == []
    assert "<!channel>" not in json.dumps(shown)


def _view_fits(view: dict) -> None:
    assert view_problems(view, lambda _: None, "modal") == []
    assert len(json.dumps(view)) < 250_000
    text = [block for block in view["blocks"] if block["type"] == "section"]
    assert "<!channel>" not in json.dumps(text)


@pytest.mark.parametrize("state", ["current", "waiting"])
def test_what_became_of_a_delivery(state: str) -> None:
    shown = blocks.recorded(
        _batch(state=state), _source(1), outcome="new", cells=_cells(9), notes=[EVIL] * 9, zone="Europe/Lisbon"
    )
    _fits(shown)
    assert ("Use it all the same" in json.dumps(shown)) == (state == "waiting")


@pytest.mark.parametrize(
    ("sheets", "says"),
    [
        (["Jan", "Feb"], "Only sheet ‘Jan’ is read. ‘Feb’ has the same columns"),
        (["Jan", "Feb", "Mar"], "‘Feb’ and ‘Mar’ have the same columns"),
        ([f"S{n}" for n in range(8)], "‘S5’ and 2 more have the same columns"),
    ],
)
def test_sheets_of_the_same_columns_that_are_not_read_are_named(sheets: list[str], says: str) -> None:
    new = blocks.arrived("a.xlsx", "F1", size="2 MB", sheets=sheets)
    known = blocks.recognised("a.xlsx", "F1", _source(1), (), sheets)
    for shown in (new, known):
        assert says in json.dumps(shown, ensure_ascii=False)


def test_of_one_sheet_nothing_is_said() -> None:
    new = blocks.arrived("a.xlsx", "F1", size="2 MB", sheets=["Jan"])
    known = blocks.recognised("a.xlsx", "F1", _source(1), ())
    assert "Only sheet" not in json.dumps([new, known])


def test_messages_about_a_file() -> None:
    changes = [EVIL] * 300
    for shown in (
        blocks.arrived(EVIL, "F1", size="2 MB"),
        blocks.arrived(EVIL, "F1", size="2 MB", sheets=[EVIL] * 30),
        blocks.recognised(EVIL, "F1", _source(1), changes, [EVIL] * 30),
        blocks.recognised(EVIL, "F1", _source(1), changes),
        blocks.recognised(EVIL, "F1", _source(1), ()),
        blocks.broken_layout(EVIL, "F1", _source(1), changes),
        blocks.known_already(EVIL, "F1", _batch(), _source(1)),
        blocks.refused(EVIL, EVIL * 20),
        blocks.working(EVIL, 1_000_000),
        blocks.removed(_batch(), "U1"),
    ):
        _fits(shown)


@pytest.mark.parametrize("columns", [1, 36, 1_000])
def test_the_mapping_form_holds_any_number_of_columns(columns: int) -> None:
    names = [f"{EVIL} {n}".replace(",", "") for n in range(columns)]
    text = ",".join(names) + "\n" + "\n".join(",".join(["3/4/2024"] * columns) for _ in range(4)) + "\n"
    layout = guess(text.encode(), "f.csv", SourceDefinition(id="s", delimiter=",", header_row=1))
    known = proposed(layout, "Europe/Lisbon")
    sources = [_source(n) for n in range(1, 150)]
    draft = drafted(layout, known, sources, sources[0], EVIL)
    seconds = [replace(one, unit="min") for one in layout.columns[:20]]
    units = [blocks.Asked(one, (Kpi(id=1, name=EVIL, unit="h"),), one.name) for one in seconds]
    seen = blocks.Seen(
        filename=EVIL,
        layout=layout,
        sources=sources,
        units=units,
        wants_number=[Kpi(id=2, name=EVIL)] * 9,
        notes=[EVIL] * 9,
    )
    for more in (True, False):
        view = blocks.mapping_form(seen, draft, more=more, metadata='{"cycle": 1}')
        assert len(json.dumps(hidden(draft, blocks.shown_fields(view)))) < 2_500
        _view_fits(view)
    dates = next(block for block in view["blocks"] if block.get("block_id") == "dates")
    assert "initial_option" not in dates["element"]


def test_the_overview_holds_many_kpis_and_deliveries() -> None:
    weeks = tuple(date(2024, 1, 1) + timedelta(weeks=n) for n in range(200))
    found = [
        Arrival(
            kpi=Kpi(id=n, team_id="T", cycle_id=1, key=f"k{n}", name=EVIL),
            source=_source(1),
            owner="U1",
            backup="U2",
            period=Period.WEEK,
            expected=weeks,
            missing=weeks,
            late=weeks,
            refused=tuple((week, EVIL) for week in weeks),
            newest=NOW,
            oldest=NOW,
            waiting=(_batch(),) * 5,
        )
        for n in range(60)
    ]
    held = [(_source(n), [_batch()] * 40) for n in range(20)]
    _view_fits(blocks.overview(found, held, metadata="{}", zone="Europe/Lisbon", may_type=True))
    _view_fits(blocks.collection_form(found, "2024-W01", "{}"))
    kpis = [one.kpi for one in found]
    _view_fits(blocks.number_form(kpis, kpis[0], {"2024-01-01": "2024-W01"}, "2024-01-01", "{}"))


def test_a_changed_layout_is_told_column_by_column() -> None:
    shared, said = compare(["number", "opened_at", "team"], ["number", "openedat", "group"], ["opened_at"])
    assert shared == pytest.approx(1 / 5)
    assert said == (
        "‘opened_at’ is gone, and it is used; ‘openedat’ is new and looks like it",
        "‘team’ is gone",
        "‘group’ is new",
    )
    assert compare(["a", "b"], ["b", "a"])[1] == ("the same columns stand in another order",)
    assert compare(["a", "b"], ["a", "b"]) == (1.0, ())
