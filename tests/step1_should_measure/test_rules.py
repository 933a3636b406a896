"""The rules of step 1, each on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from csi import roles
from csi.errors import Conflict, GateRefused, InvalidInput, InvalidInputs, NotAllowed
from csi.models import Baseline, CarryOver, Csf, Cycle
from csi.step1_should_measure import approval, carried, growing, kpis
from csi.step1_should_measure.tree import tree
from csi.storage import row
from csi.terms import Direction, Role
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, NOW, TEAM


def baseline(session: Session, cycle: Cycle, kpi_key: str, centre: float) -> None:
    session.add(
        Baseline(
            team_id=TEAM,
            service_id=cycle.service_id,
            cycle_id=cycle.id,
            kpi_key=kpi_key,
            number=1,
            window_from=NOW.date(),
            window_to=NOW.date() + timedelta(7),
            centre=centre,
            state="approved",
            proposed_by=BOB,
            proposed_at=NOW,
        )
    )
    session.flush()


def test_v1_1_an_empty_tree_has_neither_goal_nor_kpi(database: Database) -> None:
    with database.sessions() as session:
        assert turns.broken(session, turns.begin(session), "V1.1") == ["There is no goal yet.", "There is no KPI yet."]


def test_v1_1_every_kpi_hangs_from_a_csf_and_every_csf_from_a_goal(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        assert turns.broken(session, cycle, "V1.1") == []
        goal = tree(session, cycle).goals[0].goal
        growing.remove(session, cycle, goal, actor=ALICE, now=NOW)
        assert "hangs from no goal" in turns.broken(session, cycle, "V1.1")[1]
        csf = row(session, Csf, TEAM, cycle_id=cycle.id)
        assert csf is not None
        growing.remove(session, cycle, csf, actor=ALICE, now=NOW)
        assert "Median time to resolve hangs from no CSF." in turns.broken(session, cycle, "V1.1")


def test_v1_2_names_everything_that_is_missing(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle, kpis.KpiFields(name="Calls"), turns.kpi_fields(name="Complete"))
        assert turns.broken(session, cycle, "V1.2") == [
            "Calls has no unit, direction, target, target date, owner, reason why it is measured."
        ]


def test_v1_2_a_band_needs_both_ends_instead_of_a_target(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        inside = turns.kpi_fields(direction=Direction.WITHIN, target=None, band=(2.0, 5.0))
        turns.grow(session, cycle, inside, turns.kpi_fields(name="Open", direction=Direction.WITHIN))
        assert turns.broken(session, cycle, "V1.2") == ["Open has no band."]


@pytest.mark.parametrize(("count", "refuses"), [(3, []), (4, [False]), (5, [False]), (6, [True])])
def test_v1_3_more_than_three_warns_and_more_than_five_refuses(
    sqlite_database: Database, count: int, refuses: list[bool]
) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle, *(turns.kpi_fields(name=f"Number {one}") for one in range(count)))
        assert turns.blocks(session, cycle, "V1.3") == refuses


def test_v1_3_counts_csfs_too(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        for number in range(5):
            growing.add_csf(session, cycle, goal_id=None, text=f"More {number}", actor=ALICE, now=NOW)
        assert turns.broken(session, cycle, "V1.3") == ["The tree has 6 CSFs; at most 5 can be steered."]


@pytest.mark.parametrize(
    ("direction", "target", "centre", "refused"),
    [
        (Direction.LOWER, 20.0, 20.0, True),
        (Direction.LOWER, 20.0, 25.0, False),
        (Direction.HIGHER, 90.0, 92.0, True),
        (Direction.HIGHER, 90.0, 80.0, False),
    ],
)
def test_v1_4_a_target_must_ask_for_more_than_the_baseline_gives(
    sqlite_database: Database, direction: Direction, target: float, centre: float, refused: bool
) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields(direction=direction, target=target))
        baseline(session, cycle, kpi.key, centre)
        assert (True in turns.blocks(session, cycle, "V1.4")) is refused


def test_v1_4_a_vague_target_warns(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(
            session,
            cycle,
            turns.kpi_fields(name="Speed and quality"),
            turns.kpi_fields(name="Calls", target_text="much better"),
            turns.kpi_fields(name="Mails", target_date=None),
            turns.kpi_fields(name="Clear", target_text="20"),
        )
        said = turns.broken(session, cycle, "V1.4")
        assert len(said) == 3
        assert "two aims in one" in said[0]
        assert "names no number" in said[1]
        assert "no date" in said[2]
        assert turns.blocks(session, cycle, "V1.4") == [False] * 3


def test_v1_5_someone_from_the_business_must_say_yes(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        assert turns.broken(session, cycle, "V1.5") == ["No approver has said yes to this tree."]
        turns.agree(session, cycle)
        assert turns.broken(session, cycle, "V1.5") == []


def test_v1_5_a_change_after_the_yes_asks_again(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.agree(session, cycle)
        fields = turns.kpi_fields(target=30.0, csf_id=kpi.csf_id)
        kpis.edit_kpi(session, cycle, kpi.id, fields, actor=ALICE, now=NOW)
        assert turns.broken(session, cycle, "V1.5") != []


def test_v1_5_those_who_measure_do_not_count(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        own = {"team_id": TEAM, "service_id": cycle.service_id, "actor": DAVE, "now": NOW}
        roles.set_holders(session, role=Role.APPROVER, user_ids=[BOB], **own)
        approval.decide_tree(session, cycle, actor=BOB, choice="approve", version=cycle.tree_version, now=NOW)
        assert turns.broken(session, cycle, "V1.5") == ["Only people who measure approve."]
        roles.set_holders(session, role=Role.APPROVER, user_ids=[], **own)
        assert turns.broken(session, cycle, "V1.5") == ["Nobody from the business is named as approver."]


def test_v1_6_wants_a_view_of_the_service_and_of_the_people(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle, turns.kpi_fields(level="component"))
        assert len(turns.broken(session, cycle, "V1.6")) == 2
        turns.grow(session, cycle, turns.kpi_fields(name="CSAT", kind="satisfaction"))
        assert turns.broken(session, cycle, "V1.6") == []


def test_v1_7_speed_wants_a_counter_metric_and_the_catalogue_suggests_one(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields(catalogue="K03", kind=""))
        said = turns.broken(session, cycle, "V1.7")
        assert "The catalogue suggests" in said[0]
        assert turns.blocks(session, cycle, "V1.7") == [False]
        turns.grow(session, cycle, turns.kpi_fields(name="Reopened"))
        fields = turns.kpi_fields(catalogue="K03", kind="", csf_id=kpi.csf_id, counter="reopened")
        kpis.edit_kpi(session, cycle, kpi.id, fields, actor=ALICE, now=NOW)
        assert turns.broken(session, cycle, "V1.7") == []


def test_v1_8_whatever_was_carried_over_needs_a_disposition(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        item = CarryOver(team_id=TEAM, cycle_id=cycle.id, from_cycle_id=cycle.id, step=2, kind="gap", text="Gap: CSAT")
        session.add(item)
        session.flush()
        assert turns.broken(session, cycle, "V1.8") == ["Carried over and not decided: Gap: CSAT"]
        with pytest.raises(InvalidInput, match="why"):
            carried.dispose(session, cycle, item.id, disposition="drop", reason=" ", actor=ALICE, now=NOW)
        carried.dispose(session, cycle, item.id, disposition="drop", reason="not wanted", actor=ALICE, now=NOW)
        assert turns.broken(session, cycle, "V1.8") == []


def test_an_approval_of_an_older_tree_is_refused(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        seen = cycle.tree_version
        growing.add_goal(session, cycle, text="Another", actor=ALICE, now=NOW)
        with pytest.raises(Conflict, match="changed"):
            approval.decide_tree(session, cycle, actor=CAROL, choice="approve", version=seen, now=NOW)


def test_a_second_click_on_approve_changes_nothing(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        turns.agree(session, cycle)
        again = approval.decide_tree(
            session, cycle, actor=CAROL, choice="reject", reason="oh", version=cycle.tree_version, now=NOW
        )
        assert again.choice == "approve"
        assert len(tree(session, cycle).approvals) == 1


def test_only_an_approver_approves_and_a_reader_changes_nothing(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        with pytest.raises(NotAllowed, match="Ask Carol"):
            approval.decide_tree(session, cycle, actor=ALICE, choice="approve", version=cycle.tree_version, now=NOW)
        with pytest.raises(NotAllowed):
            growing.add_goal(session, cycle, text="Mine", actor=ERIN, now=NOW)


def test_a_no_needs_a_reason(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        with pytest.raises(InvalidInput, match="why"):
            approval.decide_tree(session, cycle, actor=CAROL, choice="reject", version=cycle.tree_version, now=NOW)


def test_a_tree_is_changed_in_step_1_only(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.jump(session, turns.begin(session), 3)
        with pytest.raises(Conflict, match="step 3"):
            growing.add_goal(session, cycle, text="Late", actor=ALICE, now=NOW)


def test_every_wrong_field_of_a_kpi_is_told_at_once(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        with pytest.raises(InvalidInputs) as told:
            kpis.add_kpi(session, cycle, kpis.KpiFields(name="x" * 151, kind="odd", csf_id=77), actor=ALICE, now=NOW)
    assert [error.field for error in told.value.errors] == ["name", "kind", "csf_id"]


def test_two_kpis_of_one_name_get_two_keys(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        first, second = turns.grow(
            session, cycle, turns.kpi_fields(name="Zeit für Lösung!"), turns.kpi_fields(name="Zeit für Lösung?")
        )
        assert (first.key, second.key) == ("zeit_für_lösung", "zeit_für_lösung_2")


def test_a_new_definition_is_a_new_version_and_voids_no_approval(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        seen = cycle.tree_version
        assert kpis.define(session, cycle, kpi, {"measure": "p90", "at": "closed_at"}, actor=BOB, now=NOW)
        assert not kpis.define(session, cycle, kpi, {"at": "closed_at", "measure": "p90"}, actor=BOB, now=NOW)
        assert (kpi.definition_version, cycle.tree_version) == (2, seen)


def test_words_that_are_too_long_or_none_are_refused(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        for words in ("", "   ", "x" * 3001):
            with pytest.raises(InvalidInput):
                growing.add_goal(session, cycle, text=words, actor=ALICE, now=NOW)


def test_the_gate_of_step_1_lists_every_rule_that_fails(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle, kpis.KpiFields(name="Calls"))
        with pytest.raises(GateRefused) as refused:
            turns.go_on(session, cycle)
        assert {one.rule for one in refused.value.breaches} == {"V1.2", "V1.5"}
        assert all(one.mend and one.mend_label for one in refused.value.breaches)


def test_v1_4_a_target_for_a_day_that_is_over_warns(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        day = turns.NOW.date()
        turns.grow(
            session,
            cycle,
            turns.kpi_fields(name="Calls", target_date=day - timedelta(days=1)),
            turns.kpi_fields(name="Mails", target_date=day),
        )
        assert turns.broken(session, cycle, "V1.4") == [
            "Calls: its target was to be met by 22 Nov 2026, which is over; by when from now on."
        ]
        assert turns.blocks(session, cycle, "V1.4") == [False]
