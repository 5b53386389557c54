-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- Blocking rules. place: the lower one speaks first. spec: JSON, what the kind looks at. for_groups, for_users: JSON,
-- for whom the rule is; none: for everybody. most: how many records it may hold before a person has said
-- that more are meant; confirmed: how many that were. records, waiting, released: how many it holds, how many
-- more it speaks of, and how many it has let go by hand. key: the name as it is compared.
CREATE TABLE blocking (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  place INTEGER NOT NULL,
  kind TEXT NOT NULL,
  action TEXT NOT NULL,
  spec TEXT NOT NULL,
  for_groups TEXT NOT NULL,
  for_users TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  most INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  records INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  released INTEGER NOT NULL,
  told INTEGER NOT NULL,
  note TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;

-- Which records a rule speaks of. state: held, waiting (for a person, because they are too many) or released
-- (out of its quarantine). told: when people were written to about it.
CREATE TABLE blocking_record (
  rule TEXT NOT NULL,
  association TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  released_by TEXT NOT NULL,
  released_at INTEGER NOT NULL,
  told INTEGER NOT NULL,
  PRIMARY KEY (rule, association)
) STRICT;
CREATE INDEX blocking_record_by_association ON blocking_record (association, rule);
CREATE INDEX blocking_record_by_time ON blocking_record (rule, state, at, association);
CREATE INDEX blocking_record_untold ON blocking_record (rule, at, association) WHERE state = 'held' AND told = 0;

-- What rules and limits have to do with a record, as gateways are told it: JSON, or nothing.
ALTER TABLE association ADD COLUMN ruling TEXT NOT NULL DEFAULT '';

-- The kind of mail server on which the earliest record of a device id is.
ALTER TABLE eas_device ADD COLUMN server_type TEXT NOT NULL DEFAULT '';
