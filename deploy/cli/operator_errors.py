"""Errors that are the operator's to mend, in words for them; anything else is a defect."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

from pydantic import ValidationError


def explain(failure: Exception) -> str | None:
    """Return one line that says what is wrong, or None for an error that should be seen whole."""
    import psycopg
    from sqlalchemy.exc import ArgumentError, OperationalError

    from analytics.errors import DatasetError
    from deploy.errors import DeployError
    from device_sim.errors import SimulatorError

    if isinstance(failure, DatasetError | DeployError | SimulatorError):
        return str(failure)
    if isinstance(failure, psycopg.OperationalError | OperationalError):
        return f"the database cannot be reached: {_first_line(failure)}"
    if isinstance(failure, ArgumentError):
        return "HOMEWARD_DATABASE_URL is not like postgresql://user:password@host:5432/name"
    if isinstance(failure, ValidationError):
        return "; ".join(_setting(error["loc"], error["msg"]) for error in failure.errors())
    if isinstance(failure, OSError | ValueError):
        return _first_line(failure)
    return None


def _setting(place: tuple[int | str, ...], message: str) -> str:
    name = "_".join(str(part) for part in place).upper()
    known = name.startswith(("HOMEWARD_", "XDG_", "DEMO_"))
    said = "is not set" if message == "Field required" else message
    return f"{name if known else 'HOMEWARD_' + name}: {said}"


def _first_line(failure: Exception) -> str:
    text = str(getattr(failure, "orig", None) or failure).strip()
    return text.splitlines()[0] if text else type(failure).__name__
