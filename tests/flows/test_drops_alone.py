"""What is dropped where no cycle runs and is no table, or holds no row, is answered with what is wrong."""

from __future__ import annotations

import pytest

from bot.sandbox.person import reading
from tests.flows.conftest import World


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("report.pdf", b"%PDF-1.7", "I cannot read *report.pdf*. I read tables saved as XLSX or CSV"),
        ("screen.PNG", b"\x89PNG\r\n\x1a\n123", "*screen.PNG* is a picture, and I read tables only."),
        ("survey.SAV", b"$FL2", "I cannot read *survey.SAV* as it is. Save it as XLSX or CSV and drop it again."),
        ("slides.pptx", b"PK\x03\x04", "I cannot read *slides.pptx*. I read tables saved as XLSX or CSV"),
        (
            "one.csv",
            b"id,opened\nA,2026-02-02 10:00\n",
            "*one.csv* (1 row) gives nothing to measure yet: its rows fill no",
        ),
        ("undated.csv", b"a,b\nx,y\nz,w\n", "no column holds moments; expected one that says when a row happened"),
        (
            "months.csv",
            b"m,Jan,Feb,Mar\nx,1,2,3\n",
            "its columns Jan to Mar are months, and nothing says of which year",
        ),
        ("empty.csv", b" \n\n", "holds nothing but blanks"),
        ("bare.csv", b"id,opened,closed\n", "holds no row below its header"),
    ],
)
def test_what_cannot_be_read_is_said_without_a_cycle(world: World, name: str, content: bytes, told: str) -> None:
    world.dave.upload(content, name, channel="service-desk")
    said = reading(world.dave.sees(told, "service-desk", timeout=30))
    assert told in said
    assert "file:" not in said
