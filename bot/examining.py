"""``python -m bot verify``: each workspace's record against its key, its rows, its files and what was handed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot import anchors
from bot.blocks import proof
from bot.settings import Settings
from csi import audit, storage
from csi.audit import Keys
from csi.proving import prove
from csi.reading.files import FileStore


def run(settings: Settings, keys: Keys, team_id: str, heads: Sequence[str], say: Callable[[str], None]) -> int:
    """Say every deviation; 1 when there is one, else 0.

    Args:
        settings: where database and files lie.
        keys: of the record.
        team_id: the workspace; all when empty.
        heads: ends of the log that were handed out, to be found in it.
        say: is called with each line.
    """
    files, made = FileStore(settings.csi_data_url), storage.engine(settings.csi_database_url)
    well = True
    try:
        with storage.sessions(made).reading() as session:
            wanted = [team_id] if team_id else sorted({*audit.teams(session), *anchors.teams(files)})
            for one in wanted:
                handed = {**anchors.kept(files, one), **{f"--head {head}": head for head in heads}}
                found = prove(session, one, keys, files, handed)
                say(f"{one}: {proof.summary(found)}; ends with {found.head or 'nothing'}")
                for deviation in found.deviations:
                    say(f"WRONG  {proof.told(deviation)}")
                well = well and not found.deviations
    finally:
        made.dispose()
    return 0 if well else 1
