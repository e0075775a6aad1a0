"""Which account of the service a person has: the part to copy, with SQLite as the store.

`claims` is a verified assertion of a route that releases `email`. docs/account-matching.md explains each outcome.
"""

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass

TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0,
    merged_into INTEGER REFERENCES accounts (id)
);
CREATE INDEX IF NOT EXISTS accounts_by_email ON accounts (email);
-- A person may have had several subjects. The key makes sure that no subject has two accounts.
CREATE TABLE IF NOT EXISTS subjects (
    sub TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id)
);
"""


class NotPossible(Exception):
    """The accounts changed meanwhile: ask `match` again."""


@dataclass(frozen=True)
class Match:
    """`outcome`, the account if there is one, and the accounts that the person may turn out to have."""

    outcome: str
    account: int | None = None
    candidates: tuple[int, ...] = ()
    old_email: str | None = None


class Accounts:
    """The accounts in one database. Each thread needs a connection of its own, with `isolation_level=None`."""

    def __init__(self, database: sqlite3.Connection):
        self.database = database
        database.execute("PRAGMA foreign_keys = ON")
        for statement in TABLES.split(";"):
            database.execute(statement)

    def import_account(self, email: str) -> int:
        """An account that the service had before it used One Login; its id."""
        return self.database.execute("INSERT INTO accounts (email) VALUES (?)", (email.lower(),)).lastrowid

    def match(self, claims: dict) -> Match:
        """Finds the person's account. Only a known person's e-mail address changes by it."""
        email = address(claims)
        with self.transaction():
            found = self.account_of(claims["sub"])
            if found is None:
                return self.by_email(email)
            account, old, closed = found
            if closed:
                return Match("closed", account)
            if email is None or email == old:
                return Match("known", account)
            self.database.execute("UPDATE accounts SET email = ? WHERE id = ?", (email, account))
            return Match("email_changed", account, old_email=old)

    def open(self, claims: dict) -> int:
        """Opens an account for a new person. A second request that comes at once gets the same account."""
        email = address(claims)
        with self.transaction():
            found = self.account_of(claims["sub"])
            if found and not found[2]:
                return found[0]
            if found or email is None:
                raise NotPossible
            account = self.import_account(email)
            self.database.execute("INSERT INTO subjects VALUES (?, ?)", (claims["sub"], account))
            return account

    def link(self, account: int, claims: dict) -> None:
        """Gives an open account to the person. The service has checked by more than the address that it is theirs."""
        with self.transaction():
            self.must_be_open(account)
            found = self.account_of(claims["sub"])
            if found and found[0] != account:
                raise NotPossible
            self.database.execute("INSERT OR IGNORE INTO subjects VALUES (?, ?)", (claims["sub"], account))
            email = address(claims)
            if email is not None:
                self.database.execute("UPDATE accounts SET email = ? WHERE id = ?", (email, account))

    def merge(self, kept: int, other: int) -> None:
        """Makes one account of two that are one person's; the caller moves everything else that the other has."""
        if kept == other:
            raise NotPossible
        with self.transaction():
            self.must_be_open(kept)
            self.must_be_open(other)
            self.database.execute("UPDATE subjects SET account = ? WHERE account = ?", (kept, other))
            self.database.execute("UPDATE accounts SET closed = 1, merged_into = ? WHERE id = ?", (kept, other))

    def close(self, account: int) -> None:
        """Closes an account. Its subjects stay, so that a closed account is told from a new person."""
        with self.transaction():
            self.database.execute("UPDATE accounts SET closed = 1 WHERE id = ?", (account,))

    def account_of(self, sub: str):
        query = "SELECT id, email, closed FROM accounts JOIN subjects ON account = id WHERE sub = ?"
        return self.database.execute(query, (sub,)).fetchone()

    def by_email(self, email: str | None) -> Match:
        query = (
            "SELECT id, EXISTS (SELECT 1 FROM subjects WHERE account = id) FROM accounts "
            "WHERE email = ? AND NOT closed ORDER BY id"
        )
        found = self.database.execute(query, (email,)).fetchall()
        candidates = tuple(account for account, _ in found)
        if not found:
            return Match("new")
        if any(has_subject for _, has_subject in found):
            return Match("another_sub", candidates=candidates)
        return Match("known_by_email" if len(found) == 1 else "several", candidates=candidates)

    def must_be_open(self, account: int) -> None:
        found = self.database.execute("SELECT closed FROM accounts WHERE id = ?", (account,)).fetchone()
        if found is None or found[0]:
            raise NotPossible

    @contextmanager
    def transaction(self):
        """Nothing else writes between the first look and the last change."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")


def address(claims: dict) -> str | None:
    """The e-mail address in the one spelling in which it is compared, if One Login says that it is the person's."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str) or not email:
        return None
    return email.lower()
