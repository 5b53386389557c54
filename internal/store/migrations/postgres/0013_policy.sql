-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- ActiveSync policies, and every revision of them. settings: JSON, elements in the order of the protocol.
-- key: the name as it is compared.
CREATE TABLE policy (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL UNIQUE,
  description TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  settings TEXT COLLATE "C" NOT NULL,
  lenient BIGINT NOT NULL,
  refresh BIGINT NOT NULL,
  by_whom TEXT COLLATE "C" NOT NULL,
  created BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE TABLE policy_revision (
  policy TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  settings TEXT COLLATE "C" NOT NULL,
  lenient BIGINT NOT NULL,
  refresh BIGINT NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  by_whom TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (policy, number)
);

-- Which policy was assigned to an ActiveSync device id, and how often its phone was told to ask anew.
-- speaks: gateways hear of the id, because a registered device or a policy hangs on it.
ALTER TABLE eas_device ADD COLUMN policy TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE eas_device ADD COLUMN policy_turns BIGINT NOT NULL DEFAULT 0;
ALTER TABLE eas_device ADD COLUMN policy_by TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE eas_device ADD COLUMN policy_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE eas_device ADD COLUMN speaks BIGINT NOT NULL DEFAULT 0;
UPDATE eas_device SET speaks = linked WHERE linked = 1;
DROP INDEX eas_device_linked;
CREATE INDEX eas_device_speaks ON eas_device (id) WHERE speaks = 1;
CREATE INDEX eas_device_by_policy ON eas_device (policy, id) WHERE policy <> '';

-- What the phone of a record last said about its policy.
CREATE TABLE policy_ack (
  association TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  policy TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  answer TEXT COLLATE "C" NOT NULL,
  protocol TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX policy_ack_by_policy ON policy_ack (policy, revision, answer);

-- Orders to wipe, kept when their record is removed. The latest one of a record stands in its row too.
CREATE TABLE wipe (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  association TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  eas_device TEXT COLLATE "C" NOT NULL,
  phone TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  by_whom TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  server BIGINT NOT NULL,
  approved_by TEXT COLLATE "C" NOT NULL,
  approved_at BIGINT NOT NULL,
  delivered_at BIGINT NOT NULL,
  answered_at BIGINT NOT NULL,
  ended_by TEXT COLLATE "C" NOT NULL,
  ended_at BIGINT NOT NULL,
  protocol TEXT COLLATE "C" NOT NULL,
  addr TEXT COLLATE "C" NOT NULL,
  open BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX wipe_by_association ON wipe (association, id);
CREATE INDEX wipe_open ON wipe (id) WHERE open = 1;
CREATE INDEX wipe_by_time ON wipe (at);

ALTER TABLE association ADD COLUMN wipe_id TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_kind TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_state TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE association ADD COLUMN wipe_by TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE association ADD COLUMN wipe_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE association ADD COLUMN wipe_server BIGINT NOT NULL DEFAULT 0;
ALTER TABLE association ADD COLUMN server_key TEXT COLLATE "C" NOT NULL DEFAULT '';

-- ActiveSync actions (wipe, assign, revert) by ActiveSync device id: they outlive the record.
CREATE TABLE eas_action (
  eas_device TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  by_whom TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (eas_device, at, kind)
);
CREATE INDEX eas_action_by_time ON eas_action (at, eas_device);
