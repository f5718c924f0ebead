"""Sign-up, sign-in, tokens, mailed links."""

from typing import Any

from fastapi import Request, Response, status
from fastapi.responses import JSONResponse

from tradewind.kernel.access import CurrentActor, Session, public, signed_in
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.kernel.jobs import enqueue
from tradewind.kernel.limits import hit, rate_limit
from tradewind.kernel.queueing import in_turn
from tradewind.kernel.routing import Router
from tradewind.modules.identity.errors import SessionEnded
from tradewind.modules.identity.jobs import ResetRequest, request_reset
from tradewind.modules.identity.routes.cookies import (
    clear_session,
    refresh_cookie,
    refused,
    set_session,
    user_agent,
)
from tradewind.modules.identity.schemas.auth import (
    Accepted,
    AcceptInvitation,
    ForgotPassword,
    InvitationOffer,
    InvitationToken,
    LogIn,
    ProviderSignOut,
    RefreshRequest,
    ResetPassword,
    SignedIn,
    SignUp,
    TokenPair,
    VerifyEmail,
)
from tradewind.modules.identity.schemas.factors import (
    FactorNeeded,
    PasskeyChallenge,
    PasskeySignIn,
    SecondFactor,
    StepUp,
)
from tradewind.modules.identity.service import accounts, addresses, invitations, passwords, sessions, sign_in
from tradewind.modules.identity.service import step_up as proofs
from tradewind.modules.identity.service.sessions import Tokens
from tradewind.modules.identity.service.single_sign_on import signing_out
from tradewind.modules.identity.service.single_sign_on.claims import Site

router = Router(prefix="/auth", tags=["Sign-in"])
# What anyone may ask and hashes a password; one more than hash at a time, to talk to the database meanwhile.
_HASHING = in_turn("passwords", at_once=passwords.THREADS + 1, waiting=100)


@router.post(
    "/sign-up",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public("new users have no account yet"), rate_limit("sign-up", "30/hour"), _HASHING],
)
async def sign_up(session: Session, request: Request, response: Response, payload: SignUp) -> SignedIn:
    """Create a user and their organisation, and sign in. The address is proven later by a mailed link."""
    actor = await accounts.sign_up(
        session,
        name=payload.name,
        email=payload.email,
        password=payload.password,
        organisation_name=payload.organisation_name,
        time_zone=payload.time_zone,
    )
    assert actor.user_id is not None
    tokens = await sessions.start(
        session, actor.user_id, organisation_id=actor.organisation_id, user_agent=user_agent(request)
    )
    set_session(request, response, tokens)
    return SignedIn.of(tokens)


_NEEDED: dict[int | str, dict[str, Any]] = {
    202: {"model": FactorNeeded, "description": "The password was right; a second factor is needed"}
}
_LIMIT = rate_limit("login", "30/minute")


@router.post("/login", responses=_NEEDED, dependencies=[public("sign-in"), _LIMIT, _HASHING])
async def log_in(session: Session, request: Request, response: Response, payload: LogIn) -> SignedIn:
    """Sign in with cookies, for browsers. Who has a second factor gets 202 and a challenge instead of a session."""
    found = await sign_in.by_password(
        session, email=payload.email, password=payload.password, user_agent=user_agent(request)
    )
    return _in_cookies(request, response, found)


@router.post("/token", responses=_NEEDED, dependencies=[public("sign-in of programs"), _LIMIT, _HASHING])
async def create_token(session: Session, request: Request, response: Response, payload: LogIn) -> TokenPair:
    """Sign in with tokens, for programs. Who has a second factor gets 202 and a challenge instead of tokens."""
    found = await sign_in.by_password(
        session, email=payload.email, password=payload.password, user_agent=user_agent(request)
    )
    return _as_tokens(request, response, found)


@router.post("/login/second-factor", dependencies=[public("the challenge of the password is the credential"), _LIMIT])
async def finish_log_in(session: Session, request: Request, response: Response, payload: SecondFactor) -> SignedIn:
    """Finish a sign-in with cookies by a second factor. The challenge works once, for five minutes and five tries."""
    found = await sign_in.by_second_factor(
        session, token=payload.challenge, proof=payload.proof(), user_agent=user_agent(request)
    )
    return _in_cookies(request, response, found)


@router.post("/token/second-factor", dependencies=[public("the challenge of the password is the credential"), _LIMIT])
async def finish_token(session: Session, request: Request, response: Response, payload: SecondFactor) -> TokenPair:
    """Finish a sign-in with tokens by a second factor."""
    found = await sign_in.by_second_factor(
        session, token=payload.challenge, proof=payload.proof(), user_agent=user_agent(request)
    )
    return _as_tokens(request, response, found)


@router.post("/passkey/challenge", dependencies=[public("sign-in by passkey"), rate_limit("passkey", "60/minute")])
async def start_passkey(session: Session) -> PasskeyChallenge:
    """What a browser needs to sign in by passkey alone; the same for everybody, no address is asked."""
    challenge, options = await sign_in.start_passkey(session)
    return PasskeyChallenge(challenge=challenge.token, expires_at=challenge.expires_at, options=options)


@router.post("/passkey", dependencies=[public("sign-in by passkey"), _LIMIT])
async def log_in_by_passkey(session: Session, request: Request, response: Response, payload: PasskeySignIn) -> SignedIn:
    """Sign in with cookies by a passkey alone. It verifies its owner, so no second factor is asked."""
    found = await sign_in.by_passkey(
        session, token=payload.challenge, credential=payload.credential.plain(), user_agent=user_agent(request)
    )
    return _in_cookies(request, response, found)


@router.post(
    "/step-up",
    response_model=None,
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[signed_in(enrolling=True), rate_limit("step-up", "30/minute", key="actor")],
)
async def step_up(session: Session, request: Request, payload: StepUp) -> Any:
    """Prove again who you are; for ten minutes the session may then do dangerous things."""
    refusal = await proofs.perform(session, payload.proof(), token=payload.challenge)
    return None if refusal is None else _refusal(request, refusal)


@router.post("/step-up/challenge", dependencies=[signed_in(enrolling=True)])
async def start_step_up(session: Session) -> PasskeyChallenge:
    """What a browser needs to prove by passkey who you are."""
    challenge, options = await proofs.start_passkey(session)
    return PasskeyChallenge(challenge=challenge.token, expires_at=challenge.expires_at, options=options)


@router.post(
    "/refresh",
    dependencies=[public("the refresh token is the credential"), rate_limit("refresh", "240/minute")],
)
async def refresh(
    session: Session, request: Request, response: Response, payload: RefreshRequest | None = None
) -> TokenPair | SignedIn:
    """Trade the refresh token of the body, or of the cookie, for a new pair. Each works once."""
    in_cookie = payload is None
    token = refresh_cookie(request) if payload is None else payload.refresh_token
    if not token:
        raise SessionEnded("Sign in again.")
    tokens = await sessions.refresh(session, token, user_agent=user_agent(request))
    if isinstance(tokens, AppError):
        answer = _refusal(request, tokens)
        if in_cookie:
            clear_session(answer)
        return answer
    if not in_cookie:
        response.headers["Cache-Control"] = "no-store"
        return TokenPair.of(tokens)
    set_session(request, response, tokens)
    return SignedIn.of(tokens)


@router.post(
    "/logout",
    response_model=None,
    status_code=status.HTTP_204_NO_CONTENT,
    responses={200: {"model": ProviderSignOut, "description": "Ended here; the identity provider is told at `url`"}},
    dependencies=[public("ends the session of the presented token")],
)
async def log_out(request: Request, actor: CurrentActor, payload: RefreshRequest | None = None) -> Response:
    """End the session of the refresh token (body or cookie), or of the access token."""
    token = refresh_cookie(request) if payload is None else payload.refresh_token
    database: Database = request.app.state.database
    async with database.transaction(actor) as session:
        ended = await sessions.log_out(session, token)
    url = await signing_out.outward(database, actor, Site.of(request.app.state.settings), ended) if ended else None
    headers = {"Cache-Control": "no-store"}
    answer = JSONResponse({"url": url}, headers=headers) if url else Response(status_code=status.HTTP_204_NO_CONTENT)
    clear_session(answer)
    return answer


@router.post(
    "/password/forgot",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[public("the user cannot sign in"), rate_limit("forgot", "20/hour")],
)
async def forgot_password(session: Session, request: Request, payload: ForgotPassword) -> Accepted:
    """Send a link to set a new password, if the address has an account; the answer is the same without one."""
    _, key = addresses.normalise(payload.email)
    await hit(request, "forgot-address", "5/hour", key)
    await enqueue(session, request_reset, ResetRequest(email=payload.email))
    return Accepted()


@router.post(
    "/password/reset",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public("the mailed link is the credential"), rate_limit("mailed-link", "30/minute"), _HASHING],
)
async def reset_password(session: Session, payload: ResetPassword) -> None:
    """Set a new password by a mailed link. All sessions end."""
    await accounts.reset_password(session, token=payload.token, password=payload.password)


@router.post(
    "/verify-email",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public("the mailed link is the credential"), rate_limit("mailed-link", "30/minute")],
)
async def verify_email(session: Session, payload: VerifyEmail) -> None:
    """Prove an address by a mailed link."""
    await accounts.verify_email(session, payload.token)


@router.post(
    "/verify-email/resend",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[signed_in(), rate_limit("verification-mail", "5/hour", key="actor")],
)
async def resend_verification(session: Session) -> Accepted:
    """Send the link that proves the own address once more; older links stop working."""
    await accounts.request_verification(session)
    return Accepted()


@router.post(
    "/invitations/look-up",
    dependencies=[public("the mailed link is the credential"), rate_limit("mailed-link", "30/minute")],
)
async def look_up_invitation(session: Session, payload: InvitationToken) -> InvitationOffer:
    """What an invitation link offers. A POST, so that the token stays out of logs."""
    offer = await invitations.look_up(session, payload.token)
    return InvitationOffer.model_validate(offer, from_attributes=True)


@router.post(
    "/invitations/accept",
    responses=_NEEDED,
    dependencies=[public("the mailed link is the credential"), rate_limit("mailed-link", "30/minute"), _HASHING],
)
async def accept_invitation(
    session: Session, request: Request, response: Response, payload: AcceptInvitation
) -> SignedIn:
    """Join the organisation and sign in; who has a second factor joins and is then asked for it."""
    joined = await invitations.accept(session, token=payload.token, password=payload.password, name=payload.name)
    if isinstance(joined, AppError):
        return _refusal(request, joined)
    user_id, organisation_id = joined
    found = await sign_in.after_password(
        session, user_id, organisation_id=organisation_id, user_agent=user_agent(request)
    )
    return _in_cookies(request, response, found)


def _in_cookies(request: Request, response: Response, found: Tokens | sign_in.FactorNeeded | AppError) -> Any:
    if isinstance(found, AppError):
        return _refusal(request, found)
    if isinstance(found, sign_in.FactorNeeded):
        return _needed(found)
    set_session(request, response, found)
    return SignedIn.of(found)


def _as_tokens(request: Request, response: Response, found: Tokens | sign_in.FactorNeeded | AppError) -> Any:
    if isinstance(found, AppError):
        return _refusal(request, found)
    if isinstance(found, sign_in.FactorNeeded):
        return _needed(found)
    response.headers["Cache-Control"] = "no-store"
    return TokenPair.of(found)


def _needed(found: sign_in.FactorNeeded) -> JSONResponse:
    body = FactorNeeded.model_validate(
        {
            "challenge": found.token,
            "methods": found.methods,
            "expires_at": found.expires_at,
            "passkey_options": found.options,
        }
    )
    headers = {"Cache-Control": "no-store"}
    return JSONResponse(body.model_dump(mode="json"), status.HTTP_202_ACCEPTED, headers=headers)


def _refusal(request: Request, failure: AppError) -> Any:
    return refused(request, failure)
