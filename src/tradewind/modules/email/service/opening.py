"""From a stored sender to an open adapter: settings, secrets, the domain's key, the servers that may be used."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, SecretStr, ValidationError

from tradewind.kernel.errors import FieldError
from tradewind.kernel.registry import Registry, scan
from tradewind.modules.email.adapters._base import MailAdapter, MailSpec, Surroundings
from tradewind.modules.email.composing import signing
from tradewind.modules.email.composing.letters import Address
from tradewind.modules.email.composing.signing import SigningKey
from tradewind.modules.email.errors import DeliveryInvalid
from tradewind.modules.email.models.delivery import DOMAIN_KEY, SECRETS, EmailDomain, EmailSender
from tradewind.settings import Settings

ADAPTERS: Registry[MailAdapter] = scan(
    "tradewind.modules.email.adapters", MailAdapter, capability_methods={"events": ("events",)}
)


@dataclass(frozen=True, slots=True)
class OpenSender:
    """A sender as it is used: an answer to “from whom, how, signed with what”. `version` tells a changed one."""

    id: UUID
    version: int
    address: Address
    reply_to: str
    bounce_address: str
    adapter: str
    settings: BaseModel
    key: SigningKey | None
    aligned: bool | None
    signs: bool

    @property
    def domain(self) -> str:
        """The domain that mails come from."""
        return self.address.address.rpartition("@")[2].lower()


def spec_of(adapter: str) -> MailSpec:
    """The spec of an adapter. Raises DeliveryInvalid."""
    if adapter not in ADAPTERS:
        raise _invalid("adapter", "There is no such way to send.")
    return ADAPTERS[adapter].spec


def checked_settings(adapter: str, given: dict[str, Any], known: dict[str, str] | None = None) -> BaseModel:
    """Settings as the adapter wants them; secrets that are left out or empty are the `known` ones.

    Raises DeliveryInvalid naming the fields.
    """
    spec = spec_of(adapter)
    kept = {name: value for name, value in (known or {}).items() if name in spec.secrets}
    values = {**kept, **{name: value for name, value in given.items() if name not in spec.secrets or value}}
    if strange := sorted(values.keys() - spec.settings.model_fields.keys()):
        raise _invalid(f"settings.{strange[0]}", "There is no such setting.")
    try:
        return spec.settings.model_validate(values)
    except ValidationError as error:
        errors: list[FieldError] = [
            {"field": ".".join(("settings", *map(str, one["loc"]))), "message": one["msg"]} for one in error.errors()
        ]
        raise DeliveryInvalid("Some settings are missing or wrong.", errors=errors) from error


def store_settings(sender: EmailSender, settings: BaseModel) -> None:
    """Put settings into a sender, secrets sealed."""
    spec = spec_of(sender.adapter)
    plain = settings.model_dump(mode="json", exclude=set(spec.secrets))
    secrets = {name: _opened(getattr(settings, name)) for name in spec.secrets}
    sender.settings = plain
    filled = {name: value for name, value in secrets.items() if value}
    sender.secrets_sealed = SECRETS.seal(sender.id, json.dumps(filled)) if filled else None


def known_secrets(sender: EmailSender) -> dict[str, str]:
    """The stored secrets of a sender, opened; none where they cannot be read any more, so that they are asked for."""
    return json.loads(SECRETS.readable(sender.id, sender.secrets_sealed) or "{}")


def opened(sender: EmailSender, domain: EmailDomain | None) -> OpenSender:
    """A sender with its secrets and the key of its domain.

    Raises DeliveryInvalid if the adapter has changed, or if a secret cannot be read any more.
    """
    if sender.secrets_sealed is not None and SECRETS.readable(sender.id, sender.secrets_sealed) is None:
        raise DeliveryInvalid("Its secrets cannot be read any more. Enter them again.")
    settings = checked_settings(sender.adapter, sender.settings, known_secrets(sender))
    spec = spec_of(sender.adapter)
    key = None
    if domain is not None and spec.signs:
        pem = DOMAIN_KEY.readable(domain.id, domain.private_key_sealed)
        if pem is None:
            raise DeliveryInvalid(f"The signing key of {domain.domain} cannot be read any more. Renew it.")
        key = signing.load(domain.domain, domain.selector, pem)
    aligned = domain.aligned if domain is not None and domain.checked_at is not None else None
    return OpenSender(
        id=sender.id, version=sender.version, address=Address(sender.address, sender.name), reply_to=sender.reply_to,
        bounce_address=sender.bounce_address or sender.address, adapter=sender.adapter, settings=settings, key=key,
        aligned=aligned if sender.adapter != "local" else None, signs=spec.signs,
    )  # fmt: skip


def surroundings(own: Settings) -> Surroundings:
    """What adapters must know of this installation."""
    return Surroundings(own_name=urlsplit(own.base_url).hostname or "localhost", private_servers=own.known_mail_servers)


def adapter_of(sender: OpenSender, own: Settings) -> MailAdapter:
    """The adapter of a sender; use as an async context manager."""
    return ADAPTERS[sender.adapter](sender.settings, surroundings(own))


@asynccontextmanager
async def adapter(name: str, settings: BaseModel, own: Settings) -> AsyncIterator[MailAdapter]:
    """An adapter with these settings, closed afterwards."""
    async with ADAPTERS[name](settings, surroundings(own)) as one:
        yield one


def _opened(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")


def _invalid(field: str, words: str) -> DeliveryInvalid:
    return DeliveryInvalid(words, errors=[{"field": field, "message": words}])
