-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0
-- What the sixth migration has made room for. It is never changed.

INSERT INTO expected (seq, id, realm, account, eas_device, who, model, os, device_type, user_agent, imei, number, first_sync, last_sync, state, preset, reason, by_whom, import_id, created, seen, version, class, key_user, key_device, key_model) VALUES (1, '06g5qz10000000000000000001', 'lab', 'ana', 'APPLEXPECTED1', 'Ana Silva', 'iPhone 15', 'iOS 18', 'iPhone', 'Apple-iPhone15C4/2201', '352099001761481', '+351 21 000 0142', 1788163200000, 1788249600000, 'Allowed', '', 'moves in', 'root', '06g5qz20000000000000000001', 1788249607000, 0, 1, 0, 'ana silva', 'applexpected1', 'iphone 15');
INSERT INTO expected (seq, id, realm, account, eas_device, who, model, os, device_type, user_agent, imei, number, first_sync, last_sync, state, preset, reason, by_whom, import_id, created, seen, version, class, key_user, key_device, key_model) VALUES (2, '06g5qz10000000000000000002', 'lab', '', 'SECEXPECTED2', 'Bob', '', '', 'SAMSUNGSM', '', '', '', 0, 1788249600000, 'Blocked', 'block', '', 'root', '06g5qz20000000000000000001', 1788249607000, 1788253200000, 2, 1, 'bob', 'secexpected2', 'samsungsm');
INSERT INTO expected_count (class, n) VALUES (0, 1);
INSERT INTO expected_count (class, n) VALUES (1, 1);
INSERT INTO expected_day (name, class, n) VALUES ('lab', -1, 1);
INSERT INTO expected_day (name, class, n) VALUES ('lab', 20697, 1);
INSERT INTO import_file (id, kind, file, options, actor, reason, lines, state, job, summary, problem, created, finished, version) VALUES ('06g5qz20000000000000000001', 'expected', 'mobile-devices.csv', '{"realm":"lab"}', '{"name":"root","role":"administrator"}', 'the move', 2, 'done', '06g5qz30000000000000000001', '{"new":2}', '', 1788249607000, 1788249608000, 3);
INSERT INTO import_line (import_id, n, line, label, fields, state, result, object, before) VALUES ('06g5qz20000000000000000001', 1, 2, 'ana on APPLEXPECTED1', '{"user":"ana"}', 'done', 'Expected.', '06g5qz10000000000000000001', 'null');
INSERT INTO import_line (import_id, n, line, label, fields, state, result, object, before) VALUES ('06g5qz20000000000000000001', 2, 3, 'Bob on SECEXPECTED2', '{"user":"Bob"}', 'done', 'Expected.', '06g5qz10000000000000000002', 'null');
