"""What a browser sends of an authenticator: base64url texts in the shape of WebAuthn's JSON."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Text64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,8192}$")]


class Attestation(BaseModel):
    """What an authenticator says when it registers; further members are not looked at."""

    model_config = ConfigDict(extra="ignore")

    clientDataJSON: Text64  # noqa: N815 - WebAuthn's name
    attestationObject: Text64  # noqa: N815


class Assertion(BaseModel):
    """What an authenticator says when it signs somebody in."""

    model_config = ConfigDict(extra="ignore")

    clientDataJSON: Text64  # noqa: N815
    authenticatorData: Text64  # noqa: N815
    signature: Text64
    userHandle: Text64 | None = None  # noqa: N815


class RegisteredCredential(BaseModel):
    """A browser's ``PublicKeyCredential`` as JSON, of a registration."""

    model_config = ConfigDict(extra="ignore")

    id: Text64
    rawId: Text64  # noqa: N815
    type: Literal["public-key"]
    response: Attestation


class AssertedCredential(BaseModel):
    """A browser's ``PublicKeyCredential`` as JSON, of a log-in."""

    model_config = ConfigDict(extra="ignore")

    id: Text64
    rawId: Text64  # noqa: N815
    type: Literal["public-key"]
    response: Assertion
