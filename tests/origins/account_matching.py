"""Runs the steps of tests/origins/account-matching.test.mjs with the Python module, and two people at once."""

import json
import sqlite3
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "examples/account-matching"))
from account_matching import Accounts, NotPossible  # noqa: E402


def connected(path):
    return Accounts(sqlite3.connect(path, isolation_level=None, timeout=30))


def step(accounts, name, *args):
    try:
        result = {"import": accounts.import_account, "open": accounts.open, "match": accounts.match,
                  "link": accounts.link, "merge": accounts.merge, "close": accounts.close}[name](*args)
    except NotPossible:
        return "not_possible"
    if name == "match":
        return [result.outcome, result.account, list(result.candidates), result.old_email]
    return result


def at_once(path, claims, count):
    """The ids that so many threads get that open an account for one person together."""
    barrier, opened = threading.Barrier(count), []

    def run():
        accounts = connected(path)
        barrier.wait()
        opened.append(accounts.open(claims))

    threads = [threading.Thread(target=run) for _ in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return opened


order = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    results = []
    for number, steps in enumerate(order["cases"]):
        accounts = connected(f"{folder}/{number}")
        results.append([step(accounts, *each) for each in steps])
    connected(f"{folder}/race")
    print(json.dumps({"results": results, "race": at_once(f"{folder}/race", order["race"], 8)}))
