"""What intents tells other modules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NearExample:
    """An example close to the text: what it says, its intent, and the cosine."""

    text: str
    label: str
    similarity: float


@dataclass(frozen=True, slots=True)
class IntentResult:
    """What a text is about. `label` is None where the text is probably about none of the intents.

    `best_label` and `probability`: the most probable intent if it is about one of them; `in_scope_probability`: how
    likely that is; `ranking`: the five most probable; `model_version`: 0 for the set as the product brings it.
    """

    label: str | None
    best_label: str
    probability: float
    in_scope_probability: float
    ranking: tuple[tuple[str, float], ...]
    nearest: tuple[NearExample, ...]
    model_version: int
