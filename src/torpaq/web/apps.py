"""The desk as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WebConfig(AppConfig):
    """``torpaq.web`` under the label ``torpaq_web``; every migration ends with the database's own guards in place."""

    name = "torpaq.web"
    label = "torpaq_web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the guards (see ``torpaq.web.guards``) and let the effects of records be known."""
        from torpaq.web.guards import guard_after_migrate
        from torpaq.web.record_effects import register_all

        register_all()
        post_migrate.connect(guard_after_migrate, sender=self, dispatch_uid="torpaq.guards")
