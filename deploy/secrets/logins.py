"""The login roles of the database: one for the schema's owner, one for each program.

Each program's login is a member of one group role, to which the migrations give privileges.
"""

from collections.abc import Mapping

OWNER = "homeward_owner"
GROUPS: Mapping[str, str] = {
    "homeward_gateway_login": "homeward_gateway",
    "homeward_api_login": "homeward_api",
    "homeward_engine_login": "homeward_engine",
}
LOGINS: tuple[str, ...] = (OWNER, *GROUPS)
