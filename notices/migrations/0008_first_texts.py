"""The first texts of all kinds; what the city had set for 督促状 (dunning.words) becomes the first versions of that kind."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from notices import reference

FORMER = "dunning.words"


def load(apps: Any, _: Any) -> None:
    setting, text = (apps.get_model("toyota_collect", name) for name in ("Setting", "NoticeText"))
    rows = setting.objects.filter(key=FORMER).order_by("starts_on")
    for version, row in enumerate(rows, 1):
        text.objects.create(
            kind="dunning",
            version=version,
            starts_on=row.starts_on,
            parts=row.value,
            note=row.source,
            approved_at=timezone.now(),
            built_in=True,
        )
    rows.delete()
    reference.load(apps)


class Migration(migrations.Migration):
    dependencies = [("notices", "0007_kinds"), ("toyota_collect", "0003_notice_texts")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
