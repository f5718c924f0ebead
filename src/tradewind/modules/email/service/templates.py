"""Mail templates as people edit them: drafts, versions, what keeps them from being published."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page
from tradewind.modules.email import people as people_port
from tradewind.modules.email.contracts_rendering import MailProblem
from tradewind.modules.email.errors_templates import (
    MailTemplateArchived,
    MailTemplateInvalid,
    MailTemplateNotFound,
    MailTemplateVersionNotFound,
    TooManyMailTemplates,
)
from tradewind.modules.email.models.templates import MailTemplate, MailTemplateVersion
from tradewind.modules.email.repository import templates as repository
from tradewind.modules.email.schemas.templates import (
    MailEngagementCounts,
    MailProblemRead,
    MailTemplateCreate,
    MailTemplatePublish,
    MailTemplateRead,
    MailTemplateRow,
    MailTemplateUpdate,
    MailTemplateVersionRead,
)
from tradewind.modules.email.service import library, link_checking
from tradewind.modules.email.service.rendering import Ready, dead_links
from tradewind.modules.email.templates.blocks import MailContent
from tradewind.modules.email.templates.checking import problems_of
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy import api as privacy

MAX_TEMPLATES = 500
_USUAL_PURPOSE = "marketing"


async def list_templates(
    session: AsyncSession, *, search: str, archived: bool, cursor: str | None, limit: int
) -> Page[MailTemplateRow]:
    """Templates, the last changed first."""
    rows, following, previous = await repository.page(
        session, search=search, archived=archived, cursor=cursor, limit=limit
    )
    items = [MailTemplateRow(**row) for row in await _rows(session, rows)]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def read_template(session: AsyncSession, template_id: UUID) -> MailTemplateRead:
    """A template with its draft. Raises MailTemplateNotFound."""
    return await _read(session, await require(session, template_id))


async def create_template(session: AsyncSession, data: MailTemplateCreate) -> MailTemplateRead:
    """Add a template as a draft. Raises TooManyMailTemplates, MailTemplateNotFound, LibraryTemplateNotFound."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    if await repository.count(session) >= MAX_TEMPLATES:
        raise TooManyMailTemplates(f"{MAX_TEMPLATES} templates are the most one can keep, archived ones included.")
    content, purpose = data.content or MailContent(), _USUAL_PURPOSE
    if data.library is not None:
        shipped = library.find(data.library)
        content, purpose = shipped.content, shipped.purpose
    elif data.copy_of is not None:
        other = await require(session, data.copy_of)
        content, purpose = MailContent.model_validate(other.draft), other.purpose
    template = MailTemplate(
        id=new_id(), organisation_id=organisation_id, name=data.name, description=data.description,
        purpose=await _known_purpose(session, data.purpose or purpose), draft=content.model_dump(mode="json"),
    )  # fmt: skip
    session.add(template)
    await session.flush()
    await _record(session, "mail_template.created", template, after=_facts(template))
    return await _read(session, template)


async def update_template(
    session: AsyncSession, template_id: UUID, data: MailTemplateUpdate, if_match: str | None
) -> MailTemplateRead:
    """Change a template or its draft. Raises MailTemplateNotFound, MailTemplateArchived, PreconditionFailed."""
    template = await _changeable(session, template_id, if_match)
    before = _facts(template)
    if data.purpose is not None:
        template.purpose = await _known_purpose(session, data.purpose)
    for name in ("name", "description"):
        if (value := getattr(data, name)) is not None:
            setattr(template, name, value)
    if data.draft is not None:
        template.draft = data.draft.model_dump(mode="json")
    await _changed(session, template, before, "mail_template.updated")
    return await _read(session, template)


async def set_archived(
    session: AsyncSession, template_id: UUID, *, archived: bool, if_match: str | None
) -> MailTemplateRead:
    """Put a template away, or bring it back; what was published goes on being sent. Raises MailTemplateNotFound."""
    template = await require(session, template_id, lock=True)
    check_version(if_match, template.version)
    if (template.archived_at is not None) != archived:
        template.archived_at = now() if archived else None
        template.version += 1
        template.updated_at = now()
        await session.flush()
        await _record(session, f"mail_template.{'archived' if archived else 'restored'}", template)
    return await _read(session, template)


async def publish_template(
    session: AsyncSession, template_id: UUID, data: MailTemplatePublish, if_match: str | None
) -> MailTemplateRead:
    """Make the draft the version that is sent from now on.

    Raises MailTemplateInvalid with all errors, MailTemplateNotFound, MailTemplateArchived, PreconditionFailed.
    """
    template = await _changeable(session, template_id, if_match)
    errors = [one for one in await problems(session, template) if one.severity == "error"]
    if errors:
        told: list[FieldError] = [{"field": _place(one), "message": one.text} for one in errors]
        raise MailTemplateInvalid(_summary(errors), errors=told[:100])
    actor = actor_of(session)
    version = MailTemplateVersion(
        id=new_id(), organisation_id=template.organisation_id, template_id=template.id,
        number=await repository.newest_number(session, template.id) + 1, purpose=template.purpose,
        content=template.draft, note=data.note, published_at=now(), published_by=actor.user_id,
        published_by_name=actor.name,
    )  # fmt: skip
    session.add(version)
    await session.flush()
    template.published_version_id = version.id
    template.version += 1
    template.updated_at = now()
    await session.flush()
    await _record(session, "mail_template.published", template, after={"number": version.number, "note": data.note})
    await link_checking.check_later(session, template.id)
    return await _read(session, template)


async def list_versions(session: AsyncSession, template_id: UUID) -> list[MailTemplateVersionRead]:
    """The newest 50 versions. Raises MailTemplateNotFound."""
    template = await require(session, template_id)
    return [
        MailTemplateVersionRead(
            id=one.id, number=one.number, purpose=one.purpose, note=one.note, published_at=one.published_at,
            published_by_name=one.published_by_name, current=one.id == template.published_version_id,
        )
        for one in await repository.versions(session, template_id)
    ]  # fmt: skip


async def restore_version(
    session: AsyncSession, template_id: UUID, number: int, if_match: str | None
) -> MailTemplateRead:
    """Make an old version the draft again. Raises MailTemplateVersionNotFound and what changing raises."""
    template = await _changeable(session, template_id, if_match)
    version = await repository.version_numbered(session, template_id, number)
    if version is None:
        raise MailTemplateVersionNotFound()
    before = _facts(template)
    template.draft = version.content
    await _changed(session, template, before, "mail_template.updated")
    return await _read(session, template)


async def problems(session: AsyncSession, template: MailTemplate) -> list[MailProblem]:
    """What is wrong with a template's draft, errors first."""
    content = MailContent.model_validate(template.draft)
    fields = {field.path for field in await people_port.people().fields(session)}
    dead = await dead_links(session, Ready(content, template.purpose, lenient=True))
    return problems_of(content, purpose=template.purpose, fields=fields, dead=dead)


async def require(session: AsyncSession, template_id: UUID, *, lock: bool = False) -> MailTemplate:
    """A template. Raises MailTemplateNotFound."""
    found = await repository.template(session, template_id, lock=lock)
    if found is None:
        raise MailTemplateNotFound()
    return found


def _summary(errors: Sequence[MailProblem]) -> str:
    """The first error, and how many more there are."""
    more = len(errors) - 1
    return errors[0].text + (f" And {more} more." if more else "")


def shown_problems(found: Sequence[MailProblem]) -> list[MailProblemRead]:
    """Problems as the API shows them."""
    return [
        MailProblemRead(
            rule=one.rule, severity=one.severity, text=one.text, block=one.block, field=one.field, language=one.language
        )
        for one in found
    ]


async def _changeable(session: AsyncSession, template_id: UUID, if_match: str | None) -> MailTemplate:
    template = await require(session, template_id, lock=True)
    check_version(if_match, template.version, _facts(template) | {"version": template.version})
    if template.archived_at is not None:
        raise MailTemplateArchived("Bring it back before changing it.")
    return template


async def _changed(session: AsyncSession, template: MailTemplate, before: dict[str, Any], action: str) -> None:
    after = _facts(template)
    names = [name for name in after if after[name] != before[name]]
    if names:
        template.version += 1
        template.updated_at = now()
        await session.flush()
        # Drafts are saved while people type: that a draft changed is worth a line, its whole text is not.
        told = [name for name in names if name != "draft"]
        await _record(
            session, action, template,
            before={name: before[name] for name in told},
            after={name: after[name] for name in told} | ({"draft": "changed"} if "draft" in names else {}),
        )  # fmt: skip


async def _known_purpose(session: AsyncSession, key: str) -> str:
    known = [one.key for one in await privacy.purposes(session)]
    if key not in known:
        raise MailTemplateInvalid(
            f"There is no purpose “{key}”.",
            errors=[{"field": "purpose", "message": f"is one of {', '.join(known)}"}],
        )
    return key


async def _rows(session: AsyncSession, templates: Sequence[MailTemplate]) -> list[dict[str, Any]]:
    published = [one.published_version_id for one in templates if one.published_version_id]
    versions = await repository.versions_by_id(session, published)
    engagement = await repository.engagement_by_template(session, [one.id for one in templates])
    rows = []
    for one in templates:
        number, published_at, content = (
            versions.get(one.published_version_id, (None, None, None))
            if one.published_version_id
            else (None, None, None)
        )
        languages = one.draft.get("languages", {})
        rows.append(
            {
                **{name: getattr(one, name) for name in ("id", "version", "name", "description", "purpose")},
                "subject": languages.get(one.draft.get("default_language"), {}).get("subject", ""),
                "languages": list(languages),
                "published_number": number,
                "published_at": published_at,
                "published_version_id": one.published_version_id,
                "unpublished_changes": content != one.draft,
                "archived": one.archived_at is not None,
                "engagement": MailEngagementCounts(**engagement.get(one.id, {})),
                "created_at": one.created_at,
                "updated_at": one.updated_at,
            }
        )
    return rows


async def _read(session: AsyncSession, template: MailTemplate) -> MailTemplateRead:
    [row] = await _rows(session, [template])
    draft = MailContent.model_validate(template.draft)
    return MailTemplateRead(**row, draft=draft, problems=shown_problems(await problems(session, template)))


def _place(problem: MailProblem) -> str:
    parts = ("draft", "languages", problem.language, problem.block, problem.field)
    return ".".join(part for part in parts if part)


def _facts(template: MailTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in ("name", "description", "purpose", "draft")}


async def _record(session: AsyncSession, action: str, template: MailTemplate, **facts: Any) -> None:
    await identity.record(session, action=action, subject_type="mail_template", subject_id=template.id, **facts)
