"""The database: one engine for SQLite (WAL) and PostgreSQL, sessions, row locks, migrations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ColumnElement, Connection, CursorResult, Engine, create_engine, event, make_url, text, update
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from csi import ahead
from csi.errors import NotFound, TooManyRows
from csi.models import Row

BUSY_SECONDS = 30
SYNCHRONOUS = "FULL"  # SQLite: what is committed outlives a power cut, for some 8 ms a commit (decision 0097)
MOST_ROWS = 1_000_000  # read at once; ours: some gigabytes of objects, far beyond a team's numbers of many years
CONNECT_SECONDS = 10
_ONCE = "once"
_READING = "csi_reading"
WRITTEN = "written"  # under this name a session keeps the rows that no flush of its own tells of
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 7_350_731  # any number, the same in every process
_INCREMENTAL = 2  # SQLite's number for that kind of auto_vacuum
_PAGES = 500  # given back in one transaction: a few milliseconds
_KEYS = 30_000  # values one statement may name: SQLite takes 32,766, PostgreSQL 65,535
RowT = TypeVar("RowT", bound=Row)
AnyT = TypeVar("AnyT")


def _nothing(_session: Session) -> None:
    """What a session does first, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens sessions: ``with sessions() as session`` commits on leaving and rolls back on an error.

    On SQLite a writing session holds the only write lock from its first statement, so keep it short and do slow
    work outside; ``sessions.reading()`` waits for nobody and must not write.
    """

    engine: Engine
    begin: Callable[[Session], None] = field(default=_nothing)

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        """A session that may write; what ``begin`` writes is part of its transaction."""
        with Session(self.engine, expire_on_commit=False) as session:
            self.begin(session)
            yield session
            session.commit()

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """A session in which changes can be tried: seen within it, and never kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.expunge_all()  # what was seen stays readable
            session.rollback()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; nothing done in it is kept."""
        with self.engine.connect().execution_options(**{_READING: True}) as connection:
            with Session(connection, expire_on_commit=False, autoflush=False) as session:
                yield session
            connection.rollback()


def reads_only(session: Session) -> bool:
    """Whether a session is one that only reads, in which nothing may be changed."""
    return bool(session.connection().get_execution_options().get(_READING))


def once(session: Session, what: str, number: int, work: Callable[[], AnyT]) -> AnyT:
    """What is worked out of a row once for all who ask in a session that only reads; in any other each time."""
    if not reads_only(session):
        return work()
    known: dict[tuple[str, int], Any] = session.info.setdefault(_ONCE, {})
    if (what, number) not in known:
        known[what, number] = work()
    return cast("AnyT", known[what, number])


def engine(url: str) -> Engine:
    """The engine for a database URL; ``postgres://`` and ``postgresql://`` mean psycopg 3.

    Its errors do not show the values of a statement: tokens and what people typed would be in the log.
    """
    address = _with_driver(url)
    if not address.startswith("sqlite"):
        return create_engine(
            address,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            connect_args=_patience(address),
        )
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    made = create_engine(address, hide_parameters=True, connect_args=arguments)
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def sessions(engine: Engine, begin: Callable[[Session], None] = _nothing) -> Sessions:
    """The opener of sessions on an engine; ``begin`` is what each that may write does first."""
    return Sessions(engine, begin)


def migrate(url: str, then: Callable[[Session, str], None] = lambda _session, _before: None) -> None:
    """Bring the database at ``url`` to the newest schema; several processes may try at once.

    Args:
        url: of the database.
        then: does what belongs to the migration, in its transaction; it is told the revision from before.
    """
    made = engine(url)
    try:
        with made.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            before = MigrationContext.configure(connection).get_current_revision() or ""
            command.upgrade(_alembic(connection), "head")
            with Session(connection, expire_on_commit=False) as session:
                then(session, before)
                session.commit()
    finally:
        made.dispose()


def give_back(engine: Engine) -> int:
    """Give pages that deleted rows left free back to the disk, a few at a time; how many. PostgreSQL does it itself."""
    if engine.dialect.name != "sqlite":
        return 0
    given = 0
    while True:
        with engine.begin() as connection:
            free = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
            kept = int(connection.exec_driver_sql("PRAGMA auto_vacuum").scalar_one()) != _INCREMENTAL
            if free == 0 or kept:
                return given
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA incremental_vacuum({_PAGES})")
            cursor.fetchall()  # each step gives one page back
            cursor.close()
        given += min(free, _PAGES)


def pending(url: str) -> str:
    """What keeps the schema from being the newest, as a short phrase; empty when it is."""
    made = engine(url)
    try:
        with made.connect() as connection:
            at = MigrationContext.configure(connection).get_current_revision()
    finally:
        made.dispose()
    if at is None:
        return "no tables yet"
    history = _history()
    if at not in history:
        return f"an unknown revision {at}"
    behind = history.index(at)
    return f"{behind} {'migration' if behind == 1 else 'migrations'} behind" if behind else ""


def unknown(url: str) -> str:
    """The revision of a database that a newer version has migrated; empty for one that is known here."""
    made = engine(url)
    try:
        with made.connect() as connection:
            at = MigrationContext.configure(connection).get_current_revision() or ""
    finally:
        made.dispose()
    return "" if at in ("", *_history()) else at


def _history() -> list[str]:
    return [one.revision for one in ScriptDirectory.from_config(_alembic()).walk_revisions()]


def lock(session: AnySession, name: str) -> None:
    """Let nobody else hold ``name`` until this transaction ends (SQLite: its writer is alone anyway)."""
    connection = session.connection()  # on SQLite this alone takes the write lock
    if connection.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def hold(session: Session, row: Row, name: str) -> None:
    """Lock ``name``, then see the row as it is now: what is decided next, nobody else decides meanwhile."""
    session.flush()
    lock(session, name)
    session.refresh(row)


def rows(
    session: Session, table: type[RowT], team_id: str, *, order: str = "id", limit: int | None = None, **equal: Any
) -> list[RowT]:
    """The rows of one workspace whose columns equal what is given (a tuple: one of these): all, or the first ``limit``.

    ``order`` is a column, with a minus in front for the highest first. What was read ahead is not asked for again.

    Raises:
        TooManyRows: no limit was asked for, and there are more than a process should hold; nothing is cut in silence.
    """
    if any(value == () for value in equal.values()):
        return []
    if (held := ahead.found(session, table, team_id, order, equal)) is not None:
        return cast("list[RowT]", held[:limit])
    key = col(getattr(table, order.removeprefix("-")))
    statement = select(table).where(col(table.team_id) == team_id, *_equal(table, equal))
    ordered = statement.order_by(key.desc() if order[0] == "-" else key)
    found = list(session.exec(ordered.limit(MOST_ROWS + 1 if limit is None else limit)))
    if limit is None and len(found) > MOST_ROWS:
        raise TooManyRows(f"More than {MOST_ROWS:,} rows of {_words(table)} are to be read at once; nothing was read.")
    return found


def read_ahead(
    session: Session,
    table: type[RowT],
    team_id: str,
    column: str = "",
    keys: Collection[Any] = (),
    *,
    without: Sequence[str] = (),
    **within: Any,
) -> list[RowT]:
    """Read the rows of a workspace whose column is one of the keys (all rows, without a column) for who asks later.

    Args:
        session: one that only reads: what is written meanwhile is not seen.
        table: of which rows.
        team_id: the workspace.
        column: by which they will be asked for.
        keys: its values.
        without: columns that are read when they are looked at, as few will be.
        within: further columns, with the values asked for.

    Raises:
        TooManyRows: as ``rows``.
    """
    if not reads_only(session):
        raise RuntimeError("rows are read ahead in a session that only reads")
    if column and not keys:
        return []
    deferred = [defer(getattr(table, name)) for name in without]
    found: list[RowT] = []
    wanted = list(dict.fromkeys(keys))
    for some in [wanted[start : start + _KEYS] for start in range(0, len(wanted), _KEYS)] if column else [None]:
        narrowed = {**within, **({column: tuple(some)} if some is not None else {})}
        statement = select(table).where(col(table.team_id) == team_id, *_equal(table, narrowed)).options(*deferred)
        found += session.exec(statement.order_by(col(getattr(table, "id"))).limit(MOST_ROWS + 1))  # noqa: B009
    if len(found) > MOST_ROWS:
        raise TooManyRows(f"More than {MOST_ROWS:,} rows of {_words(table)} are to be read at once; nothing was read.")
    ahead.keep(session, table, team_id, found, column=column, keys=wanted, **within)
    return found


def row(session: Session, table: type[RowT], team_id: str, **equal: Any) -> RowT | None:
    """The first such row of the workspace, or None."""
    return next(iter(rows(session, table, team_id, limit=1, **equal)), None)


def need(session: Session, table: type[RowT], team_id: str, row_id: int) -> RowT:
    """The workspace's row with this number.

    Raises:
        NotFound: there is none (it may have been removed meanwhile).
    """
    found = row(session, table, team_id, id=row_id)
    if found is None:
        raise NotFound(f"This {_words(table)} does not exist here any more.")
    return found


def _words(table: type[Row]) -> str:
    return str(table.__tablename__).replace("_", " ")


def next_number(session: Session, table: type[RowT], team_id: str, column: str, **equal: Any) -> int:
    """One more than the highest number given so far; nobody else gets it before this transaction ends."""
    lock(session, f"number:{table.__tablename__}:{team_id}")
    last = next(iter(rows(session, table, team_id, order=f"-{column}", limit=1, **equal)), None)
    return 1 if last is None else int(getattr(last, column)) + 1


def _equal(table: type[Row], equal: dict[str, Any]) -> list[ColumnElement[bool]]:
    made = []
    for name, value in equal.items():
        column = col(getattr(table, name))
        made.append(column.in_(value) if isinstance(value, tuple) else column == value)
    return made


def change_if(session: Session, row: RowT, expected: dict[str, Any], values: dict[str, Any]) -> bool:
    """Set ``values`` on a row if it still holds what is ``expected``; False when somebody was first.

    One conditional UPDATE decides, on both databases; the object in the session follows.
    """
    table = type(row)
    conditions = [getattr(table, name) == value for name, value in expected.items()]
    where = (getattr(table, "id") == row.id, getattr(table, "team_id") == row.team_id, *conditions)  # noqa: B009
    session.flush()
    statement = update(table).where(*where).values(**values).execution_options(synchronize_session=False)
    result = session.execute(statement)
    if row in session:
        session.refresh(row)
    is_first = isinstance(result, CursorResult) and result.rowcount == 1
    if is_first:
        session.info.setdefault(WRITTEN, []).append(row)
    return is_first


def _with_driver(url: str) -> str:
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _patience(address: str) -> dict[str, int]:
    # psycopg's own is 130 s, for which a listener and the doctor would be silent
    return {} if "connect_timeout" in make_url(address).query else {"connect_timeout": CONNECT_SECONDS}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN is ours, see _begin_sqlite
    # auto_vacuum counts where there is no table yet: a database that was made without it needs one VACUUM by hand
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "auto_vacuum=INCREMENTAL",
        "journal_mode=WAL",
        f"synchronous={SYNCHRONOUS}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # a deferred transaction that reads first cannot wait for the write lock, it fails: take it at once
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
