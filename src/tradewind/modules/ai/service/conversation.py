"""A request in the form that pydantic-ai sends, growing by tool calls, corrections and broken-off answers.

Importing this loads pydantic-ai: only code that is about to call a model does.
"""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_ai.messages import (
    InstructionPart,
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from pydantic_core import from_json, to_json

from tradewind.modules.ai.adapters._base import Used
from tradewind.modules.ai.contracts import Finish, TextRequest, Tool
from tradewind.modules.ai.redaction import Redactor
from tradewind.modules.ai.safety import AnswerGuard, Fence
from tradewind.modules.ai.service.pricing import tokens_of

ANSWER_TOOL = "final_answer"
_CONTINUE = (
    "Your answer was cut off. Continue it exactly where it stops, in the middle of the sentence or word if need be. "
    "Write only what follows: repeat nothing, explain nothing."
)
_FINISHES: dict[str, Finish] = {"length": "length", "content_filter": "filtered"}
_ERRORS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered to one request. `told` is false where it did not say what it used."""

    text: str
    tool_calls: tuple[ToolCallPart, ...]
    finish: Finish
    used: Used
    told: bool
    response: ModelResponse


class Unreadable(Exception):
    """The answer has not the asked form; the text says what is wrong with it, for the model."""


class Conversation:
    """The messages of one request so far; texts are redacted on their way in."""

    def __init__(self, request: TextRequest, redactor: Redactor) -> None:
        self._request = request
        self._redactor = redactor
        self._tools = {tool.name: tool for tool in request.tools}
        self.fence = Fence()
        self._instructions = redactor.redact(_instructions(request, self.fence))
        self.messages = self._opening()
        self.settings = ModelSettings(max_tokens=request.max_output_tokens)
        if request.temperature is not None:
            self.settings["temperature"] = request.temperature
        self.parameters = _parameters(request, self._instructions)
        tools = (*self.parameters.function_tools, *self.parameters.output_tools)
        self._schemas = [f"{tool.description}{tool.parameters_json_schema}" for tool in tools]

    def _opening(self) -> list[ModelMessage]:
        messages: list[ModelMessage] = []
        for message in self._request.messages:
            text = self._redactor.redact(message.text)
            if message.role == "assistant":
                messages.append(ModelResponse(parts=[TextPart(text)]))
            else:
                messages.append(ModelRequest(parts=[UserPromptPart(text)]))
        if self._request.material:
            fenced = UserPromptPart(self._redactor.redact(self.fence.fenced(self._request.material)))
            last = messages[-1] if messages else None
            if isinstance(last, ModelRequest):
                messages[-1] = replace(last, parts=[fenced, *last.parts])
            else:
                messages.append(ModelRequest(parts=[fenced]))
        return messages

    @property
    def input_tokens(self) -> int:
        """About how many tokens a model has to read, rather too many."""
        texts = [self._instructions, *self._schemas]
        for message in self.messages:
            texts += [_text_of(part) for part in message.parts]
        return tokens_of(*texts)

    def continued(self, given: str) -> list[ModelMessage]:
        """The messages for a model that takes over an answer of which `given` (redacted) was shown already."""
        if not given:
            return self.messages
        ask = ModelRequest(parts=[UserPromptPart(_CONTINUE)])
        return [*self.messages, ModelResponse(parts=[TextPart(given)]), ask]

    def correct(self, reply: Reply, problem: str) -> None:
        """Ask again for an answer that could not be read."""
        self.messages.append(reply.response)
        words = f"This answer is not valid: {problem} Answer again, in the asked form."
        calls = [ToolReturnPart(tool_name=call.tool_name, content=words, tool_call_id=call.tool_call_id)
                 for call in reply.tool_calls]  # fmt: skip
        self.messages.append(ModelRequest(parts=calls or [UserPromptPart(words)]))

    async def run_tools(self, reply: Reply) -> None:
        """Do what the model asked for, and add what came of it. Mistakes in the arguments go back to the model."""
        parts: list[ModelRequestPart] = []
        for call in reply.tool_calls:
            content = self._redactor.redact(await self._run_tool(call))
            parts.append(ToolReturnPart(tool_name=call.tool_name, content=content, tool_call_id=call.tool_call_id))
        self.messages += [reply.response, ModelRequest(parts=parts)]

    async def _run_tool(self, call: ToolCallPart) -> str:
        tool = self._tools.get(call.tool_name)
        if tool is None:
            return f"There is no tool {call.tool_name}."
        try:
            arguments = tool.arguments.model_validate(self._redactor.restore_json(call.args_as_dict()))
        except ValueError as error:
            return f"The arguments are not valid: {_problem(error)}"
        return await tool.run(arguments)

    def read(self, reply: Reply, guard: AnswerGuard) -> BaseModel | None:
        """The typed answer, its texts with personal data in its place again and cleaned; None where none was asked.

        Raises Unreadable, also where nothing fits any more after the cleaning.
        """
        wanted = self._request.output
        if wanted is None:
            return None
        try:
            call = next((call for call in reply.tool_calls if call.tool_name == ANSWER_TOOL), None)
            given = from_json(_json_in(reply.text)) if call is None else call.args_as_dict()
            cleaned = guard.clean_json(self._redactor.restore_json(given))
            return wanted.model_validate_json(to_json(cleaned))
        except ValueError as error:
            raise Unreadable(_problem(error)) from error

    @staticmethod
    def wants_tools(reply: Reply) -> bool:
        """Whether the model asks for tools before it answers."""
        return bool(reply.tool_calls) and all(call.tool_name != ANSWER_TOOL for call in reply.tool_calls)


def reply_of(response: ModelResponse) -> Reply:
    """What a response of pydantic-ai says."""
    usage = response.usage
    return Reply(
        text="".join(part.content for part in response.parts if isinstance(part, TextPart)),
        tool_calls=tuple(part for part in response.parts if isinstance(part, ToolCallPart)),
        finish=_FINISHES.get(response.finish_reason or "", "stop"),
        used=Used(input=usage.input_tokens, output=usage.output_tokens, cached=usage.cache_read_tokens),
        told=bool(usage.input_tokens or usage.output_tokens),
        response=response,
    )


def _parameters(request: TextRequest, instructions: str) -> ModelRequestParameters:
    parameters = ModelRequestParameters(
        function_tools=[_definition(tool) for tool in request.tools],
        instruction_parts=[InstructionPart(content=instructions)] if instructions else [],
    )
    if request.output is None:
        return parameters
    schema = request.output.model_json_schema()
    description = (request.output.__doc__ or "").strip() or "The answer."
    # “auto” takes what the model does best: a schema of its own, a tool, or a description in the prompt.
    return replace(
        parameters,
        output_mode="auto",
        output_object=OutputObjectDefinition(schema, name=request.output.__name__, description=description),
        output_tools=[
            ToolDefinition(name=ANSWER_TOOL, description=description, parameters_json_schema=schema, kind="output")
        ],
    )


def _definition(tool: Tool) -> ToolDefinition:
    return ToolDefinition(
        name=tool.name, description=tool.description, parameters_json_schema=tool.arguments.model_json_schema()
    )


def _instructions(request: TextRequest, fence: Fence) -> str:
    return f"{request.instructions}\n\n{fence.rule()}" if request.material else request.instructions


def _text_of(part: Any) -> str:
    content = getattr(part, "content", None)
    return content if isinstance(content, str) else str(getattr(part, "args", "") or "")


def _json_in(text: str) -> str:
    """The JSON of an answer, also where the model put it into a fence or a sentence."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _problem(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return "it is no JSON."
    found = [f"{'.'.join(map(str, one['loc'])) or 'the answer'}: {one['msg']}" for one in error.errors()]
    return "; ".join(found[:_ERRORS_SHOWN]) + "."
