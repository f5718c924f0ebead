"""What other modules see of alerts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlertSummary:
    """An alert in words: the rule, who it is about (empty if unknown), and why it was raised."""

    label: str
    subject_name: str
    why: str
