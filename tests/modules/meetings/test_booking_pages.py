"""The public pages as they leave the server: facts and free times inside, escaped, in the visitor's language."""

import json
import re
from datetime import UTC, datetime

import pytest

from tradewind.kernel import clock
from tradewind.kernel.colours import accents, contrast
from tradewind.kernel.static import WebApp
from tradewind.modules.meetings.pages.texts import LANGUAGES, choose_language, texts

NOW = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)  # a Monday, two days before the month ends
EVIL = "</script><script>alert(1)</script> *Tour*"
GUEST = {"name": "Ada Lovelace", "email": "ada@example.com", "time_zone": "Asia/Tokyo", "language": "de"}


@pytest.fixture(autouse=True)
def built(app, tmp_path):
    """The pages of a build, on a Monday."""
    (tmp_path / ".vite").mkdir()
    entry = {"file": "assets/booking-1.js", "css": ["assets/booking-1.css"]}
    (tmp_path / ".vite" / "booking.json").write_text(json.dumps({"src/main.ts": entry}))
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "booking-1.css").write_text("body{margin:0}")
    (tmp_path / "index.html").write_text("the app")
    before, app.router.default = app.router.default, WebApp(tmp_path)
    with clock.frozen(NOW):
        yield
    app.router.default = before


def boot_of(html):
    return json.loads(re.search(r'<script type="application/json" id="boot">(.*?)</script>', html, re.DOTALL)[1])


async def test_a_page_brings_its_facts_and_what_it_shows_can_be_booked(client, anonymous):
    created = await client.post("/api/v1/event-types", json={"title": EVIL, "slug": "tour", "colour": "#ffd43b"})
    page = created.json()["path"]
    answer = await anonymous.get(page, headers={"accept-language": "xx, de-AT;q=0.9, en;q=0.1"})
    html = answer.text
    assert answer.status_code == 200
    assert 'lang="de"' in html
    assert "alert(1)</script>" not in html
    assert "&lt;/script&gt;" in html
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert policy.endswith("frame-ancestors *")
    assert "x-frame-options" not in answer.headers
    boot = boot_of(html)
    # Near its end the month alone would soon be empty: the next one comes along.
    assert boot["slots"]["months"] == ["2026-03", "2026-04"]
    assert boot["texts"]["book"] == "Buchen"
    shown = datetime.fromtimestamp(boot["slots"]["starts"][-1] * 60, UTC)
    booking = await anonymous.post(
        f"/api/v1/booking{page.removeprefix('/book')}/bookings", json=GUEST | {"starts_at": shown.isoformat()}
    )
    assert booking.status_code == 201, booking.text

    token = booking.json()["token"]
    link = await anonymous.get(f"/meeting/{token}")
    assert 'lang="de"' in link.text  # the language they booked in
    assert boot_of(link.text)["link"]["state"] == "confirmed"
    assert link.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert (link.headers["referrer-policy"], link.headers["cache-control"]) == ("no-referrer", "no-store")
    file = await anonymous.get(f"/meeting/{token}/invitation.ics")
    assert booking.json()["uid"] in file.text.replace("\r\n ", "")
    assert (await anonymous.post(f"/api/v1/booking-links/{token}/cancel")).status_code == 200
    assert (await anonymous.get(f"/meeting/{token}/invitation.ics")).status_code == 404

    markdown = (await anonymous.get(f"{page}.md")).text
    assert "\\</script\\>" in markdown
    assert "\\*Tour\\*" in markdown
    assert "Tuesday 2026-03-31: 09:00" in markdown
    company = page.rsplit("/", 1)[0]
    assert f"{page}.md" in (await anonymous.get(f"{company}/llms.txt")).text
    assert f'href="{page}"' in (await anonymous.get(company)).text
    for missing in ("/book/nobody", f"{company}/nothing", "/meeting/no-such-token-at-all"):
        assert (await anonymous.get(missing)).status_code == 404
    assert (await anonymous.get(f"{page}?lang=fr")).headers["content-language"] == "fr"


@pytest.mark.parametrize(
    ("sites", "ancestors"),
    [
        (
            ["https://shop.example", "HTTPS://*.Example.com:8443/"],
            "'self' https://shop.example https://*.example.com:8443",
        ),
        ([], "'none'"),
        (["https://a.example; script-src *", 5], "'none'"),
        ("everyone", "'none'"),
    ],
    ids=["named", "none", "hostile", "mistyped"],
)
async def test_an_organisation_says_who_embeds_its_pages(client, anonymous, sites, ancestors):
    page = (await client.post("/api/v1/event-types", json={"title": "Tour"})).json()["path"]
    changed = await client.patch("/api/v1/organisation", json={"settings": {"booking_sites": sites}})
    assert changed.status_code == 200, changed.text
    policy = (await anonymous.get(page)).headers["content-security-policy"]
    assert policy.partition("frame-ancestors ")[2] == ancestors


async def test_sites_that_embed_are_checked_when_they_are_named(client, client_for):
    path = "/api/v1/booking-sites"
    assert (await client.get(path)).json() == {"sites": None}
    named = ["Shop.example/", "http://*.Example.com:8443", "https://bücher.example", "https://shop.example:443"]
    stored = {"sites": ["https://shop.example", "http://*.example.com:8443", "https://xn--bcher-kva.example"]}
    changed = await client.put(path, json={"sites": named})
    assert (changed.status_code, changed.json()) == (200, stored), changed.text
    wrong = ["https://shop.example/demo", "fine.example", "*.com", "https://a b", "ftp://a.example", "https://[::1]"]
    refused = await client.put(path, json={"sites": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "meetings.sites_invalid")
    assert [one["field"] for one in refused.json()["errors"]] == [f"sites.{place}" for place in (0, 2, 3, 4, 5)]
    assert "“https://shop.example/demo” must end after the host" in refused.json()["detail"]
    assert (await client.get(path)).json() == stored
    assert (await (await client_for("analyst")).put(path, json={"sites": []})).status_code == 403
    assert (await client.put(path, json={"sites": None})).json() == {"sites": None}


async def test_what_is_free_later_or_never_is_known_at_once(client, anonymous):
    later = {"window_kind": "range", "window_start": "2026-06-01", "window_end": "2026-06-05"}
    never = {"window_kind": "range", "window_start": "2026-06-06", "window_end": "2026-06-07"}
    for values, next_at in ((later, "2026-06-01T"), (never, None)):
        page = (await client.post("/api/v1/event-types", json={"title": "Tour", **values})).json()["path"]
        boot = boot_of((await anonymous.get(page)).text)
        assert boot["slots"]["starts"] == []
        assert boot["last_month"] == "2026-06"
        assert (boot["slots"]["next_at"] or "")[:11] == (next_at or "")


@pytest.mark.parametrize("colour", ["#ffd43b", "#000000", "#ffffff", "#228be6", "#10b981", "#888888", "red"])
def test_any_colour_becomes_readable(colour):
    found = {name: tuple(bytes.fromhex(value[1:])) for name, value in accents(colour).items()}
    for scheme in ("light", "dark"):
        assert contrast(found[f"{scheme}-accent"], found[f"{scheme}-on-accent"]) >= 4.5
        assert contrast(found[f"{scheme}-accent-text"], found[f"{scheme}-accent-soft"]) >= 4.5


def test_every_language_says_everything():
    for language in LANGUAGES:
        for key, text in texts("en").items():
            names = set(re.findall(r"\{\w+\}", text))
            assert set(re.findall(r"\{\w+\}", texts(language)[key])) == names, (language, key)
        assert texts(language).keys() == texts("en").keys()
    assert choose_language("es", "de") == "es"
    assert choose_language("xx", "de;q=x, pt, fr-CA;q=0.5") == "fr"
    assert choose_language(None, None) == "en"
