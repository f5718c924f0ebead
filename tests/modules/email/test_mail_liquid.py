"""Hostile templates and hostile data: everything ends soon, stays small, and nothing said of people becomes markup."""

import html
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml.html import fragment_fromstring

from tradewind.modules.email.templates import liquid, rich_text
from tradewind.modules.email.templates.blocks import MailContent
from tradewind.modules.email.templates.compiling import compile_text
from tradewind.modules.email.templates.filters import FILTERS, MAX_TEXT
from tradewind.modules.email.templates.links import BadAddress, Links, normal_address, with_campaign

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
DATA = {
    "person": {"first_name": "Ann", "tags": ["a", "b"], "n": 7, "none": None},
    "items": list(range(400)),
    "text": "x",
}


def rendered(source: str, data: dict, *, escaping: bool = False, fallbacks: dict | None = None) -> str:
    parsed = liquid.parse_html(source) if escaping else liquid.check(source)
    return parsed.render(data, fallbacks=fallbacks or {}, links=Links(), missing={})


value = st.sampled_from(
    ["text", "items", "person.first_name", "person.tags", "person.zzz", "nil", "'a'", "12", "a", "1.5"]
)
filters = st.lists(
    st.tuples(st.sampled_from([*FILTERS, "nope"]), st.lists(value, max_size=3)).map(
        lambda one: one[0] + (": " + ", ".join(one[1]) if one[1] else "")
    ),
    max_size=5,
)
output = st.tuples(value, filters).map(lambda one: "{{ " + " | ".join([one[0], *one[1]]) + " }}")
assign = st.tuples(value, filters).map(lambda one: "{% assign a = " + " | ".join([one[0], *one[1]]) + " %}")
words = st.text(max_size=12)
template = st.recursive(
    st.one_of(output, assign, words, st.sampled_from(["{% break %}", "{% continue %}", "{%", "}}", "{% endfor %}"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=6).map("".join),
        st.tuples(value, inner).map(lambda one: f"{{% for a in {one[0]} %}}{one[1]}{{% endfor %}}"),
        st.tuples(value, value, inner).map(lambda one: f"{{% if {one[0]} < {one[1]} %}}{one[2]}{{% endif %}}"),
        st.tuples(value, inner).map(lambda one: f"{{% case {one[0]} %}}{{% when 12 %}}{one[1]}{{% endcase %}}"),
    ),
    max_leaves=25,
)


@QUICK
@given(template)
def test_any_template_is_rendered_or_refused_with_words_for_its_author(source):
    try:
        written = rendered(source, DATA)
    except liquid.TemplateProblem:
        return
    assert len(written) <= 400_000


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in items %}{% for b in items %}{% for c in items %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in items %}" + "{% if a %}{% endif %}" * 900 + "{% endfor %}",
        "{% assign a = 'aaaaaaaaaa' %}" + "{% assign a = a | append: a %}" * 60,
        "{{ 'aaaaaaaaaa'" + " | replace: 'a', 'aaaaaaaaaa'" * 12 + " }}",
        "{% assign n = 99999999999999 %}" + "{% assign n = n | times: n %}" * 60,
        "{% for i in (1..10000000000) reversed %}x{% endfor %}",
        "{{ (1..10000000000) | join }}",
        "{{ text | append: text | split: '' | join: text }}",
        "{{ items }}",
        "{{ person }}",
        "{{ text | round: 99999999 }}",
        "{% include 'secrets' %}",
        "{% render 'secrets' %}",
        "{% capture x %}{% endcapture %}",
        "{% tw_link 0 %}https://evil.example{% endtw_link %}",
        "{{ " + "a[" * 3000 + "1" + "]" * 3000 + " }}",
        "{% if " + " and ".join(["1"] * 5000) + " %}x{% endif %}",
        "{%" * 9_000,
        "{{ x",
    ],
    ids=lambda source: source[:20] + source[-12:],
)
def test_what_would_never_end_or_fill_the_memory_is_stopped(source):
    data = DATA | {"items": list(range(900)), "text": "y" * MAX_TEXT}
    with pytest.raises(liquid.TemplateProblem):
        rendered(source, data)


@QUICK
@given(st.text(), st.text(), st.sampled_from(["text", "heading", "button", "product", "link", "alt"]))
def test_what_is_said_of_people_is_never_markup(name, attribute, place):
    tag = "{{ person.first_name }}"
    blocks = {
        "text": {"kind": "text", "html": f"<p>{tag} <strong>{tag}</strong></p>"},
        "heading": {"kind": "heading", "text": tag},
        "button": {"kind": "button", "label": tag, "href": "https://acme.com"},
        "product": {"kind": "product", "title": tag, "price": tag},
        "link": {"kind": "button", "label": "Go", "href": "https://acme.com/?q={{ person.first_name | url_encode }}"},
        "alt": {"kind": "image", "src": "https://acme.com/a.png", "alt": tag},
    }
    content = MailContent.model_validate(
        {"languages": {"en": {"subject": tag, "blocks": [blocks[place] | {"id": "one"}]}}}
    )
    told = f"<script>{name}</script>\"'><img src=x onerror={attribute}> x"
    data = {"person": {"first_name": told}}
    written = compile_text(content, "en").render(data, own=frozenset(), track=None)
    empty = compile_text(content, "en").render({"person": {"first_name": "x"}}, own=frozenset(), track=None)
    assert "<script" not in written.html
    assert re.findall(r"<[a-zA-Z][^\s>]*", written.html) == re.findall(r"<[a-zA-Z][^\s>]*", empty.html)
    assert "\n" not in written.subject
    assert "\r" not in written.subject


@QUICK
@given(st.text())
def test_rich_texts_keep_what_is_allowed_and_nothing_else(text):
    source = f"<p>ok</p>{text}<svg onload=x()><a href='javascript:x()'>j</a><iframe src=//x></iframe><b style='a'>b"
    made = rich_text.cleaned(source, text=html.escape, link=lambda address, said: html.escape(address))
    root = fragment_fromstring(made, create_parent=True)
    for element in root.iterdescendants():
        assert element.tag in {
            "p",
            "br",
            "strong",
            "b",
            "em",
            "i",
            "u",
            "s",
            "ul",
            "ol",
            "li",
            "a",
            "h3",
            "h4",
            "blockquote",
        }
        assert set(element.attrib) <= {"href", "class"}
    assert rich_text.as_text(source, link=lambda address, said: said) is not None


@QUICK
@given(st.one_of(st.text(), st.sampled_from(["http", "https", "mailto", "tel", "javascript", "data"]).flatmap(
    lambda scheme: st.text().map(lambda rest: f"{scheme}:{rest}")
)))  # fmt: skip
def test_addresses_are_for_the_web_mail_or_phone_or_refused(text):
    try:
        address = normal_address(text)
    except BadAddress:
        return
    assert address.lower().startswith(("http://", "https://", "mailto:", "tel:"))
    assert with_campaign(address, {}) == address


def test_fallbacks_speak_for_what_is_not_known():
    assert (
        rendered("Hi {{ person.zzz }}{{ person.none }}", DATA, fallbacks={"person.zzz": "a", "person.none": "b"})
        == "Hi ab"
    )
    assert (
        rendered("{{ '2026-05-01' | date: 'long', 'de' }} {{ 1234.5 | money: 'EUR', 'de' }}", {})
        == "1. Mai 2026 1.234,50\xa0€"
    )
    missing: dict[str, None] = {}
    parsed = liquid.check("{{ person.zzz | upcase }}{{ person.zzz | default: 'd' }}{% if person.none %}x{% endif %}")
    assert parsed.render(DATA, fallbacks={}, links=Links(), missing=missing) == "d"
    assert list(missing) == ["person.zzz"]
    assert with_campaign("https://a.com/?utm_source=mine#top", {"utm_source": "x", "utm_medium": "email"}) == (
        "https://a.com/?utm_source=mine&utm_medium=email#top"
    )
