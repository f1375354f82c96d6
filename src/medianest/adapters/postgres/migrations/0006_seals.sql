-- Seals: written once, behind the log, and never rebuilt. One speaks of a run of positions: the SHA-256 of every row,
-- the positions that were in use, and an HMAC over all that and the seal before.

-- Keys are random, kept under the server's master key, and never deleted: old seals need theirs.
CREATE TABLE seal_keys (
  key_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  wrapped_key bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE seals (
  number bigint PRIMARY KEY CHECK (number > 0),
  -- Covers `after` < position <= `last`: a row in between that is not among `positions` was put there later.
  after bigint NOT NULL,
  last bigint NOT NULL,
  positions bigint[] NOT NULL,
  -- 32 bytes a row, in the order of `positions`.
  digests bytea NOT NULL,
  key_id integer NOT NULL REFERENCES seal_keys,
  mac bytea NOT NULL,
  sealed_at timestamptz NOT NULL,
  CHECK (after < last AND octet_length(digests) = 32 * cardinality(positions))
);
CREATE UNIQUE INDEX seals_last ON seals (last);

CREATE TRIGGER seals_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON seals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE seals ENABLE ALWAYS TRIGGER seals_never_change;
CREATE TRIGGER seal_keys_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_keys
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE seal_keys ENABLE ALWAYS TRIGGER seal_keys_never_change;

-- What the last look at the seals found, for whoever asks whether the log can be trusted.
CREATE TABLE seal_checks (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  checked_at timestamptz NOT NULL,
  position bigint NOT NULL,
  fault_position bigint,
  fault text
);
