"""Shapes of second factors, passkeys and proofs."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.schemas.fields import Line, Password, Token
from tradewind.modules.identity.service.factors import Proof

Method = Literal["totp", "recovery_code", "passkey"]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64), Field(examples=["492039"])]


_BASE64URL = StringConstraints(min_length=1, max_length=8192, pattern=r"^[A-Za-z0-9_-]+={0,2}$")
_Base64url = Annotated[str, _BASE64URL]
_CredentialId = Annotated[str, _BASE64URL, StringConstraints(max_length=1400)]  # 1023 bytes at most, by the standard
_UserHandle = Annotated[str, _BASE64URL, StringConstraints(max_length=128)]


class _Wire(Schema):
    """WebAuthn's own JSON, as `PublicKeyCredential.toJSON()` writes it."""

    model_config = ConfigDict(populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """The JSON as the browser sent it, without what we do not know."""
        return self.model_dump(by_alias=True, exclude_none=True)


class PasskeyAttestation(_Wire):
    client_data: _Base64url = Field(alias="clientDataJSON")
    attestation_object: _Base64url = Field(alias="attestationObject")
    transports: list[Annotated[str, StringConstraints(max_length=32)]] = Field(default=[], max_length=16)


class PasskeyAssertion(_Wire):
    client_data: _Base64url = Field(alias="clientDataJSON")
    authenticator_data: _Base64url = Field(alias="authenticatorData")
    signature: _Base64url
    user_handle: _UserHandle | None = Field(default=None, alias="userHandle")


class NewCredential(_Wire):
    """What `navigator.credentials.create` returned, as `toJSON()` writes it."""

    id: _CredentialId
    raw_id: _CredentialId = Field(alias="rawId")
    type: Literal["public-key"]
    response: PasskeyAttestation


class SignedChallenge(_Wire):
    """What `navigator.credentials.get` returned, as `toJSON()` writes it."""

    id: _CredentialId
    raw_id: _CredentialId = Field(alias="rawId")
    type: Literal["public-key"]
    response: PasskeyAssertion


class FactorNeeded(Schema):
    """The password was right; send one of these proofs with the challenge to open a session."""

    challenge: str
    methods: list[Method]
    expires_at: datetime
    passkey_options: dict[str, Any] | None = Field(
        description="For `navigator.credentials.get`; null without a passkey."
    )


class SecondFactor(Schema):
    """The second step of signing in: a code, or a passkey's answer."""

    challenge: Token
    method: Method
    code: Code | None = None
    credential: SignedChallenge | None = None

    def proof(self) -> Proof:
        """The proof it holds."""
        return Proof(self.method, code=self.code or "", credential=self.credential.plain() if self.credential else None)


class PasskeyChallenge(Schema):
    """What a browser needs for a passkey; send `challenge` back with its answer within five minutes."""

    challenge: str
    expires_at: datetime
    options: dict[str, Any]


class PasskeySignIn(Schema):
    """Sign-in by passkey alone."""

    challenge: Token
    credential: SignedChallenge


class StepUp(Schema):
    """Prove again who you are; `challenge` only with a passkey."""

    method: Literal["password", "totp", "recovery_code", "passkey"]
    password: Password | None = None
    code: Code | None = None
    challenge: Token | None = None
    credential: SignedChallenge | None = None

    def proof(self) -> Proof:
        """The proof it holds."""
        return Proof(
            self.method,
            password=self.password or "",
            code=self.code or "",
            credential=self.credential.plain() if self.credential else None,
        )


class TotpRead(Schema):
    """The authenticator app in use."""

    created_at: datetime
    last_used_at: datetime | None


class PasskeyRead(Schema):
    """A passkey. `synced` ones are backed up by their maker and work on several devices."""

    id: UUID
    name: str = Field(examples=["Work laptop"])
    synced: bool
    created_at: datetime
    last_used_at: datetime | None


class FactorsRead(Schema):
    """What the signed-in person has. `required`: an organisation of theirs demands a second factor.

    `passkey_origin` is the one address at which passkeys work here; null where none can.
    """

    totp: TotpRead | None
    passkeys: list[PasskeyRead]
    recovery_codes_left: int
    has_password: bool
    required: bool
    passkey_origin: str | None


class TotpDraft(Schema):
    """What an authenticator app needs: text to type, or the QR code (an image in a `data:` URI)."""

    secret: str
    uri: str
    qr: str


class TotpConfirm(Schema):
    """A code of the new app."""

    code: Code


class RecoveryCodes(Schema):
    """Codes in clear text, shown this once; empty where earlier ones still hold."""

    recovery_codes: list[str]


class PasskeyAdd(Schema):
    """A new passkey and what to call it."""

    challenge: Token
    name: Line = Field(examples=["Work laptop"])
    credential: NewCredential


class PasskeyAdded(RecoveryCodes):
    """The passkey, and recovery codes if it is the first second factor."""

    passkey: PasskeyRead


class PasskeyRename(Schema):
    """Another name."""

    name: Line = Field(examples=["Work laptop"])


class OrganisationSecurity(Schema):
    """How members must sign in, and how many could already."""

    second_factor_required: bool
    members: int
    members_with_second_factor: int


class OrganisationSecurityUpdate(Schema):
    """Whether members must have a second factor."""

    second_factor_required: Flag
