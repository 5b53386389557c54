-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- What the search of expected phones looks into. It folds letters as the program does, so it is filled in
-- when the console starts; no row is without one for long, and the index finds those that are.
ALTER TABLE expected ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX expected_unread ON expected (seq) WHERE search = '';

CREATE VIRTUAL TABLE expected_text USING fts5(
  search, content='', contentless_delete=1, tokenize='trigram case_sensitive 1'
);
INSERT INTO expected_text (rowid, search) SELECT seq, search FROM expected;
-- +goose StatementBegin
CREATE TRIGGER expected_text_insert AFTER INSERT ON expected BEGIN
  INSERT INTO expected_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER expected_text_delete AFTER DELETE ON expected BEGIN
  DELETE FROM expected_text WHERE rowid = old.seq;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER expected_text_update AFTER UPDATE OF search ON expected WHEN old.search <> new.search BEGIN
  DELETE FROM expected_text WHERE rowid = old.seq;
  INSERT INTO expected_text (rowid, search) VALUES (new.seq, new.search);
END;
-- +goose StatementEnd
