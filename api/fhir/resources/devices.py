"""Device: a wearable, cuff or scale, and whose it is."""

from typing import Any

from api.fhir.elements import Resource, reference, without_nothing

Row = dict[str, Any]
_STATUS = {"registered": "inactive", "enrolled": "active", "revoked": "entered-in-error"}


def device_of(row: Row, serial: str | None) -> Resource:
    """Return a Device.

    Args:
        row: ``id``, ``kind``, ``state``, ``bound_to``, ``patient`` of ``api.store.devices``.
        serial: the opened serial number.
    """
    ended = row["state"] == "revoked" or row["bound_to"] is not None
    return without_nothing(
        {
            "resourceType": "Device",
            "id": row["id"],
            "status": "inactive" if ended else _STATUS[row["state"]],
            "serialNumber": serial,
            "deviceName": [{"name": row["kind"], "type": "user-friendly-name"}],
            "patient": reference("Patient", row["patient"]),
        }
    )
