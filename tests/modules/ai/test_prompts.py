"""The prompt library: versions, variables, publishing and going back, the product's own prompts, tests of prompts."""

import pytest
from sqlalchemy import text

from tradewind.modules.ai import api as ai
from tradewind.modules.ai.default_prompts import default_prompts
from tradewind.modules.ai.errors_prompts import PromptInvalid, PromptValuesInvalid
from tradewind.modules.ai.schemas_prompts import MatchesSchema, PromptContent
from tradewind.modules.ai.service import expectations, prompts
from tradewind.modules.ai.templates import check, render

PROMPTS = "/api/v1/ai/prompts"
CONTENT = {
    "instructions": "You write for {{company}}. Tone: {{ tone }}. Braces stay: \\{{tone}}.",
    "message": "Answer {{mail}} in {{count}} lines.\n{{points}}",
    "variables": [
        {"name": "company"},
        {"name": "tone", "type": "choice", "options": ["warm", "dry"]},
        {"name": "mail", "trusted": False, "description": "Their mail"},
        {"name": "count", "type": "number"},
        {"name": "points", "type": "list", "required": False},
    ],
}
VALUES = {"company": "{{tone}} & Sons", "tone": "warm", "mail": "Ignore {{count}}!", "count": 3, "points": ["a", "b"]}


def test_rendering_puts_values_in_once_and_strangers_text_apart():
    content = PromptContent.model_validate(CONTENT)
    check(content)
    made = render(content, VALUES)
    assert made.instructions == "You write for {{tone}} & Sons. Tone: warm. Braces stay: {{tone}}."
    assert made.message == "Answer the material “mail” in 3 lines.\n- a\n- b"
    assert [(one.id, one.text, one.title) for one in made.material] == [("mail", "Ignore {{count}}!", "Their mail")]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"message": "{{mail}} {{count}} {{points}} {{nobody}}"}, "message", "no variable has this name"),
        ({"message": "{{mail}} {{count}}"}, "variables.4.name", "no text uses it"),
        ({"message": "{{mail.__class__}} {{mail}}{{count}}{{points}}"}, "message", "the name of a variable"),
        ({"message": "{% if x %}{{mail}}{{count}}{{points}} {{"}, "message", "the name of a variable"),
        ({"variables": [*CONTENT["variables"], {"name": "tone"}]}, "variables.5.name", "declared twice"),
        ({"variables": [*CONTENT["variables"][:4], {"name": "points", "type": "choice"}]}, "variables.4.options", ""),
        ({"variables": [*CONTENT["variables"][:3], {"name": "count", "type": "number", "trusted": False},
                        CONTENT["variables"][4]]}, "variables.3.trusted", "Only text"),
    ],
    ids=["unknown", "unused", "attribute", "unclosed", "twice", "options", "untrusted number"],
)  # fmt: skip
def test_texts_and_variables_must_fit(change, field, words):
    with pytest.raises(PromptInvalid) as refused:
        check(PromptContent.model_validate({**CONTENT, **change}))
    assert any(one["field"] == field and words in one["message"] for one in refused.value.errors)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"company": ""}, "values.company"),
        ({"tone": "loud"}, "values.tone"),
        ({"count": "three"}, "values.count"),
        ({"count": True}, "values.count"),
        ({"points": "a"}, "values.points"),
        ({"mail": "x" * 50_001}, "values.mail"),
        ({"other": 1}, "values.other"),
    ],
    ids=str,
)
def test_values_must_fit_the_variables(values, field):
    with pytest.raises(PromptValuesInvalid) as refused:
        render(PromptContent.model_validate(CONTENT), {**VALUES, **values})
    assert [one["field"] for one in refused.value.errors] == [field]


def test_expectations_say_what_is_missing():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    wanted = [MatchesSchema(kind="matches_schema", json_schema=schema)]
    assert expectations.failures(wanted, '{"a": 1}') == []
    assert expectations.failures(wanted, '```json\n{"a": 1}\n```') == []
    assert expectations.failures(wanted, "a: 1") == ["The answer is no JSON."]
    assert "'x' is not of type 'integer'" in expectations.failures(wanted, '{"a": "x"}')[0]


async def test_a_prompt_from_draft_to_published_and_back(client, client_for, session):
    made = await client.post(PROMPTS, json={"key": "my.prompt", "name": "Mine", "content": CONTENT})
    assert made.status_code == 201, made.text
    assert (made.json()["published"], made.json()["latest"], made.json()["origin"]) == (None, 1, "own")
    again = await client.post(PROMPTS, json={"key": "my.prompt", "name": "Mine", "content": CONTENT})
    assert (again.status_code, again.json()["code"]) == (409, "ai.prompt_key_taken")
    one = f"{PROMPTS}/my.prompt"
    changed = {**CONTENT, "message": "Now {{mail}} {{count}} {{points}}"}
    saved = await client.post(f"{one}/versions", json={"content": changed, "note": "shorter"},
                              headers={"If-Match": made.headers["etag"]})  # fmt: skip
    assert saved.json()["latest"] == 2
    # Somebody else still has the page of before: their text is refused, with the present state, and not lost.
    late = await client.post(f"{one}/versions", json={"content": CONTENT}, headers={"If-Match": made.headers["etag"]})
    assert (late.status_code, late.json()["current"]["latest"]) == (412, 2)
    # The same content again is no new version.
    assert (await client.post(f"{one}/versions", json={"content": changed})).json()["latest"] == 2
    for number in (2, 1):
        answer = await client.put(f"{one}/published", json={"number": number})
        assert answer.json()["published"] == number
    assert (await client.put(f"{one}/published", json={"number": 7})).status_code == 404
    assert (await client.get(f"{one}/versions/2")).json()["content"]["message"] == changed["message"]
    assert (await prompts.rendered(session, "my.prompt", VALUES)).message.startswith("Answer the material")
    wrong = {**CONTENT, "message": "{{nobody}}"}
    refused = await client.post(f"{one}/versions", json={"content": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "ai.prompt_invalid")
    shown = await client.post("/api/v1/ai/prompt-previews", json={"content": CONTENT, "values": VALUES})
    assert shown.json()["material"] == [{"name": "mail", "text": "Ignore {{count}}!"}]
    reader = await client_for("analyst")
    assert (await reader.get(one)).status_code in (200, 403)
    assert (await reader.put(f"{one}/published", json={"number": 2})).status_code == 403
    logged = text("SELECT action FROM audit_log WHERE action LIKE 'prompt.%' ORDER BY id")
    assert list(await session.scalars(logged)) == [
        "prompt.created", "prompt.version_saved", "prompt.version_saved", "prompt.published", "prompt.published",
    ]  # fmt: skip
    # A saved version is what it was: the application has no right to change or remove one.
    for right in ("UPDATE", "DELETE"):
        held = await session.scalar(text("SELECT has_table_privilege('ai_prompt_versions', :r)"), {"r": right})
        assert held is False
    assert (await client.delete(one)).status_code == 204
    assert (await client.get(one)).status_code == 404


async def test_a_prompt_of_the_product_is_changed_and_given_back(client, session, other_organisation, client_of):
    one = f"{PROMPTS}/knowledge.answer"
    before = (await client.get(one)).json()
    assert (before["origin"], before["published"], before["version"]) == ("product", 0, 0)
    assert before["all_tests"][0]["id"] is None
    content = {**before["content"], "message": "Reply to {{question}}, please."}
    for variables in (before["content"]["variables"][:-1], [*before["content"]["variables"], {"name": "mood"}]):
        texts = "".join(f"{{{{{one['name']}}}}}" for one in variables)
        unfit = {"instructions": texts, "message": "", "variables": variables}
        refused = await client.post(f"{one}/versions", json={"content": unfit})
        assert (refused.status_code, refused.json()["code"]) == (422, "ai.prompt_invalid")
    saved = await client.post(f"{one}/versions", json={"content": content}, headers={"If-Match": '"0"'})
    assert (saved.status_code, saved.json()["published"]) == (201, 0)
    values = {"company": "C", "language": "French", "question": "q", "passages": "p"}
    assert "Answer what" in (await prompts.rendered(session, "knowledge.answer", values)).message
    await client.put(f"{one}/published", json={"number": 1})
    said = (await prompts.rendered(session, "knowledge.answer", values)).message
    assert said == "Reply to the material “question”, please."
    foreign = await client_of(other_organisation)
    assert (await foreign.get(one)).json()["origin"] == "product"
    listed = {row["key"]: row["origin"] for row in (await client.get(PROMPTS)).json()["items"]}
    assert listed == {**dict.fromkeys(default_prompts(), "product"), "knowledge.answer": "changed"}
    await client.put(f"{one}/published", json={"number": 0})
    assert "Answer what" in (await prompts.rendered(session, "knowledge.answer", values)).message
    # Tests of one's own stand beside the product's; without a model nothing pretends to have run.
    bad = {
        "name": "Json",
        "inputs": {},
        "expectations": [{"kind": "matches_schema", "json_schema": {"$ref": "http://x"}}],
    }
    refused = await client.post(f"{one}/tests", json=bad)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "expectations.0.json_schema")
    test = {"name": "Thanks", "inputs": values, "expectations": [{"kind": "contains", "text": "Thank"}]}
    [*_, added] = (await client.post(f"{one}/tests", json=test)).json()["all_tests"]
    renamed = await client.put(f"{one}/tests/{added['id']}", json={**test, "name": "Polite"})
    assert renamed.json()["all_tests"][-1]["name"] == "Polite"
    run = await client.post(f"{one}/runs", json={"number": 1})
    assert (run.status_code, run.json()["code"]) == (409, "ai.no_model")
    assert (await client.delete(f"{one}/tests/{added['id']}")).status_code == 204
    assert (await client.delete(one)).status_code == 204
    assert (await client.get(one)).json()["origin"] == "product"


def test_other_modules_may_ask_for_a_prompt():
    assert ai.prompt is prompts.rendered
