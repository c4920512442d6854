"""The outside, for trying Casebook and testing it: a strict local Slack. It imports nothing of ours."""

from .driver import Answer, Bot, Channel, Group, Home, Message, Modal, Person
from .slack import LocalSlack
from .wire import Impossible

__all__ = ["Answer", "Bot", "Channel", "Group", "Home", "Impossible", "LocalSlack", "Message", "Modal", "Person"]
