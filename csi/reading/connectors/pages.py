"""HTTP answers: where the rows are, which page comes next, which span is asked for."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from csi.errors import InvalidInput
from csi.reading import json_paths
from csi.reading.json_rows import not_json, rows_in

MOST_PAGES = 1_000
_REL = re.compile(r"""(?i)\brel\s*=\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s";,]+))""")


@dataclass(frozen=True, slots=True)
class Paging:
    """How the next page is found: a Link header, a field of the answer, or a page number counted up.

    Attributes:
        kind: ``none``, ``link``, ``next`` or ``page``.
        name: JMESPath to the next page's address or cursor (``next``); the parameter that holds the number
            (``page``) or the cursor.
        first: the first page's number.
    """

    kind: str = "none"
    name: str = ""
    field: str = ""
    first: int = 1


def paging_of(options: Mapping[str, Any]) -> Paging:
    """The paging a source describes: ``link``, ``{next: meta.next}``, ``{next: meta.cursor, parameter: cursor}``,
    ``{page: page, first: 1}``.

    Raises:
        InvalidInput: it is none of these.
    """
    said = options.get("paging") or "none"
    if said in ("none", "link"):
        return Paging(said)
    if isinstance(said, Mapping) and said.get("next"):
        return Paging("next", str(said.get("parameter") or ""), str(said["next"]))
    if isinstance(said, Mapping) and said.get("page"):
        first = said.get("first", 1)
        if isinstance(first, int):
            return Paging("page", str(said["page"]), first=first)
    reason = f"{json.dumps(said)} is no way of paging. Expected link, {{next: JMESPath}} or {{page: parameter}}."
    raise InvalidInput("paging", reason)


def first_page(address: str, paging: Paging) -> str:
    """The address of the first page."""
    return with_parameter(address, paging.name, str(paging.first)) if paging.kind == "page" else address


def next_page(address: str, paging: Paging, *, number: int, links: str, document: Any, rows: int) -> str:
    """The address of the page after this one; empty when it was the last.

    Args:
        address: this page's.
        paging: how the next one is found.
        number: how many pages came before this one.
        links: the answer's Link header.
        document: the answer, where it is JSON.
        rows: how many rows it held.
    """
    if paging.kind == "link":
        found = link_to_next(links)
        return urljoin(address, found) if found else ""
    if paging.kind == "page":
        return with_parameter(address, paging.name, str(paging.first + number + 1)) if rows else ""
    if paging.kind == "next":
        found = json_paths.find(paging.field, document, "paging")
        if found in (None, "", False):
            return ""
        return with_parameter(address, paging.name, str(found)) if paging.name else urljoin(address, str(found))
    return ""


def link_to_next(header: str) -> str:
    """The address with ``rel="next"`` in a Link header. Source: RFC 8288, section 3."""
    for part in header.split("<")[1:]:
        address, _, rest = part.partition(">")
        kinds = _REL.search(rest)
        if kinds and "next" in (kinds["quoted"] or kinds["bare"] or "").lower().split():
            return address.strip()
    return ""


def with_parameter(address: str, name: str, value: str) -> str:
    """The address with a parameter set."""
    parts = urlsplit(address)
    kept = [(key, old) for key, old in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*kept, (name, value)])))


def spanned(address: str, since: datetime | None, until: datetime | None) -> str:
    """The address with ``{since}`` and ``{until}`` filled in as ISO 8601 in UTC.

    Raises:
        InvalidInput: the address names an end of the span that is not known.
    """
    for name, moment in (("since", since), ("until", until)):
        if f"{{{name}}}" in address:
            if moment is None:
                raise InvalidInput("url", f"names {{{name}}}, and there is no moment for it. Expected from: a date.")
            address = address.replace(f"{{{name}}}", quote(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"))
    return address


def is_spanned(address: str) -> bool:
    """Whether an address asks for a span, so that every delivery holds what is new."""
    return "{since}" in address


def is_json(content_type: str, content: bytes) -> bool:
    """Whether an answer is JSON: by what it says it is, else by how it begins."""
    kind = content_type.partition(";")[0].strip().lower()
    if "json" in kind:
        return True
    return kind not in ("text/csv", "text/tab-separated-values") and content.lstrip()[:1] in (b"{", b"[")


def json_page(content: bytes, path: str) -> tuple[Any, list[Any]]:
    """A JSON answer and its rows.

    Raises:
        InvalidInput: it is no JSON, or there are no rows where they should be.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("url", f"The answer is not JSON ({not_json(error)}). Expected JSON or CSV.") from error
    if isinstance(document, list) and not document:
        return document, []
    found = json_paths.find(path, document, "rows") if path else None
    return document, [] if found == [] else rows_in(document, path)


def lines(rows: Sequence[Any]) -> Iterator[bytes]:
    """Rows as JSON lines; halves of characters, which no text can hold, become question marks."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def csv_rows(content: bytes) -> int:
    """How many lines a page of CSV holds below its header.

    Raises:
        InvalidInput: one of its cells is longer than any table's.
    """
    text = content.decode("utf-8-sig", "replace")
    try:
        return max(0, sum(1 for row in csv.reader(io.StringIO(text)) if any(row)) - 1)
    except csv.Error as error:
        raise InvalidInput("url", f"The answer is not CSV that can be read ({error}). Expected JSON or CSV.") from error


def header(content: bytes) -> bytes:
    """The header of a page of CSV."""
    return content.removeprefix(codecs.BOM_UTF8).lstrip().split(b"\n", 1)[0].rstrip()


def without_header(content: bytes, first: bytes) -> bytes:
    """A later page of CSV, to be put behind the first.

    Raises:
        InvalidInput: its header is another than the ``first`` page's, so its cells would come under wrong names.
    """
    if not content.strip():
        return b""
    if header(content) != first:
        reason = f"A later page begins with ‘{header(content)[:80].decode('utf-8', 'replace')}’"
        raise InvalidInput("paging", f"{reason}. Expected the header of the first page on each.")
    return content.lstrip().split(b"\n", 1)[1] if b"\n" in content.strip() else b""
