"""An export as Zendesk writes it, made up: tickets of 40 weeks, of which every figure can be told beforehand."""

from __future__ import annotations

from datetime import datetime, timedelta

HEADER = (
    "Summation column,Id,Requester,Subject,Created at,Solved at,Updated at,Priority,Status,"
    "First reply time in minutes,Reopens,Satisfaction Score"
)
FIRST = datetime(2026, 1, 5, 9)  # a Monday
WEEKS = 40
A_WEEK = 10  # tickets
QUARTER = 13  # weeks


def csv(weeks: int = WEEKS) -> str:
    """Ten tickets a week, of 20 h each; of 16 h, answered in 30 rather than 60 minutes, in the quarter before the last.

    One in ten is reopened, two in ten in the oldest quarter; of four answers three are good, in the best quarter all.
    """
    lines = [HEADER]
    for number in range(weeks * A_WEEK):
        week, place = divmod(number, A_WEEK)
        back = (weeks - 1 - week) // QUARTER  # whole quarters before the newest
        opened = FIRST + timedelta(weeks=week, hours=12 * place)
        solved = opened + timedelta(hours=16 if back == 1 else 20)
        reopened = int(place < (2 if back == 2 else 1))
        said = ("Good", "Good", "Good", "Good" if back == 1 else "Bad")[place] if place < 4 else "Offered"
        reply = 30 if back == 1 else 60
        lines.append(
            f"1,{7000 + number},r{place},Ticket {number},{opened},{solved},{solved},Normal,Solved,{reply},"
            f"{reopened},{said}"
        )
    return "\n".join(lines) + "\n"
