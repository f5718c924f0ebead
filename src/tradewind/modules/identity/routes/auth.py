"""Sign-up, sign-in, tokens, mailed links."""

from typing import Any

from fastapi import APIRouter, Request, Response, status

from tradewind.kernel.access import Session, public, signed_in
from tradewind.kernel.errors import AppError
from tradewind.kernel.jobs import enqueue
from tradewind.kernel.limits import hit, rate_limit
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
    RefreshRequest,
    ResetPassword,
    SignedIn,
    SignUp,
    TokenPair,
    VerifyEmail,
)
from tradewind.modules.identity.service import accounts, addresses, invitations, sessions

router = APIRouter(prefix="/auth", tags=["Sign-in"])


@router.post(
    "/sign-up",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public("new users have no account yet"), rate_limit("sign-up", "30/hour")],
)
async def sign_up(session: Session, request: Request, response: Response, payload: SignUp) -> SignedIn:
    """Create a user and their organisation, and sign in. The address is proven later by a mailed link."""
    actor = await accounts.sign_up(
        session,
        name=payload.name,
        email=payload.email,
        password=payload.password,
        organisation_name=payload.organisation_name,
    )
    assert actor.user_id is not None
    tokens = await sessions.start(
        session, actor.user_id, organisation_id=actor.organisation_id, user_agent=user_agent(request)
    )
    set_session(request, response, tokens)
    return SignedIn.of(tokens)


@router.post("/login", dependencies=[public("sign-in"), rate_limit("login", "30/minute")])
async def log_in(session: Session, request: Request, response: Response, payload: LogIn) -> SignedIn:
    """Sign in with cookies, for browsers."""
    tokens = await sessions.log_in(
        session, email=payload.email, password=payload.password, user_agent=user_agent(request)
    )
    if isinstance(tokens, AppError):
        return _refusal(request, tokens)
    set_session(request, response, tokens)
    return SignedIn.of(tokens)


@router.post("/token", dependencies=[public("sign-in of programs"), rate_limit("login", "30/minute")])
async def create_token(session: Session, request: Request, response: Response, payload: LogIn) -> TokenPair:
    """Sign in with tokens, for programs."""
    tokens = await sessions.log_in(
        session, email=payload.email, password=payload.password, user_agent=user_agent(request)
    )
    if isinstance(tokens, AppError):
        return _refusal(request, tokens)
    response.headers["Cache-Control"] = "no-store"
    return TokenPair.of(tokens)


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
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public("ends the session of the presented token")],
)
async def log_out(
    session: Session, request: Request, response: Response, payload: RefreshRequest | None = None
) -> None:
    """End the session of the refresh token (body or cookie), or of the access token."""
    token = refresh_cookie(request) if payload is None else payload.refresh_token
    await sessions.log_out(session, token)
    clear_session(response)


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
    dependencies=[public("the mailed link is the credential"), rate_limit("mailed-link", "30/minute")],
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
    dependencies=[public("the mailed link is the credential"), rate_limit("mailed-link", "30/minute")],
)
async def accept_invitation(
    session: Session, request: Request, response: Response, payload: AcceptInvitation
) -> SignedIn:
    """Join the organisation and sign in."""
    joined = await invitations.accept(session, token=payload.token, password=payload.password, name=payload.name)
    if isinstance(joined, AppError):
        return _refusal(request, joined)
    user_id, organisation_id = joined
    tokens = await sessions.start(session, user_id, organisation_id=organisation_id, user_agent=user_agent(request))
    set_session(request, response, tokens)
    return SignedIn.of(tokens)


def _refusal(request: Request, failure: AppError) -> Any:
    return refused(request, failure)
