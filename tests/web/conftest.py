"""The fixed cast of every story at the desk."""

import pytest

from web.stories import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    from torpaq.web.accounts import DEMONSTRATION_ACCOUNTS, create_demonstration_accounts
    from torpaq.web.models import Account

    create_demonstration_accounts()
    return Cast(*(Account.objects.get(username=row[0]) for row in DEMONSTRATION_ACCOUNTS))
