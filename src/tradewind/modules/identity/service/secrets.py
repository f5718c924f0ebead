"""Random secrets that are stored only as hashes."""

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """SHA-256 of a secret; enough because the secret is random, not chosen by a person."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
