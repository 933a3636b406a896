"""What a column of an export can stand for, what it then has to hold, and what the KPI catalogue calls it."""

from __future__ import annotations

from enum import Enum, StrEnum


class Shape(Enum):
    """What the cells of a column have to be before a meaning is believed."""

    KEY = "key"
    MOMENT = "moment"
    NUMBER = "number"
    DURATION = "duration"
    FLAG = "flag"
    RATING = "rating"
    VERSION = "version"
    TEXT = "text"


class Meaning(StrEnum):
    """What a column says of a ticket, an outage, an answer, a call or a deployment."""

    KEY = "key"
    TITLE = "title"
    OPENED = "opened"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    FIRST_RESPONSE = "first_response"
    RESOLVED = "resolved"
    CLOSED = "closed"
    UPDATED = "updated"
    VERSION = "version"
    DUE = "due"
    RESOLVE_DUE = "resolve_due"
    RESPONSE_DUE = "response_due"
    PENDING_SINCE = "pending_since"
    PENDING_REASON = "pending_reason"
    PRIORITY = "priority"
    CATEGORY = "category"
    TEAM = "team"
    ASSIGNEE = "assignee"
    SERVICE = "service"
    CHANNEL = "channel"
    STATUS = "status"
    REOPENS = "reopens"
    REASSIGNMENTS = "reassignments"
    SATISFACTION = "satisfaction"
    ANSWERED = "answered"
    RESOLVE_MET = "resolve_met"
    RESPONSE_MET = "response_met"
    ACKNOWLEDGE_TOOK = "acknowledge_took"
    RESPONSE_TOOK = "response_took"
    RESOLVE_TOOK = "resolve_took"
    CLOSE_TOOK = "close_took"
    HANDLE_TOOK = "handle_took"
    PAUSED = "paused"
    RESPONSE_LEFT = "response_left"
    RESOLVE_LEFT = "resolve_left"
    STARTED = "started"
    ENDED = "ended"
    LASTED = "lasted"
    IS_DOWN = "is_down"
    DEPLOYED = "deployed"
    COMMITTED = "committed"
    OUTCOME = "outcome"

    @property
    def shape(self) -> Shape:
        """What its cells have to be."""
        return _SHAPES.get(self, Shape.TEXT)

    @property
    def catalogue_name(self) -> str:
        """What the catalogue's formulas call it; empty where none of them names it."""
        return _CATALOGUE.get(self, "")


_MOMENTS = (
    Meaning.OPENED,
    Meaning.ASSIGNED,
    Meaning.ACKNOWLEDGED,
    Meaning.FIRST_RESPONSE,
    Meaning.RESOLVED,
    Meaning.CLOSED,
    Meaning.UPDATED,
    Meaning.DUE,
    Meaning.RESOLVE_DUE,
    Meaning.RESPONSE_DUE,
    Meaning.PENDING_SINCE,
    Meaning.ANSWERED,
    Meaning.STARTED,
    Meaning.ENDED,
    Meaning.DEPLOYED,
    Meaning.COMMITTED,
)
_DURATIONS = (
    Meaning.ACKNOWLEDGE_TOOK,
    Meaning.RESPONSE_TOOK,
    Meaning.RESOLVE_TOOK,
    Meaning.CLOSE_TOOK,
    Meaning.HANDLE_TOOK,
    Meaning.PAUSED,
    Meaning.RESPONSE_LEFT,
    Meaning.RESOLVE_LEFT,
    Meaning.LASTED,
)
_SHAPES = {
    Meaning.KEY: Shape.KEY,
    Meaning.VERSION: Shape.VERSION,
    Meaning.SATISFACTION: Shape.RATING,
    **dict.fromkeys(_MOMENTS, Shape.MOMENT),
    **dict.fromkeys(_DURATIONS, Shape.DURATION),
    **dict.fromkeys((Meaning.REOPENS, Meaning.REASSIGNMENTS), Shape.NUMBER),
    **dict.fromkeys((Meaning.RESOLVE_MET, Meaning.RESPONSE_MET, Meaning.IS_DOWN, Meaning.OUTCOME), Shape.FLAG),
}
_CATALOGUE = {
    Meaning.OPENED: "opened_at",
    Meaning.ACKNOWLEDGED: "ack_at",
    Meaning.FIRST_RESPONSE: "first_response_at",
    Meaning.RESOLVED: "resolved_at",
    Meaning.CLOSED: "closed_at",
    Meaning.RESOLVE_DUE: "sla_res_due",
    Meaning.RESPONSE_DUE: "sla_resp_due",
    Meaning.REOPENS: "reopened_count",
    Meaning.REASSIGNMENTS: "reassign_count",
    Meaning.SATISFACTION: "score",
    Meaning.ANSWERED: "answered_at",
    Meaning.CHANNEL: "channel",
    Meaning.PRIORITY: "priority",
    Meaning.CATEGORY: "category",
    Meaning.SERVICE: "service",
    Meaning.STARTED: "start",
    Meaning.ENDED: "end",
    Meaning.DEPLOYED: "implemented_at",
    Meaning.COMMITTED: "committed_at",
    Meaning.OUTCOME: "outcome",
}
# Moments that put a row into a period, the best first. A deadline, an update and a version never do.
DATES_A_ROW = (
    Meaning.OPENED,
    Meaning.STARTED,
    Meaning.DEPLOYED,
    Meaning.ANSWERED,
    Meaning.RESOLVED,
    Meaning.CLOSED,
    Meaning.ENDED,
)


class Trap(StrEnum):
    """Why a column is not what its name suggests, and is not to be used as that."""

    INTERNAL_ID = "internal_id"  # a number of the program's own, not the key people use
    NO_UNIT = "no_unit"  # a length of time whose unit the file does not tell
    TIME_LEFT = "time_left"  # what remains of an agreed time, negative once it is over
    DEADLINE = "deadline"  # a moment something is due, though its name says a length of time
    BOOKED_WORK = "booked_work"  # work written down by hand, not elapsed time
    WORD = "word"  # a word for how it ended, not when
    YES_NO = "yes_no"  # yes or no, not a moment
    NOT_RESOLVED = "not_resolved"  # a moment at which nothing was resolved
    NAME_OF_TARGET = "name_of_target"  # the name of an agreed time, not the time itself
    NOT_PROGRESS = "not_progress"  # a line of support, not how far the work is
    COUNTS_HOLDERS = "counts_holders"  # everyone who held it, the first one too: one more than it was passed on
    REPEATS = "repeats"  # counts repetitions of one row, not rows
    MIXED = "mixed"  # a moment and a percentage in one cell
    CLEARED = "cleared"  # emptied once the ticket is closed, so that only the good ones keep it
    FINISHED_NOT_SUCCESSFUL = "finished_not_successful"  # that it ended, not that it worked


class Caution(StrEnum):
    """What one has to know of the whole file before figures are drawn from it."""

    SEVERAL_ROWS_PER_KEY = "several_rows_per_key"
    ZONE_IN_LAST_LINE = "zone_in_last_line"
    SECOND_HEADER_ROW = "second_header_row"
    ONE_ROW_PER_STATE = "one_row_per_state"  # rows of up and of down
    ONE_ROW_PER_CHECK = "one_row_per_check"  # one outage has many
    ONE_ROW_PER_LEG = "one_row_per_leg"
    NOT_ONLY_DEPLOYMENTS = "not_only_deployments"  # every run of a workflow, tests too
    USERS_OWN_ZONE = "users_own_zone"
    DURATION_WORDS = "duration_words"
    TWO_PEOPLE_IN_A_CELL = "two_people_in_a_cell"
    THOUSANDS_IN_IDS = "thousands_in_ids"
