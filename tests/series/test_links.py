"""Rows of two tools joined by an explicit table of pairs, and by nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from csi.errors import InvalidInputs
from csi.study.reading import study_from
from csi.study.running import run
from csi.study.writing import study_mapping
from tests.series.studies import values

STUDY: dict[str, Any] = {
    "study": 1,
    "service": "Delivery",
    "timezone": "UTC",
    "period": "week",
    "sources": {
        "deploys": {
            "file": "deploys.csv",
            "key": "deploy",
            "link": {"source": "changes", "table": "pairs", "own": "deploy", "other": "change"},
        },
        "changes": {"file": "changes.csv", "key": "id"},
        "pairs": {"file": "pairs.csv", "key": "deploy"},
    },
    "kpis": {
        "lead": {
            "source": "deploys",
            "at": "deployed_at",
            "measure": "median",
            "unit": "h",
            "direction": "lower",
            "value": {"from": "changes.committed_at", "to": "deployed_at"},
            "where": '`changes.kind` == "feature"',
        },
        "all": {"source": "deploys", "at": "deployed_at", "measure": "count", "direction": "higher"},
        "unlinked": {
            "source": "deploys",
            "at": "deployed_at",
            "measure": "count",
            "direction": "lower",
            "where": "`changes.committed_at` is missing",
        },
    },
}
DEPLOYS = ["d1,2026-03-03 12:00", "d2,2026-03-04 12:00", "d3,2026-03-05 12:00", "d4,2026-03-06 12:00"]
CHANGES = ["c1,2026-03-03 08:00,feature", "c2,2026-03-04 06:00,feature", "c3,2026-03-05 01:00,fix"]
FILES = {
    "deploys.csv": "\n".join(["deploy,deployed_at", *DEPLOYS, ""]),
    "changes.csv": "\n".join(["id,committed_at,kind", *CHANGES, ""]),
    "pairs.csv": "deploy,change\nd1,c1\nd2,c2\nd3,c3\nd4,c9\n",
}


def laid_out(folder: Path, study: dict[str, Any], **files: str) -> Path:
    for name, text in {**FILES, **files}.items():
        (folder / name).write_text(text)
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(study))
    return path


def test_a_linked_column_is_used_like_ones_own(tmp_path: Path) -> None:
    kpis = run(laid_out(tmp_path, STUDY)).kpis
    assert values(kpis["lead"].processed) == [5.0]  # 4 h and 6 h; the fix is out of scope
    assert values(kpis["all"].processed) == [4]
    assert values(kpis["unlinked"].processed) == [1]  # d4 leads to a change nobody delivered


def test_alike_ids_are_not_joined_without_a_pair(tmp_path: Path) -> None:
    alike = FILES["changes.csv"].replace("c1", "d1")
    kpis = run(laid_out(tmp_path, STUDY, **{"changes.csv": alike})).kpis
    assert values(kpis["unlinked"].processed) == [2]


def test_two_pairs_of_one_id_are_refused(tmp_path: Path) -> None:
    study = {**STUDY, "sources": {**STUDY["sources"], "pairs": {"file": "pairs.csv"}}}
    with pytest.raises(InvalidInputs, match="'d1' to more than one"):
        run(laid_out(tmp_path, study, **{"pairs.csv": FILES["pairs.csv"] + "d1,c2\n"}))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"source": "changes"}, "expected {source, table, own, other}"),
        ({"source": "x", "table": "pairs", "own": "a", "other": "b"}, "there is no source 'x'"),
        ("changes", "expected {source, table, own, other}"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(link: Any, expected: str) -> None:
    sources = {**STUDY["sources"], "deploys": {**STUDY["sources"]["deploys"], "link": link}}
    with pytest.raises(InvalidInputs, match=expected.replace("{", r"\{")):
        study_from({**STUDY, "sources": sources}, "s")


def test_a_column_missing_on_the_other_side_is_told_by_its_key(tmp_path: Path) -> None:
    text = FILES["changes.csv"].replace("committed_at", "commited_at")
    with pytest.raises(InvalidInputs, match=r"kpis.lead.value.from.*did you mean 'commited_at'"):
        run(laid_out(tmp_path, STUDY, **{"changes.csv": text}))


def test_a_linked_study_is_written_and_read_again() -> None:
    study = study_from(STUDY, "s")
    assert study_from(study_mapping(study), "s") == study


def test_rows_of_several_deliveries_with_alike_lines_are_joined_once(tmp_path: Path) -> None:
    deploys = {**STUDY["sources"]["deploys"], "file": "deploys*.csv"}
    study = {**STUDY, "sources": {**STUDY["sources"], "deploys": deploys}}
    more = "deploy,deployed_at\nd5,2026-03-06 13:00\nd6,2026-03-06 14:00\n"
    kpis = run(laid_out(tmp_path, study, **{"deploys-2.csv": more})).kpis
    assert values(kpis["all"].processed) == [6]
    assert values(kpis["lead"].processed) == [5.0]


def test_changes_without_an_id_are_led_to_by_nothing(tmp_path: Path) -> None:
    nameless = FILES["changes.csv"] + ",2026-03-05 01:00,fix\n,2026-03-05 02:00,fix\n"
    kpis = run(laid_out(tmp_path, STUDY, **{"changes.csv": nameless})).kpis
    assert values(kpis["lead"].processed) == [5.0]


def test_a_linked_columns_unit_is_that_of_its_own_source(tmp_path: Path) -> None:
    spent = {"source": "deploys", "at": "deployed_at", "measure": "sum", "unit": "EUR", "direction": "lower"}
    rows = ["id,committed_at,kind,cost,took,currency", "c1,2026-03-03,feature,10,90,USD", "c2,2026-03-04,fix,20,30,EUR"]
    study = {
        **STUDY,
        "sources": {
            **STUDY["sources"],
            "changes": {"file": "changes.csv", "key": "id", "units": {"took": "min", "cost": {"column": "currency"}}},
        },
        "kpis": {"cost": {**spent, "value": "changes.cost"}, "took": {**spent, "value": "changes.took", "unit": "h"}},
        "rates": [{"unit": "USD", "in": "EUR", "from": "2026-01-01", "rate": 0.5}],
    }
    kpis = run(laid_out(tmp_path, study, **{"changes.csv": "\n".join(rows)})).kpis
    assert values(kpis["cost"].processed) == [25]
    assert values(kpis["took"].processed) == [2]
