"""An encoding that the letters of a file do not tell stands in the draft with a question mark, and what it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.study.drafting.drafted import drafted

KINDS = {"cp1250": "Średni", "cp1252": "qualità", "koi8-r": "да"}


@pytest.mark.parametrize(("encoding", "word"), KINDS.items())
def test_letters_that_read_several_ways_are_asked_about_with_a_cell_in_each(
    tmp_path: Path, encoding: str, word: str
) -> None:
    rows = [f"INC{n};2025-01-{n + 1:02};{word if n % 2 else 'x'}\n" for n in range(28)]
    (tmp_path / "t.csv").write_bytes(("id;at;kind\n" + "".join(rows)).encode(encoding))
    found = drafted([tmp_path / "t.csv"], tmp_path, "UTC")
    (line,) = (line for line in found.text.splitlines() if line.startswith("    encoding: "))
    assert f"'{word}'" in line
    assert line.index("# ?") < line.index(f"'{word}'")
    assert encoding in line
    assert found.guessed[0] == "sources.t.encoding"


def test_letters_that_tell_are_not_asked_about(tmp_path: Path) -> None:
    rows = [f"INC{n};2025-01-{n + 1:02};{('Müller', 'Störung')[n % 2]}\n" for n in range(28)]
    (tmp_path / "t.csv").write_bytes(("id;at;kind\n" + "".join(rows)).encode("cp1252"))
    found = drafted([tmp_path / "t.csv"], tmp_path, "UTC")
    assert "encoding:" not in found.text
    assert not any("encoding" in one for one in found.guessed)
