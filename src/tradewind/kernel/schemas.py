"""The base of what the product sends, receives and stores as JSON."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """Built at its first use: a process needs few of the 1,200, and all of them took an eighth of a start."""

    model_config = ConfigDict(defer_build=True)
