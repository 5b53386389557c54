-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- Phones that a list from elsewhere names. class: 0 has not come through the gateway yet, 1 has. account
-- is empty where the list does not say it. key_user and key_device are what it is sorted by.
CREATE TABLE expected (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  realm TEXT NOT NULL,
  account TEXT NOT NULL,
  eas_device TEXT NOT NULL,
  who TEXT NOT NULL,
  model TEXT NOT NULL,
  os TEXT NOT NULL,
  device_type TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  imei TEXT NOT NULL,
  number TEXT NOT NULL,
  first_sync INTEGER NOT NULL,
  last_sync INTEGER NOT NULL,
  state TEXT NOT NULL,
  preset TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  import_id TEXT NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  version INTEGER NOT NULL,
  class INTEGER NOT NULL,
  key_user TEXT NOT NULL,
  key_device TEXT NOT NULL,
  key_model TEXT NOT NULL,
  UNIQUE (eas_device, account, realm)
) STRICT;
CREATE INDEX expected_by_seq ON expected (class, seq);
CREATE INDEX expected_by_user ON expected (class, key_user, seq);
CREATE INDEX expected_by_device ON expected (class, key_device, seq);
CREATE INDEX expected_by_model ON expected (class, key_model, seq);
CREATE INDEX expected_by_last ON expected (class, last_sync, seq);

CREATE TABLE expected_count (
  class INTEGER NOT NULL PRIMARY KEY,
  n INTEGER NOT NULL
) STRICT;
INSERT INTO expected_count (class, n) VALUES (0, 0), (1, 0);

-- How many of a mail server's came first on a day, counted from 1970; class -1: how many are missing.
CREATE TABLE expected_day (
  name TEXT NOT NULL,
  class INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (name, class)
) STRICT;

-- Files that were brought in, and their lines. state of a line: what would come of it, what came of it,
-- whether it was taken back. before is what taking back needs.
CREATE TABLE import_file (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  file TEXT NOT NULL,
  options TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  lines INTEGER NOT NULL,
  state TEXT NOT NULL,
  job TEXT NOT NULL,
  summary TEXT NOT NULL,
  problem TEXT NOT NULL,
  created INTEGER NOT NULL,
  finished INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX import_file_created ON import_file (created);

CREATE TABLE import_line (
  import_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  line INTEGER NOT NULL,
  label TEXT NOT NULL,
  fields TEXT NOT NULL,
  state TEXT NOT NULL,
  result TEXT NOT NULL,
  object TEXT NOT NULL,
  before TEXT NOT NULL,
  PRIMARY KEY (import_id, n)
) STRICT;
CREATE INDEX import_line_state ON import_line (import_id, state, n);
