"""Who is calling at the endpoint of assistants: tokens granted for it, and API keys. Nothing else counts there.

Sessions and cookies do not: what a browser sends by itself must not act as an assistant, and a token for the API
must not be replayed here (RFC 8707). The rest of the API in turn refuses tokens that were granted for this endpoint.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from starlette.requests import Request

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import Unauthorised
from tradewind.modules.identity.authenticator import KEY_HEADER, SessionAuthenticator, session_states
from tradewind.modules.identity.errors import InvalidToken, SecondFactorRequired
from tradewind.modules.identity.repository import factors, roles
from tradewind.modules.identity.repository import oauth as repository
from tradewind.modules.identity.service import access_tokens, oauth_tokens
from tradewind.modules.identity.service.acting import as_user
from tradewind.modules.identity.service.key_format import looks_like_key
from tradewind.modules.identity.service.oauth_scopes import permissions_within
from tradewind.modules.identity.service.signing_keys import key_ring
from tradewind.settings import Settings

RESOURCE_PATH = "/mcp"
_TOUCH_EVERY = timedelta(minutes=5)


def resource_of(settings: Settings) -> str:
    """The audience of tokens that assistants get: the address of their endpoint."""
    return f"{settings.base_url}{RESOURCE_PATH}"


class EndpointAuthenticator(SessionAuthenticator):
    """The authenticator of the whole application; the endpoint of assistants takes only what is meant for it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__(database)
        self._issuer = settings.base_url
        self._resource = resource_of(settings)

    async def authenticate_request(self, request: Request) -> Actor:
        """As for sessions; at the endpoint of assistants only API keys and tokens granted for it.

        Raises Unauthorised, and Forbidden where a key is not meant for this.
        """
        if request.url.path.rstrip("/") != RESOURCE_PATH:
            return await super().authenticate_request(request)
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        token = credentials.strip() if scheme.lower() == "bearer" else None
        if KEY_HEADER in request.headers or (token is not None and looks_like_key(token)):
            return await super().authenticate_request(request)
        request_id = getattr(request.state, "request_id", None)
        ip = request.client.host if request.client else None
        if token is None:
            return Actor.anonymous(request_id=request_id, ip=ip)
        claims = await self.granted(token)
        key = (claims.grant_id, claims.organisation_id)
        actor = await session_states.get(key, partial(self._read_grant, claims))
        if actor is None:
            raise InvalidToken("This assistant was disconnected; connect it again.", code="identity.assistant_ended")
        if actor.barrier is not None:
            raise InvalidToken(
                "The organisation requires a second factor. Add one to your account, and the assistant works again.",
                code="identity.assistant_unprotected",
            )
        return replace(actor, request_id=request_id, ip=ip)

    async def granted(self, token: str) -> oauth_tokens.Claims:
        """What an assistant's access token says, whether or not its grant still lives. Raises Unauthorised."""
        kid = access_tokens.key_id(token)
        key = key_ring.known_public_key(kid)
        if key is None and key_ring.may_ask(kid):
            async with self._database.transaction(Actor.system()) as session:
                key = await key_ring.public_key(session, kid)
        if key is None:
            raise InvalidToken("The token is signed with a key that is not ours.")
        return oauth_tokens.verify(token, key, issuer=self._issuer, resource=self._resource)

    async def _read_grant(self, claims: oauth_tokens.Claims) -> Actor | None:
        person = as_user(claims.user_id, claims.organisation_id)
        async with self._database.transaction(person) as session:
            found = await repository.live_grant(session, claims.grant_id)
            if found is None:
                return None
            unprotected = await factors.unprotected(session, [claims.user_id])
            await repository.touch(session, claims.grant_id, _TOUCH_EVERY)
            held, visible_owners = await roles.standing_of(session, claims.organisation_id, claims.user_id)
        return Actor(
            kind="user",
            organisation_id=claims.organisation_id,
            user_id=claims.user_id,
            role=found.role,
            permissions=permissions_within(found.scopes, held),
            barrier=SecondFactorRequired if unprotected else None,
            visible_owners=visible_owners,
            # Audit and timelines show both: who answers for it, and what acted.
            name=f"{found.user_name} via {found.client_name}",
        )


async def claims_of_access_token(authenticator: object, token: str) -> oauth_tokens.Claims | None:
    """What a token says that may be an access token of an assistant, else None."""
    if not isinstance(authenticator, EndpointAuthenticator):
        return None
    try:
        return await authenticator.granted(token)
    except Unauthorised:
        return None
