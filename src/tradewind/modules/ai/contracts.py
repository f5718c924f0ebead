"""Models as other modules see them: what to ask for, and what comes back."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel

from tradewind.modules.ai.injection import Finding
from tradewind.modules.ai.personal_data import PERSONAL_KINDS, Known, PersonalKind

Capability = Literal["text", "embedding", "speech_to_text", "text_to_speech", "image", "video"]
CAPABILITIES: tuple[Capability, ...] = ("text", "embedding", "speech_to_text", "text_to_speech", "image", "video")
Task = Literal["answer", "summarise", "classify", "draft", "extract", "agent"]
TASKS: tuple[Task, ...] = ("answer", "summarise", "classify", "draft", "extract", "agent")
Finish = Literal["stop", "length", "filtered"]


class TopicRule(Protocol):
    """A topic texts keep to (`allow`) or keep away from (`deny`): known by words, and by examples of like meaning."""

    @property
    def name(self) -> str: ...
    @property
    def rule(self) -> Literal["deny", "allow"]: ...
    @property
    def keywords(self) -> Sequence[str]: ...
    @property
    def examples(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """Text that nobody vouches for (a passage, a page, a visitor's file): given to the model as data, never as orders.

    `id` is what the model names when it cites. Answers may link to the addresses in it where it is a `source`; what a
    visitor asks is none.
    """

    id: str
    text: str
    title: str = ""
    url: str | None = None
    source: bool = True


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """Texts for a model. `material` holds the values that are not trusted; the texts name them by their ids."""

    instructions: str
    message: str
    material: tuple[Material, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may have done on its way to an answer.

    `run` gets the checked arguments and returns what the model reads. What it raises ends the whole call, so that
    an expected failure is better returned as text.
    """

    name: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Any], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRequest:
    """What a text model is asked.

    `feature` names who asks, for usage and budgets: `knowledge.answer`. With `output`, the answer is an instance of
    it. `known` says of whom the texts speak, so that their names do not reach the provider.
    """

    feature: str
    instructions: str
    messages: tuple[Message, ...]
    material: tuple[Material, ...] = ()
    output: type[BaseModel] | None = None
    tools: tuple[Tool, ...] = ()
    max_output_tokens: int = 1024
    temperature: float | None = None
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a call used. `cached` is the part of `input` that the provider had read before; 0 where not told."""

    input: int = 0
    output: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Switch:
    """A model that failed and was replaced by the next of its route, after `characters` of the answer were given."""

    model: str
    reason: str
    characters: int = 0


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of an answer. `switched` marks the first piece by a model that took over from another."""

    text: str
    switched: bool = False


@dataclass(frozen=True, slots=True)
class OutputSoFar:
    """What a typed answer holds so far, as JSON, each time one of its objects is complete; its form is not checked.

    A model that takes over from another begins anew, and so may one that is asked to put its answer right.
    """

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TextResult:
    """A whole answer. `cost_microusd` is None where the price of the model is not known.

    `findings` say what had to be removed from it: secrets, addresses of foreign hosts, pictures from elsewhere.
    """

    text: str
    model: str
    connection_id: UUID
    tokens: Tokens
    latency_ms: int
    output: Any = None
    finish: Finish = "stop"
    first_token_ms: int | None = None
    cost_microusd: int | None = None
    switches: tuple[Switch, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What somebody said a model costs, in micro-USD: per million tokens in and out, and per call."""

    input: int | None = None
    output: int | None = None
    call: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything was said."""
        return (self.input, self.output, self.call) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One model of a route with all that calling it needs; the key stays sealed until then."""

    connection_id: UUID
    connection_version: int
    provider: str
    model: str
    settings: dict[str, Any] = field(default_factory=dict, repr=False)
    key_sealed: str | None = field(default=None, repr=False)
    context_tokens: int | None = None
    price: Price = Price()
    timeout_seconds: float = 60
    first_token_seconds: float = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRoute:
    """The models to try, in order, for one capability, task and character of an organisation.

    `budgeted` says whether money must be set aside before a call, `redacted` which personal data does not leave,
    `phone_region` the country of telephone numbers without a country code.
    `database` keeps usage, in transactions of its own.
    """

    organisation_id: UUID
    capability: Capability
    steps: tuple[Step, ...]
    task: Task | None = None
    character_id: UUID | None = None
    budgeted: bool = False
    redacted: tuple[PersonalKind, ...] = PERSONAL_KINDS
    phone_region: str | None = None
    database: Any = field(default=None, repr=False, compare=False)

    @property
    def model(self) -> str:
        """The model that is asked first."""
        return self.steps[0].model


TextRoute = ModelRoute


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound with its media type, e.g. `audio/wav`."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, and in which language where the model tells."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """An image with its media type."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ModelsReport:
    """What is connected in the whole installation; `failing` are labels of connections whose last test failed."""

    connections: int
    models: int
    failing: tuple[str, ...]
