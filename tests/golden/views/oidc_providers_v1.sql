CREATE TABLE oidc_providers_v1 (slug text NOT NULL, name text NOT NULL, issuer text NOT NULL, client_id text NOT NULL, scopes text[] NOT NULL, role_claim text, admin_values text[] NOT NULL, links_by_verified_email boolean NOT NULL, may_register boolean NOT NULL, version bigint NOT NULL, PRIMARY KEY (slug));
ANALYZE oidc_providers_v1
