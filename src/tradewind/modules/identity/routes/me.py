"""The signed-in person: profile, password, sessions, organisation switch."""

from uuid import UUID

from fastapi import Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import CurrentActor, Session, signed_in
from tradewind.kernel.database import actor_of
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.identity.errors import SecondFactorRequired
from tradewind.modules.identity.routes.cookies import set_access
from tradewind.modules.identity.schemas.me import (
    MeRead,
    MeUpdate,
    MyOrganisation,
    OrganisationSwitch,
    OrganisationSwitched,
    PasswordChange,
    SessionRead,
    SessionsEnded,
    UserRead,
)
from tradewind.modules.identity.service import accounts, profiles, roles, sessions
from tradewind.modules.identity.service.profiles import Profile

router = Router(prefix="/me", tags=["Me"])


@router.get("", dependencies=[signed_in(enrolling=True)])
async def read_me(session: Session) -> MeRead:
    """Who is signed in, where, and what they may do there."""
    return await _me(session, await profiles.current(session))


@router.patch("", dependencies=[signed_in()])
async def update_me(session: Session, payload: MeUpdate) -> MeRead:
    """Change the own profile."""
    profile = await profiles.change(session, **payload.model_dump(exclude_unset=True))
    return await _me(session, profile)


@router.post("/organisation", dependencies=[signed_in(enrolling=True)])
async def switch_organisation(
    session: Session, request: Request, response: Response, payload: OrganisationSwitch
) -> OrganisationSwitched:
    """Work in another of one's organisations from now on."""
    token, expires_at, _ = await sessions.switch_organisation(session, payload.organisation_id)
    by_token = "authorization" in request.headers
    if not by_token:
        set_access(request, response, token)
    return OrganisationSwitched(
        organisation_id=payload.organisation_id,
        access_expires_at=expires_at,
        access_token=token if by_token else None,
    )


@router.post(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[signed_in(step_up=True), rate_limit("change-password", "10/minute", key="actor")],
)
async def change_password(session: Session, payload: PasswordChange) -> None:
    """Set a new password; other sessions end."""
    await accounts.change_password(session, current=payload.current_password, new=payload.new_password)


@router.get("/sessions", dependencies=[signed_in()])
async def list_sessions(session: Session, actor: CurrentActor) -> list[SessionRead]:
    """Where one is signed in, last used first."""
    return [
        SessionRead(
            id=row.id,
            device=row.device,
            user_agent=row.user_agent,
            ip=row.ip,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            methods=row.methods,
            current=row.id == actor.session_id,
        )
        for row in await sessions.listed(session)
    ]


@router.delete("/sessions", dependencies=[signed_in()])
async def end_other_sessions(session: Session) -> SessionsEnded:
    """Sign out everywhere else."""
    return SessionsEnded(ended=await sessions.revoke_others(session))


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[signed_in()])
async def end_session(session: Session, session_id: UUID) -> None:
    """Sign out on one device."""
    await sessions.revoke(session, session_id)


async def _me(session: AsyncSession, profile: Profile) -> MeRead:
    user, actor = profile.user, actor_of(session)
    role = await roles.find(session, profile.current.role)
    return MeRead(
        user=UserRead(
            id=user.id,
            name=user.name,
            email=user.email,
            email_verified=user.email_verified_at is not None,
            locale=user.locale,
            time_zone=user.time_zone,
            preferences=user.preferences,
        ),
        organisation=MyOrganisation.model_validate(profile.current, from_attributes=True),
        organisations=[MyOrganisation.model_validate(row, from_attributes=True) for row in profile.organisations],
        role=profile.current.role,
        role_label=role.label if role else profile.current.role,
        permissions=sorted(actor.permissions),
        must_add_second_factor=actor.barrier is SecondFactorRequired,
        lead_visibility=role.lead_visibility if role else "own",
    )
