"""Sources, documents, pairs, articles and files over the API."""

import pytest
from sqlalchemy import text
from tests.modules.knowledge import sample_files

KNOWLEDGE = "/api/v1/knowledge"


async def made(client, path, body):
    answer = await client.post(f"{KNOWLEDGE}/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_pairs_are_added_changed_removed_and_brought_back(client):
    pair = await made(client, "pairs", {"question": "Do you ship  abroad?", "answer": "Yes.", "scope": "public"})
    assert (pair["title"], pair["content"], pair["scope"], pair["status"]) == (
        "Do you ship abroad?", "Yes.", "public", "pending",
    )  # fmt: skip
    twice = await client.post(f"{KNOWLEDGE}/pairs", json={"question": "do you ship abroad", "answer": "No."})
    assert (twice.status_code, twice.json()["code"]) == (409, "knowledge.question_known")
    url = f"{KNOWLEDGE}/documents/{pair['id']}"
    changed = (await client.patch(f"{KNOWLEDGE}/pairs/{pair['id']}", json={"answer": "To all of Europe."})).json()
    assert (changed["current_version"], changed["content"]) == (2, "To all of Europe.")
    diff = (await client.get(f"{url}/versions/2/diff", params={"against": 1})).json()
    assert [(line["kind"], line["text"]) for line in diff["lines"] if line["kind"] != "same"] == [
        ("removed", "Yes."), ("added", "To all of Europe."),
    ]  # fmt: skip
    assert (await client.post(f"{url}/versions/1/restore")).json()["content"] == "Yes."
    assert (await client.delete(url)).status_code == 204
    assert (await client.get(f"{KNOWLEDGE}/documents", params={"q": "abroad"})).json()["items"] == []
    assert (await client.post(f"{url}/restore")).json()["deleted_at"] is None
    found = (await client.get(f"{KNOWLEDGE}/documents", params={"q": "ABROAD yes", "kind": "qa"})).json()["items"]
    assert [row["id"] for row in found] == [pair["id"]]
    stale = await client.patch(url, json={"scope": "internal"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


async def test_two_editors_of_an_article_lose_nothing(client, client_for):
    other = await client_for("manager")
    article = await made(client, "articles", {"title": "Billing", "content": "Monthly."})
    url = f"{KNOWLEDGE}/articles/{article['document']['id']}"
    assert (article["draft"]["version"], article["document"]["current_version"]) == (1, 0)
    mine = {"title": "Billing", "content": "Monthly, in advance.", "base_version": 1}
    theirs = {"title": "Billing", "content": "Monthly, by card.", "base_version": 1}
    assert (await client.put(f"{url}/draft", json=mine)).json()["version"] == 2
    late = await other.put(f"{url}/draft", json=theirs)
    assert (late.status_code, late.json()["code"]) == (409, "knowledge.draft_conflict")
    assert late.json()["current"]["content"] == "Monthly, in advance."
    merged = theirs | {"content": "Monthly, in advance, by card.", "base_version": late.json()["current"]["version"]}
    assert (await other.put(f"{url}/draft", json=merged)).status_code == 200
    unseen = await client.post(f"{url}/publish", json={"draft_version": 2})
    assert (unseen.status_code, unseen.json()["code"]) == (409, "knowledge.draft_conflict")
    published = (await client.post(f"{url}/publish", json={"draft_version": 3})).json()
    assert (published["draft"], published["document"]["content"]) == (None, "Monthly, in advance, by card.")
    assert published["document"]["current_version"] == 1
    # Saving on top of a draft that was published meanwhile is told too.
    after = await client.put(f"{url}/draft", json=mine | {"base_version": 3})
    assert after.json()["current"]["content"] == "Monthly, in advance, by card."
    again = await client.put(f"{url}/draft", json=mine | {"base_version": 0})
    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert (await client.delete(f"{url}/draft")).status_code == 204


async def test_scope_and_expiry_of_a_source_reach_its_documents_at_once(client):
    source = await made(client, "sources", {"kind": "qa", "name": "Terms", "scope": "public"})
    pair = await made(client, "pairs", {"question": "Notice?", "answer": "A month.", "source_id": source["id"]})
    assert pair["scope"] == "public"
    url = f"{KNOWLEDGE}/sources/{source['id']}"
    await client.patch(url, json={"scope": "internal", "expires_at": "2020-01-01T00:00:00Z"})
    document = (await client.get(f"{KNOWLEDGE}/documents/{pair['id']}")).json()
    assert (document["scope"], document["own_scope"], document["expired"]) == ("internal", None, True)
    assert (await client.get(url)).json()["expired"] == 1
    assert (await client.delete(url)).status_code == 204
    assert (await client.get(f"{KNOWLEDGE}/documents/{pair['id']}")).json()["deleted_at"] is not None
    assert (await client.post(f"{url}/restore")).json()["documents"] == 1
    wrong = await client.post(f"{KNOWLEDGE}/articles", json={"title": "x", "source_id": source["id"]})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "knowledge.wrong_kind")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.5/", "private network"),
        ("http://[::1]:80/", "not allowed"),
        ("http://localhost:8000/", "TRADEWIND_KNOWLEDGE_ALLOW_LOCALHOST"),
        ("ftp://example.com", "like https"),
        ("https://user:secret@example.com", "without a user name"),
    ],
)
async def test_sites_inside_are_refused(client, url, words):
    body = {"kind": "site", "name": "Site", "scope": "public", "site": {"url": url}}
    answer = await client.post(f"{KNOWLEDGE}/sources", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "knowledge.address_refused")
    assert words in answer.json()["detail"]


async def test_files_are_kept_refused_and_downloaded(client):
    def file(name, content):
        return {"file": (name, content, "application/octet-stream")}

    bad = await client.post(f"{KNOWLEDGE}/files", files=file("photo.pdf", b"\x89PNG"))
    assert (bad.status_code, bad.json()["code"]) == (400, "knowledge.file_refused")
    content = sample_files.price_list()
    kept = await client.post(f"{KNOWLEDGE}/files", params={"scope": "clients"}, files=file("../Prices.pdf", content))
    assert kept.status_code == 201, kept.text
    document = kept.json()
    assert (document["title"], document["status"], document["file"]["name"]) == ("Prices.pdf", "pending", "Prices.pdf")
    again = await client.post(f"{KNOWLEDGE}/files", files=file("prices.pdf", content))
    assert again.json()["id"] == document["id"]
    whole = await client.get(f"{KNOWLEDGE}/files/{document['id']}/content")
    assert whole.content == content
    assert whole.headers["content-disposition"].startswith("attachment")


async def test_every_change_is_in_the_audit_log(client, session):
    pair = await made(client, "pairs", {"question": "Who?", "answer": "We."})
    url = f"{KNOWLEDGE}/documents/{pair['id']}"
    await client.patch(url, json={"excluded": True, "scope": "internal"})
    await client.post(f"{url}/review")
    await client.delete(url)
    actions = await session.scalars(
        text("SELECT action FROM audit_log WHERE subject_id = :id ORDER BY occurred_at, id"), {"id": pair["id"]}
    )
    assert list(actions) == [f"knowledge_document.{what}" for what in ("created", "updated", "reviewed", "deleted")]
