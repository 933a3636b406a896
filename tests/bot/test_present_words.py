"""Step 6's messages and modals: pinned as they were looked at, within Slack's limits whatever people typed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.blocks import step6_present as blocks
from bot.sandbox.limits import MESSAGE_TEXT, message_problems, text_length, view_problems, view_too_large
from bot.sandbox.workspace import File
from csi.models import Report, ReportClick
from csi.terms import Verdict
from tests.bot.test_status_card import held

NOW = datetime(2016, 5, 4, tzinfo=UTC)


def line(**changed: Any) -> dict[str, Any]:
    said = {
        "kpi": "mttr",
        "name": "Median time <to> resolve",
        "verdict": "REGRESSED",
        "unit": "h",
        "target": "target 20 h",
        "label": "REGRESSED WITH SIDE EFFECT",
        "summary": "20.0 → 78.2 h; target 20 h is not met.",
        "below": "+58.2 h, likely +40.1 to +70.0 · strong evidence · 6 weeks against 12.",
        "baseline": "Baseline 5 Jan – 29 Mar 2016: 20 h",
        "n": "n = 40 per week",
        "left_out": ["Left out 1 Feb: <move>."],
        "sentence": "It rose from 20 h to 78.2 h. The evidence is strong.",
        "latest": {"start": "2016-05-02T00:00:00+01:00", "value": 78.2, "n": 40.0},
        "evidence": "strong",
        "alt_text": "Control chart: …",
        "details": ["Against the target: not met.", "Quality 100 % & more."],
        "how": ["Formula: median of resolved_at − opened_at.", "Definition 1a2b3c4d, unit h."],
    }
    return said | changed


def content(*lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
    unmeasured = line(
        kpi="csat", name="Satisfaction", verdict="", label="NOT MEASURED", summary="", latest=None, target=""
    )
    verdicts = lines or (line(), line(name="Kept", verdict="ACHIEVED", label="ACHIEVED"), unmeasured)
    said = {
        "service": "Service desk & co",
        "cycle": 2,
        "verdicts": list(verdicts),
        "items": list(verdicts[:5]),
        "slam": {"title": "1 of 2 targets met.", "alt_text": "Grid …"},
    }
    return said | changed


def report(**changed: Any) -> Report:
    said = {
        "id": 7,
        "team_id": "T",
        "cycle_id": 1,
        "audience": "business and customers",
        "ask": "A second <shift>?",
        "made_by": "UBOB",
        "made_at": NOW,
        "content": content(),
    }
    return Report(**(said | changed))


def clicks(*pressed: tuple[str, str]) -> list[ReportClick]:
    return [ReportClick(team_id="T", report_id=7, user_id=user, kind=kind, at=NOW) for user, kind in pressed]


def fits_message(made: list[dict[str, Any]]) -> None:
    assert message_problems(made, lambda _: File(id="F1", name="a.png", title="", user="U", content=b"x")) == []
    assert text_length(made) < MESSAGE_TEXT - 1000


def test_the_head_is_as_it_was_looked_at():
    pressed = clicks(("UERIN", "acknowledge"), ("UCAROL", "acknowledge"), ("UCAROL", "decide"))
    held("present_head", blocks.head(report(), content(), pressed, grid=True))


def test_a_chart_s_message_is_as_it_was_looked_at():
    held("present_item", blocks.item(report(), line(), drawn=True))


def test_typed_text_pings_nobody_and_formats_nothing():
    evil = "<!channel> <@U1> & co"
    made = str(
        [
            blocks.head(report(ask=evil), content(line(name=evil)), [], grid=False),
            blocks.item(report(), line(name=evil, summary=evil, below=evil, left_out=[evil] * 9), drawn=False),
            blocks.how_modal(line(name=evil, how=[evil])),
            blocks.why_modal(line(name=evil, details=[evil])),
            blocks.decide_form(1, evil),
            blocks.asked("U2", evil, "U3"),
            blocks.lost(report(), content(), [evil]),
            blocks.failed(report(), evil),
            blocks.form([(evil, evil, evil)], "C"),
        ]
    )
    assert "<!channel>" not in made
    assert "<@U1>" not in made
    assert "&lt;!channel&gt;" in made


@pytest.mark.parametrize("text", ["<" * 3001, "w" * 3001, "a b " * 750])
def test_long_texts_stay_within_slack_s_limits(text: str):
    long = line(
        name=text,
        summary="s" * 300,
        below="b" * 600,
        left_out=["x" * 400] * 9,
        label="INCONCLUSIVE",
        details=[text] * 12,
        how=[text] * 12,
        alt_text="a" * 2000,
    )
    many = content(*[long] * 40, service=text)
    pressed = clicks(*((f"U{at}", kind) for at in range(60) for kind in ("acknowledge", "question", "decide")))
    fits_message(blocks.head(report(ask=text[:1000], content=many), many, pressed, grid=False))
    fits_message(blocks.item(report(content=many), long, drawn=False))
    views = [blocks.form([(text, "INCONCLUSIVE", text)] * 40, "C"), blocks.how_modal(long), blocks.why_modal(long)]
    views.append(blocks.question_form(1))
    for view in [*views, blocks.decide_form(1, text)]:
        assert view_problems(view, lambda _: None, "modal") == []
        assert not view_too_large(view)


def test_what_does_not_fit_is_counted():
    made = blocks.head(report(), content(*[line(name="n" * 120)] * 60), [], grid=False)
    assert "more." in str(made)


def test_every_verdict_has_its_own_sign_and_its_words():
    assert len({blocks.sign(verdict.value) for verdict in Verdict}) == len(Verdict)
    assert blocks.sign("REGRESSED WITH SIDE EFFECT") == blocks.sign("REGRESSED")
    assert blocks.sign("NOT MEASURED") == blocks.UNMEASURED


def test_deciding_is_offered_only_where_something_is_asked():
    def offered(made: Report) -> list[str]:
        [row] = [one for one in blocks.head(made, content(), [], grid=False) if one["type"] == "actions"]
        return [one["action_id"] for one in row["elements"]]

    assert offered(report()) == ["present.acknowledge", "present.question", "present.decide"]
    assert offered(report(ask="", for_information=True)) == ["present.acknowledge", "present.question"]


def test_what_the_picture_says_is_not_said_again_and_all_else_is_one_press_away():
    drawn, words = (str(blocks.item(report(), line(), drawn=one)) for one in (True, False))
    assert "20.0 → 78.2 h" not in drawn
    assert words.count("20.0 → 78.2 h") == 1
    assert "Quality 100 %" not in drawn
    assert "Quality 100 %" in str(blocks.why_modal(line()))
    assert drawn.count("present.why") == 1


def test_more_than_three_spans_left_out_are_counted():
    def told(spans: int) -> str:
        return str(blocks.item(report(), line(left_out=[f"span {at}" for at in range(spans)]), drawn=True))

    assert "span 2" in told(3)
    assert "left out" not in told(3)
    assert "span 3" not in told(5)
    assert "… and 2 more spans left out" in told(5)


def test_all_cycles_are_offered_from_the_second_on():
    first = report(content=content(cycle=1))
    assert "present.spiral" not in str(blocks.item(first, line(), drawn=True))
    assert "present.spiral" in str(blocks.item(report(), line(), drawn=True))


def test_v6_1_figures_without_a_chart_are_explained_from_a_menu():
    lines = [line(kpi=f"k{at}", name=f"KPI {at}", how=[f"Formula {at}"]) for at in range(7)]
    [row] = [one for one in blocks.head(report(), content(*lines), [], grid=False) if one["type"] == "actions"]
    values = [one["value"] for one in row["elements"][-1]["options"]]
    assert values == ["7:#5", "7:#6"]
    assert blocks.explained(content(*lines), "#6")["how"] == ["Formula 6"]
    assert blocks.explained(content(*lines), "k2")["how"] == ["Formula 2"]


@pytest.mark.parametrize(
    ("targets", "shown"), [([20.0], "20.004 h"), ([15.0, 20.0], "20.004 h"), ([], "20 h"), (None, "20 h")]
)
def test_the_latest_value_never_reads_as_the_target_it_misses(targets: list[float] | None, shown: str) -> None:
    one = line(latest={"start": "", "value": 20.004, "n": 4.0}, **({} if targets is None else {"targets": targets}))
    del one["summary"]  # frozen before there was one
    assert f"latest {shown}, target 20 h" in str(blocks.head(report(), content(one), (), grid=False))


def test_where_it_is_has_a_button_and_the_other_pictures_a_menu():
    def offered(*kinds: str) -> list[tuple[str, int]]:
        kept = {kind: {} for kind in kinds}
        [row] = [one for one in blocks.item(report(), line(further=kept), drawn=True) if one["type"] == "actions"]
        return [(one["action_id"], len(one.get("options", ()))) for one in row["elements"]]

    assert offered() == [("present.why", 0), ("present.how", 0), ("present.spiral", 0)]
    assert ("present.further", 0) in offered("where")
    assert ("present.further:menu", 2) in offered("before-after", "budget")
    assert ("present.further", 0) not in offered("before-after", "budget")
    assert offered("where", "budget").index(("present.further", 0)) == 1
    made = line(further={key: {} for key in ("where", "before-after", "budget")})
    fits_message(blocks.item(report(content=content(cycle=2)), made, drawn=False))
