"""The GraphQL read API over the services of several modules."""
