"""What is dropped where no cycle runs and is no table, or holds no row, is answered with what is wrong."""

from __future__ import annotations

import pytest

from bot.sandbox.person import reading
from tests.flows.conftest import World


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("report.pdf", b"%PDF-1.7", "I cannot read *report.pdf* as it is."),
        ("empty.csv", b" \n\n", "holds nothing but blanks"),
        ("bare.csv", b"id,opened,closed\n", "holds no row below its header"),
    ],
)
def test_what_cannot_be_read_is_said_without_a_cycle(world: World, name: str, content: bytes, told: str) -> None:
    world.dave.upload(content, name, channel="service-desk")
    assert told in reading(world.dave.sees(told, "service-desk", timeout=30))
