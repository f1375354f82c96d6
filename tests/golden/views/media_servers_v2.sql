CREATE TABLE media_servers_v2 (slug text NOT NULL, name text, url text, refuses_token boolean NOT NULL, version bigint NOT NULL, PRIMARY KEY (slug));
ANALYZE media_servers_v2
