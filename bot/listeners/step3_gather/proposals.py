"""What a dropped file proposes to measure: computed once it is looked at, kept beside the drop."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.context import Kit
from bot.listeners.step3_gather.drop import Drop
from csi.errors import CsiError, NotFound
from csi.reading.looks import MOST_BYTES
from csi.study.drafting.proposal import Proposal, Said, of_plain, proposed, to_plain
from csi.terms import Period


@dataclass(frozen=True, slots=True)
class Cut:
    """What a proposal's periods are cut by; ``period``: None: those that suit the data."""

    timezone: str
    period: Period | None = None


def made(kit: Kit, team_id: str, drop: Drop, cut: Cut, said: Said | None = None) -> Proposal:
    """What a file proposes, read as a person said; kept beside it.

    Raises:
        CsiError: it cannot be measured by.
    """
    with kit.files.local(drop.raw_key) as path, TemporaryDirectory(prefix="csi-proposal-") as folder:
        named = Path(folder) / (Path(drop.filename).name or "file")
        named.symlink_to(path.resolve())
        found = proposed(named, cut.timezone, cut.period, said)
    kit.files.write(_key(team_id, drop), json.dumps(to_plain(found), default=str).encode())
    return found


def likely(kit: Kit, team_id: str, drop: Drop, cut: Cut, said: Said | None = None) -> Proposal | None:
    """The same before anybody has looked at it; None where it proposes nothing, or is too large."""
    try:
        return of_small(kit, team_id, drop, cut, said)
    except CsiError:
        return None  # it is read as a person says, who is told then what is wrong with it


def of_small(kit: Kit, team_id: str, drop: Drop, cut: Cut, said: Said | None = None) -> Proposal | None:
    """The same, where nobody would be told otherwise why a file proposes nothing; None where it is too large.

    Raises:
        CsiError: it cannot be measured by.
    """
    return None if drop.size > MOST_BYTES else made(kit, team_id, drop, cut, said)


def kept(kit: Kit, team_id: str, drop: Drop) -> Proposal:
    """What was proposed of a file.

    Raises:
        NotFound: it is not known here any more.
    """
    try:
        return of_plain(json.loads(kit.files.read(_key(team_id, drop))))
    except NotFound as error:
        raise NotFound("I do not have this file any more. Drop it into the channel again.") from error


def _key(team_id: str, drop: Drop) -> str:
    return f"{team_id}/drops/{drop.file_id}.proposal.json"
