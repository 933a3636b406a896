"""``${NAME}`` from the environment: filled in where something is asked, and in nothing that is said or written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.fetching import Fetcher, Secrets
from csi.fetching.secrets import SHORTEST_WRITTEN
from csi.reading.connectors.asked import Asked
from tests.command.conftest import Csi, files
from tests.fetching.conftest import Answer, Site, site

__all__ = ["site"]
TOKEN = 'ghp_S3cret/"Token"+é'
HEADER = "ghp_HeaderSecret42"
STUDY = """
study: 1
service: Service desk
timezone: UTC
period: day
sources:
  calls:
    url: ADDRESS/calls?access=${ACCESS}&literal=$${ACCESS}
    headers: {Authorization: "Bearer ${TOKEN}", Accept-Language: en}
    rows: items
kpis:
  calls: {source: calls, at: at, measure: sum, value: minutes, unit: min, direction: lower, strata: who, target: 10}
"""


@pytest.fixture
def study(tmp_path: Path, site: Site) -> Path:
    calls = [{"at": f"2026-03-{day:02}T09:00:00Z", "minutes": day % 4, "who": HEADER} for day in range(1, 15)]
    calls.append({"at": f"never {HEADER}", "minutes": 1, "who": TOKEN})  # an answer that repeats what was sent
    site.answers["/calls"] = Answer(json.dumps({"items": calls}).encode())
    path = tmp_path / "study.yml"
    path.write_text(STUDY.replace("ADDRESS", site.address))
    return path


def everything(folder: Path, *said: str) -> str:
    return "\n".join([*(content.decode("latin-1") for content in files(folder).values()), *said])


@pytest.mark.parametrize("allowed", ["127.0.0.1", "localhost,127.0.0.0/8"])
def test_values_are_sent_and_never_said(study: Path, site: Site, csi: Csi, allowed: str) -> None:
    done = csi("run", "study.yml", "--allow", allowed, "-v", "--pdf", env={"TOKEN": HEADER, "ACCESS": TOKEN})
    assert done.returncode == 0, done.stderr
    [asked] = site.asked
    assert asked.headers["Authorization"] == f"Bearer {HEADER}"
    assert asked.headers["Accept-Language"] == "en"
    assert "access=ghp_S3cret/" in asked.path
    assert "literal=${ACCESS}" in asked.path
    told = everything(study.parent / "report", done.stdout, done.stderr)
    for secret in (HEADER, TOKEN, "ghp_S3cret"):
        assert secret not in told
    assert "never ***" in (study.parent / "report" / "quarantine.csv").read_text()


def test_the_hash_is_that_of_the_study_not_of_the_secret(study: Path, csi: Csi) -> None:
    hashes = set()
    for token in (HEADER, "another-secret"):
        done = csi("run", "study.yml", "--allow", "127.0.0.1", "--no-charts", env={"TOKEN": token, "ACCESS": TOKEN})
        assert done.returncode == 0
        hashes.add(json.loads((study.parent / "report" / "report.json").read_text())["study"]["hash"])
    assert len(hashes) == 1


def test_a_name_that_is_not_set_is_told_with_its_key_and_line(study: Path, site: Site, csi: Csi) -> None:
    done = csi("run", "study.yml", "--allow", "127.0.0.1", env={"ACCESS": TOKEN})
    assert (done.returncode, site.asked) == (2, [])
    assert "study.yml, line 9, sources.calls.headers.Authorization: the environment has no TOKEN" in done.stderr
    study.write_text(study.read_text().replace("${ACCESS}&", "${MY ACCESS}&"))
    done = csi("run", "study.yml", env={"TOKEN": HEADER})
    assert "line 8, sources.calls.url: ${MY ACCESS} is no name" in done.stderr


@pytest.mark.parametrize("status", [401, 404])
def test_an_error_that_repeats_a_value_hides_it(study: Path, site: Site, csi: Csi, status: int) -> None:
    said = json.dumps({"message": f"Bad credentials {HEADER}, {HEADER.upper()} and {TOKEN}"}).encode()
    site.answers["/calls"] = Answer(said, status)
    done = csi("run", "study.yml", "--allow", "127.0.0.1", env={"TOKEN": HEADER, "ACCESS": TOKEN})
    assert done.returncode == 2
    assert "Bad credentials ***, *** and ***" in done.stderr
    assert not (study.parent / "report").exists()


def test_a_header_goes_to_the_place_that_was_named_only(study: Path, site: Site, csi: Csi) -> None:
    elsewhere = site.address.replace("127.0.0.1", "localhost")
    items = site.answers["/calls"]
    site.answers["/calls"] = Answer(b"", 302, {"Location": f"{elsewhere}/there"})
    site.answers["/there"] = items
    study.write_text(study.read_text().replace("Accept-Language: en", 'PRIVATE-TOKEN: "${TOKEN}"'))
    done = csi(
        "run", "study.yml", "--allow", "127.0.0.1,localhost", "--no-charts", env={"TOKEN": HEADER, "ACCESS": "x"}
    )
    assert done.returncode == 0, done.stderr
    first, second = site.asked
    assert (first.headers["PRIVATE-TOKEN"], second.headers["PRIVATE-TOKEN"]) == (HEADER, None)
    assert second.headers["Authorization"] is None


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("{Authorization: Bearer abc}", "headers.Authorization: would keep a secret in the study"),
        ("{X-Api-Key: abc}", "headers.X-Api-Key: would keep a secret"),
        ("{Host: example.org}", "headers.Host: is no header that can be set"),
        ('{"a b": c}', "headers.a b: is no header that can be set"),
        ("[a]", "headers: expected keys and values"),
    ],
)
def test_headers_that_cannot_be_sent_are_told(study: Path, csi: Csi, headers: str, told: str) -> None:
    lines = [f"    headers: {headers}" if "headers:" in line else line for line in study.read_text().splitlines()]
    study.write_text("\n".join(lines))
    done = csi("run", "study.yml", env={"ACCESS": TOKEN})
    assert done.returncode == 2
    assert told in done.stderr


def test_a_private_address_is_refused_with_what_to_pass(study: Path, site: Site, csi: Csi) -> None:
    known = {"TOKEN": HEADER, "ACCESS": TOKEN}
    done = csi("run", "study.yml", "--allow", "10.0.0.0/8, warehouse", env=known)
    assert "127.0.0.1 is this machine, which may not be asked." in done.stderr
    value = "10.0.0.0/8,warehouse,127.0.0.1"
    assert f"Where you trust it, allow it: --allow {value}." in done.stderr
    assert csi("run", "study.yml", "--allow", value, "--no-charts", env=known).returncode == 0


def test_a_database_elsewhere_is_refused_with_the_folder_to_pass(study: Path, tmp_path: Path, csi: Csi) -> None:
    elsewhere = tmp_path.parent / "elsewhere"
    lines = study.read_text().replace("rows: items", "query: SELECT 1 AS at, 2 AS minutes, 3 AS who").splitlines()
    kept = [line for line in lines if "headers:" not in line]
    study.write_text("\n".join(f"    sql: sqlite:///{elsewhere}/x.db" if "url:" in one else one for one in kept))
    done = csi("run", "study.yml")
    assert f"Where you trust it, allow its folder: --allow-folder {elsewhere}" in done.stderr


def test_the_bot_fills_nothing_in_from_its_own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_SECRET", "of the bot")
    source = SourceDefinition(id="a", url="https://example.org/?x=${HOME_SECRET}")
    with pytest.raises(InvalidInput, match=r"url: \$\{HOME_SECRET\} is filled in by csi run only"):
        Fetcher()(Asked(source=source, folder=tmp_path))


def test_short_values_and_numbers_are_hidden_in_messages_but_spoil_no_report() -> None:
    source = SourceDefinition(id="a", url="https://example.org/${YEAR}/${NUMBER}/${TOKEN}/${EMPTY}")
    long = "x" * SHORTEST_WRITTEN
    known = {"YEAR": "2026", "NUMBER": "12345678", "TOKEN": long, "EMPTY": "", "OTHER": "not used here"}
    secrets = Secrets(known).of([source])
    assert secrets.put_into(source).url == f"https://example.org/2026/12345678/{long}/"
    assert secrets.hidden(f"2026 {long} 12345678 not used here") == "*** *** *** not used here"
    assert secrets.hidden_in(f"2026 12345678 {long}".encode()) == b"2026 12345678 ***"
