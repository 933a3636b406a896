"""A file was dropped in a cycle's channel: fetched, kept as it is, looked at, answered in its thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import proposing
from bot.blocks import step3_gather as blocks
from bot.blocks.cycle import WRITE_YEAR, Beginning, Lacks, file_first, file_unreadable, study_first
from bot.blocks.parts import Block
from bot.blocks.step3_gather.mapping import SAMPLED
from bot.context import Kit
from bot.delivery import downloads
from bot.listeners.step3_gather import drop as kept
from bot.listeners.step3_gather import mapping, proposals, studies
from bot.listeners.step3_gather.drop import Drop
from bot.payload import team_of
from csi import cycle as cycles
from csi import roles
from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import CsiError, InvalidInput
from csi.kpi_catalogue import catalogue
from csi.models import Batch, Cycle, Source
from csi.reading import exports, mending
from csi.reading.as_written import on_its_sheet
from csi.reading.bounds import DEFAULT, megabytes
from csi.reading.content import Content
from csi.reading.layout import guess, tables
from csi.reading.looks import Looks, looks, looks_as_said
from csi.reading.proposing import months_without_year, proposed
from csi.states import BatchState
from csi.step2_can_measure.sources import of_service
from csi.step3_gather.mapping import Match, best_match
from csi.step3_gather.sources import definition
from csi.storage import need, row, rows
from csi.study.drafting.proposal import Proposal
from csi.study.drafting.undated import yearless
from csi.terms import Period, Step

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".ods", ".jsonl", ".ndjson", ".json", ".parquet")
# In step 3 people are told when what they dropped is close to a table and is none.
NEARLY = (
    ".txt",
    ".tab",
    ".dat",
    ".psv",
    ".log",
    ".xls",
    ".xlsb",
    ".numbers",
    ".pdf",
    ".html",
    ".xml",
    ".doc",
    ".docx",
    ".zip",
    ".7z",
    ".rar",
    ".bz2",
    ".xz",
    ".zst",
    ".db",
    ".sqlite",
)
# Never a table, and dropped for its own sake as often as for its numbers: only whoever drops one is told.
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".svg")
OTHERS = (".ppt", ".pptx", ".odp", ".odt", ".rtf", ".pages", ".key", ".msg", ".eml", ".mht", ".one", ".vsd", ".vsdx")
STATISTICS = (
    ".sav",
    ".sas7bdat",
    ".dta",
    ".rds",
    ".rdata",
    ".feather",
    ".avro",
    ".orc",
    ".mdb",
    ".accdb",
    ".pbix",
    ".qvd",
)
TOLD = (*NEARLY, *PICTURES, *OTHERS, *STATISTICS)
SHEETS = (".xls", ".xlsb", ".numbers")  # tables all the same: whoever drops one is told at any time
_SHEETS = 12  # of a workbook, looked at for one whose name has changed
_CHANNELS = ("C", "G")  # ids of channels begin so; a direct message is no place for a cycle


def dropped(event: Mapping[str, Any], body: Mapping[str, Any], client: WebClient, kit: Kit) -> None:
    """A file was shared in a channel: ours to read when it looks like a table and a cycle is open there."""
    team_id, channel = team_of(body), str(event.get("channel_id") or "")
    user = str(event.get("user_id") or "")
    with kit.sessions.reading() as session:
        cycle = cycles.open_in(session, team_id, channel)
    if user == str(client.auth_test()["user_id"]):
        return
    file = client.files_info(file=str(event["file_id"]))["file"]
    name = str(file.get("name") or "").lower().removesuffix(".gz")
    if cycle is None:
        if name.endswith(TABLES) and channel.startswith(_CHANNELS):
            _look_alone(kit, team_id, channel, user, str(file["id"]))
        elif name.endswith((*SHEETS, *TOLD)) and channel.startswith(_CHANNELS):
            _unreadable(client, channel, user, file)
        elif name.endswith(studies.ENDINGS) and channel.startswith(_CHANNELS):
            _offer_study(client, channel, user, file)
        return
    is_ours = name.endswith((*TABLES, *studies.ENDINGS))
    is_near = name.endswith(NEARLY) or "." not in name
    if not is_ours and not name.endswith(SHEETS) and not (cycle.step == Step.GATHER and is_near):
        if name.endswith(TOLD):
            _unreadable(client, channel, user, file)
        return
    with kit.sessions() as session:
        look_later(kit, session, cycle, str(file["id"]), user=user)


def _unreadable(client: WebClient, channel: str, user: str, file: Mapping[str, Any]) -> None:
    """Whoever drops what nobody can read here is told what I could read; nobody else is disturbed."""
    name = str(file["name"])
    is_table, is_picture = (name.lower().endswith(kinds) for kinds in ((*SHEETS, *STATISTICS), PICTURES))
    _tell(client, channel, user, file_unreadable(name, is_table=is_table, is_picture=is_picture))


def _tell(client: WebClient, channel: str, user: str, shown: list[Block]) -> None:
    client.chat_postEphemeral(channel=channel, user=user, text=blocks.words(shown), blocks=shown)


def _look_alone(kit: Kit, team_id: str, channel: str, user: str, file_id: str) -> None:
    """Have a table looked at where no cycle runs: what it can give is told to whoever dropped it."""
    with kit.sessions() as session:
        kit.inbox.later(
            session,
            team_id=team_id,
            kind="gather.propose",
            key=f"{file_id}:{channel}",
            payload={"file_id": file_id, "cycle_id": 0, "channel": channel, "user": user},
            user=user,
            channel=channel,
        )


def propose(payload: Mapping[str, Any], client: WebClient, kit: Kit) -> None:
    """The job: what a table can give where no cycle runs; one that gives nothing begins a cycle all the same."""
    team_id, channel, user = str(payload["team_id"]), str(payload["channel"]), str(payload["user"])
    file = client.files_info(file=str(payload["file_id"]))["file"]
    zone = str(client.users_info(user=user)["user"].get("tz") or "UTC")
    _tell(client, channel, user, blocks.looking_at())
    found = _table(client, kit, payload, file)
    if not isinstance(found, Drop):
        _tell(client, channel, user, blocks.refused(str(file["name"]), found))
        return
    proposal = _proposal(kit, team_id, found, zone)
    if proposal is None or isinstance(proposal, Lacks):
        _tell(client, channel, user, file_first(found.filename, found.file_id, channel, proposal))
        return
    otherwise = f"{channel}:{found.file_id}"
    shown = proposing.offered(found.filename, found.handle, proposal, otherwise=otherwise, zone=zone)
    _tell(client, channel, user, [*shown[:1], *blocks.unread(_alike(kit, found)), *shown[1:]])


def _proposal(kit: Kit, team_id: str, found: Drop, zone: str) -> Proposal | Lacks | None:
    """What a table proposes, or why it proposes nothing; None of one that is too large to say."""
    try:
        return proposals.of_small(kit, team_id, found, proposals.Cut(zone))
    except CsiError as error:
        why = error.reason if isinstance(error, InvalidInput) else str(error)
        rows_held = found.layout.rows if found.layout.rows < SAMPLED else None
        months = months_without_year(found.layout)
        return Lacks(yearless(months), rows_held, is_final=True) if months else Lacks(why, rows_held)


def _table(client: WebClient, kit: Kit, payload: Mapping[str, Any], file: Mapping[str, Any]) -> Drop | str:
    """A file fetched and looked at; where it is no table, or holds no row, what is wrong with it."""
    try:
        with TemporaryDirectory(prefix="csi-drop-") as folder:
            path = downloads.fetch(client, file, Path(folder), DEFAULT)
            found = _looked_at(kit, str(payload["team_id"]), payload, file, path)
    except InvalidInput as error:
        return error.reason
    rows = any(cell.strip() for row in found.layout.examples for cell in row)
    return found if rows else f"{found.filename} {blocks.NO_ROW}"


def _offer_study(client: WebClient, channel: str, user: str, file: Mapping[str, Any]) -> None:
    """Whoever drops a study is shown how a cycle begins with it; a YAML file that is no study is nobody's business."""
    name = str(file["name"])
    try:
        with TemporaryDirectory(prefix="csi-drop-") as folder:
            told = studies.told(downloads.fetch(client, file, Path(folder), DEFAULT), name)
    except InvalidInput as error:
        told = blocks.refused(name, error.reason)
    if isinstance(told, StudyDefinition):
        told = study_first(
            name,
            Beginning(
                channel,
                told.service[:80],
                told.timezone,
                str(told.period),
                file_id=str(file["id"]),
                filename=name[:200],
            ),
        )
    if told:
        client.chat_postEphemeral(channel=channel, user=user, text="No cycle is running here.", blocks=told)


def look_later(kit: Kit, session: Session, cycle: Cycle, file_id: str, *, user: str) -> None:
    """Have a file of the cycle's channel looked at, once."""
    payload = {"file_id": file_id, "cycle_id": cycle.id, "channel": cycle.channel_id, "user": user}
    kit.inbox.later(
        session,
        team_id=cycle.team_id,
        kind="gather.look",
        key=f"{file_id}:{cycle.channel_id}",
        payload=payload,
        user=user,
        channel=cycle.channel_id,
    )


def look(payload: Mapping[str, Any], client: WebClient, kit: Kit) -> None:
    """Fetch a dropped file, keep it, and ask how it is read; the columns of an earlier one need one click."""
    team_id = str(payload["team_id"])
    file = client.files_info(file=str(payload["file_id"]))["file"]
    if is_told_of(file):
        _say(kit, team_id, payload, file, Answer(blocks.looking_at()))
    answer = _answer(client, kit, payload, file)
    if answer.shown:
        _say(kit, team_id, payload, file, answer)


def is_told_of(file: Mapping[str, Any]) -> bool:
    """Whether people would wonder if anything happens while a file is looked at: where it is a table."""
    return str(file.get("name") or "").lower().removesuffix(".gz").endswith((*TABLES, *SHEETS))


def _nothing_begins(_: Session) -> None:
    """Most answers wait for a person."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a file, and what begins in the same transaction."""

    shown: list[Block]
    begin: Callable[[Session], None] = _nothing_begins


def _answer(client: WebClient, kit: Kit, payload: Mapping[str, Any], file: Mapping[str, Any]) -> Answer:
    """What is said of a file; a refusal, too, belongs beside it."""
    try:
        with TemporaryDirectory(prefix="csi-drop-") as folder:
            path = downloads.fetch(client, file, Path(folder), DEFAULT)
            return _seen(kit, str(payload["team_id"]), payload, file, path)
    except InvalidInput as error:
        return Answer(blocks.refused(str(file["name"]), error.reason))


def _seen(kit: Kit, team_id: str, payload: Mapping[str, Any], file: Mapping[str, Any], path: Path) -> Answer:
    """The answer to a file that was fetched."""
    if str(file["name"]).lower().endswith(studies.ENDINGS):
        return Answer(studies.offer(kit, team_id, str(file["id"]), str(file["name"]), path))
    return _offer(kit, team_id, _looked_at(kit, team_id, payload, file, path))


def _looked_at(kit: Kit, team_id: str, payload: Mapping[str, Any], file: Mapping[str, Any], path: Path) -> Drop:
    name = str(file["name"])
    content = Content(path, name)
    layout = guess(path, name)
    found = Drop(
        file_id=str(file["id"]),
        filename=name,
        size=content.size,
        sha256=content.sha256(),
        raw_key=kit.files.keep(team_id, path),
        cycle_id=int(payload["cycle_id"]),
        channel=str(payload["channel"]),
        thread_ts=_thread(file, str(payload["channel"])),
        user=str(payload["user"]),
        permalink=str(file.get("permalink") or ""),
        layout=layout,
    )
    kept.keep(kit.files, team_id, found)
    return found


def _thread(file: Mapping[str, Any], channel: str) -> str:
    """The message the file came with; empty where Slack does not say."""
    shares = file.get("shares") or {}
    for kind in ("public", "private"):
        for share in (shares.get(kind) or {}).get(channel) or ():
            return str(share.get("thread_ts") or share.get("ts") or "")
    return ""


def _offer(kit: Kit, team_id: str, dropped: Drop) -> Answer:
    found, match = _matched(kit, team_id, dropped)
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, found.cycle_id)
        known = _known(session, cycle, found)
        mended = _mended(session, cycle, found)
        is_member = bool(roles.held(session, team_id, cycle.service_id, found.user) & roles.MEMBERS)
    if known is not None:
        return Answer(blocks.known_already(found.filename, found.handle, *known))
    if mended is None:
        return Answer(_question(kit, cycle, found, match))
    if not is_member:  # anybody in the channel can drop a file; its rows count at a member's word
        return Answer(blocks.recognised(found.filename, found.handle, mended, ()))
    return Answer(
        blocks.working(found.filename, 0),
        lambda session: mapping.begin_as_before(kit, session, team_id, found, mended, actor=found.user),
    )


def _matched(kit: Kit, team_id: str, found: Drop) -> tuple[Drop, Match | None]:
    """The source that a file looks like, and the file as it was looked at for that: a workbook may be read from another
    sheet than the one that suggests itself."""
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, found.cycle_id)
        match = best_match(session, team_id, cycle.service_id, found.layout, found.filename)
        known = [one.mapping for one in of_service(session, team_id, cycle.service_id) if one.mapping]
    if match is not None and not match.needs_mapping:
        return _on_its_sheet(kit, team_id, found, match)
    for said in known:  # read in another encoding, or from another row, it has other columns
        form = {name: said[name] for name in blocks.FORM if name != "sheet" and said.get(name) is not None}
        seen, other = _looked_as(kit, team_id, found, form) if form else (found, None)
        if other is not None and not other.needs_mapping:
            return seen, other
    there = [name for name in found.layout.sheets if name != found.layout.sheet]
    for said in (one for one in known if one.get("sheet")):
        renamed = said["sheet"] not in found.layout.sheets  # such as a sheet a month: known by its columns
        for sheet in there[:_SHEETS] if renamed else [name for name in there if name == said["sheet"]]:
            seen, other = _looked_as(kit, team_id, found, _stated(said, sheet))
            if other is not None and not other.needs_mapping and other.source.mapping.get("sheet") == said["sheet"]:
                return seen, other
    return found, match


def _on_its_sheet(kit: Kit, team_id: str, found: Drop, match: Match) -> tuple[Drop, Match]:
    """The workbook read from the sheet that its source was read from last time, where it has one of that name."""
    sheet = match.source.mapping.get("sheet")
    if sheet == found.layout.sheet or sheet not in found.layout.sheets:
        return found, match
    seen, other = _looked_as(kit, team_id, found, _stated(match.source.mapping, sheet))
    is_same = other is not None and other.source.id == match.source.id and not other.needs_mapping
    return (seen, other) if other is not None and is_same else (found, match)


def _looked_as(kit: Kit, team_id: str, found: Drop, form: Mapping[str, Any]) -> tuple[Drop, Match | None]:
    """The file looked at in a form that was said for a source, and the source it looks like so."""
    seen = kept.again(kit, team_id, found, form)
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, found.cycle_id)
        return seen, best_match(session, team_id, cycle.service_id, seen.layout, seen.filename)


def _stated(said: Mapping[str, Any], sheet: str) -> dict[str, Any]:
    """A sheet, with the row of the header as it was said for a source."""
    row_said = {"header_row": said["header_row"]} if said.get("header_row") is not None else {}
    return {"sheet": sheet, **row_said}


def _question(kit: Kit, cycle: Cycle, found: Drop, match: Match | None) -> list[Block]:
    if match is None and (months := months_without_year(found.layout)):
        return blocks.refused(found.filename, f"{found.filename}: {yearless(months)}. {WRITE_YEAR}")
    if match is None and cycle.step == Step.SHOULD_MEASURE:
        proposal = proposals.likely(kit, cycle.team_id, found, proposals.Cut(cycle.timezone, Period(cycle.period)))
        if proposal is not None:
            shown = proposing.offered(found.filename, found.handle, proposal, otherwise="", zone=cycle.timezone)
            return [*shown[:1], *blocks.unread(_alike(kit, found)), *shown[1:]]
    if match is None:
        size, seen = megabytes(found.size), _seems(kit, cycle, found)
        return blocks.arrived(
            found.filename, found.handle, size=size, looks=seen, zone=cycle.timezone, sheets=_alike(kit, found)
        )
    if match.is_awaited:
        return blocks.awaited(found.filename, found.handle, _awaited(kit, cycle, found, match), _alike(kit, found))
    if match.needs_mapping:
        return blocks.broken_layout(found.filename, found.handle, match.source, (*match.rewritten, *match.changes))
    return blocks.recognised(found.filename, found.handle, match.source, match.changes, _alike(kit, found))


def _awaited(kit: Kit, cycle: Cycle, found: Drop, match: Match) -> blocks.Awaited:
    """What a study says of a file that has come now, and what the file says of that."""
    said = on_its_sheet(definition(match.source.key, match.source.mapping), found.layout)
    if match.needs_mapping:
        return blocks.Awaited(match.source, said, match.breaks, match.rewritten)
    with kit.files.local(found.raw_key) as path:
        seen = looks_as_said(path, found.layout, said, found.filename)
    better = "" if said.latest_by else proposed(found.layout, cycle.timezone).key
    return blocks.Awaited(match.source, said, looks=seen, key_seen=better)


def _alike(kit: Kit, found: Drop) -> list[str]:
    """The sheet that is read, and those of the workbook that have its columns: no others are missed."""
    layout = found.layout
    if not layout.sheet or len(layout.sheets) < 2:
        return []
    with kit.files.local(found.raw_key) as path:
        there = tables(Content(path, found.filename), SourceDefinition(id=""))
    same = [name for name, columns in there.items() if {*columns} == {*layout.names} and name != layout.sheet]
    return [layout.sheet, *same]


def _seems(kit: Kit, cycle: Cycle, found: Drop) -> Looks | None:
    """What the file seems to hold, read as it suggests itself."""
    with kit.files.local(found.raw_key) as path:
        seen = looks(path, found.layout, proposed(found.layout, cycle.timezone), found.filename)
    export = exports.of_layout(found.layout)
    if seen is None or export is None:
        return seen
    named = (catalogue.entry(one.catalogue).name for one in exports.computable(export) if one.catalogue)
    return replace(seen, program=export.name, kpis=tuple(dict.fromkeys(named)))


def _known(session: Session, cycle: Cycle, found: Drop) -> tuple[Batch, Source] | None:
    """The batch of the same bytes that counts, in any source of the service."""
    sources = {one.id: one for one in rows(session, Source, cycle.team_id, service_id=cycle.service_id)}
    same = row(session, Batch, cycle.team_id, source_id=tuple(sources), sha256=found.sha256, state=BatchState.CURRENT)
    return None if same is None else (same, sources[same.source_id])


def _mended(session: Session, cycle: Cycle, found: Drop) -> Source | None:
    """The source whose quarantine comes back mended."""
    if not mending.is_mended(found.layout.names) or not found.layout.examples:
        return None
    short = found.layout.examples[0][found.layout.names.index(mending.MARKS[0])]
    sources = rows(session, Source, cycle.team_id, service_id=cycle.service_id)
    held = rows(session, Batch, cycle.team_id, source_id=tuple(one.id for one in sources))
    source_id = next((one.source_id for one in held if short and one.sha256.startswith(short)), None)
    return need(session, Source, cycle.team_id, source_id) if source_id else None


def _say(kit: Kit, team_id: str, payload: Mapping[str, Any], file: Mapping[str, Any], answer: Answer) -> None:
    """Say it in the file's thread; the reading of the file keeps this message up to date."""
    channel = str(payload["channel"])
    with kit.sessions() as session:
        kit.outbox.keep(
            session,
            team_id=team_id,
            key=f"gather:{file['id']}",
            channel=channel,
            thread_ts=_thread(file, channel) or None,
            text=blocks.words(answer.shown),
            blocks=answer.shown,
        )
        answer.begin(session)
