"""Queries against real databases: nothing can be written, nothing is lost between two collections, limits hold."""

from __future__ import annotations

import select
import socket
import socketserver
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text

from csi.definition import SourceDefinition
from csi.errors import InvalidInput, NotAllowed
from csi.fetching import Fetcher, database
from csi.fetching.database import Databases
from csi.reading.bounds import Bounds
from csi.reading.connectors import queries, table
from csi.reading.connectors.addresses import policy
from csi.reading.connectors.asked import Asked, Refused
from csi.reading.connectors.marks import Mark
from csi.reading.connectors.table import as_delivered
from csi.reading.readers import read
from tests.databases import PostgresServer
from tests.fetching.conftest import Collecting

CREATE = "CREATE TABLE incident (number TEXT, opened_at {moment}, hours {number}, closed {yes}, note TEXT)"
INSERT = "INSERT INTO incident VALUES (:number, :at, :hours, :closed, :note)"
ROWS = [
    {"number": "INC1", "at": "2026-03-01 10:00:00", "hours": 1.5, "closed": True, "note": 'a "quoted", one'},
    {"number": "INC2", "at": "2026-03-02 10:00:00", "hours": None, "closed": False, "note": "two\nlines"},
]


class Warehouse:
    """A database of tickets, on SQLite or PostgreSQL."""

    def __init__(self, address: str, fetcher: Fetcher) -> None:
        self.address = address.replace("//postgres:", "//reader:")
        self.fetcher = fetcher
        self.engine = create_engine(address)
        kind = self.engine.dialect.name
        types = {"moment": "TEXT", "number": "REAL", "yes": "INTEGER"}
        if kind == "postgresql":
            types = {"moment": "TIMESTAMP WITH TIME ZONE", "number": "NUMERIC(8,2)", "yes": "BOOLEAN"}
        self.run(CREATE.format(**types))
        if kind == "postgresql":
            self.run("GRANT SELECT ON incident TO reader")
        self.add(*ROWS)

    def run(self, sql: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql), values)

    def add(self, *rows: dict[str, object]) -> None:
        for row in rows:
            self.run(INSERT, **{**row, "at": datetime.fromisoformat(f"{row['at']}+00:00")} if self.is_postgres else row)

    @property
    def is_postgres(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def source(self, query: str = "SELECT * FROM incident ORDER BY number", **options: object) -> SourceDefinition:
        return SourceDefinition(id="tickets", sql=self.address, options={"query": query, **options})

    def count(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM incident")).scalar_one())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    if request.param == "sqlite":
        folder = tmp_path / "databases"
        folder.mkdir()
        made = Warehouse(f"sqlite:///{folder}/tickets.db", Fetcher(policy(folders=str(folder)), seconds=3))
        yield made
        made.engine.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    server.reader()
    name = server.create(migrated=False)
    address = server.url(name)
    folder = address.partition("host=")[2]
    made = Warehouse(address, Fetcher(policy(folders=folder.replace("%2F", "/")), seconds=3))
    yield made
    made.engine.dispose()
    server.drop(name)


@pytest.fixture
def collect(warehouse: Warehouse, tmp_path: Path) -> Collecting:
    return Collecting(warehouse.fetcher, tmp_path)


def test_rows_of_a_query_are_read_like_a_file(warehouse: Warehouse, collect: Collecting):
    source = warehouse.source()
    found = collect(source)
    assert (found.rows, found.filename) == (2, "tickets.csv")
    reading = read(found.path, as_delivered(source), moments=["opened_at"], numbers=["hours"], filename=found.filename)
    assert list(reading.frame["number"]) == ["INC1", "INC2"]
    assert list(reading.frame["opened_at"]) == [datetime(2026, 3, day, 10, tzinfo=UTC) for day in (1, 2)]
    assert reading.frame["hours"].tolist()[0] == 1.5
    assert reading.frame["note"].tolist() == ['a "quoted", one', "two\nlines"]
    assert reading.frame["closed"].tolist() == (["true", "false"] if warehouse.is_postgres else ["1", "0"])


def test_the_same_rows_are_the_same_bytes(warehouse: Warehouse, collect: Collecting):
    assert collect(warehouse.source()).path.read_bytes() == collect(warehouse.source()).path.read_bytes()


def test_only_what_is_new_is_collected_and_nothing_is_lost_at_the_edge(warehouse: Warehouse, collect: Collecting):
    source = warehouse.source("SELECT number, opened_at FROM incident", since="opened_at")
    first = collect(source)
    assert first.rows == 2
    assert collect(source, progress=first.progress).path is None
    # Written later, but at the very moment of the mark; and an exact repetition of a row that was delivered.
    warehouse.add({**ROWS[1], "number": "INC3"}, ROWS[1])
    second = collect(source, progress=first.progress)
    assert second.rows == 2
    assert sorted(line.split(",")[0] for line in second.path.read_text().splitlines()[1:]) == ["INC2", "INC3"]
    warehouse.add({**ROWS[1], "number": "INC4", "at": "2026-03-03 10:00:00"})
    third = collect(source, progress=second.progress)
    assert [line.split(",")[0] for line in third.path.read_text().splitlines()[1:]] == ["INC4"]
    assert collect(source, progress=third.progress).path is None


def test_the_filter_on_time_is_sent_as_a_bound_value():
    sent = queries.query("SELECT a, t FROM x -- c", "sqlite", column="t", mark="2026'; DROP TABLE x")
    assert "DROP" not in sent.sql
    assert "t >= :mark" in sent.sql
    assert sent.values["mark"] == "2026'; DROP TABLE x"


def test_the_filter_on_time_reaches_the_index(warehouse: Warehouse):
    """The database looks up what is new; it does not read the whole table to leave most of it out."""
    warehouse.run("CREATE INDEX by_time ON incident (opened_at)")
    mark = datetime(2026, 3, 1, tzinfo=UTC) if warehouse.is_postgres else "2026-03-01"
    sent = queries.query(
        "SELECT number, opened_at FROM incident", queries.kind_of(warehouse.address), column="opened_at", mark=mark
    )
    explain = "EXPLAIN " if warehouse.is_postgres else "EXPLAIN QUERY PLAN "
    with warehouse.engine.connect() as connection:
        if warehouse.is_postgres:  # two rows are read faster without the index, of course
            connection.execute(text("SET enable_seqscan = off"))
        plan = str(connection.execute(text(explain + sent.sql), dict(sent.values)).all())
    assert "by_time" in plan
    assert ("Index Cond: (opened_at >=" in plan) or ("SEARCH" in plan and "opened_at>?" in plan)


def test_a_query_may_place_the_span_itself(warehouse: Warehouse, collect: Collecting):
    sql = "SELECT number FROM incident WHERE opened_at >= :since AND opened_at < :until"
    if warehouse.is_postgres:
        since, until = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
        assert collect(warehouse.source(sql), since=since, until=until).path.read_text() == "number\nINC2\n"
    with pytest.raises(InvalidInput, match="names :since, and there is no value"):
        collect(warehouse.source(sql))


def test_the_session_itself_cannot_write(warehouse: Warehouse):
    """Past the first look at the text: the database refuses, too."""
    databases = Databases(warehouse.fetcher.policy)
    with (
        pytest.raises((InvalidInput, Refused), match=r"read-?only|not authorized"),
        databases.opened(warehouse.address) as connection,
    ):
        connection.execute(text("DELETE FROM incident"))
    assert warehouse.count() == 2


@pytest.mark.postgres
def test_postgresql_cannot_be_talked_out_of_reading_only(postgres: PostgresServer, tmp_path: Path):
    postgres.reader()
    name = postgres.create(migrated=False)
    address = postgres.url(name)
    fetcher = Fetcher(policy(folders=address.partition("host=")[2].replace("%2F", "/")))
    made = Warehouse(address, fetcher)
    sneaky = [
        "SELECT set_config('transaction_read_only', 'off', false) AS a",
        r"SELECT E'\'' AS a; SET default_transaction_read_only = off; COMMIT; DELETE FROM incident; SELECT ''",
        "SELECT 1 AS a) AS b; DELETE FROM incident; SELECT * FROM (SELECT 1 AS a",
        "SELECT lo_create(0) AS a",
    ]
    for sql in sneaky:
        with pytest.raises((InvalidInput, Refused)):
            fetcher(Asked(source=made.source(sql), folder=tmp_path))
    assert made.count() == 2
    made.engine.dispose()
    postgres.drop(name)


def test_a_query_that_takes_too_long_is_stopped(warehouse: Warehouse, collect: Collecting):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
    slow = (
        "SELECT count(*) AS n FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
        if warehouse.is_postgres
        else endless
    )
    warehouse.fetcher = collect.fetcher = Fetcher(warehouse.fetcher.policy, seconds=1)
    with pytest.raises(Refused, match="took longer than 1 s"):
        collect(warehouse.source(slow))


@pytest.mark.parametrize(
    ("query", "options", "says"),
    [
        ("SELECT * FROM nowhere", {}, "nowhere"),
        ("SELECT number FROM incident", {"since": "opened_at"}, "opened_at"),
        ("SELECT number FROM incident", {"since": "a; b"}, "no column's name"),
    ],
)
def test_a_wrong_query_is_said_in_the_words_of_the_database(
    warehouse: Warehouse, collect: Collecting, query: str, options: dict, says: str
):
    with pytest.raises(InvalidInput, match=says):
        collect(warehouse.source(query, **options))


def test_an_empty_result_brings_nothing(warehouse: Warehouse, collect: Collecting):
    assert collect(warehouse.source("SELECT * FROM incident WHERE number = 'none'")).path is None


@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("postgresql://reader:s3cret@127.0.0.1/db", NotAllowed, "127.0.0.1 is this machine"),
        ("postgresql://reader:s3cret@localhost/db", NotAllowed, "localhost"),
        ("mysql://reader:s3cret@169.254.169.254/db", NotAllowed, "link-local"),
        ("postgresql://u:s3cret@example.org/db?hostaddr=127.0.0.1", InvalidInput, "hostaddr may not be set"),
        ("postgresql://u:s3cret@example.org/db?options=-c%20x", InvalidInput, "options may not be set"),
        ("postgresql:///db?host=/var/run/postgresql", NotAllowed, "is a file of this machine"),
        ("postgresql:///db?host=10.0.0.1", NotAllowed, "is a file of this machine"),
        ("postgresql://reader:s3cret@example.org:port/db", InvalidInput, "no address of a database"),
        ("postgresql:///db", InvalidInput, "names no host"),
        ("sqlite:////etc/passwd", NotAllowed, "is a file of this machine"),
        ("sqlite:///file:/etc/passwd?uri=true", InvalidInput, "names no database file"),
        ("sqlite://", InvalidInput, "names no database file"),
        ("nonsense", InvalidInput, "no address of a database"),
        ("cobol://host/db", NotAllowed, "is this machine"),
        ("postgresql://reader:***@db.example.org/db", InvalidInput, "secret part is masked"),
    ],
)
def test_databases_out_of_bounds_are_refused_without_telling_the_password(address, error, says, tmp_path):
    source = SourceDefinition(id="s", sql=address, options={"query": "SELECT 1"})
    with pytest.raises(error, match=says) as said:
        Fetcher(resolve=lambda host, _: [host if host[0].isdigit() else "127.0.0.1"])(
            Asked(source=source, folder=tmp_path)
        )
    assert "s3cret" not in str(said.value)


def test_a_socket_s_folder_smuggles_in_no_other_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What lies in an allowed folder as a path is a name, or several, to the driver."""
    monkeypatch.chdir(tmp_path)
    for host in ("localhost", f"{tmp_path},127.0.0.1", f"{tmp_path}&host=127.0.0.1", "@abstract"):
        source = SourceDefinition(id="s", sql=f"postgresql:///db?host={host}", options={"query": "SELECT 1 AS a"})
        with pytest.raises((InvalidInput, NotAllowed), match=r"host=/folder alone|file of this machine"):
            Fetcher(policy(folders=str(tmp_path)))(Asked(source=source, folder=tmp_path))


def test_a_value_without_measure_is_refused(tmp_path: Path):
    """SQLite makes a thousand million bytes out of nothing; a delivery is bounded after each row."""
    sqlite3.connect(tmp_path / "a.db").close()
    fetch = Fetcher(policy(folders=str(tmp_path)))
    huge = "SELECT hex(zeroblob(400000000)) AS a"
    with pytest.raises(InvalidInput, match="too big"):
        fetch(
            Asked(
                source=SourceDefinition(id="s", sql=f"sqlite:///{tmp_path}/a.db", options={"query": huge}),
                folder=tmp_path,
            )
        )
    with pytest.raises(InvalidInput, match="more than 1 MB"):
        table.write(tmp_path / "rows.csv", ["a"], (["x" * 600_000] for _ in range(2)), Bounds(file_bytes=1_000_000))


def test_the_mark_follows_the_order_of_the_database(tmp_path: Path):
    """Kinds that Python cannot compare, and texts that it orders otherwise."""
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (n, at)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, 5), (2, "2026-03-01"), (3, None), (4, 7.5)])
        connection.commit()
        source = SourceDefinition(
            id="s", sql=f"sqlite:///{tmp_path}/a.db", options={"query": "SELECT * FROM t", "since": "at"}
        )
        collect = Collecting(Fetcher(policy(folders=str(tmp_path))), tmp_path)
        first = collect(source)
        assert (first.rows, first.progress["mark"]) == (4, {"text": "2026-03-01"})
        connection.execute("INSERT INTO t VALUES (5, '2026-03-01')")
        connection.commit()
        second = collect(source, progress=first.progress)
        assert second.path.read_text() == "n,at\n5,2026-03-01\n"
        assert collect(source, progress=second.progress).path is None
    connection.close()
    mark = Mark("a", Counter())
    assert list(mark.new([("a",), ("B",)], 0)) == [("a",), ("B",)]  # as PostgreSQL sorts in most languages
    assert mark.value == "B"


def test_all_portions_of_a_slow_answer_share_one_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each portion is fetched within its own limit; together they may not take longer than one."""
    monkeypatch.setattr(database, "_AT_ONCE", 1)
    rows = (time.sleep(0.2) or (n,) for n in range(100))
    result = SimpleNamespace(keys=lambda: ["n"], yield_per=lambda _: rows)
    with pytest.raises(Refused, match=r"longer than 0\.5 s"):
        list(Databases(policy(), seconds=0.5)._in_time(result))


def test_a_missing_table_is_no_missing_database(warehouse: Warehouse, collect: Collecting):
    with pytest.raises(InvalidInput, match="The database refused it"):
        collect(warehouse.source("SELECT * FROM connection_timeouts_locked"))


def test_a_server_that_keeps_no_time_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It lets everybody in and never answers; the limit we ask it to keep is its own to keep."""
    monkeypatch.setattr(database, "CONNECT_SECONDS", 1)

    class Server(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            self.request.sendall(b"N")
            self.request.recv(1 << 16)
            version = b"server_version\x0017.0\x00"
            self.request.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x00")
            self.request.sendall(b"S" + (len(version) + 4).to_bytes(4, "big") + version)
            self.request.sendall(b"Z\x00\x00\x00\x05I")
            while self.request.recv(1 << 16):
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        address = f"postgresql://reader:any@127.0.0.1:{server.server_address[1]}/db"
        source = SourceDefinition(id="s", sql=address, options={"query": "SELECT 1 AS a"})
        began = time.monotonic()
        with pytest.raises(Refused, match="took longer than 1 s"):
            Fetcher(policy("127.0.0.1"), seconds=1)(Asked(source=source, folder=tmp_path))
        assert time.monotonic() - began < 10
        server.shutdown()
        thread.join()


def test_nothing_of_the_bots_own_account_is_shown_to_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Neither the password file nor the variables of the process stand in for what an address leaves out."""
    (tmp_path / "pgpass").write_text("*:*:*:*:s3cret\n")
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    monkeypatch.setenv("PGPASSWORD", "s3cret")
    heard = []

    class Server(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            self.request.sendall(b"N")
            self.request.recv(1 << 16)
            self.request.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x03")  # please, the password in clear
            heard.append(self.request.recv(1 << 16))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        address = f"postgresql://reader@127.0.0.1:{server.server_address[1]}/db"
        source = SourceDefinition(id="s", sql=address, options={"query": "SELECT 1 AS a"})
        with pytest.raises(Refused, match="no password supplied"):
            Fetcher(policy("127.0.0.1"))(Asked(source=source, folder=tmp_path))
        server.shutdown()
        thread.join()
    assert b"s3cret" not in b"".join(heard)


def test_the_bots_own_database_is_no_source(tmp_path: Path):
    """It may lie in an allowed folder, and holds what all workspaces have recorded."""
    own = tmp_path / "csi.db"
    sqlite3.connect(own).close()
    (tmp_path / "other.db").hardlink_to(own)
    for name in ("csi.db", "other.db"):
        source = SourceDefinition(id="s", sql=f"sqlite:///{tmp_path}/{name}", options={"query": "SELECT 1 AS a"})
        with pytest.raises(NotAllowed, match="my own database"):
            Fetcher(policy("", str(tmp_path), f"sqlite:///{own}"))(Asked(source=source, folder=tmp_path))


def test_a_link_out_of_the_allowed_folder_does_not_help(tmp_path: Path):
    folder = tmp_path / "allowed"
    folder.mkdir()
    sqlite3.connect(tmp_path / "secret.db").close()
    (folder / "link.db").symlink_to(tmp_path / "secret.db")
    source = SourceDefinition(id="s", sql=f"sqlite:///{folder}/link.db", options={"query": "SELECT 1 AS a"})
    with pytest.raises(NotAllowed):
        Fetcher(policy(folders=str(folder)))(Asked(source=source, folder=tmp_path))


@contextmanager
def by_network(path: str) -> Iterator[int]:
    """A port of this machine that leads to a server's socket file."""

    class Through(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as inner:
                inner.connect(path)
                both = {self.request: inner, inner: self.request}
                while True:
                    for one in select.select(list(both), [], [])[0]:
                        block = one.recv(1 << 16)
                        if not block:
                            return
                        both[one].sendall(block)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Through) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.postgres
def test_postgresql_is_asked_over_the_network(postgres: PostgresServer, tmp_path: Path):
    """By name: the driver is told the checked address, and does not look the name up again."""
    folder = postgres.url("postgres").partition("host=")[2].replace("%2F", "/")
    name = postgres.create(migrated=False)
    asked = []

    def known(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    with by_network(f"{folder}/.s.PGSQL.5432") as port:
        postgres.reader()
        address = f"postgresql://reader:any@warehouse.invalid:{port}/{name}"
        source = SourceDefinition(id="s", sql=address, options={"query": "SELECT 7 AS seven"})
        found = Fetcher(policy("127.0.0.1"), resolve=known)(Asked(source=source, folder=tmp_path))
        assert found.path.read_text() == "seven\n7\n"
    assert asked == [("warehouse.invalid", port)]
    postgres.drop(name)


def test_postgresql_by_a_network_address_is_pinned_to_it(tmp_path: Path):
    """The connection goes to the checked address, whatever the name says meanwhile."""
    source = SourceDefinition(id="s", sql="postgresql://u:p@db.example.org:9/db", options={"query": "SELECT 1 AS a"})
    fetcher = Fetcher(policy("127.0.0.1"), resolve=lambda *_: ["127.0.0.1"])
    with pytest.raises(Refused, match=r"could not be reached: .*127\.0\.0\.1"):
        fetcher(Asked(source=source, folder=tmp_path))
