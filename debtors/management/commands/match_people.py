"""Runs 名寄せ and finds its questions; with a truth, says how well. One JSON object on the last line of stdout."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from debtors.match_measure import (
    agreeing,
    measure,
    name_and_address,
    name_and_birth,
    pairs_within,
    read_truth,
    review,
)
from debtors.rules.identities import IdentityRecord
from debtors.services.identity_records import pairs_apart
from debtors.services.linking import link_new_identities
from debtors.services.question_finding import questions_of, read_clusters
from debtors.services.questions import keep_questions
from toyota_collect.business_date import business_date
from toyota_collect.models import User

UNKNOWN = dict.fromkeys(("precision", "recall", "false_merges", "f1_after_review", "queue_per_debtor"))
BASELINES = (("名寄せ前の氏名＋生年月日", name_and_birth), ("名寄せ前の氏名＋住所", name_and_address))


class Command(BaseCommand):
    help = "名寄せを行い、人に確かめる組を探す。--truth を付けると正解と比べる"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--truth", type=Path, metavar="DIR", help="架空の市の truth フォルダー（またはその親）")

        parser.add_argument("--ask", action="store_true", help="見つけた組を、名寄せの画面で確かめられるようにする")

    def handle(self, *, truth: Path | None, ask: bool, **options: Any) -> None:
        """Print ``links`` (identities that share a person with an earlier one), ``review_pairs`` (questions) and, with
        a truth: ``precision`` over all pairs linked, ``recall`` over the true pairs that share no 宛名番号,
        ``false_merges`` (pairs), ``f1_after_review`` over all true pairs once every question, and those that come up
        after an answer "different", were answered from the truth, and ``queue_per_debtor``: all these questions for
        each person who truly owes. Nothing but the links is written, unless ``--ask`` puts the questions to staff.

        Raises:
            CommandError: the truth cannot be read or is not that of the people here.
        """
        by = User.objects.get(username="system.intake")
        link_new_identities(by=by)
        clusters = read_clusters()
        questions = questions_of(clusters, never=pairs_apart())
        report = {"links": sum(len(one) - 1 for one in clusters), "review_pairs": len(questions)} | UNKNOWN
        if truth:
            report |= self._measured(clusters, truth)
        if ask:
            keep_questions(questions, on=business_date(), by=by)
        self.stdout.write(json.dumps(report, ensure_ascii=False))

    def _measured(self, clusters: list[list[IdentityRecord]], folder: Path) -> dict[str, float]:
        records = [one for cluster in clusters for one in cluster]
        folder = folder / "truth" if (folder / "truth").is_dir() else folder
        try:
            known = read_truth(folder, records)
        except OSError as error:
            raise CommandError(
                f"{folder} の正解を読めません（{error.strerror}）。truth フォルダーを指定してください。"
            ) from error
        except KeyError as error:
            raise CommandError(
                f"宛名 {':'.join(error.args[0])} が正解にありません。取り込んだ市と同じ市の truth を指定してください。"
            ) from error
        for title, key_of in BASELINES:
            plain = measure(agreeing(records, key_of), records, known)
            self.stderr.write(f"{title}: 再現率 {plain.recall:.4f}、誤った組 {plain.false_merges}")
        figures = measure(pairs_within(clusters), records, known)
        reviewed = review(clusters, known, lambda groups, never: questions_of(groups, never=never))
        return {
            "precision": round(figures.precision, 6),
            "recall": round(figures.recall, 4),
            "false_merges": figures.false_merges,
            "f1_after_review": round(reviewed.f1, 4),
            "queue_per_debtor": round(reviewed.questions / max(1, known.debtors), 4),
        }
