"""Where most rows have no date in the column they are dated by, people see it before they say yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.blocks import step3_gather as blocks
from bot.blocks.proposing import _read_as
from bot.blocks.step3_gather.mapping import Seen
from bot.listeners.step3_gather.drafts import drafted
from csi.reading.layout import guess
from csi.reading.proposing import proposed as mapped
from csi.study.drafting.proposal import of_plain, proposed, to_plain


def _text(dated: int, rows: int = 60) -> str:
    days = [f"2026-{1 + row // 28:02}-{1 + row % 28:02} 10:00" if row < dated else "" for row in range(rows)]
    return "\n".join(["Ref,Xfer", *(f"R{row},{day}" for row, day in enumerate(days)), ""])


@pytest.mark.parametrize(("dated", "told"), [(29, True), (30, False), (60, False)])
def test_a_proposal_says_how_few_rows_it_counts(tmp_path: Path, dated: int, told: bool) -> None:
    path = tmp_path / "t.csv"
    path.write_text(_text(dated))
    made = proposed(path, "UTC")
    assert of_plain(to_plain(made)).undated == 60 - dated
    shown = _read_as(made)["text"]["text"]
    assert ("only 29 of 60 rows have one; no other counts" in shown) is told


@pytest.mark.parametrize(("dated", "told"), [(29, True), (30, False)])
def test_the_form_says_so_beside_the_column(dated: int, told: bool) -> None:
    layout = guess(_text(dated).encode(), "t.csv")
    draft = {**drafted(layout, mapped(layout, "UTC"), [], None, "t.csv"), "at": blocks.value_of("Xfer")}
    view = blocks.mapping_form(Seen(filename="t.csv", layout=layout), draft)
    hint = next(one for one in view["blocks"] if one.get("block_id") == "at")["hint"]["text"]
    assert (hint == "Only 29 of 60 rows have a date in Xfer: no other counts in a period.") is told
