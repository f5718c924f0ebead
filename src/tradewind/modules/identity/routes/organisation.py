"""The organisation, its members, invitations and first steps."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response, status

from tradewind.kernel.access import Session, requires
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import etag
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.onboarding import steps
from tradewind.kernel.routing import Router
from tradewind.modules.identity.models import Invitation, Organisation
from tradewind.modules.identity.schemas.organisation import (
    InvitationCreate,
    InvitationList,
    InvitationRead,
    MemberList,
    MemberRead,
    MemberUpdate,
    Onboarding,
    OnboardingStep,
    OrganisationRead,
    OrganisationUpdate,
)
from tradewind.modules.identity.service import invitations, members, organisations

router = Router(tags=["Organisation"])


@router.get("/organisation", dependencies=[requires("organisation:read")])
async def read_organisation(session: Session, response: Response) -> OrganisationRead:
    """The organisation one works in."""
    return _organisation(await organisations.current(session), response)


@router.patch("/organisation", dependencies=[requires("organisation:write")])
async def update_organisation(
    session: Session,
    response: Response,
    payload: OrganisationUpdate,
    if_match: Annotated[str | None, Header()] = None,
) -> OrganisationRead:
    """Rename the organisation, change its time zone, currency or settings."""
    found = await organisations.change(
        session,
        if_match=if_match,
        name=payload.name,
        time_zone=payload.time_zone,
        currency=payload.currency,
        settings=payload.settings,
    )
    return _organisation(found, response)


@router.get("/members", dependencies=[requires("members:read")])
async def list_members(session: Session) -> MemberList:
    """Everyone in the organisation, by name; deactivated members too."""
    return MemberList(
        items=[
            MemberRead(
                id=row.id,
                name=row.name,
                email=row.email,
                email_verified=row.email_verified_at is not None,
                role=row.role,
                active=row.active,
                joined_at=row.created_at,
            )
            for row in await members.listed(session)
        ]
    )


@router.patch("/members/{member_id}", dependencies=[requires("members:write", step_up=True)])
async def update_member(session: Session, member_id: UUID, payload: MemberUpdate) -> MemberRead:
    """Change a role, deactivate or reactivate. The last admin stays one."""
    await members.change(session, member_id, role=payload.role, active=payload.active)
    return next(row for row in (await list_members(session)).items if row.id == member_id)


@router.delete(
    "/members/{member_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[requires("members:write", step_up=True)],
)
async def remove_member(session: Session, member_id: UUID) -> None:
    """Take someone out of the organisation. The last admin stays."""
    await members.remove(session, member_id)


@router.get("/invitations", dependencies=[requires("members:read")])
async def list_invitations(session: Session) -> InvitationList:
    """Open invitations, newest first."""
    return InvitationList(items=[_invitation(row) for row in await invitations.listed(session)])


@router.post(
    "/invitations",
    status_code=status.HTTP_201_CREATED,
    dependencies=[requires("members:write"), rate_limit("invitations", "60/hour", key="actor")],
)
async def create_invitation(session: Session, payload: InvitationCreate) -> InvitationRead:
    """Invite someone by mail."""
    return _invitation(await invitations.invite(session, email=payload.email, role=payload.role))


@router.delete(
    "/invitations/{invitation_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[requires("members:write")],
)
async def withdraw_invitation(session: Session, invitation_id: UUID) -> None:
    """Make an invitation worthless."""
    await invitations.withdraw(session, invitation_id)


@router.get("/onboarding", dependencies=[requires("organisation:read")])
async def read_onboarding(session: Session) -> Onboarding:
    """The first steps; what is done is found out from the facts."""
    found = [
        OnboardingStep(
            key=step.key,
            title=step.title,
            description=step.description,
            link=step.link,
            done=await step.check(session),
        )
        for step in steps()
    ]
    return Onboarding(steps=found, done=sum(step.done for step in found), total=len(found))


def _organisation(row: Organisation, response: Response) -> OrganisationRead:
    response.headers["ETag"] = etag(row.version)
    return OrganisationRead.model_validate(row, from_attributes=True)


def _invitation(row: Invitation) -> InvitationRead:
    return InvitationRead(
        id=row.id,
        email=row.email,
        role=row.role,
        invited_by_name=row.invited_by_name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        expired=row.expires_at <= now(),
    )
