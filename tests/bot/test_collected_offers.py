"""A collected delivery as a proposal looks at it: a table, read as was said when its source was set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.listeners.sources.offering import said_of, table_of
from csi.definition import SourceDefinition
from csi.models import Batch
from csi.reading.files import FileStore
from csi.study.drafting.proposal import Said

ROWS = b'{"items": [{"at": "2026-03-02", "n": 1, "by": {"team": "B, C"}}, {"at": null, "n": 2}]}'


@pytest.mark.parametrize(
    ("content", "options", "kept"),
    [
        (ROWS, {"rows": "items"}, b'at,n,by.team\n2026-03-02,1,"B, C"\n,2,\n'),
        (b'{"at": "2026-03-02"}\n{"at": "2026-03-03"}\n', {}, b"at\n2026-03-02\n2026-03-03\n"),
        (b"at;n\n2026-03-02;1\n", {}, b"at;n\n2026-03-02;1\n"),  # a table is looked at as it came
    ],
)
def test_rows_are_taken_out_of_the_json_around_them(
    tmp_path: Path, content: bytes, options: dict[str, str], kept: bytes
) -> None:
    files = FileStore(str(tmp_path))
    batch = Batch(team_id="T1", source_id=1, ordinal=1, raw_key=files.keep("T1", content), filename="answer")
    key = table_of(files, batch, SourceDefinition(id="calls", url="https://example.org", options=options))
    assert files.read(key) == kept


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (SourceDefinition(id="a", timezone="Asia/Tokyo"), Said(zone="Asia/Tokyo")),
        (SourceDefinition(id="a", key="id", options={"moments": ["at", "done"]}), Said(at="at", key="id", zone="UTC")),
    ],
)
def test_what_was_said_of_a_source_is_not_guessed_again(known: SourceDefinition, said: Said) -> None:
    assert said_of(known) == said
