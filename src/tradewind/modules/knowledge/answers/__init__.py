"""How an answer is put together from passages: pure functions over texts, no database and no model."""
