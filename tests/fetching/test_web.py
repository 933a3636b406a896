"""JSON and CSV over HTTP from a real server: rows, pages, unchanged answers, failures that pass and that do not."""

from __future__ import annotations

import gzip
import json
import socketserver
import threading
import time
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.fetching.http import Patience, retry_after
from csi.fetching.web import _check_text
from csi.reading.connectors import pages
from csi.reading.connectors.asked import Refused
from csi.reading.readers import read
from tests.fetching.conftest import Answer, Collecting, Site

ROWS = [{"number": "INC1", "at": "2026-03-01T10:00:00Z", "hours": 1.5}, {"number": "INC2", "at": None, "hours": None}]


def source(site: Site, path: str = "/rows", **options: object) -> SourceDefinition:
    return SourceDefinition(id="tickets", url=f"{site.address}{path}", options=options)


def body(value: object) -> Answer:
    return Answer(json.dumps(value).encode())


def test_json_is_kept_as_it_came_and_read_by_its_path(site: Site, collect: Collecting):
    site.answers["/rows"] = body({"data": {"items": ROWS}, "links": []})
    found = collect(source(site, rows="data.items"))
    assert found.path.read_bytes() == site.answers["/rows"].body
    assert (found.rows, found.filename) == (2, "tickets.json")
    reading = read(
        found.path, source(site, rows="data.items"), moments=["at"], numbers=["hours"], filename=found.filename
    )
    assert list(reading.frame["number"]) == ["INC1", "INC2"]
    assert reading.frame["hours"].iloc[0] == 1.5


def test_csv_is_kept_as_it_came(site: Site, collect: Collecting):
    site.answers["/rows"] = Answer(b"number;hours\nINC1;1,5\n", headers={"Content-Type": "text/csv"})
    found = collect(source(site))
    assert found.path.read_bytes() == b"number;hours\nINC1;1,5\n"
    assert (found.rows, found.filename) == (1, "tickets.csv")


def test_an_unchanged_answer_is_not_sent_again(site: Site, collect: Collecting):
    def answer(request) -> Answer:
        if request.headers["If-None-Match"] == '"v1"':
            return Answer(status=304, headers={"ETag": '"v1"'})
        return Answer(json.dumps(ROWS).encode(), headers={"ETag": '"v1"', "Content-Type": "application/json"})

    site.answers["/rows"] = answer
    first = collect(source(site))
    again = collect(source(site), progress=first.progress)
    assert (first.rows, again.path, again.progress["etag"]) == (2, None, '"v1"')


def test_a_mark_that_cannot_be_sent_back_is_left_out(site: Site, collect: Collecting):
    site.answers["/rows"] = Answer(json.dumps(ROWS).encode(), headers={"ETag": '"\u00e9"'})
    first = collect(source(site))
    assert collect(source(site), progress=first.progress).rows == 2
    assert site.asked[1].headers["If-None-Match"] is None


def test_pages_by_link_header(site: Site, collect: Collecting):
    def page(number: int, last: int) -> Answer:
        links = f'<{site.address}/rows?page={number + 1}>; rel="next", <{site.address}/rows?page={last}>; rel="last"'
        headers = {"Content-Type": "application/json", "Link": links if number < last else ""}
        return Answer(json.dumps([{"n": number}]).encode(), headers=headers)

    site.answers["/rows"] = page(1, 3)
    for number in (2, 3):
        site.answers[f"/rows?page={number}"] = page(number, 3)
    found = collect(source(site, paging="link"))
    assert found.path.read_bytes() == b'{"n":1}\n{"n":2}\n{"n":3}\n'
    assert (found.rows, len(found.pages), found.filename) == (3, 3, "tickets.jsonl")


def test_pages_by_a_field_of_the_answer(site: Site, collect: Collecting):
    site.answers["/rows"] = body({"items": [{"n": 1}], "meta": {"next": "/rows?cursor=b"}})
    site.answers["/rows?cursor=b"] = body({"items": [{"n": 2}], "meta": {"next": None}})
    assert collect(source(site, rows="items", paging={"next": "meta.next"})).rows == 2
    site.answers["/rows"] = body({"items": [{"n": 1}], "cursor": "b"})
    site.answers["/rows?cursor=b"] = body({"items": [{"n": 2}]})
    assert collect(source(site, rows="items", paging={"next": "cursor", "parameter": "cursor"})).rows == 2


def test_pages_by_number_until_one_is_empty(site: Site, collect: Collecting):
    for number in (1, 2, 3):
        text = b"n\n" if number == 3 else b"n\n%d" % number
        site.answers[f"/rows?size=1&page={number}"] = Answer(text, headers={"Content-Type": "text/csv"})
    found = collect(source(site, "/rows?size=1", paging={"page": "page"}))
    assert found.path.read_bytes() == b"n\n1\n2\n"
    assert site.paths() == [f"/rows?size=1&page={number}" for number in (1, 2, 3)]


def test_pages_that_lead_in_a_circle_or_elsewhere_are_refused(site: Site, collect: Collecting):
    site.answers["/rows"] = body({"items": [{"n": 1}], "next": "/rows"})
    with pytest.raises(InvalidInput, match="leads back"):
        collect(source(site, rows="items", paging={"next": "next"}))
    site.answers["/rows"] = body({"items": [{"n": 1}], "next": "http://elsewhere.example.org/rows"})
    with pytest.raises(InvalidInput, match="at another place"):
        collect(source(site, rows="items", paging={"next": "next"}), authorization="Bearer s3cret")
    assert len(site.asked) == 2


def test_what_passes_is_asked_again_and_waited_for(site: Site, collect: Collecting):
    seen = []

    def answer(_request) -> Answer:
        seen.append(time.monotonic())
        if len(seen) < 3:
            return Answer(status=429 if len(seen) == 1 else 503, headers={"Retry-After": "0"})
        return body(ROWS)

    site.answers["/rows"] = answer
    assert collect(source(site)).rows == 2
    assert len(seen) == 3


def test_retry_after_is_honoured(site: Site, collect: Collecting):
    seen = []

    def answer(_request) -> Answer:
        seen.append(time.monotonic())
        return body(ROWS) if len(seen) > 1 else Answer(status=429, headers={"Retry-After": "1"})

    site.answers["/rows"] = answer
    collect.fetcher = replace(collect.fetcher, patience=Patience(first=0.01, longest=5.0))
    collect(source(site))
    assert seen[1] - seen[0] >= 1.0


def test_a_date_to_come_back_at_is_counted_by_the_answerers_own_clock():
    noon = datetime(2020, 1, 1, 12, tzinfo=UTC)
    later = format_datetime(noon + timedelta(seconds=90))
    assert retry_after(later, format_datetime(noon)) == 90.0
    assert retry_after(format_datetime(noon), later) == 0.0
    assert [retry_after(header, later) for header in ("tomorrow", "", "²")] == [0.0, 0.0, 0.0]
    assert retry_after(later) == 0.0
    assert retry_after(" 7 ") == 7.0


@pytest.mark.parametrize(
    ("status", "says", "times"), [(500, "answered 500", 3), (404, "nothing at this address", 1), (401, "token", 1)]
)
def test_what_does_not_pass_is_said(site: Site, collect: Collecting, status: int, says: str, times: int):
    site.answers["/rows"] = Answer(status=status)
    with pytest.raises(Refused, match=says) as said:
        collect(source(site, "/rows?api_key=s3cret"))
    assert len(site.asked) == times
    assert "s3cret" not in str(said.value)


def test_a_refusal_is_told_in_its_own_words(site: Site, collect: Collecting):
    site.answers["/rows"] = Answer(b'{"error": "no table   named incidnt"}', status=400)
    with pytest.raises(Refused, match=r"answered 400: no table named incidnt."):
        collect(source(site))


def test_a_server_that_is_away_or_silent_is_said(site: Site, collect: Collecting):
    collect.fetcher = replace(collect.fetcher, patience=Patience(attempts=2, first=0.01, silence=0.2))
    with pytest.raises(Refused, match="could not be reached"):
        collect(SourceDefinition(id="s", url="http://127.0.0.1:9/rows"))
    site.answers["/rows"] = lambda _: time.sleep(0.6) or body(ROWS)
    with pytest.raises(Refused, match=r"did not answer within 0.2 s"):
        collect(source(site))


def test_an_answer_without_end_is_cut_off(site: Site, collect: Collecting):
    collect.fetcher = replace(collect.fetcher, patience=Patience(bytes=1 << 20))
    packed = gzip.compress(b" " * (64 << 20))
    site.answers["/rows"] = Answer(packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    with pytest.raises(InvalidInput, match="more than 1 MB"):
        collect(source(site))


def test_an_answer_packed_twice_is_not_unfolded(site: Site, collect: Collecting):
    """A few kilobytes that are packed twice unfold to gigabytes in one piece."""
    twice = gzip.compress(gzip.compress(b" " * (64 << 20)))
    site.answers["/rows"] = Answer(twice, headers={"Content-Encoding": "gzip, gzip", "Content-Type": "text/csv"})
    with pytest.raises(Refused, match="packed as gzip, gzip"):
        collect(source(site))
    assert site.asked[0].headers["Accept-Encoding"] == "gzip"


def test_a_packed_answer_is_whole_or_refused(site: Site, collect: Collecting):
    text = b"n\n" + b"1\n" * 1000
    for packed, rows in ((gzip.compress(text), 1000), (gzip.compress(text[:1002]) + gzip.compress(text[1002:]), 1000)):
        site.answers["/rows"] = Answer(packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/csv"})
        found = collect(source(site))
        assert (found.rows, found.path.read_bytes()) == (rows, text)
    for broken, says in ((gzip.compress(text)[:-9], "ends too early"), (b"n\n1\n", "packed as gzip, and is not")):
        site.answers["/rows"] = Answer(broken, headers={"Content-Encoding": "gzip", "Content-Type": "text/csv"})
        with pytest.raises(Refused, match=says):
            collect(source(site))


def test_a_server_that_drips_is_cut_off_also_within_its_headers(collect: Collecting):
    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            with suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 OK\r\n")
                for number in range(100):
                    self.request.sendall(b"X-%d: 1\r\n" % number)
                    time.sleep(0.1)

    collect.fetcher = replace(collect.fetcher, patience=Patience(first=0.01, silence=1.0, seconds=0.7))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        begun = time.monotonic()
        with pytest.raises(Refused, match=r"within 0.7 s|longer than 0.7 s"):
            collect(SourceDefinition(id="s", url=f"http://127.0.0.1:{server.server_address[1]}/rows"))
        assert time.monotonic() - begun < 3
        server.shutdown()
        thread.join()


def test_who_asks_for_a_long_pause_is_left_in_peace(site: Site, collect: Collecting):
    site.answers["/rows"] = Answer(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(Refused) as said:
        collect(source(site))
    assert (len(site.asked), said.value.passing, said.value.wait) == (1, True, 3600.0)


@pytest.mark.parametrize(
    ("address", "authorization"),
    [("/rows", "Bearer s3cret\x0bx"), ("/rows", "Bearer s3cret\x00"), ("user:ab#s3cret@", ""), ("user:s3cret", "")],
)
def test_no_error_tells_what_was_sent(site: Site, collect: Collecting, address: str, authorization: str):
    place = f"{site.address}{address}" if address.startswith("/") else f"http://{address}"
    with pytest.raises(InvalidInput) as said:
        collect(SourceDefinition(id="s", url=place), authorization=authorization)
    assert "s3cret" not in str(said.value)


def test_a_name_and_password_in_the_address_hold_for_every_page(site: Site, collect: Collecting):
    site.answers["/rows"] = Answer(b'[{"n": 1}]', headers={"Link": f'<{site.address}/more#top>; rel="next"'})
    site.answers["/more"] = body([{"n": 2}])
    place = site.address.replace("http://", "http://reader:s3cret@")
    found = collect(SourceDefinition(id="tickets", url=f"{place}/rows", options={"paging": "link"}))
    assert found.rows == 2
    assert len({one.headers["Authorization"] for one in site.asked} - {None}) == 1


def test_a_later_page_of_csv_must_have_the_first_one_s_header(site: Site, collect: Collecting):
    def answer(later: bytes):
        texts = {"page=1": b"\xef\xbb\xbfa,b\r\n1,2\r\n", "page=2": later, "page=3": b""}
        return lambda request: Answer(texts[request.path[-6:]], headers={"Content-Type": "text/csv"})

    site.answers["/rows"] = answer(b"\xef\xbb\xbfa,b\n3,4\n")
    assert collect(source(site, paging={"page": "page"})).path.read_bytes() == b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4\n"
    for wrong in (b"b,a\n3,4\n", b"3,4\n5,6\n"):
        site.answers["/rows"] = answer(wrong)
        with pytest.raises(InvalidInput, match="Expected the header of the first page"):
            collect(source(site, paging={"page": "page"}))
    site.answers["/rows"] = answer(b'a,b\n"' + b"x" * 200_000 + b'"\n')
    with pytest.raises(InvalidInput, match="not CSV that can be read"):
        collect(source(site, paging={"page": "page"}))


def test_half_a_character_is_no_reason_to_fail(site: Site, collect: Collecting):
    site.answers["/rows"] = Answer(b'{"items": [{"n": "\\ud800"}]}')
    found = collect(source(site, rows="items", paging={"next": "next"}))
    assert found.path.read_bytes() == b'{"n":"?"}\n'


def test_a_document_too_large_to_be_read_at_once_is_refused(site: Site, collect: Collecting):
    collect.fetcher = replace(collect.fetcher, patience=Patience(page_bytes=1000))
    site.answers["/rows"] = body([{"n": "x" * 2000}])
    with pytest.raises(InvalidInput, match="Ask page by page"):
        collect(source(site))
    site.answers["/rows"] = Answer(b"n\n" + b"1\n" * 2000, headers={"Content-Type": "text/csv"})
    assert collect(source(site)).rows == 2000


def test_a_csv_without_rows_brings_nothing(site: Site, collect: Collecting):
    for text in (b"", b"\n", b"number,hours", b"number,hours\r\n"):
        site.answers["/rows"] = Answer(text, headers={"Content-Type": "text/csv"})
        assert collect(source(site)).path is None


def test_a_redirect_within_reach_is_followed_without_carrying_the_token_elsewhere(site: Site, collect: Collecting):
    port = site.address.rpartition(":")[2]
    site.answers["/rows"] = Answer(status=307, headers={"Location": f"http://localhost:{port}/moved"})
    site.answers["/moved"] = body(ROWS)
    assert collect(source(site), authorization="Bearer s3cret").rows == 2
    assert [one.headers["Authorization"] for one in site.asked] == ["Bearer s3cret", None]
    site.answers["/rows"] = Answer(status=302, headers={"Location": "/rows"})
    with pytest.raises(Refused, match="leads on and on"):
        collect(source(site))


def test_a_span_is_put_into_the_address(site: Site, collect: Collecting):
    site.answers["/rows"] = body(ROWS)
    since, until = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    collect(source(site, "/rows?from={since}&to={until}"), since=since, until=until)
    assert site.paths() == ["/rows?from=2026-03-01T00%3A00%3A00Z&to=2026-03-02T00%3A00%3A00Z"]
    with pytest.raises(InvalidInput, match="Expected from"):
        collect(source(site, "/rows?from={since}"))


@pytest.mark.parametrize(
    ("answer", "options", "says"),
    [
        (Answer(b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"}), {}, "web page"),
        (Answer(b"{oops"), {}, "not JSON"),
        (body({"a": [1], "b": [2]}), {}, "There is no list of records"),
        (body(ROWS), {"rows": "items["}, "no JMESPath"),
        (body(ROWS), {"rows": "(" * 400}, "no JMESPath"),
        (body(ROWS), {"rows": " | ".join(["[@,@][]"] * 20)}, "makes lists of lists"),
        (body(ROWS), {"rows": "a." * 300}, "Expected a JMESPath of at most 500"),
        (body(ROWS), {"paging": "pages"}, "no way of paging"),
    ],
)
def test_a_wrong_answer_is_named(site: Site, collect: Collecting, answer: Answer, options: dict, says: str):
    site.answers["/rows"] = answer
    with pytest.raises(InvalidInput, match=says):
        collect(source(site, **options))


def test_a_packed_answer_is_unfolded_no_further_than_its_first_bytes(site: Site, collect: Collecting):
    tracemalloc.start()
    bomb = gzip.compress(b"a,b\n" * 5_000_000)
    assert len(bomb) < 1 << 20
    tracemalloc.reset_peak()
    held = tracemalloc.get_traced_memory()[0]
    _check_text("text/csv", bomb)
    assert tracemalloc.get_traced_memory()[1] - held < 1 << 20
    tracemalloc.stop()
    with pytest.raises(InvalidInput, match="web page"):
        _check_text("", gzip.compress(b"<!doctype html>"))
    _check_text("", b"\x1f\x8bnot packed at all")


def test_an_empty_answer_brings_nothing(site: Site, collect: Collecting):
    for text in (b"[]", b'{"items": []}'):
        site.answers["/rows"] = Answer(text)
        assert collect(source(site, rows="items" if b"items" in text else "")).path is None


def test_links_are_read_as_the_standard_says():
    assert pages.link_to_next('<https://a/2>; rel="prev next"; title="x"') == "https://a/2"
    assert pages.link_to_next("<https://a/1>; rel=prev, <https://a/3>; REL=NEXT") == "https://a/3"
    assert pages.link_to_next('<https://a/1>; rel="nextish"') == ""
