"""HTTP shapes of prompts; the content's are also how versions are stored."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, JsonObject, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.contracts import Task

NO_NUL = r"^[^\x00]*$"
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=NO_NUL)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NUL)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=NO_NUL)]
VariableType = Literal["text", "number", "boolean", "choice", "list"]
Origin = Literal["product", "changed", "own"]


class Variable(Schema):
    """Something filled in when the prompt is used. Text that is not `trusted` reaches the model as data."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    type: VariableType = "text"
    description: Note = ""
    required: Flag = True
    trusted: Flag = Field(
        default=True, description="False for text of strangers: it stands apart, fenced, and is never an instruction."
    )
    options: Annotated[list[Words], Field(max_length=50)] = Field(
        default_factory=list, description="What a choice can be."
    )


class PromptContent(Schema):
    """What a version says. `{{name}}` stands for the value of a variable, `\\{{` for the braces themselves."""

    model_config = ConfigDict(extra="forbid")

    instructions: Annotated[Text, StringConstraints(min_length=1)]
    message: Text = ""
    variables: Annotated[list[Variable], Field(max_length=30)] = Field(default_factory=list)


class Contains(Schema):
    """The answer has this text in it, in any case of letters."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["contains"]
    text: Words


class NotContains(Schema):
    """The answer does not have this text in it, in no case of letters."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["not_contains"]
    text: Words


class MaxLength(Schema):
    """The answer has so many characters at most."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["max_length"]
    characters: Annotated[Whole, Field(ge=1, le=100_000)]


class MatchesSchema(Schema):
    """The answer is JSON that fits a JSON Schema (without references and patterns)."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["matches_schema"]
    json_schema: JsonObject


Expectation = Annotated[Contains | NotContains | MaxLength | MatchesSchema, Field(discriminator="kind")]


class PromptTestWrite(Schema):
    """A test: values for the variables, and what the answer must be like."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    inputs: JsonObject = Field(default_factory=dict)
    expectations: Annotated[list[Expectation], Field(min_length=1, max_length=10)]


class PromptTestRead(Schema):
    """A test; those that came with the product have no id."""

    id: UUID | None
    name: str
    inputs: dict[str, Any]
    expectations: list[Expectation]


class PromptCreate(Schema):
    """A prompt of one's own, with its first version, which is a draft."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    name: Name
    description: Note = ""
    task: Task = Field(default="draft", description="Decides which model is asked.")
    content: PromptContent


class PromptUpdate(Schema):
    """Another name, description or task for a prompt of one's own."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: Note | None = None
    task: Task | None = None


class VersionCreate(Schema):
    """A new version, kept as a draft until it is published."""

    model_config = ConfigDict(extra="forbid")

    content: PromptContent
    note: Note = ""


class PublishedWrite(Schema):
    """The version to use from now on; 0 is the product's own."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[Whole, Field(ge=0, le=1_000_000)]


class VersionSummary(Schema):
    """A version without its content."""

    number: int
    note: str
    created_by_name: str
    created_at: datetime | None


class VersionRead(VersionSummary):
    """A version with its content."""

    content: PromptContent


class ResultRead(Schema):
    """How one test went; `failures` say what was expected and did not come."""

    name: str
    passed: bool
    failures: list[str]
    answer: str
    model: str
    latency_ms: int | None
    cost_microusd: int | None


class RunRead(Schema):
    """All tests of a prompt, run with one version."""

    number: int
    model: str
    passed: int
    failed: int
    results: list[ResultRead]
    run_by_name: str
    created_at: datetime


class PromptSummary(Schema):
    """A prompt in the list. `published` is null while only drafts exist."""

    key: str
    name: str
    description: str
    task: Task
    origin: Origin
    published: int | None
    latest: int
    tests: int
    last_run: tuple[int, int] | None = Field(description="Tests passed and failed in the last run")
    updated_at: datetime | None


class PromptList(Schema):
    """All prompts, by key."""

    items: list[PromptSummary]


class PromptRead(PromptSummary):
    """A prompt with its versions, newest first, its tests, and the last run of these."""

    version: int
    versions: list[VersionSummary]
    content: PromptContent = Field(description="Of the newest version")
    all_tests: list[PromptTestRead]
    run: RunRead | None


class PromptPreviewRequest(Schema):
    """What a content becomes with these values. Nothing is stored, no model is asked."""

    model_config = ConfigDict(extra="forbid")

    content: PromptContent
    values: JsonObject = Field(default_factory=dict)


class MaterialRead(Schema):
    """Text of strangers, as it goes to the model: fenced, as data."""

    name: str
    text: str


class PromptPreviewRead(Schema):
    """The texts that a model would get."""

    instructions: str
    message: str
    material: list[MaterialRead]


class RunRequest(Schema):
    """Which version to test, and with which of the connected models; by default the one of the prompt's task."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[Whole, Field(ge=0, le=1_000_000)]
    model_id: UUID | None = None
