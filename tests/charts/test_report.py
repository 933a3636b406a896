"""Four renderings of one base of facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from csi.analysis.analysis import Change, Detail, Note, Remark, Trend
from csi.charts import facts
from csi.charts.report import details, escape, how_computed, markdown
from csi.charts.view import footnotes
from csi.definition import Duration, Exclusion
from csi.series.exclusions import LeftOut
from csi.series.processed import SourceCounts
from csi.terms import Audience, Verdict
from tests.charts.samples import KPI, base, view

MET = replace(KPI, id="met", name="Met one")
MISSED = replace(KPI, id="missed", name="Missed one")


def two():
    return base(
        view([10.0], kpi=MET, verdict=Verdict.ACHIEVED),
        view([90.0], kpi=MISSED, verdict=Verdict.REGRESSED, sentence="It got worse."),
    )


def test_a_kpi_is_shown_with_its_own_exclusions_and_those_of_all() -> None:
    span = {"start": date(2026, 1, 1), "end": date(2026, 1, 2), "approved_by": "UCAROL"}
    left_out = tuple(Exclusion(kpi, reason=f"of {kpi or 'all'}", **span) for kpi in ("met", "missed", ""))
    known = two()
    computed = {one.kpi.id: (one.processed, one.analysis) for one in known.views}
    shown = {one.kpi.id: one for one in facts.of(replace(known.study, exclusions=left_out), computed).views}
    assert [one.reason for one in shown["met"].exclusions] == ["of met", "of all"]
    assert [one.reason for one in shown["missed"].exclusions] == ["of missed", "of all"]


@pytest.mark.parametrize("audience", [None, *Audience])
def test_v6_2_every_rendering_holds_every_kpi_missed_ones_first(audience: Audience | None) -> None:
    text = markdown(two(), audience)
    assert 0 < text.index("## Missed one") < text.index("## Met one")
    assert "**REGRESSED. 78.2 → 11.4 h; target 20 h is not met.**" in text
    assert text.index("**2 KPIs: 1 regressed; 1 achieved.**") < text.index("| KPI |")
    assert text.count("It got worse.") == 1
    assert text.index("<summary>Why this verdict?</summary>") < text.index("It got worse.")


def test_renderings_differ_in_depth_not_in_facts() -> None:
    business, everything = markdown(two(), Audience.BUSINESS), markdown(two(), Audience.OPERATIONS)
    assert "Signals" not in business
    assert "No signals." in everything
    assert business.count("| REGRESSED · target not met |") == everything.count("| REGRESSED · target not met |") == 1


def test_the_ask_and_the_audience_head_the_report() -> None:
    text = markdown(two(), Audience.SENIOR_IT, ask="Decide about a second shift")
    assert "For senior IT management." in text
    assert "Decide about a second shift." in text


def test_typed_text_is_never_formatting() -> None:
    name = "<!channel> [x](http://y) **bold** | `code` _u_ # <b>"
    text = markdown(base(view([1.0], kpi=replace(KPI, name=name))), None)
    assert escape(name) in text
    assert "<!channel>" not in text
    assert "[x](" not in text
    assert "| \\`code\\`" not in text.replace("\\| \\`code\\`", "")


def test_a_line_break_in_a_name_does_not_begin_a_heading() -> None:
    assert "\n# evil" not in markdown(base(view([1.0], kpi=replace(KPI, name="a\n# evil"))), None)


def test_v6_7_periods_with_fewer_than_5_cases_are_suppressed_and_counted() -> None:
    text = markdown(base(view([1.5, 77.25], frame={"n": [30, 4]})), None)
    assert "77.2" not in text
    assert "1 week with fewer than 5 cases not shown." in text


def test_v6_7_counts_tell_of_nobody_and_stay() -> None:
    facts = base(view([3.0], kpi=replace(KPI, measure="count", unit="count"), frame={"n": 3}))
    assert facts.views[0].min_n == 0


def test_rows_that_are_no_cases_stay() -> None:
    facts = base(view([3.0], frame={"n": 1}), key="")
    assert facts.views[0].whole[0].value == 3.0


FLOOD = LeftOut(Exclusion("mttr", date(2016, 3, 21), date(2016, 3, 22), "flood", "alice"), 1)


def test_v6_1_how_a_number_was_computed_names_formula_sources_n_and_exclusions() -> None:
    kpi = replace(
        KPI, value=Duration("opened_at", "resolved_at"), where='priority == "1"', good="x > 1", catalogue="K03"
    )
    of = view([1.0, 2.0], kpi=kpi, frame={"n": [10, 20]}, left_out=[FLOOD])
    counts = {"incidents": SourceCounts(rows_read=40, rows_kept=30, superseded=9, quarantined=1)}
    text = "\n".join(how_computed(replace(of, processed=replace(of.processed, counts=counts))))
    for wanted in (
        "median of resolved_at − opened_at (wall clock)",
        'rows where priority == "1"',
        "good where x > 1",
        "by resolved_at (Europe/Lisbon)",
        "catalogue K03",
        "30 cases in 2 weeks",
        "40 rows read, 30 kept",
        "1 in quarantine",
        "Left out 2016-03-21 to 2016-03-22 (1 row): flood (approved by alice).",
    ):
        assert wanted in text


def test_what_became_of_the_rows_of_a_source_adds_up() -> None:
    counts = SourceCounts(rows_read=40, rows_kept=25, superseded=9, repeated=3, conflicts=2, quarantined=1)
    text = markdown(replace(two(), sources={"incidents": counts}))
    assert "40 rows read, 25 kept, 9 superseded, 3 repeated, 2 in conflict, 1 in quarantine" in text


def test_sources_are_named_with_their_bytes() -> None:
    facts = replace(two(), sources={"incidents": SourceCounts(sha256="ab" * 32, rows_read=7, rows_kept=7)})
    assert "- incidents: 7 rows read, 7 kept, 0 in quarantine, sha256 abababababab" in markdown(facts)


def test_lines_that_are_no_rows_are_told_apart_in_quarantine() -> None:
    counts = SourceCounts(sha256="ab" * 32, rows_read=9, rows_kept=6, quarantined=3, no_rows=2)
    said = markdown(replace(two(), sources={"incidents": counts}))
    assert "6 kept, 3 in quarantine (2 of them lines of totals, notes or headings), sha256" in said


def test_cells_and_rows_in_quarantine_are_both_counted() -> None:
    counts = SourceCounts(sha256="ab" * 32, rows_read=7, rows_kept=6, quarantined=1, refused_cells=2)
    aside = pd.DataFrame({"batch": [0, 0], "line": [4, 4], "column": ["a", "b"]})
    of, other = two().views
    refusing = replace(of, processed=replace(of.processed, set_aside=aside))
    facts = replace(two(), views=(refusing, other), sources={"incidents": counts})
    assert "6 kept, 1 and 2 cells of other rows in quarantine; 1 row refused by single KPIs, sha256" in markdown(facts)
    assert "1 and 2 cells of other rows in quarantine." in "\n".join(
        how_computed(replace(of, processed=replace(of.processed, counts={"incidents": counts})))
    )


def test_a_trend_is_told_with_its_interval_and_only_where_one_is_shown() -> None:
    trend = Trend(0.2, -0.1, 0.5, 0.3, judged=True, reason="all points compared")
    quiet = view([10.0] * 12, trend=trend, detail=Detail(trend_now="no trend"))
    assert "No trend is shown: +0.20 h a week (likely −0.10 to +0.50)." in markdown(base(quiet))
    rising = view([10.0] * 12, trend=replace(trend, slope_lower=0.1), detail=Detail(trend_now="rising"))
    assert "Trend: rising, +0.20 h a week (likely +0.10 to +0.50)." in markdown(base(rising))
    share = view([10.0] * 12, kpi=replace(KPI, unit="%"), trend=trend, detail=Detail(trend_now="no trend"))
    assert "+0.20 points a week" in markdown(base(share))
    short = view([10.0] * 5, trend=replace(trend, judged=False, reason="not enough data to judge a trend: 5 of 12"))
    assert "- Not enough data to judge a trend: 5 of 12." in markdown(base(short))


def test_a_difference_has_its_sign_and_the_budget_is_told() -> None:
    moved = view(
        [10.0] * 12,
        change=Change(difference=-4.8, lower=-7.1, upper=-2.4),
        detail=Detail(budget_consumed=1.5, burn_rate=1.5, burn_alarm=True),
    )
    text = markdown(base(moved))
    assert "Difference: −4.80 h (−7.10 to −2.40)." in text
    assert "Error budget of the evaluation: 150 % used" in text
    assert "Attribution: association." in text


@pytest.mark.parametrize("remark", Remark)
def test_a_note_stands_where_its_remark_belongs_whatever_its_words(remark: Remark) -> None:
    of = view(
        [1.0, 2.0],
        detail=Detail(notes=(Note(remark, "Trial limits: only words."),)),
        warnings=("Trial limits: only words.",),
    )
    below = remark is Remark.FOOTNOTE
    assert ("Trial limits: only words." in footnotes(of)) == below
    with_limits = remark in (Remark.NO_LIMITS, Remark.TRIAL_LIMITS, Remark.CLIPPED)
    assert ("Note: Trial limits: only words." in details(of, None)) == (not below and not with_limits)
