"""Headers of other things: an export is not seen in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from csi.reading.exports import Caution, Doubt, Meaning, of_layout, recognised
from csi.reading.layout import guess

OTHERS = [
    "id,title,status,created,updated",
    "Ticket#,Created,Closed,Customer ID",
    "ID,Title,Description,State",
    "Number,Opened,Closed,Priority",
    "number,name,price,quantity",
    "Ticket ID,Subject,Agent,Rating",
    "Date,Source,Destination,Duration",
    "Date,Status,Amount,Customer",
    "Zeitstempel,Temperatur,Feuchte",
    "Timestamp,value",
    "Marca temporal,Temperatura,Humedad",
    "Horodateur,Débit,Niveau",
    "Status,Priorität,Erstellt,Aktualisiert",
    "Summary,Status,Priority,Assignee,Created",
    "Case ID,Activity,Resource,Complete Timestamp",
    "id,name,status,created_at,updated_at",
    "order_id,time_created,changes",
    "Ref,Start date,Close date,Team",
    "Monitor,Event,Value",
    "ID,Name,Email,Start time",
    "Conversation ID,Started,Ended",
    "Naam,Datum,Bedrag",
    "time,status,duration",
    "Título,Estado,Prioridad,Fecha de apertura",
    "Queue,State,Priority,Age",
    "",
]


@pytest.mark.parametrize("header", OTHERS)
def test_other_headers_are_no_export(header: str) -> None:
    assert recognised(header.split(",")) is None


@pytest.mark.parametrize(
    "name",
    [
        "italian_helpdesk_events.csv.gz",
        "cenipa_occurrences_latin1.csv.gz",
        "github_status_incidents_to_2023.csv",
        "govuk_deployments_2025.csv.gz",
        "gp_friends_family_ratings.csv",
        "aws_ec2_request_latency.csv",
        "air_quality_semicolon_decimal_comma.csv.gz",
        "servicenow_weekly_expected.csv",
    ],
)
def test_real_files_of_no_known_program(shared: Path, name: str) -> None:
    assert of_layout(guess(shared / "data" / name)) is None


def test_the_service_now_log_has_several_rows_per_number(shared: Path) -> None:
    found = of_layout(guess(shared / "data/servicenow_incident_event_log.csv.gz"))
    assert found is not None
    assert (found.program, found.languages, found.missing) == ("servicenow", (), ("?",))
    assert Caution.SEVERAL_ROWS_PER_KEY in found.cautions
    names = {meaning: found.column(meaning) for meaning in (Meaning.KEY, Meaning.VERSION, Meaning.OPENED)}
    assert names == {Meaning.KEY: "number", Meaning.VERSION: "sys_mod_count", Meaning.OPENED: "opened_at"}
    assert {(one.column, one.why) for one in found.dropped} == {("cmdb_ci", Doubt.EMPTY)}
    # The version proposed orders the rows as the file does: the figures of its README are those of the last rows.
    log = pd.read_csv(shared / "data/servicenow_incident_event_log.csv.gz", dtype=str)
    log["version"] = log[found.column(Meaning.VERSION)].astype(int)
    latest = log.sort_values("version", kind="stable").groupby(found.column(Meaning.KEY)).tail(1)
    assert (len(latest), (latest[found.column(Meaning.RESOLVE_MET)] == "true").sum()) == (20_769, 12_595)
