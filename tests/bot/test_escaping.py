"""What people typed as a unit, a name or a word stays text wherever it is shown: it pings nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.blocks import step4_process, step6_present
from bot.listeners import cycle as cycle_listeners
from csi.models import Batch, Cycle, Kpi
from tests.bot.test_present_words import content, line, report

PING = "<!channel>"
CYCLE = Cycle(id=1, team_id="T", service_id=1, number=2, channel_id="C1", started_by="U1", started_at=None)
KPI = Kpi(id=1, team_id="T", cycle_id=1, key="x", name=PING, unit=PING)
POINT = {
    "start": "2026-01-05T00:00:00+00:00",
    "value": 3.0,
    "n": 5,
    "partial": False,
    "missing": False,
    "excluded": False,
    "numerator": 1.0,
    "denominator": 2.0,
}


def mrkdwn(blocks: Any) -> str:
    """Every text Slack would read for mentions."""
    if isinstance(blocks, dict):
        own = [str(blocks["text"])] if blocks.get("type") == "mrkdwn" else []
        return "\n".join([*own, *(mrkdwn(part) for part in blocks.values() if not isinstance(part, str))])
    return "\n".join(mrkdwn(part) for part in blocks) if isinstance(blocks, list | tuple) else ""


def test_a_unit_in_the_report_of_step_4() -> None:
    shown = mrkdwn(step4_process.report(CYCLE, [(KPI, {"series": [POINT], "coverage": 1.0})], [KPI]))
    assert PING not in shown
    assert "3 &lt;!channel&gt;" in shown


def test_a_unit_where_a_number_comes_from() -> None:
    assert PING not in mrkdwn(step4_process.traced(KPI, POINT, [(PING, None, [1])]))
    told = {"told": {"evidence": f"https://desk.example/>|{PING}"}}
    typed = Batch(
        team_id="T",
        ordinal=1,
        source_id=1,
        way="typed",
        sha256="0" * 64,
        delivered_by="U1",
        counts=told,
        delivered_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    shown = mrkdwn(step4_process.traced(KPI, POINT, [("typed", typed, [7])]))
    assert PING not in shown
    assert "typed by <@U1>" in shown
    assert "lines" not in shown


def test_a_unit_in_a_report_to_an_audience() -> None:
    shown = mrkdwn(step6_present.head(report(), content(line(summary=f"20 → 78.2 {PING}")), (), grid=False))
    assert PING not in shown
    assert "78.2 &lt;!channel&gt;" in shown
    frozen = {name: said for name, said in line(unit=PING).items() if name != "summary"}  # by an earlier version
    shown = mrkdwn(step6_present.head(report(), content(frozen), (), grid=False))
    assert PING not in shown
    assert "78.2 &lt;!channel&gt;" in shown


def test_an_unknown_word_in_the_notification() -> None:
    said: list[str] = []
    cycle_listeners.unknown_word(lambda **more: said.append(json.dumps(more)), {}, PING, "")
    assert PING not in said[0]
