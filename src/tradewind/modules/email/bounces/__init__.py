"""Reading what comes back after a mail was sent: bounces, feedback reports, automatic answers. No database here."""
