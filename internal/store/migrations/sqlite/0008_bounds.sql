-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- What one actor did of one kind: either alone may be most of the log.
CREATE INDEX audit_by_actor_event ON audit (actor, event, id);

-- Accounts whose spelling may have to change with a new version: letters beyond ASCII, or two spaces. Every
-- start looks at them, and should not have to look at all others.
CREATE INDEX association_spelt ON association (seq) WHERE length(CAST(account AS BLOB)) <> length(account) OR instr(account, '  ') > 0;
CREATE INDEX account_spelt ON account (realm, account) WHERE length(CAST(account AS BLOB)) <> length(account) OR instr(account, '  ') > 0;
