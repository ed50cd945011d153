"""Whether two accounts look like one human: then they are not two people, whatever the accounts are called."""

from dataclasses import dataclass
from uuid import UUID

from serein.foundation.people.models import Account, Practitioner


@dataclass(frozen=True)
class Traits:
    """By what a human is recognised across accounts."""

    account_id: UUID
    name: str
    email: str
    npi: str = ""
    dea: str = ""

    @property
    def mailbox(self) -> str:
        """ada+rx@example.org is read by whoever reads ada@example.org."""
        local, _, host = self.email.lower().partition("@")
        return f"{local.partition('+')[0]}@{host}"

    @property
    def names(self) -> str:
        return " ".join(self.name.casefold().split())


def traits_of(account_id: UUID) -> Traits:
    """Raises Account.DoesNotExist for an account that is not there."""
    account = Account.objects.get(pk=account_id)
    numbers = Practitioner.objects.filter(account=account_id).values_list("npi", "dea").first() or ("", "")
    return Traits(account.id, account.name, account.email, *numbers)


def same_human(one: Traits, other: Traits) -> str:
    """By what two accounts look like one human: "the same NPI", or "" where nothing says so.

    A name alone is no proof (father and daughter may practise together), so it counts only with the same name before the @.
    """
    if one.account_id == other.account_id:
        return "the same account"
    if one.npi and one.npi == other.npi:
        return "the same NPI"
    if one.dea and one.dea == other.dea:
        return "the same DEA number"
    if one.mailbox == other.mailbox:
        return "the same mailbox"
    if one.names == other.names and one.mailbox.partition("@")[0] == other.mailbox.partition("@")[0]:
        return "the same name and the same name in the e-mail address"
    return ""
