"""The city's sections, source systems, claim kinds with their dated legal attributes, and late-charge rates.

Data in claims/data/; loaded once per installation, then edited in the admin. Safe to run again: rows that exist
are never overwritten.
"""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2000, 4, 1)  # the legal attributes are given from here on; older claims need a dated row of their own
NUMBERS = [
    "prescription_years",
    "old_prescription_years",
    "first_bracket_months",
    "late_rate_permyriad",
    "dunning_fee_yen",
]
FLAGS = ["needs_enyo", "late_truncates", "self_execution", "may_go_to_lawyers", "to_be_confirmed"]
TEXTS = [
    "legal_class",
    "statute",
    "dunning_effect",
    "late_regime",
    "late_statute",
    "appeal_body",
    "share_domain",
    "source",
]

HOLD_TEXTS = ["label", "decided_by", "late_charge", "clock", "law", "open_question", "source"]
HOLD_FLAGS = ["applies", "needs_security", "asks_before_clock_ends", "gives_notice", "to_be_confirmed"]


def load(models: Any) -> None:
    """Add what is missing. ``models`` is an app registry (``apps.get_model``), live or of a migration."""
    load_law(models)
    _booking(models.get_model("claims", "ClaimKind"), models.get_model("claims", "BookingSource"))
    if "holdterms" in models.all_models["claims"]:  # not yet there for the migrations before its own
        load_holds(models)
    if "evidenceneed" in models.all_models["claims"]:
        load_evidence_needs(models)


def load_law(models: Any) -> None:
    """Sections, systems, kinds with their legal attributes, and rates."""
    load_sources(models)
    sections = _Sections(models.get_model("toyota_collect", "Section"))
    _kinds(models.get_model("claims", "ClaimKind"), models.get_model("claims", "ClaimKindTerms"), sections)
    _rates(models.get_model("claims", "LateChargeRate"))


def load_sources(models: Any) -> None:
    """The source systems; a section that is not there yet is made."""
    _sources(models.get_model("debtors", "SourceSystem"), _Sections(models.get_model("toyota_collect", "Section")))


def load_holds(models: Any) -> None:
    """What each hold does, by class."""
    model = models.get_model("claims", "HoldTerms")
    for row in _rows("hold_terms.csv"):
        key = {name: row[name] for name in ("reason", "variant", "legal_class")}
        facts: dict[str, Any] = {name: row[name] for name in HOLD_TEXTS}
        facts |= {name: int(row[name]) for name in ("longest_months", "extension_months")}
        facts |= {name: row[name] == "1" for name in HOLD_FLAGS} | {"channels": row["channels"].split()}
        model.objects.get_or_create(**key, starts_on=FIRST_DAY, defaults=facts)


def load_evidence_needs(models: Any) -> None:
    """Which papers prove a claim, by class or by kind."""
    kinds = dict(models.get_model("claims", "ClaimKind").objects.values_list("code", "pk"))
    for row in _rows("evidence_needs.csv"):
        key = {"legal_class": row["legal_class"], "kind_id": kinds[row["kind"]] if row["kind"] else None}
        facts = {"why": row["why"], "source": row["source"], "needed": row["needed"] == "1"}
        facts["to_be_confirmed"] = row["to_be_confirmed"] == "1"
        models.get_model("claims", "EvidenceNeed").objects.get_or_create(
            **key, evidence=row["evidence"], starts_on=FIRST_DAY, defaults=facts
        )


class _Sections(dict):  # type: ignore[type-arg]
    """Sections by name, made when first named; codes are running numbers."""

    def __init__(self, model: Any) -> None:
        self.model = model
        super().__init__({row.name: row for row in model.objects.all()})

    def __missing__(self, name: str) -> Any:
        self[name] = self.model.objects.create(code=f"S{len(self) + 1:02d}", name=name)
        return self[name]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sources(model: Any, sections: _Sections) -> None:
    for row in _rows("source_systems.csv"):
        defaults = {"name": row["name"], "section": sections[row["section"]], "rank": int(row["rank"])}
        model.objects.get_or_create(code=row["code"], defaults=defaults)


def _kinds(kind_model: Any, terms_model: Any, sections: _Sections) -> None:
    for row in _rows("claim_kinds.csv"):
        names = ["name", "short_name", "group", "instalment_label", "joint_slip", "ground"]
        defaults = {name: row[name] for name in names} | {"position": int(row["position"])}
        kind, _ = kind_model.objects.get_or_create(
            code=row["code"], defaults=defaults | {"section": sections[row["section"]]}
        )
        terms = {name: row[name] for name in TEXTS}
        terms |= {name: int(row[name]) if row[name] else None for name in NUMBERS}
        terms |= {name: row[name] == "1" for name in FLAGS}
        terms_model.objects.get_or_create(kind=kind, starts_on=FIRST_DAY, defaults=terms)


def _rates(model: Any) -> None:
    table = json.loads((DATA / "late_charge_rates.json").read_text(encoding="utf-8"))
    for row in table["rows"]:
        defaults = {
            "first_permyriad": row["first"],
            "after_permyriad": row["after"],
            "relief_permyriad": row["relief"],
            "source": f"{table['law']}（{row['basis']}）",
        }
        model.objects.get_or_create(year=row["year"], defaults=defaults)


def _booking(kind_model: Any, booking_model: Any) -> None:
    """Until the city decides otherwise, each section's own feed books the money of its kinds."""
    for kind in kind_model.objects.all():
        booking_model.objects.get_or_create(
            kind=kind, starts_on=FIRST_DAY, defaults={"by": "section", "source": "開始時の扱い（市の決定で改める）"}
        )
