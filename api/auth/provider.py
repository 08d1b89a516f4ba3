"""OpenID Connect, spoken with ``authlib``: the only module that knows it.

Authorization code with PKCE, state and nonce. The ID token's signature is checked against the
provider's published keys, with asymmetric algorithms alone; a key that is not known is asked for
once more, so that the provider can change its keys.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx2
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.auth.provider_settings import ProviderSettings

_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
_LEEWAY_S: Final = 60
_KEPT_S: Final = 600.0
_FRESH_S: Final = 10.0
"""A key set younger than this is not asked for again because of one unknown key."""


class ProviderError(Exception):
    """The provider does not answer, or not as it must; the message is for the log alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where somebody is sent, and what must be remembered until they are back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class Provider:
    """One identity provider, with what it publishes of itself."""

    settings: ProviderSettings
    _document: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _read_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def offered(self) -> bool:
        """Whether the site has one."""
        return bool(self.settings.issuer)

    async def departure(self, back: str) -> Departure:
        """Return where somebody is sent to sign in.

        Args:
            back: the address of this site that the provider sends them back to.

        Raises:
            ProviderError: the provider does not answer.
        """
        document, _ = await self._published()
        state, nonce, verifier = (generate_token(48) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": f"openid {self.settings.scopes}".strip(),
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = add_params_to_uri(document["authorization_endpoint"], list(asked.items()))
        return Departure(address=address, state=state, nonce=nonce, verifier=verifier)

    async def claims(self, code: str, *, back: str, nonce: str, verifier: str) -> dict[str, Any]:
        """Exchange a code for what the provider says of somebody.

        Args:
            code: as the provider gave it to their browser.
            back: the same address as at their departure.
            nonce: which the token must name.
            verifier: which proves that the code was asked for here.

        Raises:
            ProviderError: the code is none, or the token does not hold.
        """
        document, keys = await self._published()
        told = await self._exchanged(document["token_endpoint"], code, back, verifier)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("the answer holds no id_token")
        try:
            decoded = self._decoded(token, keys)
        except ProviderError:
            document, keys = await self._published(younger_than_s=_FRESH_S)
            decoded = self._decoded(token, keys)
        checked = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"value": self.settings.issuer}, "aud": {"value": self.settings.client_id}},
            {
                "nonce": nonce,
                "client_id": self.settings.client_id,
                "access_token": told.get("access_token"),
            },
        )
        try:
            checked.validate(leeway=_LEEWAY_S)
        except JoseError as error:
            raise ProviderError(f"the id_token does not hold: {error}") from error
        claims = dict(decoded.claims)
        return await self._with_user_info(document, claims, told.get("access_token"))

    def _decoded(self, token: str, keys: KeySet) -> jwt.Token:
        try:
            return jwt.decode(token, keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise ProviderError(f"the id_token does not hold: {error}") from error

    async def _with_user_info(
        self, document: dict[str, Any], claims: dict[str, Any], access: object
    ) -> dict[str, Any]:
        """Add what the provider tells at its other address, where the token leaves the role out."""
        address = document.get("userinfo_endpoint")
        if self.settings.role_claim in claims or not address or not isinstance(access, str):
            return claims
        more = await self._asked("GET", address, headers={"Authorization": f"Bearer {access}"})
        if more.get("sub") != claims["sub"]:
            raise ProviderError("the userinfo is about somebody else")
        return {**more, **claims}

    async def _exchanged(
        self, endpoint: str, code: str, back: str, verifier: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        file = self.settings.client_secret_file
        if file is None:
            return await self._asked("POST", endpoint, data=form | {"client_id": self._client})
        secret = (await asyncio.to_thread(file.read_text)).strip()
        # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
        auth = (quote(self._client, safe=""), quote(secret, safe=""))
        return await self._asked("POST", endpoint, data=form, auth=auth)

    @property
    def _client(self) -> str:
        return self.settings.client_id

    async def _published(self, younger_than_s: float = _KEPT_S) -> tuple[dict[str, Any], KeySet]:
        """Return the provider's document and keys, as of not long ago."""
        async with self._reading:
            if self._keys is None or time.monotonic() - self._read_at > younger_than_s:
                issuer = str(self.settings.issuer).rstrip("/")
                document = await self._asked("GET", f"{issuer}/.well-known/openid-configuration")
                if document.get("issuer") != self.settings.issuer:
                    raise ProviderError("the document names another issuer")
                keys = await self._asked("GET", document["jwks_uri"])
                try:
                    self._keys = KeySet.import_key_set({"keys": keys["keys"]})
                except (JoseError, KeyError, ValueError) as error:
                    raise ProviderError(f"its keys cannot be read: {error}") from error
                self._document, self._read_at = document, time.monotonic()
            return self._document, self._keys

    async def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as the client has them
        try:
            async with httpx2.AsyncClient(timeout=self.settings.answer_s) as client:
                answer = await client.request(method, address, **more)
                answer.raise_for_status()
                told = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderError(f"{method} {address}: {error}") from error
        if not isinstance(told, dict):
            raise ProviderError(f"{method} {address}: no object")
        return told
