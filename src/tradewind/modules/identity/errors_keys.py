"""Failures of API keys and signed requests."""

from tradewind.kernel.errors import BadRequest, Conflict, Forbidden, NotFound, Unauthorised


class ManyCredentials(BadRequest):
    code = "identity.many_credentials"
    title = "Send one kind of credentials"


class KeyMistyped(Unauthorised):
    code = "identity.key_mistyped"
    title = "The API key is mistyped"


class KeyUnknown(Unauthorised):
    code = "identity.key_unknown"
    title = "There is no such API key"


class KeyRevoked(Unauthorised):
    code = "identity.key_revoked"
    title = "The API key was revoked"


class KeyExpired(Unauthorised):
    code = "identity.key_expired"
    title = "The API key has expired"


class KeyCreatorInactive(Unauthorised):
    code = "identity.key_creator_inactive"
    title = "Whoever created the API key is no longer active"


class KeyCreatorUnprotected(Unauthorised):
    code = "identity.key_creator_unprotected"
    title = "Whoever created the API key has no second factor, which the organisation requires"


class KeyAddressRefused(Forbidden):
    code = "identity.key_address_refused"
    title = "The API key may not be used from this address"


class KeyOriginRefused(Forbidden):
    code = "identity.key_origin_refused"
    title = "The API key may not be used on this site"


class KeyPublishable(Forbidden):
    code = "identity.key_publishable"
    title = "A publishable key only sends events"


class KeyNotPublishable(Unauthorised):
    code = "identity.key_not_publishable"
    title = "Only a publishable key belongs here"


class KeyNotFound(NotFound):
    code = "identity.key_not_found"
    title = "API key not found"


class TooManyKeys(Conflict):
    code = "identity.too_many_keys"
    title = "The organisation has as many API keys as it may have"


class SignatureMalformed(Unauthorised):
    code = "identity.signature_malformed"
    title = "The signature headers are not complete"


class SignatureExpired(Unauthorised):
    code = "identity.signature_expired"
    title = "The signature is too old or from the future"


class SignatureWrong(Unauthorised):
    code = "identity.signature_wrong"
    title = "The signature does not fit the request"


class SignatureReplayed(Unauthorised):
    code = "identity.signature_replayed"
    title = "The request was sent before"


class SignatureBodyUnsigned(Unauthorised):
    code = "identity.signature_body_unsigned"
    title = "The body is not part of the signature"


class SignatureBodyChanged(Unauthorised):
    code = "identity.signature_body_changed"
    title = "The body is not the one that was signed"
