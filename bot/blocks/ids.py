"""Ids that are used in more than one place; the rest stand where they are used."""

START = "cycle.start"
NEXT = "cycle.next"
BACK = "cycle.back"
STATUS = "cycle.status"
GO_ON = "cycle.pass"
LINK = "link"

# The button that opens each step, by its command word; the step's listeners hear it.
OPEN_STEP = {word: f"{word}.open" for word in ("measure", "assess", "gather", "process", "analyse", "present", "act")}
