"""The pages that strangers see: chosen by language, painted at once, embeddable where the organisation allows it."""
