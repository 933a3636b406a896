"""What is packed with a study is safe to open."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pandas as pd
import pytest

from csi.errors import Conflict
from csi.keeping.study_archive import _check_sheets, _csv
from csi.keeping.table_files import as_csv, as_xlsx
from csi.models import Batch
from csi.reading.chunk import quarantine_frame
from csi.reading.reading import Reading


def test_typed_numbers_hold_no_formula() -> None:
    frame = pd.DataFrame({"kpi": ["a", "b"], "value": [-3.0, 4.5], "unit": ["=HYPERLINK(1)", "h"]})
    lines = _csv(Reading(frame=frame, quarantine=quarantine_frame(()), rows_read=2, sha256="x")).decode().splitlines()
    assert lines == ["kpi,value,unit", "a,-3.0,'=HYPERLINK(1)", "b,4.5,h"]


TABLES = {"kpi": [{"name": "=1+1", "target": 2.5, "promised": {"unit": "h"}, "owner": None}], "gap": []}


def test_tables_as_csv_are_one_archive_that_says_nothing_of_its_day() -> None:
    with zipfile.ZipFile(io.BytesIO(as_csv(TABLES))) as archive:
        assert {one.filename: one.date_time[:3] for one in archive.infolist()} == dict.fromkeys(
            ("kpi.csv", "gap.csv"), (1980, 1, 1)
        )
        lines = archive.read("kpi.csv").decode("utf-8-sig").splitlines()
    assert lines == ["name,target,promised,owner", '\'=1+1,2.5,"{""unit"": ""h""}",']


def test_a_workbook_has_a_sheet_a_table_with_numbers_as_numbers() -> None:
    sheets = pd.read_excel(io.BytesIO(as_xlsx(TABLES)), sheet_name=None, header=None, engine="calamine")
    assert list(sheets) == ["kpi", "gap"]
    assert sheets["kpi"].fillna("").to_numpy().tolist() == [
        ["name", "target", "promised", "owner"],
        ["'=1+1", 2.5, '{"unit": "h"}', ""],
    ]
    assert as_xlsx(TABLES) == as_xlsx(TABLES)


@pytest.mark.parametrize(
    ("there", "refused"),
    [(["About", "Feb"], False), (["Jan", "Feb"], True), (["Feb"], False), (["Feb", "Mar"], False)],
)
def test_a_workbook_with_the_sheet_of_another_delivery_is_no_part_of_a_study(there: list[str], refused: bool) -> None:
    stream = io.BytesIO()
    with pd.ExcelWriter(stream, engine="xlsxwriter") as book:
        for name in there:
            pd.DataFrame({"a": [1], "b": [2]}).to_excel(book, sheet_name=name, index=False)
    batch = Batch(
        team_id="T1",
        source_id=1,
        ordinal=2,
        filename="feb.xlsx",
        sha256="0",
        delivered_by="U1",
        delivered_at=datetime(2026, 3, 2, tzinfo=UTC),
        mapping={"sheet": "Feb"},
    )
    if not refused:
        _check_sheets(batch, stream.getvalue(), ["Jan", "Feb"])
        return
    with pytest.raises(Conflict, match="read from its sheet Feb, and has Jan, from which another delivery was read"):
        _check_sheets(batch, stream.getvalue(), ["Jan", "Feb"])
    _check_sheets(batch, stream.getvalue(), ())  # all were read from sheets called alike
