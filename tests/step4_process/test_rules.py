"""The gate of step 4 over a real cycle: V4.1 to V4.4, results kept and told fresh from stale, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi.cycle.gates import breaches
from csi.definition import Window
from csi.errors import Conflict, InvalidInput, NotAllowed
from csi.measurement import of_cycle, windows
from csi.measurement.mapping import definition_hash
from csi.models import (
    Action,
    AnalysisResult,
    AuditRow,
    Baseline,
    Batch,
    Cycle,
    Decision,
    Kpi,
    Measurement,
    PlanRow,
    Source,
)
from csi.reading.files import FileStore
from csi.series import trace
from csi.step3_gather import measurements
from csi.step4_process import computing, exclusions
from csi.step4_process.tracing import origins
from csi.step4_process.windows import set_windows, set_windows_of
from csi.step5_analyse import results
from csi.storage import row, rows
from csi.study.plain import report_json
from tests import turns
from tests.databases import Database
from tests.step6_present import presentable
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, NOW, TEAM


@dataclass
class Turn:
    """A cycle in step 4 with data delivered and nothing processed."""

    base: Database
    files: FileStore
    cycle_id: int

    def cycle(self, session: Session) -> Cycle:
        return cycles.by_id(session, TEAM, self.cycle_id)

    def recompute(self) -> None:
        results.recompute(self.base.sessions, self.files, team_id=TEAM, cycle_id=self.cycle_id, actor=BOB, now=NOW)

    def refused(self) -> dict[str, list[str]]:
        """Per rule of step 4 the sentences of its breaches."""
        with self.base.sessions.reading() as session:
            found = breaches(session, self.cycle(session), NOW, step=4)
        said: dict[str, list[str]] = {}
        for one in found:
            said.setdefault(one.rule, []).append(one.sentence)
        return said


@pytest.fixture
def turn(database: Database, tmp_path: Path) -> Turn:
    files = FileStore(str(tmp_path / "data"))
    with database.sessions() as session:
        cycle = turns.begin(session)
        presentable.fill(session, cycle, files)
        turns.jump(session, cycle, 4)
        return Turn(database, files, cycle.id)


@pytest.fixture
def session(turn: Turn) -> Iterator[Session]:
    with turn.base.sessions() as session:
        yield session


def test_v4_3_what_was_not_processed_is_refused_and_then_passes(turn: Turn) -> None:
    assert [sentence.split(" has")[0] for sentence in turn.refused()["V4.3"]] == ["Hours to resolve", "Kept our word"]
    turn.recompute()
    assert turn.refused() == {}


def test_v4_3_poor_coverage_warns_and_says_that_there_will_be_no_verdict(turn: Turn) -> None:
    with turn.base.sessions() as session:
        cycle = turn.cycle(session)
        set_windows(
            session,
            cycle,
            baseline=Window(date(2025, 10, 6), date(2026, 3, 16)),
            evaluation=Window(date(2026, 3, 16), date(2026, 5, 25)),
            actor=BOB,
            now=NOW,
        )
    turn.recompute()
    assert "below 80 %: there can be no verdict" in turn.refused()["V4.3"][0]
    with turn.base.sessions.reading() as session:
        found = breaches(session, turn.cycle(session), NOW, step=4)
        assert not any(one.blocks for one in found)
        verdicts = {one.verdict for one in rows(session, AnalysisResult, TEAM, cycle_id=turn.cycle_id)}
    assert verdicts == {"INCONCLUSIVE"}


def test_what_is_doubted_is_kept_with_the_result_and_asked_without_a_files_words(turn: Turn) -> None:
    _redefine(turn, "kept", good='kept == "Met!"')
    turn.recompute()
    with turn.base.sessions.reading() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="kept")
        result = row(session, AnalysisResult, TEAM, cycle_id=turn.cycle_id, kpi_id=kpi.id)
    assert result.verdict == "INCONCLUSIVE"
    [doubt] = result.result["doubts"]
    assert (doubt["key"], doubt["kind"]) == ("good", "good matches none")
    assert doubt["said"] in result.result["sentence"]
    assert "meant" not in result.result["sentence"]  # the buttons beside it say that
    assert len(doubt["said"].split()) <= 20
    _redefine(turn, "kept", meant=["good"])
    turn.recompute()
    with turn.base.sessions.reading() as session:
        result = row(session, AnalysisResult, TEAM, cycle_id=turn.cycle_id, kpi_id=kpi.id)
    assert result.result["doubts"] == []
    assert not result.result["sentence"].startswith("Nothing can be concluded")


def _redefine(turn: Turn, key: str, **definition: object) -> None:
    with turn.base.sessions() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key=key)
        kpi.definition = {**kpi.definition, **definition}
        session.add(kpi)


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"at": "resolvd"}, "at", "there is no column 'resolvd'; did you mean 'resolved'?"),
        ({"good": 'keppt == "yes"'}, "good", "there is no column 'keppt'; did you mean 'kept'?"),
        ({"good": "kept ="}, "good", ""),
        ({"measure": "often"}, "measure", "'often' is not known"),
    ],
)
def test_a_kpi_that_cannot_be_computed_is_told_and_stops_no_other(
    turn: Turn, wrong: dict[str, str], field: str, reason: str
) -> None:
    turn.recompute()
    _redefine(turn, "kept", **wrong)
    with turn.base.sessions.reading() as session:
        report = computing.evaluated(session, turn.cycle(session), turn.files)
    assert [*report.kpis] == ["hours"]
    assert [one.field for one in report.refused["kept"]] == [field]
    assert reason in report.refused["kept"][0].reason
    turn.recompute()
    with turn.base.sessions.reading() as session:
        kept = rows(session, AnalysisResult, TEAM, cycle_id=turn.cycle_id, order="kpi_id")
    assert [one.stale for one in kept] == [False, True]


def test_when_no_kpi_can_be_computed_each_is_told_why(turn: Turn) -> None:
    for key in ("hours", "kept"):
        _redefine(turn, key, at="moment")
    with turn.base.sessions.reading() as session:
        report = computing.evaluated(session, turn.cycle(session), turn.files)
    assert (report.kpis, [*report.refused]) == ({}, ["hours", "kept"])
    turn.recompute()


def test_a_ratio_of_what_cannot_be_computed_says_so(turn: Turn) -> None:
    common = {"measurability": "measured automatically", "direction": "lower"}
    of_kpis = {"measure": "ratio", "value": {"numerator": "late", "denominator": "every"}}
    with turn.base.sessions() as session:
        for key, unit, definition in (
            ("late", "count", {"source": "tickets", "at": "resolved", "measure": "count", "where": "due > 1"}),
            ("every", "count", {"source": "tickets", "at": "resolved", "measure": "count"}),
            ("share", "%", of_kpis),
        ):
            session.add(
                Kpi(
                    team_id=TEAM,
                    cycle_id=turn.cycle_id,
                    key=key,
                    name=key.title(),
                    unit=unit,
                    definition=definition,
                    **common,
                )
            )
    with turn.base.sessions.reading() as session:
        report = computing.evaluated(session, turn.cycle(session), turn.files)
    assert [*report.kpis] == ["hours", "kept", "every"]
    assert str(report.refused["share"][0]) == "it is made from Late, which cannot be processed"


def test_a_column_that_one_delivery_lacks_is_not_taken_for_empty(turn: Turn) -> None:
    with turn.base.sessions() as session:
        other = presentable.tickets([20]).replace(b"T0-", b"U0-").replace(b",kept", b",held")
        presentable.deliver(session, turn.cycle(session), turn.files, other)
    with turn.base.sessions.reading() as session:
        report = computing.evaluated(session, turn.cycle(session), turn.files)
    assert ([*report.kpis], [*report.refused]) == (["hours"], ["kept"])


def test_a_source_that_cannot_be_read_stops_its_own_kpis_only(turn: Turn) -> None:
    with turn.base.sessions() as session:
        cycle = turn.cycle(session)
        session.add(
            Source(
                team_id=TEAM,
                service_id=cycle.service_id,
                key="other",
                name="Other",
                mapping={"timezone": "Europe/Atlantis"},
                created_at=NOW,
            )
        )
    _redefine(turn, "kept", source="other")
    with turn.base.sessions.reading() as session:
        report = computing.evaluated(session, turn.cycle(session), turn.files)
    assert [*report.kpis] == ["hours"]
    assert "Atlantis" in report.refused["kept"][0].reason


def test_v4_3_a_missing_column_is_named_with_the_way_to_say_which_it_is(turn: Turn) -> None:
    with turn.base.sessions() as session:
        [batch] = rows(session, Batch, TEAM)
        batch.counts = {"columns": ["id", "opened", "resolved", "held"]}
        session.add(batch)
    with turn.base.sessions.reading() as session:
        found = [one for one in breaches(session, turn.cycle(session), NOW, step=4) if one.rule == "V4.3"]
    assert found[1].sentence == "Kept our word reads ‘kept’, which Tickets does not have."
    assert found[1].mend == "gather.name"


def test_results_are_kept_once_and_carry_what_stands_behind_them(turn: Turn) -> None:
    turn.recompute()
    turn.recompute()
    with turn.base.sessions.reading() as session:
        kept = rows(session, AnalysisResult, TEAM, cycle_id=turn.cycle_id)
        assert len(kept) == 2
        one = kept[0]
        assert {*results.RESULT_KEYS} <= set(one.result)
        assert one.input_hash == of_cycle.input_hash(session, turn.cycle(session))
        assert one.result["counts"]["tickets"]["rows_kept"] == 160
        assert all(results.fresh(session, turn.cycle(session)).values())


def test_the_bot_and_the_command_compute_the_same_bytes(turn: Turn) -> None:
    with turn.base.sessions.reading() as session:
        first = computing.evaluated(session, turn.cycle(session), turn.files)
        second = computing.evaluated(session, turn.cycle(session), turn.files)
    assert report_json(first) == report_json(second)


def test_a_delivery_a_definition_and_a_window_each_make_results_stale(turn: Turn) -> None:
    def is_fresh() -> bool:
        with turn.base.sessions.reading() as session:
            return all(results.fresh(session, turn.cycle(session)).values())

    turn.recompute()
    with turn.base.sessions() as session:
        presentable.deliver(session, turn.cycle(session), turn.files, presentable.tickets([30] * 21))
    assert not is_fresh()
    turn.recompute()
    assert is_fresh()
    with turn.base.sessions() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="hours")
        kpi.definition = {**kpi.definition, "measure": "mean"}
        session.add(kpi)
    assert not is_fresh()
    turn.recompute()
    with turn.base.sessions() as session:
        changed = set_windows(
            session,
            turn.cycle(session),
            baseline=Window(date(2026, 1, 5), date(2026, 3, 9)),
            evaluation=None,
            actor=BOB,
            now=NOW,
        )
        assert changed
    assert not is_fresh()


def test_a_repeated_row_in_a_later_delivery_supersedes_and_traces_to_it(turn: Turn) -> None:
    with turn.base.sessions() as session:
        cycle = turn.cycle(session)
        presentable.deliver(
            session, cycle, turn.files, b"id,opened,resolved,kept\nT0-0,2026-01-05 00:00,2026-01-06 13:00,no"
        )
        report = computing.evaluated(session, cycle, turn.files)
        made_of = trace(report.kpis["hours"].processed, report.kpis["hours"].processed.series.index[0])
        deliveries = of_cycle.batches_behind(session, cycle, "tickets")
    assert report.sources["tickets"].superseded == 1
    assert made_of[made_of["batch"] == 1]["line"].tolist() == [2]
    assert [one.ordinal for one in deliveries] == [1, 2]


SPAN = exclusions.Span(date(2026, 2, 2), date(2026, 2, 9))


def test_v4_4_a_proposal_blocks_until_somebody_else_decides(turn: Turn) -> None:
    turn.recompute()
    with turn.base.sessions() as session:
        proposed = exclusions.propose(session, turn.cycle(session), SPAN, reason="move", actor=BOB, now=NOW)
    assert "lacks an approver" in turn.refused()["V4.4"][0]
    with turn.base.sessions() as session:
        decided, changed = exclusions.decide(
            session, team_id=TEAM, exclusion_id=proposed.id, actor=CAROL, choice="approved", now=NOW
        )
        assert (decided.state, changed) == ("approved", True)
        again, changed = exclusions.decide(
            session, team_id=TEAM, exclusion_id=proposed.id, actor=ALICE, choice="rejected", now=NOW
        )
        assert (again.state, changed) == ("approved", False)
        assert len(rows(session, Decision, TEAM, subject="exclusion")) == 1
    refused = turn.refused()
    assert "V4.4" not in refused
    assert "before something changed" in refused["V4.3"][0]
    turn.recompute()
    with turn.base.sessions.reading() as session:
        [kept, *_] = rows(session, AnalysisResult, TEAM, cycle_id=turn.cycle_id)
        actions = {one.what for one in rows(session, AuditRow, TEAM)}
    assert "move (approved by" in kept.result["footnotes"][0]
    assert {"proposed exclusion", "approved exclusion", "processed and analysed"} <= actions


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": "  "}, InvalidInput),
        ({"reason": "x" * 501}, InvalidInput),
        ({"span": exclusions.Span(date(2026, 2, 2), date(2026, 2, 2))}, InvalidInput),
        ({"span": exclusions.Span(date(2026, 2, 2), date(2026, 2, 3), kpi_id=99_999)}, InvalidInput),
        ({"actor": ERIN}, NotAllowed),
    ],
)
def test_v4_4_nothing_is_left_out_without_reason_length_and_role(
    turn: Turn, session: Session, changes: dict, error: type[Exception]
) -> None:
    asked = {"span": SPAN, "reason": "move", "actor": BOB, **changes}
    with pytest.raises(error):
        exclusions.propose(session, turn.cycle(session), asked.pop("span"), now=NOW, **asked)


def test_v4_4_ones_own_proposal_and_no_approvers_yes_count_for_nothing(turn: Turn, session: Session) -> None:
    mine = exclusions.propose(session, turn.cycle(session), SPAN, reason="move", actor=ALICE, now=NOW)
    for actor, expected in ((ALICE, "somebody else"), (BOB, "approve")):
        with pytest.raises(NotAllowed, match=expected):
            exclusions.decide(session, team_id=TEAM, exclusion_id=mine.id, actor=actor, choice="approved", now=NOW)


def test_what_was_presented_is_not_changed_by_leaving_out(turn: Turn, session: Session) -> None:
    turns.jump(session, turn.cycle(session), 6)
    with pytest.raises(Conflict):
        exclusions.propose(session, turn.cycle(session), SPAN, reason="move", actor=BOB, now=NOW)
    with pytest.raises(Conflict):
        set_windows(session, turn.cycle(session), baseline=None, evaluation=None, actor=BOB, now=NOW)


@pytest.mark.parametrize(
    ("baseline", "evaluation"),
    [
        (Window(date(2026, 2, 1), date(2026, 1, 1)), None),
        (Window(date(2026, 1, 1), date(2026, 3, 1)), Window(date(2026, 2, 1), date(2026, 4, 1))),
    ],
)
def test_windows_in_disorder_are_refused(
    turn: Turn, session: Session, baseline: Window, evaluation: Window | None
) -> None:
    with pytest.raises(InvalidInput):
        set_windows(session, turn.cycle(session), baseline=baseline, evaluation=evaluation, actor=BOB, now=NOW)


def test_a_kpi_may_be_compared_over_windows_of_its_own(turn: Turn, session: Session) -> None:
    cycle, by = turn.cycle(session), {"actor": BOB, "now": NOW}
    kpi = row(session, Kpi, TEAM, cycle_id=cycle.id, key="hours")
    first, second, third = (Window(date(2026, at, 5), date(2026, at + 1, 2)) for at in (1, 2, 3))
    set_windows(session, cycle, baseline=first, evaluation=second, **by)
    assert set_windows_of(session, cycle, kpi, baseline=first, evaluation=third, **by)
    assert windows.own(kpi) == (None, third)  # as proposed is not its own
    assert not set_windows_of(session, cycle, kpi, baseline=first, evaluation=third, **by)
    study = of_cycle.definition(session, cycle)
    assert study.of_kpi(study.kpis["hours"]).evaluation == third
    with pytest.raises(InvalidInput, match="overlaps with the evaluation of"):
        set_windows(session, cycle, baseline=Window(first.start, third.end), evaluation=None, **by)
    with pytest.raises(InvalidInput, match="lies inside the baseline"):
        set_windows_of(session, cycle, kpi, baseline=second, evaluation=None, **by)
    assert set_windows_of(session, cycle, kpi, baseline=None, evaluation=None, **by)
    assert kpi.windows == {}


def earlier_baseline(session: Session, turn: Turn, terms: str, *, period: str = "month", unit: str = "min") -> None:
    """An approved baseline of an earlier cycle of the same service."""
    now = turn.cycle(session)
    terms_then = {"timezone": now.timezone, "period": period, "state": "closed", "channel_id": "C0"}
    begun = {"started_by": DAVE, "started_at": NOW - timedelta(days=90)}
    first = Cycle(team_id=TEAM, service_id=now.service_id, number=99, **terms_then, **begun)
    session.add(first)
    session.flush()
    kpi = row(session, Kpi, TEAM, cycle_id=now.id, key="hours")
    old = {**kpi.model_dump(exclude={"id"}), "cycle_id": first.id, "unit": unit, "csf_id": None}
    session.add(Kpi(**old))
    session.add(
        Baseline(
            team_id=TEAM,
            service_id=now.service_id,
            cycle_id=first.id,
            kpi_key="hours",
            number=1,
            window_from=date(2025, 1, 1),
            window_to=date(2025, 6, 1),
            definition_hash=terms,
            limits={"centre": 40.0, "sigma": 2.0, "n": 20, "kind": "xmr"},
            state="approved",
            proposed_by=ALICE,
            proposed_at=NOW,
        )
    )


def test_v4_1_a_baseline_on_other_terms_is_refused_by_name_and_can_be_retired(turn: Turn) -> None:
    with turn.base.sessions() as session:
        earlier_baseline(session, turn, "other terms")
    turn.recompute()
    [sentence] = turn.refused()["V4.1"]
    assert "unit was min, is h" in sentence
    assert "period was month, is week" in sentence
    with turn.base.sessions() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="hours")
        with pytest.raises(NotAllowed):
            exclusions.retire_baseline(session, turn.cycle(session), kpi.id, reason="new tool", actor=BOB, now=NOW)
        assert (
            exclusions.retire_baseline(session, turn.cycle(session), kpi.id, reason="new tool", actor=DAVE, now=NOW)
            == 1
        )
    turn.recompute()
    assert "V4.1" not in turn.refused()


def test_v4_1_a_baseline_on_the_same_terms_lends_its_limits(turn: Turn) -> None:
    with turn.base.sessions() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="hours")
        earlier_baseline(session, turn, definition_hash(turn.cycle(session), kpi), period="week", unit="h")
        cycle = turn.cycle(session)
        known = of_cycle.known(session, cycle, of_cycle.definition(session, cycle))
    assert known.comparability == {}
    assert (known.frozen["hours"].centre, known.frozen["hours"].n) == (40.0, 20)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": "min"}, "unit was h, is min"),
        ({"where": 'kept == "yes"'}, 'scope was all rows, is “kept == "yes"”'),
        ({"at": "opened"}, "definition: at was resolved, is opened"),
        ({"measure": "mean"}, "definition: measure was median, is mean"),
        ({"value": {"from": "opened", "to": "kept"}}, "definition: value to was resolved, is kept"),
        ({"value": "id", "unit": "count"}, "definition: value was clock wall, to resolved, from opened, unit h, is id"),
        ({"period": "month"}, "period was week, is month"),
        ({"timezone": "Asia/Tokyo"}, "time zone was"),
        ({"calendar": {"hours": {"mon-fri": ["09:00-17:00"]}}}, "calendar of agreed hours has changed"),
        ({"plan": "business hours"}, "definition: value clock was wall, is business"),
    ],
)
def test_v4_1_names_whatever_was_changed_after_a_baseline(turn: Turn, change: dict[str, Any], said: str) -> None:
    with turn.base.sessions() as session:
        cycle, kpi = turn.cycle(session), row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="hours")
        earlier_baseline(session, turn, definition_hash(cycle, kpi), period="week", unit="h")
        if "plan" in change:
            session.add(PlanRow(team_id=TEAM, cycle_id=cycle.id, kpi_id=kpi.id, calendar=change["plan"]))
        for name, value in change.items():
            if name in ("period", "timezone", "calendar"):
                setattr(cycle, name, value)
            elif name == "unit":
                kpi.unit = value
            elif name != "plan":
                kpi.definition = {**kpi.definition, name: value}
        session.add_all([cycle, kpi])
    turn.recompute()
    [sentence] = turn.refused()["V4.1"]
    assert said in sentence
    with turn.base.sessions.reading() as session:
        [result] = [one for one in rows(session, AnalysisResult, TEAM) if one.result["differences"]]
    assert result.verdict == "INCONCLUSIVE"
    assert said in result.result["sentence"]


def test_v4_1_a_side_of_a_ratio_that_counts_something_else_is_named(turn: Turn) -> None:
    with turn.base.sessions() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="hours")
        kpi.definition = {"measure": "ratio", "value": {"numerator": "late", "denominator": "every"}}
        kpi.unit = "%"
        session.add(kpi)
        count = {"source": "tickets", "at": "resolved", "measure": "count"}
        for key in ("late", "every"):
            session.add(
                Kpi(
                    team_id=TEAM,
                    cycle_id=turn.cycle_id,
                    key=key,
                    name=key.title(),
                    unit="count",
                    direction="lower",
                    definition=count,
                    measurability="measured automatically",
                )
            )
        session.flush()
        earlier_baseline(session, turn, definition_hash(turn.cycle(session), kpi), period="week", unit="%")
        first = row(session, Cycle, TEAM, number=99)
        for key in ("late", "every"):
            side = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key=key)
            session.add(Kpi(**{**side.model_dump(exclude={"id"}), "cycle_id": first.id}))
    turn.recompute()
    assert "V4.1" not in turn.refused()
    _redefine(turn, "late", where='kept == "no"')
    turn.recompute()
    assert 'Late: scope was all rows, is “kept == "no"”' in turn.refused()["V4.1"][0]


def test_actions_that_fell_into_the_evaluation_window_are_listed_and_make_results_stale(turn: Turn) -> None:
    inside, outside = (datetime(2026, month, 20, 9, tzinfo=UTC) for month in (4, 1))
    turn.recompute()
    with turn.base.sessions() as session:
        cycle = turn.cycle(session)
        set_windows(
            session,
            cycle,
            baseline=Window(date(2026, 1, 5), date(2026, 3, 16)),
            evaluation=Window(date(2026, 3, 16), date(2026, 5, 25)),
            actor=BOB,
            now=NOW,
        )
        before = of_cycle.input_hash(session, cycle)
        earlier = Cycle(
            **{**cycle.model_dump(exclude={"id"}), "number": 90, "open_channel": None, "open_service": None}
        )
        session.add(earlier)
        session.flush()
        for number, (title, fields) in enumerate(
            {
                "Aimed at it": {"kpi_key": "hours", "state": "done", "done_at": inside, "decided_at": outside},
                "Done in it": {"kpi_key": "kept", "state": "reviewed", "done_at": inside, "decided_at": outside},
                "Approved in it": {"kpi_key": "", "state": "approved", "decided_at": inside},
                "Done before it": {"kpi_key": "", "state": "done", "done_at": outside, "decided_at": outside},
                "Rejected": {"kpi_key": "", "state": "rejected", "decided_at": inside},
                "Its own": {"kpi_key": "", "state": "approved", "decided_at": inside, "cycle_id": cycle.id},
                "Elsewhere": {"kpi_key": "", "state": "approved", "decided_at": inside, "team_id": "T0OTHER"},
            }.items(),
            start=900,
        ):
            plain = {"team_id": TEAM, "service_id": cycle.service_id, "cycle_id": earlier.id, "proposer": ALICE}
            session.add(Action(**{**plain, **fields}, number=number, title=title, proposed_at=outside))
        session.flush()
        known = of_cycle.known(session, cycle, of_cycle.definition(session, cycle))
        assert of_cycle.input_hash(session, cycle) != before
    assert known.other_changes["hours"] == ("Done in it", "Approved in it")
    assert known.other_changes["kept"] == ("Aimed at it", "Approved in it")


def test_v4_2_percentages_are_not_averaged_and_medians_not_divided(turn: Turn) -> None:
    turn.recompute()
    with turn.base.sessions() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="kept")
        kpi.definition = {"source": "tickets", "at": "resolved", "measure": "mean", "value": "percent"}
        session.add(kpi)
        odd = {"measure": "ratio", "value": {"numerator": "hours", "denominator": "hours"}}
        session.add(Kpi(team_id=TEAM, cycle_id=turn.cycle_id, key="odd", name="Odd", unit="ratio", definition=odd))
    first, second = turn.refused()["V4.2"]
    assert "Kept our word takes the mean of percentages" in first
    assert "divides Hours to resolve and Hours to resolve, which cannot be added up" in second


def test_numbers_typed_by_hand_become_a_series_and_shares_are_added_up(turn: Turn) -> None:
    with turn.base.sessions() as session:
        cycle = turn.cycle(session)
        source = Source(
            team_id=TEAM, service_id=cycle.service_id, key="hand", name="By hand", kind="typed", created_at=NOW
        )
        session.add(source)
        session.flush()
        csat = {"key": "csat", "name": "Satisfied", "unit": "%", "direction": "higher", "measurability": "by hand"}
        definition = {"measure": "share", "source": "hand"}
        session.add(Kpi(team_id=TEAM, cycle_id=cycle.id, target=90.0, definition=definition, **csat))
        by = {"kpi_key": "csat", "unit": "%", "collector": BOB, "collected_at": NOW, "source_id": source.id}
        for week, (good, every) in enumerate(((9, 10), (5, 10), (95, 100))):
            at = presentable.MONDAY + timedelta(days=3 if week < 2 else 10, hours=week)
            session.add(Measurement(team_id=TEAM, at=at, numerator=good, denominator=every, value=1.0, **by))
    turn.recompute()
    with turn.base.sessions.reading() as session:
        kpi = row(session, Kpi, TEAM, cycle_id=turn.cycle_id, key="csat")
        result = row(session, AnalysisResult, TEAM, kpi_id=kpi.id).result
    points = [one for one in result["series"] if not one["missing"]]
    assert [one["value"] for one in points] == [70.0, 95.0]  # 14 of 20, not the mean of 90 and 50
    assert [one["denominator"] for one in points] == [20, 100]


def test_typed_numbers_lead_back_to_who_typed_them(turn: Turn) -> None:
    with turn.base.sessions() as session:
        cycle = turn.cycle(session)
        kpi = Kpi(
            team_id=TEAM,
            cycle_id=cycle.id,
            key="calls",
            name="Calls",
            unit="count",
            direction="lower",
            measurability="by hand",
            definition={"measure": "count"},
        )
        session.add(kpi)
        session.flush()
        for week, actor in enumerate((BOB, ALICE, BOB)):
            day = presentable.MONDAY.date() + timedelta(weeks=week)
            told = measurements.Typed(day, value=7 + week, evidence="https://desk.example/calls")
            measurements.enter(session, cycle, kpi, told, actor=actor, now=NOW)
        kpi.definition = {"measure": "count", "source": "typed"}
        processed = computing.evaluated(session, cycle, turn.files).kpis["calls"].processed
        found = [origins(session, cycle, processed, start) for start in processed.series.index[:3]]
    assert [(one.source, one.batch.delivered_by, one.batch.ordinal) for [one] in found] == [
        ("typed", BOB, 1),
        ("typed", ALICE, 2),
        ("typed", BOB, 3),
    ]


def test_a_number_nobody_typed_is_no_zero_though_others_were(turn: Turn) -> None:
    with turn.base.sessions() as session:
        cycle = turn.cycle(session)
        hand = Source(
            team_id=TEAM, service_id=cycle.service_id, key="hand", name="By hand", kind="typed", created_at=NOW
        )
        session.add(hand)
        session.flush()
        for key, weeks in (("calls", (0, 2, 3)), ("walk_ins", (0, 1, 2, 3))):
            session.add(
                Kpi(
                    team_id=TEAM,
                    cycle_id=cycle.id,
                    key=key,
                    name=key,
                    unit="count",
                    direction="lower",
                    definition={"measure": "count", "source": "hand"},
                )
            )
            for week in weeks:
                session.add(
                    Measurement(
                        team_id=TEAM,
                        source_id=hand.id,
                        kpi_key=key,
                        unit="count",
                        value=7 + week,
                        at=presentable.MONDAY + timedelta(weeks=week),
                        collector=BOB,
                        collected_at=NOW,
                    )
                )
    with turn.base.sessions.reading() as session:
        report = computing.evaluated(session, turn.cycle(session), turn.files)
    calls = report.kpis["calls"].processed
    assert calls.series["value"].tolist()[:4] == pytest.approx([7, np.nan, 9, 10], nan_ok=True)
    assert report.kpis["walk_ins"].processed.series["value"].tolist()[:4] == [7, 8, 9, 10]
