"""An OpenID provider over real HTTP, with keys of its own. It is honest until a test has it lie."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key

from medianest.adapters.standin.server import Answer, Received, Standin, json_answer
from medianest.ports.oidc import OidcCallback, OidcStart, Provider
from medianest.ports.surroundings import Clock

ALGORITHMS = {"RSA": "RS256", "EC": "ES256", "OKP": "Ed25519"}
PERSON = {"sub": "8f3a", "email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace"}
CLIENT_ID, CLIENT_SECRET = "medianest", "a secret+that: nobody%20else & knows"


def a_key(kid: str) -> Key:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


class OidcProvider(Standin):
    """What to change to have it lie: `metadata` (over the true one), `claims` and `header` of ID tokens (over the true
    ones; None leaves one out), `sign` (instead of signing), `userinfo`, `shown` (the keys in public), and `says`: what
    stands at a path instead."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.person: dict[str, Any] = dict(PERSON)
        self.key: Key = a_key("first")
        self.shown: list[Key] = [self.key]
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
        self.userinfo: dict[str, Any] | None = None
        self.says: dict[str, Answer] = {}
        self.token: dict[str, Any] = {}
        self.issued: list[str] = []
        """Codes and tokens, none of which may show up anywhere."""
        self._codes: dict[str, Mapping[str, str]] = {}

    def as_provider(self, **other: Any) -> Provider:
        return Provider(
            **{"slug": "own", "name": "Own", "issuer": self.url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
            | other
        )

    def rotate(self, kid: str) -> None:
        self.key = a_key(kid)
        self.shown = [self.key]

    def asked(self, path: str) -> int:
        return sum(request.path == path for request in self.received)

    async def answer(self, request: Received) -> Answer:
        if request.path in self.says:
            return self.says[request.path]
        match request.method, request.path:
            case "GET", "/.well-known/openid-configuration":
                return json_answer(self._metadata())
            case "GET", "/jwks":
                return json_answer({"keys": [key.as_dict(private=False) for key in self.shown]})
            case "GET", "/authorize":
                return self._authorize(request.query)
            case "POST", "/token":
                return self._token(dict(parse_qsl(request.body.decode())), request.headers.get("authorization", ""))
            case "GET", "/userinfo" if request.headers.get("authorization", "").removeprefix("Bearer ") in self.issued:
                return json_answer(self.person if self.userinfo is None else self.userinfo)
        return json_answer({"error": "invalid_request"}, 400)

    def _metadata(self) -> dict[str, Any]:
        own = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=home",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
        }
        return own | self.metadata

    def _authorize(self, query: Mapping[str, str]) -> Answer:
        code = self._issue()
        self._codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.url}
        return Answer(status=302, headers={"Location": f"{query['redirect_uri']}?{urlencode(back)}"})

    def _token(self, form: Mapping[str, str], authorization: str) -> Answer:
        if not _is_client(form, authorization):
            return json_answer({"error": "invalid_client", "error_description": 'No "client" like that.'}, 401)
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or not _is_proven(asked, form):
            return json_answer({"error": "invalid_grant", "error_description": f"No code {form.get('code')}."}, 400)
        token = {
            "access_token": self._issue(),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._id_token(asked.get("nonce")),
        }
        return json_answer({name: value for name, value in (token | self.token).items() if value is not None})

    def _id_token(self, nonce: str | None) -> str:
        now = int(self._clock.now().timestamp())
        true = {**self.person, "iss": self.url, "aud": CLIENT_ID, "nonce": nonce, "iat": now, "exp": now + 300}
        claims = {name: value for name, value in (true | self.claims).items() if value is not None}
        header = {"alg": ALGORITHMS[self.key.key_type], "kid": self.key.kid} | self.header
        header = {name: value for name, value in header.items() if value is not None}
        if self.sign is not None:
            return self.sign(header, claims)
        token = jwt.encode(header, claims, self.key, algorithms=[header["alg"]])
        self.issued.append(token)
        return token

    def _issue(self) -> str:
        self.issued.append(secrets.token_urlsafe(16))
        return self.issued[-1]


async def agree(start: OidcStart) -> OidcCallback:
    """As a browser does whose person says yes."""
    async with httpx.AsyncClient(verify=False) as browser:  # plain HTTP: no certificates to read
        answer = await browser.get(start.url)
    return callback_of(answer.headers["location"])


def callback_of(location: str) -> OidcCallback:
    query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    return OidcCallback(**{name: query.get(name) for name in OidcCallback.__struct_fields__})


def _is_client(form: Mapping[str, str], authorization: str) -> bool:
    if authorization.startswith("Basic "):
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return (unquote_plus(name), unquote_plus(secret)) == (CLIENT_ID, CLIENT_SECRET)
    return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


def _is_proven(asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
    """RFC 7636, 4.6."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (asked.get("code_challenge_method"), asked.get("code_challenge")) == ("S256", expected)
