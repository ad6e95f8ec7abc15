from django.db import migrations, models

PACKED = ("hashes", "claims", "identities", "cells", "levies")


def _field(name: str) -> migrations.AddField:
    return migrations.AddField("knownlines", name, models.BinaryField(default=b""), preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("claims", "0009_acknowledgement")]

    operations = [
        # What is known of lines is only a way to save time: the next file of each source is read whole once.
        migrations.RunSQL("TRUNCATE claims_knownlines", migrations.RunSQL.noop),
        *(migrations.RemoveField("knownlines", name) for name in ("hashes", "claims", "levies")),
        *map(_field, PACKED),
        # Hashes and numbers do not shrink: trying to compress them would take as long as writing them.
        migrations.RunSQL(
            f"ALTER TABLE claims_knownlines {', '.join(f'ALTER {name} SET STORAGE EXTERNAL' for name in PACKED)}",
            migrations.RunSQL.noop,
        ),
    ]
