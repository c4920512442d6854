"""Rate limits per method, and one message a second per channel with a burst (docs.slack.dev, "Rate limits")."""

import math
from collections import deque
from collections.abc import Callable

# Calls a minute. "special" ones of the reference pages are "hundreds per minute".
TIERS = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "special": 600}


class RateLimits:
    """`burst`: messages that a channel takes at once before one a second applies."""

    def __init__(self, now: Callable[[], float], enabled: bool, burst: int) -> None:
        self._now, self.enabled, self.burst = now, enabled, burst
        self._calls: dict[str, deque[float]] = {}
        self._channels: dict[str, tuple[float, float]] = {}

    def refuse_call(self, method: str, tier: str) -> int | None:
        """Seconds to wait, or None and the call counts."""
        if not self.enabled:
            return None
        now = self._now()
        calls = self._calls.setdefault(method, deque())
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if len(calls) >= TIERS[tier]:
            return max(1, math.ceil(calls[0] + 60 - now))
        calls.append(now)
        return None

    def refuse_message(self, channel: str) -> int | None:
        """Seconds to wait before the channel takes another message, or None and the message counts."""
        if not self.enabled:
            return None
        now = self._now()
        tokens, at = self._channels.get(channel, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - at))
        if tokens < 1:
            self._channels[channel] = (tokens, now)
            return max(1, math.ceil(1 - tokens))
        self._channels[channel] = (tokens - 1, now)
        return None
