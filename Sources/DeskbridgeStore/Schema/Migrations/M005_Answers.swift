/// Answers of the person at the desk that decide later events too, and which questions they are for.
enum M005_Answers {
    static let sql = """
        -- For whom the answer to a question will be remembered: the SHA-256 of what the rule says, and the page that the event came from. The
        -- client is the event's. Null if it will not be.
        ALTER TABLE approvals ADD COLUMN memory_rule TEXT;
        ALTER TABLE approvals ADD COLUMN memory_origin TEXT;
        -- How long, in milliseconds; null for until it is forgotten.
        ALTER TABLE approvals ADD COLUMN memory_lifetime INTEGER;
        -- The answer that was remembered from it, or that answered it.
        ALTER TABLE approvals ADD COLUMN remembered INTEGER;
        CREATE INDEX approvals_remembering ON approvals (memory_rule) WHERE memory_rule IS NOT NULL AND answer IS NULL;

        CREATE TABLE answers (
            -- AUTOINCREMENT: whoever forgets an answer by its number must not meet another one.
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            rule TEXT NOT NULL,
            client TEXT NOT NULL,
            origin TEXT CHECK (origin <> ''),
            is_approved INTEGER NOT NULL CHECK (is_approved IN (0, 1)),
            answered_at INTEGER NOT NULL,
            expires_at INTEGER,
            place TEXT NOT NULL CHECK (place IN ('notification', 'command', 'http')),
            reason TEXT,
            -- No reference: an answer outlives the event that asked.
            event TEXT NOT NULL,
            type TEXT NOT NULL,
            asked_by TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX answers_by_scope ON answers (rule, client, coalesce(origin, ''));
        CREATE INDEX answers_expiring ON answers (expires_at) WHERE expires_at IS NOT NULL;
        """
}
