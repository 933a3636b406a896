"""Actions: proposed, approved by others, done, reviewed; V7.1, V7.2, V7.3, V7.6, V7.7."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi import roles
from csi.errors import Conflict, GateRefused, InvalidInput, InvalidInputs, NotAllowed
from csi.models import Action, Cycle, Decision, Finding, Kpi, OutboxPost
from csi.step7_correct import actions, deciding, following, loose_ends
from csi.storage import need, row, rows
from csi.terms import Role
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, NOW, TEAM

DUE, EFFECT = date(2026, 12, 10), date(2027, 1, 10)
OLD = [30.7 + (-1, 0.4, 1, -0.3, 0.7, -0.8)[week % 6] for week in range(46)]  # 46 weeks to 22 November 2026
BETTER = [14.8 + (-0.6, 0.9, -0.2, 0.5, -0.7, 0.3, 0.1, -0.4)[week] for week in range(8)]
WORSE = [36.0 + (-0.6, 0.9, -0.2, 0.5, -0.7, 0.3, 0.1, -0.4)[week] for week in range(8)]


def in_step_7(session: Session, verdict: str = "NO CHANGE") -> tuple[Cycle, Kpi]:
    cycle = turns.begin(session)
    (kpi,) = turns.grow(session, cycle)
    turns.jump(session, cycle, 7)
    turns.analyse(session, cycle, kpi, [30.0] * 8 + [25.0] * 6, verdict)
    return cycle, kpi


def fields(kpi: Kpi, **changed: Any) -> actions.ActionFields:
    said: dict[str, Any] = {
        "title": "Route database incidents to second line",
        "kpi_id": kpi.id,
        "owner": FRANK,
        "due_on": DUE,
        "expected_effect": "2 h less",
        "effect_by": EFFECT,
        "cost_class": "low",
        "failure_sign": "no lower median",
    }
    return actions.ActionFields(**{**said, **changed})


def proposed(session: Session, **changed: Any) -> Action:
    cycle, kpi = in_step_7(session)
    return actions.propose(session, cycle, fields(kpi, **changed), actor=BOB, now=NOW)


def click(session: Session, action: Action, actor: str, choice: str = "approve", **more: Any) -> deciding.Outcome:
    said = {"version": action.version, "now": NOW, "reason": "", **more}
    return deciding.decide(session, team_id=TEAM, action_id=action.id, actor=actor, choice=choice, **said)


def test_v7_1_an_action_says_who_when_what_for_and_how_it_fails(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_7(session)
        with pytest.raises(InvalidInputs) as told:
            actions.propose(session, cycle, actions.ActionFields(title=" "), actor=BOB, now=NOW)
        assert {error.field for error in told.value.errors} == set(actions.ASKED)
        action = actions.propose(session, cycle, fields(kpi), actor=BOB, now=NOW)
        assert turns.broken(session, cycle, "V7.1") == []
        action.failure_sign = ""
        assert turns.broken(session, cycle, "V7.1") == ["Action 1 has no way to see that it failed."]


def test_v7_2_neither_proposer_nor_owner_nor_anyone_without_the_role_approves(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        for person, said in ((BOB, "You proposed"), (FRANK, "You own"), (DAVE, "one must be"), (ERIN, "one must be")):
            with pytest.raises(NotAllowed, match=said):
                click(session, action, person)
        outcome = click(session, action, CAROL)
        assert (outcome.settled, action.state, outcome.decision.role) == (True, "approved", "approver")


def test_v7_2_a_second_click_changes_nothing(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        click(session, action, CAROL)
        again = click(session, action, CAROL, "reject", reason="oh")
        assert (again.changed, again.settled, again.decision.choice, action.state) == (
            False,
            False,
            "approve",
            "approved",
        )
        with pytest.raises(Conflict, match="approved already"):
            click(session, action, ALICE)


def test_v7_2_a_quorum_of_two_needs_two(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session, quorum=2)
        assert (click(session, action, CAROL).settled, action.state) == (False, "proposed")
        assert (click(session, action, ALICE).settled, action.state) == (True, "approved")


def test_v7_2_a_rejection_needs_a_reason_and_settles_it(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session, quorum=2)
        with pytest.raises(InvalidInput, match="why"):
            click(session, action, CAROL, "reject")
        assert click(session, action, CAROL, "reject", reason="no room").settled
        assert action.state == "rejected"


def test_v7_2_approval_expires(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        late = NOW + timedelta(days=14)
        with pytest.raises(Conflict, match="time to approve action 1 ended"):
            click(session, action, CAROL, now=late)
        assert turns.broken(session, need(session, Cycle, TEAM, action.cycle_id), "V7.2", late) == [
            "Action 1 was not approved in time."
        ]
        assert [one.id for one in deciding.expire(session, TEAM, late)] == [action.id]
        assert (action.state, deciding.expire(session, TEAM, late)) == ("expired", [])


@pytest.mark.parametrize(
    ("changed", "voids"),
    [
        ({"expected_effect": "5 h less"}, True),
        ({"scope": "everyone"}, True),
        ({"owner": ALICE}, True),
        ({"effect_by": date(2027, 2, 1)}, True),
        ({"title": "Close the service desk"}, True),
        ({"failure_sign": "never"}, True),
        ({"quorum": 2}, True),
        ({"due_on": date(2026, 12, 12)}, False),
    ],
)
def test_v7_2_a_change_of_what_was_approved_voids_it(
    sqlite_database: Database, changed: dict[str, Any], voids: bool
) -> None:
    with sqlite_database.sessions() as session:
        action = proposed(session)
        click(session, action, CAROL)
        kpi = need(session, Kpi, TEAM, action.kpi_id or 0)
        actions.change(session, action, fields(kpi, **changed), actor=BOB, now=NOW)
        assert (action.state, action.version) == (("proposed", 2) if voids else ("approved", 1))
        if voids:
            with pytest.raises(Conflict, match="changed since"):
                click(session, action, CAROL, version=1)
            assert click(session, action, CAROL).settled is (action.quorum == 1)


def test_v7_2_a_proposer_stays_one_when_others_change_the_action(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        action = actions.propose(session, cycle, fields(kpi), actor=CAROL, now=NOW)
        actions.change(session, action, fields(kpi, scope="second line"), actor=FRANK, now=NOW)
        assert action.proposer == FRANK
        with pytest.raises(NotAllowed, match="You proposed action 1"):
            click(session, action, CAROL)
        assert click(session, action, ALICE).settled


def test_v7_2_the_role_counts_at_the_moment_of_the_click(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        own = {"team_id": TEAM, "service_id": action.service_id, "actor": DAVE, "now": NOW}
        roles.revoke(session, role=Role.APPROVER, user_id=CAROL, **own)
        with pytest.raises(NotAllowed):
            click(session, action, CAROL)


def test_v7_2_of_many_who_click_at_once_all_count_and_one_settles(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        own = {"team_id": TEAM, "service_id": action.service_id, "actor": DAVE, "now": NOW}
        for number in range(4):
            roles.grant(session, role=Role.APPROVER, user_id=f"U{number}", **own)
    together = Barrier(4)

    def press(number: int) -> str:
        together.wait(timeout=20)
        try:
            with database.sessions() as session:
                return (
                    "settled"
                    if click(session, need(session, Action, TEAM, action.id), f"U{number}").settled
                    else "counted"
                )
        except Conflict:
            return "too late"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(press, range(4)))
    assert outcomes == ["settled", "too late", "too late", "too late"]
    with database.sessions.reading() as session:
        assert len(rows(session, Decision, TEAM, subject="action")) == 1
        assert need(session, Action, TEAM, action.id).state == "approved"


def test_v7_2_one_person_clicking_twice_at_once_decides_once(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session, quorum=2)
    together = Barrier(3)

    def press(_: int) -> bool:
        together.wait(timeout=20)
        with database.sessions() as session:
            return click(session, need(session, Action, TEAM, action.id), CAROL).changed

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(press, range(3))) == [False, False, True]


def test_v7_2_an_approval_without_the_quorum_is_told_by_the_gate(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        action = proposed(session)
        cycle = need(session, Cycle, TEAM, action.cycle_id)
        assert turns.broken(session, cycle, "V7.2") == ["Action 1 waits for approval."]
        action.state = "approved"
        assert "not approved by enough" in turns.broken(session, cycle, "V7.2")[0]


def test_v7_3_no_closing_without_a_review_after_the_settling_time(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        cycle, kpi = need(session, Cycle, TEAM, action.cycle_id), need(session, Kpi, TEAM, action.kpi_id or 0)
        click(session, action, CAROL)
        following.mark_done(session, action, actor=FRANK, now=NOW)
        with pytest.raises(GateRefused, match=r"V7\.3.*after its review"):
            following.close_action(session, action, actor=FRANK, now=NOW)
        with pytest.raises(GateRefused, match=r"V7\.3.*settles until 21 Dec 2026"):
            following.review(session, action, actor=FRANK, now=NOW)
        settled = NOW + timedelta(days=28)
        assert "has settled and is not reviewed" in turns.broken(session, cycle, "V7.3", settled)[0]
        with pytest.raises(GateRefused, match="analyse new data first"):
            following.review(session, action, actor=FRANK, now=settled)
        turns.analyse(session, cycle, kpi, [30.0] * 46, "ACHIEVED", now=settled)  # weeks to 22 November
        with pytest.raises(GateRefused, match=r"no data of since it took effect \(they end on 22 Nov 2026\)"):
            following.review(session, action, actor=FRANK, now=settled)
        turns.analyse(session, cycle, kpi, [*OLD, *BETTER], "ACHIEVED", now=settled)
        following.review(session, action, actor=FRANK, now=settled)
        assert (action.state, action.outcome) == ("reviewed", "improved")
        following.close_action(session, action, actor=FRANK, now=settled)
        assert action.state == "closed"


def test_v7_3_a_stale_verdict_is_no_outcome(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        action = proposed(session)
        cycle, kpi = need(session, Cycle, TEAM, action.cycle_id), need(session, Kpi, TEAM, action.kpi_id or 0)
        click(session, action, CAROL)
        following.mark_done(session, action, actor=FRANK, now=NOW)
        settled = NOW + timedelta(days=28)
        turns.analyse(session, cycle, kpi, [1.0], "IMPROVED", now=settled).stale = True
        with pytest.raises(GateRefused):
            following.review(session, action, actor=FRANK, now=settled)


def test_v7_6_a_decision_is_announced_and_its_link_kept(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        cycle = need(session, Cycle, TEAM, action.cycle_id)
        click(session, action, CAROL)
        assert turns.broken(session, cycle, "V7.6") == ["The decision on action 1 is not announced yet."]
        session.add(
            OutboxPost(
                team_id=TEAM,
                key=deciding.announcement_key(action),
                channel="C1",
                created_at=NOW,
                next_at=NOW,
                permalink="https://example.test/p1",
            )
        )
        session.flush()
        assert turns.broken(session, cycle, "V7.6") == []
        assert action.announced == "https://example.test/p1"


@pytest.mark.parametrize(
    ("status", "left"),
    [("pending", 0), ("sending", 0), ("sent", 0), ("failed", 1), ("dropped", 1)],
)
def test_v7_6_an_announcement_on_its_way_is_not_asked_for_again(database: Database, status: str, left: int) -> None:
    with database.sessions() as session:
        action = proposed(session)
        cycle = need(session, Cycle, TEAM, action.cycle_id)
        click(session, action, CAROL)
        key = deciding.announcement_key(action)
        session.add(OutboxPost(team_id=TEAM, key=key, channel="C1", created_at=NOW, next_at=NOW, status=status))
        session.flush()
        assert len(turns.broken(session, cycle, "V7.6")) == left


def test_v7_6_looking_at_an_announcement_changes_nothing(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        click(session, action, CAROL)
        session.add(
            OutboxPost(
                team_id=TEAM,
                key=deciding.announcement_key(action),
                channel="C1",
                created_at=NOW,
                next_at=NOW,
                permalink="https://example.test/p1",
            )
        )
    with database.sessions.reading() as session:
        seen = need(session, Action, TEAM, action.id)
        assert deciding.announced(session, seen) == "https://example.test/p1"
        assert not session.dirty


@pytest.mark.parametrize(
    ("bad", "windows_end", "reopened"),
    [
        (8, date(2027, 2, 1), True),
        (6, date(2027, 2, 1), False),  # without its newest week there are too few to be sure
        (8, date(2026, 11, 23), False),  # what was judged lies before the review
    ],
)
def test_v7_7_a_confirmed_regression_reopens_what_was_closed_with_a_new_date(
    database: Database, bad: int, windows_end: date, reopened: bool
) -> None:
    with database.sessions() as session:
        action = proposed(session)
        cycle, kpi = need(session, Cycle, TEAM, action.cycle_id), need(session, Kpi, TEAM, action.kpi_id or 0)
        action.state, action.done_at, action.outcome = "closed", NOW - timedelta(days=28), "improved"
        action.reviewed_at = NOW
        cycle.baseline_from, cycle.baseline_to = date(2026, 8, 31), date(2026, 11, 23)
        cycle.evaluation_from, cycle.evaluation_to = date(2026, 11, 23), windows_end
        assert [(day - NOW).days for day in following.benefit_days(action)] == [2, 32, 62]
        later = NOW + timedelta(weeks=9)
        assert "was due to be checked on 24 Jan 2027" in turns.broken(session, cycle, "V7.7", later)[0]
        turns.analyse(session, cycle, kpi, [*OLD, *WORSE[:bad]], "REGRESSED", now=later)
        assert turns.blocks(session, cycle, "V7.7", later) == [True] * reopened
        found = following.reopen_regressed(session, TEAM, later)
        assert ([one.id for one in found], action.state == "reopened") == ([action.id] * reopened, reopened)
        if not reopened:
            return
        assert (action.state, action.done_at, action.due_on) == ("reopened", None, later.date() + timedelta(days=14))
        assert action.effect_by == action.due_on + (EFFECT - DUE)
        assert turns.broken(session, cycle, "V7.7", later) == []
        assert following.reopen_regressed(session, TEAM, later) == []


@pytest.mark.parametrize(("bad", "state"), [(7, "reopened"), (6, "closed")])
def test_v7_7_a_check_looks_at_what_came_since_the_action_too(sqlite_database: Database, bad: int, state: str) -> None:
    with sqlite_database.sessions() as session:
        action = proposed(session)
        cycle, kpi = need(session, Cycle, TEAM, action.cycle_id), need(session, Kpi, TEAM, action.kpi_id or 0)
        action.state, action.done_at, action.reviewed_at = "closed", NOW, NOW
        later = NOW + timedelta(weeks=9)
        turns.analyse(session, cycle, kpi, [*OLD, *WORSE[:bad]], "NO CHANGE", now=later)
        assert following.check_benefit(session, action, actor=DAVE, now=later).state == "worse"
        assert action.state == state


def test_v7_7_a_check_without_fresh_data_says_so_and_changes_nothing(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        action = proposed(session)
        cycle, kpi = need(session, Cycle, TEAM, action.cycle_id), need(session, Kpi, TEAM, action.kpi_id or 0)
        action.state, action.done_at, action.outcome = "closed", NOW - timedelta(days=60), "improved"
        action.reviewed_at = NOW
        turns.analyse(session, cycle, kpi, OLD, "REGRESSED", now=NOW + timedelta(days=30))
        with pytest.raises(GateRefused, match=r"no new data since its review \(they end on 22 Nov 2026\)"):
            following.check_benefit(session, action, actor=DAVE, now=NOW + timedelta(days=30))
        assert (action.state, action.outcome) == ("closed", "improved")
        assert following.reopen_regressed(session, TEAM, NOW + timedelta(days=31)) == []
        turns.analyse(session, cycle, kpi, [*OLD, *BETTER], "NO CHANGE", now=NOW + timedelta(days=60))
        assert following.check_benefit(session, action, actor=DAVE, now=NOW + timedelta(days=60)).periods == 16


def test_done_is_said_by_the_owner_of_an_approved_action(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        action = proposed(session)
        with pytest.raises(Conflict, match="only an approved one"):
            following.mark_done(session, action, actor=FRANK, now=NOW)
        click(session, action, CAROL)
        with pytest.raises(NotAllowed):
            following.mark_done(session, action, actor=BOB, now=NOW)
        following.mark_done(session, action, actor=FRANK, now=NOW)
        following.mark_done(session, action, actor=FRANK, now=NOW + timedelta(days=1))
        assert action.done_at == NOW


def test_an_action_answers_a_finding(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        actions.propose(session, cycle, fields(kpi), actor=BOB, now=NOW)
        assert row(session, Finding, TEAM, kpi_id=kpi.id).disposition == "action"
        turns.jump(session, cycle, 3)
        with pytest.raises(Conflict, match="step 5"):
            actions.propose(session, cycle, fields(kpi), actor=BOB, now=NOW)
        with pytest.raises(NotAllowed):
            actions.propose(session, cycle, fields(kpi), actor=ERIN, now=NOW)


def test_numbers_run_through_the_workspace_even_when_two_propose_at_once(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_7(session)
    together = Barrier(3)

    def press(_: int) -> int:
        together.wait(timeout=20)
        with database.sessions() as session:
            mine = cycles.by_id(session, TEAM, cycle.id)
            return actions.propose(session, mine, fields(kpi), actor=BOB, now=NOW).number

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(press, range(3))) == [1, 2, 3]


def test_v7_7_by_itself_a_regression_reopens_it_in_the_cycle_that_runs(database: Database) -> None:
    with database.sessions() as session:
        action = proposed(session)
        cycle, kpi = need(session, Cycle, TEAM, action.cycle_id), need(session, Kpi, TEAM, action.kpi_id or 0)
        action.state, action.done_at, action.outcome = "reviewed", NOW - timedelta(days=40), "IMPROVED"
        action.reviewed_at = NOW - timedelta(days=10)
        finding = row(session, Finding, TEAM)
        finding.disposition = "accept"
        assert following.reopen_regressed(session, TEAM, NOW) == []
        turns.analyse(session, cycle, kpi, [1.0], "REGRESSED", now=NOW - timedelta(days=11))
        assert following.reopen_regressed(session, TEAM, NOW) == []  # known when it was reviewed
        second = cycles.close(session, cycle, actor=DAVE, now=NOW, reasons=turns.reasons_for(session, cycle))
        copied = row(session, Kpi, TEAM, cycle_id=second.id, key=kpi.key)
        second.baseline_from, second.baseline_to = date(2026, 8, 31), date(2026, 11, 23)
        second.evaluation_from, second.evaluation_to = date(2026, 11, 23), date(2027, 2, 1)
        turns.analyse(session, second, copied, [*OLD, *WORSE], "REGRESSED", now=NOW + timedelta(weeks=9))
        assert following.reopen_regressed(session, TEAM, NOW) == [action]
        assert (action.state, action.cycle_id, action.kpi_id) == ("reopened", second.id, copied.id)
        assert following.reopen_regressed(session, TEAM, NOW) == []


def test_v7_2_more_yes_than_there_are_people_to_say_it_are_refused_at_once(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        with pytest.raises(InvalidInput) as refused:
            actions.propose(session, cycle, fields(kpi, owner=BOB, quorum=3), actor=DAVE, now=NOW)
        assert refused.value.field == "quorum"
        assert "only 2 may approve it" in refused.value.reason
        assert "Alice" in refused.value.reason


@pytest.mark.parametrize(
    ("since", "outcome", "said"),
    [
        ("better", "ACHIEVED, UNSTABLE", []),
        ("better", "not judged yet", []),
        ("flat", "ACHIEVED", ["no detectable change"]),
        ("flat", "IMPROVED", ["no detectable change"]),
        ("worse", "", ["worse"]),
        ("few", "IMPROVED", []),  # reviewed before the change since the action was told
        ("few", "improved", []),
        ("few", "ACHIEVED", ["ACHIEVED"]),
        ("few", "", ["no review"]),
    ],
)
def test_v7_3_what_an_action_brought_is_the_change_of_its_kpi_not_its_target(
    sqlite_database: Database, since: str, outcome: str, said: list[str]
) -> None:
    series = {"better": BETTER, "flat": OLD[:8], "worse": WORSE, "few": BETTER[:5]}[since]
    with sqlite_database.sessions() as session:
        action = proposed(session)
        cycle, kpi = need(session, Cycle, TEAM, action.cycle_id), need(session, Kpi, TEAM, action.kpi_id or 0)
        action.state, action.done_at, action.outcome = "reviewed", NOW, outcome
        turns.analyse(session, cycle, kpi, [*OLD, *series], "NO CHANGE", now=NOW)
        open_ends = [one.text for one in loose_ends.loose_ends(session, cycle) if one.kind == "action"]
        assert open_ends == [f"Benefit of action {action.number} is not verified: {why}" for why in said]
