"""The tour's own parts; the tour itself is played whole by ``python -m bot sandbox --tour --exit``."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from bot.sandbox import tour
from bot.sandbox.server import Sandbox
from bot.sandbox.tour_data import cut
from bot.sandbox.tour_transcript import Transcript, shorten

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "bot" / "sandbox" / "tour_data" / "incidents.csv.gz"


def test_a_step_that_fails_is_named_and_written_down(tmp_path):
    said: list[str] = []
    with Sandbox(ROOT / "manifest.yml") as nobody_joined:
        failed = tour.run(nobody_joined, out=tmp_path, slowly=False, say=said.append)
    assert failed == "0 Begin a cycle"
    assert any("FAILED" in line and "/csi" in line for line in said)
    assert "**Failed**" in (tmp_path / "transcript.md").read_text()


def test_the_transcript_reads_as_plain_words():
    said: list[str] = []
    transcript = Transcript(said.append)
    transcript.names["U1"] = "Alice"
    transcript.answered(":red_circle: *V1.1* <@U1> says\n\n<https://x.example/|a link> &amp; more")
    assert said == ["    → V1.1 Alice says · a link & more"]
    assert shorten("x" * 900).endswith("…")


def test_the_log_is_small_and_its_last_line_is_ours():
    assert LOG.stat().st_size <= 1_000_000
    with gzip.open(LOG, "rt", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    assert tuple(rows[0]) == cut.COLUMNS
    assert len({row[0] for row in rows[1:]}) == 19_586 + 1
    assert rows[-1] == list(cut.BROKEN)
    assert (LOG.parent / "ATTRIBUTION.md").read_text().count("CC BY 4.0") == 1


def test_the_log_is_cut_from_the_published_one_to_the_byte(shared: Path):
    made = cut.cut(shared / "data" / "servicenow_incident_event_log.csv.gz")
    assert gzip.decompress(made) == gzip.decompress(LOG.read_bytes())  # how it is packed depends on Python's version


@pytest.mark.parametrize("unknown", ["<!channel>", "&lt;b&gt;"])
def test_what_people_typed_stays_text_in_the_transcript(unknown):
    assert shorten(unknown) in ("<!channel>", "<b>")
