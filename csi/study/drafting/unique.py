"""Each offered KPI under a name of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from csi.study.drafting.offer import Offer


def unique(wanted: Sequence[Offer]) -> list[Offer]:
    """The offers, those of one name numbered."""
    found: dict[str, Offer] = {}
    for offer in wanted:
        id, number = offer.id, 2
        while id in found:
            id, number = f"{offer.id}_{number}", number + 1
        found[id] = replace(offer, id=id)
    return list(found.values())
