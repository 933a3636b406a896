"""Reading a study: everything that is wrong comes in one message, with line, key and what was expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.definition import Duration, EarlierTarget, ExchangeRate, RatioValue, Rebase, Window, canonical, hash_of
from csi.errors import InvalidInputs
from csi.study.keys import loaded
from csi.study.reading import bytes_of, read_study, study_from, study_of
from csi.study.writing import study_mapping, study_yaml
from csi.terms import Direction, Period

SPEC = "STUDY.md"  # of the shared folder


@pytest.fixture(scope="module")
def example(shared: Path) -> str:
    """The study printed in the specification."""
    text = (shared / "spec" / SPEC).read_text(encoding="utf-8")
    return text.split("```yaml\n")[1].split("```")[0]


PLAIN: dict[str, Any] = {
    "study": 1,
    "service": "desk",
    "timezone": "Europe/Lisbon",
    "period": "week",
    "sources": {"tickets": {"file": "tickets.csv"}},
    "kpis": {"opened": {"source": "tickets", "at": "opened_at", "measure": "count", "direction": "lower"}},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The plain study with one key set (or taken away: ...)."""
    study = yaml.safe_load(yaml.safe_dump(PLAIN))
    *above, last = path.split(".")
    place = study
    for key in above:
        place = place.setdefault(key, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return study


def wrong(study: Any) -> str:
    with pytest.raises(InvalidInputs) as caught:
        study_from(study, "study.yml")
    return str(caught.value)


def test_the_study_of_the_specification_is_read_whole(example: str) -> None:
    study = study_of(example.encode(), "study.yml")
    assert (study.service, study.timezone, study.period) == ("Service desk", "Europe/Lisbon", Period.WEEK)
    mttr = study.kpis["mttr"]
    assert mttr.value == Duration("opened_at", "resolved_at", "h", "wall")
    assert (mttr.target, mttr.target_date, mttr.guards) == (20.0, date(2016, 5, 1), ("reopened",))
    assert mttr.minimum_important_difference == 2.0
    assert study.kpis["sla"].direction is Direction.HIGHER
    assert study.calendar.hours == {"mon-fri": ("09:00-12:30", "13:30-18:00")}
    assert study.calendar.holidays == "PT"
    assert study.baseline == Window(date(2016, 2, 29), date(2016, 4, 4))
    assert study.exclusions[0].approved_by == "service owner"
    assert study.sources["incidents"].missing == ("?",)


def test_what_is_written_is_read_as_the_same_definition(example: str) -> None:
    study = study_of(example.encode())
    again = study_of(study_yaml(study).encode())
    assert again == study
    assert hash_of(again) == hash_of(study)
    assert study_mapping(again) == study_mapping(study)


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    turned = dict(reversed(list(PLAIN.items())))
    assert hash_of(study_from(turned, "a")) == hash_of(study_from(PLAIN, "b"))
    assert hash_of(study_from(changed("period", "day"), "a")) != hash_of(study_from(PLAIN, "a"))


def test_what_may_be_absent_is() -> None:
    study = study_from(PLAIN, "study.yml")
    assert (study.baseline, study.evaluation, study.exclusions, study.as_of) == (None, None, (), None)
    kpi = study.kpis["opened"]
    assert (kpi.target, kpi.guards, kpi.unit, kpi.name) == (None, (), "count", "opened")
    assert study.sources["tickets"].timezone == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("study", 2, "expected study: 1"),
        ("study", True, "expected study: 1"),
        ("sources.tickets.query", "SELECT 1", "sources.tickets.query: is of no use beside file:; expected it beside"),
        ("sources.tickets.step", "5m", "sources.tickets.step: is of no use beside file:"),
        ("sources.tickets.options", {"foo": 1}, "sources.tickets.options.foo: is not a key here"),
        ("service", ..., "service: is missing"),
        ("timezone", "Lisbon", "Expected a name such as Europe/Lisbon"),
        ("period", "weak", "did you mean 'week'?"),
        ("sources", {}, "at least one of the sources"),
        ("kpis", ["a"], "expected keys and values, not a list"),
        ("sources.tickets.file", ..., "exactly one of file, url, sql or prometheus"),
        ("sources.tickets.url", "https://x", "exactly one of file"),
        ("sources.tickets.dates", "dayfirst", "Expected iso, day_first"),
        ("sources.tickets.latest_by", "x", "needs a key"),
        ("sources.tickets.kee", "x", "did you mean 'key'?"),
        ("sources.tickets.header_row", 1.5, "whole number"),
        ("kpis.opened.measure", ..., "kpis.opened.measure: is missing"),
        ("kpis.opened.measure", "avg", "'avg' is not known"),
        ("kpis.opened.direction", "within", "expected one of higher, lower or a band [low, high]"),
        ("kpis.opened.direction", "lowr", "(did you mean 'lower'?)"),
        ("kpis.opened.minimum_important_difference", -1, "expected 0 or more, not -1"),
        ("kpis.opened.measure", "p101", "'p101' is not known"),
        ("kpis.opened.source", "ticket", "did you mean 'tickets'?"),
        ("kpis.opened.at", ..., "puts a row into a period"),
        ("kpis.opened.direction", ..., "direction: is missing"),
        ("kpis.opened.direction", [5, 1], "with low below high"),
        ("kpis.opened.target", "20", "expected a number"),
        ("kpis.opened.target", float("inf"), "expected a number"),
        ("kpis.opened.target_date", "soon", "expected a date"),
        ("kpis.opened.where", "priority = 1", "write == to compare"),
        ("kpis.opened.guards", ["mttr"], "there is no KPI 'mttr'"),
        ("kpis.opened.kpi", "K99", "K99"),
        ("kpis.opened.colour", "red", "is not a key here"),
        ("kpis.opened.value", {"from": "a", "to": "b", "unit": "parsec"}, "not a unit of time"),
        ("kpis.opened.value", {"from": "a", "to": "b", "clock": "cuckoo"}, "expected one of wall, business"),
        ("baseline", {"from": "2026-03-01"}, "baseline.to: is missing"),
        ("baseline", {"from": "2026-03-01", "to": "2026-03-01"}, "half-open"),
        ("calendar", {"hours": {"mon-fri": ["9-5"]}}, "opening interval"),
        ("calendar", {"holidays": "XX"}, "holidays library"),
        ("calendar", {"closed": ["soon"]}, "2026-12-24"),
        ("calendar", {"special": {"soon": ["09:00-10:00"]}}, "2026-12-24"),
        ("exclusions", [{"from": "2026-03-01", "to": "2026-03-02", "approved_by": "x"}], "reason"),
        ("exclusions", [{"from": "2026-03-01", "to": "2026-03-02", "reason": "x"}], "approved"),
        ("exclusions", [{"kpi": "x", "from": "2026-03-01", "to": "2026-03-02"}], "there is no KPI 'x'"),
        ("as_of", "later", "expected a date"),
    ],
)
def test_an_error_names_its_key_and_what_was_expected(path: str, value: Any, expected: str) -> None:
    said = wrong(changed(path, value))
    assert expected in said
    assert said.startswith("study.yml, ")


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        ({"measure": "share", "unit": "%"}, "good: is missing"),
        ({"measure": "share", "unit": "h", "good": "a == 1"}, "not a unit of a share"),
        ({"measure": "median"}, "expected a column or {from, to, unit, clock} for median"),
        ({"measure": "median", "value": {"from": "a", "to": "b"}, "unit": "%"}, "not a unit of time"),
        ({"measure": "distinct"}, "expected a column for distinct"),
        ({"measure": "ratio", "value": "a"}, "{numerator: column or KPI id"),
        ({"measure": "availability", "unit": "%", "value": "a"}, "{from: column, to: column}"),
        ({"measure": "backlog"}, "{from: column, to: column}"),
    ],
)
def test_a_measure_asks_for_what_it_needs(kpi: dict[str, Any], expected: str) -> None:
    entry = {"source": "tickets", "at": "opened_at", "direction": "lower", **kpi}
    assert expected in wrong(changed("kpis.opened", entry))


def test_all_errors_come_at_once_with_their_lines() -> None:
    text = b"""study: 1
service: desk
timezone: Nowhere
period: weak
sources:
  tickets: {file: a.csv, dates: whenever}
kpis:
  opened:
    source: tickets
    measure: count
    at: opened_at
    direction: up
"""
    with pytest.raises(InvalidInputs) as caught:
        study_of(text, "s.yml")
    said = str(caught.value)
    assert len(caught.value.errors) == 4
    for place in (
        "s.yml, line 3, timezone",
        "s.yml, line 4, period",
        "s.yml, line 6, sources.tickets.dates",
        "s.yml, line 12, kpis.opened.direction",
    ):
        assert place in said


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"study: [1", "s.yml: line 1, column 10: not YAML"),
        (b"file: *.csv", "s.yml: line 1, column 8: not YAML"),
        (b"file: *.csv", "expected a text that begins with * between quotes"),
        (b"file: &.csv", "expected a text that begins with & between quotes"),
        (b"unit: %", "expected a text that begins with % between quotes, such as '%"),
        (b"where: `Closed at` is missing", "expected a text that begins with ` between quotes"),
        (b"a:\n\tb: 1", "expected blanks in place of the tab"),
        (b"name: Desk: first line", "expected a text with a colon and a blank inside between quotes"),
        (b"name: [1", "expected a study file in YAML"),
        (b"", "holds nothing; expected keys such as study"),
        (b" \n", "holds nothing; expected keys such as study"),
        (
            b"id,opened\n1,2\n",
            "s.yml: expected keys such as study, service, timezone, period, sources and kpis; of an "
            "export csi init drafts a study",
        ),
        (b"- a", "expected keys such as study"),
        (b"\xff\xfe\x00", "s.yml: line 1: is not UTF-16-LE text"),
        (b"a: 1\nb: \xe9", "s.yml: line 2: is not UTF-8 text; expected a study file in YAML, in UTF-8"),
        (b"a: 1\x07", "s.yml: holds the character '\\x07', which no YAML text may"),
        (b"a: " + b"9" * 5_000, "a number of thousands of digits"),
        (b"a: 1\na: 2", "s.yml, line 2, a: is written twice"),
        (b"!!python/object/apply:os.system [ls]", "not YAML"),
        (b"a: &x [*x]", "study"),
        (b"[" * 3000, "study file in YAML"),
        (b"x: '" + b"a" * 1_000_001, "larger than"),
    ],
)
def test_what_is_no_study_is_told(content: bytes, expected: str) -> None:
    with pytest.raises(InvalidInputs) as caught:
        study_of(content, "s.yml")
    assert expected in str(caught.value)


def test_yes_no_on_and_off_as_keys_are_the_words_that_were_written() -> None:
    found, lines, _ = loaded("off:\n  yes: on\n  ~: 1\nTrue: no\n2024: {x: 1}")
    assert found == {"off": {"yes": True, "~": 1}, "True": False, 2024: {"x": 1}}
    assert {"off", "off.yes", "off.~", "True"} <= set(lines)
    assert "expected a text, not true or false (a name such as yes, no, on or off stands in quotes)" in wrong(
        changed("kpis.opened.at", True)
    )


def test_a_key_written_twice_is_told_once_and_nothing_below_it() -> None:
    with pytest.raises(InvalidInputs) as caught:
        study_of(b"a: {b: 1}\nc: 1\na: {b: 2}\n", "s.yml")
    assert str(caught.value) == "s.yml, line 3, a: is written twice; expected it once"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_study_is_read_as_editors_write_it(encoding: str, ending: str) -> None:
    text = yaml.safe_dump({**PLAIN, "service": "Büro"}, allow_unicode=True).replace("\n", ending)
    assert study_of(text.encode(encoding)).service == "Büro"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for path, told in ((tmp_path / "none.yml", "cannot be read"), (tmp_path, "is a folder")):
        with pytest.raises(InvalidInputs, match=told):
            read_study(path)


def test_bands_ratios_and_the_catalogue() -> None:
    band = study_from(changed("kpis.opened.direction", [10, 20.5]), "s").kpis["opened"]
    assert (band.direction, band.band) == (Direction.WITHIN, (10.0, 20.5))
    kpis = {
        **PLAIN["kpis"],
        "flow": {
            "measure": "ratio",
            "direction": "higher",
            "unit": "ratio",
            "value": {"numerator": "opened", "denominator": "opened"},
        },
    }
    flow = study_from({**PLAIN, "kpis": kpis}, "s").kpis["flow"]
    assert flow.value == RatioValue("opened", "opened")
    assert flow.source == ""
    filled = study_from(changed("kpis.opened", {"kpi": "K09", "source": "tickets"}), "s").kpis["opened"]
    assert (filled.measure, filled.good, filled.unit) == ("share", "resolved_at <= sla_res_due", "%")
    assert (
        study_from(
            study_mapping(study_from(changed("kpis.opened", {"kpi": "K09", "source": "tickets"}), "s")), "s"
        ).kpis["opened"]
        == filled
    )


def test_a_columns_own_date_order_may_be_said_in_three_places() -> None:
    source = {
        "file": "a.csv",
        "dates": {"default": "day_first", "closed": "iso"},
        "columns": {"Opened": {"name": "opened_at", "dates": "epoch"}, "Nr": "number"},
    }
    read = study_from(changed("sources.tickets", source), "s").sources["tickets"]
    assert read.dates == "day_first"
    assert read.column_dates == {"closed": "iso", "opened_at": "epoch"}
    assert read.columns == {"Opened": "opened_at", "Nr": "number"}
    assert study_from(study_mapping(replace(study_from(PLAIN, "s"), sources={"tickets": read})), "s").sources == {
        "tickets": read
    }


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
PATHS = [
    "study",
    "service",
    "timezone",
    "period",
    "calendar",
    "calendar.hours",
    "sources",
    "sources.tickets",
    "kpis",
    "sources.tickets.file",
    "sources.tickets.dates",
    "sources.tickets.columns",
    "kpis.opened",
    "baseline",
    "kpis.opened.value",
    "kpis.opened.where",
    "kpis.opened.direction",
    "kpis.opened.guards",
    "kpis.opened.kpi",
    "kpis.opened.unit",
    "exclusions",
    "evaluation",
    "as_of",
    "links",
]


@settings(max_examples=150)
@hypothesis.example("kpis.opened.kpi", 0)
@hypothesis.example("kpis.opened.kpi", False)
@given(st.sampled_from(PATHS), VALUES)
def test_odd_values_anywhere_give_a_study_or_its_errors(path: str, value: Any) -> None:
    try:
        study = study_from(changed(path, value), "s.yml")
    except InvalidInputs:
        return
    assert study_from(study_mapping(study), "s.yml") == study


RATE = {"unit": "USD", "in": "EUR", "from": "2026-01-01", "rate": 0.92, "source": "ECB"}


def test_rates_are_read_and_written_as_the_same_definition() -> None:
    later = {**RATE, "from": "2026-02-01T12:00:00+01:00", "rate": 1}
    study = study_from(changed("rates", [RATE, later]), "study.yml")
    assert study.rates[0] == ExchangeRate("USD", "EUR", date(2026, 1, 1), 0.92, "ECB")
    assert study.rates[1].start == datetime.fromisoformat(later["from"])
    again = study_of(study_yaml(study).encode(), "again.yml")
    assert (again, hash_of(again)) == (study, hash_of(study))
    assert hash_of(study) != hash_of(study_from(PLAIN, "study.yml"))


def test_a_study_without_rates_keeps_the_hash_it_had() -> None:
    study = study_from(PLAIN, "study.yml")
    assert "rates" not in canonical(study)


def test_all_that_is_wrong_with_rates_comes_at_once_with_line_and_key() -> None:
    text = yaml.safe_dump(PLAIN, sort_keys=False) + (
        "rates:\n"
        "  - {unit: h, in: EUR, from: 2026-01-01, rate: 2}\n"
        "  - {unit: USD, in: USD, from: 2026-01-01, rate: -1}\n"
        "  - {unit: USD, in: EUR, from: soon, rat: 2}\n"
        "  - {unit: GBP, in: EUR, from: 2026-01-01, rate: 1.1}\n"
        "  - {unit: GBP, in: EUR, from: 2026-01-01, rate: 1.2}\n"
    )
    with pytest.raises(InvalidInputs) as caught:
        study_of(text.encode(), "study.yml")
    told = str(caught.value)
    first = text.splitlines().index("rates:") + 2
    for line, key, expected in (
        (first, "rates.0.unit", "'h' is a unit of time"),
        (first + 1, "rates.1.in", "expected another currency"),
        (first + 1, "rates.1.rate", "expected a number above 0"),
        (first + 2, "rates.2.from", "expected a date such as"),
        (first + 2, "rates.2.rate", "is missing"),
        (first + 2, "rates.2.rat", "is not a key here"),
        (first + 4, "rates.4.from", "has a rate from 2026-01-01 already"),
    ):
        assert any(f"line {line}" in one and key in one and expected in one for one in told.splitlines()), key


def test_a_cadence_is_read_written_and_checked() -> None:
    daily = study_from(changed("sources.tickets.cadence", "1 day"), "study.yml")
    assert daily.sources["tickets"].cadence == "1 day"
    assert hash_of(study_of(study_yaml(daily).encode())) == hash_of(daily)
    assert hash_of(daily) != hash_of(study_from(PLAIN, "study.yml"))
    assert "sources.tickets.cadence: 'often' is not understood; expected how often rows are due" in wrong(
        changed("sources.tickets.cadence", "often")
    )


def test_new_limits_are_read_written_and_refused_by_key() -> None:
    one = {"kpi": "opened", "from": date(2026, 3, 2), "reason": "new tool", "approved_by": "Ann"}
    study = study_from(changed("rebases", [one]), "study.yml")
    assert study.rebases == (Rebase(date(2026, 3, 2), "new tool", "Ann", "opened"),)
    assert study_of(study_yaml(study).encode()) == study
    assert hash_of(study) != hash_of(study_from(PLAIN, "study.yml"))
    assert "rebases.0.reason: is missing; expected why" in wrong(changed("rebases", [one | {"reason": None}]))
    assert "rebases.0.kpi: 'opend' is not known" in wrong(changed("rebases", [one | {"kpi": "opend"}]))
    assert "rebases.0.to: is not a key here" in wrong(changed("rebases", [one | {"to": date(2026, 4, 1)}]))
    assert "begin anew on 2026-03-02 twice" in wrong(changed("rebases", [one, one | {"reason": "other"}]))


def test_a_comparator_is_another_kpi_in_the_same_unit() -> None:
    other = {"source": "tickets", "at": "opened_at", "measure": "count", "direction": "lower"}
    both = changed("kpis.porto", other)
    both["kpis"]["opened"]["comparator"] = "porto"
    study = study_from(both, "study.yml")
    assert study.kpis["opened"].comparator == "porto"
    assert study_of(study_yaml(study).encode()) == study
    assert "kpis.opened.comparator: there is no other KPI 'opened'" in wrong(
        changed("kpis.opened.comparator", "opened")
    )
    both["kpis"]["porto"]["direction"] = "higher"
    assert "kpis.opened.comparator: porto is in count, higher; expected count, lower" in wrong(both)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("period", "", "period: is empty; expected one of hour, day, week, month, quarter"),
        ("service", " ", "service: is empty; expected the name of the service"),
        ("kpis.opened.measure", "p²", "kpis.opened.measure: 'p²' is not known"),
        ("kpis.opened.target", 10**400, "kpis.opened.target: expected a number, not 1000"),
        ("kpis.opened.direction", [1, 10**400], "kpis.opened.direction: expected a band [low, high]"),
        ("sources.tickets.delimiter", ";;", "sources.tickets.delimiter: expected one character"),
        ("sources.tickets.delimiter", 5, "sources.tickets.delimiter: expected one character"),
        ("sources.tickets.decimal", ";", "sources.tickets.decimal: ';' is not known; expected one of ., ,"),
        ("sources.tickets.header_row", 10**9, "sources.tickets.header_row: expected the line of the header"),
        ("sources.tickets.header_row", -1, "sources.tickets.header_row: expected the line of the header"),
        ("sources.tickets.units", "ms", "sources.tickets.units: expected keys and values, not a text"),
        ("sources.tickets.units", {"cost": {}}, "sources.tickets.units.cost: expected a unit such as ms, or {column:"),
        ("sources.tickets.units", {"cost": 5}, "sources.tickets.units.cost: expected a unit such as ms, or {column:"),
        ("sources.tickets.join", "at", "sources.tickets.join: expected keys and values, not a text"),
        ("sources.tickets.melt", {"name": "month"}, "sources.tickets.melt.keep: is missing"),
        ("sources.tickets.melt", {"keep": ["a"], "nam": "b"}, "sources.tickets.melt.nam: is not a key here"),
        (
            "sources.tickets.link",
            {"source": "tickets", "table": "x", "own": "a", "other": "a"},
            "leads to tickets itself",
        ),
        ("kpis.opened.guards", ["opened"], "kpis.opened.guards: is the KPI itself; there is no other KPI to name here"),
        ("kpis.opened.measure", "share", "kpis.opened.good: is missing; a share needs the condition"),
    ],
)
def test_odd_values_are_told_at_their_key(path: str, value: Any, told: str) -> None:
    assert told in wrong(changed(path, value))


@pytest.mark.parametrize("side", ["opend", "", [], {}, None])
def test_a_ratio_of_a_kpi_that_is_not_there_is_told(side: Any) -> None:
    ratio = {"measure": "ratio", "value": {"numerator": side, "denominator": "opened"}, "direction": "lower"}
    message = wrong(changed("kpis.each", ratio))
    assert "kpis.each.source: is missing; expected one of tickets" in message
    if side == "opend":
        assert "kpis.each.value.numerator: there is no KPI 'opend'; did you mean 'opened'?" in message


def test_a_whole_number_beyond_writing_out_is_told() -> None:
    text = yaml.safe_dump(PLAIN) + f"baseline: {{from: 0x{'f' * 5000}, to: 2026-01-01}}\n"
    with pytest.raises(InvalidInputs, match=r"baseline\.from: expected a date such as 2026-03-01, not 2\^19999"):
        study_of(text.encode())


def test_one_text_is_a_list_of_one_where_columns_are_joined_or_kept() -> None:
    one = study_from(changed("sources.tickets.join", {"at": "Date"}), "study.yml")
    assert one.sources["tickets"].options == {"join": {"at": ["Date"]}}
    other = study_from(changed("sources.tickets.melt", {"keep": "KPI"}), "study.yml")
    assert other.sources["tickets"].options == {"melt": {"keep": ["KPI"]}}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("baseline: {from: 2026-02-30, to: 2026-03-30}", "baseline.from: there is no such day; expected a date"),
        ("as_of: 2026-13-01", "as_of: there is no such day; expected a date such as 2026-03-01, not '2026-13-01'"),
        ("as_of: soon", "as_of: expected a date such as 2026-03-01, not 'soon'"),
    ],
)
def test_a_day_that_there_is_not_is_told_with_its_line(line: str, told: str) -> None:
    text = "study: 1\nservice: Desk\ntimezone: UTC\nperiod: week\n" + line + "\nsources: {a: {file: a.csv}}\nkpis: {}\n"
    with pytest.raises(InvalidInputs) as caught:
        study_of(text.encode(), "study.yml")
    assert f"study.yml, line 5, {told}" in str(caught.value)


SIDES = {"numerator": "opened", "denominator": "solved"}
LASTS = {"from": "a", "to": "b"}


@pytest.mark.parametrize(
    ("kpi", "told"),
    [
        ({"measure": "nps", "value": "s", "good": "s > 8"}, "each.good: is not looked at by nps; expected it with"),
        ({"measure": "median", "value": "s", "unit": "h", "good": "s > 8"}, "each.good: is not looked at by median"),
        ({"measure": "count", "value": "s"}, "each.value: expected nothing (`where: not column is missing` counts"),
        ({"measure": "count", "value": LASTS}, "each.value: expected nothing"),
        ({"measure": "share", "good": "s > 8", "value": "s"}, "each.value: expected nothing, or the {from, to"),
        ({"measure": "share", "good": "s > 8", "value": SIDES}, "each.value: expected nothing, or the {from, to"),
        ({"measure": "count", "unit": "h"}, "'h' is not a unit of count; expected count, or the name of what is"),
        ({"measure": "count", "unit": "%"}, "'%' is not a unit of count"),
        ({"measure": "share", "good": "s > 8", "target": 101}, "each.target: 101 % cannot be reached by a share"),
        ({"measure": "p90", "value": LASTS, "unit": "h", "target": -20}, "each.target: -20 h cannot be reached by a"),
        ({"measure": "mean", "value": "s", "unit": "min", "target": -20}, "each.target: -20 min cannot be reached"),
        ({"measure": "nps", "value": "s", "target": 101}, "each.target: 101 points cannot be reached by an nps"),
        ({"measure": "count", "direction": [-1, 5]}, "each.direction: -1 cannot be reached by a count"),
        ({"measure": "count", "direction": [1, 5], "target": 3}, "each.target: is not looked at beside a band"),
    ],
)
def test_what_a_measure_does_not_look_at_or_cannot_reach_is_refused(kpi: dict[str, Any], told: str) -> None:
    each = {"source": "tickets", "at": "opened_at", "direction": "lower", **kpi}
    assert told in wrong(changed("kpis.each", each))


def test_a_ratio_of_kpis_looks_at_no_rows_of_its_own() -> None:
    study = changed("kpis.solved", PLAIN["kpis"]["opened"])
    study["kpis"]["each"] = {"measure": "ratio", "value": SIDES, "direction": "higher", "where": "a > 1", "strata": "a"}
    message = wrong(study)
    assert "each.where: is not looked at by a ratio of two KPIs; expected it at these two" in message
    assert "each.strata: is not looked at by" in message


def test_days_that_changed_places_are_told_as_such_and_a_missing_source_once() -> None:
    swapped = changed("baseline", {"from": date(2016, 4, 4), "to": date(2016, 2, 29)})
    assert "baseline.to: 2016-02-29 is before 2016-04-04; expected from and to the other way round" in wrong(swapped)
    same = changed("baseline", {"from": date(2016, 4, 4), "to": date(2016, 4, 4)})
    assert "baseline.to: 2016-04-04 is not after 2016-04-04; windows are half-open" in wrong(same)
    assert "is not known" not in wrong(changed("sources", {}))


@pytest.mark.parametrize(
    "kpi",
    [
        {"measure": "share", "good": "value <= 4", "value": LASTS, "target": 100},
        {"measure": "count", "unit": "tickets", "target": 0},
        {"measure": "mean", "value": "s", "unit": "%", "target": 120},
        {"measure": "mean", "value": "s", "unit": "EUR", "target": -20},
    ],
)
def test_what_a_measure_looks_at_and_can_reach_is_read(kpi: dict[str, Any]) -> None:
    each = {"source": "tickets", "at": "opened_at", "direction": "lower", **kpi}
    assert study_from(changed("kpis.each", each), "study.yml").kpis["each"].target == kpi["target"]


def test_earlier_targets_are_read_written_and_refused_by_key() -> None:
    first, second = {"until": date(2016, 3, 7), "target": 30}, {"until": date(2016, 4, 4), "target": 24}
    study = study_from(changed("kpis.opened.earlier_targets", [first, second]), "study.yml")
    ends = EarlierTarget(date(2016, 3, 7), (30.0,)), EarlierTarget(date(2016, 4, 4), (24.0,))
    assert study.kpis["opened"].earlier_targets == ends
    assert study_of(study_yaml(study).encode()) == study
    for value, told in (
        ([second, first], "1.until: 2016-03-07 is not after 2016-04-04; expected the oldest first"),
        ([first, first], "1.until: 2016-03-07 is not after 2016-03-07"),
        ([first | {"target": [1, 2]}], "0.target: expected a number"),
        ([{"target": 3}], "0.until: is missing"),
        ([first | {"target": None}], "0.target: expected a number"),
        ([first | {"from": 1}], "0.from: is not a key here"),
        (first, "expected a list"),
    ):
        assert told in wrong(changed("kpis.opened.earlier_targets", value))
    banded = changed("kpis.opened.direction", [10, 20])
    kpi = banded["kpis"]["opened"]
    kpi["earlier_targets"] = [first | {"target": [5, 9]}]
    study = study_from(banded, "study.yml")
    assert study.kpis["opened"].earlier_targets == (EarlierTarget(date(2016, 3, 7), (5.0, 9.0)),)
    assert study_of(study_yaml(study).encode()) == study
    for target in (5, [9, 5], [5, 5], [5], [5, "x"]):
        kpi["earlier_targets"] = [first | {"target": target}]
        assert "0.target: expected a band [low, high] with low below high" in wrong(banded)


def test_a_folder_is_no_study_and_names_those_in_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputs, match=r"is a folder; expected a study file in YAML$"):
        bytes_of(tmp_path)
    for name in ("b.yaml", "a.yml"):
        (tmp_path / name).write_text("study: 1")
    with pytest.raises(InvalidInputs, match=r"expected a study file in YAML; there are a\.yml, b\.yaml in it$"):
        bytes_of(tmp_path)
