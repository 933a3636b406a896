"""Step 7 in Slack: propose, approve in the thread, do, review; new baselines; close the cycle."""

from bot.listeners.step7_correct.acting import act, listing, open_act
from bot.listeners.step7_correct.closing import open_close, said_close
from bot.listeners.step7_correct.deciding import announce, approve, open_reject, rejected
from bot.listeners.step7_correct.moving import benefit, close_action, done, review
from bot.listeners.step7_correct.proposing import edited, more, open_edit, open_from_entry, open_propose, proposed
from bot.listeners.step7_correct.rebasing import (
    approve_baseline,
    open_baseline,
    open_reject_baseline,
    rejected_baseline,
    said_baseline,
)
from bot.listeners.step7_correct.watching import watch

__all__ = [
    "act",
    "announce",
    "approve",
    "approve_baseline",
    "benefit",
    "close_action",
    "done",
    "edited",
    "listing",
    "more",
    "open_act",
    "open_baseline",
    "open_close",
    "open_edit",
    "open_from_entry",
    "open_propose",
    "open_reject",
    "open_reject_baseline",
    "proposed",
    "rejected",
    "rejected_baseline",
    "review",
    "said_baseline",
    "said_close",
    "watch",
]
