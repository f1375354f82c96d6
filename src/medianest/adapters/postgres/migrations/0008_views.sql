-- Views are made from their definitions in code, one table per view and shape (`request_board_v1`), and never by a
-- migration. What there was can be folded again from the log, and is, when the first worker starts.

DROP TABLE request_board, user_directory, inbox, dashboard, dashboard_counters, checkpoints;

-- How far each view is. Old and new shapes of a view stand side by side while one release takes over from another.
CREATE TABLE checkpoints (
  name text NOT NULL,
  shape integer NOT NULL,
  position bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Why the view stands still at its position.
  error text,
  PRIMARY KEY (name, shape)
);

-- Views that are being built aside, were, or wait for it. `position` is how far their tables are, all of them together.
CREATE TABLE rebuilds (
  rebuild_id uuid PRIMARY KEY,
  views text[] NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'running', 'interrupted', 'completed', 'failed')),
  position bigint NOT NULL DEFAULT 0,
  head bigint NOT NULL DEFAULT 0,
  asked_by uuid,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  error text
);
CREATE INDEX rebuilds_asked_at ON rebuilds (asked_at);

-- What came of comparing each view with the log. Differences are named by key and column: values may be personal.
CREATE TABLE view_checks (
  name text NOT NULL,
  shape integer NOT NULL,
  position bigint NOT NULL,
  compared bigint NOT NULL,
  differing bigint NOT NULL,
  differences jsonb NOT NULL,
  checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (name, shape)
);
