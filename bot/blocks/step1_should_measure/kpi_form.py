"""The form of one KPI, filled in from the catalogue or from what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.blocks import parts
from bot.blocks.folding import folded
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure.answers import ANSWERS, Answers, answers_field
from bot.blocks.step1_should_measure.doubts import Doubt, doubted
from bot.blocks.step1_should_measure.ids import ADD_KPI, CATALOGUE, DEFINE, EDIT_KPI, MORE, REMOVE_KPI
from bot.blocks.step1_should_measure.pauses import pause_fields
from bot.blocks.step1_should_measure.tree import aim, remove_button
from bot.blocks.text import clip, escape
from csi.kpi_catalogue import catalogue
from csi.kpi_catalogue.entry import ASPECTS, Entry
from csi.measures import MEASURES
from csi.terms import Direction, Why
from csi.words.wording import listed

_NEW = "new"
_COLUMNS = 40  # of a source, shown beside the form
_FIRST = ("name", "unit", "direction", "target")
_LEVELS = {"service": "the service, as its users have it", "component": "a component behind it"}
_WHY = {
    Why.DIRECT: "direct: it shows where to act",
    Why.VALIDATE: "validate: it shows whether we decided well",
    Why.JUSTIFY: "justify: it shows why we need what we ask for",
    Why.INTERVENE: "intervene: it shows when to step in",
}
_DIRECTIONS = {
    Direction.LOWER: "lower is better",
    Direction.HIGHER: "higher is better",
    Direction.WITHIN: "within a band is best",
}
KpiSeen = Any


def define_form(
    kpi: KpiSeen,
    metadata: str,
    columns: Sequence[str] = (),
    doubts: Sequence[Doubt] = (),
    answers: Answers | None = None,
) -> Block:
    """How a KPI is computed, alone: what steps 2 to 4 find out. What it aims at stays."""
    said = parts.section(f"*{escape(kpi.name)}* ({aim(kpi)})")
    small = parts.context("Its name, target and place in the tree are step 1's: `/csi back 1` goes there.")
    fields = [*_definition(_known(kpi, None)), *pause_fields(kpi.definition.get("value"))]
    fields += [answers_field(answers)] if answers else []
    blocks = [said, *doubted(kpi, doubts, in_form=True), *_there(columns), *fields, small]
    return parts.modal(DEFINE, "How it is computed", blocks, metadata=metadata)


def _there(columns: Sequence[str]) -> list[Block]:
    """The columns that can be named, and how."""
    if not columns:
        return []
    named = " · ".join(f"`{escape(clip(name.replace('`', ' '), 60))}`" for name in columns[:_COLUMNS])
    more = f" and {len(columns) - _COLUMNS} more" if len(columns) > _COLUMNS else ""
    how = 'A text stands in quotes, such as "Met"; a column whose name has blanks stands in backquotes.'
    return [parts.context(f"Its data has {named}{more}.", how)]


def kpi_form(
    *,
    metadata: str,
    csfs: Mapping[str, str],
    kpis: Mapping[str, str],
    owner: str,
    target_date: date,
    kpi: KpiSeen | None = None,
    entry: Entry | None = None,
    columns: Sequence[str] = (),
    doubts: Sequence[Doubt] = (),
    answers: Answers | None = None,
    whole: bool = False,
) -> Block:
    """The form of one KPI: new, from a catalogue entry, or an existing one.

    At first six fields, and which answers are good where the data has some; the others as they most likely are.
    ``whole``: all of them, as where there are ``doubts``.
    """
    known = _known(kpi, entry)
    mark = entry.id if entry else ""
    whole = whole or bool(doubts)
    blocks = doubted(kpi, doubts, in_form=True, with_target=True) if kpi else [_catalogue(entry)]
    blocks += _place(csfs, str(kpi.csf_id) if kpi and kpi.csf_id else "", with_new=whole)
    blocks += [
        parts.text_input("name", "Name", value=known["name"], limit=150, placeholder="Median time to resolve"),
        parts.text_input("unit", "Unit", value=known["unit"], limit=20, placeholder="h, min, %, count …"),
        parts.select(
            "direction",
            "Which way is better?",
            {k.value: v for k, v in _DIRECTIONS.items()},
            chosen=known["direction"] or Direction.LOWER.value,
        ),
        parts.text_input(
            "target",
            "Target",
            value=known["target"],
            limit=40,
            hint="A number such as 20 or 97.5; for a band two, such as 2 to 5.",
        ),
        parts.date_input("target_date", "By when?", value=(kpi.target_date if kpi else None) or target_date),
        parts.user_input("owner", "Owner", value=(kpi.owner if kpi else "") or owner),
        parts.select(
            "why", "Why is it measured?", {k.value: v for k, v in _WHY.items()}, chosen=known["why"] or Why.DIRECT.value
        ),
        parts.select("kind", "What does it look at?", ASPECTS, chosen=known["kind"], optional=True),
        parts.select("level", "What is it about?", _LEVELS, chosen=known["level"]),
        parts.text_input(
            "matters",
            "Smallest difference that matters",
            value=known["matters"],
            limit=40,
            optional=True,
            hint="In the KPI's unit; a smaller change is none. Empty: taken from how much it varies.",
        ),
    ]
    others = {key: name for key, name in kpis.items() if not kpi or key != kpi.key}
    if others:
        blocks += [_counters(others, kpi, entry), _comparator(others, kpi)]
    blocks += [
        *(_there(columns) if whole else []),
        *_definition(known),
        *pause_fields(known["definition"].get("value")),
    ]
    blocks += [answers_field(answers)] if answers else []
    blocks += _strata(columns, str(known["definition"].get("strata") or ""))
    if kpi:
        blocks.append(parts.actions([remove_button("Remove this KPI", REMOVE_KPI, kpi.id)]))
    title, callback = ("Change a KPI", EDIT_KPI) if kpi else ("Add a KPI", ADD_KPI)
    made = parts.modal(callback, title, [_marked(block, mark) for block in blocks], metadata=metadata)
    first = (*_FIRST, *(("csf_id", "target_date") if csfs else ("goal", "csf")), ANSWERS)
    return made if whole else folded(made, first, MORE)


def _known(kpi: KpiSeen | None, entry: Entry | None) -> dict[str, Any]:
    if kpi is not None:
        band = f"{kpi.band_low:.15g} to {kpi.band_high:.15g}" if kpi.band_low is not None else ""
        target = f"{kpi.target:.15g}" if kpi.target is not None else band
        return {
            "name": kpi.name,
            "unit": kpi.unit,
            "direction": kpi.direction,
            "target": target,
            "why": kpi.why,
            "kind": kpi.kind,
            "level": kpi.level or "service",
            "matters": _number(kpi.minimum_important_difference),
            "definition": kpi.definition,
        }
    if entry is not None:
        band = f"{entry.band[0]:g} to {entry.band[1]:g}" if entry.band else ""
        return {
            "name": entry.name,
            "unit": entry.unit,
            "direction": entry.direction.value,
            "target": band,
            "why": "",
            "kind": entry.aspect,
            "level": "component" if entry.kind == "technology" else "service",
            "matters": "",
            "definition": entry.computed,
        }
    empty = dict.fromkeys(("name", "unit", "direction", "target", "why", "matters"), "")
    return {**empty, "kind": None, "level": "service", "definition": {}}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _catalogue(entry: Entry | None) -> Block:
    choices = [parts.option(one.id, f"{one.id} {one.name}") for one in catalogue.entries().values()][:100]
    element: Block = {
        "type": "static_select",
        "action_id": CATALOGUE,
        "options": choices,
        "placeholder": parts.plain("From the catalogue …", 150),
    }
    if entry is not None:
        element["initial_option"] = next(one for one in choices if one["value"] == entry.id)
    text = (
        f"_{escape(entry.question)}_ {escape(entry.pitfall)}" if entry else "Start from a known KPI, or write your own."
    )
    return parts.section(text, element, block_id="catalogue")


def _place(csfs: Mapping[str, str], chosen: str, *, with_new: bool) -> list[Block]:
    """Where the KPI hangs; ``with_new``: or from a CSF that is named here."""
    if not csfs:
        return [
            parts.text_input("goal", "Goal of the business", limit=300, placeholder="People get help fast"),
            parts.text_input(
                "csf", "What must go well for it (CSF)?", limit=300, placeholder="Incidents are resolved quickly"
            ),
        ]
    choices = {key: clip(text, 75) for key, text in csfs.items()}
    choices |= {_NEW: "A new CSF, named below"} if with_new else {}
    return [
        parts.select("csf_id", "Under which CSF?", choices, chosen=chosen or next(iter(csfs))),
        parts.text_input("csf", "New CSF", limit=300, optional=True, hint="What stands here is used instead."),
    ]


def _counters(others: Mapping[str, str], kpi: KpiSeen | None, entry: Entry | None) -> Block:
    code = kpi.catalogue if kpi else entry.id if entry else ""
    suggested = catalogue.entry(code).counter_metrics if code in catalogue.entries() else ()
    names = listed([catalogue.entry(one).name for one in suggested])
    hint = f"The catalogue suggests {names}." if names else "What would suffer if people only chased this one?"
    return parts.several(
        "guards",
        "Counter-metrics",
        {key: clip(name, 75) for key, name in others.items()},
        chosen=list(dict.fromkeys([*([kpi.counter] if kpi.counter else []), *kpi.guards])) if kpi else (),
        hint=hint,
        optional=True,
    )


def _comparator(others: Mapping[str, str], kpi: KpiSeen | None) -> Block:
    hint = "A KPI in the same unit that does not get the change, such as another team's."
    return parts.select(
        "comparator",
        "Compared with",
        {key: clip(name, 75) for key, name in others.items()},
        chosen=(kpi.comparator or None) if kpi else None,
        hint=hint,
        optional=True,
    )


def value_text(value: Any) -> str:
    """What a KPI is computed of, as people type it: a column, ``from to to``, or ``numerator / denominator``."""
    if not isinstance(value, Mapping):
        return str(value or "")
    moments = " to ".join(str(value[end]) for end in ("from", "to") if end in value)
    return moments or " / ".join(str(value[end]) for end in ("numerator", "denominator") if end in value)


def _definition(known: Mapping[str, Any]) -> list[Block]:
    said = known["definition"]
    value = value_text(said.get("value"))
    measures = {one: one for one in (*MEASURES, "p90", "p95")}
    return [
        parts.select(
            "measure",
            "How is it computed?",
            measures,
            chosen=said.get("measure") or "median",
            hint="Columns can be named later, when the data is there.",
        ),
        parts.text_input(
            "value",
            "Of what?",
            value=value,
            limit=200,
            optional=True,
            hint="A column, or two moments: opened_at to resolved_at.",
        ),
        parts.text_input(
            "where",
            "Only rows where",
            value=str(said.get("where") or ""),
            limit=500,
            optional=True,
            hint='Such as: priority in ("1 - Critical", "2 - High")',
        ),
        parts.text_input(
            "good",
            "For a share: a row is good where",
            value=str(said.get("good") or ""),
            limit=500,
            optional=True,
            hint='Such as: made_sla == "true"',
        ),
    ]


def strata_choices(columns: Sequence[str], chosen: str) -> list[str]:
    """The columns by whose groups a KPI may be computed, too: the one that is chosen, then those of its data."""
    return list(dict.fromkeys([*([chosen] if chosen else []), *columns]))[:99]


def _strata(columns: Sequence[str], chosen: str) -> list[Block]:
    names = strata_choices(columns, chosen)
    if not names:
        return []
    choices = {str(place): clip(name, 75) for place, name in enumerate(names)}
    hint = "Each of its groups is computed, too, so that a change is none where only their mix moved."
    return [
        parts.select(
            "strata", "Compare like with like by", choices, chosen="0" if chosen else None, hint=hint, optional=True
        )
    ]


def _marked(block: Block, mark: str) -> Block:
    """An input Slack does not fill with what stood in it before another catalogue entry was chosen."""
    if block["type"] == "input" and mark:
        block["element"]["action_id"] = f"{block['element']['action_id']}:{mark}"
    return block


def defined(kpi: KpiSeen, *, lacking: Sequence[str] = (), process: bool = False, held_back: bool = False) -> str:
    """Said when a KPI is computed in another way from now on, with the columns its data does not have."""
    said = f":white_check_mark: *{escape(kpi.name)}* is computed as you said from now on."
    if lacking:
        named = listed([f"‘{escape(clip(name, 60))}’" for name in lacking[:5]])
        said += f"\n:warning: Its data has no column {named}. A text stands in quotes. `/csi kpi {kpi.key}` changes it."
    if held_back:
        said += " Its file waits in quarantine: drop it in again, and I read it anew."
    return f"{said} `/csi process` makes it comparable anew." if process and not lacking else said


def over(kpi: KpiSeen, why: str) -> str:
    """Said when a target is for a day that is over."""
    return f"*{escape(kpi.name)}*: {why}? `/csi kpi {kpi.key}` changes it."


def catalogue_choice(choice: str) -> Entry | None:
    """The catalogue entry of a chosen option."""
    return catalogue.entry(choice) if choice in catalogue.entries() else None
