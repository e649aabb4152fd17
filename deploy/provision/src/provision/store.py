"""Brings a MongoDB to what the contracts say: collections, indexes, roles and users; a second time changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.errors import CollectionInvalid, OperationFailure

from chassis.errors import Fatal
from chassis.mongo import Client
from chassis.settings import Secret
from provision.access import Access
from provision.indexes import Index

OPTIONS_CONFLICT, KEYS_CONFLICT = 85, 86


def create_collections(client: Client, access: Access) -> list[str]:
    """Creates what is missing, since no service may create a collection; "database.collection" of each new one."""
    created = []
    for name in access.databases():
        present = set(client[name].list_collection_names())
        for collection in access.collections:
            if collection.database == name and collection.name not in present:
                try:
                    client[name].create_collection(collection.name)
                except CollectionInvalid:
                    continue
                created.append(f"{name}.{collection.name}")
    return created


def create_indexes(client: Client, indexes: Sequence[Index]) -> None:
    """Creates what is missing; Fatal names an index that exists with other options."""
    for index in indexes:
        try:
            client[index.database][index.collection].create_index(list(index.keys), **index.options())
        except OperationFailure as error:
            if error.code not in (OPTIONS_CONFLICT, KEYS_CONFLICT):
                raise
            fields = ", ".join(field for field, _ in index.keys)
            raise Fatal(
                f"{index.database}.{index.collection} has an index on {fields} with other options than "
                "contracts/indexes.yaml: drop it, then provision again."
            ) from error


def create_users(client: Client, access: Access, passwords: Mapping[str, Secret], prefix: str = "") -> None:
    """One role and one user per service, kept in `admin`; rights and passwords that differ are set anew."""
    admin = client.admin
    for user in access.users():
        role = f"{prefix}guzgu-{user}"
        known = admin.command("rolesInfo", role)["roles"]
        admin.command("updateRole" if known else "createRole", role, privileges=access.privileges(user), roles=[])
        _create_user(admin, prefix + user, passwords[user], role)


def _create_user(admin: Any, user: str, password: Secret, role: str) -> None:
    known = admin.command("usersInfo", user)["users"]
    roles = [{"role": role, "db": "admin"}]
    admin.command("updateUser" if known else "createUser", user, pwd=password.reveal(), roles=roles)
