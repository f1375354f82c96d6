-- Secrets of people: never in the log, so that they can be changed and deleted.

CREATE TABLE credentials (
  user_id uuid PRIMARY KEY,
  password_hash text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE sessions (
  session_id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  opened_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;

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

-- The one-time token with which the first administrator is made; in clear, because it is printed again on request.
CREATE TABLE setup_token (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  token text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
