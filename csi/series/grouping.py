"""Which columns of a source split its cases into a few groups, so that a change may be looked for in them.

Nobody has to name them: a text column of 2 to 12 values. Columns of people are none (V6.7), nor are those that only say
how a case ended.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import StudyDefinition
from csi.measures import measure_of
from csi.series.truths import pair_of, words_of

FEW = 12  # groups at most: of a column with more values the mix says nothing
COLUMNS = 6  # looked at of a source, in the order of its file; ours
FILLED = 0.9  # of the first rows: a column that holds less is no grouping; ours


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Headers of people and of how a case ended, as words in the languages exports come in.
_PEOPLE = _words(
    "assignee assigned agent owner caller requester requestor reporter author creator user person employee engineer "
    "technician analyst operator contact name email mail by approver manager customer bearbeiter zuständig zuständiger "
    "melder anforderer mitarbeiter benutzer kunde ansprechpartner verantwortlich verantwortlicher techniker "
    "responsable "
    "asignado solicitante usuario técnico autor agente demandeur utilisateur technicien assigné auteur assegnatario "
    "richiedente utente tecnico atribuído responsável cliente klant behandelaar aanvrager gebruiker "
    "担当者 依頼者 報告者 处理人 负责人 报告人"
)
_ENDINGS = _words(
    "status state resolution closure outcome result sla breach breached made met reopened satisfaction rating score "
    "csat nps feedback ergebnis zustand lösung bewertung zufriedenheit estado resultado resolución statut "
    "résultat état stato esito risoluzione resolução oplossing resultaat close closed resolved"
)
_CAUSES = _words(
    "cause causes reason reasons ursache ursachen grund gründe causa causas motivo motivos raison raisons motif motifs "
    "causes oorzaak oorzaken reden redenen motivi causale rootcause 原因"
)
_OF_MANY = _words("group team gruppe grupo groupe gruppo groep équipe equipo equipe squadra")
_RANKS = _words(
    "priority prio priorität prioridad priorité prioridade priorità severity urgency impact level tier class"
)
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[^\W\d_]+, [^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Groups:
    """A KPI split by a column: values (NaN: none) and numbers of cases, ``(groups, periods)``.

    Of a rate the cases are what its events are counted over. ``every``: one row in so many was looked at.
    """

    column: str
    names: tuple[str, ...]
    values: np.ndarray
    cases: np.ndarray
    every: int = 1


def grouping(head: pd.DataFrame) -> tuple[str, ...]:
    """The columns of some first rows that split them into a few groups."""
    texts = [str(name) for name in head.columns if isinstance(head[name].dtype, pd.StringDtype)]
    return tuple(name for name in texts if _is_grouping(name, head[name]))[:COLUMNS]


def _is_grouping(name: str, column: pd.Series) -> bool:
    known = column.dropna()
    return splits(name, [str(one) for one in known.unique()[: FEW + 1]], len(known), len(column))


def splits(name: str, different: Sequence[str], filled: int, rows: int) -> bool:
    """Whether a column of these ``different`` texts, in ``filled`` of ``rows``, splits cases into a few groups."""
    if is_number(different) and not _ranked(name):
        return False
    few = 2 <= len(different) <= FEW and filled >= FILLED * rows and filled > 2 * len(different)
    return few and pair_of(words_of(different)) is None and not is_told(name, different)


def _ranked(name: str) -> bool:
    """Whether numbers under a header are no amounts, but ranks: priority 1 to 4."""
    return bool({one.casefold() for one in _WORD.findall(_CAMEL.sub(" ", name))} & _RANKS)


def is_of_causes(name: str) -> bool:
    """Whether a column says why something happened: then few of its groups bring most of it (Pareto)."""
    return bool({one.casefold() for one in _WORD.findall(_CAMEL.sub(" ", name))} & _CAUSES)


def is_number(values: Iterable[str]) -> bool:
    """Whether all of some texts are numbers: amounts and answers, of which groups would be arbitrary."""
    return all(re.fullmatch(r"[-+]?[\d.,]+", one.strip()) for one in values)


def is_told(name: str, values: Collection[str]) -> bool:
    """Whether a column tells of single people, or of how a case ended: neither says where something is."""
    words = {one.casefold() for one in _WORD.findall(_CAMEL.sub(" ", name))}
    people = words & _PEOPLE and not words & _OF_MANY
    addressed = sum(bool(_ADDRESS.fullmatch(one.strip())) for one in values)
    return bool(people or words & _ENDINGS or 2 * addressed > len(values))


def held_of(frame: pd.DataFrame, kept: np.ndarray, sampled: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """The groups of the sampled rows, by their position among those that count."""
    there = [name for name in names if name in frame.columns]
    return frame[there].iloc[kept[sampled]].set_axis(pd.Index(sampled))


def may_split(study: StudyDefinition, source: str) -> bool:
    """Whether a KPI of a source is compared before and after, and may be split by groups of its rows."""
    kpis = [kpi for kpi in study.kpis.values() if kpi.source == source and measure_of(kpi.measure).is_split]
    return any(None not in (one.baseline, one.evaluation) for one in map(study.of_kpi, kpis))
