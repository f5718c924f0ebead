"""AWS Signature Version 4 for one request with a body, as in the documentation of IAM.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class AwsKey:
    """An access key, and for which region and service it signs."""

    key_id: str
    secret: str
    region: str
    service: str


def signed_headers(
    method: str, url: str, headers: Mapping[str, str], body: bytes, key: AwsKey, at: datetime
) -> dict[str, str]:
    """`headers` with `x-amz-date` and `Authorization`. All given headers and Host are signed; `url` has no query."""
    parts = urlsplit(url)
    moment = f"{at:%Y%m%dT%H%M%SZ}"
    named = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    named |= {"host": parts.netloc, "x-amz-date": moment}
    names = ";".join(sorted(named))
    canonical = "\n".join(
        [
            method,
            quote(parts.path or "/", safe="/-_.~"),
            "",
            *(f"{name}:{named[name]}" for name in sorted(named)),
            "",
            names,
            sha256(body).hexdigest(),
        ]
    )
    scope = f"{at:%Y%m%d}/{key.region}/{key.service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signing_key = f"AWS4{key.secret}".encode()
    for part in (f"{at:%Y%m%d}", key.region, key.service, "aws4_request"):
        signing_key = hmac.digest(signing_key, part.encode(), sha256)
    signature = hmac.digest(signing_key, to_sign.encode(), sha256).hex()
    credential = f"Credential={key.key_id}/{scope}"
    return {
        **headers,
        "x-amz-date": moment,
        "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}",
    }
