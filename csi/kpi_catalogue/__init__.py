"""The KPI catalogue: entries as data, filling what a study leaves out, and words that clash."""

from csi.kpi_catalogue.catalogue import Clash, clashes, clashes_of, entries, entry, goals
from csi.kpi_catalogue.entry import Entry
from csi.kpi_catalogue.filling import fill
from csi.kpi_catalogue.searching import search

__all__ = ["Clash", "Entry", "clashes", "clashes_of", "entries", "entry", "fill", "goals", "search"]
