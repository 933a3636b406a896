"""A file that a study names is of its source, read as the study says; where it speaks against that, it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from csi.definition import SourceDefinition
from csi.models import Source
from csi.reading.layout import guess
from csi.reading.looks import looks, looks_as_said
from csi.step2_can_measure.sources import name_source
from csi.step3_gather import sources
from csi.step3_gather.mapping import Match, await_files, best_match, is_named
from tests.step3_gather.conftest import GOOD, NOW, TEAM, Desk

ROWS = b"Ticket;Opened;Customer\n1;20.01.2025;C1\n2;21.01.2025;C1\n3;22.01.2025;C2\n"
SAID = SourceDefinition(id="t", dates="day_first", key="Ticket", options={"moments": ["Opened"]})


def _awaits(session: Session, desk: Desk, name: str, said: SourceDefinition = SAID, *files: str) -> Source:
    made = name_source(session, desk.cycle, name=name, actor="U1", now=NOW)
    sources.remember(session, made, said, actor="U1", now=NOW)
    await_files(session, made, files or ("data/t.csv",))
    session.flush()
    return made


def _match(session: Session, desk: Desk, content: bytes = ROWS, filename: str = "t.csv") -> Match | None:
    return best_match(session, TEAM, desk.cycle.service_id, guess(content, filename), filename)


@pytest.mark.parametrize(
    ("filename", "patterns", "is_one"),
    [
        ("t.csv", ["t.csv"], True),
        ("T.CSV", ["t.csv"], True),
        ("t.csv", ["s.csv", "t.csv"], True),
        ("tt.csv", ["t.csv"], False),
        ("t-2.csv", ["t-*.csv"], True),
        ("t-2.csv", ["*.csv"], False),
        ("t.csv", ["[st].csv"], False),
    ],
)
def test_a_file_is_one_of_those_named(filename: str, patterns: list[str], is_one: bool) -> None:
    assert is_named(filename, patterns) is is_one


def test_a_file_that_a_study_names_is_of_its_source_until_that_has_a_delivery(sqlite_desk: Desk) -> None:
    with sqlite_desk.sessions() as session:
        assert _match(session, sqlite_desk) is None
        made = _awaits(session, sqlite_desk, "t")
        found = _match(session, sqlite_desk)
        assert found is not None
        assert (found.source, found.is_awaited, found.needs_mapping) == (made, True, False)
        sqlite_desk.source = made
        sqlite_desk.record(session, sqlite_desk.take(GOOD))
        assert _match(session, sqlite_desk) is None  # what came has other columns


def test_by_another_name_it_is_known_by_its_columns_where_one_source_alone_names_them(sqlite_desk: Desk) -> None:
    with sqlite_desk.sessions() as session:
        made = _awaits(session, sqlite_desk, "t")
        found = _match(session, sqlite_desk, filename="export.csv")
        assert found is not None
        assert found.source == made
        assert _match(session, sqlite_desk, b"Ticket;Closed\n1;20.01.2025\n", "export.csv") is None
        _awaits(session, sqlite_desk, "s", SAID, "s.csv")
        assert _match(session, sqlite_desk, filename="export.csv") is None
        named = _match(session, sqlite_desk)
        assert named is not None
        assert named.source == made


def test_one_column_tells_no_source(sqlite_desk: Desk) -> None:
    with sqlite_desk.sessions() as session:
        _awaits(session, sqlite_desk, "t", SourceDefinition(id="t", options={"moments": ["Opened"]}))
        assert _match(session, sqlite_desk, filename="export.csv") is None


def test_what_the_study_says_and_the_file_does_not_is_named(sqlite_desk: Desk) -> None:
    said = SourceDefinition(id="t", dates="month_first", key="Number", decimal=".", options={"moments": ["Opened"]})
    with sqlite_desk.sessions() as session:
        _awaits(session, sqlite_desk, "t", said)
        found = _match(session, sqlite_desk, b"Ticket;Opened;Hours\n1;20.01.2025;1,5\n2;21.01.2025;2,25\n")
        assert found is not None
        assert found.breaks == ("Number",)
        assert found.rewritten == (
            "‘Opened’ would be read month first, and is written day first",
            "numbers would be read with a point before their decimals, and have a comma",
        )
        seen = blocks.Awaited(found.source, said, found.breaks, found.rewritten)
        shown = blocks.awaited("t.csv", "F1", seen)
        assert "‘Number’ is named in the study, and the file has no such column" in str(shown)
        assert [one["text"]["text"] for one in shown[-1]["elements"]] == ["Map its columns"]


@pytest.mark.parametrize(
    ("key", "latest_by", "says"),
    [
        ("Customer", "", "3 rows, 2 different ‘Customer’: one row of each counts; ‘Ticket’ looks like what names"),
        ("Ticket", "", ""),
        ("Customer", "Opened", ""),
    ],
)
def test_a_key_that_leaves_rows_out_is_said_with_what_looks_like_one(
    tmp_path: Path, key: str, latest_by: str, says: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(ROWS)
    said = SourceDefinition(id="t", dates="day_first", key=key, latest_by=latest_by, options=SAID.options)
    seen = looks_as_said(path, guess(ROWS, "t.csv"), said, "t.csv")
    source = Source(team_id=TEAM, service_id=1, key="t", created_at=NOW)
    shown = blocks.awaited("t.csv", "F1", blocks.Awaited(source, said, looks=seen, key_seen="Ticket"))
    assert (says in str(shown)) if says else "speaks against" not in str(shown)
    assert shown[-1]["elements"][0]["text"]["text"] == "Read it as the study says"


def test_dates_that_can_be_read_several_ways_are_read_as_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"Ticket;Opened\n1;02.01.2025\n2;03.01.2025\n")
    layout = guess(path, "t.csv")
    assert looks(path, layout, SAID, "t.csv") is None
    seen = looks_as_said(path, layout, SAID, "t.csv")
    assert seen is not None
    assert (seen.rows, seen.cases, seen.first_at.month) == (2, 2, 1)
