-- A ledger as schema version 5 (M005_Answers) leaves it. Frozen: a later schema gets a file of its own.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE acknowledgements (
    client TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO acknowledgements VALUES('dashboard',1);
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
    notification_number INTEGER, memory_rule TEXT, memory_origin TEXT, memory_lifetime INTEGER, remembered INTEGER,
    CHECK ((answer IS NULL) = (answered_at IS NULL))
) STRICT;
INSERT INTO approvals VALUES(1,6,'studio.yaml:2',1800000000006,1800000060000,NULL,NULL,NULL,NULL,'5f3c9a/:1.12',7,'9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab','https://studio.example',2592000000,NULL);
INSERT INTO approvals VALUES(2,1,'studio.yaml:2',1800000000001,1800000060001,'approved',1800000005001,'command','fine',NULL,NULL,'9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab','https://studio.example',NULL,3);
CREATE TABLE IF NOT EXISTS "attempts" (
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
INSERT INTO attempts VALUES(1,1,1800000000001,1800000000400,'failed','timeout','It took longer than 30s','retryable','[["stderr","busy"]]','{"steps":[]}');
INSERT INTO attempts VALUES(1,2,1800000000500,1800000000900,'succeeded',NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempts VALUES(2,8,1800000000700,1800000000800,'failed','exit_status','It ended with status 1','permanent',NULL,NULL);
INSERT INTO attempts VALUES(4,1,1800000000004,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempts VALUES(8,1,1800000000008,1800000000070,'interrupted','interrupted','The bridge ended while it ran','unknownOutcome',NULL,NULL);
CREATE TABLE confirmations (
    -- AUTOINCREMENT: a number is never used twice, even if the greatest was removed.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event INTEGER NOT NULL REFERENCES events (sequence),
    client TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO confirmations VALUES(1,1,'dashboard','{"type":"RESOURCE_CREATED","id":"0199a1b2-c3d4-7000-8000-000000000001"}',1800000000100);
INSERT INTO confirmations VALUES(2,2,'dashboard','{"type":"CREATE_RESOURCE_FAILED","id":"0199a1b2-c3d4-7000-8000-000000000002"}',1800000000200);
INSERT INTO confirmations VALUES(3,7,'dashboard','{"type":"CREATE_RESOURCE_FAILED","id":"0199a1b2-c3d4-7000-8000-000000000007"}',1800000000300);
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
    pruned_at INTEGER CHECK (pruned_at IS NULL OR final_at IS NOT NULL), waits_for TEXT CHECK (waits_for IS NULL OR state = 'waiting'),
    UNIQUE (client, key)
) STRICT;
INSERT INTO events VALUES(1,'0199a1b2-c3d4-7000-8000-000000000001','dashboard','k-succeeded',X'dd316db996e8e31751095fbe0e20a6627cea322f6e350b5769f72f4d99163414','CREATE_RESOURCE','{"name":"Project_001","password":"hunter2"}','{"name":"Project_001","password":"<secret>"}','https://studio.example','studio.yaml:2','create-resource','/studio',1800000000001,NULL,'Project_001',8,'succeeded',2,0,NULL,NULL,0,'{"path":"/home/user/Projects/Project_001"}',NULL,NULL,NULL,1800000000900,1,NULL,NULL);
INSERT INTO events VALUES(2,'0199a1b2-c3d4-7000-8000-000000000002','dashboard','k-failed',X'f85c69d1741f9f6a984df46a7d30412352b48f3e01f48650d42d2328c7ba6e99','CREATE_RESOURCE','{"name":"Project_001"}',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000002,NULL,NULL,8,'failed',8,0,NULL,NULL,0,NULL,'exit_status','It ended with status 1','permanent',1800000000800,2,NULL,NULL);
INSERT INTO events VALUES(3,'0199a1b2-c3d4-7000-8000-000000000003','dashboard','k-queued',X'f85c69d1741f9f6a984df46a7d30412352b48f3e01f48650d42d2328c7ba6e99','CREATE_RESOURCE','{"name":"Project_001"}',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000003,1800003600000,'Project_001',8,'queued',0,0,1800000000003,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(4,'0199a1b2-c3d4-7000-8000-000000000004','dashboard','k-running',X'f85c69d1741f9f6a984df46a7d30412352b48f3e01f48650d42d2328c7ba6e99','CREATE_RESOURCE','{"name":"Project_001"}',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000004,NULL,NULL,8,'running',1,0,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(5,'0199a1b2-c3d4-7000-8000-000000000005','dashboard','k-retrying',X'f85c69d1741f9f6a984df46a7d30412352b48f3e01f48650d42d2328c7ba6e99','CREATE_RESOURCE','{"name":"Project_001"}',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000005,NULL,NULL,8,'retrying',3,1,1800000060000,NULL,0,NULL,'timeout','It took longer than 30s','retryable',NULL,NULL,NULL,NULL);
INSERT INTO events VALUES(6,'0199a1b2-c3d4-7000-8000-000000000006','dashboard','k-waiting',X'f85c69d1741f9f6a984df46a7d30412352b48f3e01f48650d42d2328c7ba6e99','CREATE_RESOURCE','{"name":"Project_001"}',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000006,NULL,NULL,8,'waiting',0,0,NULL,1800000060000,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"for":"approval"}');
INSERT INTO events VALUES(7,'0199a1b2-c3d4-7000-8000-000000000007','dashboard','k-expired',X'f85c69d1741f9f6a984df46a7d30412352b48f3e01f48650d42d2328c7ba6e99','CREATE_RESOURCE','{"name":"Project_001"}',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000007,1800000000050,NULL,8,'expired',0,0,NULL,NULL,0,NULL,'expired','It was not started before its time to live ran out','permanent',1800000000060,3,NULL,NULL);
INSERT INTO events VALUES(8,'0199a1b2-c3d4-7000-8000-000000000008','dashboard','k-unknown',X'f85c69d1741f9f6a984df46a7d30412352b48f3e01f48650d42d2328c7ba6e99','CREATE_RESOURCE','{"name":"Project_001"}',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000008,NULL,NULL,8,'unknown',1,0,NULL,NULL,0,NULL,'interrupted','The bridge ended while it ran','unknownOutcome',1800000000070,NULL,NULL,NULL);
INSERT INTO events VALUES(9,'0199a1b2-c3d4-7000-8000-000000000009','dashboard','k-cancelled',X'a8f183e96e8810ab4ed75c4ea9cd772292501cb234f4bea84b58d9826597d7e0','CREATE_RESOURCE','null',NULL,'https://studio.example','studio.yaml:2','create-resource',NULL,1800000000009,NULL,NULL,8,'cancelled',0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,1800000000080,4,1800000000090,NULL);
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('M001_Ledger');
INSERT INTO grdb_migrations VALUES('M002_DeskSessions');
INSERT INTO grdb_migrations VALUES('M003_Waiting');
INSERT INTO grdb_migrations VALUES('M004_Audit');
INSERT INTO grdb_migrations VALUES('M005_Answers');
CREATE TABLE steps (
    event INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
    step TEXT NOT NULL,
    position INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    result TEXT NOT NULL,
    finished_at INTEGER NOT NULL,
    PRIMARY KEY (event, step)
) STRICT, WITHOUT ROWID;
INSERT INTO steps VALUES(1,'project',0,1,'{"path":"/home/user/Projects/Project_001","created":true}',1800000000300);
INSERT INTO steps VALUES(1,'repository',1,2,'{"exitCode":0}',1800000000880);
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
    label TEXT, is_desk INTEGER NOT NULL DEFAULT 0 CHECK (is_desk IN (0, 1)),
    CHECK ((rate_count IS NULL) = (rate_window IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('t-7f3a','dashboard',X'5cbe8ca7ef71327f643f785be2f163503c1094bb5fb89872e1fd422cadb53694','["https://studio.example"]',1800000000000,1807776000000,NULL,60,10000,1,NULL,'at the desk',0);
CREATE TABLE audit (
    -- AUTOINCREMENT: SQLite remembers the greatest number, so a chain without its end is noticed.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE audit_anchor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
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
INSERT INTO answers VALUES(3,'9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab','dashboard','https://studio.example',1,1800000005001,NULL,'command','fine','0199a1b2-c3d4-7000-8000-000000000001','CREATE_RESOURCE','studio.yaml:2');
INSERT INTO answers VALUES(4,'9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab','dashboard',NULL,0,1800000006001,1802592006001,'notification',NULL,'0199a1b2-c3d4-7000-8000-000000000009','CREATE_RESOURCE','studio.yaml:2');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('confirmations',4);
INSERT INTO sqlite_sequence VALUES('answers',4);
CREATE INDEX events_due ON events (action, due_at, sequence, concurrency_key) WHERE due_at IS NOT NULL;
CREATE INDEX events_by_state ON events (state) WHERE pruned_at IS NULL;
CREATE INDEX events_waiting ON events (waits_until) WHERE waits_until IS NOT NULL;
CREATE INDEX events_expiring ON events (expires_at) WHERE expires_at IS NOT NULL AND attempt = 0 AND final_at IS NULL;
CREATE INDEX events_final ON events (final_at) WHERE final_at IS NOT NULL AND pruned_at IS NULL;
CREATE INDEX events_pruned ON events (accepted_at) WHERE pruned_at IS NOT NULL;
CREATE INDEX confirmations_by_client ON confirmations (client);
CREATE INDEX confirmations_by_event ON confirmations (event);
CREATE INDEX approvals_by_event ON approvals (event);
CREATE INDEX approvals_notified ON approvals (notification_number) WHERE notification_number IS NOT NULL;
CREATE INDEX approvals_remembering ON approvals (memory_rule) WHERE memory_rule IS NOT NULL AND answer IS NULL;
CREATE UNIQUE INDEX answers_by_scope ON answers (rule, client, coalesce(origin, ''));
CREATE INDEX answers_expiring ON answers (expires_at) WHERE expires_at IS NOT NULL;
COMMIT;
