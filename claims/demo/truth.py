"""truth/: who is who, what is owed to the yen, what must be rejected, and who is in hardship and why."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from claims.demo.bills import Claim, Receipt
from claims.demo.extracts import CLAIM_KEY, key_of
from claims.demo.life import TODAY, Debtor
from claims.demo.people import Person
from claims.demo.records import Record

HEADERS = {
    "people": ("true_person", "name", "kana", "birth_on", "sex", "country", "corporate_number", "atena_number",
               "household_number", "died_on", "left_city_on", "debtor", "identities"),
    "identities": ("source", "person_number", "atena_number", "true_person"),
    "owed": ("source", "person_number", "true_person", *CLAIM_KEY, "due_on", "levied_yen", "principal_yen", "fee_yen",
             "status"),
    "rejects": ("file", "line", "reason"),
    "hardship": ("true_person", "in_hardship", "since", "event", "pattern", "why", "conduct"),
    "protected": ("true_person", "atena_number", "protected_from", "protected_until", "in_force",
                  "identities_without_atena_number"),
}  # fmt: skip
TOTALS = ("claims", "levied_yen", "received_yen", "received_fee_yen", "received_late_yen", "principal_yen", "fee_yen")


class Truth:
    """Writes truth/ as the city grows; only the totals per kind are held in memory.

    ``owed.csv`` and ``ledger_totals.csv`` say what a correct intake shows as of the business date: ``levied_yen`` is
    the levy as corrected and less exemptions, received money counts cancelled receipts out, rejected rows do not exist.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._seed = folder, seed
        folder.mkdir(parents=True, exist_ok=True)
        self._files = {name: (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") for name in HEADERS}
        self._out: dict[str, Any] = {name: csv.writer(file, lineterminator="\n") for name, file in self._files.items()}
        for name, header in HEADERS.items():
            self._out[name].writerow(header)
        self._totals: dict[str, list[int]] = {}
        self.rejects: dict[str, int] = {}

    def person(self, person: Person, identities: list[Record], *, debtor: bool) -> None:
        self._out["people"].writerow((
            person.true_id, person.name.text("　", official=True), person.name.kana(), person.born or "", person.sex,
            person.country, person.corporate_number, person.atena_number, person.household_number,
            person.died_on or "", person.left_city_on or "", "yes" if debtor else "no",
            " ".join(f"{one.source}:{one.person_number}" for one in identities),
        ))  # fmt: skip
        for one in identities:
            self._out["identities"].writerow((one.source, one.person_number, one.atena_number, person.true_id))
        if person.protected_from:
            hidden = " ".join(f"{one.source}:{one.person_number}" for one in identities if not one.atena_number)
            in_force = person.protected_from <= TODAY <= person.protected_until
            self._out["protected"].writerow((
                person.true_id, person.atena_number, person.protected_from, person.protected_until,
                "yes" if in_force else "no", hidden,
            ))  # fmt: skip

    def hardship(self, debtor: Debtor) -> None:
        hard = debtor.hardship
        story = ("yes", hard.since, hard.event, hard.pattern, hard.why) if hard else ("no", "", "", "", "")
        self._out["hardship"].writerow((debtor.person.true_id, *story, debtor.conduct))

    def claim(self, record: Record, claim: Claim, reason: str, receipts: list[Receipt]) -> None:
        """Book a claim with the receipts a correct intake accepts."""
        booked = {"principal_yen": 0, "fee_yen": 0, "late_yen": 0}
        for receipt in receipts:
            for part in booked:
                booked[part] += -getattr(receipt, part) if receipt.cancels else getattr(receipt, part)
        principal, fee = claim.charged_yen - booked["principal_yen"], claim.fee_yen - booked["fee_yen"]
        if reason:
            status, principal, fee = "rejected", 0, 0
        else:
            status = "paid" if principal + fee == 0 else "future" if claim.due_on > TODAY else "open"
            total = self._totals.setdefault(claim.kind, [0] * len(TOTALS))
            for place, yen in enumerate((1, claim.charged_yen, *booked.values(), principal, fee)):
                total[place] += yen
        self._out["owed"].writerow((
            record.source, record.person_number, record.person.true_id, *key_of(claim), claim.due_on, claim.charged_yen,
            principal, fee, status,
        ))  # fmt: skip

    def reject(self, file: str, line: int, reason: str) -> None:
        self._out["rejects"].writerow((file, line, reason))
        self.rejects[reason] = self.rejects.get(reason, 0) + 1

    def close(self, summary: dict[str, object]) -> None:
        for file in self._files.values():
            file.close()
        with (self._folder / "ledger_totals.csv").open("w", encoding="utf-8", newline="") as out:
            totals = csv.writer(out, lineterminator="\n")
            totals.writerow(("kind", *TOTALS))
            totals.writerows((kind, *total) for kind, total in sorted(self._totals.items()))
        (self._folder / "as_of.txt").write_text(f"{TODAY}\n", encoding="utf-8")
        meta = {"business_date": TODAY, "seed": self._seed, "rejects": dict(sorted(self.rejects.items())), **summary}
        (self._folder / "meta.json").write_text(
            json.dumps(meta, ensure_ascii=False, indent=1, default=date.isoformat) + "\n", encoding="utf-8"
        )
