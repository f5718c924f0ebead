"""HTTP shapes of intents."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from tradewind.kernel.payload import Flag, Ratio
from tradewind.kernel.schemas import Schema

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]


class IntentTemplateRead(Schema):
    """A set that comes with the product."""

    key: str
    name: str
    description: str
    intents: int
    examples: int


class IntentSetCreate(Schema):
    """A set to add: an empty one, or a copy of one that comes with the product (`template`)."""

    key: Key | None = Field(default=None, description="Name for programs; the template's if left out")
    name: Name | None = Field(default=None, description="Name for people; the template's if left out")
    description: Description = ""
    template: Key | None = Field(default=None, examples=["agency"])


class IntentSetUpdate(Schema):
    """What may change of a set."""

    name: Name | None = None
    description: Description | None = None
    threshold: Ratio | None = Field(
        default=None, description="Texts less likely in scope than this belong to none of the intents"
    )


class IntentSetRead(Schema):
    """A set of intents. `changes`: edits that no version has learned yet."""

    id: UUID
    version: int
    key: str
    name: str
    description: str
    threshold: float
    changes: int
    intents: int
    examples: int
    published_version: int | None
    training_run_id: UUID | None
    updated_at: datetime


class IntentRead(Schema):
    """One intent with how many examples it has."""

    id: UUID
    label: str
    description: str
    examples: int
    negatives: int


class IntentSetDetail(IntentSetRead):
    """A set with its intents."""

    items: list[IntentRead]


class IntentCreate(Schema):
    """An intent to add."""

    label: Label = Field(examples=["delivery_time"])
    description: Description = ""


class IntentUpdate(Schema):
    """What may change of an intent."""

    label: Label | None = None
    description: Description | None = None


class ExamplesCreate(Schema):
    """Examples of an intent; `negative` ones sound like it and are about something else altogether."""

    texts: list[Text] = Field(min_length=1, max_length=500)
    negative: Flag = False


class ExampleRead(Schema):
    """One example."""

    id: UUID
    intent_id: UUID
    text: str
    negative: bool


class ExamplesAdded(Schema):
    """How many were new to the set; `repeated` texts were there already and stay as they were."""

    added: int
    repeated: int


class IntentRunStarted(Schema):
    """A training on its way; `already_running`: it was started before, and goes on."""

    run_id: UUID
    already_running: bool


class IntentMetrics(Schema):
    """Measured on folds the model had not seen."""

    accuracy: float
    in_scope_auc: float | None = Field(description="How well strangers are told from what is in scope")
    accepted: float = Field(description="Share of examples accepted at the threshold 0.5")
    refused: float | None = Field(description="Share of strangers refused at the threshold 0.5")


class IntentModelRead(Schema):
    """A trained version."""

    id: UUID
    version: int
    status: Literal["candidate", "published", "archived"]
    reason: str
    intents: int
    examples: int
    metrics: IntentMetrics
    trained_at: datetime
    trained_by: str
    published_at: datetime | None


class LabelFigures(Schema):
    """How one intent fared on held-out examples."""

    label: str
    examples: int
    recall: float
    precision: float | None


class Confusion(Schema):
    """How often one intent was taken for another, with examples."""

    label: str
    predicted: str
    count: int
    texts: list[str]


class ScopePoint(Schema):
    """What a threshold would do: share of examples accepted, of strangers and of hard negatives refused."""

    threshold: float
    accepted: float
    refused: float
    negatives_refused: float | None


class IntentModelDetail(IntentModelRead):
    """A version's card."""

    labels: list[LabelFigures]
    confusions: list[Confusion]
    curve: list[ScopePoint]


class ClassifyRequest(Schema):
    """A text to classify."""

    text: Text


class ClassifyBatchRequest(Schema):
    """Texts to classify, answered in their order."""

    texts: list[Text] = Field(min_length=1, max_length=200)


class NearExampleRead(Schema):
    """An example near the text."""

    text: str
    label: str
    similarity: float


class RankedLabel(Schema):
    """A label and its probability."""

    label: str
    probability: float


class IntentResultRead(Schema):
    """What the text is about; `label` is null where it is probably about none of the intents."""

    label: str | None
    best_label: str
    probability: float
    in_scope_probability: float
    ranking: list[RankedLabel]
    nearest: list[NearExampleRead]
    model_version: int


class IntentBatchRead(Schema):
    """Results in the order of the texts."""

    items: list[IntentResultRead]


class UnansweredRead(Schema):
    """A message nothing could be said to, and how often it came."""

    id: UUID
    text: str
    times: int
    last_at: datetime


class IntentSuggestion(Schema):
    """Messages that belong together. `near_label`: the intent of the set they come closest to."""

    label: str
    times: int
    messages: list[UnansweredRead]
    near_label: str | None
    near_in_scope: float | None


class SuggestionList(Schema):
    """Suggested intents, the most asked first; `single`: messages that stand alone."""

    items: list[IntentSuggestion]
    single: int


class SuggestionAccept(Schema):
    """Make messages examples of an intent: of the one that has this label, or of a new one."""

    set_id: UUID
    label: Label
    message_ids: list[UUID] = Field(min_length=1, max_length=500)


class SuggestionDismiss(Schema):
    """Messages that are no intent."""

    message_ids: list[UUID] = Field(min_length=1, max_length=500)
