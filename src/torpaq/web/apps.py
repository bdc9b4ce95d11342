"""The desk as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WebConfig(AppConfig):
    """``torpaq.web`` under the label ``torpaq_web``; every migration ends with the database's own guards in place."""

    name = "torpaq.web"
    label = "torpaq_web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the guards: triggers, spatial indexes and rights (see ``torpaq.web.guards``)."""
        from torpaq.web.guards import guard_after_migrate

        post_migrate.connect(guard_after_migrate, sender=self, dispatch_uid="torpaq.guards")
