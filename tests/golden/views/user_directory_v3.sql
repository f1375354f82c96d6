CREATE TABLE user_directory_v3 (user_id uuid NOT NULL, email text, name text, role text NOT NULL, permissions text[] NOT NULL, is_suspended boolean NOT NULL, is_deleted boolean NOT NULL, has_second_factor boolean NOT NULL, quota jsonb NOT NULL, language text, region text, created_at timestamptz NOT NULL, last_seen_at timestamptz, version bigint NOT NULL, PRIMARY KEY (user_id));
ALTER TABLE user_directory_v3 ALTER COLUMN email SET STATISTICS 0;
ALTER TABLE user_directory_v3 ALTER COLUMN name SET STATISTICS 0;
CREATE INDEX ON user_directory_v3 USING btree (created_at, user_id);
CREATE INDEX ON user_directory_v3 USING btree (user_id) WHERE role = 'admin' AND NOT is_deleted;
CREATE INDEX ON user_directory_v3 USING gin (permissions);
ANALYZE user_directory_v3
