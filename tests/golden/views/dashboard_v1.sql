CREATE TABLE dashboard_v1 (request_id uuid NOT NULL, media_type text NOT NULL, parts jsonb NOT NULL, PRIMARY KEY (request_id));
CREATE TABLE dashboard_v1_counters (counter text PRIMARY KEY, value bigint NOT NULL);
ANALYZE dashboard_v1;
ANALYZE dashboard_v1_counters
