"""``/csi source``: where data comes from, set up, tried, given a token; and the job that collects."""

from bot.listeners.sources.collecting import collect, collect_now
from bot.listeners.sources.editing import open_add, open_edit, retire, save
from bot.listeners.sources.listing import show
from bot.listeners.sources.tokens import make_token, revoke

__all__ = ["collect", "collect_now", "make_token", "open_add", "open_edit", "retire", "revoke", "save", "show"]
