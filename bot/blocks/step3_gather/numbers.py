"""Numbers people type: the forms, and what is said of them (never the number itself)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import ATTEST, COLLECT, NUMBER
from bot.blocks.text import channel_link, clip, escape, mention
from csi.models import Kpi, Measurement
from csi.step3_gather.expected import Arrival
from csi.words.wording import plural

_SHOWN = 20


def number_form(
    kpis: Sequence[Kpi], chosen: Kpi | None, periods: Mapping[str, str], period: str | None, metadata: str
) -> Block:
    """One number with its evidence, or the reason why there is none."""
    unit = f" ({chosen.unit})" if chosen and chosen.unit else ""
    blocks = [
        parts.select(
            "kpi",
            "KPI",
            {str(kpi.id): clip(kpi.name, 75) for kpi in kpis[:100]},
            chosen=str(chosen.id) if chosen else None,
        ),
        parts.select("period_start", "Period", periods, chosen=period),
        parts.text_input("value", f"Value{unit}", optional=True, limit=40),
        parts.text_input("numerator", "Or: how many", optional=True, limit=40, hint="For a share: the good ones …"),
        parts.text_input("denominator", "of how many", optional=True, limit=40, hint="… and all of them."),
        parts.text_input(
            "evidence",
            "Evidence",
            optional=True,
            limit=1000,
            placeholder="https://…",
            hint="A link to where the number stands.",
        ),
        parts.text_input(
            "reason",
            "Can't provide it, because …",
            optional=True,
            limit=500,
            multiline=True,
            hint="The reason is data, too. It takes back a number given before.",
        ),
    ]
    return parts.modal(NUMBER, "Type a number", blocks, metadata=metadata)


def number_told(told: Measurement, kpi: Kpi, period: str, *, back: bool = False) -> str:
    """A typed number, said without saying what it means; ``back``: it was taken back."""
    who, version = mention(told.collector), f", version {told.version}" if told.version > 1 else ""
    if back:
        return f"{who} took back the number for *{escape(kpi.name)}*, {period}, because {escape(told.reason)}{version}."
    if told.reason:
        return f"{who}: no number for *{escape(kpi.name)}*, {period}, because {escape(told.reason)}{version}."
    evidence = " with evidence" if told.evidence else ", no evidence yet"
    return f"{who} entered a number for *{escape(kpi.name)}*, {period}{evidence}{version}."


def number_attested(kpi: Kpi, period: str, actor: str) -> str:
    """A second person stands for a number."""
    return f"{mention(actor)} attests the number for *{escape(kpi.name)}*, {period}."


def numbers_taken(given: int, left: int, channel: str) -> Block:
    """Thanks for numbers given in a conversation with the bot, where nothing else shows that they came."""
    rest = f" {plural(left, 'number')} left out: I ask again." if left else ""
    text = f":white_check_mark: Thank you. {plural(given, 'answer')} kept for {channel_link(channel)}.{rest}"
    return parts.modal(COLLECT, "Give the numbers", [parts.section(text)], submit="", close="OK")


def collection_form(wanted: Sequence[Arrival], period: str, metadata: str) -> Block:
    """A field for each number a person is asked for, its evidence, or the reason why there is none."""
    blocks = [parts.section(f"*{escape(period)}*: a number each, with a link to where it stands – or why not.")]
    for one in wanted[:_SHOWN]:
        unit = f" ({one.kpi.unit})" if one.kpi.unit else ""
        number = one.kpi.id
        blocks += [
            parts.divider(),
            parts.text_input(f"value.{number}", f"{one.kpi.name}{unit}", optional=True, limit=40),
            parts.text_input(f"evidence.{number}", "Evidence", optional=True, limit=1000, placeholder="https://…"),
            parts.text_input(f"reason.{number}", "Can't provide it, because …", optional=True, limit=500),
        ]
    return parts.modal(COLLECT, "Give the numbers", blocks, metadata=metadata)


def nothing_wanted(period: str) -> Block:
    """Everything came meanwhile."""
    text = f"Everything of {escape(period)} is here. Thank you!"
    return parts.modal(COLLECT, "Give the numbers", [parts.section(text)], submit="", close="OK")


def attestation(told: Measurement, kpi: Kpi, period: str, limit: float) -> list[Block]:
    """A large number asks for a second person (V3.4)."""
    text = f"The number for *{escape(kpi.name)}*, {period}, is above {limit:,.0f}. A second person has to stand for it."
    return [parts.section(text), parts.actions([parts.button("I attest it", ATTEST, str(told.id))])]
