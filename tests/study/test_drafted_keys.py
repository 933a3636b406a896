"""A key that leaves rows out as older versions says how many, and asks where they are most of all rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.study.drafting.drafted import drafted

LOGS = {
    "half": (2, "# 40 rows, 20 different", "# says which row of a key counts: the other 20 do not"),
    "most": (3, "# ? 60 rows, 20 different", "# ? says which row of a key counts: the other 40 do not"),
}


@pytest.mark.parametrize(("versions", "key", "latest"), LOGS.values(), ids=LOGS)
def test_most_rows_are_left_out_by_a_yes_only(tmp_path: Path, versions: int, key: str, latest: str) -> None:
    rows = [
        f"INC{case},2025-01-{case + 1:02} 10:00,2025-01-{case + 1:02} 1{row}:30,{'NY'[row % 2]}"
        for case in range(20)
        for row in range(versions)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["Ticket,Opened,Updated,Answered (Y/N)", *rows]), encoding="utf-8")
    lines = [line.split("#") for line in drafted([tmp_path / "t.csv"], tmp_path, "UTC").text.splitlines()]
    said = {told[0].strip(): f"#{told[-1]}" for told in lines}
    assert said["key: Ticket"] == key
    assert said["latest_by: Updated"] == latest
