"""Pauses: by their moments on the duration's own clock, checked minute by minute; as lengths; what refuses a row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.definition import CalendarDefinition, Duration, Pause, PausedFor, Window, hash_of
from csi.series import process_study
from csi.series.column_kinds import columns_needed, event_columns
from csi.series.columns import columns_read
from csi.series.contributions import Looking
from csi.series.ground import ground
from csi.series.pauses import Fault
from tests.series.studies import kpi, made, moments, reading, study, values

OFFICE = CalendarDefinition(hours={"mon-fri": ("09:00-17:00",)})
HOLD = Pause("hold_from", "hold_to")
FIELDS = {"measure": "median", "at": "opened", "unit": "min"}


def duration(*pauses: Pause | PausedFor, clock: str = "business", unit: str = "min") -> Duration:
    return Duration("opened", "resolved", unit, clock, pauses)


def one(value: Duration, **fields: Any) -> Any:
    return kpi("k", **{**FIELDS, "value": value, **fields})


def looking(value: Duration, rows: dict[str, Any], calendar: CalendarDefinition = OFFICE, **fields: Any) -> Looking:
    asked = study(one(value, **fields), calendar=calendar)
    return ground(asked, {"tickets": [reading(pd.DataFrame(rows))]}).looking["tickets"]


def minutes(value: Duration, calendar: CalendarDefinition = OFFICE, **cells: Any) -> list[float | None]:
    """The durations in minutes; None where there is none. ``cells`` are texts of moments, or numbers."""
    rows = {name: moments(*column) if isinstance(column[0] or "", str) else column for name, column in cells.items()}
    found = looking(value, rows, calendar).duration(value, one(value))
    return [None if np.isnan(cell) else cell for cell in found.tolist()]


# Tuesday 6 January 2026, 16:00, to Wednesday 10:00: two office hours, eighteen in all.
NIGHT = {"opened": ["2026-01-06 16:00"], "resolved": ["2026-01-07 10:00"]}


@pytest.mark.parametrize(
    ("hold", "business", "wall"),
    [
        (("2026-01-06 17:00", "2026-01-07 09:00"), 120, 120),  # over night: sixteen hours, none of them agreed
        (("2026-01-06 16:30", "2026-01-07 09:15"), 75, 75),
        (("2026-01-06 12:00", "2026-01-06 16:20"), 100, 1060),  # begun before the ticket: only what lies inside
        (("2026-01-07 09:40", "2026-01-08 12:00"), 100, 1060),  # and ended after it
        (("2026-01-07 10:00", "2026-01-08 12:00"), 120, 1080),  # all after it
        (("2026-01-06 16:00", "2026-01-07 10:00"), 0, 0),  # all of it: nothing is left, and that is right
        (("2026-01-06 15:59", "2026-01-07 10:00"), None, None),  # holds all of it and more: it cannot be its pause
        (("2026-01-06 16:00", "2026-01-07 10:01"), None, None),
        (("2026-01-06 16:00", "2026-01-09 10:00"), None, None),
        (("2026-01-07 09:45", None), 105, 1065),  # not ended: until the ticket was
        ((None, None), 120, 1080),
        (("2026-01-06 16:30", "2026-01-06 16:30"), 120, 1080),
    ],
)
def test_a_pause_by_its_moments_is_measured_on_the_clock_of_the_duration(
    hold: Any, business: int | None, wall: int | None
) -> None:
    cells = NIGHT | {"hold_from": [hold[0]], "hold_to": [hold[1]]}
    assert minutes(duration(HOLD), **cells) == [business]
    assert minutes(duration(HOLD, clock="wall"), **cells) == [wall]


def test_pauses_that_overlap_are_united_whatever_their_order() -> None:
    first, second, third = (Pause(f"{name}_from", f"{name}_to") for name in "abc")
    cells = {
        "opened": ["2026-01-06 09:00"] * 3,
        "resolved": ["2026-01-06 17:00"] * 3,
        "a_from": ["2026-01-06 12:00", "2026-01-06 10:00", None],
        "a_to": ["2026-01-06 13:00", "2026-01-06 16:00", None],
        "b_from": ["2026-01-06 10:00", "2026-01-06 11:00", "2026-01-06 10:00"],
        "b_to": ["2026-01-06 12:30", "2026-01-06 12:00", "2026-01-06 11:00"],
        "c_from": ["2026-01-06 16:30", "2026-01-06 15:00", "2026-01-06 11:00"],
        "c_to": [None, "2026-01-06 16:30", "2026-01-06 12:00"],
    }
    expected = [480 - 180 - 30, 480 - 390, 480 - 120]
    assert minutes(duration(first, second, third), **cells) == expected
    assert minutes(duration(third, first, second), **cells) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 1500)), max_size=4),
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.sampled_from(["wall", "business"]),
)
def test_a_plain_count_of_minutes_says_the_same(
    holds: list[tuple[int, int]], start: int, lasting: int, clock: str
) -> None:
    zero = pd.Timestamp("2026-01-09 00:00")  # a Friday: a weekend lies inside

    def text(minute: int) -> str:
        return str(zero + pd.Timedelta(minutes=minute))

    cells = {"opened": [text(start)], "resolved": [text(start + lasting)]}
    pauses = [Pause(f"f{number}", f"t{number}") for number in range(len(holds))]
    for pause, (begin, length) in zip(pauses, holds, strict=True):
        cells |= {pause.start: [text(begin)], pause.end: [text(begin + length)]}

    def is_agreed(minute: int) -> bool:
        at = zero + pd.Timedelta(minutes=minute)
        return clock == "wall" or (at.weekday() < 5 and 9 <= at.hour < 17)

    def counts(minute: int) -> bool:
        return is_agreed(minute) and not any(begin <= minute < begin + length for begin, length in holds)

    def lasts_longer(begin: int, length: int) -> bool:
        outside = [*range(begin, start), *range(start + lasting, begin + length)]
        return begin <= start and begin + length >= start + lasting and any(map(is_agreed, outside))

    plain = sum(counts(minute) for minute in range(start, start + lasting))
    expected = None if any(lasts_longer(*hold) for hold in holds) else plain
    assert minutes(duration(*pauses, clock=clock), **cells) == [expected]


# Two office hours again, and a length beside them.
@pytest.mark.parametrize(
    ("pause", "length", "clock", "expected"),
    [
        (PausedFor("hold", clock="business"), 30.0, "business", 90),
        (PausedFor("hold", "h", "business"), 0.5, "business", 90),
        (PausedFor("hold", "s", "business"), 1800.0, "business", 90),
        (PausedFor("hold", clock="business"), 120.0, "business", 0),  # all of the time: right, not too much
        (PausedFor("hold", clock="business"), 121.0, "business", Fault.LONGER),
        (PausedFor("hold", clock="business"), -1.0, "business", Fault.NEGATIVE),
        (PausedFor("hold", clock="business"), None, "business", 120),
        (PausedFor("hold"), 30.0, "wall", 1050),
        (PausedFor("hold", clock="wall"), 1080.0, "wall", 0),
        (PausedFor("hold"), 1081.0, "wall", Fault.LONGER),
        (PausedFor("hold"), 30.0, "business", Fault.UNNAMED_CLOCK),
        (PausedFor("hold"), None, "business", Fault.UNNAMED_CLOCK),
        (PausedFor("hold", clock="wall"), 30.0, "business", Fault.OTHER_CLOCK),
        (PausedFor("hold", clock="business"), 30.0, "wall", Fault.OTHER_CLOCK),
    ],
)
def test_a_length_is_subtracted_only_on_its_own_clock_and_never_cut_off(
    pause: PausedFor, length: float | None, clock: str, expected: float | Fault
) -> None:
    value = duration(pause, clock=clock)
    assert minutes(value, **NIGHT, hold=[np.nan if length is None else length]) == [
        None if isinstance(expected, Fault) else expected
    ]
    rows = {name: moments(*cells) for name, cells in NIGHT.items()} | {"hold": [length or 0.0]}
    at = looking(value, rows)
    assert at.duration_refused(value, one(value)).tolist() == [isinstance(expected, Fault)]
    if isinstance(expected, Fault):
        assert [found.fault for found in at.elapsed(value, one(value)).spoilt] == [expected]


def test_without_agreed_hours_both_clocks_are_one() -> None:
    value = duration(PausedFor("hold"))
    assert minutes(value, CalendarDefinition(), **NIGHT, hold=[60.0]) == [1020]
    assert minutes(duration(PausedFor("hold", clock="wall")), CalendarDefinition(), **NIGHT, hold=[60.0]) == [1020]


def test_a_declared_unit_of_the_column_holds_where_the_pause_names_none() -> None:
    rows = {name: moments(*cells) for name, cells in NIGHT.items()} | {"hold": [0.5]}
    for unit, left in (("", 90.0), ("min", 119.5)):
        value = duration(PausedFor("hold", unit, "business"))
        asked = study(one(value), calendar=OFFICE, source={"options": {"units": {"hold": "h"}}})
        assert values(made(asked, reading(pd.DataFrame(rows)))["k"]) == [left]


def test_moments_and_a_length_are_subtracted_together() -> None:
    cells = NIGHT | {"hold_from": ["2026-01-06 16:00"], "hold_to": ["2026-01-06 16:30"], "hold": [60.0]}
    both = duration(HOLD, PausedFor("hold", clock="business"))
    assert minutes(both, **cells) == [30]
    assert minutes(both, **(cells | {"hold": [90.0]})) == [0]
    assert minutes(both, **(cells | {"hold": [91.0]})) == [None]


BAD = {
    "opened": moments(*["2026-01-06 09:00"] * 6),
    "resolved": moments(*["2026-01-06 12:00"] * 5, None),
    "hold_from": moments("2026-01-06 10:00", "2026-01-06 11:00", None, "2026-01-06 10:00", None, "2026-01-06 11:00"),
    "hold_to": moments("2026-01-06 10:30", "2026-01-06 10:00", "2026-01-06 10:00", "2026-01-06 10:01", None, None),
    "hold": [0.0, 0.0, 0.0, 180.0, 30.0, 0.0],
}


def test_a_refused_row_is_counted_and_told_with_its_line_its_column_and_what_stands_there() -> None:
    value = duration(HOLD, PausedFor("hold", clock="business"))
    made_ = process_study(
        study(one(value, measure="sum"), kpi("n", at="opened"), calendar=OFFICE),
        {"tickets": [reading(pd.DataFrame(BAD))]},
    )
    found = made_.kpis["k"]
    assert values(found) == [150.0 + 150.0]
    assert (values(found, "n"), values(found, "refused")) == ([2], [3])
    assert values(made_.kpis["n"]) == [6]  # the rows count for the others
    assert made_.quarantine[["line", "column", "value", "reason", "expected", "kpis"]].to_numpy().tolist() == [
        [
            3,
            "hold_to",
            "2026-01-06 10:00:00+00:00",
            "hold_to lies before hold_from",
            "a moment not before hold_from",
            "k",
        ],
        [
            4,
            "hold_to",
            "2026-01-06 10:00:00+00:00",
            "hold_to is there, but not hold_from",
            "both moments of a pause, or its beginning alone",
            "k",
        ],
        [
            5,
            "hold",
            "180",
            "the pause (hold) is longer than the time from opened to resolved",
            "a pause no longer than that",
            "k",
        ],
    ]
    assert found.quality.validity.ratio == 3 / 6
    assert found.footnotes == ("3 rows of 6 could not be used for this KPI; the quarantine says why.",)


def test_a_length_without_a_clock_under_agreed_hours_is_asked_about() -> None:
    found = made(study(one(duration(PausedFor("hold"))), calendar=OFFICE), reading(pd.DataFrame(BAD)))["k"]
    assert values(found) == [None]
    assert found.footnotes == (
        "5 rows of 6 could not be used for this KPI: hold does not say whether it counts nights, while the time from "
        "opened to resolved counts agreed hours only; expected its clock (wall or business) named, or the pause by its "
        "two moments (from, to).",
    )
    assert found.refused_for in found.footnotes[0]
    wall = one(duration(PausedFor("hold", clock="wall")))
    (said,) = made(study(wall, calendar=OFFICE), reading(pd.DataFrame(BAD)))["k"].footnotes
    assert "hold counts all hours and the time from opened to resolved counts agreed hours; expected the pause" in said


@pytest.mark.parametrize(("where", "good"), [("", "value <= 150"), ("value >= 0", "value <= 150")])
def test_a_share_judges_no_refused_row(where: str, good: str) -> None:
    share = one(duration(HOLD), measure="share", unit="%", at="resolved", where=where, good=good)
    found = made(study(share, calendar=OFFICE), reading(pd.DataFrame(BAD)))["k"]
    assert (values(found, "numerator"), values(found, "denominator")) == ([1], [3])
    assert values(found, "refused") == [2]


def test_a_share_that_asks_for_no_duration_judges_every_row() -> None:
    share = one(duration(HOLD), measure="share", unit="%", at="resolved", good="hold < 100")
    found = made(study(share, calendar=OFFICE), reading(pd.DataFrame(BAD)))["k"]
    assert values(found, "denominator") == [5]
    assert found.footnotes == ("1 of 6 rows has no resolved and is not counted.",)


def late_at(hour: str, allowed: int, **hold: tuple[str | None, str | None]) -> bool:
    """Whether a row open since 09:00 counts as a breach at a moment of the days from Tuesday 6 January."""
    rows = {"opened": moments(*["2026-01-06 09:00"] * 2), "resolved": moments("2026-01-06 09:30", None)}
    for name, (begin, end) in hold.items():
        rows |= {f"{name}_from": moments(None, begin), f"{name}_to": moments(None, end)}
    value = duration(*(Pause(f"{name}_from", f"{name}_to") for name in hold))
    share = one(value, measure="share", unit="%", at="resolved", good=f"value <= {allowed}")
    now = datetime.fromisoformat(f"2026-01-{hour}").replace(tzinfo=UTC)
    found = made(study(share, calendar=OFFICE, as_of=now), reading(pd.DataFrame(rows)))["k"]
    assert values(found, "numerator") == [1]
    return values(found, "denominator") == [2]


@pytest.mark.parametrize(
    ("hour", "hold", "late"),
    [
        ("06 11:00", {}, False),  # two hours are used up, not passed
        ("06 11:01", {}, True),
        ("06 11:31", {"a": ("2026-01-06 10:00", "2026-01-06 10:30")}, True),
        ("06 11:30", {"a": ("2026-01-06 10:00", "2026-01-06 10:30")}, False),
        ("06 16:00", {"a": ("2026-01-06 10:00", None)}, False),  # on hold still
        ("06 11:31", {"a": ("2026-01-06 11:30", "2026-01-06 15:00")}, True),  # late before it was on hold
        ("06 14:00", {"a": ("2026-01-06 11:00", "2026-01-06 15:00")}, False),  # on hold when its time was just up
        ("06 15:01", {"a": ("2026-01-06 11:00", "2026-01-06 15:00")}, True),
        ("07 09:59", {"a": ("2026-01-06 10:00", "2026-01-07 09:00")}, False),  # 10:00 to 17:00 did not count
        ("07 10:01", {"a": ("2026-01-06 10:00", "2026-01-07 09:00")}, True),
        (
            "06 12:30",
            {"a": ("2026-01-06 10:30", "2026-01-06 12:00"), "b": ("2026-01-06 10:00", "2026-01-06 11:00")},
            False,
        ),
        (
            "06 13:01",
            {"a": ("2026-01-06 10:30", "2026-01-06 12:00"), "b": ("2026-01-06 10:00", "2026-01-06 11:00")},
            True,
        ),
    ],
)
def test_an_open_row_is_late_when_its_time_without_its_pauses_is_over(hour: str, hold: Any, late: bool) -> None:
    assert late_at(hour, 120, **hold) is late


def test_an_open_row_whose_pause_is_impossible_is_no_breach() -> None:
    assert not late_at("06 16:00", 120, a=("2026-01-06 11:00", "2026-01-06 10:00"))


def test_open_past_the_target_knows_pauses_by_their_moments() -> None:
    rows = {
        "opened": moments("2026-01-06 09:00", "2026-01-06 09:00", "2026-01-13 09:00", "2026-01-13 09:00"),
        "resolved": moments(None, None, None, None),
        "hold_from": moments("2026-01-06 10:00", "2026-01-09 16:00", "2026-01-13 10:00", "2026-01-14 12:00"),
        "hold_to": moments(None, "2026-01-10 09:00", "2026-01-13 11:00", "2026-01-14 11:00"),
    }
    windows = {
        "baseline": Window(date(2026, 1, 5), date(2026, 1, 12)),
        "evaluation": Window(date(2026, 1, 12), date(2026, 1, 19)),
        "as_of": datetime(2026, 1, 19, tzinfo=UTC),
    }
    asked = study(one(duration(HOLD), at="resolved", target=600.0), calendar=OFFICE, **windows)
    # Before: one waits on hold since its first hour, the other is over ten hours; after: one row is impossible.
    assert made(asked, reading(pd.DataFrame(rows)))["k"].open_past_target == (1 / 2, 1.0)


def test_the_moments_of_pauses_are_read_but_are_no_events() -> None:
    """A pause planned to end next year says nothing of how new the data is."""
    value = duration(HOLD, PausedFor("hold", clock="business"))
    asked = study(one(value), calendar=OFFICE)
    needed, numbers = columns_needed(asked, "tickets")
    assert {"hold_from", "hold_to"} <= set(needed)
    assert numbers == ("hold",)
    assert event_columns(asked, "tickets") == ("opened", "resolved")
    assert {"hold_from", "hold_to", "hold"} <= set(columns_read(asked, "tickets"))


def test_a_duration_without_pauses_keeps_its_hash() -> None:
    plain = {"start": "a", "end": "b", "unit": "h", "clock": "wall"}
    assert hash_of(Duration("a", "b")) == hash_of(plain)
    others = {hash_of(Duration("a", "b", pauses=pauses)) for pauses in ((), (HOLD,), (PausedFor("hold_from"),))}
    assert len(others) == 3


def test_looking_at_open_cases_takes_no_row_from_another_kpi() -> None:
    """The rows a KPI refuses stay with the KPIs whose condition is the same."""
    value = duration(HOLD, PausedFor("hold", clock="business"))
    windows = {
        "baseline": Window(date(2026, 1, 1), date(2026, 1, 6)),
        "evaluation": Window(date(2026, 1, 6), date(2026, 1, 8)),
        "as_of": datetime(2026, 1, 8, tzinfo=UTC),
    }
    asked = study(one(value, target=60.0), kpi("n", at="resolved"), calendar=OFFICE, **windows)
    found = made(asked, reading(pd.DataFrame(BAD)))
    assert (found["k"].series["refused"].sum(), found["n"].series["n"].sum()) == (3, 5)
