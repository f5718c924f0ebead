"""What is refused of a query."""

from tradewind.kernel.errors import Invalid


class QueryTooLarge(Invalid):
    """The query goes beyond a limit; `extra` says which, how much it asks for and how much is allowed."""

    code = "graphql.too_large"
    title = "The query asks for too much"
