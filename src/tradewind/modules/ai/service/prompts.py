"""The prompt library: versions that never change, one of them published; the product's own prompts as version 0."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import repository_prompts as repository
from tradewind.modules.ai import templates
from tradewind.modules.ai.contracts import RenderedPrompt, Task
from tradewind.modules.ai.default_prompts import DefaultPrompt, default_prompts
from tradewind.modules.ai.errors_prompts import (
    PromptInvalid,
    PromptKeyTaken,
    PromptLimitReached,
    PromptNotFound,
    PromptTestNotFound,
    PromptVersionNotFound,
)
from tradewind.modules.ai.models_prompts import Prompt, PromptRun, PromptTest, PromptVersion
from tradewind.modules.ai.schemas_prompts import (
    MaterialRead,
    Origin,
    PromptContent,
    PromptCreate,
    PromptPreviewRead,
    PromptRead,
    PromptSummary,
    PromptTestRead,
    PromptTestWrite,
    PromptUpdate,
    ResultRead,
    RunRead,
    VersionCreate,
    VersionRead,
    VersionSummary,
)
from tradewind.modules.ai.service import expectations, variants
from tradewind.modules.identity import api as identity

MAX_PROMPTS = 300
MAX_VERSIONS = 1_000
MAX_TESTS = 20
SHOWN_VERSIONS = 100


async def rendered(
    session: AsyncSession, key: str, values: Mapping[str, Any], *, subject_id: UUID | None = None
) -> RenderedPrompt:
    """The published version of a prompt with those of the values that it uses.

    While versions of it take turns, `subject_id` (of the answer, the conversation) is given one of them; pass what
    people say of it to `feedback`. Raises PromptNotFound, PromptValuesInvalid.
    """
    row = await repository.prompt(session, key)
    number = row.published if row else None
    if row and subject_id:
        taken = await variants.chosen(session, row.id, subject_id)
        number = number if taken is None else taken
    content = await content_of(session, row, number) if row and number else _default(key).content
    used = {variable.name for variable in content.variables}
    return templates.render(content, {name: value for name, value in values.items() if name in used})


async def listed(session: AsyncSession) -> list[PromptSummary]:
    """All prompts, the product's and the organisation's, by key."""
    rows = {row.key: row for row in await repository.prompts(session)}
    counts = await repository.counts(session)
    found = []
    for key in sorted({*rows, *default_prompts()}):
        row, default = rows.get(key), default_prompts().get(key)
        known = counts[row.id] if row else None
        found.append(
            PromptSummary(
                **_facts(key, row, default),
                tests=(known.tests if known else 0) + (len(default.tests) if default else 0),
                last_run=(known.passed, known.failed) if known and known.passed is not None else None,
            )
        )
    return found


async def read(session: AsyncSession, key: str) -> PromptRead:
    """A prompt with its versions, tests and last run. Raises PromptNotFound."""
    row, default = await repository.prompt(session, key), default_prompts().get(key)
    if row is None and default is None:
        raise PromptNotFound()
    saved = await repository.versions(session, row.id, limit=SHOWN_VERSIONS) if row else []
    summaries = [VersionSummary.model_validate(one, from_attributes=True) for one in saved]
    if default:
        summaries.append(VersionSummary(number=0, note="", created_by_name="", created_at=None))
    content = PromptContent.model_validate(saved[0].content) if saved else cast(DefaultPrompt, default).content
    tests = await all_tests(session, row, default)
    run = await repository.last_run(session, row.id) if row else None
    return PromptRead(
        **_facts(key, row, default),
        tests=len(tests),
        last_run=(run.passed, run.failed) if run else None,
        version=row.version if row else 0,
        versions=summaries,
        content=content,
        all_tests=tests,
        run=shown_run(run) if run else None,
    )


async def read_version(session: AsyncSession, key: str, number: int) -> VersionRead:
    """One version with its content; 0 is the product's. Raises PromptNotFound, PromptVersionNotFound."""
    row, default = await repository.prompt(session, key), default_prompts().get(key)
    if row is None and default is None:
        raise PromptNotFound()
    if number == 0 and default:
        return VersionRead(number=0, note="", created_by_name="", created_at=None, content=default.content)
    found = await repository.version(session, row.id, number) if row else None
    if found is None:
        raise PromptVersionNotFound()
    return VersionRead.model_validate(found, from_attributes=True)


async def create(session: AsyncSession, data: PromptCreate) -> PromptRead:
    """Add a prompt with a first draft. Raises PromptInvalid, PromptKeyTaken, PromptLimitReached."""
    templates.check(data.content)
    if data.key in default_prompts() or await repository.prompt(session, data.key):
        raise PromptKeyTaken(f"“{data.key}” is taken. Open that prompt to change it, or choose another key.")
    if await repository.count_prompts(session) >= MAX_PROMPTS:
        raise PromptLimitReached(f"There are {MAX_PROMPTS} prompts already.")
    row = await _added(session, data.key, data.name, data.description, data.task)
    await identity.record(
        session, action="prompt.created", subject_type="prompt", subject_id=row.id,
        after={"key": row.key, "name": row.name, "task": row.task},
    )  # fmt: skip
    await _add_version(session, row, data.content, "")
    return await read(session, data.key)


async def update(session: AsyncSession, key: str, data: PromptUpdate, *, if_match: str | None) -> PromptRead:
    """Rename a prompt of one's own. Raises PromptNotFound, PromptInvalid, PreconditionFailed."""
    row = await repository.prompt(session, key, lock=True)
    if key in default_prompts():
        raise PromptInvalid("Name, description and task of the product's prompts stay as they are.")
    if row is None:
        raise PromptNotFound()
    check_version(if_match, row.version, (await read(session, key)).model_dump(mode="json"))
    wanted = data.model_dump(exclude_unset=True, exclude_none=True)
    before = {name: getattr(row, name) for name in wanted}
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    await session.flush()
    await identity.record(
        session, action="prompt.updated", subject_type="prompt", subject_id=row.id, before=before, after=wanted
    )
    return await read(session, key)


async def delete(session: AsyncSession, key: str, *, if_match: str | None) -> None:
    """Remove a prompt with all versions; one of the product is then as it was shipped. Raises PromptNotFound."""
    row = await repository.prompt(session, key, lock=True)
    if row is None:
        raise PromptNotFound()
    check_version(if_match, row.version)
    await session.delete(row)
    await session.flush()
    await identity.record(
        session, action="prompt.deleted", subject_type="prompt", subject_id=row.id,
        before={"key": key, "name": row.name, "published": row.published, "latest": row.latest},
    )  # fmt: skip


async def save_version(session: AsyncSession, key: str, data: VersionCreate, *, if_match: str | None) -> PromptRead:
    """Keep a content as the next version, a draft. The same content as the newest version's adds none.

    Raises PromptInvalid, PromptNotFound, PreconditionFailed, PromptLimitReached.
    """
    templates.check(data.content)
    if key in default_prompts():
        templates.check_kept(data.content, default_prompts()[key].content)
    row = await _changeable(session, key, if_match)
    newest = await content_of(session, row, row.latest) if row.latest or key in default_prompts() else None
    if newest != data.content:
        if row.latest >= MAX_VERSIONS:
            raise PromptLimitReached(f"There are {MAX_VERSIONS} versions already.")
        await _add_version(session, row, data.content, data.note)
    return await read(session, key)


async def publish(session: AsyncSession, key: str, number: int, *, if_match: str | None) -> PromptRead:
    """Use a version from now on, a newer one or an older one; 0 is the product's own.

    Raises PromptNotFound, PromptVersionNotFound, PreconditionFailed.
    """
    await read_version(session, key, number)
    await put_in_use(session, await _changeable(session, key, if_match), number)
    return await read(session, key)


async def put_in_use(session: AsyncSession, row: Prompt, number: int) -> None:
    """Use a version, which is known to exist, of a locked prompt from now on."""
    if row.published == number:
        return
    before, row.published = row.published, number
    row.version += 1
    await session.flush()
    await identity.record(
        session, action="prompt.published", subject_type="prompt", subject_id=row.id,
        before={"published": before}, after={"key": row.key, "published": number},
    )  # fmt: skip


async def add_test(session: AsyncSession, key: str, data: PromptTestWrite) -> PromptRead:
    """Add a test. Raises PromptNotFound, PromptTestInvalid, PromptLimitReached."""
    expectations.check(data.expectations)
    row = await _changeable(session, key, None)
    if len(await repository.tests(session, row.id)) >= MAX_TESTS:
        raise PromptLimitReached(f"A prompt has up to {MAX_TESTS} tests.")
    test = PromptTest(
        id=new_id(), organisation_id=row.organisation_id, prompt_id=row.id, **data.model_dump(mode="json")
    )
    session.add(test)
    await session.flush()
    await identity.record(
        session, action="prompt.test_added", subject_type="prompt", subject_id=row.id,
        after={"key": key, "test": data.name},
    )  # fmt: skip
    return await read(session, key)


async def change_test(session: AsyncSession, key: str, test_id: UUID, data: PromptTestWrite) -> PromptRead:
    """Replace a test. Raises PromptNotFound, PromptTestNotFound, PromptTestInvalid."""
    row, test = await _test(session, key, test_id)
    expectations.check(data.expectations)
    before = {"test": test.name}
    for name, value in data.model_dump(mode="json").items():
        setattr(test, name, value)
    await session.flush()
    await identity.record(
        session, action="prompt.test_changed", subject_type="prompt", subject_id=row.id,
        before=before, after={"key": key, "test": data.name},
    )  # fmt: skip
    return await read(session, key)


async def delete_test(session: AsyncSession, key: str, test_id: UUID) -> None:
    """Remove a test. Raises PromptNotFound, PromptTestNotFound."""
    row, test = await _test(session, key, test_id)
    await session.delete(test)
    await session.flush()
    await identity.record(
        session, action="prompt.test_deleted", subject_type="prompt", subject_id=row.id,
        before={"key": key, "test": test.name},
    )  # fmt: skip


def preview(content: PromptContent, values: Mapping[str, Any]) -> PromptPreviewRead:
    """What a model would get. Raises PromptInvalid, PromptValuesInvalid."""
    templates.check(content)
    made = templates.render(content, values)
    return PromptPreviewRead(
        instructions=made.instructions,
        message=made.message,
        material=[MaterialRead(name=one.id, text=one.text) for one in made.material],
    )


async def content_of(session: AsyncSession, row: Prompt, number: int) -> PromptContent:
    """Content of a version that is known to exist. Raises PromptVersionNotFound."""
    if number == 0:
        return _default(row.key).content
    found = await repository.version(session, row.id, number)
    if found is None:
        raise PromptVersionNotFound()
    return PromptContent.model_validate(found.content)


async def all_tests(session: AsyncSession, row: Prompt | None, default: DefaultPrompt | None) -> list[PromptTestRead]:
    """Tests of the product first, then the organisation's own."""
    own = await repository.tests(session, row.id) if row else []
    return [
        *(PromptTestRead(id=None, **one.model_dump()) for one in (default.tests if default else ())),
        *(PromptTestRead.model_validate(one, from_attributes=True) for one in own),
    ]


async def row_of(session: AsyncSession, key: str) -> Prompt:
    """The row of a prompt; one of the product gets its row when something is first kept for it. Raises PromptNotFound.

    Two who are first at once: the second finds the key taken and gets 409 from the database's rule.
    """
    row = await repository.prompt(session, key, lock=True)
    if row is not None:
        return row
    default = _default(key)
    row = await _added(session, key, default.name, default.description, default.task)
    row.published = 0
    await session.flush()
    return row


def shown_run(run: PromptRun) -> RunRead:
    """A stored run as it is shown."""
    return RunRead(
        number=run.number, model=run.model, passed=run.passed, failed=run.failed,
        results=[ResultRead.model_validate(one) for one in run.results],
        run_by_name=run.run_by_name, created_at=run.created_at,
    )  # fmt: skip


def _default(key: str) -> DefaultPrompt:
    default = default_prompts().get(key)
    if default is None:
        raise PromptNotFound()
    return default


def _facts(key: str, row: Prompt | None, default: DefaultPrompt | None) -> dict[str, Any]:
    origin: Origin = "own"
    if default:
        origin = "changed" if row and row.published else "product"
    named = default or cast(Prompt, row)
    return {
        "key": key, "name": named.name, "description": named.description, "task": cast(Task, named.task),
        "origin": origin, "published": row.published if row else 0, "latest": row.latest if row else 0,
        "updated_at": row.updated_at if row else None,
    }  # fmt: skip


async def _changeable(session: AsyncSession, key: str, if_match: str | None) -> Prompt:
    row = await row_of(session, key)
    # The page of a prompt that has no row yet holds the version 0.
    seen = if_match == '"0"' and row.version == 1 and row.latest == 0
    if not seen:
        check_version(if_match, row.version, (await read(session, key)).model_dump(mode="json"))
    return row


async def _added(session: AsyncSession, key: str, name: str, description: str, task: str) -> Prompt:
    row = Prompt(
        id=new_id(), organisation_id=actor_of(session).organisation_id, version=1, key=key, name=name,
        description=description, task=task, latest=0,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def _add_version(session: AsyncSession, row: Prompt, content: PromptContent, note: str) -> None:
    row.latest += 1
    row.version += row.latest > 1 or row.published is not None
    row.updated_at = now()
    session.add(
        PromptVersion(
            id=new_id(),
            organisation_id=row.organisation_id,
            prompt_id=row.id,
            number=row.latest,
            content=content.model_dump(mode="json"),
            note=note,
            created_by_name=actor_of(session).name,
        )
    )
    await session.flush()
    await identity.record(
        session, action="prompt.version_saved", subject_type="prompt", subject_id=row.id,
        after={"key": row.key, "number": row.latest, "note": note},
    )  # fmt: skip


async def _test(session: AsyncSession, key: str, test_id: UUID) -> tuple[Prompt, PromptTest]:
    row = await repository.prompt(session, key)
    if row is None:
        raise PromptNotFound()
    test = await repository.test(session, row.id, test_id)
    if test is None:
        raise PromptTestNotFound()
    return row, test
