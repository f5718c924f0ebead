"""The model of journeys, and what happens to people in them: pure, deterministic, without a database."""
