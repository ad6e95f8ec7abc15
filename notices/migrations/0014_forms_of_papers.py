"""Easy Japanese and other languages for the texts of 督促状, 分納不履行 and 移管予告, beside the words in force."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from notices import reference

KINDS = ("dunning", "plan_broken", "handover_notice")
NOTE = "やさしい日本語と4つの言語の説明を加えた。日本語の文言は前の版のまま（要確認：法務担当と翻訳者）"


def load(apps: Any, _: Any) -> None:
    reference.complete(apps, KINDS, starts_on=timezone.localdate(), note=NOTE)


class Migration(migrations.Migration):
    dependencies = [("notices", "0013_takers_settings"), ("toyota_collect", "0004_trial_texts")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
