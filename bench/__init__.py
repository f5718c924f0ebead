"""Measurements of the performance table. `make bench` prints them all."""
