"""What people allow and refuse: consents with their proof, suppression, preferences. Asked before every message.

Everything is keyed by the contact point, channel and address, known by a keyed hash: a wish outlives the record of the
person, a new import, a merge.
"""
