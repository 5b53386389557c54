-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0
-- What a database at the thirteenth migration holds anew: a policy with two revisions, assigned and answered, and an
-- order to wipe that the phone has been told of. It is never changed.

INSERT INTO policy (id, name, key, description, revision, settings, lenient, refresh, by_whom, created, changed, version) VALUES ('pol130000001', 'Field staff', 'field staff', 'phones that leave the house', 2, '[{"element":"DevicePasswordEnabled","value":"1"},{"element":"MinDevicePasswordLength","value":"6"}]', 1, 86400000000000, 'root', 1788249600000, 1788249660000, 3);
INSERT INTO policy_revision (policy, number, name, settings, lenient, refresh, note, by_whom, at) VALUES ('pol130000001', 1, 'Field staff', '[{"element":"DevicePasswordEnabled","value":"1"}]', 1, 0, 'to begin with', 'root', 1788249600000);
INSERT INTO policy_revision (policy, number, name, settings, lenient, refresh, note, by_whom, at) VALUES ('pol130000001', 2, 'Field staff', '[{"element":"DevicePasswordEnabled","value":"1"},{"element":"MinDevicePasswordLength","value":"6"}]', 1, 86400000000000, 'six digits', 'root', 1788249660000);
INSERT INTO policy_ack (association, policy, revision, answer, protocol, at) VALUES ('06g5qyw3h3acsdzwx9mp0yt5n8', 'pol130000001', 1, 'partial', '14.1', 1788249670000);
UPDATE eas_device SET policy = 'pol130000001', policy_turns = 1, policy_by = 'root', policy_at = 1788249610000, speaks = 1 WHERE id = 'LOSTPHONE01';
INSERT INTO wipe (id, association, realm, account, eas_device, phone, kind, state, reason, by_whom, at, not_before, server, approved_by, approved_at, delivered_at, answered_at, ended_by, ended_at, protocol, addr, open, version) VALUES ('wip130000001', '06g5qyw3h3acsdzwx9mp0yt5n8', 'lab', 'bob', 'LOSTPHONE01', 'a lost phone', 'full', 'delivered', 'left in a taxi', 'root', 1788249680000, 1788249680000, 0, 'ana', 1788249681000, 1788249690000, 0, '', 0, '14.1', '192.0.2.7', 1, 2);
UPDATE association SET wipe_id = 'wip130000001', wipe_kind = 'full', wipe_state = 'delivered', wipe_from = 1788249680000, wipe_by = 'root', wipe_at = 1788249680000, server_key = 'sealed' WHERE id = '06g5qyw3h3acsdzwx9mp0yt5n8';
INSERT INTO eas_action (eas_device, at, kind, by_whom) VALUES ('LOSTPHONE01', 1788249680000, 'wipe', 'root');
