"""HTTP of intents."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.jobs import start_run
from tradewind.kernel.routing import Router
from tradewind.modules.identity import api as identity
from tradewind.modules.intents import repository
from tradewind.modules.intents.contracts import IntentResult
from tradewind.modules.intents.jobs import TrainIntents, train
from tradewind.modules.intents.schemas import (
    ClassifyBatchRequest,
    ClassifyRequest,
    ExampleRead,
    ExamplesAdded,
    ExamplesCreate,
    IntentBatchRead,
    IntentCreate,
    IntentModelDetail,
    IntentModelRead,
    IntentRead,
    IntentResultRead,
    IntentRunStarted,
    IntentSetCreate,
    IntentSetDetail,
    IntentSetRead,
    IntentSetUpdate,
    IntentTemplateRead,
    IntentUpdate,
    NearExampleRead,
    RankedLabel,
    SuggestionAccept,
    SuggestionDismiss,
    SuggestionList,
)
from tradewind.modules.intents.service import classifying, sets, suggestions, training

router = Router(tags=["Intents"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
SetKey = Annotated[
    str, Path(alias="set", pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Key of a set, of your own or shipped")
]
READ, WRITE = [requires("intents:read")], [requires("intents:write")]


@router.get("/intent-templates", dependencies=READ)
async def list_intent_templates() -> list[IntentTemplateRead]:
    """Sets that come with the product; they classify by their key even before you add them."""
    return sets.templates()


@router.get("/intent-sets", dependencies=READ)
async def list_intent_sets(session: Session) -> list[IntentSetRead]:
    """All sets of the organisation."""
    return await sets.every(session)


@router.post("/intent-sets", status_code=201, dependencies=WRITE)
async def create_intent_set(session: Session, data: IntentSetCreate, response: Response) -> IntentSetDetail:
    """Add an empty set, or a copy of one that comes with the product."""
    return tagged(response, await sets.create(session, data))


@router.get("/intent-sets/{set_id:uuid}", dependencies=READ)
async def read_intent_set(session: Session, set_id: UUID, response: Response) -> IntentSetDetail:
    """A set with its intents."""
    return tagged(response, await sets.detail(session, set_id))


@router.patch("/intent-sets/{set_id:uuid}", dependencies=WRITE)
async def update_intent_set(
    session: Session, set_id: UUID, data: IntentSetUpdate, response: Response, if_match: IfMatch = None
) -> IntentSetDetail:
    """Change a set's name, description or the threshold below which texts belong to none of its intents."""
    return tagged(response, await sets.update(session, set_id, data, if_match=if_match))


@router.delete("/intent-sets/{set_id:uuid}", status_code=204, dependencies=WRITE)
async def delete_intent_set(session: Session, set_id: UUID) -> None:
    """Remove a set with its intents, examples and versions."""
    await sets.remove(session, set_id)


@router.post("/intent-sets/{set_id:uuid}/intents", status_code=201, dependencies=WRITE)
async def create_intent(session: Session, set_id: UUID, data: IntentCreate) -> IntentRead:
    """Add an intent to a set."""
    added = await sets.add_intent(session, set_id, data)
    return IntentRead(id=added.id, label=added.label, description=added.description, examples=0, negatives=0)


@router.patch("/intent-sets/{set_id:uuid}/intents/{intent_id:uuid}", dependencies=WRITE)
async def update_intent(session: Session, set_id: UUID, intent_id: UUID, data: IntentUpdate) -> IntentRead:
    """Rename or describe an intent."""
    return await sets.update_intent(session, set_id, intent_id, data)


@router.delete("/intent-sets/{set_id:uuid}/intents/{intent_id:uuid}", status_code=204, dependencies=WRITE)
async def delete_intent(session: Session, set_id: UUID, intent_id: UUID) -> None:
    """Remove an intent with its examples."""
    await sets.remove_intent(session, set_id, intent_id)


@router.get("/intent-sets/{set_id:uuid}/intents/{intent_id:uuid}/examples", dependencies=READ)
async def list_intent_examples(session: Session, set_id: UUID, intent_id: UUID) -> list[ExampleRead]:
    """The newest 1,000 examples of an intent, hard negatives among them."""
    return await sets.examples(session, set_id, intent_id)


@router.post("/intent-sets/{set_id:uuid}/intents/{intent_id:uuid}/examples", status_code=201, dependencies=WRITE)
async def add_intent_examples(session: Session, set_id: UUID, intent_id: UUID, data: ExamplesCreate) -> ExamplesAdded:
    """Add examples; texts the set has already, whatever their intent, stay as they are."""
    return await sets.add_examples(session, set_id, intent_id, data)


@router.delete("/intent-sets/{set_id:uuid}/examples/{example_id:uuid}", status_code=204, dependencies=WRITE)
async def delete_intent_example(session: Session, set_id: UUID, example_id: UUID) -> None:
    """Remove an example."""
    await sets.remove_example(session, set_id, example_id)


@router.post("/intent-sets/{set_id:uuid}/train", status_code=202, dependencies=WRITE)
async def train_intent_set(session: Session, set_id: UUID) -> IntentRunStarted:
    """Learn a new version from the examples. It takes over unless it is clearly worse than the one in use."""
    row = await sets.get(session, set_id, lock=True)
    running = await repository.training_run(session, set_id)
    if running is not None:
        return IntentRunStarted(run_id=running, already_running=True)
    await training.material(session, set_id)
    run_id = await start_run(
        session, train, TrainIntents(set_id=set_id), title=f"Train “{row.name}”", total=100,
        subject=repository.subject(set_id), for_everyone=True,
    )  # fmt: skip
    await identity.record(session, action="intents.training_started", subject_type="intent_set", subject_id=set_id)
    return IntentRunStarted(run_id=run_id, already_running=False)


@router.get("/intent-sets/{set_id:uuid}/models", dependencies=READ)
async def list_intent_models(session: Session, set_id: UUID) -> list[IntentModelRead]:
    """The newest ten versions of a set and the one in use."""
    return await training.versions(session, set_id)


@router.get("/intent-sets/{set_id:uuid}/models/{model_id:uuid}", dependencies=READ)
async def read_intent_model(session: Session, set_id: UUID, model_id: UUID) -> IntentModelDetail:
    """A version's card: figures of each intent, confusions, and what a threshold would do."""
    return await training.card(session, set_id, model_id)


@router.post("/intent-sets/{set_id:uuid}/models/{model_id:uuid}/publish", dependencies=WRITE)
async def publish_intent_model(session: Session, set_id: UUID, model_id: UUID) -> IntentModelRead:
    """Let this version classify: take over, or go back to an earlier one."""
    return await training.publish(session, set_id, model_id)


@router.post("/intents/{set}/classify", dependencies=READ)
async def classify_text(session: Session, key: SetKey, data: ClassifyRequest) -> IntentResultRead:
    """What a text is about: label, probabilities, and the examples next to it."""
    (result,) = await classifying.classify(session, [data.text], key)
    return _result(result)


@router.post("/intents/{set}/classify-batch", dependencies=READ)
async def classify_texts(session: Session, key: SetKey, data: ClassifyBatchRequest) -> IntentBatchRead:
    """What up to 200 texts are about, in their order."""
    return IntentBatchRead(items=[_result(each) for each in await classifying.classify(session, data.texts, key)])


@router.get("/intent-suggestions", dependencies=READ)
async def list_intent_suggestions(
    session: Session, set_id: Annotated[UUID, Query(description="The set they would join")]
) -> SuggestionList:
    """New intents suggested by messages that nobody could answer, grouped by what they mean."""
    return await suggestions.suggest(session, set_id)


@router.post("/intent-suggestions/accept", status_code=201, dependencies=WRITE)
async def accept_intent_suggestion(session: Session, data: SuggestionAccept) -> IntentRead:
    """Make messages examples of an intent: a new one, or one of the set to merge them into."""
    intent_id = await suggestions.accept(session, data)
    detail = await sets.detail(session, data.set_id)
    return next(item for item in detail.items if item.id == intent_id)


@router.post("/intent-suggestions/dismiss", status_code=204, dependencies=WRITE)
async def dismiss_intent_suggestion(session: Session, data: SuggestionDismiss) -> None:
    """Messages that are no intent are not suggested again."""
    await suggestions.dismiss(session, data.message_ids)


def _result(result: IntentResult) -> IntentResultRead:
    fields = asdict(result)
    return IntentResultRead(
        **{key: fields[key] for key in fields if key not in ("ranking", "nearest")},
        ranking=[RankedLabel(label=label, probability=chance) for label, chance in result.ranking],
        nearest=[NearExampleRead.model_validate(near, from_attributes=True) for near in result.nearest],
    )
