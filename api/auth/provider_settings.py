"""A hospital's own sign-in (OpenID Connect): ``HOMEWARD_OIDC_`` + the name, in capitals."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from analytics.domain.care import Role

_NEVER = frozenset({Role.PATIENT})


class ProviderSettings(BaseSettings):
    """Settings of the identity provider that staff may sign in with; without an issuer: none.

    Attributes:
        issuer: the provider's address, exactly as its tokens name it (https).
        client_id: what this site is called there.
        client_secret_file: the secret that goes with it; None: a public client.
        name: what the log-in page calls it.
        scopes: what is asked for, besides ``openid``.
        role_claim: the claim that holds somebody's groups or roles, a text or a list of texts.
        roles: which of its values is which role here, ``value=role``, comma separated; of several
            that somebody has, the first in this order counts. Who has none is not let in.
        ward_claim: the claim that holds the ward.
        wards: which of its values is which ward here, ``value=ward``, comma separated; empty: the
            value is the ward's name.
        default_ward: the ward of who has no such claim; empty: not let in.
        answer_s: real seconds that the provider may take to answer.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_OIDC_", extra="ignore")

    issuer: str | None = None
    client_id: str = ""
    client_secret_file: Path | None = None
    name: str = "the hospital’s sign-in"  # noqa: RUF001 - as people read it
    scopes: str = "profile"
    role_claim: str = "roles"
    roles: str = ""
    ward_claim: str = "ward"
    wards: str = ""
    default_ward: str = ""
    answer_s: float = Field(default=10.0, gt=0)

    def role_of(self, claims: dict[str, object]) -> Role | None:
        """Return the role that somebody's claims give them; None: none here."""
        held = set(_texts(claims.get(self.role_claim)))
        for value, name in _pairs(self.roles):
            if value in held and name in set(Role) - _NEVER:
                return Role(name)
        return None

    def ward_of(self, claims: dict[str, object]) -> str | None:
        """Return the ward that somebody's claims give them; None: none here."""
        held = _texts(claims.get(self.ward_claim))
        known = dict(_pairs(self.wards))
        for value in held:
            ward = known.get(value) if known else value
            if ward and len(ward) <= 60:  # noqa: PLR2004 - as every form has it
                return ward
        return self.default_ward or None


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return ``a=b,c=d`` as pairs; what is no pair is left out."""
    parts = [one.rpartition("=") for one in text.split(",")]
    return [(value.strip(), name.strip()) for value, mark, name in parts if mark]


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
