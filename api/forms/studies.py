"""What is told of a study wherever it is shown: to who may see its patient, and within a case."""

from datetime import date, datetime

from pydantic import BaseModel


class StudyFacts(BaseModel):
    """A study without its images."""

    uid: str
    taken_on: date | None
    modalities: list[str]
    series: int
    instances: int
    bytes: int
    description: str | None
    added_at: datetime
    added_by_name: str | None
