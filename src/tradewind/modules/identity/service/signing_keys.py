"""Keys that sign access tokens: RSA pairs in the database, the private half sealed by the vault."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import event, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.models import SigningKey
from tradewind.modules.identity.models.sessions import PRIVATE_KEY

_BITS = 2048
_REREAD_AFTER = timedelta(seconds=60)
_ROTATED_AFTER = timedelta(days=90)
_RETIRED_AFTER = timedelta(days=1)  # far longer than an access token lives
_LOCK_KEY = 7204


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A signing key, opened."""

    kid: str
    private: rsa.RSAPrivateKey


class KeyRing:
    """This process's copy of the keys: the newest signs, all that are not retired verify."""

    def __init__(self) -> None:
        self._newest: KeyPair | None = None
        self._public: dict[str, rsa.RSAPublicKey] = {}
        self._read_at: datetime | None = None
        self._draft: KeyPair | None = None
        self._made: dict[str, rsa.RSAPublicKey] = {}

    async def signing_key(self, session: AsyncSession) -> KeyPair:
        """The newest key; makes the first one of an installation."""
        if self._newest is None or self._is_old():
            await self._read(session)
        return self._newest or await self._create(session)

    async def public_key(self, session: AsyncSession, kid: str) -> rsa.RSAPublicKey | None:
        """The key that verifies tokens signed with `kid`, or None if there is no such key (any more)."""
        if kid not in self._public or self._is_old():
            await self._read(session)
        return self._public.get(kid)

    def known_public_key(self, kid: str) -> rsa.RSAPublicKey | None:
        """Like `public_key`, from memory only; None means that the database must be asked."""
        return None if self._is_old() else self._public.get(kid)

    def may_ask(self, kid: str) -> bool:
        """Whether asking the database again about an unknown key is worth it: forged ids must not cost queries."""
        return self._read_at is None or self._is_old() or now() - self._read_at > timedelta(seconds=1)

    async def published(self, session: AsyncSession) -> list[dict[str, str]]:
        """All keys that verify, newest first, as JSON Web Keys."""
        rows = await session.scalars(
            select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.created_at.desc())
        )
        return [_public_jwk(row) for row in rows]

    async def rotate_if_due(self, session: AsyncSession) -> bool:
        """Sign with a new key if the newest is 90 days old; retire what no living token is signed with any more."""
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        newest = await session.scalar(select(func.max(SigningKey.created_at)))
        if newest is None:
            return False
        # A key is the newest one until its successor's creation; its last tokens end minutes later.
        if newest <= now() - _RETIRED_AFTER:
            await session.execute(
                update(SigningKey)
                .where(SigningKey.created_at < newest, SigningKey.retired_at.is_(None))
                .values(retired_at=now(), private_sealed="")
            )
        if newest > now() - _ROTATED_AFTER:
            return False
        await self.rotate(session)
        return True

    async def rotate(self, session: AsyncSession) -> str:
        """Add a new signing key; older ones go on verifying. Returns its `kid`."""
        self._draft = None
        return (await self._create(session, even_if_present=True)).kid

    def _is_old(self) -> bool:
        return self._read_at is None or abs(now() - self._read_at) > _REREAD_AFTER

    async def _read(self, session: AsyncSession) -> None:
        stored = (await session.scalars(select(SigningKey).order_by(SigningKey.created_at.desc()))).all()
        rows = [row for row in stored if row.retired_at is None]
        # Keys of this process verify even if the transaction that stored them was undone.
        retired = {row.id.hex for row in stored if row.retired_at is not None}
        public = {kid: key for kid, key in self._made.items() if kid not in retired}
        for row in rows:
            key = serialization.load_pem_public_key(row.public_pem.encode())
            assert isinstance(key, rsa.RSAPublicKey)
            public[row.id.hex] = key
        newest = _open(rows[0]) if rows else None
        self._public, self._newest, self._read_at = public, newest, now()

    async def _create(self, session: AsyncSession, *, even_if_present: bool = False) -> KeyPair:
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        await self._read(session)
        if self._newest is not None and not even_if_present:
            return self._newest
        if self._draft is None:
            private = await asyncio.to_thread(rsa.generate_private_key, public_exponent=65537, key_size=_BITS)
            self._draft = KeyPair(new_id().hex, private)
        draft = self._draft
        session.add(_sealed(draft))
        await session.flush()
        # Tokens may be signed with it from now on in this transaction; others learn of it after the commit.
        self._made[draft.kid] = draft.private.public_key()
        self._newest, self._public = draft, {**self._public, draft.kid: self._made[draft.kid]}
        event.listen(session.sync_session, "after_rollback", self._forget, once=True)
        return draft

    def _forget(self, *_: object) -> None:
        self._newest, self._read_at = None, None


def _open(row: SigningKey) -> KeyPair:
    pem = PRIVATE_KEY.open(row.id, row.private_sealed)
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return KeyPair(row.id.hex, key)


def _sealed(pair: KeyPair) -> SigningKey:
    key_id = UUID(pair.kid)
    private_pem = pair.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public_pem = pair.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return SigningKey(
        id=key_id,
        public_pem=public_pem.decode(),
        private_sealed=PRIVATE_KEY.seal(key_id, private_pem),
    )


def _public_jwk(row: SigningKey) -> dict[str, str]:
    key = serialization.load_pem_public_key(row.public_pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
    return {"kty": "RSA", "kid": row.id.hex, "use": "sig", "alg": "RS256", "n": jwk["n"], "e": jwk["e"]}


key_ring = KeyRing()
