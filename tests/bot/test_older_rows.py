"""What is asked of a key that leaves most rows out as older ones, and what is told of names that stand twice."""

from __future__ import annotations

from pathlib import Path

from bot.blocks import step3_gather as blocks
from bot.blocks.step3_gather.drops import question
from bot.blocks.step3_gather.yes import agreed
from csi.measurement.deliveries import Waits, Why
from csi.reading.layout import guess

OLDER = Waits(Why.OLDER, 111, 120, "Customer ID")


def test_the_question_and_the_answer_name_the_numbers() -> None:
    assert question([OLDER]) == (
        "several rows have the same *Customer ID*, only the latest of each counts, and nothing shows that they are "
        "versions of one case. Read 120 rows as 9 and leave 111 out?"
    )
    assert agreed([OLDER]) == "111 of 120 rows are left out as older ones of the same Customer ID"


def test_names_that_stand_twice_are_told_with_what_the_others_are_called(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("v,at,v,w,v,w\n1,2026-01-05,2,3,4,5\n2,2026-01-06,3,4,5,6\n")
    assert blocks.named_twice(guess(path, "f.csv")) == [
        "The file has ‘v’ 3 times: the first is called so, the others v_2 and v_3.",
        "The file has ‘w’ 2 times: the first is called so, the other w_2.",
    ]
    path.write_text("v,at\n1,2026-01-05\n")
    assert blocks.named_twice(guess(path, "f.csv")) == []
