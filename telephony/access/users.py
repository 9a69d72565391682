"""A person with an account, as sign-in and the admin's page know them."""

from dataclasses import dataclass

from telephony.access.roles import Roles, Who


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    roles: Roles

    @property
    def who(self) -> Who:
        return Who(self.id, self.roles)
