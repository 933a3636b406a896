"""Step 1 in Slack: grow the tree, ask the business, hear its answer."""

from bot.listeners.step1_should_measure.asking import approve, open_reject, rejected, submit
from bot.listeners.step1_should_measure.carried import open_carried, said_carried
from bot.listeners.step1_should_measure.growing import (
    measure,
    open_csf,
    open_goal,
    open_tree,
    open_vision,
    remove_csf,
    remove_goal,
    said_csf,
    said_goal,
    said_vision,
)
from bot.listeners.step1_should_measure.kpis import (
    chose_catalogue,
    confirm,
    defined,
    kpi,
    more,
    open_kpi,
    remove_kpi,
    said_kpi,
)
from bot.listeners.step1_should_measure.meaning import note_meant, open_doubts

__all__ = [
    "approve",
    "chose_catalogue",
    "confirm",
    "defined",
    "kpi",
    "measure",
    "more",
    "note_meant",
    "open_carried",
    "open_csf",
    "open_doubts",
    "open_goal",
    "open_kpi",
    "open_reject",
    "open_tree",
    "open_vision",
    "rejected",
    "remove_csf",
    "remove_goal",
    "remove_kpi",
    "said_carried",
    "said_csf",
    "said_goal",
    "said_kpi",
    "said_vision",
    "submit",
]
