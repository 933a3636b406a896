"""Step 3 in Slack: files dropped and mapped, numbers typed, what has come so far."""

from bot.listeners.step3_gather.batches import accept, remove
from bot.listeners.step3_gather.drops import dropped, look, look_later
from bot.listeners.step3_gather.mapping import again, mapped, open_mapping, read_as_before
from bot.listeners.step3_gather.naming import named, open_naming
from bot.listeners.step3_gather.numbers import attested, open_collection, open_number, said_collection, said_number
from bot.listeners.step3_gather.overview import gather
from bot.listeners.step3_gather.reading import read, reread
from bot.listeners.step3_gather.studies import taken

__all__ = [
    "accept",
    "again",
    "attested",
    "dropped",
    "gather",
    "look",
    "look_later",
    "mapped",
    "named",
    "open_collection",
    "open_mapping",
    "open_naming",
    "open_number",
    "read",
    "read_as_before",
    "remove",
    "reread",
    "said_collection",
    "said_number",
    "taken",
]
