"""SQL that only reads: one SELECT, with the filter on time inside, where the database can use its index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from csi.errors import InvalidInput

_EXPECTED = "Expected a single SELECT, such as SELECT number, opened_at FROM incident."
# Comments, texts and quoted names: what stands in them is not SQL to look at. Source: SQL-92, with PostgreSQL's $$.
_NOISE = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]\n]*\]|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$",
    re.DOTALL,
)
# What hides SQL from one database and shows it to another. Source: PostgreSQL's E'', MySQL's strings and comments.
_UNCLEAR = re.compile(r"\\['\"`]|/\*!")
_WORD = re.compile(r"[A-Za-z_]+")
_CHANGES = frozenset(
    ("insert", "update", "delete", "merge", "drop", "alter", "create", "truncate", "grant", "revoke", "attach",
     "detach", "pragma", "vacuum", "into")
)  # fmt: skip
# Functions that read the server's files, reach other machines, run text as SQL, or change what others see: a session
# that only reads may call them, where its account may. Source: PostgreSQL 17, 9.27 and appendix F (dblink, adminpack,
# tablefunc); MySQL 8, chapter 14; SQLite's command line; SQL Server's rowset functions; Oracle's packages.
_REACHES = re.compile(
    r"(?i)(?:pg_(?:read|ls|file|stat_file|logdir|terminate|cancel|reload|rotate|promote|notify|advisory|try_advisory"
    r"|switch|create|drop|replication|logical|export|import|backup|start|stop|hba|ident)\w*"
    r"|lo_\w+|lowrite|dblink\w*|set_config|query_to_xml\w*|cursor_to_xml\w*|ts_stat|crosstab\w*|nextval|setval"
    r"|load_file|load_extension|readfile|writefile|fts3_tokenizer|get_lock|sys_eval|sys_exec"
    r"|openrowset|opendatasource|openquery|httpuritype)"
)
_PACKAGE = re.compile(r"(?i)(?:utl|dbms)_\w+")
# A name as it is called, quoted or not; one that hides its letters cannot be looked at.
_CALLED = re.compile(
    r"(?:\"(?P<double>(?:[^\"]|\"\")*)\"|`(?P<back>[^`]*)`|\[(?P<square>[^\]\n]*)\]|(?P<bare>[A-Za-z_][\w$]*))"
    r"\s*(?P<sign>[(.])"
)
_HIDDEN = re.compile(r"(?i)\bu&\s*\"")
_COLUMN = re.compile(r"[A-Za-z_][\w$]*")
_PLACE = re.compile(r"(?<![:\w]):(since|until)\b")


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and the values of its parameters."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


def select(text: str) -> str:
    """The query, when it is one SELECT.

    Raises:
        InvalidInput: it is something else, or more than one statement.
    """
    bare = text.strip().rstrip(";").strip()
    words = [word.lower() for word in _WORD.findall(quiet(bare))]
    if not words or words[0] not in ("select", "with"):
        found = f"This begins with {words[0].upper()}." if words else "There is no query."
        raise InvalidInput("query", f"{found} {_EXPECTED}")
    if _UNCLEAR.search(bare):
        raise InvalidInput("query", f"Databases read a backslash before a quote, and /*!, differently. {_EXPECTED}")
    if not _closes(quiet(bare)):
        raise InvalidInput("query", f"Its parentheses do not close. {_EXPECTED}")
    if ";" in quiet(bare):
        raise InvalidInput("query", f"These are several statements. {_EXPECTED}")
    changing = next((word for word in words if word in _CHANGES), "")
    if changing:
        raise InvalidInput("query", f"{changing.upper()} changes something. {_EXPECTED}")
    if reaching := _reaching(bare):
        raise InvalidInput("query", f"{reaching} may do more than read tables. {_EXPECTED}")
    return bare


def _reaching(sql: str) -> str:
    """The first thing called that reaches out of the tables; empty when there is none."""
    if _HIDDEN.search(sql):
        return 'A name such as U&"…"'
    shown = _NOISE.sub(lambda found: found[0] if found[0][0] in '"`[' else " ", sql)
    for found in _CALLED.finditer(shown):
        name = found["double"] or found["back"] or found["square"] or found["bare"] or ""
        if (_REACHES if found["sign"] == "(" else _PACKAGE).fullmatch(name):
            return name
    return ""


def _closes(sql: str) -> bool:
    """Whether every parenthesis closes, and none that stands around the query: it is asked within a pair."""
    depth = 0
    for sign in sql:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return False
    return depth == 0


def quiet(sql: str) -> str:
    """The query without its comments, texts and quoted names."""
    return _NOISE.sub(" ", sql)


def places(sql: str) -> frozenset[str]:
    """Which of the parameters ``:since`` and ``:until`` a query names itself."""
    return frozenset(_PLACE.findall(quiet(sql)))


def query(text: str, *, column: str = "", mark: Any = None, span: Mapping[str, Any] | None = None) -> Query:
    """What is sent to the database.

    Args:
        text: the SELECT of the source.
        column: the column by which it is collected bit by bit; empty: all of it each time.
        mark: the highest value of that column seen so far; None: from the beginning.
        span: values of ``since`` and ``until``, for a query that names them itself.

    Raises:
        InvalidInput: it is not one SELECT, or the column's name cannot be one.
    """
    inner = select(text)
    named = {name: (span or {}).get(name) for name in places(inner)}
    missing = sorted(name for name, value in named.items() if value is None)
    if missing:
        raise InvalidInput("query", f"The query names :{missing[0]}, and there is no value for it; give the span.")
    # A bound value makes PostgreSQL's driver prepare the statement, and of several it prepares none.
    body, values = f"SELECT * FROM (\n{inner}\n) AS collected WHERE 1 = :one", {**named, "one": 1}
    if not column:
        return Query(body, values)
    if not _COLUMN.fullmatch(column):
        raise InvalidInput("since", f"‘{column}’ is no column's name. Expected one such as updated_at.")
    if mark is not None:
        body, values = f"{body} AND {column} >= :mark", {**values, "mark": mark}
    return Query(f"{body} ORDER BY {column}", values)
