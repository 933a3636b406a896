"""Which addresses may be asked: public ones, and of the others those an administrator has named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from csi.errors import InvalidInput, NotAllowed

Address = IPv4Address | IPv6Address
SETTING = "CSI_ALLOW_PRIVATE_ADDRESSES"
FOLDERS = "CSI_ALLOW_DATABASE_FOLDERS"
# Source: RFC 6052, section 2.1: IPv4 addresses behind a translator.
_NAT64 = ip_network("64:ff9b::/96")
# Not public, whatever the version of Python thinks of them. Source: RFC 6598 (between a provider and its customers),
# RFC 6890 (protocols; one cloud's metadata), RFC 7526 (no more relays), RFC 8215 (translators of one's own), RFC 9637
# (documentation), Microsoft Learn, “What is IP address 168.63.129.16?” (a public address that leads to the host).
_NOT_PUBLIC = tuple(
    ip_network(one)
    for one in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "64:ff9b:1::/48",
        "3fff::/20",
    )
)
_NUMBERS = re.compile(r"[\d./]+")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Policy:
    """What an administrator allows beside public addresses: networks, names of hosts, folders with databases.

    ``own``: the bot's own database, which holds every workspace's record and is nobody's source.
    ``said`` is what is allowed, as it was written; ``option`` how whoever runs a command allows more: there a refusal
    names the whole value to pass. Empty: an administrator does, by a setting.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    folders: tuple[Path, ...] = ()
    own: Path | None = None
    said: str = ""
    option: str = ""

    def check(self, host: str, found: Sequence[str]) -> str:
        """The address to connect to, of those a name stands for now: each of them must be allowed.

        Raises:
            NotAllowed: one of them is not public, and nobody has allowed it.
        """
        for one in found:
            address = ip_address(one)
            kind = kind_of(address)
            if kind and not self._allowed(host, address):
                where = host if host == one else f"{host} ({one})"
                raise NotAllowed(f"{where} is {kind}, which may not be asked. {self._allowing(host)}.")
        if not found:
            raise InvalidInput("address", f"The host {host} is not known. Expected a name that can be resolved.")
        return found[0]

    def check_file(self, path: Path) -> Path:
        """The database file, when it lies in an allowed folder.

        Raises:
            NotAllowed: it does not.
        """
        if self.own is not None and path.exists() and self.own.exists() and path.samefile(self.own):
            raise NotAllowed(f"{path.name} is my own database, which holds what other services do. It is no source.")
        if not any(path.is_relative_to(folder) for folder in self.folders):
            raise NotAllowed(f"{path} is a file of this machine. {self._allowing_folder(path.parent)}.")
        return path

    def _allowing(self, host: str) -> str:
        if not self.option:
            return f"An administrator allows it by {SETTING}"
        return f"Where you trust it, allow it: {self.option} {','.join(filter(None, (self.said, host)))}"

    def _allowing_folder(self, folder: Path) -> str:
        if not self.option:
            return f"An administrator allows its folder by {FOLDERS}"
        return f"Where you trust it, allow its folder: {self.option}-folder {folder}"

    def _allowed(self, host: str, address: Address) -> bool:
        return host.lower() in self.hosts or any(
            one in network for one in {address, plain(address)} for network in self.networks
        )


def policy(allowed: str = "", folders: str = "", own: str = "", *, option: str = "") -> Policy:
    """A policy from settings: networks, addresses and host names; folders; each separated by commas; and the address
    of the bot's own database. ``option`` is that of a command by which more is allowed.

    Raises:
        InvalidInput: an entry is none of these.
    """
    networks, hosts = [], set()
    for word in (word.strip() for word in allowed.split(",")):
        if not word:
            continue
        if _NUMBERS.fullmatch(word) or ":" in word:
            networks.append(_network(word))
        else:
            hosts.add(_host(word.lower()))
    found = tuple(Path(one.strip()).resolve() for one in folders.split(",") if one.strip())
    said = "".join(allowed.split()).strip(",")
    return Policy(tuple(networks), frozenset(hosts), found, _file_of(own), said, option)


def _file_of(database: str) -> Path | None:
    name = database.partition("?")[0].partition(":///")[2] if database.startswith("sqlite") else ""
    return Path(name).resolve() if name else None


def _host(word: str) -> str:
    if not _HOST.fullmatch(word):
        reason = f"‘{word}’ is no name of a host. Expected each by its whole name, or a network such as 10.0.0.0/8."
        raise InvalidInput(SETTING, reason)
    return word


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(word, strict=False)
    except ValueError as error:
        reason = f"‘{word}’ is no network. Expected one such as 10.0.0.0/8, or a host's name."
        raise InvalidInput(SETTING, reason) from error


def plain(address: Address) -> Address:
    """The IPv4 address that stands inside an IPv6 one (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def kind_of(address: Address) -> str:
    """What keeps an address from being public, in words; empty when it is public."""
    if plain(address) != address:
        return kind_of(plain(address))
    kinds = {
        "this machine": address.is_loopback or address.is_unspecified,
        "a link-local address": address.is_link_local,
        "a multicast address": address.is_multicast,
        "an address of a private network": address.is_private or _site_local(address),
        "a reserved address": address.is_reserved or not address.is_global or _is_kept(address),
    }
    return next((kind for kind, is_so in kinds.items() if is_so), "")


def _is_kept(address: Address) -> bool:
    return any(address in network for network in _NOT_PUBLIC)


def _site_local(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.is_site_local
