"""What an agent can do in a turn, typed: language models write these, the local proposer makes the same.

Nothing here has an effect. `policy` judges each action, and the service carries out what is allowed.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter

from tradewind.kernel.schemas import Schema

SmallTalkKind = Literal["greeting", "thanks", "goodbye", "identity", "help"]
MOST_ACTIONS, MOST_CLAIMS = 12, 8

_Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class _Action(Schema):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Claim(_Action):
    """One sentence that states something, and the ids of the passages or records that say so.

    `quote` are the source's own words where the claim says them in another language, `answers` the id of the question
    that it answers where several were asked.
    """

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
    supports: Annotated[list[_Id], Field(max_length=8)] = []
    quote: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""
    answers: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""


class Answer(_Action):
    """Say something that is true: each claim is checked against what it cites."""

    kind: Literal["answer"] = "answer"
    claims: Annotated[list[Claim], Field(min_length=1, max_length=MOST_CLAIMS)]


class Ask(_Action):
    """Ask a question of the flow, in the flow's words or the agent's."""

    kind: Literal["ask"] = "ask"
    question_key: _Id
    phrasing: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""


class Capture(_Action):
    """Note what the visitor said of themselves, with the visitor's own words from the message named."""

    kind: Literal["capture"] = "capture"
    field: _Id
    value: _Line
    quote: _Line
    message_id: _Id


class OfferSlots(_Action):
    """Show free times to choose from."""

    kind: Literal["offer_slots"] = "offer_slots"


class Book(_Action):
    """Book the time that the visitor chose."""

    kind: Literal["book"] = "book"
    slot: _Id = "chosen"


class HandOver(_Action):
    """Call a person."""

    kind: Literal["hand_over"] = "hand_over"
    reason: _Line = ""


class End(_Action):
    """The visitor has what they came for."""

    kind: Literal["end"] = "end"
    reason: _Line = ""


class SmallTalk(_Action):
    """A greeting, thanks and the like, in the engine's own words."""

    kind: Literal["small_talk"] = "small_talk"
    about: SmallTalkKind


class Decline(_Action):
    """The visitor wants none of the times after all; only the engine notes this."""

    kind: Literal["decline"] = "decline"


class CutShort(_Action):
    """The model broke off in the middle of its answer; only the engine notes this."""

    kind: Literal["cut_short"] = "cut_short"


Action = Annotated[Answer | Ask | Capture | OfferSlots | Book | HandOver | End | SmallTalk, Field(discriminator="kind")]
"""What a model may write."""
AnyAction = Action | Decline | CutShort
ACTION: TypeAdapter[Action] = TypeAdapter(Action)
