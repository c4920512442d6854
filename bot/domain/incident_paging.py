"""Calling whoever is on call for an incident: an alert at PagerDuty, which is over when the incident is."""

from datetime import datetime

from bot.domain.delivery import PAGERDUTY, Delivery, Tell
from bot.domain.incident import Incident
from bot.domain.telling import tell


def page(incident: Incident, at: datetime, *, is_over: bool) -> list[Delivery]:
    """Nobody is called if no service was chosen."""
    if incident.pager is None:
        return []
    return [
        tell(
            Tell.PAGE,
            f"incident/{incident.id}/{'over' if is_over else 'declared'}",
            at,
            stream=f"incident/{incident.id}/page",
            lane=f"{PAGERDUTY}/{incident.pager}",
            partner=PAGERDUTY,
            case_id=incident.case_id,
            data={"incident": incident.id, "recipient": incident.pager, "over": is_over},
        )
    ]
