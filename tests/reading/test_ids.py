"""Ids of the same cases are alike in every file, names of columns however their accents are written."""

from __future__ import annotations

import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.reading.columns import usable_names
from csi.reading.ids import plain_ids
from csi.reading.readers import read


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        (["1.0", "2.0", None], ["1", "2", None]),
        (["1.0", "2.1"], ["1.0", "2.1"]),
        (["1.0", "2.0", "INC3"], ["1.0", "2.0", "INC3"]),
        (["1.00", "2.00"], ["1.00", "2.00"]),
        (["INC2 ", " INC2", "inc1\u00a0"], ["INC2", "INC2", "inc1"]),
        ([None, None], [None, None]),
        (["a", "  "], ["a", None]),
    ],
)
def test_ids_as_they_are_compared(cells: list[str | None], ids: list[str | None]) -> None:
    dtype = pd.StringDtype(na_value=float("nan"))
    found = plain_ids(pd.Series(cells, dtype=dtype, index=range(4, 4 + len(cells)), name="ID"))
    assert found.astype(object).where(found.notna(), None).tolist() == ids
    assert (found.dtype, found.name, found.index[0]) == (dtype, "ID", 4)


def test_a_key_is_read_so_and_no_other_column() -> None:
    source = SourceDefinition(id="s", key="ID")
    found = read(b"ID,Other,n\n1.0,5.0 ,3\n2.0,6.0 ,4\n", source, moments=[], numbers=["n"], filename="t.csv").frame
    assert found["ID"].tolist() == ["1", "2"]
    assert found["Other"].str.strip().tolist() == ["5.0", "6.0"]
    numbered = read(b"ID,n\n1.0,3\n2.0,4\n", SourceDefinition(id="s", key="n"), moments=[], numbers=["n"]).frame
    assert numbered["n"].tolist() == [3.0, 4.0]


def test_names_have_each_accent_on_its_letter() -> None:
    assert usable_names(["Ero\u0308ffnet", "a"]) == ("Er\u00f6ffnet", "a")
    assert usable_names(["Ero\u0308ffnet", "Er\u00f6ffnet"]) == ("Er\u00f6ffnet", "Er\u00f6ffnet_2")
