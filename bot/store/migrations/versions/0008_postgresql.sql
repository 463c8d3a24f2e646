-- The tables and indexes that only PostgreSQL has, and the columns with people's words, of which it
-- is to keep no statistics. All as it was with schema 0008: what changes later, later migrations change.

CREATE TABLE comment_limit (
    bot TEXT NOT NULL,
    bucket TEXT NOT NULL,
    full_at TIMESTAMP NOT NULL,
    CONSTRAINT pk_comment_limit PRIMARY KEY (bot, bucket)
);
CREATE INDEX ix_comment_limit_full_at ON comment_limit (full_at);

CREATE TABLE entry_words (
    bot TEXT NOT NULL,
    entry BIGINT NOT NULL,
    words TSVECTOR NOT NULL,
    CONSTRAINT pk_entry_words PRIMARY KEY (bot, entry)
);
CREATE INDEX ix_entry_words_words ON entry_words USING gin (words) WITH (gin_pending_list_limit = 256);

CREATE TABLE epoch (
    identity TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    CONSTRAINT pk_epoch PRIMARY KEY (identity)
);

CREATE TABLE fleet_account (
    bot TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    host TEXT,
    CONSTRAINT pk_fleet_account PRIMARY KEY (bot, account)
);

CREATE TABLE fleet_action (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP NOT NULL,
    who TEXT NOT NULL,
    bot TEXT,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    CONSTRAINT pk_fleet_action PRIMARY KEY (id)
);
CREATE INDEX ix_fleet_action_bot_id ON fleet_action (bot, id);

CREATE TABLE fleet_bot (
    bot TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT,
    synced_hash TEXT,
    was_paused BOOLEAN DEFAULT false NOT NULL,
    host TEXT,
    path TEXT,
    problem TEXT,
    quota_tips INTEGER,
    quota_posts_per_day INTEGER,
    quota_entries INTEGER,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT pk_fleet_bot PRIMARY KEY (bot)
);
CREATE UNIQUE INDEX uq_fleet_bot_address ON fleet_bot (host, path) WHERE state IN ('running', 'paused') AND host IS NOT NULL;

CREATE TABLE fleet_file (
    bot TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    data BYTEA NOT NULL,
    CONSTRAINT pk_fleet_file PRIMARY KEY (bot, version, name)
);

CREATE TABLE fleet_host (
    host TEXT NOT NULL,
    failures INTEGER NOT NULL,
    open_until TIMESTAMP,
    CONSTRAINT pk_fleet_host PRIMARY KEY (host)
);

CREATE TABLE fleet_limit (
    key TEXT NOT NULL,
    until TIMESTAMP NOT NULL,
    CONSTRAINT pk_fleet_limit PRIMARY KEY (key)
);

CREATE TABLE fleet_process (
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    slots INTEGER NOT NULL,
    CONSTRAINT pk_fleet_process PRIMARY KEY (name)
);

CREATE TABLE fleet_task (
    bot TEXT NOT NULL,
    job TEXT NOT NULL,
    account TEXT NOT NULL,
    due TIMESTAMP NOT NULL,
    handed_until TIMESTAMP,
    token TEXT,
    CONSTRAINT pk_fleet_task PRIMARY KEY (bot, job, account)
);
CREATE INDEX ix_fleet_task_due ON fleet_task (due);
CREATE INDEX ix_fleet_task_handed ON fleet_task (bot) WHERE handed_until IS NOT NULL;

CREATE TABLE fleet_version (
    bot TEXT NOT NULL,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_fleet_version PRIMARY KEY (bot, number)
);

CREATE TABLE kept_file (
    bot TEXT NOT NULL,
    name TEXT NOT NULL,
    data BYTEA NOT NULL,
    is_encrypted BOOLEAN NOT NULL,
    at TIMESTAMP NOT NULL,
    CONSTRAINT pk_kept_file PRIMARY KEY (bot, name)
);

CREATE INDEX ix_delivery_due ON delivery (not_before) WHERE state IN ('planned', 'unsure');
CREATE INDEX ix_delivery_handed ON delivery (bot) WHERE handed_until IS NOT NULL;
CREATE INDEX ix_delivery_lease ON delivery (lease_until) WHERE state = 'sending';
CREATE INDEX ix_delivery_posted ON delivery (posted_at) WHERE posted_at IS NOT NULL;

ALTER TABLE comment
    ALTER COLUMN author_url SET STATISTICS 0,
    ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN source SET STATISTICS 0,
    ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE entry
    ALTER COLUMN author_handle SET STATISTICS 0,
    ALTER COLUMN author_key SET STATISTICS 0,
    ALTER COLUMN author_name SET STATISTICS 0,
    ALTER COLUMN author_url SET STATISTICS 0,
    ALTER COLUMN html SET STATISTICS 0,
    ALTER COLUMN text SET STATISTICS 0,
    ALTER COLUMN url SET STATISTICS 0,
    ALTER COLUMN warning SET STATISTICS 0;
ALTER TABLE entry_words
    ALTER COLUMN words SET STATISTICS 0;
ALTER TABLE person
    ALTER COLUMN label SET STATISTICS 0;
ALTER TABLE ping
    ALTER COLUMN source SET STATISTICS 0;
