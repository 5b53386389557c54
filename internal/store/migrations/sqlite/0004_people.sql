-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- Links: how a record came to its registered device, what it may belong to, whose account it is, and what is
-- compared with registered devices. live: 1 a block is in force, 2 an allow; override_ends puts those without
-- an end last. Classes 4 and 5 are those of 0 and 1 that have a suggestion.
ALTER TABLE association ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN suggestion TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN suggested TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN replaces TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN merged_from TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN imei_key TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN number_tail TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN live INTEGER NOT NULL DEFAULT 0;
ALTER TABLE association ADD COLUMN override_ends INTEGER NOT NULL DEFAULT 0;
UPDATE association SET live = CASE override_kind WHEN 'block' THEN 1 ELSE 2 END,
  override_ends = CASE override_until WHEN 0 THEN 4611686018427387904 ELSE override_until END
  WHERE override_kind <> '' AND (override_until = 0 OR sweep_at > 0);
CREATE INDEX association_person ON association (person, seq) WHERE person <> '';
CREATE INDEX association_suggested ON association (suggested, seq) WHERE suggested <> '';
CREATE INDEX association_replaces ON association (replaces) WHERE replaces <> '';
CREATE INDEX association_imei ON association (imei_key) WHERE imei_key <> '';
CREATE INDEX association_tail ON association (number_tail) WHERE number_tail <> '';
CREATE INDEX association_live_at ON association (live, override_at, seq) WHERE live > 0;
CREATE INDEX association_live_ends ON association (live, override_ends, seq) WHERE live > 0;
INSERT INTO class_count (class, n) VALUES (4, 0), (5, 0);

-- Registered devices, and a row in state 'waiting' for every ActiveSync device id that has records none of which
-- is linked. class: 0 waiting, 1 pending, 2 active, 3 lost, 4 retired, 5 wiped, and 8 more for the first three
-- registered ones when they are not compliant. Every list index begins with it.
ALTER TABLE device RENAME TO device_before;
CREATE TABLE device (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  state TEXT NOT NULL,
  noncompliant TEXT NOT NULL,
  name TEXT NOT NULL,
  os TEXT NOT NULL,
  os_version TEXT NOT NULL,
  model TEXT NOT NULL,
  manufacturer TEXT NOT NULL,
  number TEXT NOT NULL,
  imei TEXT NOT NULL,
  serial TEXT NOT NULL,
  udid TEXT NOT NULL,
  eas_id TEXT NOT NULL,
  ownership TEXT NOT NULL,
  source TEXT NOT NULL,
  enrolled INTEGER NOT NULL,
  last_checkin INTEGER NOT NULL,
  compliance TEXT NOT NULL,
  compliance_since INTEGER NOT NULL,
  compliance_source TEXT NOT NULL,
  comment TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL,
  class INTEGER NOT NULL,
  key_name TEXT NOT NULL,
  key_owner TEXT NOT NULL,
  key_model TEXT NOT NULL,
  key_os TEXT NOT NULL,
  key_number TEXT NOT NULL,
  imei_key TEXT NOT NULL,
  serial_key TEXT NOT NULL,
  udid_key TEXT NOT NULL,
  number_tail TEXT NOT NULL,
  search TEXT NOT NULL
) STRICT;
INSERT INTO device (id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search)
  SELECT id, owner, '', state, noncompliant, '', '', '', '', '', '', '', '', '', '', '', 'local', created, 0, CASE noncompliant WHEN '' THEN 'unknown' ELSE 'noncompliant' END, CASE noncompliant WHEN '' THEN 0 ELSE updated END, '', '', created, updated, 1, CASE state WHEN 'pending' THEN 1 WHEN 'active' THEN 2 WHEN 'lost' THEN 3 WHEN 'retired' THEN 4 ELSE 5 END
    + CASE WHEN noncompliant <> '' AND state IN ('pending', 'active', 'lost') THEN 8 ELSE 0 END, '', '', '', '', '', '', '', '', '', ''
  FROM device_before;
DROP TABLE device_before;
CREATE UNIQUE INDEX device_waiting ON device (eas_id) WHERE state = 'waiting';
CREATE INDEX device_registered ON device (id) WHERE state <> 'waiting';
CREATE INDEX device_eas ON device (eas_id) WHERE eas_id <> '';
CREATE INDEX device_owner ON device (owner, seq) WHERE owner <> '';
CREATE INDEX device_imei ON device (imei_key) WHERE imei_key <> '';
CREATE INDEX device_serial ON device (serial_key) WHERE serial_key <> '';
CREATE INDEX device_udid ON device (udid_key) WHERE udid_key <> '';
CREATE INDEX device_tail ON device (number_tail) WHERE number_tail <> '';
CREATE INDEX device_by_seq ON device (class, seq);
CREATE INDEX device_by_name ON device (class, key_name, seq);
CREATE INDEX device_by_owner ON device (class, key_owner, seq);
CREATE INDEX device_by_model ON device (class, key_model, seq);
CREATE INDEX device_by_os ON device (class, key_os, seq);
CREATE INDEX device_by_number ON device (class, key_number, seq);
CREATE INDEX device_by_enrolled ON device (class, enrolled, seq);
CREATE INDEX device_by_checkin ON device (class, last_checkin, seq);

CREATE TABLE device_count (
  class INTEGER NOT NULL PRIMARY KEY,
  n INTEGER NOT NULL
) STRICT;
INSERT INTO device_count (class, n) VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (9, 0), (10, 0), (11, 0);
UPDATE device_count SET n = (SELECT COUNT(*) FROM device WHERE device.class = device_count.class);

-- Users. class: 1 disabled, 2 from a directory, 4 has a registered device in use. name_key is the whole name,
-- folded; key_name its beginning, to sort by.
CREATE TABLE person (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  number TEXT NOT NULL,
  source TEXT NOT NULL,
  disabled INTEGER NOT NULL,
  groups TEXT NOT NULL,
  comment TEXT NOT NULL,
  devices INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL,
  class INTEGER NOT NULL,
  key_name TEXT NOT NULL,
  key_display TEXT NOT NULL,
  key_email TEXT NOT NULL,
  search TEXT NOT NULL
) STRICT;
CREATE INDEX person_by_seq ON person (class, seq);
CREATE INDEX person_by_name ON person (class, key_name, seq);
CREATE INDEX person_by_display ON person (class, key_display, seq);
CREATE INDEX person_by_email ON person (class, key_email, seq);

CREATE TABLE person_count (
  class INTEGER NOT NULL PRIMARY KEY,
  n INTEGER NOT NULL
) STRICT;
INSERT INTO person_count (class, n) VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0);

-- Who is in which group, in the order of names, and how many are.
CREATE TABLE person_group (
  name TEXT NOT NULL,
  person TEXT NOT NULL,
  key_name TEXT NOT NULL,
  PRIMARY KEY (name, key_name, person)
) STRICT;
CREATE INDEX person_group_person ON person_group (person);

CREATE TABLE group_count (
  name TEXT NOT NULL PRIMARY KEY,
  n INTEGER NOT NULL
) STRICT;

-- Whose an account is, and what it is another name of. speaks: gateways have to know of it.
ALTER TABLE account ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN alias_of TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN alias_by TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN alias_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN speaks INTEGER NOT NULL DEFAULT 0;
UPDATE account SET speaks = 1 WHERE disabled = 1;
CREATE INDEX account_person ON account (person, realm, account) WHERE person <> '';
CREATE INDEX account_speaks ON account (realm, account) WHERE speaks = 1;
CREATE INDEX account_alias ON account (realm, alias_of, account) WHERE alias_of <> '';
CREATE INDEX account_aliases ON account (realm, account) WHERE alias_of <> '';

-- Pairs that may pass before their first contact.
CREATE TABLE preapproval (
  id TEXT NOT NULL PRIMARY KEY,
  realm TEXT NOT NULL,
  account TEXT NOT NULL,
  eas_device TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  UNIQUE (eas_device, account, realm)
) STRICT;

CREATE INDEX preapproval_until ON preapproval (until) WHERE until > 0;

-- Settings of the console, each under its name. sealed holds what only the console's key opens.
CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  sealed TEXT NOT NULL,
  version INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  by_whom TEXT NOT NULL
) STRICT;
-- What SQL cannot work out for records from before is filled in when the console starts.
INSERT INTO setting (name, value, sealed, version, changed, by_whom) VALUES ('upgrade.people', '0', '', 1, 0, '');

CREATE VIRTUAL TABLE device_text USING fts5(
  search, content='', contentless_delete=1, tokenize='trigram case_sensitive 1'
);
-- +goose StatementBegin
CREATE TRIGGER device_text_insert AFTER INSERT ON device BEGIN
  INSERT INTO device_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER device_text_delete AFTER DELETE ON device BEGIN
  DELETE FROM device_text WHERE rowid = old.seq;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER device_text_update AFTER UPDATE OF search ON device WHEN old.search <> new.search BEGIN
  DELETE FROM device_text WHERE rowid = old.seq;
  INSERT INTO device_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd

CREATE VIRTUAL TABLE person_text USING fts5(
  search, content='', contentless_delete=1, tokenize='trigram case_sensitive 1'
);
-- +goose StatementBegin
CREATE TRIGGER person_text_insert AFTER INSERT ON person BEGIN
  INSERT INTO person_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER person_text_delete AFTER DELETE ON person BEGIN
  DELETE FROM person_text WHERE rowid = old.seq;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER person_text_update AFTER UPDATE OF search ON person WHEN old.search <> new.search BEGIN
  DELETE FROM person_text WHERE rowid = old.seq;
  INSERT INTO person_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd
