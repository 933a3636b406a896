"""Reminders: derived from state, at working hours, claimed once, looked at again; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from sqlmodel import Session

from csi import approvers, passages, reminders, roles
from csi import cycle as cycles
from csi.errors import Conflict, InvalidInput, NotAllowed
from csi.models import Action, Cycle, Person, Reminder
from csi.reminders import Nudge, hours
from csi.reminders.hours import within_hours
from csi.step1_should_measure import approval
from csi.step7_correct import actions, deciding
from csi.storage import need, row, rows
from csi.terms import Role
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, NOW, TEAM

MINUTE = timedelta(minutes=1)


def due_on(session: Session, cycle: Cycle, day: date, step: int = 1) -> None:
    cycles.passage(session, cycle, step).due_on = day
    session.flush()


def claimed(session: Session, now: datetime, worker: str = "one") -> list[Reminder]:
    return reminders.claim(session, team_id=TEAM, now=now, worker=worker)


def kinds(found: list[Reminder]) -> list[str]:
    return sorted(one.kind for one in found)


def test_the_steps_owner_hears_once_on_the_due_day_at_the_start_of_work(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, date(2026, 11, 26))
        reminders.refresh(session, TEAM, NOW)
        reminders.refresh(session, TEAM, NOW + MINUTE)
        morning = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
        (soon,) = claimed(session, morning - MINUTE)
        assert (soon.kind, reminders.stands(session, soon, morning)) == ("step_soon", False)
        reminders.dropped(session, soon)
        (due,) = claimed(session, morning)
        assert (due.kind, due.user_id, due.subject, due.subject_id) == ("step_due", ALICE, "step", 1)
        assert reminders.stands(session, due, morning)
        reminders.sent(session, due, morning)
        reminders.refresh(session, TEAM, morning)
        assert claimed(session, morning + timedelta(hours=8)) == []


def test_no_nudge_when_the_step_is_done(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, NOW.date())
        reminders.refresh(session, TEAM, NOW)
        (due,) = [one for one in claimed(session, NOW) if one.kind == "step_due"]
        turns.jump(session, cycle, 2)
        assert not reminders.stands(session, due, NOW)
        reminders.dropped(session, due)
        assert claimed(session, NOW + timedelta(days=1)) == []


def test_no_nudge_to_who_is_no_longer_owner_or_has_left(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, NOW.date())
        reminders.refresh(session, TEAM, NOW)
        (due,) = [one for one in claimed(session, NOW) if one.kind == "step_due"]
        alice = roles.person(session, TEAM, ALICE)
        alice.left_at = NOW
        assert not reminders.stands(session, due, NOW)
        alice.left_at = None
        assert reminders.stands(session, due, NOW)
        cycles.passage(session, cycle, 1).owner = BOB
        assert not reminders.stands(session, due, NOW)


def test_after_days_of_silence_the_manager_hears_once(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, NOW.date())
        reminders.refresh(session, TEAM, NOW)
        sent = []
        for days in range(12):
            now = NOW + timedelta(days=days)
            reminders.refresh(session, TEAM, now)
            for one in claimed(session, now):
                assert reminders.stands(session, one, now)
                reminders.sent(session, one, now)
                sent.append((days, one.kind, one.user_id))
        assert sent == [(0, "step_due", ALICE), (2, "step_late", ALICE), (4, "escalation", DAVE)]


def test_after_a_standstill_each_hears_the_last_one_that_is_theirs(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, NOW.date())
        reminders.refresh(session, TEAM, NOW)
        late = NOW + timedelta(days=9)
        standing = [one for one in claimed(session, late) if reminders.stands(session, one, late)]
        assert sorted((one.kind, one.user_id) for one in standing) == [("escalation", DAVE), ("step_late", ALICE)]


@pytest.mark.parametrize(
    ("day", "zone", "holidays", "expected"),
    [
        (date(2026, 11, 26), "UTC", "", datetime(2026, 11, 26, 9, 0, tzinfo=UTC)),
        (date(2026, 11, 26), "America/New_York", "", datetime(2026, 11, 26, 14, 0, tzinfo=UTC)),
        (date(2026, 11, 26), "America/New_York", "US", datetime(2026, 11, 27, 14, 0, tzinfo=UTC)),  # Thanksgiving
        (date(2026, 11, 28), "UTC", "", datetime(2026, 11, 30, 9, 0, tzinfo=UTC)),  # a Saturday
        (date(2026, 12, 25), "UTC", "GB-ENG", datetime(2026, 12, 29, 9, 0, tzinfo=UTC)),  # 28th: Boxing Day observed
        (date(2026, 7, 6), "Europe/Lisbon", "", datetime(2026, 7, 6, 8, 0, tzinfo=UTC)),
    ],
)
def test_working_moments_keep_zone_weekend_and_holidays(
    sqlite_database: Database, day: date, zone: str, holidays: str, expected: datetime
) -> None:
    with sqlite_database.sessions() as session:
        session.add(Person(team_id=TEAM, user_id=BOB, timezone=zone, holidays=holidays))
        session.flush()
        assert reminders.working_moment(session, TEAM, BOB, day)[0] == expected


def test_the_night_the_clocks_go_back_has_one_morning(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        session.add(Person(team_id=TEAM, user_id=BOB, timezone="Europe/Berlin", hours="02:30-10:00"))
        session.flush()
        moment, rule, zone = reminders.working_moment(session, TEAM, BOB, date(2026, 10, 25))
        assert (moment.astimezone(UTC), rule, zone) == (
            datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
            "2026-10-26 02:30",
            "Europe/Berlin",
        )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 27, 18, 0, tzinfo=UTC), datetime(2026, 11, 30, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), datetime(2026, 11, 30, 9, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_outside_working_hours_waits_for_the_next(
    sqlite_database: Database, at: datetime, expected: datetime
) -> None:
    with sqlite_database.sessions() as session:
        assert within_hours(session, TEAM, BOB, at) == expected


def test_putting_off_and_muting(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, NOW.date())
        reminders.refresh(session, TEAM, NOW)
        (due,) = claimed(session, NOW)
        reminders.sent(session, due, NOW)
        reminders.snooze(session, due, choice="1h", now=NOW)
        assert claimed(session, NOW + 59 * MINUTE) == []
        assert [one.id for one in claimed(session, NOW + 60 * MINUTE)] == [due.id]
        reminders.snooze(session, due, choice="tomorrow", now=NOW)
        assert due.due_at == NOW + timedelta(days=1)
        reminders.snooze(session, due, choice="mute", now=NOW)
        reminders.refresh(session, TEAM, NOW + timedelta(days=3))
        assert kinds(claimed(session, NOW + timedelta(days=30))) == ["escalation"]  # Dave's, not Alice's


def test_of_many_workers_one_gets_a_reminder(database: Database) -> None:
    with database.sessions() as session:
        for number in range(30):
            session.add(Reminder(team_id=TEAM, key=f"k{number}", kind="step_due", user_id=ALICE, due_at=NOW))
    together = Barrier(4)

    def work(worker: str) -> list[int]:
        together.wait(timeout=20)
        taken: list[int] = []
        while True:
            with database.sessions() as session:
                found = [one.id for one in reminders.claim(session, team_id=TEAM, now=NOW, worker=worker, limit=5)]
            if not found:
                return taken
            taken += found

    with ThreadPoolExecutor(4) as pool:
        taken = [one for many in pool.map(work, "abcd") for one in many]
    assert sorted(taken) == sorted(set(taken))
    with database.sessions() as session:
        left = claimed(session, NOW)
    assert len(taken) + len(left) == 30


def test_a_dead_workers_lease_runs_out(database: Database) -> None:
    with database.sessions() as session:
        session.add(Reminder(team_id=TEAM, key="k", kind="step_due", user_id=ALICE, due_at=NOW))
        session.flush()
        assert len(claimed(session, NOW, "dead")) == 1
        assert claimed(session, NOW + 4 * MINUTE, "other") == []
        (again,) = claimed(session, NOW + 6 * MINUTE, "other")
        assert (again.lease_by, again.attempts) == ("other", 2)


def test_one_workspaces_reminders_are_not_anothers(database: Database) -> None:
    with database.sessions() as session:
        session.add(Reminder(team_id="T2", key="k", kind="step_due", user_id=ALICE, due_at=NOW))
        session.flush()
        assert claimed(session, NOW) == []


def test_approvers_are_nudged_while_something_is_pending(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        approval.submit_tree(session, cycle, actor=ALICE, now=NOW)
        turns.jump(session, cycle, 7)
        fields = actions.ActionFields(
            title="Route them",
            kpi_id=kpi.id,
            owner=FRANK,
            due_on=date(2026, 12, 1),
            effect_by=date(2026, 12, 2),
            cost_class="low",
            expected_effect="less",
            failure_sign="not less",
        )
        action = actions.propose(session, cycle, fields, actor=BOB, now=NOW)
        reminders.refresh(session, TEAM, NOW)
        tomorrow = NOW + timedelta(days=1)
        asked = [one for one in claimed(session, tomorrow) if one.kind == "approval"]
        assert {one.user_id for one in asked} == {ALICE, CAROL}
        said = {"team_id": TEAM, "action_id": action.id, "version": 1, "choice": "approve", "now": NOW}
        deciding.decide(session, actor=CAROL, **said)
        assert [one for one in asked if reminders.stands(session, one, tomorrow)] == []
        reminders.refresh(session, TEAM, NOW)
        on_the_day = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
        (due,) = [one for one in claimed(session, on_the_day) if one.kind == "action_due"]
        assert (due.user_id, reminders.stands(session, due, on_the_day)) == (FRANK, True)


def an_action(session: Session, cycle: Cycle, **state: object) -> Action:
    (kpi,) = turns.grow(session, cycle)
    turns.jump(session, cycle, 7)
    fields = actions.ActionFields(
        title="Route them",
        kpi_id=kpi.id,
        owner=FRANK,
        due_on=date(2026, 12, 1),
        effect_by=date(2026, 12, 2),
        cost_class="low",
        expected_effect="less",
        failure_sign="not less",
    )
    action = actions.propose(session, cycle, fields, actor=BOB, now=NOW)
    for name, value in state.items():
        setattr(action, name, value)
    return action


def days_of(session: Session, action: Action) -> list[tuple[str, str, str]]:
    found = rows(session, Reminder, TEAM, subject="action", subject_id=action.id, order="due_at")
    return [(one.kind, one.user_id, f"{one.due_at:%m-%d}") for one in found]


def test_an_overdue_action_is_asked_for_twice_and_then_its_step_s_owner_hears_once(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        action = an_action(session, cycle, state="approved")
        for day in range(30):
            reminders.refresh(session, TEAM, NOW + timedelta(days=day))
        assert days_of(session, action) == [
            ("action_due", FRANK, "12-01"),
            ("action_late", FRANK, "12-03"),
            ("escalation", ALICE, "12-07"),
        ]
        late = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
        due, second, helped = claimed(session, late)
        assert [reminders.stands(session, one, late) for one in (due, second, helped)] == [False, True, True]
        action.state = "done"
        assert not any(reminders.stands(session, one, late) for one in (second, helped))


def test_who_answers_for_actions_hears_of_a_late_one_whoever_holds_the_step(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        action = an_action(session, cycle, state="approved")
        turns.jump(session, cycle, 4)  # Bob, the analyst, holds the step
        reminders.refresh(session, TEAM, NOW)
        assert days_of(session, action)[-1] == ("escalation", ALICE, "12-07")


def test_an_escalation_knows_who_was_in_fact_reminded(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, NOW.date())
        reminders.refresh(session, TEAM, NOW)
        escalation = row(session, Reminder, TEAM, kind="escalation")
        assert (escalation.user_id, reminders.reminded(session, escalation)) == (DAVE, {})
        for days in (0, 2):
            now = NOW + timedelta(days=days)
            (one,) = [one for one in claimed(session, now) if reminders.stands(session, one, now)]
            reminders.sent(session, one, now)
        assert reminders.reminded(session, escalation) == {ALICE: NOW + timedelta(days=2)}


def test_who_alone_steers_a_late_step_is_helped_by_the_next(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.jump(session, cycle, 6)  # Dave, the manager, holds it himself
        due_on(session, cycle, NOW.date(), step=6)
        reminders.refresh(session, TEAM, NOW)
        assert row(session, Reminder, TEAM, kind="escalation").user_id == ALICE


@pytest.mark.parametrize(
    "zone",
    ["Europe/Lisbon", "Pacific/Auckland"],
)
def test_a_step_is_due_from_the_day_it_begins(sqlite_database: Database, zone: str) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        cycle.timezone = zone
        assert [one.due_on for one in cycles.passages(session, cycle)] == [date(2026, 11, 30), *[None] * 6]
        late = datetime(2026, 12, 15, 20, 0, tzinfo=UTC)  # long after it would have been due; in Auckland the 16th
        cycle.step = 2
        entered = passages.enter(session, cycle, late)
        day = date(2026, 12, 16) if zone == "Pacific/Auckland" else date(2026, 12, 15)
        assert entered.due_on == day + timedelta(days=7)
        reminders.refresh(session, TEAM, late)
        found = rows(session, Reminder, TEAM, subject="step", subject_id=2, order="due_at")
        assert [one.kind for one in found] == ["step_soon", "step_due", "step_late", "escalation"]
        assert found[0].due_at >= late + timedelta(days=5)


def test_a_step_entered_again_is_due_anew_and_a_later_day_that_was_named_stays(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        cycles.passage(session, cycle, 2).due_on = date(2026, 12, 24)
        cycle.step = 2
        assert passages.enter(session, cycle, NOW).due_on == date(2026, 12, 24)
        assert passages.enter(session, cycle, NOW + timedelta(days=1)).due_on == date(2026, 12, 1)


def test_a_thing_is_put_off_three_times_at_most(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, NOW.date())
        reminders.refresh(session, TEAM, NOW)
        (due,) = claimed(session, NOW)
        for left in (3, 2, 1):
            reminders.sent(session, due, NOW)
            assert reminders.snoozes_left(due) == left
            reminders.snooze(session, due, choice="1h", now=NOW)
        reminders.sent(session, due, NOW)
        assert reminders.snoozes_left(due) == 0
        with pytest.raises(Conflict, match="3 times"):
            reminders.snooze(session, due, choice="tomorrow", now=NOW)
        assert reminders.snooze(session, due, choice="mute", now=NOW).state == "muted"


def test_all_that_is_due_of_a_person_is_taken_together(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        for number, user_id in enumerate((ALICE, BOB, ALICE, BOB, ALICE)):
            due_at = NOW - timedelta(minutes=10 - number)
            session.add(Reminder(team_id=TEAM, key=f"k{number}", kind="step_due", user_id=user_id, due_at=due_at))
        taken = reminders.claim(session, team_id=TEAM, now=NOW, worker="one", limit=1)
        assert [one.user_id for one in taken] == [ALICE] * 3
        assert [one.user_id for one in claimed(session, NOW)] == [BOB] * 2


def test_what_comes_after_the_day_s_message_waits_for_the_next_morning(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        turns.begin(session)
        friday = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
        session.add(Reminder(team_id=TEAM, key="k", kind="step_due", user_id=ALICE, due_at=friday))
        (one,) = claimed(session, friday)
        reminders.put_on(session, one, roles.person(session, TEAM, ALICE), friday)
        assert (one.state, one.due_at) == ("waiting", datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
        assert claimed(session, friday + timedelta(hours=1)) == []


def test_those_are_asked_whose_yes_counts(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        own = {"team_id": TEAM, "service_id": cycle.service_id, "actor": DAVE, "now": NOW}
        roles.set_holders(session, role=Role.APPROVER, user_ids=[BOB, CAROL], **own)  # Bob measures, too
        turns.grow(session, cycle)
        assert approval.submit_tree(session, cycle, actor=ALICE, now=NOW) == [CAROL]
        reminders.refresh(session, TEAM, NOW)
        asked = rows(session, Reminder, TEAM, kind="approval")
        assert {one.user_id for one in asked} == {CAROL}
        with pytest.raises(NotAllowed, match=r"Ask Carol\.$"):
            approval.decide_tree(session, cycle, actor=ERIN, choice="approve", version=cycle.tree_version, now=NOW)
        roles.set_holders(session, role=Role.APPROVER, user_ids=[BOB], **own)
        with pytest.raises(InvalidInput, match="Bob may approve but also measure"):
            approval.submit_tree(session, cycle, actor=ALICE, now=NOW)


def test_who_proposed_an_earlier_version_is_not_asked_to_approve_the_last(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        own = {"team_id": TEAM, "service_id": cycle.service_id, "actor": DAVE, "now": NOW}
        roles.set_holders(session, role=Role.APPROVER, user_ids=[BOB, CAROL], **own)
        action = an_action(session, cycle)  # proposed by Bob
        action.proposer = DAVE
        session.flush()
        assert approvers.of_action(session, cycle, action) == [ALICE, CAROL]
        given = {"team_id": TEAM, "action_id": action.id, "version": 1, "choice": "approve", "now": NOW}
        with pytest.raises(NotAllowed, match=r"Ask Alice or Carol\.$"):
            deciding.decide(session, actor=ERIN, **given)


def test_an_approver_is_asked_twice_and_then_the_step_s_owner_or_the_manager_hears_once(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        action = an_action(session, cycle)
        reminders.refresh(session, TEAM, NOW)
        asked = days_of(session, action)
        assert [one for one in asked if one[1] == CAROL] == [
            ("approval", CAROL, f"{NOW + timedelta(days=1):%m-%d}"),
            ("approval", CAROL, "11-27"),
        ]
        assert [one[:2] for one in asked if one[0] == "escalation"] == [
            ("escalation", DAVE)
        ]  # Alice is an approver, too
        week = NOW + timedelta(days=9)
        (told,) = [one for one in claimed(session, week) if one.kind == "escalation"]
        assert set(told.details["owners"]) == {ALICE, CAROL}
        assert reminders.stands(session, told, week)
        action.state = "approved"
        assert not reminders.stands(session, told, week)


def test_v7_3_once_an_action_has_settled_its_owner_is_asked_whether_it_helped(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        action = an_action(session, cycle, state="done", done_at=NOW)
        reminders.refresh(session, TEAM, NOW)
        kinds_of = [one[0] for one in days_of(session, action)]
        assert kinds_of == ["review", "benefit", "benefit", "benefit"]
        ready = NOW + timedelta(days=action.settle_days)
        (asked,) = [one for one in claimed(session, ready) if one.kind == "review"]
        assert (asked.user_id, reminders.stands(session, asked, ready)) == (FRANK, True)
        cycle.state = "closed"
        assert reminders.stands(session, asked, ready)
        action.state = "reviewed"
        assert not reminders.stands(session, asked, ready)


def test_nobody_is_nudged_to_approve_what_is_their_own(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.jump(session, cycle, 7)
        fields = actions.ActionFields(
            title="Route them",
            kpi_id=kpi.id,
            owner=ALICE,
            due_on=date(2026, 12, 1),
            effect_by=date(2026, 12, 2),
            cost_class="low",
            expected_effect="less",
            failure_sign="not less",
        )
        actions.propose(session, cycle, fields, actor=BOB, now=NOW)
        reminders.refresh(session, TEAM, NOW)
        asked = [one.user_id for one in claimed(session, NOW + timedelta(days=1)) if one.kind == "approval"]
        assert asked == [CAROL]  # Alice, a service owner, owns it


def test_v7_7_the_owner_is_asked_to_look_at_the_benefit_again(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.jump(session, cycle, 7)
        turns.analyse(session, cycle, kpi, [1.0])
        fields = actions.ActionFields(
            title="Route them",
            kpi_id=kpi.id,
            owner=FRANK,
            due_on=date(2026, 12, 1),
            effect_by=date(2026, 12, 2),
            cost_class="low",
            expected_effect="less",
            failure_sign="not less",
        )
        action = actions.propose(session, cycle, fields, actor=BOB, now=NOW)
        action.state, action.done_at = "closed", NOW
        cycle.state = "closed"
        reminders.refresh(session, TEAM, NOW)
        found = [one for one in rows(session, Reminder, TEAM) if one.kind == "benefit"]
        assert sorted((one.due_at - NOW).days for one in found) == [30, 60, 91]  # 21 February 2027 is a Sunday
        month = NOW + timedelta(days=30)
        (first,) = claimed(session, month)
        assert reminders.stands(session, first, month)
        turns.analyse(session, cycle, kpi, [1.0], now=month)
        assert not reminders.stands(session, first, month)
        assert need(session, Reminder, TEAM, first.id).user_id == FRANK
        assert row(session, Reminder, "T2") is None


def test_a_persons_own_week_and_holidays_move_what_waits(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        friday = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
        waiting = Reminder(team_id=TEAM, key="k", kind="step_due", user_id=BOB, cycle_id=cycle.id, due_at=friday)
        session.add(waiting)
        said = {"team_id": TEAM, "user_id": BOB, "now": NOW, "start": "8:30", "end": "16:00", "holidays": ""}
        hours.set_hours(session, days=["sun", "mon", "tue", "wed", "thu"], **said)
        assert waiting.due_at == datetime(2026, 12, 6, 8, 30, tzinfo=UTC)  # a Sunday
        assert within_hours(session, TEAM, BOB, friday) == waiting.due_at
        for wrong in ({"days": []}, {"start": "9 am"}, {"end": "08:00"}, {"holidays": "Atlantis"}):
            with pytest.raises(InvalidInput) as refused:
                hours.set_hours(session, **{"days": ["mon"], **said, **wrong})
            assert refused.value.field in wrong


def test_who_takes_a_step_over_is_reminded_in_place_of_the_one_before(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        due_on(session, cycle, date(2026, 11, 25))
        reminders.refresh(session, TEAM, NOW)
        own = {"team_id": TEAM, "service_id": cycle.service_id, "actor": DAVE, "now": NOW}
        roles.set_holders(session, role=Role.SERVICE_OWNER, user_ids=[CAROL], **own)
        reminders.refresh(session, TEAM, NOW)
        due = claimed(session, datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
        told = [one.user_id for one in due if one.kind == "step_due" and reminders.stands(session, one, NOW)]
        assert told == [CAROL]


def test_a_channel_hears_at_the_usual_hours_of_its_cycles_zone(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        cycle.timezone = "America/New_York"
        session.flush()
        nudges = [
            Nudge(
                key=f"k{who}",
                kind="collect_channel",
                user_id=who,
                cycle_id=cycle.id,
                subject=("collection", 1),
                day=date(2026, 11, 26),
            )
            for who in ("C1", "U_NOBODY_KNOWS", ALICE)
        ]
        made = {one.user_id: one for one in reminders.write(session, TEAM, nudges, NOW)}
        there, here = datetime(2026, 11, 26, 14, 0, tzinfo=UTC), datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
        assert {who: one.due_at for who, one in made.items()} == {"C1": there, "U_NOBODY_KNOWS": there, ALICE: here}
        assert {one.timezone for one in made.values()} == {"America/New_York", "UTC"}
        evening = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # the 26th in New York
        reminders.put_on(session, made["C1"], None, evening)
        assert made["C1"].due_at == datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
