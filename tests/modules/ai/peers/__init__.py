"""Scripted servers in the shapes of model providers, as one process of their own."""
