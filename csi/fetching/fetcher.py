"""One fetch for all ways in: the source says which."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from csi.errors import CsiError, InvalidInput
from csi.fetching import prometheus, web
from csi.fetching.database import SECONDS, Databases
from csi.fetching.http import Conversation, Patience
from csi.fetching.pinned import Pinned, Resolve, resolve
from csi.fetching.secrets import Secrets
from csi.reading.connectors.addresses import Policy
from csi.reading.connectors.asked import Asked, Collected
from csi.reading.connectors.masking import is_masked
from csi.reading.connectors.placeholders import headers_of


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks databases and addresses within a policy; call it with what is asked. ``secrets`` fill in ``${NAME}``."""

    policy: Policy = field(default_factory=Policy)
    patience: Patience = field(default_factory=Patience)
    resolve: Resolve = resolve
    seconds: float = SECONDS
    secrets: Secrets = field(default_factory=Secrets)

    def __call__(self, asked: Asked) -> Collected:
        """What the source gives now, as a file in the folder asked for.

        Raises:
            InvalidInput: what is asked, or the answer, is wrong; the sentence says what was expected.
            NotAllowed: the address is private and nobody has allowed it.
            Refused: the other side says no, or does not answer.
        """
        secrets = self.secrets.of([asked.source])
        try:
            return self._found(replace(asked, source=secrets.put_into(asked.source)))
        except CsiError as error:
            raise secrets.hide(error) from None

    def _found(self, asked: Asked) -> Collected:
        source = asked.source
        address = asked.address or source.sql or source.url or source.prometheus
        if is_masked(address):
            raise InvalidInput("address", "Its secret part is masked. Expected the whole address.")
        if source.sql:
            return Databases(self.policy, self.resolve, self.seconds).collect(asked)
        pinned, headers = Pinned(self.policy, self.resolve), headers_of(source)
        with Conversation(pinned, self.patience, asked.authorization, headers) as talk:
            return prometheus.collect(asked, talk) if source.prometheus else web.collect(asked, talk)

    def within(self, folder: Path) -> Fetcher:
        """The same, with the databases of a folder allowed; relative names lie there."""
        return replace(self, policy=replace(self.policy, folders=(folder.resolve(), *self.policy.folders)))
