"""What a query may be made of: reading statements and plain functions, told by a parser of each database's own SQL.

Everything is refused that is not named here. What is sent is written anew from what was looked at, so that no
spelling can be read one way here and another way there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlglot import Token, TokenType, exp, parse_one, tokenize
from sqlglot.errors import SqlglotError

from csi.errors import InvalidInput

EXPECTED = "Expected a single SELECT, such as SELECT number, opened_at FROM incident."
LONGEST = 20_000  # signs of a query
# The parser's name of each kind of database; others are read as SQL of no special kind.
_DIALECTS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "tsql",
    "oracle": "oracle",
}
_NAME = re.compile(r"[A-Za-z_]\w*")
_TEXTS = (exp.Literal, exp.RawString, exp.ByteString, exp.National, exp.Identifier)
_BEGINNINGS = (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN)
_STATEMENTS = (exp.Select, exp.SetOperation, exp.Subquery)
_CLAUSES = """
    Select Union Except Intersect Subquery With CTE From Table TableAlias Join Lateral Where Group Having Order Ordered
    Limit Offset Fetch LimitOptions Distinct Values Tuple Window WindowSpec WithinGroup Qualify Rollup Cube GroupingSets
    TableSample Alias Aliases Column Identifier Star Dot Bracket Slice Paren Literal Null Boolean Placeholder Var
    National ByteString RawString HexString BitString Interval IntervalSpan DataType DataTypeParam PropertyEQ
    And Or Xor Not EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Is In Between Like ILike SimilarTo Glob Escape Any All
    Overlaps Add Sub Mul Div IntDiv Mod Neg DPipe BitwiseAnd BitwiseOr BitwiseXor BitwiseNot BitwiseLeftShift
    BitwiseRightShift Distance Collate AtTimeZone FromTimeZone Filter IgnoreNulls RespectNulls HavingMax
    JSON JSONKeyValue JSONPath JSONPathKey JSONPathRoot JSONPathSubscript JSONPathWildcard FormatJson JSONValue
    TableColumn
"""
_FUNCTIONS = """
    Abs Acos Acosh Asin Asinh Atan Atan2 Atanh Cbrt Ceil Cos Cosh Cot Degrees Exp Factorial Floor Greatest Least Ln Log
    Pi Pow Radians Rand Round Sign Sin Sinh Sqrt Tan Tanh Trunc WidthBucket SafeDivide IsInf IsNan
    Avg Count CountIf Sum Max Min Median Mode AnyValue ArgMax ArgMin ApproxDistinct ApproxQuantile Quantile
    PercentileCont PercentileDisc PercentRank CumeDist Corr CovarPop CovarSamp Stddev StddevPop StddevSamp Variance
    VariancePop Skewness Kurtosis RegrAvgx RegrAvgy RegrCount RegrIntercept RegrR2 RegrSlope RegrSxx RegrSxy RegrSyy
    LogicalAnd LogicalOr BitwiseAndAgg BitwiseOrAgg BitwiseXorAgg GroupConcat ArrayAgg ArrayUniqueAgg Grouping
    GroupingId RowNumber Rank DenseRank Ntile Lag Lead First Last FirstValue LastValue NthValue
    Array ArrayAppend ArrayConcat ArrayContains ArrayContainsAll ArrayContainedBy ArrayFirst ArrayLast ArrayMax ArrayMin
    ArrayOverlaps ArrayPosition ArrayPrepend ArrayRemove ArrayReverse ArraySize ArraySlice ArraySort ArraySum
    ArrayToString StringToArray Unnest Explode GenerateSeries ExplodingGenerateSeries GenerateDateArray
    GenerateTimestampArray
    Ascii BitLength ByteLength Chr CodePointsToString Concat ConcatWs Contains EndsWith Initcap Left Length Levenshtein
    Lower Overlay Pad Repeat Replace Reverse Right Soundex Space Split SplitPart StartsWith StrPosition Stuff Substring
    SubstringIndex Translate Trim Unicode Upper String Format Hex LowerHex Unhex MD5 MD5Digest SHA SHA2 Elt
    RegexpCount RegexpExtract RegexpExtractAll RegexpFullMatch RegexpILike RegexpInstr RegexpLike RegexpReplace
    RegexpSplit RegexpSubstr
    Case If Coalesce Nullif Nvl2 Decode DecodeCase Exists EqualNull IsNullValue Cast TryCast CastToStrType Convert
    ToChar ToNumber ToDouble ToBoolean NumberToStr Typeof
    AddMonths ConvertTimezone CurrentDate CurrentDatetime CurrentTime CurrentTimestamp CurrentTimestampLTZ
    CurrentTimezone Date DateAdd DateBin DateDiff DateFromParts DateFromUnixDate DateStrToDate DateSub DateToDateStr
    DateTrunc Datetime DatetimeAdd DatetimeDiff DatetimeSub DatetimeTrunc Day DayOfMonth DayOfWeek DayOfWeekIso
    DayOfYear Dayname Extract Hour JustifyDays JustifyHours JustifyInterval LastDay Localtime Localtimestamp
    MakeInterval Minute Month Monthname MonthsBetween ParseDatetime ParseTime Quarter Second StrToDate StrToTime
    StrToUnix Systimestamp Time TimeAdd TimeDiff TimeFromParts TimeStrToDate TimeStrToTime TimeStrToUnix TimeSub
    TimeToStr TimeToTimeStr TimeToUnix TimeTrunc Timestamp TimestampAdd TimestampDiff TimestampFromParts TimestampSub
    TimestampTrunc TimestampTzFromParts ToDays TsOrDsAdd TsOrDsDiff TsOrDsToDate TsOrDsToDateStr TsOrDsToDatetime
    TsOrDsToTime TsOrDsToTimestamp UnixDate UnixMicros UnixMillis UnixSeconds UnixToStr UnixToTime UnixToTimeStr
    UtcDate UtcTime UtcTimestamp Week WeekOfYear Year YearOfWeek YearOfWeekIso
    JSONArray JSONArrayAgg JSONArrayContains JSONBContains JSONBExists JSONBExtract JSONBExtractScalar JSONBObjectAgg
    JSONExists JSONExtract JSONExtractArray JSONExtractScalar JSONFormat JSONKeys JSONObject JSONObjectAgg JSONTable
    JSONType JSONValueArray ParseJSON JSONColumnDef JSONSchema
"""
_ALLOWED = frozenset(getattr(exp, name) for name in (_CLAUSES + _FUNCTIONS).split())
# Functions that the parser has no class for, by the database that has them. Sources: PostgreSQL 18, chapter 9;
# MySQL 8.4, chapter 14; SQLite's core, date, aggregate, window, math and JSON functions; SQL Server 2022; Oracle 23.
_NAMED = {
    "": """
        age btrim char_length character_length clock_timestamp cosd cotd date_part div every gcd isfinite
        isempty json_agg json_array_elements json_array_elements_text json_array_length json_build_array
        json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object_keys json_typeof
        jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
        jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_keys
        jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_typeof
        lcm lower_inc lower_inf ltrim make_date make_time make_timestamp make_timestamptz mod num_nonnulls num_nulls
        octet_length quote_literal range_agg range_merge regexp_match regexp_matches regexp_split_to_array
        regexp_split_to_table row row_to_json rtrim scale sind statement_timestamp string_to_table tand timezone
        to_date to_json to_jsonb to_timestamp transaction_timestamp trim_array trim_scale tsrange tstzrange daterange
        unistr upper_inc upper_inf xmlagg xmlelement xmlforest
    """,
    "sqlite": """
        date time datetime julianday unixepoch strftime timediff total instr printf quote likelihood likely unlikely
        hex unhex zeroblob json json_array json_array_length json_extract json_object json_type json_valid json_each
        json_tree json_quote json_group_array json_group_object octet_length random randomblob typeof concat_ws
        ifnull iif nullif round substr glob like sign string_agg
    """,
    "mysql": """
        addtime bin bit_count conv convert_tz crc32 curdate curtime date_format datediff dayname field find_in_set
        format_bytes from_days from_unixtime get_format hex instr json_array json_contains json_contains_path
        json_depth json_extract json_length json_object json_overlaps json_search json_unquote json_valid json_value
        lcase locate makedate maketime microsecond mid now oct ord period_add period_diff position quote sec_to_time
        str_to_date strcmp subdate substr subtime sysdate time_format time_to_sec timediff to_seconds ucase
        unix_timestamp week weekday weekofyear yearweek
    """,
    "tsql": """
        choose datalength datename datepart datetime2fromparts datetimefromparts datetimeoffsetfromparts eomonth getdate
        getutcdate iif isdate isjson isnull isnumeric json_query json_value len patindex quotename rand replicate str
        stdev stdevp string_escape switchoffset sysdatetime sysdatetimeoffset sysutcdatetime todatetimeoffset
        try_convert try_parse var varp date_bucket
    """,
    "oracle": """
        add_months current_timestamp from_tz instr lnnvl months_between nanvl next_day new_time numtodsinterval
        numtoyminterval nvl ratio_to_report regexp_instr remainder sys_extract_utc to_dsinterval to_timestamp_tz
        to_yminterval tz_offset
    """,
}
_PLAIN = {dialect: frozenset((_NAMED[""] + names).split()) for dialect, names in _NAMED.items()}


@dataclass(frozen=True, slots=True)
class Select:
    """A query that only reads, as it is sent: no comments, parameters as ``:name``, other colons escaped."""

    sql: str
    parameters: frozenset[str]


def select(text: str, kind: str = "") -> Select:
    """The query, when it is one SELECT made of what is known to read only.

    Args:
        text: what somebody typed.
        kind: the database, as SQLAlchemy names it (``postgresql``); empty: no special one.

    Raises:
        InvalidInput: it is something else, or holds what may do more than read tables.
    """
    dialect = _DIALECTS.get(kind, "")
    if len(text) > LONGEST:
        raise InvalidInput("query", f"It has {len(text):,} signs; at most {LONGEST:,} are read. {EXPECTED}")
    try:
        tree = _single(text, dialect)
        _check(tree, dialect)
        names = frozenset(found.name for found in tree.find_all(exp.Placeholder))
        return Select(tree.transform(_as_sent).sql(dialect=dialect, comments=False), names)
    except RecursionError as error:
        raise InvalidInput("query", f"Its parentheses go too deep. {EXPECTED}") from error


def _single(text: str, dialect: str) -> exp.Expr:
    try:
        statements = _statements(text, dialect)
        if not statements:
            raise InvalidInput("query", f"There is no query. {EXPECTED}")
        if len(statements) > 1:
            raise InvalidInput("query", f"These are several statements. {EXPECTED}")
        first = statements[0][0]
        if first.token_type not in _BEGINNINGS:
            raise InvalidInput("query", f"This begins with {first.text.upper()}. {EXPECTED}")
        return parse_one(text, dialect=dialect)
    except SqlglotError as error:
        raise InvalidInput("query", f"{_place(error)} {EXPECTED}") from error


def _statements(text: str, dialect: str) -> list[list[Token]]:
    """The words of each statement; of what it cannot parse the parser would only warn."""
    found: list[list[Token]] = [[]]
    for token in tokenize(text, dialect=dialect):
        if token.token_type == TokenType.SEMICOLON:
            found.append([])
        else:
            found[-1].append(token)
    return [words for words in found if words]


def _place(error: SqlglotError) -> str:
    """Where the parser stopped."""
    at: dict[str, Any] = next(iter(getattr(error, "errors", ())), {})
    if not at.get("line"):
        return "This cannot be read as SQL."
    near = f", near ‘{at['highlight']}’" if at.get("highlight") else ""
    return f"This cannot be read as SQL: line {at['line']}{near}."


def _check(tree: exp.Expr, dialect: str) -> None:
    if not isinstance(tree, _STATEMENTS):
        raise InvalidInput("query", f"This is no SELECT. {EXPECTED}")
    plain = _PLAIN.get(dialect, _PLAIN[""])
    for node in tree.walk():
        if odd := _odd(node, plain, dialect):
            reason = f"{odd} is not among what is known to read only. Let a view use it, and select from the view."
            raise InvalidInput("query", reason)


def _odd(node: exp.Expr, plain: frozenset[str], dialect: str) -> str:
    """What is not known to read only, as the query names it; else empty."""
    if isinstance(node, exp.Anonymous):
        quoted = isinstance(node.this, exp.Expr)
        return "" if not quoted and node.name.lower() in plain else f"The function {node.name}"
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        return f"The function {node.sql(dialect=dialect, comments=False).partition('(')[0] or node.expression.name}"
    if isinstance(node, exp.Placeholder):
        return "" if _NAME.fullmatch(str(node.this or "")) else "A parameter without a name"
    if type(node) in _ALLOWED:
        return ""
    shown = node.sql(dialect=dialect, comments=False)
    return f"The function {shown.partition('(')[0]}" if isinstance(node, exp.Func) else f"‘{shown[:40].strip()}’"


def _as_sent(node: exp.Expr) -> exp.Expr:
    """Parameters and colons as SQLAlchemy reads them."""
    if isinstance(node, exp.Placeholder):
        return exp.Var(this=f":{node.name}")
    if isinstance(node, _TEXTS):
        node.set("this", str(node.this).replace(":", "\\:"))
    return node
