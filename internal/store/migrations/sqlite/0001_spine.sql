-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- One row. Taking the next number is the last thing a transaction does, so that the
-- row's lock makes number order and commit order the same.
CREATE TABLE change_counter (
  id      INTEGER NOT NULL PRIMARY KEY,
  history TEXT NOT NULL,
  number  INTEGER NOT NULL,
  token   TEXT NOT NULL
) STRICT;

CREATE TABLE change (
  number INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  key    TEXT NOT NULL,
  token  TEXT NOT NULL,
  PRIMARY KEY (number, kind, key)
) STRICT;

-- class = 2 * linked + blocked. Every list index begins with it, so that one index per
-- sort column serves every choice of the Show filter.
CREATE TABLE association (
  seq             INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  domain          TEXT NOT NULL,
  realm           TEXT NOT NULL,
  account         TEXT NOT NULL,
  eas_device      TEXT NOT NULL,
  device          TEXT NOT NULL,
  override_kind   TEXT NOT NULL,
  override_reason TEXT NOT NULL,
  override_by     TEXT NOT NULL,
  override_at     INTEGER NOT NULL,
  override_until  INTEGER NOT NULL,
  user_name       TEXT NOT NULL,
  raw_device      TEXT NOT NULL,
  device_type     TEXT NOT NULL,
  user_agent      TEXT NOT NULL,
  protocol        TEXT NOT NULL,
  client          TEXT NOT NULL,
  model           TEXT NOT NULL,
  os              TEXT NOT NULL,
  os_version      TEXT NOT NULL,
  number          TEXT NOT NULL,
  imei            TEXT NOT NULL,
  friendly_name   TEXT NOT NULL,
  language        TEXT NOT NULL,
  operator        TEXT NOT NULL,
  mailbox         TEXT NOT NULL,
  mailbox_derived INTEGER NOT NULL,
  backend         TEXT NOT NULL,
  gateway         TEXT NOT NULL,
  remote_addr     TEXT NOT NULL,
  facts_at        INTEGER NOT NULL,
  first_sync      INTEGER NOT NULL,
  last_sync       INTEGER NOT NULL,
  last_success    INTEGER NOT NULL,
  last_http       INTEGER NOT NULL,
  last_eas        INTEGER NOT NULL,
  comment         TEXT NOT NULL,
  reported        TEXT NOT NULL,
  told            TEXT NOT NULL,
  guessed         TEXT NOT NULL,
  sync_status     TEXT NOT NULL,
  version         INTEGER NOT NULL,
  change          INTEGER NOT NULL,
  class           INTEGER NOT NULL,
  sweep_at        INTEGER NOT NULL,
  key_device      TEXT NOT NULL,
  key_user        TEXT NOT NULL,
  key_number      TEXT NOT NULL,
  key_model       TEXT NOT NULL,
  key_os          TEXT NOT NULL,
  key_mailbox     TEXT NOT NULL,
  search          TEXT NOT NULL,
  UNIQUE (eas_device, account, realm, domain)
) STRICT;

CREATE INDEX association_account ON association (account, realm);
CREATE INDEX association_device ON association (device) WHERE device <> '';
CREATE INDEX association_sweep ON association (sweep_at) WHERE sweep_at > 0;
CREATE INDEX association_by_seq ON association (class, seq);
CREATE INDEX association_by_device ON association (class, key_device, seq);
CREATE INDEX association_by_user ON association (class, key_user, seq);
CREATE INDEX association_by_number ON association (class, key_number, seq);
CREATE INDEX association_by_model ON association (class, key_model, seq);
CREATE INDEX association_by_os ON association (class, key_os, seq);
CREATE INDEX association_by_mailbox ON association (class, key_mailbox, seq);
CREATE INDEX association_by_domain ON association (class, domain, seq);
CREATE INDEX association_by_first_sync ON association (class, first_sync, seq);
CREATE INDEX association_by_last_sync ON association (class, last_sync, seq);

CREATE TABLE class_count (
  class INTEGER NOT NULL PRIMARY KEY,
  n     INTEGER NOT NULL
) STRICT;
INSERT INTO class_count (class, n) VALUES (0, 0), (1, 0), (2, 0), (3, 0);

CREATE TABLE eas_device (
  id         TEXT NOT NULL PRIMARY KEY,
  devices    TEXT NOT NULL,
  linked     INTEGER NOT NULL,
  first_seen INTEGER NOT NULL
) STRICT;
CREATE INDEX eas_device_linked ON eas_device (id) WHERE linked = 1;

CREATE TABLE device (
  id           TEXT NOT NULL PRIMARY KEY,
  owner        TEXT NOT NULL,
  state        TEXT NOT NULL,
  noncompliant TEXT NOT NULL,
  created      INTEGER NOT NULL,
  updated      INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
  realm    TEXT NOT NULL,
  account  TEXT NOT NULL,
  disabled INTEGER NOT NULL,
  updated  INTEGER NOT NULL,
  PRIMARY KEY (realm, account)
) STRICT;

CREATE TABLE preferences (
  id      INTEGER NOT NULL PRIMARY KEY,
  value   TEXT NOT NULL,
  version INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  by_whom TEXT NOT NULL
) STRICT;

CREATE TABLE gateway (
  id          TEXT NOT NULL PRIMARY KEY,
  status      TEXT NOT NULL,
  first_seen  INTEGER NOT NULL,
  last_report INTEGER NOT NULL,
  skew        INTEGER NOT NULL
) STRICT;

-- How far the reports of one spool of one gateway have been taken.
CREATE TABLE gateway_spool (
  gateway TEXT NOT NULL,
  spool   TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  sent    INTEGER NOT NULL,
  taken   INTEGER NOT NULL,
  PRIMARY KEY (gateway, spool)
) STRICT;

CREATE TABLE tally (
  minute  INTEGER NOT NULL,
  gateway TEXT NOT NULL,
  rule    TEXT NOT NULL,
  verdict TEXT NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (minute, gateway, rule, verdict)
) STRICT;

CREATE TABLE audit (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  addr    TEXT NOT NULL,
  event   TEXT NOT NULL,
  subject TEXT NOT NULL,
  object  TEXT NOT NULL,
  detail  TEXT NOT NULL,
  number  INTEGER NOT NULL,
  failed  INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_by_object ON audit (object, id);
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_event ON audit (event, id);

CREATE TABLE administrator (
  id             TEXT NOT NULL PRIMARY KEY,
  name           TEXT NOT NULL,
  key_name       TEXT NOT NULL UNIQUE,
  role           TEXT NOT NULL,
  password_hash  TEXT NOT NULL,
  totp_sealed    TEXT NOT NULL,
  totp_pending   TEXT NOT NULL,
  totp_step      INTEGER NOT NULL,
  recovery       TEXT NOT NULL,
  disabled       INTEGER NOT NULL,
  failures       INTEGER NOT NULL,
  failed_at      INTEGER NOT NULL,
  locked_until   INTEGER NOT NULL,
  created        INTEGER NOT NULL,
  changed        INTEGER NOT NULL,
  last_sign_in   INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  hash    TEXT NOT NULL PRIMARY KEY,
  data    TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_expires ON session (expires);

CREATE TABLE api_token (
  id        TEXT NOT NULL PRIMARY KEY,
  name      TEXT NOT NULL,
  hash      TEXT NOT NULL UNIQUE,
  role      TEXT NOT NULL,
  owner     TEXT NOT NULL,
  created   INTEGER NOT NULL,
  expires   INTEGER NOT NULL,
  last_used INTEGER NOT NULL
) STRICT;

CREATE TABLE setup_link (
  hash    TEXT NOT NULL PRIMARY KEY,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  used    INTEGER NOT NULL
) STRICT;

-- What came of an action, by the key its form carried: a second press finds the first's outcome.
CREATE TABLE outcome (
  actor  TEXT NOT NULL,
  key    TEXT NOT NULL,
  verb   TEXT NOT NULL,
  object TEXT NOT NULL,
  result TEXT NOT NULL,
  number INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT;
CREATE INDEX outcome_by_at ON outcome (at);

CREATE TABLE job (
  id           TEXT NOT NULL PRIMARY KEY,
  verb         TEXT NOT NULL,
  actor        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  params       TEXT NOT NULL,
  state        TEXT NOT NULL,
  cursor       TEXT NOT NULL,
  selected     INTEGER NOT NULL,
  total        INTEGER NOT NULL,
  done         INTEGER NOT NULL,
  failed       INTEGER NOT NULL,
  problem      TEXT NOT NULL,
  created      INTEGER NOT NULL,
  finished     INTEGER NOT NULL,
  lease_owner  TEXT NOT NULL,
  lease_until  INTEGER NOT NULL,
  attempts     INTEGER NOT NULL
) STRICT;
CREATE INDEX job_open ON job (created) WHERE finished = 0;

CREATE TABLE job_row (
  job    TEXT NOT NULL,
  n      INTEGER NOT NULL,
  target TEXT NOT NULL,
  label  TEXT NOT NULL,
  state  TEXT NOT NULL,
  result TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (job, n)
) STRICT;
CREATE INDEX job_row_waiting ON job_row (job, n) WHERE state = 'waiting';
CREATE INDEX job_row_failed ON job_row (job, n) WHERE state = 'failed';
CREATE UNIQUE INDEX job_row_target ON job_row (job, target);

-- Commands for other systems, kept in the transaction that decided them. Nothing fills it yet.
CREATE TABLE outbox (
  id          INTEGER PRIMARY KEY,
  kind        TEXT NOT NULL,
  object      TEXT NOT NULL,
  body        TEXT NOT NULL,
  state       TEXT NOT NULL,
  run_at      INTEGER NOT NULL,
  attempts    INTEGER NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  created     INTEGER NOT NULL,
  finished    INTEGER NOT NULL,
  result      TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_open ON outbox (run_at) WHERE finished = 0;

-- Substring search. The text is folded before it is stored, so the index need not fold.
CREATE VIRTUAL TABLE association_text USING fts5(
  search, content='', contentless_delete=1, tokenize='trigram case_sensitive 1'
);
-- +goose StatementBegin
CREATE TRIGGER association_text_insert AFTER INSERT ON association BEGIN
  INSERT INTO association_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER association_text_delete AFTER DELETE ON association BEGIN
  DELETE FROM association_text WHERE rowid = old.seq;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER association_text_update AFTER UPDATE OF search ON association WHEN old.search <> new.search BEGIN
  DELETE FROM association_text WHERE rowid = old.seq;
  INSERT INTO association_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd
