"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Mail templates": "Mails made of blocks: drafts, versions, previews for a person, tests, common settings.",
    "E-mail delivery": "Senders, sending domains, ways in for bounces and replies, and what became of mails.",
    "Mail sink": "Mails that stay inside this installation because no mail server is set up.",
}
