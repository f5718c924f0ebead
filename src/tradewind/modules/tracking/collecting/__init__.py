"""The way of events from the wire into the database: read, admitted, shaped, written together."""
