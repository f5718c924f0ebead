"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Knowledge": "What answers are made of: sources (sites, files, articles, questions and answers), their documents "
    "with versions, scopes and expiry dates, and the passages they are searched by.",
    "Answers": "Questions answered from the knowledge base with their sources, at once or as events; what is not in it "
    "is refused.",
    "Questions": "What was asked and what it got, what nothing answers (gaps), and what people think of answers.",
    "Findings": "What is wrong in the knowledge base: contradictions, duplicates, what is out of date.",
}
