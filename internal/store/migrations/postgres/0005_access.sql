-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- What an administrator or a token is limited to: JSON, null for no limit. source and subject name who
-- signs in elsewhere.
ALTER TABLE administrator ADD COLUMN scope TEXT COLLATE "C" NOT NULL DEFAULT 'null';
ALTER TABLE administrator ADD COLUMN source TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE administrator ADD COLUMN subject TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX administrator_by_subject ON administrator (source, subject) WHERE subject <> '';
ALTER TABLE api_token ADD COLUMN scope TEXT COLLATE "C" NOT NULL DEFAULT 'null';
ALTER TABLE api_token ADD COLUMN verbs TEXT COLLATE "C" NOT NULL DEFAULT 'null';
-- Empty: the link makes the first administrator. Otherwise it lets this one in.
ALTER TABLE setup_link ADD COLUMN administrator TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE TABLE passkey (
  id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  administrator TEXT COLLATE "C" NOT NULL,
  name          TEXT COLLATE "C" NOT NULL,
  data          TEXT COLLATE "C" NOT NULL,
  created       BIGINT NOT NULL,
  last_used     BIGINT NOT NULL
);
CREATE INDEX passkey_by_administrator ON passkey (administrator);
