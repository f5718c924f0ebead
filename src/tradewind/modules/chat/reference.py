"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Chat widgets": "Widgets for websites: looks, texts, sites, consent, and the secret that proves who a visitor is.",
    "Chat": "What the widget itself calls, without signing in: sessions, messages, files, typing, ratings.",
}
