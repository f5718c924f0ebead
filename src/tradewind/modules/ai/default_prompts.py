"""The prompts that ship with Tradewind: one TOML file each under `prompts/`, named by the key."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, Field

from tradewind.kernel.schemas import Schema
from tradewind.modules.ai import templates
from tradewind.modules.ai.contracts import Task
from tradewind.modules.ai.schemas_prompts import PromptContent, PromptTestWrite


class DefaultPrompt(Schema):
    """A prompt as its file has it."""

    model_config = ConfigDict(extra="forbid")

    key: str
    name: str
    description: str
    task: Task
    content: PromptContent
    tests: list[PromptTestWrite] = Field(default_factory=list)


@cache
def default_prompts() -> dict[str, DefaultPrompt]:
    """All of them by key. Raises PromptInvalid or ValidationError for a file that is wrong."""
    found: dict[str, DefaultPrompt] = {}
    for file in sorted((files("tradewind.modules.ai") / "prompts").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            read = tomllib.loads(file.read_text(encoding="utf-8"))
            prompt = DefaultPrompt.model_validate({"key": file.name.removesuffix(".toml"), **read})
            templates.check(prompt.content)
            for test in prompt.tests:
                templates.check_values(prompt.content, test.inputs)
            found[prompt.key] = prompt
    return found
