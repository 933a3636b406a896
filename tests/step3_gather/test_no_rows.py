"""No yes is asked for where nothing of a delivery can be used, whichever way it came."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.blocks import step3_gather as blocks
from csi.errors import Conflict
from csi.measurement.deliveries import Waits, Why, gravest, kept
from csi.models import Batch, Source
from csi.step3_gather import batches
from tests.step3_gather.conftest import NOW, TEAM, Desk

NOTHING = Waits(Why.EMPTY, 4, 4)
SOME = Waits(Why.CELLS, 3, 4, "hours")
UNDATED = b"number,opened_at,hours\nINC1,soon,3\nINC2,later,4\n"
HALF = b"number,opened_at,hours\nINC1,1/2/2016 10:00,a\nINC2,2/2/2016 10:00,b\nINC3,3/2/2016 10:00,1\n"


def _waiting(way: str, reasons: list[Waits], rows_kept: int) -> Batch:
    counts = {"waits": kept(reasons)} if reasons else {}
    told = {"way": way, "state": "waiting", "rows_read": 4, "rows_kept": rows_kept, "quarantined": 4, "counts": counts}
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    return Batch(id=7, source_id=3, filename="x.csv", delivered_by="U1", delivered_at=moment, ordinal=1, **told)


def _pressed(shown: list[dict]) -> set[str]:
    return {one["action_id"] for block in shown for one in block.get("elements", []) if one["type"] == "button"}


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("filename", ["x.csv", ""])  # of a file, and of all that a source delivered
@pytest.mark.parametrize(
    ("reasons", "offered"), [([SOME], True), ([NOTHING], False), ([SOME, NOTHING], False), ([NOTHING, SOME], False)]
)
def test_a_reading_that_was_tried(reasons: list[Waits], offered: bool, filename: str, named: bool) -> None:
    shown = blocks.asked(filename, "F1", reasons, Source(id=3, key="s", name="S"), named=named)
    assert (blocks.ACCEPT in _pressed(shown)) is offered


@pytest.mark.parametrize("file_id", ["", "F1"])
@pytest.mark.parametrize("way", ["file", "sql", "url", "prometheus", "push"])
@pytest.mark.parametrize(
    ("reasons", "rows_kept", "offered"),
    [
        ([SOME], 4, True),
        ([NOTHING], 4, False),
        ([NOTHING], 0, False),
        ([], 0, False),
        ([], 4, True),
        ([SOME], 0, False),
    ],
)
def test_a_delivery_that_waits(reasons: list[Waits], rows_kept: int, offered: bool, way: str, file_id: str) -> None:
    batch = _waiting(way, reasons, rows_kept)
    source = Source(id=3, key="s", name="S")
    shown = blocks.recorded(batch, source, outcome="waiting", cells=(), notes=(), zone="UTC", file_id=file_id)
    assert (blocks.ACCEPT in _pressed(shown)) is offered


def test_a_file_of_which_no_row_was_kept_is_mapped_again() -> None:
    assert _pressed(blocks.unusable("x.csv", "F1", 4, ())) == {blocks.MAP}


@pytest.mark.parametrize("accepted", [False, True])
def test_an_old_yes_keeps_nothing_that_cannot_be_used(sqlite_desk: Desk, accepted: bool) -> None:
    intake = sqlite_desk.take(UNDATED)
    with sqlite_desk.sessions() as session:
        made = batches.record(session, sqlite_desk.source, intake, actor="U1", now=NOW, accepted=accepted)
        assert made.batch.state == "waiting"
        with pytest.raises(Conflict, match="No row of it could be read"):
            batches.approve(session, TEAM, made.batch.id, actor="U1", now=NOW)


def test_a_yes_to_what_can_be_used_in_part_is_taken(sqlite_desk: Desk) -> None:
    intake = sqlite_desk.take(HALF)
    with sqlite_desk.sessions() as session:
        made = batches.record(session, sqlite_desk.source, intake, actor="U1", now=NOW)
        assert made.batch.state == "waiting"
        assert batches.approve(session, TEAM, made.batch.id, actor="U1", now=NOW).state == "current"


@pytest.mark.parametrize(
    ("every", "asked"),
    [
        ([], ()),
        ([(), ()], ()),
        ([(), (SOME,)], (SOME,)),
        ([(SOME,), (NOTHING,)], (NOTHING,)),  # one delivery would be emptied by a yes to the other
        ([(NOTHING,), (SOME,)], (NOTHING,)),
        ([(SOME,), (Waits(Why.KEY, 1, 4, "n"),)], (SOME,)),
    ],
)
def test_of_several_deliveries_the_one_that_would_be_emptied_is_told(
    every: list[tuple[Waits, ...]], asked: tuple[Waits, ...]
) -> None:
    assert gravest(every) == asked
