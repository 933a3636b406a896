"""Who holds which role for a service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import escape, mention
from csi.terms import Role

WHAT = {
    Role.CSI_MANAGER: "Keeps the cycle going. At least one.",
    Role.SERVICE_OWNER: "Answers for the service; may approve.",
    Role.PROCESS_OWNER: "Answers for step 2.",
    Role.DATA_OWNER: "Brings the raw data.",
    Role.ANALYST: "Makes it comparable and reads it.",
    Role.APPROVER: "From the business; not those who measure.",
    Role.READER: "Gets the reports.",
}
BACKUP = "backup"


def field(role: Role) -> str:
    """The input of a role."""
    return role.value.lower().replace(" ", "_")


def form(service: str, held: Mapping[Role, Sequence[str]], backups: Sequence[str], metadata: str) -> Block:
    """Everybody's roles, to be changed at once."""
    blocks: list[Block] = [parts.section(f"Roles of *{escape(service)}*, asked for at each click.")]
    for role, hint in WHAT.items():
        people = [user for user in held.get(role, ()) if role is not Role.DATA_OWNER or user not in backups]
        label = role.value[0].upper() + role.value[1:]
        blocks.append(parts.users_input(field(role), label, value=people, hint=hint, optional=True))
        if role is Role.DATA_OWNER:
            blocks.append(_backups(backups))
    return parts.modal("roles.save", "Roles", blocks, metadata=metadata)


def _backups(chosen: Sequence[str]) -> Block:
    hint = "Asked when the data owner does not answer."
    return parts.users_input(BACKUP, "Backup of the data owner", value=chosen, hint=hint, optional=True)


def changed(actor: str, role: Role, added: Sequence[str], removed: Sequence[str], *, stands_in: bool = False) -> str:
    """What is said of one role's change; ``stands_in``: of those who stand in for it."""
    words = []
    if added:
        words.append(f"now {', '.join(map(mention, added))}")
    if removed:
        words.append(f"no longer {', '.join(map(mention, removed))}")
    what = f"stands in for the {role.value}" if stands_in else f"is {role.value}"
    return f"{mention(actor)} changed who {what}: {'; '.join(words)}."
