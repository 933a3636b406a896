"""SQL of a source: only what is known to read is sent, and what is sent is what was looked at."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.fetching import Fetcher
from csi.fetching.database import Databases
from csi.reading.connectors import queries, selects
from csi.reading.connectors.addresses import policy
from csi.reading.connectors.asked import Asked
from tests.databases import PostgresServer

KINDS = ("postgresql", "sqlite", "mysql", "mariadb", "mssql", "oracle", "")

NOT_ONE_SELECT = [
    "DELETE FROM incident",
    "SELECT 1; DELETE FROM incident",
    "UPDATE incident SET hours = 0",
    "DROP TABLE incident",
    "",
    ";",
    "-- nothing",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = DELETE",
    "ATTACH DATABASE '/tmp/x' AS x",
    "EXPLAIN SELECT 1",
    "-- SELECT\nVACUUM",
    "SELECT 1) AS a; DELETE FROM incident; --",
    "CALL p()",
    "SET x = 1",
    "SELECT 1) AS x EXEC xp_cmdshell 'dir' SELECT * FROM (SELECT 1",
    "COPY (SELECT 1) TO PROGRAM 'sh'",
    "DO $$ $$",
    "SELECT 'open",
    "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "SELECT '" + "a" * selects.LONGEST + "'",
]
# Each once walked round a check of the text, or is a door of one database.
DOORS = [
    ("postgresql", "SELECT pg_read_file('/etc/passwd') AS a"),
    ("postgresql", "SELECT * FROM \"pg_read_file\"('/etc/passwd')"),
    ("postgresql", "SELECT pg_catalog . pg_ls_dir /* here */ ('/')"),
    ("postgresql", "SELECT /* a /* b */ c */ pg_read_file('/etc/passwd') AS a"),
    ("postgresql", "SELECT $a$ $a$ || pg_read_file('/etc/passwd') || $a$ $a$ AS a"),
    ("postgresql", "SELECT x$1.a, pg_read_file('/etc/passwd') AS $1 FROM x$1"),
    ("postgresql", "SELECT f$x(1) AS a"),
    ("postgresql", "SELECT (ARRAY['/etc/passwd'])[1].pg_read_file('x') AS a"),
    ("postgresql", "SELECT a[1].pg_catalog.pg_terminate_backend(1) FROM t"),
    ("postgresql", "SELECT ts_rewrite('a'::tsquery, 'SELECT 1') AS a"),
    ("postgresql", "SELECT ts_stat('SELECT 1') AS a"),
    ("postgresql", "SELECT * FROM dblink('host=10.0.0.1', 'SELECT 1') AS t(a int)"),
    ("postgresql", "SELECT * FROM t, LATERAL lo_export(1, '/tmp/x') AS b"),
    ("postgresql", "SELECT query_to_xml('SELECT 1', true, true, '') AS a"),
    ("postgresql", "SELECT set_config('statement_timeout', '0', false) AS a"),
    ("postgresql", "SELECT nextval('numbers') AS a"),
    ("postgresql", "SELECT pg_terminate_backend(1) AS a"),
    ("postgresql", "SELECT pg_sleep(60) AS a"),
    ("postgresql", "SELECT U&\"pg\\005fread_file\"('/etc/passwd') AS a"),
    ("postgresql", "SELECT a OPERATOR(pg_catalog.+) b AS c FROM t"),
    ("postgresql", "WITH gone AS (DELETE FROM incident RETURNING *) SELECT * FROM gone"),
    ("postgresql", "SELECT * FROM incident FOR UPDATE"),
    ("postgresql", "SELECT * FROM (SELECT * FROM incident FOR SHARE) AS a"),
    ("postgresql", "SELECT * INTO other FROM incident"),
    ("postgresql", "SELECT a FROM t WHERE b = ?"),
    ("sqlite", "SELECT load_extension('/tmp/x.so') AS a"),
    ("sqlite", "SELECT readfile('/etc/passwd') AS a"),
    ("sqlite", "SELECT * FROM pragma_journal_mode('delete')"),
    ("sqlite", "SELECT fts3_tokenizer('x') AS a"),
    ("mysql", "SELECT load_file('/etc/passwd') AS a"),
    ("mysql", "SELECT sleep(60) AS a"),
    ("mysql", "SELECT get_lock('a', 60) AS a"),
    ("mysql", "SELECT @@datadir AS a"),
    ("mysql", "SELECT a FROM t INTO OUTFILE '/tmp/x'"),
    ("mssql", "SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'y')"),
    ("mssql", "SELECT * FROM t WITH (TABLOCKX)"),
    ("oracle", "SELECT utl_http.request('http://10.0.0.1') AS a FROM dual"),
    ("", "SELECT anything(1) AS a"),
]
# What people ask for, in each database's own SQL.
ASKED = [
    ("", "select replace(note, ';', ',') from incident;"),
    ("", "SELECT 'drop table; delete' AS \"update\" FROM incident -- ; insert"),
    ("", "/* delete */ WITH a AS (SELECT 1 AS n) SELECT updated_at, n FROM a"),
    ("", "SELECT pg_read_file, 'dblink(x)' AS a, dbms_load FROM sp_orders WHERE a IN (SELECT nextval FROM xp_b)"),
    ("", "SELECT a FROM t UNION ALL SELECT b FROM u ORDER BY 1 LIMIT 10 OFFSET 5"),
    ("postgresql", "SELECT a::date, x->>'k', date_trunc('week', t), count(*) FILTER (WHERE b) FROM s.t"),
    ("postgresql", "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t WHERE c ~ 'x' AND d SIMILAR TO 'y'"),
    ("postgresql", "SELECT extract(epoch FROM b - a) / 3600 AS h, to_char(a AT TIME ZONE 'UTC', 'IYYY-IW') FROM t"),
    ("postgresql", "SELECT DISTINCT ON (n) n, row_number() OVER (PARTITION BY n ORDER BY t DESC) FROM t ORDER BY n, t"),
    ("postgresql", "SELECT t.n, g FROM t, generate_series(1, 3) AS g WHERE t.a > now() - interval '30 days'"),
    ("postgresql", "SELECT coalesce(a, 0), greatest(a, b), round(c::numeric, 2), string_agg(d, ',') FROM t"),
    ("postgresql", "SELECT e->'f' FROM t, jsonb_array_elements(t.doc) AS e WHERE age(a, b) > interval '1 hour'"),
    ("sqlite", "SELECT (julianday(b) - julianday(a)) * 24 AS h, strftime('%Y-%W', a), iif(c, 1, 0) FROM t"),
    ("sqlite", "SELECT date('now', '-1 day'), a || b, substr(a, 1, 4), total(x) FROM t WHERE a GLOB 'x*'"),
    ("mysql", 'SELECT TIMESTAMPDIFF(MINUTE, a, b), IF(c, 1, 0), YEARWEEK(a, 3), IFNULL(d, 0) FROM t WHERE `x` = "q"'),
    ("mysql", "SELECT DATE_FORMAT(a, '%Y-%m') AS m, UNIX_TIMESTAMP(a) FROM t WHERE a > NOW() - INTERVAL 30 DAY"),
    ("mssql", "SELECT TOP 5 DATEDIFF(minute, a, b) AS m, ISNULL(c, 0), FORMAT(a, 'yyyy'), [a b] FROM dbo.t"),
    ("oracle", "SELECT NVL(b, 0), TO_CHAR(a, 'YYYY'), (CAST(b AS DATE) - DATE '1970-01-01') * 24 AS h FROM t"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sql", NOT_ONE_SELECT, ids=lambda sql: sql[:30])
def test_what_is_not_one_select_is_refused(sql: str, kind: str):
    with pytest.raises(InvalidInput, match=r"Expected a single SELECT, such as"):
        selects.select(sql, kind)


@pytest.mark.parametrize(("kind", "sql"), DOORS)
def test_what_is_not_known_to_read_only_is_refused(kind: str, sql: str):
    with pytest.raises(InvalidInput, match=r"known to read only|cannot be read as SQL"):
        selects.select(sql, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sql", [sql for _, sql in DOORS if "WITH (TABLOCKX)" not in sql])
def test_no_database_s_door_is_open_in_another(sql: str, kind: str):
    """Whatever another dialect makes of it, nothing that is called leaves the check."""
    try:
        sent = selects.select(sql, kind).sql.lower()
    except InvalidInput:
        return
    assert "(" not in sent.replace("as _t0(", "")


@pytest.mark.parametrize(("kind", "sql"), ASKED)
def test_what_people_ask_for_is_sent(kind: str, sql: str):
    assert selects.select(sql, kind).sql.startswith(("SELECT", "WITH"))


def test_what_hides_in_a_comment_is_not_sent():
    hidden = "SELECT 1 /*! INTO OUTFILE '/tmp/x' */ AS a /*+ SET_VAR(max_execution_time = 0) */ -- ; DROP"
    assert selects.select(hidden, "mysql").sql == "SELECT 1 AS a"


def test_a_refusal_names_what_and_where():
    with pytest.raises(InvalidInput, match=r"The function pg_catalog\.pg_ls_dir is not among .* Let a view use it"):
        selects.select("SELECT pg_catalog.pg_ls_dir('/')", "postgresql")
    with pytest.raises(InvalidInput, match="‘FOR UPDATE’ is not among"):
        selects.select("SELECT a FROM t FOR UPDATE", "postgresql")
    with pytest.raises(InvalidInput, match=r"cannot be read as SQL: line 2, near ‘\)’"):
        selects.select("SELECT a\nFROM t) x", "sqlite")
    with pytest.raises(InvalidInput, match="begins with EXPLAIN"):
        selects.select("EXPLAIN SELECT 1", "mysql")


def test_parameters_are_the_span_s_alone():
    assert selects.select("SELECT a FROM t WHERE b >= :since", "postgresql").parameters == {"since"}
    with pytest.raises(InvalidInput, match="names :mark"):
        queries.query("SELECT a FROM t WHERE b = :mark", "sqlite", span={"mark": 1})


@pytest.mark.parametrize("kind", ["sqlite", "mysql", "postgresql"])
def test_the_longest_query_is_read_and_one_sign_more_is_not(kind: str):
    sql = "SELECT '" + "a" * (selects.LONGEST - 9) + "'"
    assert len(sql) == selects.LONGEST
    assert selects.select(sql, kind)
    with pytest.raises(InvalidInput, match="20,001 signs"):
        selects.select(sql + " ", kind)


TEXTS = ["it''s", ":since", "a :b c", "back\\slash", 'dou"ble', "per%cent", "10:30:00", "é;--", "/* no */"]


def test_texts_arrive_as_they_were_written(tmp_path: Path):
    """The rewriting changes no value: colons, quotes, signs of comments and of formats."""
    sqlite3.connect(tmp_path / "a.db").close()
    fetch = Fetcher(policy(folders=str(tmp_path)))
    columns = ", ".join(f"'{value}' AS c{number}" for number, value in enumerate(TEXTS))
    source = SourceDefinition(id="s", sql=f"sqlite:///{tmp_path}/a.db", options={"query": f"SELECT {columns}"})
    rows = fetch(Asked(source=source, folder=tmp_path)).path.read_text().splitlines()
    assert rows[1] == ",".join(value.replace("''", "'").replace('dou"ble', '"dou""ble"') for value in TEXTS)


def test_sqlite_itself_only_reads(tmp_path: Path):
    """Beneath the check of the text: whatever came through it, the connection refuses."""
    sqlite3.connect(tmp_path / "a.db").close()
    databases = Databases(policy(folders=str(tmp_path)))
    for statement in (f"ATTACH '{tmp_path}/b.db' AS b", "PRAGMA journal_mode = DELETE", "CREATE TEMP TABLE a (b)"):
        with (
            pytest.raises(InvalidInput, match="not authorized"),
            databases.opened(f"sqlite:///{tmp_path}/a.db") as connection,
        ):
            connection.execute(text(statement))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db"]


@pytest.fixture
def warehouse(postgres: PostgresServer):
    """A database, its address as ``reader``, and a way to run a statement as its owner."""
    postgres.reader()
    name = postgres.create(migrated=False)
    engine = create_engine(postgres.url(name), isolation_level="AUTOCOMMIT")
    with engine.connect() as owner:
        yield postgres.url(name).replace("//postgres:", "//reader:"), lambda sql: owner.execute(text(sql))
    engine.dispose()
    postgres.drop(name)


def _asking(address: str, folder: Path) -> str:
    fetch = Fetcher(policy(folders=address.partition("host=")[2].replace("%2F", "/")), seconds=5)
    columns = ", ".join(f"'{value}' AS c{number}" for number, value in enumerate(TEXTS))
    sql = rf"SELECT {columns}, E'a\'b\\c\n' AS d, $x$e'f$x$ AS e"
    return fetch(
        Asked(source=SourceDefinition(id="s", sql=address, options={"query": sql}), folder=folder)
    ).path.read_text()


@pytest.mark.postgres
def test_texts_arrive_in_postgresql_too(warehouse, tmp_path: Path):
    wanted = [value.replace("''", "'").replace('dou"ble', '"dou""ble"') for value in TEXTS]
    rows = _asking(warehouse[0], tmp_path).split("\n", 1)[1]
    assert rows == ",".join([*wanted, '"a\'b\\c\n"', "e'f"]) + "\n"


@pytest.mark.postgres
@pytest.mark.parametrize(
    "role", ["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program", "pg_signal_backend"]
)
def test_an_account_that_could_do_more_is_refused(warehouse, tmp_path: Path, role: str):
    address, run = warehouse
    run("CREATE ROLE middle")
    run(f"GRANT {role} TO middle")
    run("GRANT middle TO reader")
    try:
        with pytest.raises(InvalidInput, match=rf"more than read \({role}\)\. Use one .* GRANT SELECT ON ALL TABLES"):
            _asking(address, tmp_path)
    finally:
        run("DROP ROLE middle")
    assert _asking(address, tmp_path)


@pytest.mark.postgres
def test_a_superuser_is_refused(warehouse, tmp_path: Path):
    with pytest.raises(InvalidInput, match=r"more than read \(superuser\)"):
        _asking(warehouse[0].replace("//reader:", "//postgres:"), tmp_path)
