"""Simulations: agents tried against made-up visitors before real ones meet them."""
