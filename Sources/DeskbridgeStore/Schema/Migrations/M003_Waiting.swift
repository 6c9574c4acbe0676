/// What waiting events wait for, attempts that ended in a wait, and the questions to the person at the desk.
enum M003_Waiting {
    static let sql = """
        ALTER TABLE events ADD COLUMN waits_for TEXT CHECK (waits_for IS NULL OR state = 'waiting');
        UPDATE events SET waits_for = '{"for":"approval"}' WHERE state = 'waiting';

        -- The same as before with one more outcome, which SQLite can only do with a new table.
        CREATE TABLE attempts_with_waiting (
            event INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            outcome TEXT CHECK (outcome IN ('succeeded', 'failed', 'cancelled', 'unknown', 'interrupted', 'waiting')),
            failure_code TEXT,
            failure_message TEXT,
            failure_kind TEXT,
            output_tail TEXT,
            plan TEXT,
            PRIMARY KEY (event, number),
            CHECK ((ended_at IS NULL) = (outcome IS NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO attempts_with_waiting SELECT * FROM attempts;
        DROP TABLE attempts;
        ALTER TABLE attempts_with_waiting RENAME TO attempts;

        CREATE TABLE approvals (
            number INTEGER PRIMARY KEY,
            event INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
            rule TEXT NOT NULL,
            asked_at INTEGER NOT NULL,
            waits_until INTEGER,
            answer TEXT CHECK (answer IN ('approved', 'denied', 'timed_out', 'withdrawn')),
            answered_at INTEGER,
            place TEXT CHECK (place IN ('notification', 'command', 'http')),
            reason TEXT,
            -- The notification that asks, for as long as it may stand on a desktop.
            notification_server TEXT,
            notification_number INTEGER,
            CHECK ((answer IS NULL) = (answered_at IS NULL))
        ) STRICT;
        CREATE INDEX approvals_by_event ON approvals (event);
        CREATE INDEX approvals_notified ON approvals (notification_number) WHERE notification_number IS NOT NULL;
        INSERT INTO approvals (event, rule, asked_at, waits_until)
        SELECT sequence, rule, accepted_at, waits_until FROM events WHERE state = 'waiting';
        """
}
