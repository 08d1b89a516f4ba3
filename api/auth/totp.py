"""Second factors: time-based one-time passwords (RFC 6238), each good for one log-in.

The secret is sealed with a key of the vault and bound to its account. The time step of the last
password used is stored, so that a password read over a shoulder does not work again.
"""

import hmac

import pyotp

from api.vault.envelope import seal, unseal

STEP_S = 30
_DRIFT_STEPS = 1
ISSUER = "Homeward"


def new_secret() -> str:
    """Return a fresh secret in base32."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """Return the ``otpauth://`` address that authenticator programs read."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def accepted_step(secret: str, password: str, real_s: float, last_step: int | None) -> int | None:
    """Return the time step that the password belongs to, None if it is wrong or was used.

    Args:
        secret: the shared secret in base32.
        password: six digits.
        real_s: real seconds since 1970.
        last_step: the newest step already used, None if none was.
    """
    totp = pyotp.TOTP(secret, interval=STEP_S)
    now = int(real_s) // STEP_S
    for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1):
        if last_step is not None and step <= last_step:
            continue
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), password.strip().encode()):
            return step
    return None


def seal_secret(key: bytes, secret: str, user_id: bytes) -> bytes:
    """Seal a secret for one account."""
    return seal(key, secret.encode(), b"totp:" + user_id)


def open_secret(key: bytes, sealed: bytes, user_id: bytes) -> str:
    """Open an account's secret.

    Raises:
        VaultError: it was changed, or belongs to another account.
    """
    return unseal(key, sealed, b"totp:" + user_id).decode()
