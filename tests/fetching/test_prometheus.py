"""Prometheus: portions by the calendar, and range queries against the real server with known samples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.connectors import ranges
from csi.reading.connectors.asked import Refused
from csi.reading.connectors.table import as_delivered
from csi.reading.readers import read
from csi.terms import Period
from tests.fetching.conftest import Answer, Collecting, Site
from tests.fetching.prometheus_server import prometheus

__all__ = ["prometheus"]


def at(day: int, month: int = 3, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


# portions


def test_days_are_asked_at_their_ends():
    (one,) = ranges.ranges(at(1), at(4), period=Period.DAY, timezone="UTC")
    assert (one.first, one.last, one.step) == (at(2), at(4), 86_400)


def test_a_day_on_which_the_clock_is_set_is_asked_by_its_own_length():
    """Lisbon, 29 March 2026: the day has 23 hours."""
    found = ranges.ranges(at(27), at(31), period=Period.DAY, timezone="Europe/Lisbon")
    assert [(one.step, one.last) for one in found] == [
        (86_400, at(29)),
        (82_800, at(29, hour=23)),
        (86_400, at(30, hour=23)),
    ]


def test_months_are_asked_by_the_calendar():
    found = ranges.ranges(at(1, 1), at(1, 5), period=Period.MONTH, timezone="UTC")
    assert [(one.first, one.step // 86_400) for one in found] == [
        (at(1, 2), 31),
        (at(1, 3), 28),
        (at(1, 4), 31),
        (at(1, 5), 30),
    ]


def test_only_whole_periods_are_asked():
    assert ranges.ranges(at(1), at(1, hour=23), period=Period.DAY, timezone="UTC") == []
    (one,) = ranges.ranges(at(1, hour=5), at(3, hour=5), period=Period.DAY, timezone="UTC")
    assert (one.first, one.last) == (at(3), at(3))


def test_no_portion_has_more_points_than_prometheus_gives():
    found = ranges.ranges(at(1), at(20), period=Period.DAY, timezone="UTC", step="1m")
    sizes = [int((one.last - one.first) / timedelta(seconds=one.step)) + 1 for one in found]
    assert sizes == [11_000, 11_000, 19 * 1440 - 22_000]
    assert all(after.first - before.last == timedelta(minutes=1) for before, after in pairwise(found))


@pytest.mark.parametrize("step", ["soon", "0m", "-5m", "5 minutes", "1s"])
def test_a_step_that_cannot_be_is_refused(step: str):
    with pytest.raises(InvalidInput, match="step"):
        ranges.ranges(at(1), at(1, 6), period=Period.DAY, timezone="UTC", step=step)


# the real server


def source(address: str, query: str, **options: object) -> SourceDefinition:
    return SourceDefinition(id="requests", prometheus=address, options={"query": query, **options})


def test_the_value_of_each_day_stands_in_its_day(prometheus: str, collect: Collecting):
    asked = source(prometheus, 'max_over_time(requests_total{host="a"}[1d])')
    found = collect(asked, since=at(2), until=at(5), period=Period.DAY)
    assert found.path.read_text() == (
        "start,end,value,host\n"
        "2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,2880,a\n"
        "2026-03-03T00:00:00Z,2026-03-04T00:00:00Z,4320,a\n"
        "2026-03-04T00:00:00Z,2026-03-05T00:00:00Z,5760,a\n"
    )
    reading = read(found.path, as_delivered(asked), moments=["start"], numbers=["value"], filename=found.filename)
    assert list(reading.frame["start"]) == [at(2), at(3), at(4)]
    assert len(found.pages) == 1


def test_every_series_is_told_apart_by_its_labels(prometheus: str, collect: Collecting):
    found = collect(source(prometheus, "requests_total", step="6h"), since=at(1), until=at(2))
    lines = found.path.read_text().splitlines()
    assert lines[0] == "start,end,value,host,instance,job,metric".replace("instance,job,", "")
    assert lines[1:3] == [
        "2026-03-01T00:00:00Z,2026-03-01T06:00:00Z,36,b,requests_total",
        "2026-03-01T00:00:00Z,2026-03-01T06:00:00Z,360,a,requests_total",
    ]
    assert found.rows == 8


def test_more_points_than_one_answer_holds_come_in_portions(prometheus: str, collect: Collecting):
    found = collect(
        source(prometheus, 'last_over_time(requests_total{host="a"}[1h])', step="1m"), since=at(1), until=at(9)
    )
    assert (found.rows, len(found.pages)) == (8 * 1440, 2)


def test_what_was_not_measured_stays_missing(prometheus: str, collect: Collecting):
    found = collect(source(prometheus, 'increase(requests_total{host="a"}[1d])'), since=at(11), until=at(20))
    assert [line[:10] for line in found.path.read_text().splitlines()[1:]] == ["2026-03-11", "2026-03-12"]
    assert collect(source(prometheus, "nothing_here"), since=at(1), until=at(3)).path is None


def test_a_wrong_expression_is_said_in_the_servers_words(prometheus: str, collect: Collecting):
    with pytest.raises((InvalidInput, Refused), match="parse error"):
        collect(source(prometheus, "sum(("), since=at(1), until=at(3))
    with pytest.raises(InvalidInput, match="PromQL"):
        collect(source(prometheus, " "), since=at(1), until=at(3))
    with pytest.raises(InvalidInput, match="asked for a span"):
        collect(source(prometheus, "up"))


@pytest.mark.parametrize(
    "said",
    [
        b"[1]",
        b"[" * 100_000,
        b'{"status": "success", "data": {"result": [7]}}',
        b'{"status": "success", "data": {"result": [{"metric": {}, "values": [["soon", "1"]]}]}}',
        b'{"status": "success", "data": {"result": [{"metric": {}, "values": [[1e30, "1"]]}]}}',
        b'{"status": "success", "data": {"result": [{"metric": {}, "values": [[]]}]}}',
    ],
)
def test_another_kind_of_server_is_told(site: Site, collect: Collecting, said: bytes):
    site.answers["/api/v1/query_range"] = Answer(said)
    with pytest.raises(InvalidInput, match="no answer of Prometheus"):
        collect(source(site.address, "up"), since=at(1), until=at(3))
