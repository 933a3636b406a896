"""What the name of a column says of what is wished, in the languages exports come in."""

from __future__ import annotations

import pytest

from csi.study.drafting.wished import direction_of, says_counted, says_rated, says_recommended, says_satisfied

HIGHER = (
    *("CSAT", "Customer satisfaction", "Kundenzufriedenheit", "Zadowolenie użytkownika", "Klanttevredenheid"),
    *("満足度", "만족도", "SLA eingehalten", "SLA dotrzymane", "Cumple ANS", "SLA met", "Umsatz", "gelöst", "稼働率"),
    *("Service level %", "Servicelevel in %", "Nivel de servicio (%)", "Angenommen in 20 s", "Atendidas"),
    *("uptime", "Verfügbarkeit", "Disponibilidad", "first contact resolution", "NPS"),
)
LOWER = (
    *("wait", "Wartezeit", "Temps d’attente", "latency", "errors", "Fehlerquote", "Liczba błędów", "Reopened"),
    *("SLA breached", "SLA verletzt", "Tempo excedido", "escalated", "Kosten", "Coste", "Náklady", "backlog"),
    *("Aufgelegt", "Llamadas perdidas"),
    *("Wiedereröffnet", "待ち時間", "비용"),
)
NEITHER = ("volume", "size", "SLA", "priority", "", "failures resolved", "not answered", "nicht gelöst", "Menge")


@pytest.mark.parametrize("name", HIGHER)
def test_more_is_better(name: str) -> None:
    assert direction_of(name) == "higher"


@pytest.mark.parametrize("name", LOWER)
def test_less_is_better(name: str) -> None:
    assert direction_of(name) == "lower"


@pytest.mark.parametrize("name", NEITHER)
def test_which_is_better_is_not_said(name: str) -> None:
    assert direction_of(name) == ""


def test_a_length_of_time_is_better_short_but_between_failures() -> None:
    assert [direction_of(name, lasts=True) for name in ("handling", "solved", "uptime", "time between failures")] == [
        "lower",
        "lower",
        "higher",
        "higher",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "NPS",
        "Would you recommend us?",
        "Empfehlungsbereitschaft",
        "Weiterempfehlung",
        "¿Nos recomendaría?",
        "推薦度",
        "추천 의향",
        "Polecisz nas?",
        "Tavsiye eder misiniz",
        "Recommanderiez-vous",
        "Zou u ons aanbevelen",
    ],
)
def test_a_recommendation(name: str) -> None:
    assert says_recommended(name)


def test_a_rating_and_whether_it_says_that_more_is_better() -> None:
    names = ("CSAT", "Rating", "Note", "Ocena", "평점", "cost")
    assert [(says_rated(name), says_satisfied(name)) for name in names] == [
        (True, True),
        (True, False),
        (True, False),
        (True, False),
        (True, False),
        (False, False),
    ]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("updates", True),
        ("reopen_count", True),
        ("Anzahl Bearbeiter", True),
        ("Nombre d’appels", True),
        ("件数", True),
        ("Počet hovorů", True),
        ("Kosten", False),
        ("Umsatz", False),
        ("country", False),
        ("size", False),
    ],
)
def test_a_count(name: str, counts: bool) -> None:
    assert says_counted(name) is counts
