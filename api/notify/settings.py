"""What a site may set of its notices: ``HOMEWARD_NOTICE_`` + the name, in capitals."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PUSH_HOSTS = (
    "fcm.googleapis.com,updates.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com"
)
CHAT_SERVICES = "slack,discord,tgram,wxteams,gchat,threema,pover"


class NotifySettings(BaseSettings):
    """Settings of what is sent to people and to other systems. Times marked proposed are ours.

    Attributes:
        site: address of the pages as people reach them, which each notice leads to.
        contact: whom push services ask about this site, ``mailto:..`` (else the address above).
        vapid_key_file: key (PEM, P-256) by which push services know this site; None: no web push.
        email_gateway_file: file with an ``apprise`` address in which ``{to}`` is the person's
            e-mail address, for example ``mailtos://user:password@host?from=...&to={to}``.
        sms_gateway_file: the same for telephone numbers.
        chat_services: ``apprise`` services (comma separated) whose addresses people may give, and
            that send to their maker's own hosts alone.
        chat_hosts: hosts of one's own to which people may have chat notices sent (ntfy, Gotify,
            Mattermost, Matrix, Rocket.Chat); none unless it is set.
        push_hosts: hosts of push services that browsers may name.
        webhook_hosts: hosts that webhooks may go to; none unless it is set.
        attempts: how often a notice is tried over one channel.
        webhook_attempts: how often a webhook is tried, with growing pauses.
        pause_s: real seconds before the second attempt; doubled each time.
        longest_pause_s: the longest of these pauses.
        answer_s: real seconds that a gateway may take to answer.
        seen_high_s: seconds of the ward's clock within which a notice of high priority must be
            opened or its alert answered, before the next channel is used (proposed) ...
        seen_medium_s: ... of medium priority (proposed) ...
        seen_low_s: ... and of low priority (proposed).
        tick_s: real seconds between looks at what is due when nothing wakes the sender.
        at_once: most notices under way at a time.
        most_channels: most channels of one person.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_NOTICE_", extra="ignore")

    site: str = "http://127.0.0.1:8000"
    contact: str = ""
    vapid_key_file: Path | None = None
    email_gateway_file: Path | None = None
    sms_gateway_file: Path | None = None
    chat_services: str = CHAT_SERVICES
    chat_hosts: str = ""
    push_hosts: str = PUSH_HOSTS
    webhook_hosts: str = ""
    attempts: int = Field(default=3, ge=1, le=10)
    webhook_attempts: int = Field(default=10, ge=1, le=50)
    pause_s: float = Field(default=2.0, gt=0)
    longest_pause_s: float = Field(default=900.0, gt=0)
    answer_s: float = Field(default=10.0, gt=0, le=60)
    seen_high_s: float = Field(default=90.0, gt=0)
    seen_medium_s: float = Field(default=300.0, gt=0)
    seen_low_s: float = Field(default=3_600.0, gt=0)
    tick_s: float = Field(default=1.0, gt=0)
    at_once: int = Field(default=32, ge=1, le=500)
    most_channels: int = Field(default=10, ge=1, le=100)

    def seen_s(self, priority: str) -> float:
        """Return within how many seconds of the ward's clock a notice should have been seen."""
        return {"high": self.seen_high_s, "medium": self.seen_medium_s}.get(
            priority, self.seen_low_s
        )

    @property
    def subject(self) -> str:
        """What push services are told of who sends: they take an address of mail or of TLS."""
        if self.contact or self.site.startswith("https://"):
            return self.contact or self.site
        return "mailto:homeward@localhost"

    def gateway(self, kind: str) -> str | None:
        """Return the site's gateway for e-mail or text messages, None if it has none."""
        file = {"email": self.email_gateway_file, "sms": self.sms_gateway_file}.get(kind)
        return None if file is None else file.read_text().strip()
