"""Step 3's messages and forms."""

from bot.blocks.step3_gather.drops import (
    arrived,
    broken_layout,
    known_already,
    recognised,
    recorded,
    refused,
    removed,
    words,
    working,
)
from bot.blocks.step3_gather.ids import (
    ACCEPT,
    ATTEST,
    COLLECT,
    GUESS,
    MAP,
    NAME,
    NEW_SOURCE,
    NO_COLUMN,
    NUMBER,
    OPEN,
    READ,
    REMOVE,
)
from bot.blocks.step3_gather.mapping import mapping_form
from bot.blocks.step3_gather.naming import MOST, lacking, naming_form
from bot.blocks.step3_gather.numbers import (
    attestation,
    collection_form,
    nothing_wanted,
    number_attested,
    number_form,
    number_told,
    numbers_taken,
)
from bot.blocks.step3_gather.overview import overview
from bot.blocks.step3_gather.studies import offered, taken_over

__all__ = [
    "ACCEPT",
    "ATTEST",
    "COLLECT",
    "GUESS",
    "MAP",
    "MOST",
    "NAME",
    "NEW_SOURCE",
    "NO_COLUMN",
    "NUMBER",
    "OPEN",
    "READ",
    "REMOVE",
    "arrived",
    "attestation",
    "broken_layout",
    "collection_form",
    "known_already",
    "lacking",
    "mapping_form",
    "naming_form",
    "nothing_wanted",
    "number_attested",
    "number_form",
    "number_told",
    "numbers_taken",
    "offered",
    "overview",
    "recognised",
    "recorded",
    "refused",
    "removed",
    "taken_over",
    "words",
    "working",
]
