from django.db import models

from toyota_collect.history import keep_history
from welfare.rules.suggestions import Row


@keep_history()
class SupportResult(models.Model):
    """結果の区分: the closed list of what welfare may answer. Wide on purpose: the collector learns no illness and no family."""

    code = models.CharField("コード", max_length=30)
    starts_on = models.DateField("適用開始日（この日から）")
    in_use = models.BooleanField("使う", default=True)
    position = models.PositiveSmallIntegerField("順（小さいほど先）")
    label = models.CharField("名称", max_length=60)
    helped = models.BooleanField("支援が届いた", default=False)
    lets_go = models.BooleanField("弁護士への委任を妨げない", default=False)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援の結果の区分"
        ordering = ["position", "code", "-starts_on"]
        constraints = [models.UniqueConstraint(name="support_result_one_per_start", fields=["code", "starts_on"])]


@keep_history()
class ResultSuggestion(models.Model):
    """結果からの提案: which lawful step a result suggests for which class of claim; a person drafts it, another decides."""

    STEPS = [
        ("plan", "分納"),
        ("tax_grace.hardship", "徴収猶予"),
        ("conversion_grace.applied", "換価の猶予（申請）"),
        ("execution_stop.2", "執行停止（2号）"),
        ("collection_stop", "徴収停止"),
        ("deferred_performance", "履行延期特約"),
        ("reduction", "延滞金等の減免"),
        ("waiver", "債権の放棄"),
    ]

    result = models.CharField("結果のコード", max_length=30)
    step = models.CharField("次の一手", max_length=30, choices=STEPS)
    starts_on = models.DateField("適用開始日（この日から）")
    in_use = models.BooleanField("使う", default=True)
    position = models.PositiveSmallIntegerField("順（小さいほど先）")
    classes = models.CharField("区分（A・B・Cを並べる）", max_length=3)
    why = models.CharField("すすめる理由", max_length=200)
    law = models.CharField("根拠", max_length=200)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援の結果からの提案"
        ordering = ["result", "position", "-starts_on"]
        constraints = [
            models.UniqueConstraint(name="result_suggestion_one_per_start", fields=["result", "step", "starts_on"])
        ]

    def as_row(self) -> Row:
        """As the rule reads it."""
        names = ("result", "step", "starts_on", "in_use", "position", "classes", "why", "law")
        return Row(label=self.get_step_display(), **{name: getattr(self, name) for name in names})
