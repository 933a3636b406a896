"""``/csi source``: sources as a list, the form for one of each kind, a token shown once, what collecting brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import HOW
from bot.blocks.text import clip, escape, mention
from csi.definition import SourceDefinition
from csi.models import Batch, Kpi, Source
from csi.reading.connectors.pages import paging_of
from csi.step3_gather.origins import ADDRESS_LIMIT, QUERY_LIMIT
from csi.step3_gather.schedule import NEVER, Failure
from csi.terms import Period
from csi.words.wording import plural, when

OPEN = "source.open"
ADD = "source.add"
EDIT = "source.edit"
SAVE = "source.save"
COLLECT = "source.collect"
TOKEN = "source.token"  # noqa: S105 # an id
REVOKE = "source.revoke"
RETIRE = "source.retire"
_SHOWN = 30
KINDS = {"sql": "a query", "url": "an address", "prometheus": "Prometheus", "push": "pushed numbers"}
_ALL_KINDS = {**KINDS, "file": "files", "typed": "typed numbers"}
_CADENCES = {**{str(period): f"every {period}" for period in Period}, NEVER: "only when somebody asks"}
_PAGING = {"none": "one answer", "link": "a Link header", "next": "a field of the answer", "page": "a page number"}
_REVOKE = parts.confirm("Revoke the token?", "What pushes with it is refused from now on.", "Revoke")
_RETIRE = parts.confirm(
    "Retire the source?", "It is not asked any more; its secrets are forgotten. What it delivered stays.", "Retire"
)
_RENEW = parts.confirm("Make a new token?", "The old one stops at once.", "New token")


@dataclass(frozen=True, slots=True)
class Line:
    """One source with what the list says of it."""

    source: Source
    feeds: Sequence[Kpi]
    latest: Batch | None
    deliveries: int
    next_at: datetime | None


def listing(lines: Sequence[Line], metadata: str, zone: str) -> Block:
    """Every source of the service."""
    buttons = [parts.button(f"Add {words}", f"{ADD}:{kind}", kind) for kind, words in KINDS.items()]
    blocks = [
        parts.section("*Where the data comes from.* A file needs nothing here: drop it into the channel."),
        parts.actions(buttons),
    ]
    for line in lines[:_SHOWN]:
        blocks += _one(line, zone)
    if len(lines) > _SHOWN:
        blocks.append(parts.context(f"… and {plural(len(lines) - _SHOWN, 'more source')}"))
    return parts.modal(OPEN, "Sources", blocks, submit="", close="Done", metadata=metadata)


def _one(line: Line, zone: str) -> list[Block]:
    source = line.source
    text = [f"*{escape(source.name or source.key)}* · {_ALL_KINDS.get(source.kind, escape(source.kind))}"]
    text += _place(source)
    fed = ", ".join(escape(kpi.name) for kpi in line.feeds[:5]) or "no KPI yet"
    text.append(f"for {fed} · {plural(line.deliveries, 'delivery', 'deliveries')}{_newest(line, zone)}")
    text += _state(line, zone)
    shown = [parts.divider(), parts.section(clip("\n".join(text), parts.SECTION))]
    return [*shown, parts.actions(buttons)] if (buttons := _buttons(source)) else shown


def _place(source: Source) -> list[str]:
    address = str(source.mapping.get(source.kind) or "")
    return [f"`{escape(clip(address.replace('`', ''), 200))}`"] if address else []


def _newest(line: Line, zone: str) -> str:
    return f" · newest {when(line.latest.delivered_at, zone)}" if line.latest else ""


def _state(line: Line, zone: str) -> list[str]:
    """Failing, or when it is collected next; of a push whether it has a token."""
    source, error = line.source, str(line.source.progress.get("error") or "")
    if source.kind == "push":
        key = ":key: has a token" if source.token_hash else ":warning: has no token: nothing can be pushed"
        return [f"{key} · key of each KPI: {_keys(line)}"]
    if error:
        since = datetime.fromisoformat(source.progress["failing_since"])
        return [f":warning: fails since {when(since, zone)}: {escape(clip(error, 300))}"]
    if source.cadence == NEVER:
        return ["collected only when somebody asks"]
    return [f"next collected {when(line.next_at, zone)}"] if line.next_at else []


def _keys(line: Line) -> str:
    return ", ".join(f"`{kpi.key}`" for kpi in line.feeds[:10]) or "none yet"


def _buttons(source: Source) -> list[Block]:
    value = str(source.id)
    edit = parts.button("Edit", f"{EDIT}:{value}", value)
    retire = parts.button("Retire", f"{RETIRE}:{value}", value, confirm=_RETIRE)
    if source.kind == "push":
        if not source.token_hash:
            return [parts.button("Make a token", f"{TOKEN}:{value}", value, style="primary"), edit, retire]
        renew = parts.button("New token", f"{TOKEN}:{value}", value, confirm=_RENEW)
        revoke = parts.button("Revoke", f"{REVOKE}:{value}", value, style="danger", confirm=_REVOKE)
        return [renew, revoke, edit, retire]
    if source.kind in KINDS:
        return [parts.button("Collect now", f"{COLLECT}:{value}", value), edit, retire]
    return [parts.button("How it is read", f"{HOW}:{value}", value)] if source.mapping else []


def form(
    kind: str,
    known: SourceDefinition,
    source: Source | None,
    kpis: Sequence[Kpi],
    *,
    fed: Sequence[int],
    metadata: str,
    keeps_token: bool = False,
) -> Block:
    """The form of one source; secrets are never in it."""
    fields = {"sql": _sql, "url": _url, "prometheus": _prometheus}
    name = source.name or source.key if source else ""
    blocks = [parts.text_input("name", "Name", value=name, limit=80, placeholder="Incidents")]
    if kind in fields:
        blocks += fields[kind](known, keeps_token)
        blocks.append(
            parts.select(
                "cadence",
                "How often is it collected?",
                _CADENCES,
                optional=True,
                chosen=(source.cadence if source else "") or None,
                hint="Empty: as the measurement plan says.",
            )
        )
    if kpis:
        choices = {str(kpi.id): clip(kpi.name, 75) for kpi in kpis[:100]}
        blocks.append(
            parts.several(
                "feeds", "Which KPIs are measured from it?", choices, chosen=[str(one) for one in fed], optional=True
            )
        )
    title = f"{'Change' if source else 'Add'} {KINDS[kind]}"
    return parts.modal(SAVE, title, blocks, metadata=metadata)


def _text(field: str, label: str, value: object, hint: str = "", *, optional: bool = True, limit: int = 200) -> Block:
    return parts.text_input(field, label, value=str(value or ""), hint=hint, optional=optional, limit=limit)


def _sql(known: SourceDefinition, _keeps_token: bool) -> list[Block]:
    options = known.options
    return [
        _text(
            "address",
            "Address of the database",
            known.sql,
            "Such as postgresql://reader:password@host/database. "
            "Give an account that may only read. The password is kept encrypted and not shown again.",
            optional=False,
            limit=ADDRESS_LIMIT,
        ),
        parts.text_input(
            "query",
            "Query",
            value=str(options.get("query") or ""),
            multiline=True,
            limit=QUERY_LIMIT,
            placeholder="SELECT number, opened_at, resolved_at, updated_at FROM incident",
        ),
        _at(known),
        _text(
            "since",
            "Which column tells what is new?",
            options.get("since"),
            "Such as updated_at: only newer rows are asked for. Empty: all of it each time.",
        ),
        *_rows_form(known),
    ]


def _url(known: SourceDefinition, keeps_token: bool) -> list[Block]:
    paging = paging_of(known.options)
    name = paging.field or paging.name
    return [
        _text(
            "address",
            "Address",
            known.url,
            "It answers with JSON or CSV. {since} and {until} in it are filled in. "
            "Keys in it are kept encrypted and not shown again.",
            optional=False,
            limit=ADDRESS_LIMIT,
        ),
        _authorization(keeps_token),
        _text("rows", "Where are the rows in the JSON?", known.options.get("rows"), "A JMESPath such as data.items."),
        parts.select("paging", "How does one come to the next page?", _PAGING, chosen=paging.kind),
        _text("paging_name", "By which field or parameter?", name, "Such as meta.next, or page."),
        _at(known),
        *_rows_form(known),
    ]


def _prometheus(known: SourceDefinition, keeps_token: bool) -> list[Block]:
    return [
        _text(
            "address",
            "Address of Prometheus",
            known.prometheus,
            "Such as https://prometheus.example.org.",
            optional=False,
            limit=ADDRESS_LIMIT,
        ),
        _authorization(keeps_token),
        parts.text_input(
            "query",
            "PromQL expression",
            value=str(known.options.get("query") or ""),
            multiline=True,
            limit=QUERY_LIMIT,
            placeholder="sum(increase(http_errors_total[1d]))",
            hint="Its value at the end of each period counts for that period.",
        ),
        _text("step", "Another step than the period", known.options.get("step"), "Such as 5m.", limit=10),
    ]


def _at(known: SourceDefinition) -> Block:
    moments = known.options.get("moments") or ("",)
    hint = "It puts the row into a period. In step 1 it may stay empty: I look which one does."
    return _text("at", "Which column dates a row?", moments[0], hint)


def _rows_form(known: SourceDefinition) -> list[Block]:
    return [
        _text(
            "key",
            "Which column names a case?",
            known.key,
            "A ticket number, say: the latest row of each counts. Empty: every row is an observation.",
        ),
        _text("timezone", "Time zone of stamps without an offset", known.timezone, "A name such as Europe/Lisbon."),
    ]


def _authorization(keeps_token: bool) -> Block:
    kept = "One is kept, encrypted; leave this empty to keep it." if keeps_token else "It is kept encrypted."
    return _text("authorization", "What the Authorization header says", "", f"Such as Bearer …. {kept}", limit=1_500)


def token(source: Source, token: str, keys: Sequence[str]) -> Block:
    """A new token: the one time it is shown."""
    key = keys[0] if keys else "kpi_key"
    example = (
        f"curl -X POST https://…/v1/measurements -H 'Authorization: Bearer {token}' "
        f'-H \'Content-Type: application/json\' -d \'[{{"kpi": "{key}", "period": "2026-03-02", "value": 7.5}}]\''
    )
    blocks = [
        parts.section(f"*The token of {escape(source.name or source.key)}.* It is shown this once: copy it now."),
        parts.section(f"```{token}```"),
        parts.section(f"A push looks like this; /v1/openapi.json describes it:\n```{escape(example)}```"),
    ]
    return parts.modal(TOKEN, "Token", blocks, submit="", close="I have copied it")


def begun(source: Source, actor: str) -> str:
    """Said when somebody has a source collected now."""
    return f"{mention(actor)} has *{escape(source.name or source.key)}* collected."


def nothing_new(source: Source) -> str:
    """Said when a collection somebody asked for brought nothing."""
    return f":white_check_mark: *{escape(source.name or source.key)}* answered; there is nothing new."


def failed(source: Source, failure: Failure, zone: str) -> str:
    """Said in the channel and to the data owner when a source fails."""
    times = f" {failure.times} times since {when(failure.since, zone)}" if failure.times > 1 else ""
    again = "" if source.cadence == NEVER else f"I try again at {when(failure.again_at, zone)}. "
    return (
        f":warning: *{escape(source.name or source.key)}* could not be collected{times}: "
        f"{escape(clip(failure.sentence, 600))}\n{again}What is missing stays missing until then."
    )


def works_again(source: Source) -> str:
    """Said when a source that failed is collected again."""
    return f":white_check_mark: *{escape(source.name or source.key)}* is collected again."
