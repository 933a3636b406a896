"""Prometheus: range queries at the ends of periods, in portions it accepts, and their answers as rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from csi.errors import InvalidInput
from csi.reading.spans import end_of, start_of
from csi.terms import Period

# Source: prometheus/web/api/v1/api.go, query_range: "exceeded maximum resolution of 11,000 points per timeseries".
MOST_POINTS = 11_000
MOST_BOUNDARIES = 200_000
COLUMNS = ("start", "end", "value")
_STEP = re.compile(r"(?P<count>[1-9]\d{0,5})(?P<unit>[smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_NOTHING = ("NaN", "stale")
_NO_ANSWER = "This is no answer of Prometheus. Expected the address of its server, such as http://host:9090."


@dataclass(frozen=True, slots=True)
class Range:
    """One query: from the first moment to the last, both included, every ``step`` seconds."""

    first: datetime
    last: datetime
    step: int

    @property
    def parameters(self) -> dict[str, str]:
        """As ``/api/v1/query_range`` wants them."""
        return {"start": _stamp(self.first), "end": _stamp(self.last), "step": str(self.step)}


def ranges(since: datetime, until: datetime, *, period: Period, timezone: str, step: str = "") -> list[Range]:
    """The queries that look at the end of every period that lies whole between two moments.

    Periods begin by the calendar of the zone, so that a month is asked by its own length and a day on which the
    clock is set by its 23 or 25 hours. A ``step`` such as ``5m`` asks every so often instead.

    Raises:
        InvalidInput: there would be too many points, or the step is none.
    """
    if step:
        starts = _every(since, until, seconds_of(step))
    elif period is Period.HOUR:
        starts = _every(since, until, _SECONDS["h"])
    else:
        starts = _calendar(since, until, period, ZoneInfo(timezone))
    moments = list(starts)
    return [one for run in _runs(moments) for one in _portions(*run)]


def seconds_of(step: str) -> int:
    """The length of a step such as ``5m``.

    Raises:
        InvalidInput: it is none.
    """
    found = _STEP.fullmatch(step.strip())
    if not found:
        raise InvalidInput("step", f"‘{step}’ is no step. Expected one such as 5m, 1h or 1d.")
    return int(found["count"]) * _SECONDS[found["unit"]]


def _every(since: datetime, until: datetime, seconds: int) -> Iterator[datetime]:
    first = -(-int(since.timestamp()) // seconds)
    last = int(until.timestamp()) // seconds
    if last - first > MOST_BOUNDARIES:
        raise InvalidInput("step", f"gives more than {MOST_BOUNDARIES:,} points. Ask for less, or in longer steps.")
    for number in range(first, last + 1):
        yield datetime.fromtimestamp(number * seconds, UTC)


def _calendar(since: datetime, until: datetime, period: Period, zone: ZoneInfo) -> Iterator[datetime]:
    day = start_of(since.astimezone(zone).date(), period)
    if _midnight(day, zone) < since:
        day = end_of(day, period)
    while (moment := _midnight(day, zone)) <= until:
        yield moment
        day = end_of(day, period)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _runs(moments: Sequence[datetime]) -> Iterator[tuple[datetime, int, int]]:
    """Boundaries as runs of equal length: first boundary, seconds, how many periods."""
    position = 0
    while position < len(moments) - 1:
        length = moments[position + 1] - moments[position]
        count = 1
        while (
            position + count + 1 < len(moments) and moments[position + count + 1] - moments[position + count] == length
        ):
            count += 1
        yield moments[position], int(length.total_seconds()), count
        position += count


def _portions(start: datetime, seconds: int, count: int) -> Iterator[Range]:
    for first in range(0, count, MOST_POINTS):
        size = min(MOST_POINTS, count - first)
        begin = start + timedelta(seconds=seconds * (first + 1))
        yield Range(begin, begin + timedelta(seconds=seconds * (size - 1)), seconds)


def rows_of(answer: bytes, asked: Range) -> Iterator[dict[str, str]]:
    """The points of an answer as rows: ``start`` and ``end`` of the period, ``value``, and the series' labels.

    Raises:
        InvalidInput: it is no answer of Prometheus, or it says what was wrong with the query.
    """
    try:
        yield from [row for series in _result(answer) for row in _points(series, asked)]
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise InvalidInput("prometheus", _NO_ANSWER) from error


def _points(series: Mapping[str, Any], asked: Range) -> Iterator[dict[str, str]]:
    labels = {_label(name): str(value) for name, value in sorted(series.get("metric", {}).items())}
    for stamp, value in series.get("values", ()):
        end = datetime.fromtimestamp(float(stamp), UTC)
        start = end - timedelta(seconds=asked.step)
        shown = "" if value in _NOTHING else str(value)
        yield {"start": _stamp(start), "end": _stamp(end), "value": shown, **labels}


def _label(name: str) -> str:
    bare = "metric" if name == "__name__" else name
    return f"label_{bare}" if bare in COLUMNS else bare


def _result(answer: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        said = json.loads(answer)
        if said.get("status") == "success":
            return list(said["data"]["result"])
        reason = str(said.get("error") or "no reason given")
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise InvalidInput("prometheus", _NO_ANSWER) from error
    raise InvalidInput("query", f"Prometheus refused it: {reason}")


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
