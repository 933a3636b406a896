"""What of step 3's rules needs a cycle's whole measurement: do the deliveries hold what the KPIs read?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session

from csi.errors import Breach
from csi.measurement import deliveries
from csi.measurement.mapping import columns_named, sources_of
from csi.models import Batch, Cycle, Source
from csi.reading.naming import names_used
from csi.rules import Rule
from csi.step3_gather import sources


def columns_are_there(session: Session, cycle: Cycle, now: datetime) -> Iterable[Breach]:
    """V3.1: a KPI has no value while a delivery lacks a column it is made from."""
    del now
    for source, lacking in columns_lacking(session, cycle):
        kpis = list(dict.fromkeys(name for names in lacking.values() for name in names))
        yield breach("V3.1", " and ".join(kpis), source, lacking, several=len(kpis) > 1)


def columns_lacking(session: Session, cycle: Cycle) -> Iterator[tuple[Source, dict[str, tuple[str, ...]]]]:
    """Every source of which a delivery lacks columns: these, each with the names of the KPIs that read it."""
    for source in sources_of(session, cycle).values():
        wanted = columns_named(session, cycle, source)
        lacking = _lacking(source, deliveries.current(session, source), wanted) if wanted else []
        if lacking:
            yield source, {column: wanted[column] for column in lacking}


def breach(rule: str, kpis: str, source: Source, lacking: Iterable[str], *, several: bool = False) -> Breach:
    """What KPIs read and a source does not have, with the button that asks which columns these are."""
    columns = " and ".join(f"‘{column}’" for column in lacking)
    sentence = f"{kpis} {'read' if several else 'reads'} {columns}, which {source.name or source.key} does not have."
    return Breach(
        rule=rule,
        sentence=sentence,
        blocks=True,
        mend="gather.name",
        mend_label="Say which they are",
        mend_value=f":{source.id}",
    )


def _lacking(source: Source, held: Iterable[Batch], wanted: Iterable[str]) -> list[str]:
    """Columns that are wanted and are missing in some delivery."""
    definition = sources.definition(source.key, source.mapping)
    known = [set(names_used(definition, batch.counts["columns"])) for batch in held if batch.counts.get("columns")]
    return [column for column in wanted if any(column not in names for names in known)]


RULES: tuple[Rule, ...] = (Rule("V3.1", 3, columns_are_there),)
