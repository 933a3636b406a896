"""What the team does, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable

from bot.sandbox.tour_team import Team


def begin(team: Team) -> None:
    """Dave begins a cycle and gives the roles."""
    team.dave.types("start Service desk")
    team.dave.sends(
        "cycle.start",
        {
            "service_owner": team.alice.id,
            "data_owner": team.bob.id,
            "analyst": team.bob.id,
            "approver": [team.carol.id],
            "period": "day",
            "timezone": "Europe/Lisbon",
        },
    )
    team.alice.reads("step 1 of 7")


def refused_at_the_first_gate(team: Team) -> None:
    """Going on with nothing agreed is refused."""
    team.dave.types("next")
    team.dave.reads("Not yet")


CHAPTERS: tuple[tuple[str, Callable[[Team], None]], ...] = (
    ("0 Begin a cycle", begin),
    ("1 What should you measure?", refused_at_the_first_gate),
)
