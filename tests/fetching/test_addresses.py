"""No source leads into a private network: by name, by redirect, by a name that changes, in any spelling."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import httpx
import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput, NotAllowed
from csi.fetching import Fetcher
from csi.fetching.pinned import Pinned, resolve
from csi.reading.connectors.addresses import kind_of, policy
from csi.reading.connectors.asked import Asked
from tests.fetching.conftest import Answer, Site

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "::127.0.0.1",
    "192.0.0.8",
    "192.0.0.192",
    "192.88.99.1",
    "168.63.129.16",
    "64:ff9b:1::7f00:1",
    "3fff::1",
    "::ffff:192.0.0.192",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused_in_any_spelling(address: str):
    assert kind_of(ip_address(address))
    with pytest.raises(NotAllowed, match="may not be asked"):
        policy().check("metrics.example.org", [address])


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_asked(address: str):
    assert policy().check("example.org", [address]) == address


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(NotAllowed, match=r"example.org \(10.0.0.7\)"):
        policy().check("example.org", ["93.184.216.34", "10.0.0.7"])


def test_an_administrator_allows_networks_addresses_and_hosts():
    allowed = policy("10.0.0.0/8, 192.168.7.7,fd00::/8,Warehouse.internal")
    for host, address in (
        ("a", "10.9.9.9"),
        ("a", "192.168.7.7"),
        ("a", "fd00::5"),
        ("a", "::ffff:10.1.1.1"),
        ("warehouse.internal", "172.16.5.5"),
    ):
        assert allowed.check(host, [address]) == address
    for host, address in (("a", "192.168.7.8"), ("other.internal", "172.16.5.5"), ("a", "127.0.0.1")):
        with pytest.raises(NotAllowed):
            allowed.check(host, [address])


def test_a_wrong_setting_is_named():
    with pytest.raises(InvalidInput, match=r"CSI_ALLOW_PRIVATE_ADDRESSES: ‘10.0.0.0/99’ is no network"):
        policy("10.0.0.0/99")
    for word in ("*", "*.internal", "host/8", "a b"):
        with pytest.raises(InvalidInput, match="is no name of a host"):
            policy(word)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "127.1", "017700000001"])
def test_this_machine_is_not_asked_however_it_is_written(site: Site, host: str, tmp_path):
    address = site.address.replace("127.0.0.1", host)
    with pytest.raises((NotAllowed, InvalidInput)):
        Fetcher()(Asked(source=SourceDefinition(id="s", url=address), folder=tmp_path))
    assert site.asked == []


def test_a_redirect_is_checked_like_the_first_address(site: Site, tmp_path):
    site.answers["/start"] = Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
    with pytest.raises(NotAllowed, match=r"169.254.169.254 is a link-local address"):
        Fetcher(policy("127.0.0.1"))(
            Asked(source=SourceDefinition(id="s", url=f"{site.address}/start"), folder=tmp_path)
        )


def test_a_redirect_to_another_scheme_is_refused(site: Site, tmp_path):
    site.answers["/start"] = Answer(status=302, headers={"Location": "file:///etc/passwd"})
    with pytest.raises(InvalidInput):
        Fetcher(policy("127.0.0.1"))(
            Asked(source=SourceDefinition(id="s", url=f"{site.address}/start"), folder=tmp_path)
        )


def test_a_name_that_changes_between_check_and_connection_gains_nothing(site: Site):
    """The name is resolved once per request; what was checked is what is connected to."""
    asked = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    site.answers["/rows"] = Answer(b"[]")
    port = site.address.rpartition(":")[2]
    with httpx.Client(transport=Pinned(policy("127.0.0.1"), changing), trust_env=False) as client:
        answer = client.get(f"http://rebind.example.org:{port}/rows")
        assert (answer.status_code, asked) == (200, ["rebind.example.org"])
        assert site.asked[0].headers["Host"] == f"rebind.example.org:{port}"
        with pytest.raises(NotAllowed, match=r"rebind.example.org \(10.0.0.1\)"):
            client.get(f"http://rebind.example.org:{port}/rows")
    assert len(site.asked) == 1


def test_names_are_really_resolved():
    assert "127.0.0.1" in resolve("localhost", 80)
    assert resolve("no-such-host.invalid", 80) == []
    with pytest.raises(InvalidInput, match="is not known"):
        policy().check("no-such-host.invalid", [])


def test_a_proxy_of_the_environment_is_not_used(site: Site, fetcher, tmp_path, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused.getsockname()[1]}")
        site.answers["/rows"] = Answer(b'[{"a": 1}]')
        assert fetcher(Asked(source=SourceDefinition(id="s", url=f"{site.address}/rows"), folder=tmp_path)).rows == 1
