"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Knowledge": "What answers are made of: sources (sites, files, articles, questions and answers), their documents "
    "with versions, scopes and expiry dates, and the passages they are searched by.",
}
