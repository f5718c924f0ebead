"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Journeys": "What happens to whom and when: drafts, versions, rehearsals, launch, and where everybody is.",
}
