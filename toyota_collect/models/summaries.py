from django.db import models


class Summary(models.Model):
    """集計: figures that were counted for everybody, until they are counted anew (``toyota_collect.summaries``)."""

    name = models.CharField("名前", max_length=60, primary_key=True)
    on = models.DateField("基準日")
    counted_at = models.DateTimeField("集計した日時")
    value = models.BinaryField("数字")  # pickled, and unpickled only under its seal
    seal = models.CharField("封印", max_length=64)  # of the value and the program that counted it
    failed_at = models.DateTimeField("集計に失敗した日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "集計"
