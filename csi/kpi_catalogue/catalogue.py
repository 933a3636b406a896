"""Reads the catalogue's files once, checks all of them, and gives entries by id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from csi.errors import InvalidInput, InvalidInputs, NotFound
from csi.kpi_catalogue.entry import Entry, errors_in, from_plain

FOLDER = Path(__file__).parent
FILES = ("incidents.yaml", "availability.yaml", "people.yaml", "changes.yaml", "improvement.yaml")
CLASHES = "clashes.yaml"
GOALS = "goals.yaml"
ID = re.compile(r"K(\d{2})(b?)")


@dataclass(frozen=True, slots=True)
class Clash:
    """A word with several meanings: say which one before comparing."""

    term: str
    meanings: tuple[str, ...]
    kpis: tuple[str, ...]


@cache
def entries() -> Mapping[str, Entry]:
    """All entries by id, in the order K01 … K42."""
    written: dict[str, Any] = {}
    for name in FILES:
        written.update(yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")))
    return read(written)


def read(written: Mapping[str, Any]) -> Mapping[str, Entry]:
    """The entries of a mapping id → entry as written.

    Raises:
        InvalidInputs: lists every error of every entry at once.
    """
    errors = [error for id, plain in written.items() for error in errors_in(id, plain)]
    errors += [InvalidInput(id, "is not an id such as K09 or K09b.") for id in written if not ID.fullmatch(id)]
    errors += [
        InvalidInput(f"{id}.counter_metrics", f"names {other}, which is not in the catalogue.")
        for id, plain in written.items()
        for other in plain.get("counter_metrics") or ()
        if other not in written
    ]
    if errors:
        raise InvalidInputs(errors)
    return MappingProxyType({id: from_plain(id, written[id]) for id in sorted(written)})


def entry(id: str) -> Entry:
    """The entry of an id, typed in any case.

    Raises:
        NotFound: there is no such entry.
    """
    wanted = id.strip().lower()
    for known, found in entries().items():
        if known.lower() == wanted:
            return found
    raise NotFound(f"The catalogue has no {id.strip() or 'empty id'}; its ids run from K01 to K42, with K09b.")


@cache
def clashes() -> tuple[Clash, ...]:
    """Words that two teams use for two things."""
    written = yaml.safe_load((FOLDER / CLASHES).read_text(encoding="utf-8"))
    return tuple(Clash(item["term"], tuple(item["meanings"]), tuple(item["kpis"])) for item in written)


@cache
def goals() -> Mapping[str, str]:
    """What a business may want, by what a KPI looks at: a sentence to begin with."""
    written = yaml.safe_load((FOLDER / GOALS).read_text(encoding="utf-8"))
    return MappingProxyType({str(aspect): str(sentence) for aspect, sentence in written.items()})


def clashes_of(id: str) -> tuple[Clash, ...]:
    """The clashing words that an entry uses."""
    return tuple(clash for clash in clashes() if entry(id).id in clash.kpis)
