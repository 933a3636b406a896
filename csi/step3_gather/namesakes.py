"""The name of a new source that another goes by already: the rows of two are never mixed in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from csi.models import Batch, Cycle, Source
from csi.step2_can_measure.sources import called
from csi.step3_gather import batches


@dataclass(frozen=True, slots=True)
class Namesake:
    """A source called as a new one was to be.

    Attributes:
        deliveries: how many it holds; ``newest`` is the last of them.
        shared: how many of its ``columns`` the file has, too.
    """

    source: Source
    deliveries: int = 0
    newest: Batch | None = None
    shared: int = 0
    columns: int = 0

    @property
    def takes_files(self) -> bool:
        """Whether a file can be added to it at all."""
        return self.source.kind == "file"


def namesake(session: Session, cycle: Cycle, name: str, columns: Sequence[str] = ()) -> Namesake | None:
    """The service's source of that name, in use or retired; None while it waits for its first file, or for none.

    Args:
        session: the open transaction.
        cycle: the cycle of the service.
        name: what a person calls the new source.
        columns: those of the file.
    """
    found = called(session, cycle.team_id, cycle.service_id, " ".join(name.split()))
    if found is None:
        return None
    held = batches.of_source(session, found)
    if found.kind == "file" and not found.mapping and not held:
        return None
    newest = held[-1] if held else None
    own = list(newest.counts.get("columns", ())) if newest else []
    return Namesake(found, len(held), newest, len(set(own) & set(columns)), len(own))


def is_taken(session: Session, cycle: Cycle, name: str, sha256: str) -> bool:
    """Whether another file made a source of that name first: one that holds these bytes was made by this file."""
    found = namesake(session, cycle, name)
    return found is not None and batches.find(session, found.source, sha256) is None
