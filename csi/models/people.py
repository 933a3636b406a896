"""Workspaces, the people in them, services, and who holds which role for a service."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Index, UniqueConstraint

from csi.models.row import Row, plain


class Workspace(Row, table=True):
    """One Slack workspace, with the thresholds it changed from their defaults."""

    __table_args__ = (UniqueConstraint("team_id"),)

    name: str = ""
    timezone: str = "UTC"
    settings: dict[str, Any] = plain()
    created_at: datetime


class Installation(Row, table=True):
    """The bot's tokens in one workspace, encrypted."""

    __table_args__ = (UniqueConstraint("team_id"),)

    enterprise_id: str = ""
    app_id: str = ""
    bot_id: str = ""
    bot_user_id: str = ""
    bot_token: str = ""
    scopes: str = ""
    installed_by: str = ""
    installed_at: datetime
    removed_at: datetime | None = None


class Person(Row, table=True):
    """What is known of a person: name, zone, and whether they left the workspace."""

    __table_args__ = (UniqueConstraint("team_id", "user_id"),)

    user_id: str
    name: str = ""
    email: str = ""
    timezone: str = "UTC"
    hours: str = "09:00-17:00"  # local working hours, on weekdays
    holidays: str = ""  # region of the holidays library
    left_at: datetime | None = None


class Service(Row, table=True):
    """What is improved."""

    __table_args__ = (UniqueConstraint("team_id", "name"),)

    name: str
    vision: str = ""
    created_at: datetime


class RoleAssignment(Row, table=True):
    """One person holds one role for one service; ``role`` is one of csi.terms.Role.

    ``backup`` marks who stands in (data owner). Roles are looked up at the moment of each click.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "service_id", "role", "user_id"),
        Index(None, "team_id", "user_id"),
    )

    service_id: int = Field(foreign_key="service.id")
    role: str
    user_id: str
    backup: bool = False
    granted_by: str
    granted_at: datetime
