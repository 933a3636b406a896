"""Collecting from an address that answers with JSON or CSV, page by page."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import httpx

from csi.errors import InvalidInput
from csi.fetching.http import NOT_MODIFIED, Conversation, place
from csi.reading.connectors import pages
from csi.reading.connectors.asked import Asked, Collected

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
_FIRST = 200


def collect(asked: Asked, talk: Conversation) -> Collected:
    """The rows an address gives; nothing when it says that they have not changed.

    One answer is kept as it came. Several become one file of JSON lines, or one CSV; each page is kept beside it.
    """
    address = asked.address or asked.source.url
    paging = pages.paging_of(asked.source.options)
    start = pages.first_page(pages.spanned(address, asked.since, asked.until), paging)
    single = paging.kind == "none"
    target = asked.folder / "page-0001"
    answer = talk.get(start, target, headers=_if_changed(asked) if single else {})
    if answer.status_code == NOT_MODIFIED:
        return Collected(None, progress=dict(asked.progress))
    if single:
        return _whole(asked, talk, answer, target)
    return _several(asked, talk, paging, (start, answer, target))


def _if_changed(asked: Asked) -> dict[str, str]:
    known = {"If-None-Match": asked.progress.get("etag"), "If-Modified-Since": asked.progress.get("modified")}
    return {name: str(value) for name, value in known.items() if value and str(value).isascii()}


def _whole(asked: Asked, talk: Conversation, answer: httpx.Response, target: Path) -> Collected:
    """One answer, as it came; a CSV may be large and is not read here beyond its beginning."""
    kind, head = answer.headers.get("content-type", ""), _beginning(target)
    if pages.is_json(kind, head) and not head.startswith(_GZIP):
        rows = len(pages.json_page(talk.small(target), _rows_path(asked))[1])
        name = f"{asked.source.id}.json"
    else:
        _check_text(kind, head)
        rows, name = _lines(target), f"{asked.source.id}.csv"
    kept = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
    return Collected(target if rows else None, name, rows, kept)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_BLOCK)


def _lines(path: Path) -> int:
    """Roughly how many rows a CSV holds: enough to tell some from none; a packed one is taken to hold some."""
    with path.open("rb") as stream:
        first = stream.read(_BLOCK)
        if first.startswith(_GZIP):
            return 1
        breaks = first.strip().count(b"\n") + sum(
            block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b"")
        )
    return breaks if first.strip() else 0


def _several(
    asked: Asked, talk: Conversation, paging: pages.Paging, first: tuple[str, httpx.Response, Path]
) -> Collected:
    address, answer, page = first
    found, total, seen, header = [page], 0, {address}, b""
    is_json = pages.is_json(answer.headers.get("content-type", ""), talk.small(page))
    joined = asked.folder / "joined"
    with joined.open("wb") as target:
        while True:
            content = talk.small(page)
            header = header if len(found) > 1 else pages.header(content)
            document, rows = _json(target, content, asked) if is_json else _csv(target, content, header, len(found))
            total += rows
            address = pages.next_page(
                address,
                paging,
                number=len(found) - 1,
                links=answer.headers.get("link", ""),
                document=document,
                rows=rows,
            )
            if not address:
                break
            address = _at_same_place(address, first[0])
            if address in seen or len(found) >= pages.MOST_PAGES:
                where = "leads back to a page that was read" if address in seen else f"exceeds {pages.MOST_PAGES:,}"
                raise InvalidInput("paging", f"The next page {where}. Expected an end, or a shorter span.")
            seen.add(address)
            page = asked.folder / f"page-{len(found) + 1:04}"
            answer = talk.get(address, page)
            found.append(page)
    name = f"{asked.source.id}.{'jsonl' if is_json else 'csv'}"
    return Collected(joined if total else None, name, total, {}, tuple(found))


def _at_same_place(address: str, first: str) -> str:
    """The next page's address, asked with the same authorization, so it must be at the same place; a name and
    password that stand in the first one are not repeated in links."""
    try:
        there, here = httpx.URL(address), httpx.URL(first)
    except httpx.InvalidURL as error:
        raise InvalidInput("paging", "The next page has no address. Expected one that begins with https://.") from error
    if not there.userinfo:
        there = there.copy_with(userinfo=here.userinfo)
    if _place_of(there) != _place_of(here):
        raise InvalidInput("paging", f"The next page is at another place, {place(address)}. Expected the same host.")
    return str(there)


def _place_of(address: httpx.URL) -> tuple[str, str, int | None, bytes]:
    return address.scheme, address.host, address.port, address.userinfo


def _json(target: Any, content: bytes, asked: Asked) -> tuple[Any, int]:
    """Put a page of JSON behind those before it; gives its document and how many rows it held."""
    document, rows = pages.json_page(content, _rows_path(asked))
    target.writelines(pages.lines(rows))
    return document, len(rows)


def _csv(target: Any, content: bytes, header: bytes, number: int) -> tuple[None, int]:
    """Put a page of CSV behind those before it; gives how many rows it held."""
    _check_text("", content)
    body = pages.without_header(content, header) if number > 1 else content
    target.write(body if not body or body.endswith(b"\n") else body + b"\n")
    return None, pages.csv_rows(content)


def _rows_path(asked: Asked) -> str:
    return str(asked.source.options.get("rows") or "")


def _head(content: bytes) -> bytes:
    """The first bytes of a text, packed or not; a packed one is unfolded no further."""
    if not content.startswith(_GZIP):
        return content[:_FIRST]
    try:
        return zlib.decompressobj(wbits=31).decompress(content, _FIRST)
    except zlib.error:  # the reader says what is wrong with it
        return b""


def _check_text(kind: str, content: bytes) -> None:
    head = _head(content)
    if "html" in kind.lower() or head.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise InvalidInput("url", "The answer is a web page, perhaps one to sign in. Expected JSON or CSV.")
