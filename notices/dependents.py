"""Letters stand on the claims they name: their import cannot be taken back any more."""

from toyota_collect.registry import Dependent, Registry


def register(registry: Registry) -> None:
    registry.dependent(
        Dependent("notices.letterclaim.claim", "催告書", since="letter__run__snapshot_at"),
        Dependent("notices.noticeclaim.claim", "個別の通知", since="notice__made_at"),
        Dependent("notices.publicnoticeclaim.claim", "公示送達", since="notice__made_at"),
        Dependent("notices.dunning.claim", "督促状", since="run__started_at"),
    )
