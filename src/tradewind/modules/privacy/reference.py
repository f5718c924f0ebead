"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Consents": "What people allow and refuse, by contact point and purpose, with proof.",
    "Suppression": "Contact points that get nothing, or only what they asked for.",
}
