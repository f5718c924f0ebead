"""Measurements of the performance table. `make bench` prints them all."""

# Before numpy: what the package says of threads and of garbage holds for the benches, too.
import tradewind as tradewind
