CREATE TABLE api_keys_v1 (key_id uuid NOT NULL, user_id uuid NOT NULL, name text, scopes text[] NOT NULL, made_at timestamptz NOT NULL, expires_at timestamptz, revoked_at timestamptz, PRIMARY KEY (key_id));
ALTER TABLE api_keys_v1 ALTER COLUMN name SET STATISTICS 0;
CREATE INDEX ON api_keys_v1 USING btree (user_id);
ANALYZE api_keys_v1
