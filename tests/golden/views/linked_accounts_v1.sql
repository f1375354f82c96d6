CREATE TABLE linked_accounts_v1 (account_id uuid NOT NULL, user_id uuid NOT NULL, provider text NOT NULL, name text, linked_at timestamptz NOT NULL, lost text, PRIMARY KEY (account_id));
ALTER TABLE linked_accounts_v1 ALTER COLUMN name SET STATISTICS 0;
CREATE INDEX ON linked_accounts_v1 USING btree (user_id);
CREATE INDEX ON linked_accounts_v1 USING btree (provider, account_id);
ANALYZE linked_accounts_v1
