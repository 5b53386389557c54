-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- What the fourth migration's tables hold, and those it has changed, as the program of that time wrote them:
-- a user with a registered device, and the phones that wait for their registration. It is never changed.

INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'bob', 1, 1788249607000, '', '', '', 0, 1);
INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'zoe', 0, 1788249600000, '06g5qyvg00veqqj0hc15qq2wj0', '', '', 0, 0);
INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'zoey', 0, 1788249600000, '', 'zoe', 'Root', 1788249600000, 1);
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (1, 'dev-bad', 'ana', '', 'active', 'jailbroken', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249607000, 0, 'noncompliant', 1788249607000, '', '', 1788249607000, 1788249607000, 1, 10, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (2, 'dev-lost', 'bob', '', 'lost', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249607000, 0, 'unknown', 0, '', '', 1788249607000, 1788249607000, 1, 3, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (3, 'dev77-00000005', 'noor5@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (4, 'dev77-00000007', 'kofi7@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (5, 'dev77-00000008', 'chen8@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (6, 'dev77-00000018', 'dora18@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (7, 'dev77-00000021', 'hugo21@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (8, 'dev77-00000022', 'per22@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (9, 'dev77-00000023', 'olga23@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (10, 'dev77-00000024', 'ines24@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (11, 'dev77-00000026', 'mia26@lab.example', '', 'active', '', '', '', '', '', '', '', '', '', '', '', '', 'local', 1788249602000, 0, 'unknown', 0, '', '', 1788249602000, 1788249602000, 1, 2, '', '', '', '', '', '', '', '', '', '');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (12, '06g5qyvg02zhc2k8yr91d00kh4', '', '', 'waiting', '', '', 'Android', '14', 'Outlook for iOS and Android', '', '+49 30 0109094', '', '', '', '4342b73e94ec6', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'outlook for ios and android', '', 'outlook for ios and android', 'android 14', '+49300109094', '', '', '', '00109094', 'outlook for ios and android
+49 30 0109094
+49300109094
4342b73e94ec6');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (13, '06g5qyvg00pw649m24hfh3ckrw', '', '', 'waiting', '', '', '', '', 'Straße "9" 電話', '', '+49 151 0000001', '', '', '', 'ANDROIDC1700000001', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'straße "9" 電話', '', 'straße "9" 電話', '', '+491510000001', '', '', '', '10000001', 'straße "9" 電話
+49 151 0000001
+491510000001
androidc1700000001');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (14, '06g5qyvg000e55m0z7yhz7ef5g', '', '', 'waiting', '', 'Ana''s phone', 'iOS', '17.1', 'iPhone 15', '', '+49 30 1234', '356', '', '', 'APPL0123456789AB', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'ana''s phone', '', 'iphone 15', 'ios 17.1', '+49301234', '', '', '', '49301234', 'ana''s phone
iphone 15
+49 30 1234
+49301234
356
appl0123456789ab');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (15, '06g5qyvg01f06jnn5ygkh8d4fg', '', '', 'waiting', '', '', '', '', '', '', '', '', '', '', 'TEMP000001', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'temp000001', '', '', '', '', '', '', '', '', 'temp000001');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (16, '06g5qyvg01md56ds3n2bgbwzfc', '', '', 'waiting', '', '', 'Android', '15', 'Pixel 8', '', '+49 30 9977958', '', '', '', 'android16a00a91ba901', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'pixel 8', '', 'pixel 8', 'android 15', '+49309977958', '', '', '', '09977958', 'pixel 8
+49 30 9977958
+49309977958
android16a00a91ba901');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (17, '06g5qyvg0298e1qx743c1m28s8', '', '', 'waiting', '', '', 'Android', '15', 'Pixel 8', '', '+49 30 1381041', '', '', '', 'android4cd8d8d0e1e90', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'pixel 8', '', 'pixel 8', 'android 15', '+49301381041', '', '', '', '01381041', 'pixel 8
+49 30 1381041
+49301381041
android4cd8d8d0e1e90');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (18, '06g5qyvg0277s9nkfhnmwp0v00', '', '', 'waiting', '', '', 'Android', '15', 'Pixel 8', '', '+49 30 3488498', '', '', '', 'android67c631b12e394', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'pixel 8', '', 'pixel 8', 'android 15', '+49303488498', '', '', '', '03488498', 'pixel 8
+49 30 3488498
+49303488498
android67c631b12e394');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (19, '06g5qyvg03msx1bxf28bvpbm3w', '', '', 'waiting', '', '', 'Android', '15', 'Pixel 8', '', '+49 30 8811979', '', '', '', 'android8257ffc61e2de', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'pixel 8', '', 'pixel 8', 'android 15', '+49308811979', '', '', '', '08811979', 'pixel 8
+49 30 8811979
+49308811979
android8257ffc61e2de');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (20, '06g5qyvg01gyx1ja79wq6znkxg', '', '', 'waiting', '', '', 'Android', '15', 'Pixel 8', '', '+49 30 3952927', '', '', '', 'android9caf3b3b9e2cc', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'pixel 8', '', 'pixel 8', 'android 15', '+49303952927', '', '', '', '03952927', 'pixel 8
+49 30 3952927
+49303952927
android9caf3b3b9e2cc');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (21, '06g5qyvg018e429bksw9j4eywc', '', '', 'waiting', '', '', 'iOS', '17.1', 'iPhone 15', '', '+49 30 1641904', '', '', '', 'appl1cc1876df0d7d', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone 15', '', 'iphone 15', 'ios 17.1', '+49301641904', '', '', '', '01641904', 'iphone 15
+49 30 1641904
+49301641904
appl1cc1876df0d7d');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (22, '06g5qyvg01s6hvtnga4dxb8k64', '', '', 'waiting', '', '', 'iOS', '16.4', 'iPhone SE', '', '+49 30 4103009', '', '', '', 'appl5f5492b0225019', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone se', '', 'iphone se', 'ios 16.4', '+49304103009', '', '', '', '04103009', 'iphone se
+49 30 4103009
+49304103009
appl5f5492b0225019');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (23, '06g5qyvg00ken561e47pzh66g8', '', '', 'waiting', '', '', 'iOS', '16.4', 'iPhone SE', '', '+49 30 4615222', '', '', '', 'appl714f80fc86602', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone se', '', 'iphone se', 'ios 16.4', '+49304615222', '', '', '', '04615222', 'iphone se
+49 30 4615222
+49304615222
appl714f80fc86602');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (24, '06g5qyvg01h7z6dg9gr4j4h8mg', '', '', 'waiting', '', '', 'iPadOS', '17.0', 'iPad Pro', '', '+49 30 3408176', '', '', '', 'appl719c2ebfbb1614', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'ipad pro', '', 'ipad pro', 'ipados 17.0', '+49303408176', '', '', '', '03408176', 'ipad pro
+49 30 3408176
+49303408176
appl719c2ebfbb1614');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (25, '06g5qyvg01nrycvywh2m7sdcmr', '', '', 'waiting', '', '', 'iOS', '17.1', 'iPhone 15', '', '+49 30 1871483', '', '', '', 'appl8d8d6f175cedf', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone 15', '', 'iphone 15', 'ios 17.1', '+49301871483', '', '', '', '01871483', 'iphone 15
+49 30 1871483
+49301871483
appl8d8d6f175cedf');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (26, '06g5qyvg01gkym4ne4a9zgs6e0', '', '', 'waiting', '', '', 'iOS', '16.4', 'iPhone SE', '', '+49 30 9268628', '', '', '', 'appla3583984b5cda', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone se', '', 'iphone se', 'ios 16.4', '+49309268628', '', '', '', '09268628', 'iphone se
+49 30 9268628
+49309268628
appla3583984b5cda');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (27, '06g5qyvg03prpbvez90wekacfm', '', '', 'waiting', '', '', 'iOS', '16.4', 'iPhone SE', '', '+49 30 7038770', '', '', '', 'applac8c5c29e03010', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone se', '', 'iphone se', 'ios 16.4', '+49307038770', '', '', '', '07038770', 'iphone se
+49 30 7038770
+49307038770
applac8c5c29e03010');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (28, '06g5qyvg02y28yrq91fkw7fgfc', '', '', 'waiting', '', '', 'iOS', '16.4', 'iPhone SE', '', '+49 30 1915870', '', '', '', 'applb278e1d82b8e3', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone se', '', 'iphone se', 'ios 16.4', '+49301915870', '', '', '', '01915870', 'iphone se
+49 30 1915870
+49301915870
applb278e1d82b8e3');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (29, '06g5qyvg02ks53q936fp7hjggr', '', '', 'waiting', '', '', 'iOS', '17.1', 'iPhone 15', '', '+49 30 0328805', '', '', '', 'applbdbe230752a81b', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'iphone 15', '', 'iphone 15', 'ios 17.1', '+49300328805', '', '', '', '00328805', 'iphone 15
+49 30 0328805
+49300328805
applbdbe230752a81b');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (30, '06g5qyvg00ccx4982z3dtzkj3c', '', '', 'waiting', '', '', 'Android', '14', 'Outlook for iOS and Android', '', '+49 30 4196574', '', '', '', 'b4c637a2ec5011', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'outlook for ios and android', '', 'outlook for ios and android', 'android 14', '+49304196574', '', '', '', '04196574', 'outlook for ios and android
+49 30 4196574
+49304196574
b4c637a2ec5011');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (31, '06g5qyvg02kk50ndwf9bvk172r', '', '', 'waiting', '', '', 'Android', '14', 'SM-G991B', '', '+49 30 3329903', '', '', '', 'sec793c0a203ecf13', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'sm-g991b', '', 'sm-g991b', 'android 14', '+49303329903', '', '', '', '03329903', 'sm-g991b
+49 30 3329903
+49303329903
sec793c0a203ecf13');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (32, '06g5qyvg017s78n52740evdthr', '', '', 'waiting', '', '', 'Android', '14', 'SM-G991B', '', '+49 30 9220868', '', '', '', 'sec9ccd9e16373fb', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'sm-g991b', '', 'sm-g991b', 'android 14', '+49309220868', '', '', '', '09220868', 'sm-g991b
+49 30 9220868
+49309220868
sec9ccd9e16373fb');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (33, '06g5qyvg00dgq7zwnvf3hg4te4', '', '', 'waiting', '', '', 'Android', '14', 'SM-G991B', '', '+49 30 3519176', '', '', '', 'secf1f12e0a5c0c9', '', 'activesync', 0, 0, 'unknown', 0, '', '', 1788249600000, 1788249600000, 1, 0, 'sm-g991b', '', 'sm-g991b', 'android 14', '+49303519176', '', '', '', '03519176', 'sm-g991b
+49 30 3519176
+49303519176
secf1f12e0a5c0c9');
INSERT INTO device (seq, id, owner, owner_name, state, noncompliant, name, os, os_version, model, manufacturer, number, imei, serial, udid, eas_id, ownership, source, enrolled, last_checkin, compliance, compliance_since, compliance_source, comment, created, updated, version, class, key_name, key_owner, key_model, key_os, key_number, imei_key, serial_key, udid_key, number_tail, search) VALUES (34, 'dev-zoe', '06g5qyvg00veqqj0hc15qq2wj0', 'Zoë Müller', 'active', 'passcode missing', 'Zoë''s', 'iOS', '17.1', 'iPhone 15', 'Apple', '+49 30 1', '356789012345678', 'F2LX9Q', 'u-1', 'applf2lx9q', 'company', 'csv', 1788249600000, 1788249600000, 'noncompliant', 1788249600000, '', 'words', 1788249600000, 1788249600000, 1, 10, 'zoë''s', 'zoë müller', 'iphone 15', 'ios 17.1', '+49301', '35678901234567', 'f2lx9q', '', '', 'zoë müller
zoë''s
iphone 15
+49 30 1
+49301
356789012345678
f2lx9q
u-1
applf2lx9q');
INSERT INTO device_count (class, n) VALUES (0, 22);
INSERT INTO device_count (class, n) VALUES (1, 0);
INSERT INTO device_count (class, n) VALUES (2, 9);
INSERT INTO device_count (class, n) VALUES (3, 1);
INSERT INTO device_count (class, n) VALUES (4, 0);
INSERT INTO device_count (class, n) VALUES (5, 0);
INSERT INTO device_count (class, n) VALUES (9, 0);
INSERT INTO device_count (class, n) VALUES (10, 2);
INSERT INTO device_count (class, n) VALUES (11, 0);
INSERT INTO group_count (name, n) VALUES ('board', 1);
INSERT INTO group_count (name, n) VALUES ('sales', 1);
INSERT INTO person (seq, id, name, name_key, display_name, email, number, source, disabled, groups, comment, devices, created, updated, version, class, key_name, key_display, key_email, search) VALUES (1, '06g5qyvg00veqqj0hc15qq2wj0', 'Zoë Müller', 'zoë müller', 'Zoë', 'zoe@lab.example', '+49 30 1', 'local', 0, '["board","sales"]', 'words', 1, 1788249600000, 1788249600000, 1, 4, 'zoë müller', 'zoë', 'zoe@lab.example', 'zoë müller
zoë
zoe@lab.example
+49 30 1
+49301
zoe');
INSERT INTO person_count (class, n) VALUES (0, 0);
INSERT INTO person_count (class, n) VALUES (1, 0);
INSERT INTO person_count (class, n) VALUES (2, 0);
INSERT INTO person_count (class, n) VALUES (3, 0);
INSERT INTO person_count (class, n) VALUES (4, 1);
INSERT INTO person_count (class, n) VALUES (5, 0);
INSERT INTO person_count (class, n) VALUES (6, 0);
INSERT INTO person_count (class, n) VALUES (7, 0);
INSERT INTO person_group (name, person, key_name) VALUES ('board', '06g5qyvg00veqqj0hc15qq2wj0', 'zoë müller');
INSERT INTO person_group (name, person, key_name) VALUES ('sales', '06g5qyvg00veqqj0hc15qq2wj0', 'zoë müller');
INSERT INTO preapproval (id, realm, account, eas_device, reason, by_whom, at, until) VALUES ('06g5qyvg01rbwz5f2kq80yht44', 'lab', 'zoe', 'applnew', 'new phone', 'Root', 1788249600000, 2103868800000);
INSERT INTO setting (name, value, sealed, version, changed, by_whom) VALUES ('zone', '"Europe/Berlin"', 'v1.sealed', 1, 1788249600000, 'Root');
