"""From blocks to mails: pure, without database or network."""
