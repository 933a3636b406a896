"""Whether a promise was kept, as programs write it in words: Met and Missed, erfüllt and nicht erfüllt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from csi.series.truths import folded

_MOST_OTHERS = 2  # different words that say neither: running, paused. Ours
_NEGATIONS = ("not ", "nicht ", "non ", "no ", "não ", "niet ", "nie ", "ej ", "inte ")
# By language; ours, after what ticket programs show of agreed times.
_KEPT = """
met, achieved, fulfilled, kept, passed, pass, ok, within, inside, successful, succeeded, compliant, on time
in time, within sla, in sla, sla met
erfüllt, eingehalten, innerhalb, bestanden, erreicht, pünktlich, in ordnung, i.o., io, fristgerecht
innerhalb der frist, innerhalb sla
respecté, respectée, atteint, atteinte, conforme, dans les délais, dans le délai, à temps
cumplido, cumplida, cumple, dentro, en plazo, a tiempo, dentro de plazo, dentro del plazo, dentro de sla
cumprido, cumprida, atendido, no prazo, dentro do prazo, dentro do sla
rispettato, rispettata, entro, nei tempi, entro i termini, in tempo
gehaald, behaald, binnen, op tijd, binnen sla
dotrzymany, dotrzymane, dotrzymana, spełniony, spełnione, spełniona, w terminie, na czas
"""
_BROKEN = """
missed, failed, fail, nok, violated, breached, breach, outside, overdue, late, non-compliant, out of sla
outside sla, sla violated, sla breached, sla missed
verletzt, verfehlt, überschritten, außerhalb, ausserhalb, verspätet, n.i.o., nio, außerhalb sla, außerhalb der frist
dépassé, dépassée, hors délai, hors délais, en retard, hors sla
incumplido, incumplida, incumple, fuera, vencido, vencida, fuera de plazo, fuera de sla
descumprido, descumprida, fora, atrasado, fora do prazo, fora do sla
violato, violata, fuori, scaduto, in ritardo, oltre i termini, fuori sla
gemist, overschreden, buiten, te laat, buiten sla
niedotrzymany, niedotrzymane, niespełniony, niespełnione, przekroczony, przekroczone, po terminie
"""


def _words(lines: str) -> frozenset[str]:
    return frozenset(folded(word) for line in lines.strip().split("\n") for word in line.split(","))


_SAID_KEPT, _SAID_BROKEN = _words(_KEPT), _words(_BROKEN)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A column's own words for promises that were kept, and for those that were broken."""

    kept: tuple[str, ...]
    broken: tuple[str, ...]


def outcomes_of(words: Iterable[str]) -> Outcomes | None:
    """What a column's different values say; None unless there are both, and at most two that say neither."""
    every = list(words)
    kept = tuple(word for word in every if folded(word) in _SAID_KEPT)
    broken = tuple(word for word in every if _is_broken(folded(word)))
    others = len(every) - len(kept) - len(broken)
    return Outcomes(kept, broken) if kept and broken and others <= _MOST_OTHERS else None


def _is_broken(word: str) -> bool:
    is_denied = any(word.startswith(no) and word.removeprefix(no) in _SAID_KEPT for no in _NEGATIONS)
    return is_denied or word in _SAID_BROKEN
