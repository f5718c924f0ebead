"""Files and large lists of pairs become searchable documents; what is wrong is told by row, nothing comes twice."""

import asyncio
import tracemalloc
from uuid import UUID

from sqlalchemy import text
from tests.modules.knowledge import sample_files

from tradewind.kernel.clock import now
from tradewind.modules.knowledge.jobs.reminders import remind
from tradewind.modules.knowledge.service import indexing, pair_import

KNOWLEDGE = "/api/v1/knowledge"


def csv_file(content):
    return {"file": ("pairs.csv", content, "text/csv")}


async def test_files_become_searchable_or_say_why_not(client, drain):
    async def sent(name, content):
        answer = await client.post(f"{KNOWLEDGE}/files", files={"file": (name, content, "application/octet-stream")})
        await drain()
        return (await client.get(f"{KNOWLEDGE}/documents/{answer.json()['id']}")).json()

    prices = await sent("prices.pdf", sample_files.price_list())
    assert (prices["status"], prices["title"], prices["current_version"]) == ("indexed", "Price list", 1)
    passages = (await client.get(f"{KNOWLEDGE}/documents/{prices['id']}/passages")).json()
    assert any("89 euros" in passage["content"] for passage in passages)
    assert {passage["scope"] for passage in passages} == {"internal"}
    scan = await sent("prices.pdf", sample_files.pdf([[], []]))
    assert (scan["id"], scan["status"]) == (prices["id"], "failed")
    assert "pictures of pages" in scan["error"]
    # What could be read before is still there.
    assert "89 euros" in scan["content"]
    assert (await sent("prices.pdf", sample_files.price_list()))["status"] == "indexed"


async def test_pairs_are_imported_row_by_row(client, drain, session):
    wrong = await client.post(f"{KNOWLEDGE}/pairs/import", files=csv_file(b"name,price\na,1\n"))
    assert (wrong.status_code, wrong.json()["code"]) == (400, "knowledge.file_refused")
    content = (
        "\ufeffQuestion;Answer;More\nOpen?;From nine;x\n;nobody asked;\nHow?;;\nopen ?;From ten;\n"
        f'{"long " * 200};yes\n\nWhere?;"Line one\nline two"\n'
    ).encode()
    started = await client.post(f"{KNOWLEDGE}/pairs/import", files=csv_file(content))
    assert started.status_code == 202, started.text
    await drain()
    run = (await client.get(f"/api/v1/jobs/{started.json()['run_id']}")).json()
    assert run["state"] == "succeeded"
    result = run["result"]
    assert (result["added"], result["changed"], result["unchanged"], result["rejected"]) == (2, 0, 0, 4)
    assert {error["row"] for error in result["errors"]} == {2, 3, 4, 6}
    rows = (await client.get(f"{KNOWLEDGE}/documents", params={"kind": "qa"})).json()["items"]
    assert {(row["title"], row["status"]) for row in rows} == {("open ?", "indexed"), ("Where?", "indexed")}
    # Again, with one new answer: nothing is doubled, the history is kept.
    again = b"question,answer\nOPEN?,From ten\nwhere,Here\n"
    started = await client.post(f"{KNOWLEDGE}/pairs/import", files=csv_file(again))
    await drain()
    result = (await client.get(f"/api/v1/jobs/{started.json()['run_id']}")).json()["result"]
    assert (result["added"], result["changed"]) == (0, 2)
    versions = await session.scalars(text("SELECT current_version FROM knowledge_documents ORDER BY 1"))
    assert list(versions) == [2, 2]


async def test_a_large_file_takes_little_memory(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("question,answer\n")
        file.writelines(f"Question number {number}?,{'words ' * 60}\n" for number in range(40_000))
        # A quotation mark that is never closed swallows the rest of the file, within bounds.
        file.write('"never closed,' + "x" * 3_000_000)
    layout = pair_import.layout_of(path)
    tracemalloc.start()
    good = bad = 0
    for _, _, _, reason in await asyncio.to_thread(lambda: pair_import.rows(path, layout, 1)):
        good += reason is None
        bad += reason is not None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (good, bad) == (40_000, 1)
    assert peak < 40_000_000 < path.stat().st_size * 3


async def test_people_are_reminded_once_of_what_expires(client, drain, database, tenant):
    from tradewind.kernel.jobs import JobContext, NoPayload

    body = {"question": "Summer price?", "answer": "10 euros", "expires_at": now().isoformat()}
    pair = (await client.post(f"{KNOWLEDGE}/pairs", json=body)).json()
    for _ in range(2):
        await remind.handler(JobContext(database, tenant.actor, "remind"), NoPayload())
        await drain()
    told = (await client.get("/api/v1/notifications")).json()["items"]
    due = [one for one in told if one["kind"] == "knowledge.due"]
    assert len(due) == 1
    assert "Summer price?" in due[0]["body"]
    reviewed = await client.post(f"{KNOWLEDGE}/documents/{pair['id']}/review")
    assert UUID(reviewed.json()["id"])
    assert reviewed.json()["reviewed_at"] is not None


async def test_large_files_stop_at_their_limits_and_say_so(client, drain, session, monkeypatch):
    monkeypatch.setattr(pair_import, "MAX_PAIRS", 1_200)
    monkeypatch.setattr(pair_import, "_BATCH", 500)
    rows = [f"Question number {number}?,Answer {number}\n" for number in range(3_000)]
    document = await client.post(f"{KNOWLEDGE}/files", files=csv_file("question,answer\n" + "".join(rows)))
    assert document.status_code == 201
    started = []
    # The same content as a document, and imported twice before the first import has begun: none takes it from another.
    for _ in range(2):
        answer = await client.post(f"{KNOWLEDGE}/pairs/import", files=csv_file("question,answer\n" + "".join(rows)))
        started.append(answer.json()["run_id"])
    monkeypatch.setattr(indexing, "MAX_PASSAGES", 3)
    monkeypatch.setattr(pair_import, "enqueue_indexing", _nothing)
    await drain()
    results = [(await client.get(f"/api/v1/jobs/{run_id}")).json() for run_id in started]
    assert [run["state"] for run in results] == ["succeeded", "succeeded"]
    figures = [tuple(run["result"][name] for name in ("added", "unchanged", "rejected")) for run in results]
    assert figures == [(1_200, 0, 1_800), (0, 1_200, 1_800)]
    assert "1,200 pairs, which is the most" in results[0]["result"]["errors"][0]["reason"]
    read = (await client.get(f"{KNOWLEDGE}/documents/{document.json()['id']}")).json()
    assert (read["status"], read["passages"], read["warnings"]) == ("indexed", 3, [indexing.TOO_LONG])
    assert (await client.get(f"{KNOWLEDGE}/files/{read['id']}/content")).status_code == 200


async def _nothing(*_: object) -> None:
    """Indexing 1,200 pairs would tell nothing more."""
