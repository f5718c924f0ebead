"""Model providers for tests, in one process: /openai/v1, /ollama, /anthropic and /google answer in their shapes.

What they answer is scripted: `POST /control/answers` with `{"model": …, "answers": […]}` appends to the queue of a
model; without a script a model answers “Hello from <model>.”. An answer has: text, pieces (how many), tools
([{name, arguments}]), status with error, headers, cut_after (pieces, then the connection breaks), hold (no answer
until `POST /control/release`), clock (the first piece is the monotonic time in nanoseconds, the rest comes 30 ms
later), raw (the body as it is), usage (false: tells none). `GET /control/requests` lists
what came in, `POST /control/reset` forgets everything.

Run as `python server.py PORT`; bench and tests use it.
"""

import asyncio
import base64
import json
import sys
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from typing import Any

Answer = dict[str, Any]


class State:
    """The scripts and what came in."""

    def __init__(self) -> None:
        self.answers: dict[str, deque[Answer]] = defaultdict(deque)
        self.requests: list[dict[str, Any]] = []
        self.recording = True
        self.release = asyncio.Event()

    def next(self, model: str) -> Answer:
        """The next scripted answer of a model."""
        queue = self.answers[model]
        return queue.popleft() if queue else {"text": f"Hello from {model}."}


STATE: State


class Cut(Exception):
    """The connection breaks here."""


async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection, request after request."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
            body = await read_body(reader, headers)
            await serve(writer, method, target, headers, body)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    except Cut:
        writer.transport.abort()
        return
    writer.close()


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


async def serve(writer: asyncio.StreamWriter, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
    path, _, query = target.partition("?")
    if path.startswith("/control/"):
        await control(writer, path.removeprefix("/control/"), body)
        return
    is_json = headers.get("content-type", "").startswith("application/json")
    data: Any = json.loads(body) if body and is_json else {}
    if STATE.recording:
        STATE.requests.append(
            {
                "method": method,
                "path": path,
                "query": query,
                "headers": headers,
                "body": data or body.decode("latin-1"),
                "type": headers.get("content-type", ""),
            }
        )
    shape, _, rest = path.lstrip("/").partition("/")
    model = data.get("model") or (rest.rpartition("models/")[2].partition(":")[0] if ":" in rest else "")
    if method == "POST" and not model:
        model = form_field(body, "model")
    answer = STATE.next(model) if method == "POST" else {}
    if answer.get("hold"):
        await STATE.release.wait()
    if "status" in answer:
        error = answer.get("error", {"message": "scripted failure", "type": "error"})
        await send(writer, answer["status"], {"error": error}, answer.get("headers"))
    elif "raw" in answer:
        await send(writer, 200, answer["raw"].encode(), answer.get("headers"))
    else:
        await SHAPES[shape](writer, rest, query, data, model, answer)


def form_field(body: bytes, name: str) -> str:
    marker = f'name="{name}"\r\n\r\n'.encode()
    return body.partition(marker)[2].partition(b"\r\n")[0].decode()


async def control(writer: asyncio.StreamWriter, what: str, body: bytes) -> None:
    global STATE
    if what == "answers":
        script = json.loads(body)
        STATE.answers[script["model"]].extend(script["answers"])
    elif what == "reset":
        STATE.release.set()
        STATE = State()
    elif what == "silent":
        STATE.recording = False
    elif what == "release":
        STATE.release.set()
    await send(writer, 200, STATE.requests if what == "requests" else {})


async def send(writer: asyncio.StreamWriter, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = {"content-type": "application/json", **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    writer.write(f"HTTP/1.1 {status} Scripted\r\n{lines}content-length: {len(content)}\r\n\r\n".encode() + content)
    await writer.drain()


async def send_events(writer: asyncio.StreamWriter, answer: Answer, events: AsyncIterator[str]) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in (answer.get("headers") or {}).items())
    writer.write(
        f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{lines}transfer-encoding: chunked\r\n\r\n".encode()
    )
    async for event in events:
        writer.write(f"{len(event.encode()):x}\r\n{event}\r\n".encode())
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def pieces(answer: Answer) -> list[str]:
    """The text in as many pieces as asked, at the borders of words by default."""
    text = answer.get("text", "")
    count = answer.get("pieces")
    if count is None:
        words = text.split(" ")
        return [word if number == 0 else f" {word}" for number, word in enumerate(words)] if text else []
    size = max(1, -(-len(text) // count))
    return [text[at : at + size] for at in range(0, len(text), size)]


async def cutting(answer: Answer) -> AsyncIterator[str]:
    """The pieces of the text; breaks the connection, or waits, where the script says so."""
    if answer.get("clock"):
        yield f"{time.monotonic_ns()} is the time. "
        await asyncio.sleep(0.03)
    for number, piece in enumerate(pieces(answer)):
        if number == answer.get("cut_after"):
            raise Cut
        if number == answer.get("hold_after"):
            await STATE.release.wait()
        yield piece


def sse(data: Any, event: str | None = None) -> str:
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n"


# --- OpenAI


def openai_usage(answer: Answer) -> dict[str, Any]:
    usage = answer.get("usage") or {"input": 20, "output": 8, "cached": 4}
    return {
        "prompt_tokens": usage["input"],
        "completion_tokens": usage["output"],
        "total_tokens": usage["input"] + usage["output"],
        "prompt_tokens_details": {"cached_tokens": usage.get("cached", 0)},
    }


def tool_calls(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": tool["name"], "arguments": json.dumps(tool["arguments"])},
        }
        for number, tool in enumerate(answer.get("tools", ()))
    ]


async def openai_events(model: str, data: Any, answer: Answer) -> AsyncIterator[str]:
    def chunk(delta: Any, finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse({**frame, "choices": [choice]})

    frame = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    yield chunk({"role": "assistant", "content": ""})
    async for piece in cutting(answer):
        yield chunk({"content": piece})
    calls = tool_calls(answer)
    for number, call in enumerate(calls):
        yield chunk({"tool_calls": [{"index": number, **call}]})
    yield chunk({}, answer.get("finish") or ("tool_calls" if calls else "stop"))
    if (data.get("stream_options") or {}).get("include_usage") and answer.get("usage") is not False:
        yield sse({**frame, "choices": [], "usage": openai_usage(answer)})
    yield sse("[DONE]")


async def openai(writer: asyncio.StreamWriter, rest: str, query: str, data: Any, model: str, answer: Answer) -> None:
    """OpenAI, and everything that speaks like it."""
    match rest.removeprefix("v1/").split("/"):
        case ["models"]:
            names = ("model-a", "model-b", "drawer")
            models = [{"id": one, "object": "model", "created": 1, "owned_by": "tests"} for one in names]
            await send(writer, 200, {"object": "list", "data": models})
        case ["chat", "completions"] if data.get("stream"):
            await send_events(writer, answer, openai_events(model, data, answer))
        case ["chat", "completions"]:
            calls = tool_calls(answer)
            message = {"role": "assistant", "content": answer.get("text"), "refusal": None}
            finish = answer.get("finish") or ("tool_calls" if calls else "stop")
            choice = {"index": 0, "message": {**message, **({"tool_calls": calls} if calls else {})}}
            whole = {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": model,
                "choices": [{**choice, "finish_reason": finish, "logprobs": None}],
            }
            if answer.get("usage") is not False:
                whole["usage"] = openai_usage(answer)
            await send(writer, 200, whole, answer.get("headers"))
        case ["embeddings"]:
            rows = [
                {"object": "embedding", "index": number, "embedding": [float(len(text)), 1.0, 0.5]}
                for number, text in enumerate(data["input"])
            ]
            usage = {"prompt_tokens": 7, "total_tokens": 7}
            await send(writer, 200, {"object": "list", "data": rows[::-1], "model": model, "usage": usage})
        case ["audio", "transcriptions"]:
            usage = {"type": "tokens", "input_tokens": 14, "output_tokens": 5, "total_tokens": 19}
            await send(writer, 200, {"text": "We open at nine.", "usage": usage})
        case ["audio", "speech"]:
            await send(writer, 200, b"ID3" + data["input"].encode(), {"content-type": "audio/mpeg"})
        case ["images", "generations"]:
            picture = base64.b64encode(b"\x89PNG picture").decode()
            await send(writer, 200, {"created": 1, "data": [{"b64_json": picture}]})
        case _:
            await send(writer, 404, {"error": {"message": f"no {rest}", "type": "invalid_request_error"}})


async def ollama(writer: asyncio.StreamWriter, rest: str, query: str, data: Any, model: str, answer: Answer) -> None:
    """Ollama: its own API, and OpenAI's under /v1."""
    match rest:
        case "api/tags":
            await send(writer, 200, {"models": [{"name": "qwen3:4b", "model": "qwen3:4b", "size": 1}]})
        case "api/embed":
            vectors = [[float(len(text)), 2.0] for text in data["input"]]
            await send(writer, 200, {"model": model, "embeddings": vectors, "prompt_eval_count": 5})
        case _:
            await openai(writer, rest, query, data, model, answer)


# --- Anthropic


def anthropic_blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks = [{"type": "text", "text": answer["text"]}] if answer.get("text") else []
    return blocks + [
        {"type": "tool_use", "id": f"toolu_{number}", "name": tool["name"], "input": tool["arguments"]}
        for number, tool in enumerate(answer.get("tools", ()))
    ]


async def anthropic_events(model: str, answer: Answer) -> AsyncIterator[str]:
    def event(kind: str, **more: Any) -> str:
        return sse({"type": kind, **more}, kind)

    yield event("message_start", message=anthropic_message(model, [], None))
    number = 0
    if answer.get("text"):
        yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        async for piece in cutting(answer):
            yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        yield event("content_block_stop", index=0)
        number = 1
    for tool in (block for block in anthropic_blocks(answer) if block["type"] == "tool_use"):
        yield event("content_block_start", index=number, content_block={**tool, "input": {}})
        delta = {"type": "input_json_delta", "partial_json": json.dumps(tool["input"])}
        yield event("content_block_delta", index=number, delta=delta)
        yield event("content_block_stop", index=number)
        number += 1
    reason = "tool_use" if answer.get("tools") else "end_turn"
    yield event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": 8})
    yield event("message_stop")


def anthropic_message(model: str, content: list[Any], reason: str | None) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": content,
        "stop_reason": reason, "stop_sequence": None,
        "usage": {"input_tokens": 20, "output_tokens": 8, "cache_read_input_tokens": 4},
    }  # fmt: skip


async def anthropic(writer: asyncio.StreamWriter, rest: str, query: str, data: Any, model: str, answer: Answer) -> None:
    """Anthropic's messages."""
    if rest == "v1/models":
        models = [{"type": "model", "id": "claude-test", "display_name": "Test", "created_at": "2026-01-01T00:00:00Z"}]
        await send(writer, 200, {"data": models, "has_more": False, "first_id": None, "last_id": None})
    elif data.get("stream"):
        await send_events(writer, answer, anthropic_events(model, answer))
    else:
        reason = "tool_use" if answer.get("tools") else "end_turn"
        await send(writer, 200, anthropic_message(model, anthropic_blocks(answer), reason))


# --- Google


def google_part(model: str, parts: list[Any], finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    usage = {"promptTokenCount": 20, "candidatesTokenCount": 8, "totalTokenCount": 28, "cachedContentTokenCount": 4}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model}


async def google_events(model: str, answer: Answer) -> AsyncIterator[str]:
    async for piece in cutting(answer):
        yield sse(google_part(model, [{"text": piece}], None))
    calls = [{"functionCall": {"name": one["name"], "args": one["arguments"]}} for one in answer.get("tools", ())]
    yield sse(google_part(model, calls or [{"text": ""}], "STOP"))


async def google(writer: asyncio.StreamWriter, rest: str, query: str, data: Any, model: str, answer: Answer) -> None:
    """Gemini's generateContent and its siblings."""
    what = rest.rpartition(":")[2]
    if what == "streamGenerateContent":
        await send_events(writer, answer, google_events(model, answer))
    elif what == "generateContent":
        parts: list[dict[str, Any]] = [{"text": answer["text"]}] if answer.get("text") else []
        if "IMAGE" in (data.get("generationConfig") or {}).get("responseModalities", ()):
            encoded = base64.b64encode(b"\x89PNG picture").decode()
            parts = [{"inlineData": {"mimeType": "image/png", "data": encoded}}]
        parts += [{"functionCall": {"name": one["name"], "args": one["arguments"]}} for one in answer.get("tools", ())]
        await send(writer, 200, google_part(model, parts, "STOP"))
    elif what in ("batchEmbedContents", "embedContent"):
        count = len(data.get("requests", [0]))
        await send(writer, 200, {"embeddings": [{"values": [0.1, 0.2]}] * count, "embedding": {"values": [0.1, 0.2]}})
    else:
        await send(writer, 200, {"models": [{"name": "models/gemini-test", "displayName": "Test"}]})


SHAPES = {"openai": openai, "ollama": ollama, "anthropic": anthropic, "google": google}


async def main() -> None:
    global STATE
    STATE = State()
    server = await asyncio.start_server(handle, "127.0.0.1", int(sys.argv[1]), limit=2**20)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
