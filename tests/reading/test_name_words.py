"""What the name of a column says: a code that tells things apart, or something that is counted."""

from __future__ import annotations

import pytest

from csi.reading.name_words import says_code, says_no_more_than_when

CODES = (
    *("id", "Customer ID", "customerId", "zip", "ZIP code", "Postleitzahl", "PLZ", "phone", "Phone 2", "Tel.", "IP"),
    *("lat", "Fax", "Número", "Kundennummer", "user", "priority", "Assigned agent", "顧客コード", "電話番号", "year"),
    *("variant index", "store", "CEP", "телефон", "status", "HTTP status", "Statut HTTP", "error_code", "PSČ", "Rok"),
    *(
        "kod pocztowy",
        "Posta kodu",
        "Codice",
        "รหัสไปรษณีย์",
        "Yıl",
        "Jaar",
        "Έτος",
        "ปี",
        "연도",
        "年",
        "severity",
        "Priorytet",
    ),
    *(
        "Öncelik",
        "Prioridade",
        "Prioridad",
        "Προτεραιότητα",
        "우선순위",
        "support level",
        "Row",
        "KW",
        "cost per user ID",
    ),
)
COUNTS = (
    "n_updates",
    "updates",
    "users",
    "agents",
    "cost per user",
    "Umsatz pro Filiale",
    "number of calls",
    "phone calls",
    "handling time",
    "cost",
    "Anzahl Tickets",
    "reassignment_count",
    "",
    "hours",
    "件数",
    "status changes",
    "service level",
    "Umsatz pro Jahr",
    "Impact (EUR)",
    "年間費用",
)


@pytest.mark.parametrize("name", CODES)
def test_a_name_of_a_code(name: str) -> None:
    assert says_code(name)


@pytest.mark.parametrize("name", COUNTS)
def test_a_name_of_what_is_counted(name: str) -> None:
    assert not says_code(name)


def test_one_thing_or_person_is_a_number_only_where_its_numbers_are_whole() -> None:
    assert (says_code("agent", whole=False), says_code("agent id", whole=False)) == (False, True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("at", True),
        ("Date", True),
        ("date_time", True),
        ("Päivä", True),
        ("日付", True),
        ("Datum/Uhrzeit", True),
        ("closed at", False),
        ("Due date", False),
        ("", False),
        ("update", False),
    ],
)
def test_a_name_may_say_no_more_than_when(name: str, expected: bool) -> None:
    assert says_no_more_than_when(name) is expected
