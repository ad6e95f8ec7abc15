from django.apps import AppConfig


class ToyotaCollectConfig(AppConfig):
    name = "toyota_collect"
    verbose_name = "共通"

    def ready(self) -> None:
        from toyota_collect import checks  # noqa: F401  registers the system checks

        # Celery's shared tasks need the application to exist in the web process too.
        from toyota_collect.celery import app  # noqa: F401
