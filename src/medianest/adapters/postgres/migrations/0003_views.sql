-- What people see: tables that can be thrown away and folded again from the log. A row holds nothing but what its
-- events say (no serial, no clock), so that a rebuild equals it. And how far every follower of the log is.

CREATE TABLE checkpoints (
  name text PRIMARY KEY,
  shape integer NOT NULL,
  position bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Why the view stands still at its position.
  error text
);

CREATE TABLE request_board (
  request_id uuid PRIMARY KEY,
  media_type text NOT NULL,
  tmdb_id bigint NOT NULL,
  is_4k boolean NOT NULL,
  title text NOT NULL,
  year bigint,
  poster_path text,
  status text NOT NULL,
  needs_approval boolean NOT NULL,
  parts jsonb NOT NULL,
  owner uuid NOT NULL,
  followers uuid[] NOT NULL,
  note text,
  note_by uuid,
  reason text,
  reason_by uuid,
  error text,
  gateway_ids text[] NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL,
  position bigint NOT NULL
);

CREATE INDEX request_board_created ON request_board (created_at, request_id);
CREATE INDEX request_board_updated ON request_board (updated_at, request_id);
CREATE INDEX request_board_title ON request_board (lower(title), request_id);
CREATE INDEX request_board_status ON request_board (status, created_at, request_id);
CREATE INDEX request_board_owner ON request_board (owner, created_at, request_id);
CREATE INDEX request_board_followers ON request_board USING gin (followers);
CREATE INDEX request_board_tmdb ON request_board (tmdb_id, media_type);
CREATE INDEX request_board_needs_approval ON request_board (created_at, request_id) WHERE needs_approval;
CREATE INDEX request_board_handed_on ON request_board (updated_at, request_id)
  WHERE parts @> '[{"status": "handed_on"}]';
CREATE INDEX request_board_note_by ON request_board (note_by) WHERE note_by IS NOT NULL;
CREATE INDEX request_board_reason_by ON request_board (reason_by) WHERE reason_by IS NOT NULL;

CREATE TABLE user_directory (
  user_id uuid PRIMARY KEY,
  email text,
  name text,
  role text NOT NULL,
  permissions text[] NOT NULL,
  is_suspended boolean NOT NULL,
  is_deleted boolean NOT NULL,
  quota jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz,
  version bigint NOT NULL
);

CREATE INDEX user_directory_created ON user_directory (created_at, user_id);
CREATE INDEX user_directory_administrators ON user_directory (user_id) WHERE role = 'admin' AND NOT is_deleted;
CREATE INDEX user_directory_permissions ON user_directory USING gin (permissions);

CREATE TABLE inbox (
  notification_id uuid PRIMARY KEY,
  recipient uuid NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  request_id uuid,
  title text,
  by uuid,
  seasons jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  read_at timestamptz,
  position bigint NOT NULL
);

CREATE INDEX inbox_recipient ON inbox (recipient, created_at, notification_id) WHERE status <> 'archived';
CREATE INDEX inbox_unread ON inbox (recipient, created_at, notification_id) WHERE status IN ('queued', 'delivered');

CREATE TABLE dashboard (
  request_id uuid PRIMARY KEY,
  media_type text NOT NULL,
  parts jsonb NOT NULL
);

CREATE TABLE dashboard_counters (
  counter text PRIMARY KEY,
  value bigint NOT NULL
);

CREATE TABLE audit (
  position bigint PRIMARY KEY,
  recorded_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL,
  actor uuid NOT NULL,
  category text NOT NULL,
  stream_id uuid NOT NULL,
  version bigint NOT NULL,
  tag text NOT NULL,
  correlation_id text NOT NULL,
  causation_id uuid,
  session_id uuid
);

CREATE INDEX audit_recorded_at ON audit (recorded_at, position);
CREATE INDEX audit_actor ON audit (actor, position);
CREATE INDEX audit_category ON audit (category, position);
CREATE INDEX audit_stream ON audit (stream_id, position);
CREATE INDEX audit_tag ON audit (tag, position);
CREATE INDEX audit_correlation ON audit (correlation_id, position);

-- How far each reaction is. An upgrade must not answer what happened before it: the first reactions begin where the
-- log stands when this table is made (row ''), every later one where the log stands when it is first seen.
CREATE TABLE reaction_checkpoints (
  name text PRIMARY KEY,
  position bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO reaction_checkpoints (name, position) SELECT '', coalesce(max(position), 0) FROM events;

-- Events that a reaction could not handle, and the later ones of their streams, waiting.
CREATE TABLE parked_events (
  reaction text NOT NULL,
  position bigint NOT NULL,
  stream_id uuid NOT NULL,
  error text NOT NULL,
  stack text NOT NULL,
  attempts integer NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (reaction, position)
);
