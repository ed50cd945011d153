"""The embedded cluster of one installation: started, its roles made, its database handed to the owner."""

from collections.abc import Callable

import psycopg

from .place import Place
from .postgres import Cluster, ClusterPlan
from .roles import SECRET_OF, give_database, grant, make_roles
from .step_down import Account

DATABASE = "serein"


def cluster_of(place: Place, account: Account | None = None, settings: tuple[tuple[str, str], ...] = ()) -> Cluster:
    password = place.secrets()["superuser"]
    log = place.logs / "postgres.log"
    return Cluster(ClusterPlan(place.data, place.socket_folder(), log, password, account, settings))


def connections_of(cluster: Cluster, place: Place, database: str = DATABASE) -> dict[str, dict[str, str]]:
    secrets = place.secrets()
    return {role: cluster.connection(role, database, secrets[name]) for role, name in SECRET_OF.items()}


def provision(cluster: Cluster, place: Place, tell: Callable[[str], None] = lambda line: None) -> None:
    """Roles, database and grants; changes nothing where all is as it should be."""
    with psycopg.connect(**cluster.connection(), autocommit=True) as connection:  # type: ignore[arg-type]
        for remark in make_roles(connection, place.secrets()).remarks:
            tell(remark)
        give_database(connection, DATABASE)
    connections = connections_of(cluster, place)
    with psycopg.connect(**connections["serein_owner"]) as connection:  # type: ignore[arg-type]
        grant(connection, DATABASE)
    place.write_connections(connections)
