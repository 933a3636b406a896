"""The audit log and the workspace's thresholds in Slack."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.yes import agreed
from bot.blocks.text import clip, escape, link, mention
from csi.measurement.deliveries import reasons_of
from csi.rules import RECORD_TO
from csi.words.wording import exact, when

SETTINGS = "settings.open"
ERASE = "settings.erase"
SURE = "delete everything"
PAGE = "audit.page"
SHOWN = 15
_NONE = "none"
_TOLD, _SHORT = 4, 40  # things told of one change, and characters of each
_PEOPLE = {"user_id", "owner", "backup", "proposer"}
_USER = re.compile(r"[UW][A-Z0-9]+")  # how Slack writes people's ids
_BOOKKEEPING = ("_id", "_hash", "sha256", "version", "_at")  # what says nothing to a reader
# What each threshold is for, by its name in csi.rules.
_WORDS = {
    "csfs_warn": "Warn above so many CSFs (V1.3)",
    "kpis_warn": "Warn above so many KPIs under a CSF (V1.3)",
    "most": "Refuse above so many of either (V1.3)",
    "coverage_warn": "Warn below this coverage, 0 to 1 (V4.3)",
    "coverage_least": "No verdict, clause or baseline below this coverage, 0 to 1 (V4.3, V2.2, V7.4)",
    "baseline_points": "Fewest points of a baseline (V7.4)",
    "approval_days": "Days to approve an action (V7.2)",
    "settle_days": "Days an action settles before its review (V7.3)",
    "step_days": "Days a step may take",
    "quarantine_share": "A delivery waits for a yes above this share in quarantine, 0 to 1",
    "attest_above": "A typed number above this needs a second person (V3.4)",
    "late_days": "Days after a period's end until its data is late (V3.3)",
}


def log(rows: Sequence[Any], ends_well: bool, noted: str, zone: str, *, is_newest: bool = True) -> list[Block]:
    """A page of the log, whether it ends where it was closed last, and what was found when all was looked at.

    Args:
        rows: newest first; one more than a page holds where there are earlier ones.
        ends_well: whether its end is as it was closed.
        noted: what was found last; empty before that.
        zone: in which moments are said.
        is_newest: whether the newest is among them.
    """
    state = ":lock: The chain holds." if ends_well else ":rotating_light: *The log does not end where it was closed.*"
    lines = [_line(one, zone) for one in rows[:SHOWN]]
    ways = [parts.button("Earlier", f"{PAGE}:earlier", str(rows[SHOWN - 1].ordinal))] if len(rows) > SHOWN else []
    ways += [] if is_newest else [parts.button("Newest", f"{PAGE}:newest", "0")]
    return [
        parts.section(f"*Audit log* {state}"),
        *([parts.context(f"Looked at as a whole, on {escape(noted)}.")] if noted else []),
        parts.section(clip("\n".join(lines), 2900) or "Nothing yet."),
        *([parts.actions(ways)] if ways else []),
    ]


def _line(one: Any, zone: str) -> str:
    who = mention(one.actor) if one.actor else "the clock"
    where = f" · {link(one.permalink, 'message')}" if one.permalink else ""
    return (
        f"{one.ordinal}. {when(one.at, zone)} {who} *{_label(one.what)}* {_details(one.old, one.new)}{where}".rstrip()
    )


def _details(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The first few things that were changed, in words, each from what to what."""
    told = [
        (name, _value(name, old.get(name)), _value(name, value))
        for name, value in new.items()
        if name == "user_id" or not name.endswith(_BOOKKEEPING)
    ]
    changes = [f"{_label(name)} {f'{was} → {is_ or _NONE}' if was else is_}" for name, was, is_ in told if was or is_]
    return " · ".join(changes[:_TOLD]) + (f" and {len(changes) - _TOLD} more" if len(changes) > _TOLD else "")


def _label(name: str) -> str:
    return "person" if name == "user_id" else escape(name.replace("_", " "))


def _value(name: str, value: Any) -> str:
    """One value in few words: people by name, a list by its parts, a structure by its names."""
    if value is None or value is False:
        return ""
    if name == "accepted" and isinstance(value, list):
        return agreed(reasons_of({name: value}, name))
    if isinstance(value, Mapping):
        value = [f"{inner}: {one}" if isinstance(one, str) else inner for inner, one in value.items()]
    if isinstance(value, list):
        return escape(clip(", ".join(str(one) for one in value), _SHORT))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return exact(value)
    is_person = name in _PEOPLE or name.endswith("_by")
    if is_person and _USER.fullmatch(str(value)):
        return mention(str(value))
    return "yes" if value is True else escape(clip(" ".join(str(value).split()), _SHORT))


def export(service: str) -> list[Block]:
    """In which form?"""
    forms = {
        "xlsx": "Workbook (XLSX)",
        "csv": "Tables (CSV)",
        "json": "JSON",
        "study": "Study with raw data",
        "pdf": "Report (PDF)",
    }
    buttons = [parts.button(label, f"{ids.OPEN}:export:{word}", f"export {word}") for word, label in forms.items()]
    text = (
        f"*Export {escape(service)}*: everything kept of it, over all its cycles; or the cycle as a study with raw "
        "data, which `python -m csi run` computes again; or its report on paper. "
        "Everybody in the channel sees the file."
    )
    return [
        parts.section(text),
        parts.actions(buttons),
    ]


def exported(service: str, user_id: str, form: str) -> str:
    """Said beside the file."""
    return f"All that is kept of {escape(service)} as {form.upper()}, for {mention(user_id)}."


def erase_form(metadata: str) -> Block:
    """The last question before everything is gone."""
    text = (
        ":wastebasket: *All services, cycles, data, actions and the audit log of this workspace go, for good.* "
        "Messages already in Slack stay. Export first what you want to keep: `/csi export`."
    )
    typed = parts.text_input("sure", f"Type: {SURE}", limit=40)
    return parts.modal(ERASE, "Delete everything", [parts.section(text), typed], submit="Delete", metadata=metadata)


def erased() -> str:
    """Said to whoever deleted everything."""
    return "Everything I kept of this workspace is deleted. `/csi start` begins anew."


def settings(values: Mapping[str, float], metadata: str, record_to: str = "") -> Block:
    """The thresholds as a modal, and where the record's end is said every day."""
    blocks = [
        parts.text_input(name, label, value=f"{values[name]:.15g}", limit=10)
        for name, label in _WORDS.items()
        if name in values
    ]
    hint = "Whoever keeps it elsewhere can show later that nothing was cut off or rewritten. Empty: nowhere."
    label = "Say every day where the audit log ends"
    blocks.append(parts.place_input(RECORD_TO, label, value=record_to, hint=hint, optional=True))
    blocks += [parts.divider(), parts.actions([parts.button("Delete all data …", ERASE, style="danger")])]
    return parts.modal(SETTINGS, "Thresholds", blocks, metadata=metadata)
