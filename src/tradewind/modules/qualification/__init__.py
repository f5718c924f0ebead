"""Qualification: flows of questions, what people answer in their own words, and what follows from it."""
