"""The name that was meant is found whatever its case, blanks and signs; what is like none has none."""

from __future__ import annotations

import pytest

from csi.words.nearest import nearest


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("At ", ["at", "value"], "at"),
        ("AT", ["value", "at"], "at"),
        ("Opened At", ["opened_at", "closed_at"], "opened_at"),
        ("ＰＲＩＯ", ["prio"], "prio"),
        ("opend", ["opened_at", "opened"], "opened"),
        ("OPEND", ["opened", "closed"], "opened"),
        ("at", ["At", "aT"], "At"),
        ("xyz", ["at", "value"], ""),
        ("--", ["at"], ""),
        (5, ["at", "5 "], "5 "),
        ("at", [], ""),
    ],
)
def test_the_nearest_name(name: object, names: list[str], meant: str) -> None:
    assert nearest(name, names) == meant


def test_how_alike_they_must_be() -> None:
    assert nearest("opener", ["opened"], 0.9) == ""
    assert nearest("opener", ["opened"], 0.8) == "opened"
