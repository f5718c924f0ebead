"""What people approved, as material to fine-tune a language model: one conversation a line, of JSON."""

import re
from collections.abc import AsyncIterator

import orjson

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.models_answers import AskedQuestion
from tradewind.modules.knowledge.repository import questions as repository

_AT_ONCE = 500
_MARK = re.compile(r" ?\[\d+\]")


async def lines(database: Database, actor: Actor) -> AsyncIterator[bytes]:
    """Approved questions and answers in the form that providers take: `{"messages": [{"role", "content"}, …]}`.

    A correction stands in the place of the answer, and marks of citations go. Addresses and numbers of people were
    masked when the question was stored.
    """
    async with database.transaction(actor) as session:
        await identity.record(session, action="knowledge.training_data_exported", subject_type="knowledge_question")
    after = None
    while True:
        async with database.transaction(actor) as session:
            found = await repository.judged(session, after=after, limit=_AT_ONCE)
            written = b"".join(_line(one) for one in found)
            after = found[-1].id if found else after
        if written:
            yield written
        if len(found) < _AT_ONCE:
            return


def _line(one: AskedQuestion) -> bytes:
    answer = one.correction or _MARK.sub("", one.answer)
    messages = [{"role": "user", "content": one.question}, {"role": "assistant", "content": answer}]
    return orjson.dumps({"messages": messages}, option=orjson.OPT_APPEND_NEWLINE)
