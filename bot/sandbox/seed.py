"""The people and channels a fresh workspace starts with."""

from __future__ import annotations

from bot.sandbox.manifest import Manifest
from bot.sandbox.workspace import SLACKBOT, Person, Workspace

PEOPLE = (
    ("alice", "Alice Almeida", "Service owner, Service desk", "Europe/Lisbon", "8f4a2b"),
    ("bob", "Bob Brandt", "Reporting analyst", "Europe/Berlin", "2b6f8f"),
    ("carol", "Carol Costa", "Head of branch operations", "Europe/Lisbon", "6b3a8f"),
    ("dave", "Dave Doyle", "CSI manager", "Europe/Dublin", "3a7d44"),
    ("erin", "Erin Eriksen", "Branch manager", "Europe/Oslo", "a0522d"),
)


def workspace(manifest: Manifest) -> Workspace:
    """A team of five, #service-desk with the bot in it, and #general without."""
    made = Workspace()
    made.bot.name = manifest.bot_name.lower().replace(" ", "-")
    made.bot.real_name = manifest.bot_name
    made.bot.color = manifest.color.lstrip("#")
    made.people[SLACKBOT] = Person(id=SLACKBOT, name="slackbot", real_name="Slackbot", color="757575", is_bot=True)
    people = [
        made.add_person(name, real_name, title=title, tz=tz, color=color, email=f"{name}@demo.example")
        for name, real_name, title, tz, color in PEOPLE
    ]
    everybody = [person.id for person in people]
    made.add_channel("service-desk", [*everybody, made.bot.id], topic="Where the service desk improves")
    made.add_channel("general", everybody, topic="Company-wide")
    return made
