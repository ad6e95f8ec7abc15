"""名寄せ of a synthetic city: our rules against splink and against exact name and address. The size is in debtors.

All read the same records with the same normalised keys, from the city's extracts through the intake. Told on stderr for
each way: precision, recall over true pairs without a common 宛名番号, wrong pairs and F1 over all true pairs; for splink
at several weights, each time with the 宛名番号 joined first, as our rules do. Last, both as the scorer of the review
queue: how many true pairs stand among as many questions as our rules ask. Speeds are records a second.
"""

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from bench import Ratio, Result
from bench.imports import AS_OF, scratch_database
from debtors.match_measure import Truth, agreeing, measure, name_and_address, pairs_within, read_truth, true_groups
from debtors.rules.identities import IdentityRecord, facts_of, told_apart
from debtors.rules.matching import Pair, link_identities
from debtors.rules.questions import find_questions

SIZE = 4_000
SEED = 101
WEIGHTS = (10, 15, 20, 25, 30, 40)
Scored = list[tuple[float, int, int]]  # match weight and the pair, smaller id first


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield the comparison with exact name and address, then the one with splink."""
    records, truth = _city(size, folder)
    by_id = {one.id: one for one in records}
    began = perf_counter()
    linking = link_identities(records)
    ours = perf_counter() - began
    groups = [[by_id[key] for key in group] for group in linking.groups]
    _tell("our rules, linked by themselves", pairs_within(groups), records, truth)
    began = perf_counter()
    plain = agreeing(records, name_and_address)
    by_address = perf_counter() - began
    _tell("exact name and address", plain, records, truth)
    began = perf_counter()
    scored = splink_pairs(records)
    by_splink = perf_counter() - began
    for weight in WEIGHTS:
        chosen = [(a, b) for score, a, b in scored if score >= weight]
        _tell(f"splink, weight {weight} and more", pairs_within(_joined(records, chosen)), records, truth)
    _tell_queue(groups, scored, truth)
    people = len(records)
    yield Result("matching", size, people / ours, people / by_address, "exact name and address", Ratio.OF_SPEEDS)
    yield Result("matching", size, people / ours, people / by_splink, "splink", Ratio.OF_SPEEDS)


def _city(size: int, folder: Path) -> tuple[list[IdentityRecord], Truth]:
    """The identities of a city as the intake leaves them, and the truth."""
    from claims.demo.city import build
    from claims.intake import run as intake
    from claims.models import ImportBatch
    from debtors.services.question_finding import read_clusters

    city = folder / f"city_{size}"
    if not (city / "truth" / "meta.json").exists():
        build(debtors=size, seed=SEED, out=city)
    with scratch_database():
        batch = ImportBatch.objects.create(by=intake.intake_user(), as_of=AS_OF)
        for extract in intake.find_extracts(city):
            if extract.layout and extract.layout.content != "receipts":
                intake.import_file(batch, extract)
        records = sorted((one for cluster in read_clusters() for one in cluster), key=lambda one: one.id)
    return records, read_truth(city / "truth", records)


def splink_pairs(records: Iterable[IdentityRecord]) -> Scored:
    """What splink, trained on the records themselves, says of the pairs that agree in two facts; weights in bits."""
    import pyarrow
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    facts = ("id", "name_key", "kana_key", "birth_on", "sex", "address_key", "phone_key")
    rows = [{fact: getattr(one, fact) or None for fact in facts} for one in records]
    for row, one in zip(rows, records, strict=True):
        row["id"], row["birth_on"] = one.id, one.birth_on and one.birth_on.isoformat()
    pairs = ("name_key,birth_on", "kana_key,birth_on", "name_key,address_key", "kana_key,address_key")
    pairs += ("birth_on,address_key", "name_key,phone_key", "kana_key,phone_key", "birth_on,phone_key")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        probability_two_random_records_match=1 / len(rows),
        blocking_rules_to_generate_predictions=[block_on(*one.split(",")) for one in pairs],
        comparisons=[
            compare.JaroWinklerAtThresholds("name_key", [0.88]).configure(term_frequency_adjustments=True),
            compare.JaroWinklerAtThresholds("kana_key", [0.92]).configure(term_frequency_adjustments=True),
            compare.DamerauLevenshteinAtThresholds("birth_on", [1]),
            compare.ExactMatch("sex"),
            compare.JaroWinklerAtThresholds("address_key", [0.95]),
            compare.ExactMatch("phone_key"),
        ],
        retain_matching_columns=False,
    )
    api = DuckDBAPI()
    linker = Linker(api.register(pyarrow.Table.from_pylist(rows)), settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000, seed=1)
    for rule in ("name_key,birth_on", "kana_key,address_key"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*rule.split(",")), record_sample_proportion=1.0
        )
    found = linker.inference.predict(threshold_match_weight=-10).as_record_list()
    return [(one["match_weight"], *sorted((one["id_l"], one["id_r"]))) for one in found]


def _joined(records: Sequence[IdentityRecord], pairs: Iterable[Pair]) -> list[list[IdentityRecord]]:
    """The clusters that the 宛名番号 and the pairs make together."""
    by_id = {one.id: one for one in records}
    home = {one.id: [one.id] for one in records}

    def join(a: int, b: int) -> None:
        mine, theirs = home[a], home[b]
        if mine is not theirs:
            mine += theirs
            home.update(dict.fromkeys(theirs, mine))

    first: dict[str, int] = {}
    for one in records:
        if one.atena_number:
            join(first.setdefault(one.atena_number, one.id), one.id)
    for a, b in pairs:
        join(a, b)
    return [[by_id[key] for key in ids] for ids in {id(ids): ids for ids in home.values()}.values()]


def _tell(way: str, found: set[Pair], records: Sequence[IdentityRecord], truth: Truth) -> None:
    figures = measure(found, records, truth)
    true = pairs_within(true_groups(records, truth))
    f1 = 2 * len(found & true) / (len(found) + len(true))
    told = f"precision {figures.precision:.4f}, recall {figures.recall:.4f}, wrong {figures.false_merges}, F1 {f1:.4f}"
    print(f"{way}: {told}", file=sys.stderr)


def _tell_queue(groups: Sequence[Sequence[IdentityRecord]], scored: Scored, truth: Truth) -> None:
    """True pairs among as many questions as we ask, ranked by our weights and by splink's."""
    ours = find_questions(groups)
    right = sum(truth.person_of[one.left[0]] == truth.person_of[one.right[0]] for one in ours)
    theirs = _ranked(groups, scored, len(ours))
    also = sum(truth.person_of[a] == truth.person_of[b] for a, b in theirs)
    print(f"review queue of {len(ours)}: ours {right} true, splink {also} of {len(theirs)}", file=sys.stderr)


def _ranked(groups: Sequence[Sequence[IdentityRecord]], scored: Scored, most: int) -> list[Pair]:
    """splink's best questions between clusters, under the same guards: no two persons, nothing that is settled."""
    facts = {id(group): facts_of(group) for group in groups}
    home = {one.id: sides for group in groups for sides in ([group],) for one in group}
    chosen: list[Pair] = []
    for _, a, b in sorted(scored, reverse=True):
        mine, theirs = home[a], home[b]
        if mine is theirs or any(told_apart(facts[id(x)], facts[id(y)], by_source=False) for x in mine for y in theirs):
            continue
        mine += theirs
        home.update(dict.fromkeys((one.id for group in theirs for one in group), mine))
        chosen.append((a, b))
        if len(chosen) == most:
            break
    return chosen
