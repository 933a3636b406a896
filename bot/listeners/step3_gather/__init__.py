"""Step 3 in Slack: files dropped and mapped, numbers typed, what has come so far."""

from bot.listeners.step3_gather.batches import accept, meant, remove, restore
from bot.listeners.step3_gather.drops import dropped, look, look_later, propose
from bot.listeners.step3_gather.forgetting import forget
from bot.listeners.step3_gather.how import change, undo
from bot.listeners.step3_gather.how import show as how
from bot.listeners.step3_gather.mapping import again, mapped, more, open_mapping, read_as_before
from bot.listeners.step3_gather.naming import named, open_naming, try_naming
from bot.listeners.step3_gather.numbers import attested, open_collection, open_number, said_collection, said_number
from bot.listeners.step3_gather.overview import gather
from bot.listeners.step3_gather.reading import not_read, read
from bot.listeners.step3_gather.rereading import reread, reread_all
from bot.listeners.step3_gather.studies import taken

__all__ = [
    "accept",
    "again",
    "attested",
    "change",
    "dropped",
    "forget",
    "gather",
    "how",
    "look",
    "look_later",
    "mapped",
    "meant",
    "more",
    "named",
    "not_read",
    "open_collection",
    "open_mapping",
    "open_naming",
    "open_number",
    "propose",
    "read",
    "read_as_before",
    "remove",
    "reread",
    "reread_all",
    "restore",
    "said_collection",
    "said_number",
    "taken",
    "try_naming",
    "undo",
]
