CREATE TABLE request_board_v2 (request_id uuid NOT NULL, media_type text NOT NULL, tmdb_id bigint NOT NULL, is_4k boolean NOT NULL, title text NOT NULL, year bigint, poster_path text, status text NOT NULL, needs_approval boolean NOT NULL, parts jsonb NOT NULL, owner uuid NOT NULL, followers uuid[] NOT NULL, note text, note_by uuid, reason text, reason_by uuid, error text, gateway_ids text[] NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, version bigint NOT NULL, position bigint NOT NULL, PRIMARY KEY (request_id));
ALTER TABLE request_board_v2 ALTER COLUMN note SET STATISTICS 0;
ALTER TABLE request_board_v2 ALTER COLUMN reason SET STATISTICS 0;
CREATE INDEX ON request_board_v2 USING btree (note_by) WHERE note_by IS NOT NULL;
CREATE INDEX ON request_board_v2 USING btree (reason_by) WHERE reason_by IS NOT NULL;
CREATE INDEX ON request_board_v2 USING btree (created_at, request_id);
CREATE INDEX ON request_board_v2 USING btree (updated_at, request_id);
CREATE INDEX ON request_board_v2 USING btree (lower(title), request_id);
CREATE INDEX ON request_board_v2 USING gin (to_tsvector('simple', title));
CREATE INDEX ON request_board_v2 USING btree (status, created_at, request_id);
CREATE INDEX ON request_board_v2 USING btree (status, lower(title), request_id);
CREATE INDEX ON request_board_v2 USING btree (owner, created_at, request_id);
CREATE INDEX ON request_board_v2 USING gin (followers);
CREATE INDEX ON request_board_v2 USING btree (tmdb_id, media_type);
CREATE INDEX ON request_board_v2 USING btree (created_at, request_id) WHERE needs_approval;
CREATE INDEX ON request_board_v2 USING btree (updated_at, request_id) WHERE parts @> '[{"status": "handed_on"}]';
ANALYZE request_board_v2
