"""Admission and removal of a simulated patient, to learn the ward with.

It is a patient like any other but for its mark: ``simulated`` in every answer that names it, and
the word before its second identifier wherever a name is shown.
"""

from datetime import date
from typing import Final
from uuid import UUID, uuid4

from api.devices.topics import bucket_of
from api.errors import ConflictError
from api.forms.news2_scope import scoring_json
from api.http.deps import UnitOfWork
from api.store import keys, patients, simulations, stays
from api.store.resources import refused_when_full
from api.vault import personal_data
from api.vault.personal_data import Personal

_PERSON: Final = Personal(name="Sam Practice", birth_date=date(1948, 5, 14), simulated=True)


async def admit(work: UnitOfWork) -> UUID:
    """Admit a simulated patient to the caller's ward; return the id.

    Raises:
        ConflictError: the ward has one.
    """
    ward = work.caller.ward
    await simulations.lock_ward(work.conn, ward)
    if await simulations.of_ward(work.conn, ward) is not None:
        raise ConflictError("This ward has a simulated patient: remove that one first.")
    patient_id, zone = uuid4(), work.services.settings.zone
    key, wrapped = personal_data.new_patient_key(work.services.vault, patient_id)
    values = {
        "id": patient_id,
        "bucket": bucket_of(patient_id),
        "ward": ward,
        "sealed": personal_data.seal_personal(key, patient_id, _PERSON),
        "external_hash": None,
        "sex": "unknown",
        "language": None,
        "time_zone": zone,
        "state": "active",
        "paused_until": None,
        "spo2_scale": 1,
        "limits": {},
        "scoring": scoring_json(_PERSON.birth_date, None, zone, work.now),
        "set_by": work.caller.user_id,
        "now": work.now,
    }
    patient_no = await patients.add(work.conn, values)
    await keys.put_patient_key(work.conn, patient_no, wrapped.version, wrapped.data)
    with refused_when_full():
        await stays.begin(work.conn, patient_no, work.now, again=False)
    await simulations.begin(work.conn, patient_no, work.now)
    work.note("simulated.create", patient_no)
    return patient_id
