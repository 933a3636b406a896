"""What a file proposes: KPIs computed from its rows, where they stand, what is ticked, and what it lacks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from csi.definition import KpiDefinition, SourceDefinition
from csi.errors import InvalidInput
from csi.series import Processed, SourceCounts
from csi.study.drafting import candidates as picking
from csi.study.drafting.candidates import Candidate
from csi.study.drafting.marks import Mark, Stands, with_marks
from csi.study.drafting.proposal import Proposal, Said, of_plain, proposed, to_plain
from csi.study.drafting.standing import Standing, level, standing
from csi.terms import Direction, Period
from tests import zendesk_made


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proposal") / "zendesk.csv"
    path.write_text(zendesk_made.csv(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def proposal(export: Path) -> Proposal:
    return proposed(export, "UTC")


def test_an_export_says_what_it_is_and_how_it_is_read(proposal: Proposal) -> None:
    looks = proposal.looks
    assert looks is not None
    assert (looks.program, looks.rows, looks.key, looks.cases) == ("Zendesk", 400, "Id", 400)
    assert (proposal.at, proposal.period, proposal.mapping["key"]) == ("Created at", Period.WEEK, "Id")
    assert proposal.mapping["options"]["moments"] == ["Created at", "Solved at"]
    assert "file" not in proposal.mapping


def test_each_kpi_is_computed_before_it_is_offered(proposal: Proposal) -> None:
    """The newest quarter has 20 h and one in ten reopened; the one before 16 h and no bad answer; the oldest 20 %."""
    stands = {one.id: one.standing for one in proposal.candidates}
    assert list(stands) == [
        "mean_time_to_resolve",
        "first_response_time",
        "reopen_rate",
        "customer_satisfaction",
        "backlog",
        "volume",
    ]
    resolve = stands["mean_time_to_resolve"]
    assert resolve is not None
    assert (resolve.now, resolve.best, resolve.worst) == (20, 16, 20)
    assert (resolve.recent, resolve.periods, resolve.usable, resolve.rows) == (13, 40, 400, 400)
    reopen, content = stands["reopen_rate"], stands["customer_satisfaction"]
    assert reopen is not None
    assert content is not None
    assert (reopen.now, reopen.best, reopen.worst) == (10, 10, 20)
    assert (content.now, content.best, content.worst, content.usable) == (75, 100, 75, 160)


def test_what_it_cannot_give_says_which_column_it_would_take(proposal: Proposal) -> None:
    lacking = {one.name: one.sentence for one in proposal.lacking}
    assert lacking["SLA attainment (resolution)"] == "It would take a column for whether it was resolved in time."
    assert not {one.name for one in proposal.candidates} & set(lacking)


def test_three_that_look_at_different_things_and_their_counter_metric_are_ticked(proposal: Proposal) -> None:
    ticked = picking.ticked(proposal.candidates)
    assert ticked == ("mean_time_to_resolve", "first_response_time", "reopen_rate", "customer_satisfaction")
    assert picking.only_guards([one for one in proposal.candidates if one.id in ticked]) == {"reopen_rate"}


def test_a_proposal_is_kept_whole(proposal: Proposal) -> None:
    assert of_plain(json.loads(json.dumps(to_plain(proposal), default=str))) == proposal


def test_what_a_person_says_of_how_it_is_read_is_used(export: Path) -> None:
    anew = proposed(export, "UTC", Period.MONTH, Said(at="Solved at", key=""))
    assert (anew.at, anew.mapping.get("key"), anew.period) == ("Solved at", None, Period.MONTH)
    assert anew.said == Said(at="Solved at", key="")
    assert anew.candidates[0].standing is not None
    assert anew.candidates[0].standing.recent == 3


def test_dates_that_read_both_ways_are_asked_about_first(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    days = [f"0{1 + number % 9}/0{1 + number % 7}/2026" for number in range(60)]
    path.write_text("opened_at,resolved_at\n" + "".join(f"{day},{day}\n" for day in days), encoding="utf-8")
    asked = proposed(path, "UTC")
    assert (asked.candidates, asked.orders) == ((), ("day_first", "month_first"))
    told = proposed(path, "UTC", said=Said(dates="month_first"))
    assert (told.orders, told.mapping["dates"]) == ((), "month_first")
    assert told.candidates


@pytest.mark.parametrize("text", ["a,b\n1,2\n3,4\n", "name,when\nx,\ny,\n"])
def test_a_table_without_moments_proposes_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="moments"):
        proposed(path, "UTC")


def processed(values: list[float | None], period: Period = Period.MONTH, **columns: object) -> Processed:
    """A series of these values, the last of them of a period that is not over where ``partial`` says so."""
    starts = pd.date_range("2026-01-01", periods=len(values), freq="MS", tz="UTC")
    frame = pd.DataFrame(
        {"value": values, "n": 10, "denominator": float("nan"), "partial": False, "missing": False}, index=starts
    )
    for name, column in columns.items():
        frame[name] = column
    kpi = KpiDefinition(id="k", name="K", source="s", at="at", measure="mean")
    counts = {"s": SourceCounts(rows_read=99, last_at=datetime(2026, 9, 1, tzinfo=UTC))}
    return Processed(kpi=kpi, period=period, timezone="UTC", series=frame, quality=None, counts=counts)  # type: ignore[arg-type] -- its quality is not looked at


@pytest.mark.parametrize(
    ("values", "direction", "told"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], Direction.LOWER, (8, 3, 9, 2, 8)),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], Direction.HIGHER, (8, 3, 9, 8, 2)),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], None, (8, 3, 9, None, None)),  # nobody knows which way is better
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], Direction.WITHIN, (8, 3, 9, None, None)),
        ([4, 5, 6], Direction.LOWER, (5, 3, 3, None, None)),  # one quarter is not the best of anything
        ([9, 4, 5, 6], Direction.LOWER, (5, 3, 4, None, None)),  # one month is no quarter …
        ([9, 9, 4, 5, 6], Direction.LOWER, (5, 3, 5, 5, 9)),  # … two of three are
        ([1, None, 3, 4, None, 6], Direction.LOWER, (5, 2, 4, 2, 5)),
        ([1, 2, None], Direction.LOWER, (1.5, 2, 2, None, None)),  # counted back from the newest with a value
        ([7], Direction.LOWER, (7, 1, 1, None, None)),
    ],
)
def test_where_a_kpi_stands(
    values: list[float | None], direction: Direction | None, told: tuple[float | int | None, ...]
) -> None:
    seen = standing(processed(values), direction)
    assert seen is not None
    assert (seen.now, seen.recent, seen.periods, seen.best, seen.worst) == told
    assert seen.values == tuple(value for value in values if value is not None)
    assert seen.rows == 99


def test_what_is_not_over_is_left_out() -> None:
    seen = standing(processed([1, 2, 3, 50], partial=[False, False, False, True]), Direction.LOWER)
    assert seen is not None
    assert (seen.now, seen.periods, seen.usable) == (2, 3, 30)
    assert standing(processed([None, None]), Direction.LOWER) is None
    assert standing(processed([5.0], missing=[True]), Direction.LOWER) is None


def test_a_level_of_shares_is_of_all_their_cases() -> None:
    frame = processed([10.0, 40.0, None], denominator=[300.0, 100.0, 50.0]).series
    assert level(frame) == 17.5
    assert level(frame.assign(denominator=float("nan"))) == 25


def one(id: str, aspect: str = "speed", counters: tuple[str, ...] = (), **said: object) -> Candidate:
    return replace(Candidate(id=id, name=id, unit="h", direction="lower", aspect=aspect, counters=counters), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "ticked"),
    [
        ([one("a"), one("b"), one("c"), one("d")], ("a", "b", "c")),
        ([one("a"), one("b"), one("q", "quality"), one("s", "satisfaction")], ("a", "q", "s")),
        ([one("a", counters=("q", "p")), one("q", "quality"), one("p", "quality")], ("a", "q", "p")),
        ([one("a", counters=("q",)), one("b"), one("c"), one("q", "quality")], ("a", "b", "c", "q")),
        ([one("a", asks={"direction": "a guess"}), one("b")], ("b",)),
        ([one("v", "volume"), one("f", "flow"), one("a")], ("a",)),
        ([one("v", "volume"), one("f", "flow")], ("v", "f")),
        ([], ()),
    ],
)
def test_what_is_ticked_at_first(given: list[Candidate], ticked: tuple[str, ...]) -> None:
    assert picking.ticked(given) == ticked


@pytest.mark.parametrize(
    ("direction", "now", "best", "worst", "target", "held"),
    [
        ("lower", 20.0, 16.04, 24.0, 16.0, 24.0),
        ("lower", 16.0, 16.0, 24.0, None, 24.0),  # the best quarter is this one: nobody but a person knows
        ("higher", 61.0, 74.96, 50.0, 75.0, 50.0),
        ("higher", 75.0, 75.0, 50.0, None, 50.0),
        ("lower", 20.0, None, None, None, None),
    ],
)
def test_the_target_that_the_past_suggests(
    direction: str, now: float, best: float | None, worst: float | None, target: float | None, held: float | None
) -> None:
    seen = Standing(now=now, recent=13, periods=40, usable=400, rows=400, best=best, worst=worst)
    given = one("a", direction=direction, standing=seen)
    assert picking.likely_target(given, is_guard=False) == target
    assert picking.likely_target(given, is_guard=True) == held
    assert picking.likely_target(replace(given, asks={"direction": "a guess"}), is_guard=False) is None
    assert picking.likely_target(replace(given, standing=None), is_guard=True) is None


def test_what_guards_others_and_is_there_for_them_alone() -> None:
    speed, quality = one("a", counters=("q",)), one("q", "quality", counters=("a",))
    assert picking.guards([speed, quality]) == {"a": "q", "q": "a"}
    assert picking.only_guards([speed, quality]) == {"q"}
    assert picking.only_guards([quality]) == set()
    assert picking.guards([one("a", counters=("x", "q")), quality]) == {"a": "q", "q": "a"}


def test_entries_of_the_catalogue_are_picked_with_their_counter_metrics() -> None:
    found: Mapping[str, Candidate] = {one.id: one for one in picking.of_entries(["K03", "K08", "K03", "K99"])}
    assert list(found) == ["K03", "K08"]
    assert (found["K03"].counters, found["K03"].unit, found["K03"].aspect) == (("K08",), "h", "speed")
    assert found["K03"].standing is None


def test_who_hurries_is_held_to_how_well_it_was_done_where_the_catalogue_names_no_guard_of_the_file() -> None:
    fast, content, good = one("a"), one("s", "satisfaction"), one("q", "quality")
    unsure = one("u", "satisfaction", asks={"direction": "a guess"})

    def counters(*given: Candidate) -> dict[str, tuple[str, ...]]:
        return {found.id: found.counters for found in picking.with_counters(given)}

    assert counters(fast, good, unsure, content) == {"a": ("s",), "q": (), "u": (), "s": ()}
    assert counters(fast, good) == {"a": ("q",), "q": ()}
    assert counters(fast, unsure)["a"] == ()
    known = one("r", catalogue="K03"), one("o", "quality", catalogue="K08")
    assert counters(*known, content)["r"] == ("o",)  # the catalogue's own comes first
    assert picking.only_guards(picking.with_counters([fast, content])) == set()
    assert picking.only_guards(picking.with_counters([fast, good])) == {"q"}


def versions(blank: int = 0) -> str:
    """40 cases of three versions each, in lines that no moment orders; nothing says that what changed is a version."""
    lines = []
    for n in range(120):
        case, state = (n * 49) % 120 // 3, (n * 49) % 120 % 3
        day = f"2026-0{1 + case // 28}-{1 + case % 28:02}"
        number = "" if n < blank else f"C{case}"
        lines.append(f"{number},{day} 08:00,{day} 1{state}:30,{'abc'[state]}")
    return "\n".join(["Code,Opened,Seen,State", *lines])


def test_a_key_that_a_person_chose_counts_by_its_newest_or_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(versions(), encoding="utf-8")
    guessed = proposed(path, "UTC", Period.WEEK)
    assert guessed.mapping.get("key") is None
    assert (guessed.rows, guessed.repeating["Code"], guessed.blanks) == (120, 40, {})
    told = proposed(path, "UTC", Period.WEEK, Said(key="Code", latest="Seen"))
    assert (told.mapping["key"], told.mapping["latest_by"]) == ("Code", "Seen")
    assert told.looks is not None
    assert told.looks.cases == 40
    with pytest.raises(InvalidInput, match="120 rows, 40 different ‘Code’ in 120 of them"):
        proposed(path, "UTC", Period.WEEK, Said(key="Code"))
    with pytest.raises(InvalidInput, match="no column ‘Number’"):
        proposed(path, "UTC", Period.WEEK, Said(key="Number", latest="Seen"))
    with pytest.raises(InvalidInput, match="most cells of ‘State’ are no moments"):
        proposed(path, "UTC", Period.WEEK, Said(at="State"))
    path.write_text(versions(blank=1), encoding="utf-8")
    assert proposed(path, "UTC", Period.WEEK).blanks == {"Code": 1}
    with pytest.raises(InvalidInput, match="40 different ‘Code’ in 119 of them"):
        proposed(path, "UTC", Period.WEEK, Said(key="Code", latest="Seen"))


def _with_mark(path: Path, text: str) -> Path:
    """40 cases, of which every fourth says ``text`` where the others say when they ended."""
    days = pd.date_range("2026-01-05 08:00", periods=40, freq="40h")
    rows = [f"{n},{day},{text if n % 4 == 0 else day + pd.Timedelta(hours=5 + n % 3)}" for n, day in enumerate(days)]
    path.write_text("\n".join(["Id,Opened,Closed", *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "stands", "is_known"),
    [("9999-12-31 23:59:59", Stands.NOT_YET, True), ("2222-02-22 00:00:00", Stands.UNSAID, False)],
)
def test_dates_that_may_stand_for_not_yet_are_said_before_anything_is_read(
    tmp_path: Path, text: str, stands: Stands, is_known: bool
) -> None:
    path = _with_mark(tmp_path / "t.csv", text)
    found = proposed(path, "UTC")
    assert found.marks == (Mark(column="Closed", text=text, rows=10, stands=stands, is_known=is_known),)
    assert (found.mapping.get("missing"), "meant" in found.mapping["options"]) == (None, False)
    assert of_plain(json.loads(json.dumps(to_plain(found), default=str))) == found


def test_what_a_person_says_of_such_dates_is_how_the_file_is_read(tmp_path: Path) -> None:
    path = _with_mark(tmp_path / "t.csv", "2222-02-22 00:00:00")
    [mark] = proposed(path, "UTC").marks
    nothing, real = (replace(mark, stands=stands) for stands in (Stands.NOT_YET, Stands.REAL))
    told = proposed(path, "UTC", said=Said(marks=(nothing,)))
    assert (told.mapping["missing"], told.marks) == (["2222-02-22 00:00:00"], (nothing,))
    assert of_plain(json.loads(json.dumps(to_plain(told), default=str))) == told
    meant = proposed(path, "UTC", said=Said(marks=(real,)))
    assert (meant.mapping["options"]["meant"], meant.mapping.get("missing"), meant.marks) == (["Closed"], None, (real,))


def test_a_known_mark_is_listed_only_beside_dates_that_are_real() -> None:
    known = Mark(column="A", text="9999-12-31", rows=2, stands=Stands.NOT_YET, is_known=True)
    source = SourceDefinition(id="s", missing=("?",))
    assert with_marks(source, [known]) == source
    beside = with_marks(source, [known, Mark(column="A", text="2222-02-22", rows=2, stands=Stands.REAL)])
    assert (beside.missing, beside.options) == (("?", "9999-12-31"), {"meant": ["A"]})
    elsewhere = with_marks(source, [known, Mark(column="B", text="2222-02-22", rows=2, stands=Stands.REAL)])
    assert (elsewhere.missing, elsewhere.options) == (("?",), {"meant": ["B"]})
