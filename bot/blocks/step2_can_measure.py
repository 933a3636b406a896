"""Step 2 in Slack: the should/can matrix, the plan, gaps, and SLA clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.folding import folded
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure import aim
from bot.blocks.text import clip, day_of, escape, mention
from csi.states import ClauseState
from csi.terms import Measurability, Period
from csi.words.standing import rests_on
from csi.words.wording import exact, plural, when

OPEN = "assess.open"
KPI = "assess.kpi"
MORE = "assess.more"
GAP = "assess.gap"
SLA = "sla.open"
DRAFT = "sla.draft"
ACTIVATE = "sla.activate"
RETIRE = "sla.retire"

USUAL_HOURS = "mon-fri 09:00-17:00"
_NEW = "new"
_NEEDED = "Needed before step 3, unless it cannot be measured at all."
_FIRST = ("measurability", "checked_by", "source_id", "owner", "backup", "same")
_SIGNS = {
    Measurability.AUTOMATIC: ":white_check_mark:",
    Measurability.BY_HAND: ":writing_hand:",
    Measurability.DERIVABLE: ":heavy_division_sign:",
    Measurability.PROXY: ":large_yellow_circle:",
    Measurability.NOT_MEASURABLE: ":no_entry_sign:",
}
_DECISIONS = {
    "close": "close it: an opportunity goes into the register",
    "accept": "accept it: we know and live with it",
    "drop": "drop it: it was not worth measuring",
}
_PROMISED = {"lower": "at most {}", "higher": "at least {}"}
_CLAUSE_SIGNS = {"active": ":lock:", "draft": ":memo:", "flagged": ":rotating_light:"}
LineSeen = Any


def matrix_view(lines: Sequence[LineSeen], gaps: Sequence[Any], clauses: Sequence[Any], metadata: str) -> Block:
    """The should/can matrix as a modal."""
    blocks: list[Block] = [parts.section("*What should be measured, and can it be?*")]
    for line in lines[:25]:
        blocks.append(parts.section(_line(line), parts.button("Assess", KPI, str(line.kpi.id))))
    if not lines:
        blocks.append(parts.section("There is no KPI in this cycle's tree."))
    if gaps:
        blocks.append(parts.header("Gaps"))
        blocks += [parts.section(_gap(gap), parts.button("Decide", GAP, str(gap.id))) for gap in gaps[:20]]
    active = sum(one.state == ClauseState.ACTIVE for one in clauses)
    flagged = sum(one.state == ClauseState.FLAGGED for one in clauses)
    said = f"*SLA* {plural(active, 'active clause')}" + (f", :rotating_light: {flagged} flagged" if flagged else "")
    blocks += [parts.divider(), parts.section(said, parts.button("SLA clauses", SLA))]
    return parts.modal(OPEN, "What can you measure", blocks[:99], submit="", close="Done", metadata=metadata)


def _line(line: LineSeen) -> str:
    kpi = line.kpi
    status = Measurability(kpi.measurability) if kpi.measurability else None
    sign = _SIGNS[status] if status else ":white_circle:"
    said = f"{sign} *{escape(clip(kpi.name, 120))}* ({aim(kpi)}): {status.value if status else '_not assessed_'}"
    if line.source is not None:
        said += f", from *{escape(line.source.name)}*, {plural(line.deliveries, 'delivery', 'deliveries')}"
    if line.seen is not None:
        said += f": {_tested(line)}"
    if kpi.checked_by:
        said += f", checked by {mention(kpi.checked_by)}"
    if line.plan is not None and line.plan.owner:
        said += f"\n    brought by {mention(line.plan.owner)}"
        said += f" or {mention(line.plan.backup)}" if line.plan.backup else ""
        said += f" · per {escape(line.plan.period)}, {escape(line.plan.timezone)}, {escape(line.plan.calendar)}"
    if status and line.missing:
        said += f"\n    :warning: the plan lacks {', '.join(line.missing)}"
    return said


def _tested(line: LineSeen) -> str:
    """What its data gave when they were tried."""
    seen = line.seen
    cut = (seen.periods, Period(line.plan.period))
    return escape(rests_on(seen.usable, seen.rows, periods=cut, newest=seen.newest, zone=line.plan.timezone))


def _gap(gap: Any) -> str:
    since = day_of(gap.opened_at)
    if not gap.decision:
        return f":hole: {escape(gap.text)} _since {since}, not decided_"
    due = f" by {when(gap.due_on)}" if gap.due_on else ""
    return f":hole: {escape(gap.text)} _since {since}_: *{gap.decision}*, {mention(gap.owner)}{due}"


def assess_form(
    kpi: Any,
    said: Any,
    sources: Mapping[str, str],
    *,
    others: int,
    metadata: str,
    hours: str = "",
    holidays: str = "",
    whole: bool = False,
) -> Block:
    """The answer for one KPI, with its row of the plan; everything is filled in as it most likely is.

    At first what is asked of every KPI; ``whole``: all of it.
    """
    blocks = [
        parts.section(f"*{escape(clip(kpi.name, 120))}* ({aim(kpi)})"),
        parts.select(
            "measurability",
            "Can it be measured?",
            [one.value for one in Measurability],
            chosen=said.measurability.value,
        ),
        parts.user_input("checked_by", "Who tried it?", value=said.checked_by, hint="Not who says so: who looked."),
        *_source(said, sources, with_new=whole),
        parts.text_input("definition", "What exactly is measured?", value=said.definition, limit=300, optional=True),
        parts.user_input("owner", "Who brings the data?", value=said.owner, optional=True, hint=_NEEDED),
        parts.user_input("backup", "Who stands in?", value=said.backup, optional=True, hint=_NEEDED),
        parts.select("period", "One point per", [one.value for one in Period], chosen=said.period),
        parts.text_input("timezone", "Time zone", value=said.timezone, limit=60),
        parts.select("calendar", "Which hours count?", ("24x7", "business hours"), chosen=said.calendar),
        parts.text_input(
            "hours",
            "Business hours",
            value=hours,
            limit=200,
            optional=True,
            placeholder=USUAL_HOURS,
            hint="For the whole cycle; night shifts and several times a day are fine.",
        ),
        parts.text_input(
            "holidays", "Whose holidays?", value=holidays, limit=20, optional=True, placeholder="PT, GB-ENG …"
        ),
        parts.text_input(
            "effort", "Effort to measure it", value=said.effort, limit=100, optional=True, placeholder="an hour a week"
        ),
        parts.text_input("cost", "Cost", value=said.cost, limit=100, optional=True, placeholder="none, low, high …"),
    ]
    if others:
        label = {"all": f"The same holds for {plural(others, 'other KPI')} not assessed yet"}
        blocks.append(parts.checkboxes("same", "And the others?", label))
    made = parts.modal(KPI, "Can it be measured", blocks, metadata=metadata)
    return made if whole else folded(made, _FIRST if sources else (*_FIRST, "source"), MORE)


def _source(said: Any, sources: Mapping[str, str], *, with_new: bool) -> list[Block]:
    name = parts.text_input(
        "source",
        "New source" if sources else "Where does it come from?",
        limit=80,
        optional=True,
        placeholder="Ticket tool export",
    )
    if not sources:
        return [name]
    choices = {key: clip(label, 75) for key, label in sources.items()}
    choices |= {_NEW: "A new source, named below"} if with_new else {}
    chosen = str(said.source_id) if said.source_id else None
    return [parts.select("source_id", "Where does it come from?", choices, chosen=chosen, optional=True), name]


def gap_form(gap: Any, *, owner: str, metadata: str) -> Block:
    """What is decided about a gap."""
    blocks = [
        parts.section(f":hole: {escape(gap.text)}"),
        parts.radio("decision", "What do we do about it?", _DECISIONS, chosen=gap.decision or "close"),
        parts.user_input("owner", "Who sees to it?", value=gap.owner or owner),
        parts.date_input("due_on", "By when?", value=gap.due_on),
        parts.text_input(
            "cost",
            "What does closing it cost?",
            value=gap.cost,
            limit=100,
            optional=True,
            placeholder="low: a day of work",
            hint="Needed to close it; a rough class is enough.",
        ),
        parts.text_input(
            "reason", "Reason", value=gap.reason, limit=300, optional=True, multiline=True, hint="Needed to drop it."
        ),
    ]
    return parts.modal(GAP, "A gap", blocks, metadata=metadata)


def sla_view(clauses: Sequence[Any], metadata: str, kpis: Mapping[str, Any] | None = None) -> Block:
    """The SLA's clauses with what can be done to them; ``kpis`` of the cycle by key: what a clause is about."""
    blocks: list[Block] = [
        parts.section("*A clause binds only what is measured.* If you cannot measure it, it does not belong in an SLA.")
    ]
    for one in clauses[:30]:
        blocks.append(parts.section(_clause(one, (kpis or {}).get(one.kpi_key))))
        buttons = [parts.button("Retire", RETIRE, str(one.id))]
        if one.state != ClauseState.ACTIVE:
            buttons.insert(0, parts.button("Make active", ACTIVATE, str(one.id), style="primary"))
        blocks.append(parts.actions(buttons))
    if not clauses:
        blocks.append(parts.section("There is no clause yet."))
    blocks.append(parts.actions([parts.button("Draft a clause", DRAFT)]))
    return parts.modal(SLA, "SLA clauses", blocks, submit="", close="Done", metadata=metadata)


def _clause(one: Any, kpi: Any) -> str:
    """A clause, and the KPI it is on: by its name, its target with the unit; a KPI that is gone is said to be."""
    said = [one.state]
    said += [escape(clip(kpi.name, 120))] if kpi else ["its KPI is measured no longer"]
    if one.target is not None and kpi is not None:
        said.append(_PROMISED.get(kpi.direction, "{}").format(exact(one.target, escape(kpi.unit))))
    elif kpi is not None:
        said.append(aim(kpi))
    text = f"{_CLAUSE_SIGNS[one.state]} *{escape(one.text)}*\n{' · '.join(said)}"
    return text + (f"\n:no_entry: {escape(one.refused)}" if one.refused and one.state != ClauseState.ACTIVE else "")


def clause_form(kpis: Mapping[str, str], metadata: str) -> Block:
    """A new clause."""
    blocks = [
        parts.select(
            "kpi_id", "On which KPI?", {key: clip(name, 75) for key, name in kpis.items()}, chosen=next(iter(kpis))
        ),
        parts.text_input("text", "What is promised?", limit=300, placeholder="Incidents are resolved within 20 hours"),
        parts.text_input("target", "Target", limit=40, optional=True, hint="Empty: the KPI's own."),
    ]
    return parts.modal(DRAFT, "Draft an SLA clause", blocks, metadata=metadata)


def flagged_text(one: Any, owners: Sequence[str]) -> str:
    """Said when an active clause's KPI is measured no longer."""
    who = f"{mention(owners[0])}: " if owners else ""
    return f":rotating_light: {who}{escape(one.refused)} The clause is flagged: `/csi sla`."
