"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "API keys": "Keys for programs: their scopes, networks and limits. Shown once, revoked at once.",
    "Assistants": "AI assistants that people connect through OAuth 2.1, and what the protocol needs.",
    "Audit log": "Every change with who made it and why, chained so that tampering shows.",
    "Data map": "Which columns hold personal data, and how they are protected.",
    "Me": "The signed-in person: profile, password, sessions, organisations.",
    "Organisation": "Members, invitations and settings of the organisation.",
    "Roles": "What members may do: built-in roles and your own.",
    "Second factors": "Authenticator apps, passkeys and recovery codes.",
    "Sign-in": "Sign up, sign in and out, tokens, forgotten passwords.",
    "Single sign-on": "Sign-in through the organisation's identity provider, by OIDC or SAML.",
    "Teams": "Groups of members who see each other's leads.",
    "User provisioning": "SCIM: members that the identity provider creates and removes.",
}
