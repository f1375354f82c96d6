CREATE TABLE invitations_v1 (invitation_id uuid NOT NULL, created_by uuid NOT NULL, role text NOT NULL, uses bigint NOT NULL, used bigint NOT NULL, note text, created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, is_revoked boolean NOT NULL, PRIMARY KEY (invitation_id));
ALTER TABLE invitations_v1 ALTER COLUMN note SET STATISTICS 0;
CREATE INDEX ON invitations_v1 USING btree (created_by);
CREATE INDEX ON invitations_v1 USING btree (created_at, invitation_id);
ANALYZE invitations_v1
