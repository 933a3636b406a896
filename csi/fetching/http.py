"""Asking an address: in bounded time and size, again after a passing failure, politely when told to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from csi.errors import CsiError, InvalidInput
from csi.fetching.deadline import Deadline
from csi.fetching.pinned import Pinned
from csi.fetching.unfolding import ACCEPTED, unfolded
from csi.reading.bounds import DEFAULT, megabytes
from csi.reading.connectors.asked import Refused
from csi.reading.connectors.masking import masked

NOT_MODIFIED = 304
REDIRECTS = 5
_WORDS = 10_000
_WHO = {
    "Accept": "application/json, text/csv;q=0.9, */*;q=0.1",
    "Accept-Encoding": ACCEPTED,
    "User-Agent": "csi-bot",
}
# Source: RFC 9110, 15.5.9, 15.5.21, 15.6; RFC 6585, section 4: may succeed when asked again.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_MEANS = {
    401: "it wants to know who asks: give it a token it knows",
    403: "this token may not read it",
    404: "there is nothing at this address",
    405: "it cannot be read with GET",
    410: "it is gone for good",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an answer is waited for: attempts, seconds between them at most, seconds and bytes in all."""

    attempts: int = 4
    longest: float = 30.0
    first: float = 1.0
    seconds: float = 300.0
    silence: float = 30.0
    bytes: int = DEFAULT.file_bytes
    page_bytes: int = DEFAULT.json_array_bytes


@dataclass
class Conversation:
    """Requests of one collection; time and size are counted over all of them.

    ``headers`` are those of the source: they may hold a token, and go to the place that was named only.
    """

    transport: Pinned
    patience: Patience = field(default_factory=Patience)
    authorization: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    _spent: int = 0

    def __enter__(self) -> Conversation:
        self._deadline = Deadline(self.patience.seconds).__enter__()
        self._client = httpx.Client(
            transport=self.transport, timeout=self.patience.silence, trust_env=False, headers=_WHO
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._deadline.__exit__()
        self._client.close()

    def get(
        self,
        address: str,
        target: Path,
        *,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer to one request, its body in a file; again after what may pass.

        Raises:
            Refused: it says no, or does not answer in time.
            InvalidInput: the address is none, or the answer is too large.
        """
        again = Retrying(
            retry=retry_if_exception(self._may_pass),
            stop=stop_after_attempt(self.patience.attempts),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        return again(self._once, address, target, headers or {}, parameters)

    def _once(
        self, address: str, target: Path, headers: Mapping[str, str], parameters: Mapping[str, str] | None
    ) -> httpx.Response:
        said = {**self.headers, **headers} | ({"Authorization": self.authorization} if self.authorization else {})
        try:
            return self._followed(self._request(address, said, parameters), target)
        except httpx.TransportError as error:
            raise self._unreached(address, error) from error

    def _request(self, address: str, headers: Mapping[str, str], parameters: Mapping[str, str] | None) -> httpx.Request:
        try:
            return self._client.build_request(
                "GET", address, headers=headers, params=parameters, extensions={"trace": self._deadline.trace}
            )
        except (httpx.InvalidURL, ValueError) as error:  # what is wrong with it may be a part of its password
            raise InvalidInput("url", "This is no address. Expected one that begins with https://.") from error

    def _unreached(self, address: str, error: httpx.TransportError) -> CsiError:
        """Why there was no answer, in a sentence that holds nothing of what was sent."""
        if isinstance(error, httpx.UnsupportedProtocol):
            return InvalidInput("url", "This is no address. Expected one that begins with https://.")
        if isinstance(error, httpx.LocalProtocolError):
            return InvalidInput("url", "The address or its Authorization header holds signs that cannot be sent.")
        if self._deadline.left <= 0:
            return self._too_late()
        if isinstance(error, httpx.TimeoutException):
            return Refused(f"{place(address)} did not answer within {self.patience.silence:g} s.", passing=True)
        return Refused(f"{place(address)} could not be reached: {masked(str(error))}.", passing=True)

    def _too_late(self) -> Refused:
        return Refused(f"The answer took longer than {self.patience.seconds:g} s.", passing=True)

    def _followed(self, asked: httpx.Request, target: Path) -> httpx.Response:
        """The last answer of a chain of redirects: each hop is checked like the first, its own body is not read."""
        address = str(asked.url)
        for _ in range(REDIRECTS + 1):
            answer = self._client.send(asked, stream=True)
            try:
                if answer.next_request is None:
                    self._keep(answer, target)
                    _judge(answer, address, target)
                    return answer
                asked = self._led_on(answer.next_request, address)
            finally:
                answer.close()
        raise Refused(f"{place(address)} leads on and on. Expected the address of the answer itself.")

    def _led_on(self, asked: httpx.Request, first: str) -> httpx.Request:
        """The next request of a chain, without the source's headers where it leads to another place."""
        here, there = httpx.URL(first), asked.url
        if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
            for name in self.headers:
                asked.headers.pop(name, None)
        return asked

    def _keep(self, answer: httpx.Response, target: Path) -> None:
        with target.open("wb") as stream:
            for block in unfolded(answer.iter_raw(), answer.headers.get("content-encoding", "")):
                self._spent += len(block)
                if self._spent > self.patience.bytes:
                    reason = f"The answer has more than {megabytes(self.patience.bytes)}. Ask for less at a time."
                    raise InvalidInput("url", reason)
                if self._deadline.left <= 0:
                    raise self._too_late()
                stream.write(block)

    def small(self, path: Path) -> bytes:
        """The content of a file that is read as a whole, when it is not too large for that.

        Raises:
            InvalidInput: it is.
        """
        size, most = path.stat().st_size, self.patience.page_bytes
        if size > most:
            reason = f"One answer has {megabytes(size)}; at most {megabytes(most)} of JSON are read at once."
            raise InvalidInput("url", f"{reason} Ask page by page, or for less.")
        return path.read_bytes()

    def _may_pass(self, error: BaseException) -> bool:
        """Whether asking again may help now; who asks for a long pause gets it from whoever asks by the clock."""
        return isinstance(error, Refused) and error.passing and error.wait <= self.patience.longest

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, Refused) else 0.0
        return min(self.patience.longest, max(asked, self.patience.first * 2 ** (state.attempt_number - 1)))

    def _sleep(self, seconds: float) -> None:
        if seconds > self._deadline.left:
            raise Refused(f"There was no answer within {self.patience.seconds:g} s.", passing=True)
        time.sleep(seconds)


def _judge(answer: httpx.Response, address: str, body: Path) -> None:
    status = answer.status_code
    if answer.is_success or status == NOT_MODIFIED:
        return
    why = _own_words(body) or _MEANS.get(status, answer.reason_phrase.lower() or "no reason given")
    passing = status in _PASSING
    header, date = (answer.headers.get(name, "") for name in ("retry-after", "date"))
    wait = retry_after(header, date) if passing else 0.0
    raise Refused(f"{place(address)} answered {status}: {why}.", passing=passing, wait=wait)


def _own_words(body: Path) -> str:
    """What a refusal says of itself, where it is JSON with a reason."""
    try:
        said = json.loads(body.read_bytes()[:_WORDS])
    except (ValueError, RecursionError):
        return ""
    reasons = [said.get(name) for name in ("error", "message", "detail")] if isinstance(said, dict) else []
    found = next((reason for reason in reasons if isinstance(reason, str)), "")
    return masked(" ".join(found.split()))[:300].rstrip(".")


def retry_after(header: str, date: str = "") -> float:
    """Seconds to wait, from a number, or from a date by the answerer's own clock (its ``Date``).

    Source: RFC 9110, sections 10.2.3 and 6.6.1.
    """
    if header.strip().isdecimal():
        return float(header)
    until, said_at = _moment(header), _moment(date)
    return max(0.0, (until - said_at).total_seconds()) if until and said_at else 0.0


def _moment(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def place(address: str) -> str:
    """An address as it may be said: without its secrets and parameters."""
    return masked(address).partition("?")[0]
