"""Who may sign in, and who is signed in. A session, an API token or a recovery code is kept by its hash only."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),  # as in `pipeline.store.people`
    sa.Column("shown_name", sa.String, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),  # names of pipeline.store.users.ROLES
    sa.Column("teams", sa.JSON, nullable=False),  # of a manager; none means the whole centre
    sa.Column("operator_id", sa.String),  # of an operator: the calls that are their own
    sa.Column("password_hash", sa.String),
    sa.Column("must_change", sa.Boolean, nullable=False),  # the password was given by somebody else
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_sha256", sa.String(64), primary_key=True),
    sa.Column("session_id", sa.String(16), nullable=False, unique=True),  # by chance: its owner may see it
    sa.Column("name", sa.String(64), sa.ForeignKey("users.name"), nullable=False, index=True),
    sa.Column("csrf", sa.String, nullable=False),
    sa.Column("by_provider", sa.Boolean, nullable=False),  # signed in by OpenID Connect, without a password of ours
    sa.Column("browser", sa.String(20)),  # a name of ours, none for what is not known; no address is kept
    sa.Column("system", sa.String(20)),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
)

second_factors = sa.Table(  # what a code is reckoned from, sealed by `pipeline.accounts.second_factor`
    "second_factors",
    metadata,
    sa.Column("name", sa.String(64), sa.ForeignKey("users.name"), primary_key=True),
    sa.Column("secret", sa.String),  # none until a first code has proved that an app holds it
    sa.Column("last_step", sa.BigInteger, nullable=False),  # of the last code that was taken: each is good once
    sa.Column("set_at", UtcTime),
    sa.Column("offered", sa.String),  # a new secret that is not in force yet
    sa.Column("offered_at", UtcTime),
)

recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    identity("code_id"),
    sa.Column("name", sa.String(64), sa.ForeignKey("users.name"), nullable=False, index=True),
    sa.Column("code_hash", sa.String, nullable=False),
    sa.Column("used_at", UtcTime),
)

identities = sa.Table(  # accounts of an OpenID Connect provider
    "identities",
    metadata,
    sa.Column("issuer", sa.String, primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("name", sa.String(64), sa.ForeignKey("users.name"), nullable=False, index=True),
    sa.Column("linked_at", UtcTime, nullable=False),
    sa.UniqueConstraint("issuer", "name"),
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    identity("token_id"),
    sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("owner", sa.String(64), sa.ForeignKey("users.name"), nullable=False, index=True),
    sa.Column("label", sa.String, nullable=False),  # what it is for
    sa.Column("permissions", sa.JSON, nullable=False),  # names of api.policy.Permission
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
    sa.Column("revoked_at", UtcTime),
)
