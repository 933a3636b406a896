"""What speaks against a KPI's conditions and its target beside the data, and a person's word that it is meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure.ids import EDIT_KPI, MEANT, SWAP
from bot.blocks.text import clip, escape
from csi.series.doubt_words import said
from csi.series.doubts import Doubt as Found
from csi.series.doubts import DoubtKind
from csi.words.wording import plural

MEANT_FIELD = "meant_"  # before the field that it is about
_ODD = "odd_"
_SHOWN = 3
_WORDS = {
    "where": "the condition",
    "good": "what is good",
    "target": "the target",
    "value": "its numbers",
    "coverage": "what its export covers",
}
Doubt = Mapping[str, Any]


def doubted(kpi: Any, doubts: Sequence[Doubt], *, in_form: bool = False, with_target: bool = False) -> list[Block]:
    """Each doubt with the values that were seen, the way to settle it, and the way to the KPI.

    Args:
        kpi: the KPI.
        doubts: as a result keeps them: ``key`` (where, good, target or value), what was ``said``, and whether it
            ``asks`` (left out: it does), for what runs backwards cannot be meant. That is mended by one button.
        in_form: they stand in the KPI's form, where it is changed anyway.
        with_target: its target is changed there, too; else the way to it leads back to step 1.
    """
    if not doubts:
        return []
    lines = [f":warning: {_capital(escape(clip(str(one['said']), 600)))}." for one in doubts[:_SHOWN]]
    lines.append("Nothing is concluded from it before this is settled.")
    ways = [] if in_form else [parts.button("Change the KPI", f"{EDIT_KPI}:{kpi.id}", str(kpi.id), style="primary")]
    if not in_form and any(one.get("kind") == DoubtKind.SWAPPED and not one.get("side") for one in doubts[:_SHOWN]):
        ways.insert(0, _swap(kpi))
        ways[1].pop("style")
    if not with_target and any(one["key"] == "target" for one in doubts[:_SHOWN]):
        ways.append(parts.button("Change the target …", f"{ids.OPEN}:back.{kpi.id}", "back 1"))
    ways += meant_buttons(kpi.id, doubts)
    return [parts.section(clip("\n".join(lines), parts.SECTION)), *([parts.actions(ways)] if ways else [])]


def cut_export(kpi: Any, said: str) -> list[Block]:
    """An export that lacks cases by the way it was cut; there is no verdict across the cut before a word."""
    text = f":warning: {_capital(escape(clip(said, 600)))}. Export the rest, or judge it by the other moment."
    change = parts.button("Change the KPI", f"{EDIT_KPI}:{kpi.id}", str(kpi.id), style="primary")
    return [parts.section(text), parts.actions([change, _meant_so(kpi.id, "coverage", MEANT, several=False)])]


def _swap(kpi: Any) -> Block:
    """The two moments turned round; of the definition that was looked at, so that a second press changes nothing."""
    value = f"{kpi.id}:{kpi.definition_version}"
    return parts.button("Swap from and to", f"{SWAP}:{kpi.id}", value, style="primary")


SWAPPED = "swap"  # the answer that two moments are to be turned round
KEPT = "kept"  # the answer that what leaves no row to judge is kept all the same
_ANSWERS = {"yes": "It is meant so"}
_OF_NONE = {KEPT: "Keep it all the same"}
_OF_SWAPPED = {SWAPPED: "Swap from and to"}


def asked_of(view: Block, found: Mapping[str, Found], fields: Collection[str]) -> Block:
    """A view that was sent, anew, with what the rows held say against some of its ``fields`` now."""
    gone = {f"{start}{name}" for name in fields if name not in found for start in (MEANT_FIELD, _ODD)}
    shown = {**view, "blocks": [block for block in view["blocks"] if block.get("block_id") not in gone]}
    odd = {name: f"{_capital(clip(said(doubt), 600))}." for name, doubt in found.items()}
    return asked_in(shown, odd, {name: answers_to(doubt) for name, doubt in found.items()})


def answers_to(doubt: Found) -> Mapping[str, str]:
    """What settles a doubt in a form."""
    if doubt.kind is DoubtKind.SWAPPED:
        return _OF_SWAPPED
    return _ANSWERS if doubt.may_be_meant else _OF_NONE


def asked_in(
    view: Block,
    odd: Mapping[str, str],
    answers: Mapping[str, Mapping[str, str]] | None = None,
    *,
    ways: Mapping[str, Block | None] | None = None,
) -> Block:
    """A view that was sent, anew, with what is odd beside its fields (field → sentence) and the word that it is meant.

    What was typed stays in it: its fields keep their ids. ``answers`` are those of fields that have others; ``ways``
    are what settles a field instead of them, None where only another answer in it does.
    """
    settling = dict(ways or {})
    asked = {name: settling.get(name, _meant_field(name, (answers or {}).get(name, _ANSWERS))) for name in odd}
    anew = {str(one["block_id"]) for one in asked.values() if one}
    made: list[Block] = []
    for block in view["blocks"]:
        name = str(block.get("block_id") or "")
        if name in anew or (name.startswith(_ODD) and _is_over(view, name.removeprefix(_ODD), odd)):
            continue  # it is asked anew, of what stands there now
        made.append(block)
        if name in odd:
            made.append(parts.section(f":warning: {escape(odd[name])}", block_id=f"{_ODD}{name}"))
            made += [way] if (way := asked[name]) else []
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata", "notify_on_close", "clear_on_close")
    return {**{name: view[name] for name in kept if view.get(name)}, "blocks": made}


def _meant_field(name: str, answers: Mapping[str, str]) -> Block:
    return parts.checkboxes(f"{MEANT_FIELD}{name}", "Is it meant?", answers)


def _is_over(view: Block, name: str, odd: Mapping[str, str]) -> bool:
    """Whether what was said of a field is said anew, or was mended: nobody said that it is meant."""
    return name in odd or not any(one.get("block_id") == f"{MEANT_FIELD}{name}" for one in view["blocks"])


def still_open(doubts: Sequence[Doubt], settled: Collection[str]) -> list[Doubt]:
    """Those that nobody has settled by saying that they are meant."""
    return [one for one in doubts if not _asks(one) or one["key"] not in settled]


def _asks(doubt: Doubt) -> bool:
    return bool(doubt.get("asks", True))


def meant_buttons(kpi_id: int, doubts: Sequence[Doubt], action_id: str = MEANT) -> list[Block]:
    """For each of the doubts that asks, the word that it is meant so."""
    keys = list(dict.fromkeys(str(one["key"]) for one in doubts[:_SHOWN] if _asks(one)))
    return [_meant_so(kpi_id, key, action_id, several=len(keys) > 1) for key in keys]


def below_zero(kpi: Any, count: int) -> list[Block]:
    """Lengths of time below zero, which only a person can know to be differences."""
    text = f":warning: {plural(count, 'length')} of time below zero left out. Are they differences, early and late?"
    change = parts.button("Change the KPI", f"{EDIT_KPI}:{kpi.id}", str(kpi.id))
    ask = parts.confirm("Count those below zero, too?", "Your name stands behind it.", "Count them")
    keep = parts.button(
        "They are differences: count them", f"{MEANT}:{kpi.id}.value", f"{kpi.id}:value", style="primary", confirm=ask
    )
    return [parts.section(text), parts.actions([keep, change])]


def _meant_so(kpi_id: int, key: str, action_id: str, *, several: bool) -> Block:
    """The word that what looks odd is meant so; which of several where there are."""
    words = f"It is meant so: {_WORDS.get(key, key)}" if several else "It is meant so"
    ask = parts.confirm("Is it meant so?", "Your name stands behind it; verdicts count on it from then on.", "It is")
    return parts.button(words, f"{action_id}:{kpi_id}.{key}", f"{kpi_id}:{key}", confirm=ask)


def confirmed(kpi: Any, key: str) -> str:
    """Said to whoever says that something is meant."""
    what = _WORDS.get(key, key)
    return f":white_check_mark: Noted: {what} of *{escape(kpi.name)}* is meant so. `/csi process` computes it anew."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
