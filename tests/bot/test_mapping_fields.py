"""What the mapping form is filled in with is what it says when it is sent as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.blocks import step3_gather as blocks
from bot.blocks.step3_gather.mapping import Seen
from bot.listeners.step3_gather.drafts import Draft, drafted, moved, said
from bot.listeners.step3_gather.mapping import _joined_as_named
from bot.sandbox.limits import view_problems
from csi.definition import SourceDefinition
from csi.errors import InvalidInputs
from csi.models import Batch, Source
from csi.reading.layout import Layout, guess
from csi.reading.proposing import proposed
from csi.step3_gather.namesakes import Namesake

WEEKS = "Year;Week;Delay\n" + "".join(f"2024;{week};{week}\n" for week in range(1, 20))
DAYS = "Year;Month;Day;Delay\n" + "".join(f"2024;{month};{day};9\n" for month in (1, 2, 3) for day in (3, 14, 25))
CLOCK = "Day;At;Delay\n" + "".join(f"2024-01-{day};08:00;9\n" for day in range(10, 20))


def _drafted(text: str, known: SourceDefinition | None = None) -> tuple[Layout, Draft]:
    layout = guess(text.encode(), "log.csv")
    return layout, drafted(layout, known or proposed(layout, "Europe/London"), [], None, "log.csv")


@pytest.mark.parametrize(
    ("text", "parts"),
    [(WEEKS, ["Year", "Week"]), (DAYS, ["Year", "Month", "Day"]), (CLOCK, ["Day", "At"])],
)
def test_a_date_in_any_number_of_columns_stands_in_the_form_and_is_what_it_says(text: str, parts: list[str]) -> None:
    layout, draft = _drafted(text)
    view = blocks.mapping_form(Seen(filename="log.csv", layout=layout), draft)
    assert view_problems(view, lambda _: None, "modal") == []
    asked = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    chosen = [asked["at"]["element"]["initial_option"], *asked["time"]["element"]["initial_options"]]
    assert [one["text"]["text"] for one in chosen] == parts
    assert "year and week" in asked["time"]["hint"]["text"]
    assert said(draft, layout, {}, []).options["join"] == {" ".join(parts): parts}


def test_parts_of_a_date_stay_in_the_order_they_were_said_in() -> None:
    layout, draft = _drafted(DAYS)
    turned = {**draft, "time": [blocks.value_of(name) for name in ("Day", "Month")]}
    view = blocks.mapping_form(Seen(filename="log.csv", layout=layout), turned)
    asked = next(block for block in view["blocks"] if block.get("block_id") == "time")
    assert [one["text"]["text"] for one in asked["element"]["initial_options"]] == ["Day", "Month"]
    assert said(turned, layout, {}, []).options["moments"] == ["Year Day Month"]


def test_the_rest_of_a_date_is_folded_away_where_one_column_holds_it_all() -> None:
    layout, draft = _drafted(WEEKS)
    whole = {**draft, "time": []}
    assert "time" not in blocks.shown_fields(blocks.mapping_form(Seen(filename="log.csv", layout=layout), whole))
    assert "time" in blocks.shown_fields(blocks.mapping_form(Seen(filename="log.csv", layout=layout), whole, more=True))
    assert said(whole, layout, {}, []).options["moments"] == ["Year"]


def test_the_column_that_dates_a_row_is_no_rest_of_its_own_date() -> None:
    layout, draft = _drafted(DAYS)
    twice = {**draft, "time": [blocks.value_of(name) for name in ("Month", "Year")]}
    with pytest.raises(InvalidInputs) as wrong:
        said(twice, layout, {}, [])
    assert [one.field for one in wrong.value.errors] == ["time"]


def _big(sign: str, parted: str) -> str:
    rows = "".join(f"{n}{parted}2024-01-{n:02}{parted}{n}{sign}{n * 37}\n" for n in range(10, 27))
    return f"id{parted}at{parted}Cost\n{rows}"


def _fields(seen: Seen, draft: Draft, *, more: bool = False) -> dict[str, dict]:
    view = blocks.mapping_form(seen, draft, more=more)
    assert view_problems(view, lambda _: None, "modal") == []
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


@pytest.mark.parametrize(
    ("text", "cell", "choices"),
    [
        (_big(".", ";"), "10.370", [",", "."]),
        (_big(",", "\t"), "10,370", [".", ","]),
        (_big(",", ";"), "10,370", [".", ","]),  # between semicolons mostly decimals, and thousands, too
    ],
)
def test_what_parts_thousands_is_asked_with_a_cell_of_the_file(text: str, cell: str, choices: list[str]) -> None:
    layout, draft = _drafted(text)
    assert layout.undecided == ("Cost",)
    asked = _fields(Seen(filename="log.csv", layout=layout, undecided=["Cost"]), draft)["decimal"]
    assert asked["label"]["text"] == f"What is {cell} in Cost?"
    assert [one["value"] for one in asked["element"]["options"]] == choices
    assert asked["element"]["options"][0]["text"]["text"] == "10370: it parts thousands"
    assert "initial_option" not in asked["element"]
    with pytest.raises(InvalidInputs) as found:
        said(draft, layout, {}, [], ["Cost"])
    assert [one.field for one in found.value.errors] == ["decimal"]
    assert said(draft, layout, {}, []).decimal is None  # no KPI reads it: nothing is guessed, and it is asked later
    assert said({**draft, "decimal": choices[0]}, layout, {}, [], ["Cost"]).decimal == choices[0]


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("id;at;Cost\n1;2024-01-01;12\n", None),  # no sign at all: it is looked for again next time
        (_big(".", ",") + "40,2024-02-01,1.5\n", "."),
        (_big(".", ";") + "40;2024-02-01;1,5\n", ","),
    ],
)
def test_only_a_decimal_sign_that_cells_show_is_kept(text: str, decimal: str | None) -> None:
    layout, draft = _drafted(text)
    assert layout.undecided == ()
    assert "decimal" not in _fields(Seen(filename="log.csv", layout=layout), draft)
    assert said(draft, layout, {}, []).decimal == decimal
    assert said({**draft, "decimal": "." if layout.decimal == "," else ","}, layout, {}, []).decimal is not None


def test_what_was_said_of_thousands_is_filled_in_again() -> None:
    layout = guess(_big(".", ";").encode(), "log.csv")
    known = SourceDefinition(id="", decimal=",")
    assert drafted(layout, known, [], None, "log.csv", as_before=True)["decimal"] == ","
    assert drafted(layout, known, [], None, "log.csv")["decimal"] == ""


def _source(number: int, name: str, **more: object) -> Source:
    return Source(
        id=number,
        team_id="T1",
        service_id=1,
        key=name.lower(),
        name=name,
        created_by="U1",
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        **more,
    )


@pytest.mark.parametrize(
    ("retired", "chosen", "named"),
    [(False, "", False), (False, "new", True), (False, "7", False), (True, "", False)],
)
def test_a_name_that_is_taken_is_told_with_both_ways_out(retired: bool, chosen: str, named: bool) -> None:
    layout, draft = _drafted(CLOCK)
    when = {"retired_at": datetime(2026, 3, 1, tzinfo=UTC)} if retired else {}
    newest = Batch(
        team_id="T1",
        source_id=7,
        ordinal=3,
        filename="may.csv",
        delivered_by="U1",
        delivered_at=datetime(2026, 3, 2, tzinfo=UTC),
        sha256="0",
    )
    taken = Namesake(_source(7, "Log", **when), 3, newest, 2, 4)
    others = [_source(8, "Survey"), *([] if retired else [taken.source])]
    seen = Seen(filename="log.csv", layout=layout, sources=others, namesake=taken)
    fields = _fields(seen, {**draft, "source": chosen})
    asked = fields["source"]
    assert asked["label"]["text"] == "‘Log’ is a source already. Is this file part of it?"
    told = [(one["value"], one["text"]["text"]) for one in asked["element"]["options"]]
    assert told == [("7", "Add to it"), ("new", "Name it otherwise"), ("8", "Survey")]
    assert asked["element"].get("initial_option", {}).get("value", "") == chosen
    assert "3 deliveries, the newest may.csv; 2 of its 4 columns are in this file, too." in asked["hint"]["text"]
    assert ("retired" in asked["hint"]["text"]) is retired
    assert ("source_name" in fields) is named
    ordinary = _fields(Seen(filename="log.csv", layout=layout, sources=others), {**draft, "source": chosen})["source"]
    assert ordinary["label"]["text"] == "Which source is this?"
    assert ordinary["element"]["action_id"] != asked["element"]["action_id"]  # Slack keeps what was chosen in one


def _letters(words: str, encoding: str) -> Layout:
    rows = "".join(f"{n};2025-01-{n};{word}\n" for n, word in enumerate(words.split() * 3, start=10))
    return guess(f"id;at;kind\n{rows}".encode(encoding), "log.csv")


@pytest.mark.parametrize(
    ("words", "encoding", "shown", "filled"),
    [
        ("障害番号", "euc-jp", "障害番号  (euc-jp)", ""),
        ("да нет", "koi8-r", "да  (koi8-r)", ""),
        ("qualità", "cp1252", "qualità  (cp1252)", "cp1252"),  # the commonest is right nearly always
    ],
)
def test_how_letters_are_read_is_asked_with_a_cell_where_several_ways_fit(
    words: str, encoding: str, shown: str, filled: str
) -> None:
    layout = _letters(words, encoding)
    draft = drafted(layout, proposed(layout, "UTC"), [], None, "log.csv")
    asked = _fields(Seen(filename="log.csv", layout=layout), draft)["encoding"]["element"]
    assert shown in [one["text"]["text"] for one in asked["options"]]
    assert asked.get("initial_option", {}).get("value", "") == filled
    assert asked["action_id"].startswith("gather.guess")  # what is chosen shows at once what it gives
    assert "encoding" in _fields(Seen(filename="log.csv", layout=layout), draft, more=True)
    if not filled:
        with pytest.raises(InvalidInputs) as found:
            said(draft, layout, {}, [])
        assert [one.field for one in found.value.errors] == ["encoding"]
        moved_on = moved(draft, draft, draft, layout)
        assert moved_on["encoding"] == ""  # still open, whatever else was looked at
    chosen = {**draft, "encoding": encoding}
    assert said(chosen, layout, {"encoding": encoding}, []).encoding == encoding
    assert moved(chosen, draft, draft, layout)["encoding"] == layout.encoding


def test_what_was_said_of_letters_is_filled_in_again() -> None:
    layout = _letters("да нет", "koi8-r")
    known = SourceDefinition(id="", encoding="koi8-r")
    assert drafted(layout, known, [], None, "log.csv")["encoding"] == "koi8-r"
    assert drafted(layout, SourceDefinition(id=""), [], None, "log.csv", as_before=True)["encoding"] == "koi8-r"


@pytest.mark.parametrize(("words", "encoding"), [("Störung Größe", "cp1252"), ("да нет", "utf-8"), ("łódź", "cp1250")])
def test_letters_that_are_told_are_not_asked_about(words: str, encoding: str) -> None:
    layout = _letters(words, encoding)
    draft = drafted(layout, proposed(layout, "UTC"), [], None, "log.csv")
    assert "encoding" not in _fields(Seen(filename="log.csv", layout=layout), draft)
    assert said(draft, layout, {}, []).encoding is None


@pytest.mark.parametrize(
    ("dated_by", "name"),
    [
        (["at"], "at"),
        (["at", "at"], "at"),
        ([""], "Year Week"),
        (["Year Week"], "Year Week"),
        (["Delay"], "Year Week"),  # a column of the file: it is meant
        (["at", "closed"], "Year Week"),  # which of the two it is nobody can know
    ],
)
def test_a_date_of_several_columns_goes_by_the_name_that_kpis_have_for_it(dated_by: list[str], name: str) -> None:
    layout, draft = _drafted(WEEKS)
    kpis = [SimpleNamespace(definition={"at": one} if one else {}) for one in dated_by]
    made = _joined_as_named(said(draft, layout, {}, []), layout, kpis)
    assert made.options["join"] == {name: ["Year", "Week"]}
    assert made.options["moments"] == [name]


def test_one_column_that_holds_the_whole_date_keeps_its_name() -> None:
    layout, draft = _drafted(CLOCK)
    whole = said({**draft, "time": []}, layout, {}, [])
    assert _joined_as_named(whole, layout, [SimpleNamespace(definition={"at": "closed"})]) == whole
