-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- Blocking rules. place: the lower one speaks first. spec: JSON, what the kind looks at. for_groups, for_users: JSON,
-- for whom the rule is; none: for everybody. most: how many records it may hold before a person has said
-- that more are meant; confirmed: how many that were. records, waiting, released: how many it holds, how many
-- more it speaks of, and how many it has let go by hand. key: the name as it is compared.
CREATE TABLE blocking (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL UNIQUE,
  place BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  spec TEXT COLLATE "C" NOT NULL,
  for_groups TEXT COLLATE "C" NOT NULL,
  for_users TEXT COLLATE "C" NOT NULL,
  enabled BIGINT NOT NULL,
  most BIGINT NOT NULL,
  confirmed BIGINT NOT NULL,
  records BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  released BIGINT NOT NULL,
  told BIGINT NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  by_whom TEXT COLLATE "C" NOT NULL,
  created BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  version BIGINT NOT NULL
);

-- Which records a rule speaks of. state: held, waiting (for a person, because they are too many) or released
-- (out of its quarantine). told: when people were written to about it.
CREATE TABLE blocking_record (
  rule TEXT COLLATE "C" NOT NULL,
  association TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  released_by TEXT COLLATE "C" NOT NULL,
  released_at BIGINT NOT NULL,
  told BIGINT NOT NULL,
  PRIMARY KEY (rule, association)
);
CREATE INDEX blocking_record_by_association ON blocking_record (association, rule);
CREATE INDEX blocking_record_by_time ON blocking_record (rule, state, at, association);
CREATE INDEX blocking_record_untold ON blocking_record (rule, at, association) WHERE state = 'held' AND told = 0;

-- What rules and limits have to do with a record, as gateways are told it: JSON, or nothing.
ALTER TABLE association ADD COLUMN ruling TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The kind of mail server on which the earliest record of a device id is.
ALTER TABLE eas_device ADD COLUMN server_type TEXT COLLATE "C" NOT NULL DEFAULT '';
