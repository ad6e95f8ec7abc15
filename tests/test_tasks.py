"""Every job: in whose name it writes, and that no message can tell it otherwise. A new job fails here until it has a line."""

import inspect
import re

import pytest

from toyota_collect.celery import app
from toyota_collect.permissions import POLICY, Role
from toyota_collect.reference import SYSTEM_ACCOUNTS

APPS = ("toyota_collect.", "debtors.", "claims.", "notices.", "welfare.", "lawyers.")
# In whose name: a job's own account, who asked for the work (kept in its row, and asked for rights then), or nobody's.
ASKED, NOBODY = "who asked", "nobody"
ACTORS = {
    "toyota_collect.tasks.seal_logs": NOBODY,
    "toyota_collect.tasks.put_anchor_aside": NOBODY,
    "toyota_collect.tasks.prove_logs": NOBODY,
    "debtors.tasks.watch_looks": NOBODY,
    "debtors.tasks.find_questions": "system.intake",
    "debtors.tasks.assign_new_people": "system.intake",
    "debtors.tasks.make_extraction": ASKED,
    "debtors.tasks.look_after_extractions": ASKED,
    "claims.tasks.seal_ledger": NOBODY,
    "claims.tasks.count_board": NOBODY,
    "claims.tasks.count_closing": NOBODY,
    "claims.tasks.count_performance": NOBODY,
    "claims.tasks.watch_plans": "system.intake",
    "claims.tasks.look_after_holds": "system.intake",
    "claims.tasks.look_after_payments": "system.intake",
    "welfare.tasks.find_hardship": "system.finder",
    "lawyers.tasks.watch_cases": "system.lawyers",
}
OWN = sorted(name for name in app.tasks if name.startswith(APPS))
# What a message may carry: keys of rows, nothing that says who asks or what they may.
NAMES = re.compile(r"^(?:\w+_id|counting)$")


def test_no_message_says_who_asks():
    for name in OWN:
        parameters = inspect.signature(app.tasks[name].run).parameters
        assert all(NAMES.match(one) for one in parameters), (name, list(parameters))


@pytest.mark.parametrize("name", OWN)
def test_a_job_writes_in_the_name_it_says(name):
    said = re.findall(r'username="([\w.]+)"', inspect.getsource(app.tasks[name].run))
    assert set(said) <= set(SYSTEM_ACCOUNTS)
    actor = ACTORS.get(name, ASKED)
    assert said == ([actor] if actor in SYSTEM_ACCOUNTS else [])


def test_the_account_of_a_job_may_open_nothing():
    assert POLICY[Role.SYSTEM] == frozenset()
