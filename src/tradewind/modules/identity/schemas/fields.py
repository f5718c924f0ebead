"""Field types that several shapes share."""

from typing import Annotated

from pydantic import Field, StringConstraints

# At least one visible character, no control characters: they would break mails, CSV files and PostgreSQL.
Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=120,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
    ),
]
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\x00-\x1f\x7f]+$"), Field(examples=["ada@example.com"])
]
# The policy itself (length, guessability) is the service's; this only bounds what is hashed.
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
