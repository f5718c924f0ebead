"""What the sample company knows, from `knowledge.toml`: articles and pairs, searchable at once."""

from __future__ import annotations

import importlib
import tomllib
from importlib import resources

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.knowledge.schemas.documents import ArticleCreate, PairCreate
from tradewind.modules.knowledge.service import articles, checking, pairs, sources
from tradewind.modules.knowledge.service.ingestion import index_some
from tradewind.sample.questions import ask_questions

_SAMPLE = {"sample": True}


async def add_knowledge(database: Database, actor: Actor) -> int:
    """Add the sample's articles and pairs, index them and ask them; returns how many documents there are."""
    told = tomllib.loads(resources.files("tradewind.sample").joinpath("knowledge.toml").read_text("utf-8"))
    documents = []
    async with database.transaction(actor) as session:
        # The widest scope: what is narrower says so itself.
        help_centre = await sources.add(session, "article", "Help centre", "public", _SAMPLE)
        questions = await sources.add(session, "qa", "Frequent questions", "public", _SAMPLE)
        for article in told["articles"]:
            text = article["content"].strip()
            data = ArticleCreate(
                source_id=help_centre.id, title=article["title"], content=text, scope=article["scope"], publish=True
            )
            documents.append((await articles.create(session, data)).document.id)
        for pair in told["pairs"]:
            data = PairCreate(source_id=questions.id, question=pair["question"], answer=pair["answer"])
            documents.append((await pairs.create(session, data)).id)
    await index_some(database, actor, documents)
    # Makes the job known that is asked for.
    importlib.import_module("tradewind.modules.knowledge.jobs")
    async with database.transaction(actor) as session:
        await ask_questions(session)
        await checking.ask(session)
    return len(documents)
