"""What every table has: a number, the workspace it belongs to, and one way of naming constraints."""

import re
from typing import Any, ClassVar

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Row(SQLModel):
    """One row of a workspace's data; ``id`` is given by the database, no query goes without ``team_id``.

    Moments are aware and kept in UTC. JSON columns hold plain values; give a changed one as a new object,
    as changes inside it are not seen.
    """

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)

    id: int = Field(default=None, primary_key=True)
    team_id: str

    @declared_attr  # type: ignore[arg-type]
    def __tablename__(cls) -> str:  # noqa: N805
        """The class name in lower case with underscores."""
        return _WORD.sub("_", cls.__name__).lower()


def plain(kind: type = dict) -> Any:
    """A JSON column that starts as an empty ``kind``."""
    return Field(default_factory=kind, sa_type=JSON)
