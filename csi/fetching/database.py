"""Collecting from a database: a session that can only read, ends in time, and goes to the address that was checked."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, CursorResult, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from csi.errors import CsiError, InvalidInput
from csi.fetching.deadline import Deadline
from csi.fetching.pinned import Resolve, resolve
from csi.reading.bounds import MEGABYTE
from csi.reading.connectors import queries, table
from csi.reading.connectors.addresses import Policy
from csi.reading.connectors.asked import Asked, Collected, Refused
from csi.reading.connectors.marks import Mark, mark_of
from csi.reading.connectors.masking import masked

SECONDS = 60
CONNECT_SECONDS = 10
_AT_ONCE = 2_000
_LONGEST = 16 * MEGABYTE  # bytes of one value; SQLite makes a thousand million out of nothing
# What SQLite may be asked to do. Source: sqlite.org/c3ref/c_alter_table.html.
_READS = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE))
_NO_FILE = "/dev/null/none"
# What an address may say beside where the database is; anything else could lead past the check of the address.
_HARMLESS = frozenset({"sslmode", "application_name", "charset"})
# What drivers say: of a query stopped by its limit; of a server that is away, which may pass unless it knows us and
# says no; of one that has no room now.
_TOO_LONG = ("statement timeout", "interrupted", "execution time")
_AWAY = ("connection", "can't connect", "could not connect", "unable to open", "disk i/o", "shutting down")
_STAYS = ("password", "authentication", "does not exist", "access denied", "unable to open", "no pg_hba.conf")
_BUSY = ("locked", "busy", "too many", "remaining connection slots", "starting up")
# What an account that only reads does not have. Source: PostgreSQL 18, 21.5 Predefined Roles; MySQL 8.4, 8.2.2.
_PRIVILEGES = {
    "postgresql": """SELECT CASE WHEN rolsuper THEN 'superuser' ELSE rolname END FROM pg_roles
        WHERE (rolsuper OR rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program',
               'pg_signal_backend', 'pg_signal_autovacuum_worker'))
          AND CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN rolname = current_user
              ELSE pg_has_role(current_user, oid, 'MEMBER') END""",
    "mysql": """SELECT privilege_type FROM information_schema.user_privileges
        WHERE REPLACE(grantee, CHAR(39), '') = CURRENT_USER()
          AND privilege_type IN ('FILE', 'SUPER', 'PROCESS', 'SHUTDOWN', 'CONNECTION_ADMIN', 'CONNECTION ADMIN')""",
}
_READER = {
    "postgresql": "CREATE ROLE csi_reader LOGIN PASSWORD '…'; GRANT USAGE ON SCHEMA public TO csi_reader; "
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO csi_reader.",
    "mysql": "CREATE USER csi_reader IDENTIFIED BY '…'; GRANT SELECT ON the_database.* TO csi_reader.",
}
_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}


@dataclass(frozen=True, slots=True)
class Databases:
    """Opens databases within a policy."""

    policy: Policy
    resolve: Resolve = resolve
    seconds: float = SECONDS

    def collect(self, asked: Asked) -> Collected:
        """The rows of a query; with a column to go by, those that are new.

        Raises:
            InvalidInput: the query or the address is refused, here or by the database.
            NotAllowed: the address is private and nobody has allowed it.
            Refused: the database cannot be reached, or takes too long.
        """
        options = asked.source.options
        column, mark = str(options.get("since") or ""), mark_of(asked.progress)
        span = {"since": asked.since, "until": asked.until}
        address = asked.address or asked.source.sql
        said = str(options.get("query") or "")
        wanted = queries.query(said, queries.kind_of(address), column=column, mark=mark.value, span=span)
        target = asked.folder / "rows.csv"
        with self.opened(address) as connection:
            rows = self._written(connection, wanted, target, column, mark)
        progress = mark.as_plain() if column else {}
        return Collected(target if rows else None, f"{asked.source.id}.csv", rows, progress)

    def _written(self, connection: Connection, wanted: queries.Query, target: Path, column: str, mark: Mark) -> int:
        reading = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
        rows = self._in_time(reading.execute(text(wanted.sql), dict(wanted.values)))
        columns = next(rows)
        return table.write(target, columns, mark.new(rows, _place(column, columns)) if column else rows)

    def _in_time(self, result: CursorResult[Any]) -> Iterator[Sequence[Any]]:
        """The names of the columns, then the rows; each portion is a statement of its own with time of its own, so
        the time of all of them is counted here."""
        deadline = time.monotonic() + self.seconds
        yield list(result.keys())
        for number, row in enumerate(result.yield_per(_AT_ONCE)):
            if number % _AT_ONCE == 0 and time.monotonic() > deadline:
                raise _too_long(self.seconds)
            yield tuple(row)

    @contextmanager
    def opened(self, address: str) -> Iterator[Connection]:
        """A connection that only reads; errors of the database as sentences."""
        engine = self._engine(address)
        with Deadline(CONNECT_SECONDS + self.seconds) as deadline:
            if engine.dialect.name == "postgresql":
                event.listen(engine, "do_connect", _watched_by(deadline))
            try:
                with engine.connect() as connection:
                    _refuse_privileged(connection)
                    yield connection
                    connection.rollback()
            except DBAPIError as error:
                raise (_too_long(self.seconds) if deadline.left <= 0 else _said(error, self.seconds)) from error
            except SQLAlchemyError as error:
                raise InvalidInput("query", f"The database refused it: {_first_line(error)}") from error
            finally:
                engine.dispose()

    def _engine(self, address: str) -> Engine:
        url = _parsed(address)
        kind = url.get_backend_name()
        if kind == "sqlite":
            return self._sqlite(url)
        if "host" in url.query and kind == "postgresql" and not url.host:
            return self._socket(url)
        if set(url.query) - _HARMLESS:
            odd = ", ".join(sorted(set(url.query) - _HARMLESS))
            raise InvalidInput("sql", f"{odd} may not be set. Expected at most {', '.join(sorted(_HARMLESS))}.")
        if not url.host:
            raise InvalidInput("sql", "names no host. Expected dialect://user:password@host/database.")
        pinned = self.policy.check(url.host, self.resolve(url.host, url.port or _PORTS.get(kind, 0)))
        return self._server(url, kind, pinned)

    def _server(self, url: URL, kind: str, pinned: str) -> Engine:
        if kind == "postgresql":
            return self._postgres(url.set(drivername="postgresql+psycopg"), {"hostaddr": pinned})
        engine = _created(url.set(host=pinned), {})
        if kind in ("mysql", "mariadb"):
            event.listen(engine, "connect", _mysql_reads_only(int(self.seconds)))
        return engine

    def _postgres(self, url: URL, more: Mapping[str, Any]) -> Engine:
        limit = int(self.seconds * 1000)
        said = f"-c default_transaction_read_only=on -c standard_conforming_strings=on -c statement_timeout={limit}"
        own = {"options": said, "connect_timeout": CONNECT_SECONDS, "passfile": _NO_FILE}
        # What the address does not say is not looked for in the files and variables of the bot's own account.
        blank = {} if url.password else {"password": ""}
        return _created(url, {**own, **blank, **more})

    def _socket(self, url: URL) -> Engine:
        """PostgreSQL by a socket file: its folder must be allowed, as a database file's must."""
        folder = url.query["host"]
        real = self.policy.check_file(Path(str(folder)).resolve())
        # To the driver, a comma separates several hosts, and what does not begin with a slash is a name.
        if set(url.query) != {"host"} or not isinstance(folder, str) or "," in folder or not folder.startswith("/"):
            raise InvalidInput("sql", "names more than the folder of the socket. Expected host=/folder alone.")
        return self._postgres(url.set(drivername="postgresql+psycopg", query={"host": str(real)}), {})

    def _sqlite(self, url: URL) -> Engine:
        name = url.database or ""
        if not name or name == ":memory:" or name.startswith("file:") or url.query:
            raise InvalidInput("sql", "names no database file. Expected sqlite:////folder/name.db.")
        path = self.policy.check_file(self._path(name))
        if not path.is_file():
            raise InvalidInput("sql", f"There is no database file {name}.")
        return create_engine("sqlite://", creator=_reads_only(path, self.seconds), poolclass=NullPool)

    def _path(self, name: str) -> Path:
        """The file of a name; a relative one lies in the first allowed folder."""
        base = next(iter(self.policy.folders), Path())
        return (base / name).resolve()


def _refuse_privileged(connection: Connection) -> None:
    """Least power: an account that could read the server's files or end others' sessions is not used for reading.

    Raises:
        InvalidInput: the account has such rights; names them, and the statements that make one that only reads.
    """
    kind = connection.engine.dialect.name.replace("mariadb", "mysql")
    if kind not in _PRIVILEGES:
        return
    if held := sorted(str(row[0]) for row in connection.execute(text(_PRIVILEGES[kind]))):
        reason = f"This account may do more than read ({', '.join(held)}). Use one that only reads: {_READER[kind]}"
        raise InvalidInput("sql", reason)


def _watched_by(deadline: Deadline) -> Callable[..., Any]:
    """The server itself ends a query in time, if it is one that keeps its word; else its connection is cut."""

    def connect(dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
        made = dialect.connect(*arguments, **named)
        deadline.watch(made.pgconn.socket)
        return made

    return connect


def _parsed(address: str) -> URL:
    try:
        return make_url(re.sub("^postgres://", "postgresql://", address))
    except (ArgumentError, ValueError) as error:
        shown = masked(address)
        reason = f"‘{shown}’ is no address of a database. Expected dialect://host/database."
        raise InvalidInput("sql", reason) from error


def _created(url: URL, arguments: dict[str, Any]) -> Engine:
    kind = url.get_backend_name()
    try:
        return create_engine(url, poolclass=NullPool, connect_args=arguments)
    except NoSuchModuleError as error:
        raise InvalidInput("sql", f"‘{kind}’ is no kind of database known here.") from error
    except ImportError as error:
        reason = f"The driver for {kind} is not installed ({error.name}). An administrator installs it."
        raise InvalidInput("sql", reason) from error


def _reads_only(path: Path, seconds: float) -> Callable[[], sqlite3.Connection]:
    """Opens a SQLite file so that nothing can be written, and stops a query that takes too long."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=CONNECT_SECONDS)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        connection.set_authorizer(_only_reading)
        deadline = time.monotonic() + seconds
        connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)
        return connection

    return connect


def _only_reading(action: int, first: str | None, second: str | None, *_: object) -> int:
    """SQLite's question whether it may do something; SQLAlchemy itself asks for one setting."""
    asks = action == sqlite3.SQLITE_PRAGMA and first == "read_uncommitted" and second is None
    return sqlite3.SQLITE_OK if action in _READS or asks else sqlite3.SQLITE_DENY


def _mysql_reads_only(seconds: int) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("SET SESSION sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES'")
            cursor.execute("SELECT VERSION()")
            is_maria = "mariadb" in str(cursor.fetchone()[0]).lower()
            limit = f"max_statement_time = {seconds}" if is_maria else f"max_execution_time = {seconds * 1000}"
            cursor.execute(f"SET SESSION {limit}")

    return prepare


def _place(column: str, columns: Sequence[str]) -> int:
    lowered = [name.lower() for name in columns]
    if column.lower() not in lowered:
        raise InvalidInput("since", f"The query gives no column ‘{column}’. It gives {', '.join(columns[:40])}.")
    return lowered.index(column.lower())


def _said(error: DBAPIError, seconds: float) -> CsiError:
    reason = _first_line(error.orig or error)
    lowered = reason.lower()
    if lowered.startswith("no such "):  # what SQLite does not know is named in its words, and may be called anything
        return InvalidInput("query", f"The database refused it: {reason}")
    if any(words in lowered for words in _TOO_LONG):
        return _too_long(seconds)
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        if any(words in lowered for words in _AWAY):
            passing = not any(words in lowered for words in _STAYS)
            return Refused(f"The database could not be reached: {reason}", passing=passing)
        if any(words in lowered for words in _BUSY):
            return Refused(f"The database is busy: {reason}", passing=True)
    return InvalidInput("query", f"The database refused it: {reason}")


def _too_long(seconds: float) -> Refused:
    return Refused(f"The query took longer than {seconds:g} s. Ask for less, or by an indexed column.")


def _first_line(error: BaseException) -> str:
    return masked(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
