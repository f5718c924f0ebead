"""Tests of prompts, run against a model. No transaction is open while models work."""

import asyncio
import time

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import repository_prompts as repository
from tradewind.modules.ai import templates
from tradewind.modules.ai.contracts import Message, TextRequest, TextRoute
from tradewind.modules.ai.default_prompts import default_prompts
from tradewind.modules.ai.errors import NoModel
from tradewind.modules.ai.errors_prompts import NothingToRun, PromptNotFound
from tradewind.modules.ai.models_prompts import PromptRun
from tradewind.modules.ai.schemas_prompts import PromptContent, PromptTestRead, ResultRead, RunRead, RunRequest
from tradewind.modules.ai.service import calling, comparison, expectations, prompts, routing
from tradewind.modules.identity import api as identity

FEATURE = "ai.prompt_tests"
AT_ONCE = 4
MAX_ANSWER = 20_000
_NO_MODEL = "No language model is connected, so there is nothing to test the prompt with. Connect one under AI models."


async def run(database: Database, actor: Actor, key: str, data: RunRequest) -> RunRead:
    """Run all tests of a prompt with one of its versions, and keep how they went.

    Raises PromptNotFound, PromptVersionNotFound, NothingToRun, NoModel, ModelNotFound.
    """
    async with database.transaction(actor) as session:
        content = (await prompts.read_version(session, key, data.number)).content
        default, row = default_prompts().get(key), await repository.prompt(session, key)
        tests = await prompts.all_tests(session, row, default)
        if not tests:
            raise NothingToRun("Add a test first: values for the variables, and what the answer must be like.")
        if data.model_id:
            [candidate] = await comparison.candidates(session, [data.model_id])
            route = candidate.route
        else:
            task = (await prompts.read(session, key)).task
            found = await routing.route_for(session, "text", task=task)
            if found is None:
                raise NoModel(_NO_MODEL)
            route = found
    gate = asyncio.Semaphore(AT_ONCE)
    results = await asyncio.gather(*(_result(gate, route, content, test) for test in tests))
    passed = sum(result.passed for result in results)
    async with database.transaction(actor) as session:
        row = await prompts.row_of(session, key) if key in default_prompts() else await repository.prompt(session, key)
        if row is None:
            raise PromptNotFound("The prompt was removed while its tests ran.")
        kept = PromptRun(
            id=new_id(), organisation_id=row.organisation_id, prompt_id=row.id, number=data.number, model=route.model,
            passed=passed, failed=len(results) - passed, run_by_name=actor.name,
            results=[result.model_dump(mode="json") for result in results],
        )  # fmt: skip
        await repository.add_run(session, kept)
        await identity.record(
            session, action="prompt.tests_run", subject_type="prompt", subject_id=row.id,
            after={"key": key, "number": data.number, "model": route.model, "passed": passed, "failed": kept.failed},
        )  # fmt: skip
        return prompts.shown_run(kept)


async def _result(
    gate: asyncio.Semaphore, route: TextRoute, content: PromptContent, test: PromptTestRead
) -> ResultRead:
    """How one test went. Values that no longer fit the variables, and models that do not answer, fail it."""
    answer, failures, model, latency, cost = "", [], route.model, None, None
    try:
        made = templates.render(content, test.inputs)
        request = TextRequest(
            feature=FEATURE,
            instructions=made.instructions,
            messages=(Message("user", made.message),) if made.message.strip() else (),
            material=made.material,
            temperature=0,
        )
        async with gate:
            started = time.perf_counter()
            result = await calling.generate(route, request)
            latency = round((time.perf_counter() - started) * 1000)
        answer, model, cost = result.text, result.model, result.cost_microusd
        failures = expectations.failures(test.expectations, answer)
    except AppError as error:
        failures = [error.detail]
    return ResultRead(
        name=test.name, passed=not failures, failures=failures, answer=answer[:MAX_ANSWER], model=model,
        latency_ms=latency, cost_microusd=cost,
    )  # fmt: skip
