"""What is proposed as key, version, date and measure: by what the cells show, then by the names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.reading.content import Content
from csi.reading.layout import Layout, form_of, guess
from csi.reading.name_words import folded, says_key, says_not_its_own, says_opened, says_updated

ROWS = 40


def _table(**columns: list[str]) -> Layout:
    names, cells = list(columns), list(zip(*columns.values(), strict=True))
    lines = [";".join(names), *(";".join(row) for row in cells)]
    return guess("\n".join(lines).encode(), "f.csv")


def _roles(layout: Layout) -> dict[str, str]:
    return {column.role: column.name for column in layout.columns if column.role}


def _unique(pattern: str = "{}", start: int = 1000, step: int = 3) -> list[str]:
    return [pattern.format(start + step * n) for n in range(ROWS)]


def _few(pattern: str = "{}", of: int = 9) -> list[str]:
    return [pattern.format(n % of) for n in range(ROWS)]


DAYS = [f"2024-{n // 28 + 1:02}-{n % 28 + 1:02} 10:00" for n in range(ROWS)]
LATER = [f"2024-{n // 28 + 1:02}-{n % 28 + 1:02} 15:30" for n in range(ROWS)]


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("Ticket#", "Customer ID"),
        ("Número", "ID cliente"),
        ("Ticket-Nr.", "Kunden-Nr"),
        ("Référence", "ID client"),
        ("Klucz zgłoszenia", "Id. klienta"),
        ("番号", "顧客番号"),
        ("Vorgangsschlüssel", "Kundennummer"),
        ("Chave da item", "Cliente"),
        ("Clave de incidencia", "ID de usuario"),
        ("№", "Клиент №"),
        ("incidentNumber", "callerId"),
    ],
)
@pytest.mark.parametrize("differ", [False, True])
def test_a_case_is_named_by_its_own_number_not_by_other_peoples(key: str, other: str, differ: bool) -> None:
    others = _unique("C{}") if differ else _few("C{}")
    layout = _table(**{other: others, key: _unique("T{}"), "Created": DAYS})
    assert _roles(layout)["id"] == key
    found = {column.name: column for column in layout.columns}
    assert (layout.rows, found[key].filled, found[key].distinct) == (ROWS, ROWS, ROWS)
    assert found[other].distinct == (ROWS if differ else 9)


def test_the_key_people_use_goes_before_the_id_beside_it() -> None:
    layout = _table(**{"Issue id": _unique(), "Issue key": _unique("ABC-{}"), "Created": DAYS})
    assert _roles(layout)["id"] == "Issue key"
    layout = _table(sys_id=_unique("{:032x}"), Number=_unique("INC{:07}"), Parent=_unique("INC{:07}", 9))
    assert _roles(layout)["id"] == "Number"


def test_what_only_numbers_the_rows_is_taken_where_nothing_else_names_a_case() -> None:
    running = [str(n) for n in range(1, ROWS + 1)]
    assert _roles(_table(Nr=running, Reference=_unique("R{}")))["id"] == "Reference"
    assert _roles(_table(Nr=running, Team=_few("team {}")))["id"] == "Nr"
    assert _roles(_table(Nr=running[::-1], Ref=_unique()))["id"] == "Ref"


@pytest.mark.parametrize(
    "column",
    [
        {"Ticket": _few("T{}")},  # repeats, and nothing orders the rows
        {"Ticket": [*_unique("T{}")[1:], ""]},  # not filled
        {"Ticket": [*_unique("T{}")[1:], "T1003"]},  # twice
        {"Number of comments": _unique()},
        {"Title": _unique("the printer on floor {} does not print any more")},
        {"Minutes": [f"{n * 7}" for n in range(ROWS)]},
        {"Opened": DAYS},
        {"Customer ID": _unique("C{}")},
        {"Cost": _unique("{}.5")},
    ],
)
def test_what_is_no_key(column: dict[str, list[str]]) -> None:
    assert "id" not in _roles(_table(**column, Created=DAYS))


def test_one_cell_in_a_thousand_may_be_wrong() -> None:
    for wrong, key in ((1, "Ticket"), (2, None)):
        keys = [f"T{n}" for n in range(1_000 - wrong)] + ["T0"] * wrong
        text = "Ticket;Team\n" + "".join(f"{one};team {n % 7}\n" for n, one in enumerate(keys))
        assert _roles(guess(text.encode())).get("id") == key


def test_without_a_telling_name_ids_are_told_by_their_form_in_a_table_that_is_long_enough() -> None:
    ids = _unique("AB-{}")
    assert _roles(_table(Kolom=ids, Created=DAYS))["id"] == "Kolom"
    text = "Kolom;Team\n" + "".join(f"{one};x\n" for one in ids[:19])
    assert "id" not in _roles(guess(text.encode()))


@pytest.mark.parametrize(("name", "role"), [("sys_mod_count", "id"), ("Reopens", None)])
def test_a_log_has_a_key_where_a_version_orders_the_rows_of_each(name: str, role: str | None) -> None:
    cases = [f"INC{n // 4:05}" for n in range(ROWS)]
    versions = [str(n % 4) for n in range(ROWS)]
    roles = _roles(_table(**{"number": cases, name: versions, "opened_at": [DAYS[n // 4] for n in range(ROWS)]}))
    assert roles.get("id") == ("number" if role else None)
    assert roles.get("updated") == (name if role else None)


@pytest.mark.parametrize(("wrong", "found"), [(1, True), (2, False)])
def test_versions_that_repeat_or_go_back_order_nothing(wrong: int, found: bool) -> None:
    cases = [f"INC{n // 2:05}" for n in range(ROWS)]  # 20 steps from one row of a case to its next
    versions = [str(n % 2) for n in range(ROWS)]
    versions[1 : 2 * wrong : 2] = ["0"] * wrong
    opened = [DAYS[n // 2] for n in range(ROWS)]
    roles = _roles(_table(number=cases, version=versions, opened_at=opened, state=_unique("s{}")))
    assert ("id" in roles) is found


@pytest.mark.parametrize(("other", "found"), [(1, True), (2, False)])
def test_rows_of_one_case_were_opened_at_one_moment(other: int, found: bool) -> None:
    opened = [DAYS[n // 2] for n in range(ROWS)]
    opened[1 : 2 * other : 2] = ["2024-05-01 10:00"] * other  # of 1 or 2 in 20 cases
    versions = {"version": [str(n % 2) for n in range(ROWS)]}
    roles = _roles(_table(number=[f"INC{n // 2:05}" for n in range(ROWS)], **versions, opened_at=opened))
    assert (roles.get("id") == "number") is found


def _versions(opened: list[str], changed: list[str]) -> dict[str, str]:
    """The roles in a table of 20 cases of two versions each, in lines that no moment orders."""
    mixed = [(n * 17) % ROWS for n in range(ROWS)]
    states = ["open", "done"] * (ROWS // 2)
    told = {
        "Number": [f"INC{n // 2}" for n in range(ROWS)],
        "Opened": opened,
        "Last changed": changed,
        "State": states,
    }
    return _roles(_table(**{name: [cells[n] for n in mixed] for name, cells in told.items()}))


def test_versions_are_told_in_lines_of_any_order_where_a_case_was_opened_once() -> None:
    opened = [DAYS[n // 2] for n in range(ROWS)]
    changed = [LATER[n // 2].replace("15:", f"1{5 + n % 2}:") for n in range(ROWS)]
    found = _versions(opened, changed)
    assert (found["id"], found["updated"], found["moment"]) == ("Number", "Last changed", "Opened")
    assert "id" not in _versions(DAYS, changed)  # each row was opened at a moment of its own
    assert "id" not in _versions([DAYS[0]] * ROWS, changed)  # all were: that tells nothing
    for same, told in ((1, True), (2, False)):  # of 20 cases, whose two rows were changed at one moment
        again = [*(LATER[n // 2] for n in range(2 * same)), *changed[2 * same :]]
        assert ("id" in _versions(opened, again)) is told


@pytest.mark.parametrize(("cases", "rows", "found"), [(6, 36, True), (6, 37, False), (30, 720, True), (30, 721, False)])
def test_values_that_repeat_by_the_dozen_name_no_cases(cases: int, rows: int, found: bool) -> None:
    lines = [f"kind {n % cases};{n // cases}" for n in range(rows)]
    text = "\n".join(["Incident;version", *lines])
    roles = {column.role: column.name for column in guess(text.encode(), "f.csv").columns if column.role}
    assert ("id" in roles) is found


@pytest.mark.parametrize(
    "name", ["Answered (Y/N)", "Ticket answered (Yes/No)", "Zgodność SLA zgłoszenia (T/N)", "Item"]
)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_answered_by_yes_or_no_names_no_case_beside_a_ticket(name: str, first: bool) -> None:
    answers = {name: ["Y" if n % 3 else "N" for n in range(ROWS)]}
    tickets = {"Ticket": [f"INC{n // 2}" for n in range(ROWS)]}
    log = {
        "Opened": [DAYS[n // 2] for n in range(ROWS)],
        "Updated": [f"{DAYS[n // 2][:-5]}1{n % 2}:30" for n in range(ROWS)],
    }
    pair = {**answers, **tickets} if first else {**tickets, **answers}
    assert _roles(_table(Index=[str(n) for n in range(ROWS)], **pair, **log)).get("id") == "Ticket"
    assert "id" not in _roles(_table(**answers, **log))
    rated = {"Updated": log["Updated"]}  # no moment tells when a case was opened
    assert _roles(_table(**pair, **rated)).get("id") == "Ticket"
    assert "id" not in _roles(_table(**answers, **rated))


@pytest.mark.parametrize(
    "due",
    [
        "Streefdatum",
        "Due by Time",
        "SLA due",
        "Fälligkeitsdatum",
        "TTR",
        "Last Viewed",
        "Valid until",
        "Birthday",
        "Date d'échéance",
        "Prazo",
        "Fecha de vencimiento",
        "期限",
    ],
)
def test_a_moment_to_come_dates_no_row(due: str) -> None:
    assert _roles(_table(**{due: DAYS, "Closed": LATER}))["moment"] == "Closed"
    assert "moment" not in _roles(_table(**{due: DAYS, "Team": _few("team {}")}))


def test_the_row_is_dated_by_its_beginning() -> None:
    assert _roles(_table(Closed=DAYS, Erstellt=LATER))["moment"] == "Erstellt"
    assert _roles(_table(Gereed=LATER, Gemeld=DAYS))["moment"] == "Gemeld"
    assert _roles(_table(Gemeld=DAYS, Gereed=LATER))["moment"] == "Gemeld"
    roles = _roles(_table(Updated=DAYS, Afgemeld=LATER))
    assert (roles["updated"], roles["moment"]) == ("Updated", "Afgemeld")


def test_a_measure_is_no_id() -> None:
    roles = _roles(_table(**{"Customer ID": _few(), "Ticket": _unique(), "Minutes": _few("{}", 7)}))
    assert (roles["id"], roles["value"]) == ("Ticket", "Minutes")


def test_the_key_of_the_case_that_lost_511_tickets(shared: Path) -> None:
    path = shared / "cases/gather/key_guess_customer/t.csv"
    if not path.exists():
        pytest.skip("the cases are not there")
    layout = guess(path)
    assert _roles(layout)["id"] == "Ticket#"
    found = {column.name: column.distinct for column in layout.columns}
    assert (layout.rows, found["Ticket#"], found["Customer ID"]) == (120, 120, 9)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SolutionInMin", "solution in min"),
        ("sys_mod_count", "sys mod count"),
        ("Klucz zgłoszenia", "klucz zgloszenia"),
        ("Vorgangsschlüssel", "vorgangsschlussel"),
        ("Ticket#", "ticket #"),
        ("№", "no"),
        ("チケット番号", "チケット番号"),
        ("HTTPStatus", "http status"),
    ],
)
def test_names_are_folded_to_words(name: str, words: str) -> None:
    assert folded(name) == words


def test_what_names_say() -> None:
    told = {
        "Ticket number": 3,
        "Number": 2,
        "Issue id": 2,
        "ID": 1,
        "Ticket": 1,
        "Title": 0,
        "Customer ID": -2,
        "Number of comments": -3,
        "Paid": 0,
        "Answered (Y/N)": 0,
        "Behoben ja/nein": 0,
        "Done? yes or no": 0,
        "N/Y": 0,
        "Sim/Não": 0,
        "Y_N": 0,
        "N°": 2,
        "Ticket Y/N": 1,
        "Order/No": 3,
    }
    assert {name: says_key(name) for name in told} == told
    assert says_opened("Date d'ouverture")
    assert not says_opened("Date de résolution")
    assert says_not_its_own("Due by Time")
    assert not says_not_its_own("Created")
    assert says_updated("Última atualização")
    assert not says_updated("Date")


@pytest.mark.parametrize(
    ("numbers", "subject", "key"),
    [
        ("Nr", "Laptop {} broken", "Nr"),  # runs, and is an id all the same
        ("Nr", "Ticket {}", "Ticket"),  # one word and its number: what people call it
        ("Nr", "PRN-{} A", "Ticket"),
        ("Lines", "Laptop {} broken", "Ticket"),  # no id: the subject is all there is
    ],
)
def test_a_subject_is_taken_after_every_id(numbers: str, subject: str, key: str) -> None:
    cells = {numbers: [str(n + 1) for n in range(40)], "Ticket": [subject.format(n * 7) for n in range(40)]}
    rows = [",".join(cells), *map(",".join, zip(*cells.values(), strict=True))]
    layout = guess("\n".join(rows).encode())
    assert next(column.name for column in layout.columns if column.role == "id") == key


def test_a_file_in_the_order_of_a_column_may_still_hold_its_groups() -> None:
    days = pd.date_range("2024-01-01", periods=2_600, freq="h")
    rows = [f"{day:%Y-%m-%d},{'A' if n < 2_500 else 'B'},{n % 13 + 1}x,," for n, day in enumerate(days)]
    content = Content("\n".join(["Opened,Team,Kind,Note,Empty", *rows]).encode(), "f.csv")
    found = form_of(content, SourceDefinition(id="s"), dated=True)
    kinds = {column.name: column.kind for column in found.columns}
    assert kinds == {"Opened": "moment", "Team": "group", "Kind": "text", "Note": "empty", "Empty": "empty"}
