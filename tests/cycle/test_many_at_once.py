"""Many people and schedulers at once: nothing breaks, nothing is lost, the audit chain holds; on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sqlmodel import Session

from csi import cycle as cycles
from csi import register, reminders, roles
from csi.audit import Keys
from csi.errors import CsiError
from csi.models import Action, Cycle, Opportunity, Reminder
from csi.proving import prove
from csi.step7_correct import actions, deciding
from csi.storage import rows
from csi.terms import Role
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, DAVE, FRANK, NOW, TEAM


def fields(kpi_id: int, owner: str) -> actions.ActionFields:
    days = {"due_on": date(2026, 12, 1), "effect_by": date(2026, 12, 2)}
    words = {"cost_class": "low", "expected_effect": "less", "failure_sign": "not less"}
    return actions.ActionFields(title="Route them", kpi_id=kpi_id, owner=owner, **days, **words)


def doings(session: Session, cycle: Cycle, kpi_id: int, chance: random.Random) -> list[Callable[[], object]]:
    own = {"team_id": TEAM, "service_id": cycle.service_id, "role": Role.READER, "actor": DAVE, "now": NOW}
    said = {"team_id": TEAM, "version": 1, "choice": "approve", "now": NOW}

    def latest() -> Action:
        return rows(session, Action, TEAM, order="-number", limit=1)[0]

    def remind() -> None:
        reminders.refresh(session, TEAM, NOW)
        for one in reminders.claim(session, team_id=TEAM, now=NOW + timedelta(days=3), worker="w"):
            reminders.sent(session, one, NOW)

    return [
        lambda: actions.propose(session, cycle, fields(kpi_id, FRANK), actor=BOB, now=NOW),
        lambda: deciding.decide(session, action_id=latest().id, actor=f"U{chance.randrange(4)}", **said),
        lambda: actions.change(session, latest(), fields(kpi_id, chance.choice([FRANK, ALICE])), actor=BOB, now=NOW),
        lambda: register.raise_opportunity(session, cycle, register.Entry(title="Idea"), actor=BOB, now=NOW),
        lambda: roles.grant(session, user_id=f"R{chance.randrange(3)}", **own),
        lambda: roles.revoke(session, user_id=f"R{chance.randrange(3)}", **own),
        remind,
    ]


def test_many_at_once_break_nothing(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.jump(session, cycle, 7)
        own = {"team_id": TEAM, "service_id": cycle.service_id, "role": Role.APPROVER, "actor": DAVE, "now": NOW}
        for number in range(4):
            roles.grant(session, user_id=f"U{number}", **own)
        actions.propose(session, cycle, fields(kpi.id, FRANK), actor=BOB, now=NOW)

    def work(seed: int) -> int:
        chance, refused = random.Random(seed), 0
        for _ in range(8):
            try:
                with database.sessions() as session:
                    mine = cycles.by_id(session, TEAM, cycle.id)
                    chance.choice(doings(session, mine, kpi.id, chance))()
            except CsiError:  # decided already, changed meanwhile: told to the person, no accident
                refused += 1
        return refused

    with ThreadPoolExecutor(4) as pool:
        refused = sum(pool.map(work, range(4)))
    assert refused < 24
    with database.sessions.reading() as session:
        assert prove(session, TEAM, Keys()).deviations == []
        for table in (Action, Opportunity):
            numbers = [one.number for one in rows(session, table, TEAM, order="number")]
            assert numbers == list(range(1, len(numbers) + 1))
        keys = [one.key for one in rows(session, Reminder, TEAM)]
        assert keys
        assert len(keys) == len(set(keys))
