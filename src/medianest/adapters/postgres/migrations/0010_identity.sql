-- Every way in, every device, and what guards them. Sessions have streams of their own from here on: those that were
-- opened before end with this migration, and everybody signs in once more.

DROP TABLE refresh_tokens;
DROP TABLE sessions;

-- What a session looks like now; that it was opened and ended, and why, is in the log. Device, client and addresses are
-- personal: they go with the person.
CREATE TABLE sessions (
  session_id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  method text NOT NULL,
  device text,
  client text,
  address text,
  is_limited boolean NOT NULL DEFAULT false,
  opened_at timestamptz NOT NULL,
  authenticated_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX sessions_user ON sessions (user_id, last_seen_at);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_last_seen_at ON sessions (last_seen_at);
CREATE INDEX sessions_opened_at ON sessions (opened_at);

-- On which days somebody used MediaNest, to be counted. The log does not know: reading leaves nothing there, and of a
-- session only the last use is kept.
CREATE TABLE active_days (
  day date NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (day, user_id)
);
CREATE INDEX active_days_user ON active_days (user_id);

-- Only SHA-256 hashes: a copy of this table opens no session. Used tokens stay until they expire or their session
-- ends, because a second use must be noticed.
CREATE TABLE refresh_tokens (
  token_hash bytea PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

-- API keys: the SHA-256 of 256 random bits, and when and from where each was last used.
CREATE TABLE api_keys (
  key_id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  secret_hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz,
  last_used_at timestamptz,
  last_address text
);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- What is handed out once and comes back once: links to reset a password, invitations, sign-ins half-way through.
-- `sealed` opens with the token alone, of which only the hash is here.
CREATE TABLE challenges (
  token_hash bytea PRIMARY KEY,
  kind text NOT NULL,
  subject uuid,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX challenges_subject ON challenges (subject) WHERE subject IS NOT NULL;
CREATE INDEX challenges_expires_at ON challenges (expires_at);

-- The ring of keys that secrets are sealed under, each wrapped by the server's own key; the newest seals.
CREATE TABLE vault_keys (
  key_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  wrapped_key bytea NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Secrets that have to be read again (seeds, tokens of other services), bound to their row by the seal.
CREATE TABLE secrets (
  kind text NOT NULL,
  owner uuid NOT NULL,
  key_id integer NOT NULL REFERENCES vault_keys,
  sealed bytea NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (kind, owner)
);
CREATE INDEX secrets_key ON secrets (key_id);

-- Second factors. The seed is among the secrets; `last_step` is the newest time step a code was taken for (RFC 6238,
-- 5.2), so that no code counts twice.
CREATE TABLE second_factors (
  user_id uuid PRIMARY KEY,
  last_step bigint NOT NULL DEFAULT 0,
  enrolled_at timestamptz
);
CREATE TABLE recovery_codes (
  user_id uuid NOT NULL REFERENCES second_factors ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  PRIMARY KEY (user_id, code_hash)
);
CREATE TABLE remembered_devices (
  token_hash bytea PRIMARY KEY,
  user_id uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX remembered_devices_user ON remembered_devices (user_id);

-- Wrong attempts, by what they were made at or from: an account (a keyed hash, whether it exists or not), the second
-- factor of a person, an address.
CREATE TABLE attempts (
  kind text NOT NULL,
  key text NOT NULL,
  count integer NOT NULL,
  last_at timestamptz NOT NULL,
  lockouts integer NOT NULL,
  locked_until timestamptz,
  PRIMARY KEY (kind, key)
);

-- Refused credentials. Bounded, and no part of the log: nobody who is refused may write into it.
CREATE TABLE security_log (
  entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  method text NOT NULL,
  reason text NOT NULL,
  user_id uuid,
  address text,
  device text,
  correlation_id text,
  times integer NOT NULL DEFAULT 1
);
CREATE INDEX security_log_at ON security_log (at);
CREATE INDEX security_log_user ON security_log (user_id) WHERE user_id IS NOT NULL;

-- The planner keeps samples of what columns hold, which nobody would delete with the person they are about.
ALTER TABLE sessions ALTER COLUMN device SET STATISTICS 0;
ALTER TABLE sessions ALTER COLUMN client SET STATISTICS 0;
ALTER TABLE sessions ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE api_keys ALTER COLUMN last_address SET STATISTICS 0;
ALTER TABLE security_log ALTER COLUMN device SET STATISTICS 0;
ALTER TABLE security_log ALTER COLUMN address SET STATISTICS 0;
