"""Provisioning: identity providers create, change and deactivate members by SCIM 2.0 (RFC 7643, RFC 7644)."""
