"""Signing in; a synthetic programme shows its demonstration accounts, whose passwords are public."""

from django.contrib.auth.views import LoginView

from torpaq.web.accounts import DEMONSTRATION_ACCOUNTS, DEMONSTRATION_PASSWORD, SignInForm
from torpaq.web.programme_row import programme_row


class SignIn(LoginView):
    """The first page of all."""

    template_name = "desk/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the demonstration accounts where the programme is synthetic, and nowhere else."""
        programme = programme_row()
        shown = programme is not None and programme.is_synthetic
        accounts = [(name, role.value) for name, _, role, _, _ in DEMONSTRATION_ACCOUNTS] if shown else []
        return {**super().get_context_data(**kwargs), "accounts": accounts, "password": DEMONSTRATION_PASSWORD}
