"""What the catalogue fills is understood by a study: conditions parse, values and units fit their measure."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from csi.kpi_catalogue import entries
from csi.series.expression import columns_of
from csi.study.reading import read_study

COMPUTED = [known for known in entries().values() if known.computed]
# What a team has to say itself: a condition, or the two sides of a ratio.
OWN = {
    "K12": {"value": {"numerator": "closed", "denominator": "opened"}},
    "K18": {"value": {"numerator": "amount", "denominator": "contacts"}, "unit": "money", "at": "day"},
    "K23": {"good": 'seen_before == "true"'},
    "K24": {"good": 'came_back == "true"'},
    "K37": {"direction": [60, 85]},
    "K42": {"good": 'rating in ("Good")', "where": 'rating in ("Good", "Bad")'},
}


@pytest.mark.parametrize("known", COMPUTED, ids=lambda known: known.id)
def test_a_study_understands_the_entry(known, tmp_path: Path):
    written = {"kpi": known.id, "source": "log", **OWN.get(known.id, {})}
    if known.id == "K12":
        written["at"] = "at"
    sources = {"log": {"file": "log.csv", "timezone": "UTC", "dates": "iso"}}
    study = {"study": 1, "service": "Desk", "timezone": "UTC", "period": "week", "sources": sources}
    study["kpis"] = {"it": written}
    path = tmp_path / "study.yml"
    path.write_text(yaml.safe_dump(study))
    kpi = read_study(path).kpis["it"]
    assert (kpi.name, kpi.catalogue, kpi.measure) == (known.name, known.id, known.computed["measure"])


@pytest.mark.parametrize("known", COMPUTED, ids=lambda known: known.id)
def test_conditions_use_only_fields_the_entry_names(known):
    fields = {*known.required_fields, *known.optional_fields}
    used = {column for key in ("where", "good") for column in columns_of(known.computed.get(key, "") or "1 == 1")}
    assert used <= fields
