from django.db import models


class Summary(models.Model):
    """集計: figures that were counted for everybody, until they are counted anew (``toyota_collect.summaries``)."""

    name = models.CharField("名前", max_length=60, primary_key=True)
    on = models.DateField("基準日")
    counted_at = models.DateTimeField("集計した日時")
    made_by_code = models.CharField("集計したプログラム", max_length=64)  # other code may know other figures
    value = models.BinaryField("数字")  # pickled by this product alone, and read by nothing else
    failed_at = models.DateTimeField("集計に失敗した日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "集計"
