"""Everything one turn is decided on: who wrote what, what is known, and what the agent is in the middle of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import ConfigDict

from tradewind.kernel.schemas import Schema
from tradewind.modules.conversations.engine.settings import AgentSettings, Opener

# What the engine itself asks for; everything else that is asked has the key of a question of the flow.
SLOT, NAME, EMAIL, CONFIRM, HAND_OVER = "@slot", "@name", "@email", "@confirm", "@hand_over"


class Booking(Schema):
    """A meeting in the making: what was offered, which time the visitor chose and in which words."""

    model_config = ConfigDict(extra="ignore")

    offered: list[datetime] = []
    zone: str = "UTC"
    chosen: datetime | None = None
    chosen_words: str = ""
    hold_id: UUID | None = None
    meeting_id: UUID | None = None


class Pending(Schema):
    """What the agent is in the middle of; kept with each turn, read by the next one.

    `asked` is the question that waits for an answer, `unknown` how many questions in a row found none, `abuse` how
    many messages were insults.
    """

    model_config = ConfigDict(extra="ignore")

    disclosed: bool = False
    told_language: str = ""
    asked: str | None = None
    run_id: UUID | None = None
    unknown: int = 0
    abuse: int = 0
    name: str | None = None
    email: str | None = None
    booking: Booking | None = None


class Part(Schema):
    """One sentence or fixed text of an answer that is being said.

    `answers` is the question it answers, where several were asked; `data` what it adds to the facts of the message.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Literal["opening", "talk", "source", "claim"]
    text: str
    answers: str = ""
    supports: list[str] = []
    rule: str = ""
    citations: list[dict[str, Any]] = []
    data: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the visitor that is not answered yet, without what people cannot see.

    `file`: it is a file, and its text the file's name.
    """

    id: str
    sequence: int
    text: str
    file: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One of several questions that were asked at once in different languages; `language` is what to answer it in."""

    id: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of the messages to be answered, and why nothing was read from it, or nothing."""

    name: str
    unread: Literal["", "no_text", "unreadable"] = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What was said before, by the visitor (`user`) or by our side (`assistant`)."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a claim may rest on: a passage of the knowledge base, a record of this very visitor, a file they sent."""

    id: str
    text: str
    title: str = ""
    heading: str = ""
    url: str | None = None
    language: str = "en"
    chunk_id: UUID | None = None
    document_id: UUID | None = None
    record: bool = False
    file: bool = False

    @property
    def whole(self) -> str:
        """Title and text, as claims are checked against them."""
        return f"{self.title}\n\n{self.text}"


@dataclass(frozen=True, slots=True)
class Question:
    """The question that the flow asks next, in the flow's words; `options` are the answers to choose from.

    `fixed`: it asks to confirm a guess, or asks again; only the flow has the words for that.
    """

    key: str
    text: str
    options: tuple[str, ...] = ()
    required: bool = False
    fixed: bool = False


QuestionState = Literal["open", "stated", "inferred", "refused", "corrected", "known"]


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the visitor said of themselves, as the reading found it: the value and the words it comes from."""

    field: str
    value: str
    quote: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from the visitor's words without a model.

    `answer` is a yes or no, `slot` the offered time that was chosen; `unclear_slot` if several fit. `insult` is set
    for words against us.
    """

    language: str
    answer: Literal["yes", "no"] | None = None
    slot: datetime | None = None
    unclear_slot: bool = False
    wants_person: bool = False
    wants_no_ai: bool = False
    asks_who: bool = False
    wants_meeting: bool = False
    small_talk: Literal["greeting", "thanks", "goodbye", "identity", "help"] | None = None
    insult: bool = False
    is_question: bool = False
    name: str | None = None
    email: str | None = None
    noted: tuple[Noted, ...] = ()
    refused: tuple[str, ...] = ()
    urgent: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """What the visitor used of the agent: turns in an hour and a day, micro-USD in a day."""

    hour: int = 0
    day: int = 0
    cost_microusd: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a text that speaks against it: which text, a stable code, a sentence, the place."""

    where: str
    code: str
    detail: str
    excerpt: str


class Verdict(Protocol):
    """What checking a claim came to."""

    @property
    def supported(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def detail(self) -> str: ...
    @property
    def quote(self) -> str: ...


Verify = Callable[[str, Sequence[str]], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that proposers and policy see. `sources` by id; `lead_verified`: the visitor proved to be the lead.

    `asked` are the questions where several came in different languages, `said` what of the answer was said already.
    """

    now: datetime
    channel: str
    agent_name: str
    company: str
    settings: AgentSettings
    heard: tuple[Heard, ...]
    reading: Reading
    pending: Pending
    verify: Verify
    history: tuple[Line, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    question: Question | None = None
    questions: Mapping[str, QuestionState] = field(default_factory=dict)
    can_book: bool = False
    lead_verified: bool = False
    used: Used = Used()
    findings: tuple[Finding, ...] = ()
    on_topic: bool = True
    instructions: str = ""
    remembered: str = ""
    opener: Opener | None = None
    propensity: float | None = None
    greeted_with: str | None = None
    asked: tuple[Asked, ...] = ()
    attached: tuple[Attached, ...] = ()
    said: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """All that is to be answered; the name of a file asks nothing."""
        return "\n".join(one.text for one in self.heard if not one.file)

    @property
    def language(self) -> str:
        """What to answer in."""
        return self.reading.language

    @property
    def suspicious(self) -> bool:
        """Whether the visitor's own words look like orders to a model."""
        return any(one.where == "message" for one in self.findings)

    @property
    def name(self) -> str | None:
        """The visitor's name, once said."""
        return self.reading.name or self.pending.name

    @property
    def email(self) -> str | None:
        """The visitor's address, once said."""
        return self.reading.email or self.pending.email
