"""What tests stand on: a real migrated PostgreSQL, a transaction rolled back after each test, actors, drain."""
