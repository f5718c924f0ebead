"""The vault: what it seals only it opens, only in the same context; keys rotate; the key file is private."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.kernel.crypto import (
    KEY_FILE,
    CryptoError,
    Vault,
    generate_key,
    parse_keys,
    read_key_file,
)
from tradewind.settings import Settings

OLD, NEW = parse_keys(generate_key("k1")), parse_keys(generate_key("k2"))
CONTEXT = b"test.value:1"


@given(st.binary(max_size=5000), st.binary(max_size=50))
def test_a_value_comes_back(value: bytes, context: bytes) -> None:
    vault = Vault(OLD)
    assert vault.decrypt(vault.encrypt(value, context), context) == value


def test_the_same_value_never_looks_the_same() -> None:
    vault = Vault(OLD)
    assert vault.encrypt("a", CONTEXT) != vault.encrypt("a", CONTEXT)


def test_another_context_does_not_open_it() -> None:
    vault = Vault(OLD)
    sealed = vault.encrypt("secret", b"row:1")
    with pytest.raises(CryptoError):
        vault.decrypt(sealed, b"row:2")


def test_every_changed_character_is_noticed() -> None:
    vault = Vault(OLD)
    sealed = vault.encrypt("secret", CONTEXT)
    for index, character in enumerate(sealed):
        forged = sealed[:index] + ("A" if character != "A" else "B") + sealed[index + 1 :]
        try:
            # The last base64 character of a part has bits that carry nothing.
            assert vault.decrypt(forged, CONTEXT) == b"secret"
            assert index + 1 == len(sealed) or sealed[index + 1] == "."
        except CryptoError:
            pass


def test_parts_of_two_values_cannot_be_combined() -> None:
    vault = Vault(OLD)
    one, two = (vault.encrypt(text, CONTEXT).split(".") for text in ("one", "two"))
    with pytest.raises(CryptoError):
        vault.decrypt(".".join([*one[:3], two[3]]), CONTEXT)


def test_rotation_changes_the_wrapping_and_not_the_payload() -> None:
    sealed = Vault(OLD).encrypt("secret", CONTEXT)
    both = Vault(NEW | OLD)
    assert both.needs_rotation(sealed)
    rewrapped = both.rewrap(sealed, CONTEXT)
    assert not both.needs_rotation(rewrapped)
    assert rewrapped.split(".")[3] == sealed.split(".")[3]
    assert Vault(NEW).decrypt_text(rewrapped, CONTEXT) == "secret"
    with pytest.raises(CryptoError, match="k1"):
        Vault(NEW).decrypt(sealed, CONTEXT)


def test_a_keyed_hash_depends_on_key_and_purpose_and_survives_rotation() -> None:
    old, both = Vault(OLD), Vault(NEW | OLD)
    known = old.keyed_hash("ada@example.com", "email")
    assert known == old.keyed_hash(b"ada@example.com", "email")
    assert known != old.keyed_hash("ada@example.com", "phone")
    assert known != both.keyed_hash("ada@example.com", "email")
    assert known in both.keyed_hashes("ada@example.com", "email")
    assert len(known) == 32


def test_the_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "home" / KEY_FILE
    first = read_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key_file(path) == first
    assert [entry.name for entry in path.parent.iterdir()] == [KEY_FILE]


def test_a_readable_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / KEY_FILE
    read_key_file(path)
    path.chmod(0o644)
    with pytest.raises(CryptoError, match="chmod 600"):
        read_key_file(path)


def test_keys_come_from_the_environment_or_the_home(tmp_path: Path) -> None:
    given_keys = Settings(home=tmp_path, secret_keys=f"{generate_key('new')},{generate_key('old')}")  # type: ignore[arg-type]
    assert Vault.from_settings(given_keys).newest_key_id == "new"
    assert not (tmp_path / KEY_FILE).exists()
    Vault.from_settings(Settings(home=tmp_path))
    assert (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "No master key"),
        ("k1", "id:base64"),
        ("k1:&&&", "base64"),
        ("k1:AAAA", "3 bytes"),
        (f"{generate_key('a')},{generate_key('a')}", "twice"),
        (generate_key("Bad Id"), "must match"),
    ],
    ids=["none", "no key", "not base64", "too short", "twice", "bad id"],
)
def test_bad_keys_are_named(text: str, complaint: str) -> None:
    with pytest.raises(CryptoError, match=complaint):
        Vault(parse_keys(text))


@pytest.mark.parametrize("text", ["", "plain", "tw1.k1.a", "tw9.k1.AAAA.AAAA", "tw1.k1.@@.@@", "tw1.k1.."])
def test_rubbish_is_no_ciphertext(text: str) -> None:
    with pytest.raises(CryptoError):
        Vault(OLD).decrypt(text, CONTEXT)
