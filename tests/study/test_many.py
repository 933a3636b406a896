"""A study of more than anybody looks at is refused in words, and in a moment."""

from __future__ import annotations

import pytest
import yaml

from csi.errors import InvalidInputs
from csi.study.reading import LARGEST, MOST_NAMED, study_of

KPI = {"name": "n", "source": "s", "measure": "count", "at": "A", "unit": "n", "direction": "lower"}


def said(count: int) -> str:
    study = {"study": 1, "service": "S", "timezone": "UTC", "period": "week", "sources": {"s": {"file": "a.csv"}}}
    content = yaml.safe_dump({**study, "kpis": {f"k{number}": dict(KPI) for number in range(count)}})
    try:
        study_of(content.encode())
    except InvalidInputs as wrong:
        return str(wrong)
    return ""


def test_many_kpis_are_refused_in_one_line() -> None:
    (line,) = said(MOST_NAMED + 1).splitlines()
    assert line.endswith("kpis: names 501; expected at most 500; make several studies of it")
    assert "names" not in said(MOST_NAMED)


def test_ten_thousand_kpis_written_out_are_refused_by_their_size() -> None:
    line = "  k: {name: n, source: s, measure: count, at: A, unit: n, direction: lower}\n"
    with pytest.raises(InvalidInputs, match="is larger than 250,000 bytes"):
        study_of(b"study: 1\nkpis:\n" + line.encode() * 10_000)
    assert LARGEST == 250_000


@pytest.mark.parametrize("value", ["1e999999", "-1e999999", ".inf", "9" * 400])
def test_a_number_beyond_all_numbers_is_refused_in_words(value: str) -> None:
    content = f"study: 1\nsources: {{s: {{file: a.csv}}}}\nkpis:\n  k: {{name: n, source: s, target: {value}}}\n"
    with pytest.raises(InvalidInputs, match=r"kpis\.k\.target: expected a number, not"):
        study_of(content.encode())


@pytest.mark.parametrize(
    "pattern", ["(a+)+" * 2_000 + "x", "(" * 10_000, "a" * 10_000, "not " * 2_400 + "a is missing"]
)
def test_a_condition_of_ten_thousand_characters_is_refused_in_words(pattern: str) -> None:
    content = yaml.safe_dump(
        {"study": 1, "sources": {"s": {"file": "a.csv"}}, "kpis": {"k": {**KPI, "where": pattern}}}
    )
    with pytest.raises(InvalidInputs, match=r"kpis\.k\.where: expected"):
        study_of(content.encode())
