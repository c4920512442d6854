"""The outside, for trying Casebook and testing it: strict stand-ins of it. They import nothing of ours."""

from .alarms import Alarms
from .driver import Answer, Bot, Channel, Group, Home, Message, Modal, Person
from .jira import LocalJira
from .pagerduty import LocalPagerDuty
from .receiver import WebhookReceiver
from .servicenow import LocalServiceNow
from .slack import LocalSlack
from .wire import Impossible

__all__ = [
    "Alarms",
    "Answer",
    "Bot",
    "Channel",
    "Group",
    "Home",
    "Impossible",
    "LocalJira",
    "LocalPagerDuty",
    "LocalServiceNow",
    "LocalSlack",
    "Message",
    "Modal",
    "Person",
    "WebhookReceiver",
]
