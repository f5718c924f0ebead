"""From words to the bytes of a mail: MIME, signature, return address. No database here."""
