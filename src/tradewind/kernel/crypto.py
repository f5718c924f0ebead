"""Encryption at rest: AES-256-GCM in an envelope. Each value has a data key of its own, wrapped by a master key.

Text form: `tw1.<master key id>.<wrapped data key>.<sealed value>`, the last two as unpadded base64url of
nonce (12 bytes) + ciphertext + tag (16 bytes). Rotation adds a master key in front and re-wraps data keys only.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tradewind.settings import Settings, get_settings

FORMAT = "tw1"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[a-z0-9_-]{1,32}")
KEY_FILE = "master.keys"


class CryptoError(Exception):
    """A key is missing or malformed, or a ciphertext was damaged, forged, or read with another context."""


class Vault:
    """Encrypts, decrypts, re-wraps and hashes with the installation's master keys.

    `master_keys` maps key id to 32 bytes, newest first: the first seals new values, all open old ones.
    One master key wraps at most 2^32 data keys (the bound for random GCM nonces); rotate long before.
    """

    def __init__(self, master_keys: dict[str, bytes]) -> None:
        if not master_keys:
            raise CryptoError("No master key is configured.")
        for key_id, key in master_keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise CryptoError(f"Master key id {key_id!r} must match [a-z0-9_-]{{1,32}}.")
            if len(key) != _KEY_BYTES:
                raise CryptoError(f"Master key {key_id!r} has {len(key)} bytes; it needs {_KEY_BYTES}.")
        self._keys = dict(master_keys)
        self._newest = next(iter(master_keys))
        self._derived: dict[tuple[str, str], bytes] = {}

    @classmethod
    def from_settings(cls, settings: Settings) -> "Vault":
        """Keys from TRADEWIND_SECRET_KEYS, else from the key file under the home, which is made if missing."""
        if settings.secret_keys is not None:
            return cls(parse_keys(settings.secret_keys.get_secret_value()))
        return cls(read_key_file(settings.home / KEY_FILE))

    @property
    def newest_key_id(self) -> str:
        """Id of the master key that seals new values."""
        return self._newest

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all master keys, newest first."""
        return tuple(self._keys)

    def encrypt(self, value: bytes | str, context: bytes) -> str:
        """Seal `value`; `context` (e.g. b"ai.provider_key:" + row id) must be given again to open it."""
        plain = value.encode() if isinstance(value, str) else value
        data_key = os.urandom(_KEY_BYTES)
        wrapped = _seal(self._keys[self._newest], data_key, _wrap_context(self._newest, context))
        return ".".join((FORMAT, self._newest, _text(wrapped), _text(_seal(data_key, plain, context))))

    def decrypt(self, sealed: str, context: bytes) -> bytes:
        """Open a value. Raises CryptoError, without saying more than it must."""
        key_id, wrapped, payload = self._parts(sealed)
        data_key = _open(self._keys[key_id], wrapped, _wrap_context(key_id, context))
        return _open(data_key, payload, context)

    def decrypt_text(self, sealed: str, context: bytes) -> str:
        """Open a value that was text."""
        return self.decrypt(sealed, context).decode()

    def needs_rotation(self, sealed: str) -> bool:
        """Whether the value hangs on a master key that is no longer the newest."""
        return self._parts(sealed)[0] != self._newest

    def rewrap(self, sealed: str, context: bytes) -> str:
        """The same value under the newest master key; the payload's bytes stay as they are."""
        key_id, wrapped, payload = self._parts(sealed)
        data_key = _open(self._keys[key_id], wrapped, _wrap_context(key_id, context))
        rewrapped = _seal(self._keys[self._newest], data_key, _wrap_context(self._newest, context))
        return ".".join((FORMAT, self._newest, _text(rewrapped), _text(payload)))

    def keyed_hash(self, value: bytes | str, purpose: str) -> bytes:
        """HMAC-SHA256 (32 bytes) under a key derived for `purpose` from the newest master key."""
        return self._hash(value, purpose, self._newest)

    def keyed_hashes(self, value: bytes | str, purpose: str) -> list[bytes]:
        """The hash under every master key, newest first: look up with all of them so that rotation loses nothing."""
        return [self._hash(value, purpose, key_id) for key_id in self._keys]

    def _hash(self, value: bytes | str, purpose: str, key_id: str) -> bytes:
        key = self._derived.get((key_id, purpose))
        if key is None:
            info = b"tradewind/keyed-hash/" + purpose.encode()
            key = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(self._keys[key_id])
            self._derived[key_id, purpose] = key
        return hmac.digest(key, value.encode() if isinstance(value, str) else value, hashlib.sha256)

    def _parts(self, sealed: str) -> tuple[str, bytes, bytes]:
        parts = sealed.split(".")
        if len(parts) != 4 or parts[0] != FORMAT:
            raise CryptoError("Not an encrypted value of a known format.")
        if parts[1] not in self._keys:
            raise CryptoError(f"The master key {parts[1]!r} is not configured.")
        return parts[1], _bytes(parts[2]), _bytes(parts[3])


@lru_cache
def get_vault() -> Vault:
    """The vault of this process, from its settings."""
    return Vault.from_settings(get_settings())


def generate_key(key_id: str = "k1") -> str:
    """A fresh master key as `id:base64`, ready for TRADEWIND_SECRET_KEYS or the key file."""
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


def parse_keys(text: str) -> dict[str, bytes]:
    """Master keys from `id:base64` entries separated by commas or lines, newest first; `#` starts a comment."""
    keys: dict[str, bytes] = {}
    entries = (entry.strip() for line in text.splitlines() for entry in line.split("#", 1)[0].split(","))
    for entry in filter(None, entries):
        key_id, separator, encoded = entry.partition(":")
        if not separator:
            raise CryptoError("A master key must be written as id:base64.")
        if key_id in keys:
            raise CryptoError(f"Master key {key_id!r} is given twice.")
        try:
            keys[key_id] = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise CryptoError(f"Master key {key_id!r} is not valid base64.") from error
    return keys


def read_key_file(path: Path) -> dict[str, bytes]:
    """Keys of the file at `path`, generated on first use with mode 600. Raises CryptoError if others may read it."""
    if not path.exists():
        _create_key_file(path)
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise CryptoError(f"{path} can be read by others (mode {mode:o}). Run: chmod 600 {path}")
    return parse_keys(path.read_text())


def _create_key_file(path: Path) -> None:
    """Two processes may start at once: the file appears whole, and the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(
                f"# Tradewind master keys, newest first. Losing them loses every encrypted value.\n{generate_key()}\n"
            )
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _wrap_context(key_id: str, context: bytes) -> bytes:
    return f"{FORMAT}/wrap/{key_id}/".encode() + context


def _seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def _open(key: bytes, sealed: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise CryptoError("The value cannot be decrypted: damaged, or sealed for another purpose.") from error


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CryptoError("Not an encrypted value of a known format.") from error
