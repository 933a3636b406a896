"""Ids that are used in more than one place; the rest stand where they are used."""

START = "cycle.start"
START_MORE = "cycle.more"
OPEN = "cycle.open"  # value: a command word, then @ and a channel's id where it is pressed outside the channel
NEXT = "cycle.next"  # value: the number of the step to leave, then perhaps @ and a channel's id
BACK = "cycle.back"
CLOSE = "cycle.close"
GO_ON = "cycle.pass"
SNOOZE = "reminder.snooze"
OVER_CYCLES = "history.spiral"  # value: a cycle, then the key of a KPI
