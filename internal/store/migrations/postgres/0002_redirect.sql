-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- Where the mail server has sent the record, and how often an administrator has cleared that.
ALTER TABLE association ADD COLUMN redirect_url TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN redirect_clears BIGINT NOT NULL DEFAULT 0;
