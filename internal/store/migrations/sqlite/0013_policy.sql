-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- ActiveSync policies, and every revision of them. settings: JSON, elements in the order of the protocol.
-- key: the name as it is compared.
CREATE TABLE policy (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  revision INTEGER NOT NULL,
  settings TEXT NOT NULL,
  lenient INTEGER NOT NULL,
  refresh INTEGER NOT NULL,
  by_whom TEXT NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE TABLE policy_revision (
  policy TEXT NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  lenient INTEGER NOT NULL,
  refresh INTEGER NOT NULL,
  note TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (policy, number)
) STRICT;

-- Which policy was assigned to an ActiveSync device id, and how often its phone was told to ask anew.
-- speaks: gateways hear of the id, because a registered device or a policy hangs on it.
ALTER TABLE eas_device ADD COLUMN policy TEXT NOT NULL DEFAULT '';
ALTER TABLE eas_device ADD COLUMN policy_turns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE eas_device ADD COLUMN policy_by TEXT NOT NULL DEFAULT '';
ALTER TABLE eas_device ADD COLUMN policy_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE eas_device ADD COLUMN speaks INTEGER NOT NULL DEFAULT 0;
UPDATE eas_device SET speaks = linked WHERE linked = 1;
DROP INDEX eas_device_linked;
CREATE INDEX eas_device_speaks ON eas_device (id) WHERE speaks = 1;
CREATE INDEX eas_device_by_policy ON eas_device (policy, id) WHERE policy <> '';

-- What the phone of a record last said about its policy.
CREATE TABLE policy_ack (
  association TEXT NOT NULL PRIMARY KEY,
  policy TEXT NOT NULL,
  revision INTEGER NOT NULL,
  answer TEXT NOT NULL,
  protocol TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX policy_ack_by_policy ON policy_ack (policy, revision, answer);

-- Orders to wipe, kept when their record is removed. The latest one of a record stands in its row too.
CREATE TABLE wipe (
  id TEXT NOT NULL PRIMARY KEY,
  association TEXT NOT NULL,
  realm TEXT NOT NULL,
  account TEXT NOT NULL,
  eas_device TEXT NOT NULL,
  phone TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  server INTEGER NOT NULL,
  approved_by TEXT NOT NULL,
  approved_at INTEGER NOT NULL,
  delivered_at INTEGER NOT NULL,
  answered_at INTEGER NOT NULL,
  ended_by TEXT NOT NULL,
  ended_at INTEGER NOT NULL,
  protocol TEXT NOT NULL,
  addr TEXT NOT NULL,
  open INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX wipe_by_association ON wipe (association, id);
CREATE INDEX wipe_open ON wipe (id) WHERE open = 1;
CREATE INDEX wipe_by_time ON wipe (at);

ALTER TABLE association ADD COLUMN wipe_id TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_state TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE association ADD COLUMN wipe_by TEXT NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE association ADD COLUMN wipe_server INTEGER NOT NULL DEFAULT 0;
ALTER TABLE association ADD COLUMN server_key TEXT NOT NULL DEFAULT '';

-- ActiveSync actions (wipe, assign, revert) by ActiveSync device id: they outlive the record.
CREATE TABLE eas_action (
  eas_device TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  PRIMARY KEY (eas_device, at, kind)
) STRICT;
CREATE INDEX eas_action_by_time ON eas_action (at, eas_device);
