CREATE TABLE inbox_v1 (notification_id uuid NOT NULL, recipient uuid NOT NULL, kind text NOT NULL, status text NOT NULL, request_id uuid, title text, by uuid, seasons jsonb NOT NULL, created_at timestamptz NOT NULL, read_at timestamptz, position bigint NOT NULL, PRIMARY KEY (notification_id));
CREATE INDEX ON inbox_v1 USING btree (recipient, created_at, notification_id) WHERE status <> 'archived';
CREATE INDEX ON inbox_v1 USING btree (recipient, created_at, notification_id) WHERE status IN ('queued', 'delivered');
ANALYZE inbox_v1
