-- What was done under one sign-in: the audit trail is asked for it when a device was lost.
CREATE INDEX events_session ON events (session_id, position) WHERE session_id IS NOT NULL;
