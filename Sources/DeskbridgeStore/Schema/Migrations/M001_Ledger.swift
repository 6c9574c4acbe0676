/// Events, their attempts and steps, the confirmations owed for them, and the tokens of clients.
///
/// Times are milliseconds since 1970 (UTC). Values that are JSON are kept as JSON text.
enum M001_Ledger {
    static let sql = """
        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            client TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
            type TEXT NOT NULL,
            payload TEXT NOT NULL,
            shown_payload TEXT,
            origin TEXT,
            rule TEXT NOT NULL,
            action TEXT NOT NULL,
            cloud_source TEXT,
            accepted_at INTEGER NOT NULL,
            expires_at INTEGER,
            concurrency_key TEXT,
            maximum_attempts INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN (
                'queued', 'running', 'retrying', 'waiting', 'succeeded', 'failed', 'cancelled', 'expired', 'unknown')),
            attempt INTEGER NOT NULL,
            attempts_before_retry INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER CHECK ((due_at IS NOT NULL) = (state IN ('queued', 'retrying'))),
            waits_until INTEGER CHECK (waits_until IS NULL OR state = 'waiting'),
            cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
            result TEXT,
            failure_code TEXT,
            failure_message TEXT,
            failure_kind TEXT,
            final_at INTEGER CHECK (
                (final_at IS NULL) = (state IN ('queued', 'running', 'retrying', 'waiting'))),
            confirmation_seq INTEGER,
            pruned_at INTEGER CHECK (pruned_at IS NULL OR final_at IS NOT NULL),
            UNIQUE (client, key)
        ) STRICT;

        -- Claims: the oldest due event of each action, without looking at the table.
        CREATE INDEX events_due ON events (action, due_at, sequence, concurrency_key) WHERE due_at IS NOT NULL;
        -- Listings and counts by state; each entry ends with the sequence, so a state's rows come in order.
        CREATE INDEX events_by_state ON events (state) WHERE pruned_at IS NULL;
        CREATE INDEX events_waiting ON events (waits_until) WHERE waits_until IS NOT NULL;
        CREATE INDEX events_expiring ON events (expires_at) WHERE expires_at IS NOT NULL AND attempt = 0 AND final_at IS NULL;
        -- Retention.
        CREATE INDEX events_final ON events (final_at) WHERE final_at IS NOT NULL AND pruned_at IS NULL;
        CREATE INDEX events_pruned ON events (accepted_at) WHERE pruned_at IS NOT NULL;

        CREATE TABLE attempts (
            event INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            outcome TEXT CHECK (outcome IN ('succeeded', 'failed', 'cancelled', 'unknown', 'interrupted')),
            failure_code TEXT,
            failure_message TEXT,
            failure_kind TEXT,
            output_tail TEXT,
            plan TEXT,
            PRIMARY KEY (event, number),
            CHECK ((ended_at IS NULL) = (outcome IS NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE steps (
            event INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
            step TEXT NOT NULL,
            position INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            result TEXT NOT NULL,
            finished_at INTEGER NOT NULL,
            PRIMARY KEY (event, step)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE confirmations (
            -- AUTOINCREMENT: a number is never used twice, even if the greatest was removed.
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            event INTEGER NOT NULL REFERENCES events (sequence),
            client TEXT NOT NULL,
            body TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX confirmations_by_client ON confirmations (client);
        CREATE INDEX confirmations_by_event ON confirmations (event);

        CREATE TABLE acknowledgements (
            client TEXT PRIMARY KEY,
            seq INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            client TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            origins TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            revoked_at INTEGER,
            rate_count INTEGER,
            rate_window INTEGER,
            single_session INTEGER NOT NULL CHECK (single_session IN (0, 1)),
            last_used_at INTEGER,
            label TEXT,
            CHECK ((rate_count IS NULL) = (rate_window IS NULL))
        ) STRICT, WITHOUT ROWID;
        """
}
