"""Money and reasons, as the shapes of deals use them."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from tradewind.kernel.payload import Whole, storable

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(storable)
]
MinorAmount = Annotated[Whole, Field(ge=0, le=10**15, description="Amount in minor units of the currency, e.g. cents")]
