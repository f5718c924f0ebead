"""An OpenID provider in a thread that signs whatever a test wants it to sign."""

import base64
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey


class HostileProvider:
    """Well-behaved until told otherwise: change `claims`, `header`, `sign`, `keys`, `document` or `userinfo`."""

    def __init__(self) -> None:
        self.port = 0
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.ec_key = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
        self.reset()

    def reset(self) -> None:
        self.keys = [self.key, self.ec_key]
        self.sign_with = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, object] = {}
        self.without: set[str] = set()
        self.header: dict[str, object] = {}
        self.sign = self._sign
        self.document: dict[str, object] = {}
        self.userinfo: dict[str, object] | None = None
        self.access_token = "opaque"
        self.nonce = ""
        self.reads_of_keys = 0
        self.forms: list[dict[str, str]] = []
        self.authorization: str | None = None
        self.token_status = 200

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def discovery(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email"],
            **self.document,
        }

    def id_token(self) -> str:
        moment = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "tradewind",
            "sub": "person-1",
            "iat": moment,
            "exp": moment + 300,
            "nonce": self.nonce,
            "email": "person@harbour.example",
            "email_verified": True,
            **self.claims,
        }
        return self.sign({name: value for name, value in claims.items() if name not in self.without})

    def _sign(self, claims: dict[str, object]) -> str:
        header = {"alg": self.algorithm, "kid": self.sign_with.kid, **self.header}
        header = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(header, claims, self.sign_with, algorithms=[self.algorithm])

    def unsigned(self, claims: dict[str, object], algorithm: str = "none") -> str:
        """A token without a signature."""
        parts = [{"alg": algorithm, "kid": self.key.kid}, claims]
        coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
        return ".".join([*coded, ""])

    def callback(self, url: str, redirect_uri: str) -> str:
        """What the provider redirects to for an authorization address."""
        query = parse_qs(urlsplit(url).query)
        self.nonce = query["nonce"][0]
        return f"{redirect_uri}?code=abc&state={query['state'][0]}"


@contextmanager
def running():
    """The provider on a port of its own."""
    provider = HostileProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/.well-known/openid-configuration":
                self.answer(provider.discovery())
            elif path == "/jwks":
                provider.reads_of_keys += 1
                self.answer({"keys": [key.as_dict(private=False) for key in provider.keys]})
            elif path == "/userinfo" and provider.userinfo is not None:
                self.answer(provider.userinfo)
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.forms.append({name: values[0] for name, values in parse_qs(body).items()})
            provider.authorization = self.headers.get("Authorization")
            if provider.token_status != 200:
                self.answer({"error": "invalid_client", "error_description": "no"}, provider.token_status)
            else:
                self.answer({"access_token": provider.access_token, "id_token": provider.id_token()})

        def answer(self, value: object, status: int = 200) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
