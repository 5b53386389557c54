-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- What the search of expected phones looks into. It folds letters as the program does, so it is filled in
-- when the console starts; no row is without one for long, and the index finds those that are.
ALTER TABLE expected ADD COLUMN search TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX expected_unread ON expected (seq) WHERE search = '';
