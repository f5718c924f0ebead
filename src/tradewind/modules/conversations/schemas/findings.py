"""HTTP shapes of what was found out in a conversation."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from tradewind.kernel.schemas import Schema


class FindingAnswer(Schema):
    """An answer with the visitor's words; `inferred` ones are guesses. Masked without `leads:personal`."""

    question_key: str
    label: str = Field(examples=["Team size"])
    shown: str = Field(examples=["12"])
    quote: str = Field(examples=["there are twelve of us"])
    state: Literal["stated", "inferred", "refused", "corrected", "known"]


class FindingReason(Schema):
    """Why score and outcome are what they are; `points` of a line of the score."""

    text: str
    points: int | None


class FindingsRead(Schema):
    """Where a flow of questions stands in a conversation; `outcome` is the name of the rule that fitted."""

    run_id: UUID
    flow_id: UUID
    state: Literal["running", "qualified", "unqualified", "incomplete"]
    score: int | None = Field(description="0 to 100; null in a flow without scoring")
    outcome: str | None
    reasons: list[FindingReason]
    answers: list[FindingAnswer]
