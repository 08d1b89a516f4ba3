"""What people send about how they are called."""

from datetime import time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ChannelKind = Literal["push", "email", "sms", "chat"]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class Quiet(BaseModel):
    """Civil times of the ward between which what is low waits; over midnight if need be."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begins: Annotated[time, Field(alias="from")]
    until: time


class NewChannel(BaseModel):
    """A way in which one wants to be called; ``address`` of a push channel is its subscription."""

    model_config = ConfigDict(extra="forbid")

    kind: ChannelKind
    address: str | dict[str, Any]
    label: Label = ""
    quiet: Quiet | None = None


class KeptChannel(BaseModel):
    """One of the channels that are to be: a known one by its id, or a new one."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    kind: ChannelKind | None = None
    address: str | dict[str, Any] | None = None
    label: Label | None = None
    quiet: Quiet | None = None


class Channels(BaseModel):
    """All channels of a person, in the order in which they are tried."""

    model_config = ConfigDict(extra="forbid")

    items: list[KeptChannel]


class DeliveryReceipt(BaseModel):
    """What a browser says when a notice has come: the word that was sealed into it."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    receipt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
