-- What the media servers hold: samples, taken by scans, and no facts. All of it may be thrown away: the next scan brings
-- it back. Nothing here is personal.

-- `machine_identifier` is the server's own name for itself, which stays; `found_identifier` that of another machine which
-- answered last in its place, NULL where it was the server itself; `newest_added_at` is how far the look at what was
-- added last has come.
CREATE TABLE library_servers (
  server text PRIMARY KEY,
  machine_identifier text NOT NULL,
  found_identifier text,
  newest_added_at timestamptz
);

-- The last scan of each library: when it ended, how many titles and seasons it saw, and why it says nothing about what
-- is missing, if so. `healthy_at` is when one last said it.
CREATE TABLE libraries (
  server text NOT NULL,
  uuid text NOT NULL,
  key text NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  scanned_at timestamptz,
  healthy_at timestamptz,
  trouble text,
  items integer NOT NULL DEFAULT 0,
  seconds real NOT NULL DEFAULT 0,
  PRIMARY KEY (server, uuid)
);

-- Films and series by their number at the server.
CREATE TABLE library_titles (
  server text NOT NULL,
  rating_key text NOT NULL,
  library_uuid text NOT NULL,
  media_type text NOT NULL,
  tmdb_id integer,
  imdb_id text,
  tvdb_id integer,
  title text NOT NULL,
  year integer,
  added_at timestamptz,
  PRIMARY KEY (server, rating_key)
);
CREATE INDEX library_titles_tmdb ON library_titles (tmdb_id, media_type) WHERE tmdb_id IS NOT NULL;
CREATE INDEX library_titles_unresolved ON library_titles (server, rating_key)
  WHERE tmdb_id IS NULL AND (imdb_id IS NOT NULL OR tvdb_id IS NOT NULL);

-- A film, or a season of a series, in 4K or in whatever quality there is. `episodes` is 1 for a film. A copy that a
-- healthy scan did not see is missing since then, and gone when it may be called so; `is_told` once its requests know.
CREATE TABLE library_copies (
  server text NOT NULL,
  rating_key text NOT NULL,
  is_4k boolean NOT NULL,
  library_uuid text NOT NULL,
  title_key text NOT NULL,
  season integer,
  episodes integer NOT NULL,
  missing_since timestamptz,
  gone_at timestamptz,
  is_told boolean NOT NULL DEFAULT false,
  PRIMARY KEY (server, rating_key, is_4k)
);
CREATE INDEX library_copies_title ON library_copies (server, title_key);
CREATE INDEX library_copies_library ON library_copies (server, library_uuid, rating_key, is_4k);
CREATE INDEX library_copies_untold ON library_copies (server, rating_key) WHERE gone_at IS NOT NULL AND NOT is_told;

-- What other providers' ids were found to be at The Movie Database; without `tmdb_id`, nothing was found when it was
-- looked up last.
CREATE TABLE library_found_ids (
  source text NOT NULL,
  external_id text NOT NULL,
  media_type text NOT NULL,
  tmdb_id integer,
  looked_at timestamptz NOT NULL,
  PRIMARY KEY (source, external_id, media_type)
);
