"""Secrets at rest: closed, opened, closed with a new key; nothing without a key."""

from __future__ import annotations

import time

import pytest
from cryptography.fernet import Fernet

from bot.vault import Vault
from csi.errors import InvalidInput
from csi.reading.connectors.masking import has_secret, is_masked, masked

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_secret_is_closed_and_opened():
    closed = Vault(OLD).close("s3cret")
    assert "s3cret" not in closed
    assert Vault(OLD).open(closed) == "s3cret"
    assert Vault(OLD).close("") == Vault(OLD).open("") == ""


def test_a_new_key_in_front_opens_what_the_old_one_closed():
    both = Vault(f"{NEW}, {OLD}")
    assert both.open(Vault(OLD).close("s3cret")) == "s3cret"
    assert Vault(NEW).open(both.close("s3cret")) == "s3cret"


def test_without_the_key_nothing_is_closed_or_opened():
    for vault in (Vault(""), Vault(NEW)):
        with pytest.raises(InvalidInput, match="CSI_TOKEN_KEY"):
            vault.open(Vault(OLD).close("s3cret"))
    with pytest.raises(InvalidInput, match="An administrator sets it"):
        Vault("").close("s3cret")
    with pytest.raises(InvalidInput, match="expected a Fernet key"):
        Vault("short")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://reader:p%40ss@db.example.org/x", "postgresql://reader:***@db.example.org/x"),
        ("https://t0ken@example.org/a", "https://***@example.org/a"),
        ("https://example.org/a?x=1&api_key=abc&y=2", "https://example.org/a?x=1&api_key=***&y=2"),
        ("https://example.org/a?access_token=abc#f", "https://example.org/a?access_token=***#f"),
        ("https://example.org/a?X-Amz-Signature=abc", "https://example.org/a?X-Amz-Signature=***"),
        ("postgresql://reader@db.example.org/x", "postgresql://reader@db.example.org/x"),
        ("sqlite:////data/a.db", "sqlite:////data/a.db"),
        ("postgresql://reader:p/a#s?s@db.example.org/x", "postgresql://reader:***@db.example.org/x"),
        ("https://reader:p#ss@example.org/a", "https://reader:***@example.org/a"),
        ("https://example.org:8080/people/@me", "https://example.org:8080/people/@me"),
        ("https://[::1]:8080/people/@me", "https://[::1]:8080/people/@me"),
        ("see https://t0ken@example.org/a", "see https://***@example.org/a"),
        ("https://example.org/a?pass=abc&appid=def&jwt=x", "https://example.org/a?pass=***&appid=***&jwt=***"),
    ],
)
def test_the_secret_parts_of_an_address_are_masked(address: str, shown: str):
    assert masked(address) == shown
    assert has_secret(address) is (address != shown)
    assert is_masked(shown) is ("***" in shown)
    assert not is_masked(address)


@pytest.mark.parametrize("sign", ["?", "?key", "://a:", "://", "https://", "&", "?pas", "#session"])
def test_a_hostile_answer_is_masked_in_a_moment(sign: str):
    """What a server says of its refusal is masked, too; it may be made to keep a pattern busy for minutes."""
    began = time.process_time()
    masked(sign * (1_000_000 // len(sign)))
    assert time.process_time() - began < 2
