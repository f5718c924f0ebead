"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Models": "Providers of models, which model does which task, what calls cost, and budgets.",
    "Prompts": "The texts that models are given: versions, variables, publishing, tests.",
}
