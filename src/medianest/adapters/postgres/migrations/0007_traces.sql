-- Steps that leave no event but belong to the story of one: HTTP requests that changed something, runs of jobs, calls
-- to other servers. Samples, kept for a while; the events themselves are in the log for ever.

CREATE TABLE trace_steps (
  step_id uuid PRIMARY KEY,
  correlation_id text NOT NULL,
  -- The step this one is part of, and the event it follows from.
  parent_id uuid,
  causation_id uuid,
  kind text NOT NULL CHECK (kind IN ('request', 'job', 'call')),
  name text NOT NULL,
  outcome text NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL
);
CREATE INDEX trace_steps_correlation ON trace_steps (correlation_id, began_at);
CREATE INDEX trace_steps_began_at ON trace_steps (began_at);
