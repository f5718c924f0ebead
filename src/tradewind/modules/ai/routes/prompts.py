"""HTTP of the prompt library."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.ai.schemas_prompts import (
    PromptCreate,
    PromptList,
    PromptPreviewRead,
    PromptPreviewRequest,
    PromptRead,
    PromptTestWrite,
    PromptUpdate,
    PublishedWrite,
    RunRead,
    RunRequest,
    VersionCreate,
    VersionRead,
)
from tradewind.modules.ai.service import prompt_runs, prompts

router = Router(prefix="/ai", tags=["Prompts"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ, WRITE = requires("ai:read"), requires("ai:write")


@router.get("/prompts", dependencies=[READ])
async def list_prompts(session: Session) -> PromptList:
    """The prompts of the product and of the organisation."""
    return PromptList(items=await prompts.listed(session))


@router.post("/prompts", status_code=201, dependencies=[WRITE])
async def create_prompt(session: Session, response: Response, data: PromptCreate) -> PromptRead:
    """Add a prompt of your own; its first version is a draft."""
    return tagged(response, await prompts.create(session, data))


@router.post("/prompt-previews", dependencies=[READ])
async def preview_prompt(data: PromptPreviewRequest) -> PromptPreviewRead:
    """What a content becomes with values, as a model would get it. Nothing is stored, no model is asked."""
    return prompts.preview(data.content, data.values)


@router.get("/prompts/{key}", dependencies=[READ])
async def read_prompt(session: Session, response: Response, key: str) -> PromptRead:
    """A prompt with its newest content, its versions, its tests, and how these went last."""
    return tagged(response, await prompts.read(session, key))


@router.patch("/prompts/{key}", dependencies=[WRITE])
async def update_prompt(
    session: Session, response: Response, key: str, data: PromptUpdate, if_match: IfMatch = None
) -> PromptRead:
    """Rename a prompt of your own, or use another task's models for it."""
    return tagged(response, await prompts.update(session, key, data, if_match=if_match))


@router.delete("/prompts/{key}", status_code=204, dependencies=[WRITE])
async def delete_prompt(session: Session, key: str, if_match: IfMatch = None) -> None:
    """Remove a prompt with all its versions; a prompt of the product is then as it was shipped."""
    await prompts.delete(session, key, if_match=if_match)


@router.get("/prompts/{key}/versions/{number:int}", dependencies=[READ])
async def read_prompt_version(session: Session, key: str, number: int) -> VersionRead:
    """One version with its content; 0 is the product's own."""
    return await prompts.read_version(session, key, number)


@router.post("/prompts/{key}/versions", status_code=201, dependencies=[WRITE])
async def save_prompt_version(
    session: Session, response: Response, key: str, data: VersionCreate, if_match: IfMatch = None
) -> PromptRead:
    """Keep a content as a new version. It is a draft until it is published."""
    return tagged(response, await prompts.save_version(session, key, data, if_match=if_match))


@router.put("/prompts/{key}/published", dependencies=[WRITE])
async def publish_prompt(
    session: Session, response: Response, key: str, data: PublishedWrite, if_match: IfMatch = None
) -> PromptRead:
    """Use a version from now on: a new one, an older one again, or the product's own (0)."""
    return tagged(response, await prompts.publish(session, key, data.number, if_match=if_match))


@router.post("/prompts/{key}/tests", status_code=201, dependencies=[WRITE])
async def add_prompt_test(session: Session, response: Response, key: str, data: PromptTestWrite) -> PromptRead:
    """Add a test: values for the variables, and what the answer must be like."""
    return tagged(response, await prompts.add_test(session, key, data))


@router.put("/prompts/{key}/tests/{test_id:uuid}", dependencies=[WRITE])
async def change_prompt_test(
    session: Session, response: Response, key: str, test_id: UUID, data: PromptTestWrite
) -> PromptRead:
    """Replace a test."""
    return tagged(response, await prompts.change_test(session, key, test_id, data))


@router.delete("/prompts/{key}/tests/{test_id:uuid}", status_code=204, dependencies=[WRITE])
async def delete_prompt_test(session: Session, key: str, test_id: UUID) -> None:
    """Remove a test."""
    await prompts.delete_test(session, key, test_id)


@router.post("/prompts/{key}/runs", status_code=201, dependencies=[WRITE])
async def run_prompt_tests(request: Request, actor: CurrentActor, key: str, data: RunRequest) -> RunRead:
    """Run all tests of a prompt with one of its versions. 409 where no model is connected."""
    return await prompt_runs.run(request.app.state.database, actor, key, data)
