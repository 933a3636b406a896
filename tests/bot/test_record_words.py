"""A row of the audit log in words: who, what, from what to what; people by name, nothing that is for machines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.blocks import record
from csi.models import AuditRow


def said(new: dict[str, Any], old: dict[str, Any] | None = None, what: str = "changed kpi") -> str:
    row = AuditRow(
        team_id="T1",
        ordinal=7,
        actor="UDAVE",
        at=datetime(2026, 3, 2, 9, 5, tzinfo=UTC),
        what=what,
        subject="kpi",
        old=old or {},
        new=new,
        hash="",
    )
    shown = record.log([row], True, "", "UTC")[1]["text"]["text"]
    assert shown.startswith("7. 2 Mar 2026, 09:05 <@UDAVE> ")
    return str(shown.removeprefix("7. 2 Mar 2026, 09:05 <@UDAVE> "))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({}, {"role": "approver", "user_id": "UCAROL1", "backup": False}, "role approver · person <@UCAROL1>"),
        ({"owner": "UALICE1"}, {"owner": "UBOB123"}, "owner <@UALICE1> → <@UBOB123>"),
        ({}, {"checked_by": "UBOB123", "cycle_id": 3}, "checked by <@UBOB123>"),
        ({}, {"latest_by": "changed", "required_by": "2026-04-01"}, "latest by changed · required by 2026-04-01"),
        ({"target": 2.0}, {"target": 0.0}, "target 2 → 0"),
        ({"cost": "low"}, {"cost": ""}, "cost low → none"),
        ({"made_for": ""}, {"made_for": ""}, ""),
        ({}, {"input_hash": "ab12", "sha256": "cd", "version": 3, "decided_at": "2026-03-02T09:00:00Z"}, ""),
        ({}, {"reasons": {"V1.3": "known"}, "guards": ["a", "b"]}, "reasons V1.3: known · guards a, b"),
        ({}, {"text": "<!channel> <@UCAROL1>"}, "text &lt;!channel&gt; &lt;@UCAROL1&gt;"),
        ({}, {"owner": "<!channel>"}, "owner &lt;!channel&gt;"),
        ({}, dict.fromkeys("abcdef", 1), "a 1 · b 1 · c 1 · d 1 and 2 more"),
        (
            {},
            {"state": "current", "accepted": [{"kind": "key", "count": 1111, "of": 1120, "column": "<Customer>"}]},
            "state current · accepted 1,111 of 1,120 rows are left out, as several have the same &lt;Customer&gt;",
        ),
        (
            {},
            {
                "accepted": [
                    {"kind": "cells", "count": 6, "of": 10, "column": "at"},
                    {"kind": "quarantine", "count": 7, "of": 10, "column": ""},
                ]
            },
            "accepted 6 of 10 cells of ‘at’ could not be read; 7 of 10 rows are in quarantine",
        ),
        ({}, {"accepted": 12}, "accepted 12"),
        ({}, {"text": "x" * 500}, f"text {'x' * 39}…"),
    ],
)
def test_what_was_changed_is_said_plainly(old: dict[str, Any], new: dict[str, Any], words: str) -> None:
    assert said(new, old) == f"*changed kpi* {words}".rstrip()


def test_a_long_log_stays_within_a_message() -> None:
    rows = [
        AuditRow(
            team_id="T1",
            ordinal=n,
            actor="",
            at=datetime(2026, 3, 2, tzinfo=UTC),
            what="w",
            subject="s",
            new={str(k): "&" * 60 for k in range(4)},
            hash="",
        )
        for n in range(50)
    ]
    assert all(len(block["text"]["text"]) <= 3000 for block in record.log(rows, True, "", "UTC") if "text" in block)
