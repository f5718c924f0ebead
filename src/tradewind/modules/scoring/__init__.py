"""Scoring: how likely each lead is to convert, and why."""
