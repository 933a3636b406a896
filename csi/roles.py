"""Who holds which role for a service, asked at the moment of each click."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Session, select

from csi import audit
from csi.errors import InvalidInput, NotAllowed, Place, Way
from csi.models import Cycle, Person, RoleAssignment, Service
from csi.storage import lock, row, rows
from csi.terms import Role, Step

# Who answers for a step; where nobody holds the role it is the CSI manager.
ACCOUNTABLE: dict[Step, Role] = {
    Step.SHOULD_MEASURE: Role.SERVICE_OWNER,
    Step.CAN_MEASURE: Role.PROCESS_OWNER,
    Step.GATHER: Role.DATA_OWNER,
    Step.PROCESS: Role.ANALYST,
    Step.ANALYSE: Role.ANALYST,
    Step.PRESENT: Role.CSI_MANAGER,
    Step.CORRECT: Role.SERVICE_OWNER,
}
MEASURERS = frozenset({Role.DATA_OWNER, Role.ANALYST})
MEMBERS = frozenset(Role) - {Role.READER}
STEERERS = frozenset({Role.CSI_MANAGER, Role.SERVICE_OWNER})
APPROVERS = frozenset({Role.APPROVER, Role.SERVICE_OWNER})


def grant(
    session: Session,
    *,
    team_id: str,
    service_id: int,
    role: Role,
    user_id: str,
    actor: str,
    now: datetime,
    backup: bool = False,
) -> RoleAssignment:
    """Give a person a role; giving it twice changes nothing but ``backup``."""
    lock(session, f"roles:{team_id}:{service_id}")
    held = _assignment(session, team_id, service_id, role, user_id)
    if held and held.backup == backup:
        return held
    made = held or RoleAssignment(
        team_id=team_id, service_id=service_id, role=role.value, user_id=user_id, granted_by=actor, granted_at=now
    )
    made.backup = backup
    session.add(made)
    _log(session, made, actor, now, "granted role")
    return made


def revoke(
    session: Session, *, team_id: str, service_id: int, role: Role, user_id: str, actor: str, now: datetime
) -> None:
    """Take a role away; the last CSI manager of a service stays."""
    lock(session, f"roles:{team_id}:{service_id}")
    held = _assignment(session, team_id, service_id, role, user_id)
    if held is None:
        return
    if role is Role.CSI_MANAGER and len(holders(session, team_id, service_id, role)) == 1:
        raise InvalidInput("CSI manager", "a service needs at least one; name another first")
    session.delete(held)
    _log(session, held, actor, now, "revoked role")


def set_holders(
    session: Session,
    *,
    team_id: str,
    service_id: int,
    role: Role,
    user_ids: Iterable[str],
    actor: str,
    now: datetime,
    backups: Collection[str] = (),
) -> None:
    """Make exactly these people hold the role (those in ``backups`` as stand-ins)."""
    wanted = list(dict.fromkeys(user_ids))
    for user_id in wanted:
        grant(
            session,
            team_id=team_id,
            service_id=service_id,
            role=role,
            user_id=user_id,
            actor=actor,
            now=now,
            backup=user_id in backups,
        )
    for user_id in set(holders(session, team_id, service_id, role)) - set(wanted):
        revoke(session, team_id=team_id, service_id=service_id, role=role, user_id=user_id, actor=actor, now=now)


def holders(session: Session, team_id: str, service_id: int, *wanted: Role) -> list[str]:
    """The people who hold one of the roles, stand-ins last, each once."""
    holding = [one for one in of_service(session, team_id, service_id) if one.role in wanted]
    return list(dict.fromkeys(one.user_id for one in sorted(holding, key=lambda one: one.backup)))


def of_service(session: Session, team_id: str, service_id: int) -> list[RoleAssignment]:
    """Every assignment of a service, in the order they were given."""
    return rows(session, RoleAssignment, team_id, service_id=service_id)


def of_person(session: Session, team_id: str, user_id: str) -> list[RoleAssignment]:
    """Every assignment of a person, for what they hold and must give on."""
    return rows(session, RoleAssignment, team_id, user_id=user_id)


def held(session: Session, team_id: str, service_id: int, user_id: str) -> frozenset[Role]:
    """The roles a person holds for a service right now: none who has left, or is a guest or a bot by now."""
    known = person(session, team_id, user_id)
    if known is not None and known.left_at is not None:
        return frozenset()
    mine = rows(session, RoleAssignment, team_id, service_id=service_id, user_id=user_id)
    return frozenset(Role(one.role) for one in mine)


def require(
    session: Session, cycle: Cycle, user_id: str, allowed: Collection[Role], doing: str, *, but: Collection[str] = ()
) -> Role:
    """One of the allowed roles that the person holds now.

    Raises:
        NotAllowed: the person holds none of them; the sentence says who does, without those ``but`` who may not here.
    """
    found = held(session, cycle.team_id, cycle.service_id, user_id)
    for role in Role:
        if role in found and role in allowed:
            return role
    names = " or ".join(role.value for role in Role if role in allowed)
    holding = holders(session, cycle.team_id, cycle.service_id, *allowed)
    who = [one for one in holding if one not in but]
    named = [name_of(session, cycle.team_id, user_id) for user_id in who[:3]]
    asked = f" Ask {' or '.join(named)}." if who else " Nobody else is yet." if holding else " Nobody is yet."
    ways = [] if who else [Way(Place.ROLES)]
    raise NotAllowed(f"To {doing} one must be {names} of this service.{asked}", ways=ways)


def steers_all(session: Session, team_id: str, user_id: str) -> bool:
    """Whether a person steers every service of a workspace: what is the whole workspace's is theirs to see."""
    steerers = [role.value for role in STEERERS]
    mine = {one.service_id for one in of_person(session, team_id, user_id) if one.role in steerers}
    every = session.exec(select(Service.id).where(Service.team_id == team_id))
    return set(every) <= mine


def who_steer_all(session: Session, team_id: str) -> list[str]:
    """The people who steer every service of a workspace, by their ids; where nobody does, who steers any."""
    steerers = tuple(role.value for role in STEERERS)
    people = sorted({one.user_id for one in rows(session, RoleAssignment, team_id, role=steerers)})
    return [one for one in people if steers_all(session, team_id, one)] or people


def accountable(session: Session, team_id: str, service_id: int, step: Step) -> str:
    """The one person who answers for a step; empty when the service has no CSI manager either."""
    for role in (ACCOUNTABLE[step], Role.CSI_MANAGER):
        found = holders(session, team_id, service_id, role)
        if found:
            return found[0]
    return ""


def person(session: Session, team_id: str, user_id: str) -> Person | None:
    """What is known of a person."""
    return row(session, Person, team_id, user_id=user_id)


def here(session: Session, team_id: str, user_ids: Collection[str]) -> list[str]:
    """Those of these people who have not left, nor become guests: whose word counts."""
    gone = {one.user_id for one in rows(session, Person, team_id, user_id=tuple(user_ids)) if one.left_at is not None}
    return [one for one in user_ids if one not in gone]


def name_of(session: Session, team_id: str, user_id: str) -> str:
    """The person's name, or the id while the name is not known."""
    known = person(session, team_id, user_id)
    return known.name if known and known.name else user_id


def remember_person(
    session: Session,
    *,
    team_id: str,
    user_id: str,
    name: str = "",
    email: str = "",
    timezone: str = "UTC",
    is_gone: bool = False,
    now: datetime,
) -> Person:
    """Keep what the workspace says of a person (name, zone, whether they left); that they left is logged, not who
    they are."""
    lock(session, f"person:{team_id}:{user_id}")
    known = person(session, team_id, user_id) or Person(team_id=team_id, user_id=user_id)
    was_gone = known.left_at is not None
    known.name, known.email, known.timezone, known.left_at = name, email, timezone, now if is_gone else None
    session.add(known)
    if is_gone != was_gone:
        session.flush()
        what = "left, or may hold no role any more" if is_gone else "came back"
        audit.record(session, team_id=team_id, actor=user_id, at=now, what=what, subject=("person", known.id))
    return known


def _assignment(session: Session, team_id: str, service_id: int, role: Role, user_id: str) -> RoleAssignment | None:
    return row(session, RoleAssignment, team_id, service_id=service_id, role=role.value, user_id=user_id)


def _log(session: Session, made: RoleAssignment, actor: str, now: datetime, what: str) -> None:
    audit.record(
        session,
        team_id=made.team_id,
        actor=actor,
        at=now,
        what=what,
        subject=("service", made.service_id),
        new={"role": made.role, "user_id": made.user_id, "backup": made.backup},
    )
