"""Which types there are: who may ask for them, by which parameters, how they are found.

The roles are those of the same data at the API's other addresses; within one row-level security.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from analytics.domain.care import Role
from api.errors import ForbiddenError
from api.fhir.bundles import ResourcePage
from api.fhir.elements import Resource
from api.fhir.find import (
    alerts,
    answers,
    care,
    cases,
    consents,
    contact,
    documents,
    imaging,
    people,
    plans,
    readings,
    rota,
    subscriptions,
)
from api.fhir.search import FhirSearch
from api.fhir.simulated import mark, patient_of
from api.http.deps import UnitOfWork

EVERYBODY = frozenset(Role)
STAFF = EVERYBODY - {Role.PATIENT}
COORDINATORS = frozenset({Role.COORDINATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """One type of resource.

    Attributes:
        parameters: search parameters beside the common ones, with their kind.
        search: answers a search.
        read: answers one by its id, None if it is not there or not to be seen.
        roles: who may ask for it at all.
    """

    parameters: Mapping[str, str]
    search: Callable[[UnitOfWork, FhirSearch], Awaitable[ResourcePage]]
    read: Callable[[UnitOfWork, str], Awaitable[Resource | None]]
    roles: frozenset[Role] = EVERYBODY

    def demand(self, role: Role) -> None:
        """Refuse a role that may not ask for this.

        Raises:
            ForbiddenError: it may not.
        """
        if role not in self.roles:
            raise ForbiddenError


_WHOSE = {"patient": "reference", "subject": "reference"}

_TYPES: Mapping[str, ResourceType] = MappingProxyType(
    {
        "Patient": ResourceType(
            parameters={"identifier": "token"},
            search=people.search_patients,
            read=people.patient,
        ),
        "Practitioner": ResourceType(
            parameters={},
            search=people.search_practitioners,
            read=people.practitioner,
        ),
        "PractitionerRole": ResourceType(
            roles=COORDINATORS,
            parameters={},
            search=people.search_practitioner_roles,
            read=people.practitioner_role,
        ),
        "CareTeam": ResourceType(
            parameters=_WHOSE,
            search=people.search_care_teams,
            read=people.care_team,
        ),
        "Device": ResourceType(
            roles=COORDINATORS,
            parameters={"patient": "reference"},
            search=people.search_devices,
            read=people.device,
        ),
        "Encounter": ResourceType(
            parameters=_WHOSE,
            search=people.search_encounters,
            read=people.encounter,
        ),
        "Observation": ResourceType(
            parameters=_WHOSE
            | {
                "code": "token",
                "category": "token",
                "date": "date",
                "_sort": "special",
                "_include": "special",
            },
            search=readings.search_observations,
            read=readings.observation,
        ),
        "RiskAssessment": ResourceType(
            parameters=_WHOSE,
            search=readings.search_risks,
            read=readings.risk,
        ),
        "Provenance": ResourceType(
            parameters={"target": "reference"},
            search=readings.search_provenance,
            read=readings.provenance,
        ),
        "Flag": ResourceType(
            parameters=_WHOSE | {"status": "token"},
            search=alerts.search_flags,
            read=alerts.flag,
        ),
        "DetectedIssue": ResourceType(
            parameters=_WHOSE,
            search=alerts.search_issues,
            read=alerts.issue,
        ),
        "Communication": ResourceType(
            parameters=_WHOSE,
            search=contact.search_communications,
            read=contact.communication,
        ),
        "Appointment": ResourceType(
            parameters={"patient": "reference"},
            search=contact.search_appointments,
            read=contact.appointment,
        ),
        "Schedule": ResourceType(
            parameters={"actor": "reference"},
            search=rota.search_schedules,
            read=rota.schedule,
        ),
        "Slot": ResourceType(
            parameters={"schedule": "reference", "start": "date", "status": "token"},
            search=rota.search_slots,
            read=rota.slot,
        ),
        "ImagingStudy": ResourceType(
            parameters=_WHOSE,
            search=imaging.search_imaging_studies,
            read=imaging.imaging_study,
        ),
        "DiagnosticReport": ResourceType(
            parameters=_WHOSE,
            search=imaging.search_diagnostic_reports,
            read=imaging.diagnostic_report,
        ),
        "Task": ResourceType(
            parameters=_WHOSE,
            search=care.search_tasks,
            read=care.task,
        ),
        "DocumentReference": ResourceType(
            parameters=_WHOSE,
            search=documents.search_documents,
            read=documents.document,
        ),
        "Consent": ResourceType(
            parameters={"patient": "reference"},
            search=consents.search_consents,
            read=consents.consent,
        ),
        "ServiceRequest": ResourceType(
            parameters=_WHOSE,
            search=cases.search_service_requests,
            read=cases.service_request,
        ),
        "Subscription": ResourceType(
            roles=frozenset({Role.ADMIN}),
            parameters={},
            search=subscriptions.search_subscriptions,
            read=subscriptions.subscription,
        ),
        "CarePlan": ResourceType(
            parameters=_WHOSE,
            search=plans.search_care_plans,
            read=plans.care_plan,
        ),
        "Questionnaire": ResourceType(
            parameters={},
            search=answers.search_questionnaires,
            read=answers.questionnaire,
        ),
        "QuestionnaireResponse": ResourceType(
            parameters=_WHOSE,
            search=answers.search_responses,
            read=answers.response,
        ),
        "AuditEvent": ResourceType(
            roles=frozenset({Role.ADMIN}),
            parameters={"patient": "reference"},
            search=alerts.search_audit_events,
            read=alerts.audit_event,
        ),
    }
)


async def _by_id(of_type: ResourceType, work: UnitOfWork, asked: FhirSearch) -> ResourcePage:
    """Find what has one of these ids, of the patient who is asked for, if any is."""
    whose = asked.patient()
    found = [await of_type.read(work, key) for key in dict.fromkeys(asked.any_of("_id"))]
    return ResourcePage(
        resources=[one for one in found if one and whose in (None, patient_of(one))]
    )


def _whole(of_type: ResourceType) -> ResourceType:
    """Return the type with what holds of all: found by ``_id``, marked where it is simulated."""

    async def search(work: UnitOfWork, asked: FhirSearch) -> ResourcePage:
        named = bool(asked.any_of("_id"))
        found = await (_by_id(of_type, work, asked) if named else of_type.search(work, asked))
        await mark(work.conn, [*found.resources, *found.included])
        return found

    async def read(work: UnitOfWork, key: str) -> Resource | None:
        found = await of_type.read(work, key)
        if found is not None:
            await mark(work.conn, [found])
        return found

    return replace(of_type, search=search, read=read)


TYPES: Mapping[str, ResourceType] = MappingProxyType(
    {kind: _whole(of_type) for kind, of_type in _TYPES.items()}
)
