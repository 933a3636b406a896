"""Numbers typed or pushed, as the rows of one delivery."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

import pandas as pd
from sqlmodel import Session

from csi.models import Measurement, Source
from csi.reading.chunk import quarantine_frame
from csi.reading.reading import Reading
from csi.storage import rows

KINDS = ("typed", "push")


def reading(session: Session, source: Source) -> Reading:
    """Numbers typed or pushed, as rows: ``kpi, at, value, numerator, denominator, unit``; ``line`` is the row's id."""
    found = rows(session, Measurement, source.team_id, source_id=source.id, current=True, order="at")
    given = [one for one in found if one.value is not None or one.numerator is not None]
    frame = pd.DataFrame(
        {
            "kpi": pd.Series([one.kpi_key for one in given], dtype="str"),
            "at": pd.to_datetime(pd.Series([one.at for one in given], dtype="object"), utc=True).astype(
                "datetime64[us, UTC]"
            ),
            **{name: _numbers(given, name) for name in ("value", "numerator", "denominator")},
            "unit": pd.Series([one.unit for one in given], dtype="str"),
        }
    )
    frame.index = pd.Index([one.id for one in given], name="line", dtype="int64")
    digest = sha256(json.dumps([[one.id, one.version] for one in given]).encode()).hexdigest()
    return Reading(frame=frame, quarantine=quarantine_frame(()), rows_read=len(given), sha256=digest)


def _numbers(given: Sequence[Measurement], name: str) -> pd.Series:
    return pd.Series([getattr(one, name) for one in given], dtype="float64")
