"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Simulations": "Agents tried against made-up visitors: suites, runs, reports, and the gate before publishing.",
}
