"""Secrets that are kept: sealed, opened, and moved to a new key."""

import pytest

from bot import cli as door
from bot.config import is_key
from bot.vault import Locked, NoKeyFits, Vault, new_key, reseal_all

OLD, NEW = new_key(), new_key()
SECRET = "whsec-ünïcode-🔑"


def test_what_is_sealed_can_be_opened_and_not_be_read() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(SECRET)
    assert vault.open(sealed) == SECRET
    assert SECRET not in sealed
    assert sealed != vault.seal(SECRET), "equal secrets do not look equal"


def test_a_new_key_in_front_opens_what_the_old_one_sealed() -> None:
    sealed = Vault([OLD]).seal(SECRET)
    both = Vault([NEW, OLD])
    assert both.open(sealed) == SECRET
    with pytest.raises(NoKeyFits):
        Vault([OLD]).open(both.seal(SECRET))


def test_rotation() -> None:
    """After resealing the old key can be thrown away; what no key opens is left alone and named."""
    rows = {1: Vault([OLD]).seal("one"), 2: Vault([NEW]).seal("two"), 3: Vault([new_key()]).seal("three"), 4: "rubbish"}
    before = dict(rows)
    done = reseal_all(Vault([NEW, OLD]), list(rows.items()), rows.__setitem__)
    assert (done.count, done.lost) == (2, [3, 4])
    assert [Vault([NEW]).open(rows[id_]) for id_ in (1, 2)] == ["one", "two"]
    assert [rows[3], rows[4]] == [before[3], before[4]]
    again = reseal_all(Vault([NEW]), list(rows.items()), rows.__setitem__)
    assert (again.count, again.lost) == (2, [3, 4])


@pytest.mark.parametrize("spoil", [lambda s: s[:-4], lambda s: s[:40] + s[44:], lambda s: "", lambda s: s[::-1]])
def test_what_was_tampered_with_is_not_opened(spoil: object) -> None:
    vault = Vault([OLD])
    sealed = spoil(vault.seal(SECRET))  # type: ignore[operator]
    for use in (vault.open, vault.reseal):
        with pytest.raises(NoKeyFits, match="CASEBOOK_SECRET_KEY"):
            use(sealed)


def test_without_a_key_nothing_is_kept() -> None:
    vault = Vault([])
    assert not vault.is_ready
    for use in (vault.seal, vault.open, vault.reseal):
        with pytest.raises(Locked, match="python -m bot key"):
            use("x")


def test_the_operators_command_makes_a_key_that_the_settings_take(capsys: pytest.CaptureFixture[str]) -> None:
    keys = []
    for _ in range(2):
        assert door.main(["key"]) == 0
        keys.append(capsys.readouterr().out.strip())
    assert is_key(keys[0])
    assert keys[0] != keys[1]
    assert Vault(keys).open(Vault(keys[1:]).seal(SECRET)) == SECRET
