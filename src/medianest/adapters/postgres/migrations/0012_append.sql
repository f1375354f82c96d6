-- An append is this one call: whoever makes it waits for one answer, nothing is locked while the network carries
-- anything, and nobody holds the log's lock who was stopped or frozen meanwhile (while the answer fits into what a
-- connection takes unread, some thousands of events). Each statement of a function sees what
-- was committed before it began, so that the heads are read under the lock; where the server's transactions do not, there
-- is no answer, and whoever called does it in steps. The log's lock, and no other, is waited for briefly, or what is
-- appended would be recorded whenever it comes, even when its callers have long given up.
--
-- `fitting` has its row if the streams end where it is expected and none of the receipts is there. One moment for the
-- batch, never before that of the last event, whatever the machine's clock does. Plans are kept: one that was made while
-- the tables were tiny must not read them whole for as long as they grow until they are analyzed. Releases run beside one another: another
-- shape of this function needs another name.
CREATE FUNCTION append_events(
  receipt_actors uuid[], receipt_keys text[], body_hashes bytea[], statuses smallint[], answers bytea[],
  head_streams uuid[], heads bigint[],
  categories text[], stream_ids uuid[], versions bigint[], tags text[], schemas smallint[], event_ids uuid[],
  actors uuid[], session_ids uuid[], correlation_ids text[], causation_ids uuid[], times timestamptz[], bodies text[]
) RETURNS TABLE (place bigint, at timestamptz) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  usual text := current_setting('lock_timeout');
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RETURN;
  END IF;
  PERFORM set_config('lock_timeout', '100ms', true);
  PERFORM pg_advisory_xact_lock(470004035431);
  PERFORM set_config('lock_timeout', usual, true);
  RETURN QUERY
  WITH receipt AS MATERIALIZED (
    SELECT * FROM unnest(receipt_actors, receipt_keys, body_hashes, statuses, answers)
      AS r(actor, key, body_hash, status, answer)
  ), fitting AS MATERIALIZED (
    SELECT WHERE NOT EXISTS (
      SELECT FROM unnest(head_streams, heads) AS s(id, head)
      WHERE s.head <> coalesce((SELECT version FROM events WHERE stream_id = s.id ORDER BY version DESC LIMIT 1), 0)
    ) AND NOT EXISTS (
      SELECT FROM receipt CROSS JOIN LATERAL (
        SELECT FROM receipts WHERE receipts.actor = receipt.actor AND receipts.key = receipt.key
          AND receipts.created_at > clock_timestamp() - interval '24 hours' OFFSET 0
      ) AS taken
    )
  ), noted AS (
    INSERT INTO receipts (actor, key, body_hash, status, answer) SELECT receipt.* FROM receipt CROSS JOIN fitting
    ON CONFLICT (actor, key) DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status,
      answer = excluded.answer, created_at = clock_timestamp()
  ), moment AS MATERIALIZED (
    SELECT greatest(clock_timestamp(), (SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1)) AS at
    FROM fitting
  ), written AS (
    INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id,
                        causation_id, occurred_at, recorded_at, body)
    SELECT e.category, e.stream_id, e.version, e.tag, e.schema, e.event_id, e.actor, e.session_id, e.correlation_id,
           e.causation_id, e.occurred_at, moment.at, e.body::json
    FROM unnest(categories, stream_ids, versions, tags, schemas, event_ids, actors, session_ids, correlation_ids,
                causation_ids, times, bodies) WITH ORDINALITY
      AS e(category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id, causation_id,
           occurred_at, body, number)
    CROSS JOIN moment ORDER BY e.number
    RETURNING position, recorded_at
  ), told AS (SELECT pg_notify('medianest_log', max(position)::text) FROM written HAVING count(*) > 0)
  SELECT written.position, written.recorded_at FROM written CROSS JOIN told ORDER BY written.position;
END $$;
