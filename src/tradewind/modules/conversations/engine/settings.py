"""What an agent is told to be and to do: the settings of its draft and of its published versions."""

import re
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, EmailStr, Field, StringConstraints, model_validator

from tradewind.kernel.payload import storable
from tradewind.kernel.schemas import Schema

# In some language, that something that is no person answers.
_SAYS_IT_IS_NO_PERSON = re.compile(
    r"(?<![A-Za-z])(?:ai|a\.i\.|ki|ia|bot|chatbot|robot|virtual\w*|virtuel\w*|artificial\w*|artificiel\w*|künstlich\w*"
    r"|intelig\w+|automat\w+|automát\w+|assistant\w*|assistent\w*|asistente|assistente|digital\w*|machine|software|sztuczn\w+"
    r"|yapay|umjetn\w+|umělá|tekoäly|konstgjord)(?![A-Za-z])"
    r"|ИИ|бот|робот|автомат|штучн|人工|智能|机器|機械|自動|ボット|인공|봇|ذكاء|روبوت|בינה|बॉट|कृत्रिम",
    re.IGNORECASE,
)
DEFAULT_DISCLOSURE = "I am an AI assistant, not a person. A colleague can take over at any time."
Tone = Literal["friendly", "formal", "brief"]


def _discloses(text: str) -> str:
    if not _SAYS_IT_IS_NO_PERSON.search(text):
        raise ValueError("Say that it is an AI or an automatic assistant: visitors must know that no person answers.")
    return text


def _key(text: str) -> str:
    return text.strip().lower()


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(storable)]
Disclosure = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=8, max_length=400),
    AfterValidator(storable),
    AfterValidator(_discloses),
]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
Keyword = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60), AfterValidator(storable)
]
Example = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300), AfterValidator(storable)
]


class _Part(Schema):
    model_config = ConfigDict(extra="forbid")


class AgentTopic(_Part):
    """What the agent does not talk about (`deny`), or all it talks about (`allow`): words and examples of it."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    rule: Literal["deny", "allow"] = "deny"
    keywords: Annotated[list[Keyword], Field(max_length=50)] = Field(default_factory=list)
    examples: Annotated[list[Example], Field(max_length=20)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_known_by_something(self) -> Self:
        if not self.keywords and not self.examples:
            raise ValueError("Give words or examples to know the topic by.")
        return self


class HandOverRules(_Part):
    """When people come in. A visitor who asks for one always gets one, whatever stands here."""

    after_unknown: Annotated[int, Field(ge=1, le=5)] = Field(
        default=2, description="After so many questions in a row that nothing answers, a person is called."
    )
    when_urgent: bool = Field(default=True, description="Call a person as soon as something sounds urgent.")
    when_qualified: bool = Field(default=False, description="Call a person when somebody is qualified.")
    queue_id: UUID | None = Field(default=None, description="Queue of the inbox; without one the default queue.")


class Limits(_Part):
    """What one visitor may use, over all conversations of the visitor."""

    messages_per_hour: Annotated[int, Field(ge=5, le=1_000)] = 60
    messages_per_day: Annotated[int, Field(ge=10, le=10_000)] = 300
    characters: Annotated[int, Field(ge=200, le=10_000)] = Field(
        default=4_000, description="How much of a message is read; the rest is left to people."
    )
    cost_cents_per_day: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=50, description="US cents for models a visitor and day; beyond, the local answerer answers."
    )


class Urgency(_Part):
    """Who is told at once when something is urgent."""

    email: EmailStr | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+[1-9]\d{6,14}$")] | None = Field(
        default=None, description="Number for emergency calls, in international form.", examples=["+493012345678"]
    )


class Opener(_Part):
    """One way to begin; several are tried against each other."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$"), AfterValidator(_key)]
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), AfterValidator(storable)
    ]


class AgentSettings(_Part):
    """Everything about an agent but its name."""

    persona: Text = Field(default="", description="Who it is and how it talks, in your words, for language models.")
    tone: Tone = "friendly"
    disclosure: Disclosure = Field(
        default=DEFAULT_DISCLOSURE, description="Said at the start in the main language: that no person answers."
    )
    greeting: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400), AfterValidator(storable)] = (
        Field(default="", description="Said at the start, in the main language, where no opener is.")
    )
    openers: Annotated[list[Opener], Field(max_length=6)] = Field(default_factory=list)
    languages: Annotated[list[Language], Field(max_length=80)] = Field(
        default_factory=list, description="What it answers in, the main one first; empty means every language."
    )
    use_model: bool = Field(default=True, description="Ask the connected language model; else local answers only.")
    verified_are_clients: bool = Field(
        default=False, description="Visitors who proved who they are also get answers from texts for clients."
    )
    memory: bool = Field(default=True, description="Remember earlier visits of somebody known.")
    flow_id: UUID | None = Field(default=None, description="Qualification flow whose questions it asks.")
    event_type_id: UUID | None = Field(default=None, description="Event type whose free times it offers.")
    topics: Annotated[list[AgentTopic], Field(max_length=30)] = Field(default_factory=list)
    hand_over: HandOverRules = Field(default_factory=HandOverRules)
    limits: Limits = Field(default_factory=Limits)
    urgency: Urgency = Field(default_factory=Urgency)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for what, names in (
            ("language", self.languages),
            ("opener", [one.key for one in self.openers]),
            ("topic", [one.name.casefold() for one in self.topics]),
        ):
            if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
                raise ValueError(f"The {what} “{twice}” is there twice.")
        return self

    def opener(self, seed: int) -> Opener | None:
        """The way to begin that is tried in a conversation; each as often as every other. None where there are none."""
        return self.openers[seed % len(self.openers)] if self.openers else None

    @property
    def main_language(self) -> str:
        """The language of the agent's own texts."""
        return self.languages[0] if self.languages else "en"
