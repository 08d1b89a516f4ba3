"""WebAuthn, spoken by the library of that name: the only module that knows it.

A passkey is asked to verify its holder (fingerprint, face, PIN), so it stands for both factors.
Which site it is for is the host that the browser asked, which ``AllowedHosts`` has let through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import webauthn
from fastapi import Request
from webauthn.helpers import base64url_to_bytes, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "Homeward"
MINUTES = 5
"""For so long an authenticator may be asked; the browser's own wait is one minute."""
_REQUIRED = UserVerificationRequirement.REQUIRED
_BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What the library raises of answers that no authenticator gives."""


class NotProvedError(Exception):
    """An authenticator's answer proves nothing; the message says why, for the log alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """For which site a passkey is: host without port, and origin as the browser names it."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What is kept of an authenticator that registered."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def site_of(request: Request, *, tls: bool) -> Site:
    """Return the site that a request is for.

    Args:
        request: with the name of the host that it asks for.
        tls: whether browsers reach it over TLS.
    """
    named = request.headers.get("host", "localhost")
    host = request.url.hostname or "localhost"
    return Site(host=host, origin=f"{'https' if tls else 'http'}://{named}")


def registration(
    site: Site, user_id: UUID, username: str, known: Sequence[bytes]
) -> tuple[bytes, dict[str, Any]]:
    """Return a challenge, and what a browser needs to register an authenticator.

    Args:
        site: for which the passkey will be.
        user_id: whose it will be; the authenticator gives it back.
        username: as the browser shows it.
        known: credentials that the account has already.
    """
    made = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=user_id.bytes,
        user_name=username,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return made.challenge, options_to_json_dict(made)


def authentication(site: Site) -> tuple[bytes, dict[str, Any]]:
    """Return a challenge, and what a browser needs to ask for any passkey of this site."""
    made = webauthn.generate_authentication_options(rp_id=site.host, user_verification=_REQUIRED)
    return made.challenge, options_to_json_dict(made)


def challenge_in(credential: dict[str, Any]) -> bytes:
    """Return which challenge an answer is to.

    Raises:
        NotProvedError: it is none.
    """
    try:
        said = base64url_to_bytes(credential["response"]["clientDataJSON"])
        return parse_client_data_json(said).challenge
    except _BROKEN as error:
        raise NotProvedError(str(error)) from error


def credential_in(credential: dict[str, Any]) -> bytes:
    """Return which credential answers.

    Raises:
        NotProvedError: it names none.
    """
    try:
        return base64url_to_bytes(credential["rawId"])
    except _BROKEN as error:
        raise NotProvedError(str(error)) from error


def registered(site: Site, credential: dict[str, Any], challenge: bytes) -> NewPasskey:
    """Check an authenticator's answer to a registration.

    Raises:
        NotProvedError: it is for another site or challenge, or its holder was not verified.
    """
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise NotProvedError(str(error)) from error
    return NewPasskey(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
    )


def proved(
    site: Site, credential: dict[str, Any], challenge: bytes, key: bytes, sign_count: int
) -> int:
    """Check an authenticator's answer to a log-in; return its count of signatures.

    Raises:
        NotProvedError: the signature does not hold, is for another site or challenge, its holder
            was not verified, or the count went back: a copy of the authenticator.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise NotProvedError(str(error)) from error
    return found.new_sign_count
