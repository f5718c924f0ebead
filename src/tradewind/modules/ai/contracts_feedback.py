"""What modules say of the use of a prompt."""

from typing import Literal

# What a judgement of a prompt can be made of.
Because = Literal[
    "thumb_up", "thumb_down", "corrected", "confirmed", "booked", "escalated", "abandoned", "reopened", "rated"
]
