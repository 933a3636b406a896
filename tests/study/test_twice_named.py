"""A column that stands twice, and a day before all data: neither is taken in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInputs
from csi.reading.columns import repeated_names
from csi.reading.layout import guess
from csi.study.drafting.drafted import drafted
from csi.study.engines import Means
from csi.study.gathering import twice
from csi.study.given import Given
from csi.study.running import measured

STUDY = """study: 1
service: S
timezone: Europe/Lisbon
period: day
{as_of}
sources:
  t: {{file: t.csv, key: id{columns}}}
kpis:
  a: {{source: t, at: at, measure: sum, value: {value}, unit: tickets, direction: lower}}
"""


@pytest.mark.parametrize(
    ("header", "further"),
    [
        (["v", "v"], {"v": ("v_2",)}),
        (["v", " v ", "v"], {"v": ("v_2", "v_3")}),
        (["v", "v_2", "v"], {"v": ("v_3",)}),
        (["v", "V", "", ""], {}),
    ],
)
def test_which_names_stand_more_than_once(header: list[str], further: dict[str, tuple[str, ...]]) -> None:
    assert repeated_names(header) == further
    assert guess(f"{';'.join(['a', *header])}\nx;1;2;3;4\n".encode()).further == further


@pytest.mark.parametrize(
    ("used", "renamed", "refused"),
    [
        (["v"], {}, ["kpis.0"]),
        (["v", "w", "v"], {}, ["kpis.0", "kpis.2"]),
        (["v", "v_2"], {}, []),  # who uses both knows of both
        (["v_2"], {}, []),
        (["first"], {"v": "first"}, []),
        (["v"], {"v_2": "second"}, []),
        (["v"], {"w": "x"}, ["kpis.0"]),
    ],
)
def test_a_column_that_stands_twice_is_refused_until_one_is_named(
    used: list[str], renamed: dict[str, str], refused: list[str]
) -> None:
    source = SourceDefinition(id="t", columns=renamed)
    keys = [(f"kpis.{place}", name) for place, name in enumerate(used)]
    assert [one.field for one in twice(keys, {"v": ("v_2",)}, source)] == refused


def _measured(folder: Path, text: str, **keys: str) -> list[str]:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    study = STUDY.format(**{"as_of": "", "columns": "", "value": "v", **keys})
    try:
        measured(Given.of_text(study.encode(), "study.yml", folder), Means())
    except InvalidInputs as error:
        return [str(one) for one in error.errors]
    return []


TWICE = "id;at;v;v\n1;2025-01-01;5;6\n2;2025-01-02;7;8\n"


def test_a_study_says_which_key_names_a_column_that_stands_twice(tmp_path: Path) -> None:
    (said,) = _measured(tmp_path, TWICE)
    assert "kpis.a.value" in said
    assert "has 'v' twice; expected each column once: in the source, columns: {v: first}" in said
    assert _measured(tmp_path, TWICE, columns=", columns: {v: first}", value="first") == []
    assert _measured(tmp_path, TWICE, value="v_2") == []


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        (
            "2024-12-30",
            ["2024-12-30 leaves every row out, as the data begin on 2025-01-01; expected 2025-01-01 or later"],
        ),
        ("2025-01-01T00:00", []),  # what is of that moment was known
    ],
)
def test_a_day_before_all_data_leaves_nothing_to_judge(tmp_path: Path, as_of: str, said: list[str]) -> None:
    found = _measured(tmp_path, "id;at;v\n1;2025-01-01;5\n2;2025-01-02;7\n", as_of=f"as_of: {as_of}")
    assert [one.partition("as_of: ")[2] for one in found] == said


def test_a_form_asks_for_more_than_how_many_answered(tmp_path: Path) -> None:
    rows = [
        f"{n // 28 + 1:02}.{n % 12 + 1:02}.2025 10:11:12;{('Zufrieden', 'Neutral', 'Unzufrieden')[n % 3]};{n % 11}"
        for n in range(60)
    ]
    head = "Zeitstempel;Wie zufrieden waren Sie?;Würden Sie uns weiterempfehlen? (0-10)"
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    text = drafted([tmp_path / "t.csv"], tmp_path, "UTC").text
    assert "measure: nps" in text
    assert "measure: share" in text
