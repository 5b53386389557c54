-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- What an administrator or a token is limited to: JSON, null for no limit. source and subject name who
-- signs in elsewhere.
ALTER TABLE administrator ADD COLUMN scope TEXT NOT NULL DEFAULT 'null';
ALTER TABLE administrator ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE administrator ADD COLUMN subject TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX administrator_by_subject ON administrator (source, subject) WHERE subject <> '';
ALTER TABLE api_token ADD COLUMN scope TEXT NOT NULL DEFAULT 'null';
ALTER TABLE api_token ADD COLUMN verbs TEXT NOT NULL DEFAULT 'null';
-- Empty: the link makes the first administrator. Otherwise it lets this one in.
ALTER TABLE setup_link ADD COLUMN administrator TEXT NOT NULL DEFAULT '';

CREATE TABLE passkey (
  id            TEXT NOT NULL PRIMARY KEY,
  administrator TEXT NOT NULL,
  name          TEXT NOT NULL,
  data          TEXT NOT NULL,
  created       INTEGER NOT NULL,
  last_used     INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_by_administrator ON passkey (administrator);
