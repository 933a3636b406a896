"""What a nudge says."""

from __future__ import annotations

from datetime import date

import pytest

from bot.blocks import reminders as words

WHERE = words.place("Desk <!here>", "C1")
TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-03-05", "is due tomorrow"), ("2026-03-04", "is due today"), ("2026-03-02", "was due on 2 Mar 2026"),
        ("2026-03-09", "is due on 9 Mar 2026"),
    ],
)  # fmt: skip
def test_a_day_is_said_as_seen_from_today(due, said):
    what = words.thing("step", 3, {})
    text = words.sentence("step_due", what, {"due_on": due}, WHERE, TODAY)
    assert text == f"*Desk &lt;!here&gt;* (<#C1>): step 3, “Gather the data”, {said}. It waits for you."


def test_every_kind_is_a_sentence_and_leads_somewhere():
    for kind in ("step_soon", "step_due", "step_late", "approval", "action_due", "benefit", "escalation"):
        for subject, number in (("step", 2), ("tree", 9), ("action", 4), ("baseline", 5)):
            what = words.thing(subject, number, {"number": 7, "title": "<b>", "kpi": "mttr"})
            text = words.sentence(kind, what, {"due_on": "2026-03-02", "owner": "U1"}, WHERE, TODAY)
            assert text.endswith((".", "?"))
            assert "<b>" not in text
            blocks = words.nudge(text, 1, subject, number, "C1")
            assert blocks[1]["elements"][0]["value"].endswith("@C1")
