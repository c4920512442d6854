"""Where secrets of recipients are kept: encrypted in the database, with keys that only the operator has."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

OFF = (
    "PagerDuty and webhook recipients are off: Casebook has no key to keep their secrets with. An operator makes one "
    "with `python -m bot key`, sets it as CASEBOOK_SECRET_KEY and restarts Casebook."
)
LOST = (
    "No key in CASEBOOK_SECRET_KEY opens the recipient's secret. Put the key back that it was kept with, or enter the "
    "secret again."
)


class Locked(Exception):
    """There is no key at all."""

    def __init__(self) -> None:
        super().__init__(OFF)


class NoKeyFits(Exception):
    """What was sealed cannot be opened: its key is gone, or somebody has changed it."""

    def __init__(self) -> None:
        super().__init__(LOST)


def new_key() -> str:
    return Fernet.generate_key().decode()


class Vault:
    """``keys``: the first one seals, all of them open. That is how a key is changed: the new one is put in front."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._box = MultiFernet([Fernet(key) for key in keys]) if keys else None

    @property
    def is_ready(self) -> bool:
        """Without a key nothing is sealed or opened; both raise ``Locked``."""
        return self._box is not None

    def seal(self, text: str) -> str:
        return self._opened().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises ``NoKeyFits``."""
        try:
            return self._opened().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise NoKeyFits from None

    def reseal(self, sealed: str) -> str:
        """The same, sealed with the first key. Raises ``NoKeyFits``."""
        try:
            return self._opened().rotate(sealed.encode()).decode()
        except InvalidToken:
            raise NoKeyFits from None

    def _opened(self) -> MultiFernet:
        if self._box is None:
            raise Locked
        return self._box


@dataclass(frozen=True, slots=True)
class Resealed:
    """``lost``: ids of those that no key opens; they are left as they were."""

    count: int
    lost: Sequence[int]


def reseal_all(vault: Vault, rows: Iterable[tuple[int, str]], write: Callable[[int, str], None]) -> Resealed:
    """Every ``(id, sealed)`` with the first key, so that the others can be thrown away. May be repeated at any time."""
    count, lost = 0, []
    for id_, sealed in rows:
        try:
            write(id_, vault.reseal(sealed))
        except NoKeyFits:
            lost.append(id_)
        else:
            count += 1
    return Resealed(count, lost)
