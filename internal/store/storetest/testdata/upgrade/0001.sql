-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- What lies in a database that the first migration has made, as the program of that time wrote it. It is
-- never changed; what a later migration brings gets a file of its own.

INSERT INTO account (realm, account, disabled, updated) VALUES ('lab', 'bob', 1, 1788249607000);
INSERT INTO administrator (id, name, key_name, role, password_hash, totp_sealed, totp_pending, totp_step, recovery, disabled, failures, failed_at, locked_until, created, changed, last_sign_in, version) VALUES ('06g5qywbb0fbbwxtktzv4g4fz8', 'ämilie', 'ämilie', 'auditor', 'x', '', '', 0, '', 1, 2, 1788249607000, 0, 1788249607000, 0, 0, 1);
INSERT INTO administrator (id, name, key_name, role, password_hash, totp_sealed, totp_pending, totp_step, recovery, disabled, failures, failed_at, locked_until, created, changed, last_sign_in, version) VALUES ('06g5qywbb3hpkprf812n3jha2m', 'Root', 'root', 'administrator', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaA', 'v1.sealed', '', 0, '', 0, 0, 0, 0, 1788249607000, 0, 0, 1);
INSERT INTO api_token (id, name, hash, role, owner, created, expires, last_used) VALUES ('06g5qywbb0chzxybngg0w74hpc', 'ci', '0abc', 'auditor', 'Root', 1788249607000, 2419401607000, 0);
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (1, '06g5qyvqt29jcc90zw1ytxk39m', 'standalone', 'lab', 'noor0', 'android4cd8d8d0e1e90', '', '', '', '', 0, 0, 'noor0@lab.example', 'android4cd8d8d0e1e90', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 1381041', '', '', '', '', 'noor0@lab.example', 0, 'sogo', 'gw1', '', 0, 1795106869000, 1795301701000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'android4cd8d8d0e1e90', 'noor0@lab.example', '+49301381041', 'pixel 8', 'android 15', 'noor0@lab.example', 'noor0@lab.example
noor0
android4cd8d8d0e1e90
pixel 8
+49 30 1381041
+49301381041');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (2, '06g5qyvqt2290a6qnhvf5kphnr', 'standalone', 'lab', 'team-noor0', 'android4cd8d8d0e1e90', '', '', '', '', 0, 0, 'team-noor0@lab.example', 'android4cd8d8d0e1e90', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 1381041', '', '', '', '', 'noor0@lab.example', 0, 'sogo', 'gw1', '', 0, 1795106869000, 1795301701000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'android4cd8d8d0e1e90', 'team-noor0@lab.example', '+49301381041', 'pixel 8', 'android 15', 'noor0@lab.example', 'team-noor0@lab.example
team-noor0
android4cd8d8d0e1e90
pixel 8
+49 30 1381041
+49301381041');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (3, '06g5qyvqt3rbcx4hrphejfm4e0', 'standalone', 'lab', 'mia1', 'android16a00a91ba901', '', '', '', '', 0, 0, 'mia1@lab.example', 'android16a00a91ba901', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 9977958', '', '', '', '', 'mia1@lab.example', 0, 'sogo', 'gw1', '', 0, 1793072704000, 1793327450000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'android16a00a91ba901', 'mia1@lab.example', '+49309977958', 'pixel 8', 'android 15', 'mia1@lab.example', 'mia1@lab.example
mia1
android16a00a91ba901
pixel 8
+49 30 9977958
+49309977958');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (4, '06g5qyvqt23tnhq7gsn33nc4d8', 'standalone', 'lab', 'kofi2', 'appl714f80fc86602', '', '', '', '', 0, 0, 'kofi2@lab.example', 'appl714f80fc86602', 'iOS', 'iPhone SE/16.4', '16.1', 'Mail', 'iPhone SE', 'iOS', '16.4', '+49 30 4615222', '', '', '', '', 'kofi2@lab.example', 0, 'sogo', 'gw1', '', 0, 1791998062000, 1792301928000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'appl714f80fc86602', 'kofi2@lab.example', '+49304615222', 'iphone se', 'ios 16.4', 'kofi2@lab.example', 'kofi2@lab.example
kofi2
appl714f80fc86602
iphone se
+49 30 4615222
+49304615222');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (5, '06g5qyvqt0brb48457r6za1408', 'standalone', 'lab', 'jörg3', 'applb278e1d82b8e3', '', 'block', 'filled', 'fill', 1793746115000, 0, 'jörg3@lab.example', 'applb278e1d82b8e3', 'iOS', 'iPhone SE/16.4', '16.1', 'Mail', 'iPhone SE', 'iOS', '16.4', '+49 30 1915870', '', '', '', '', 'jörg3@lab.example', 0, 'sogo', 'gw1', '', 0, 1793581973000, 1793746115000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'applb278e1d82b8e3', 'jörg3@lab.example', '+49301915870', 'iphone se', 'ios 16.4', 'jörg3@lab.example', 'jörg3@lab.example
jörg3
applb278e1d82b8e3
iphone se
+49 30 1915870
+49301915870');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (6, '06g5qyvqt0c2k6pq6034a0dxw8', 'standalone', 'lab', 'chen4', 'android67c631b12e394', '', '', '', '', 0, 0, 'chen4@lab.example', 'android67c631b12e394', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 3488498', '', '', '', '', 'chen4@lab.example', 0, 'sogo', 'gw1', '', 0, 1793129384000, 1793424591000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'android67c631b12e394', 'chen4@lab.example', '+49303488498', 'pixel 8', 'android 15', 'chen4@lab.example', 'chen4@lab.example
chen4
android67c631b12e394
pixel 8
+49 30 3488498
+49303488498');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (7, '06g5qyvqt2hqmvy8e93pyk2k9w', 'standalone', 'lab', 'noor5', 'android799a3060cf775', 'dev77-00000005', '', '', '', 0, 0, 'noor5@lab.example', 'android799a3060cf775', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 9576821', '', '', '', '', 'noor5@lab.example', 0, 'sogo', 'gw1', '', 0, 1792638616000, 1792923666000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'android799a3060cf775', 'noor5@lab.example', '+49309576821', 'pixel 8', 'android 15', 'noor5@lab.example', 'noor5@lab.example
noor5
android799a3060cf775
pixel 8
+49 30 9576821
+49309576821');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (8, '06g5qyvqt0b52n16hrqfhs12rw', 'standalone', 'lab', 'dora6', '4342b73e94ec6', '', '', '', '', 0, 0, 'dora6@lab.example', '4342b73e94ec6', 'Android', 'Outlook for iOS and Android/14', '16.1', 'Mail', 'Outlook for iOS and Android', 'Android', '14', '+49 30 0109094', '', '', '', '', 'dora6@lab.example', 0, 'sogo', 'gw1', '', 0, 1792511024000, 1792601204000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, '4342b73e94ec6', 'dora6@lab.example', '+49300109094', 'outlook for ios and android', 'android 14', 'dora6@lab.example', 'dora6@lab.example
dora6
4342b73e94ec6
outlook for ios and android
+49 30 0109094
+49300109094');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (9, '06g5qyvqt3yc0mnywm8m854dgr', 'standalone', 'lab', 'kofi7', 'appl1b379fb2c8b87', 'dev77-00000007', '', '', '', 0, 0, 'kofi7@lab.example', 'appl1b379fb2c8b87', 'iPadOS', 'iPad Pro/17.0', '16.1', 'Mail', 'iPad Pro', 'iPadOS', '17.0', '+49 30 3813625', '', '', '', '', 'kofi7@lab.example', 0, 'sogo', 'gw1', '', 0, 1792540155000, 1792763202000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'appl1b379fb2c8b87', 'kofi7@lab.example', '+49303813625', 'ipad pro', 'ipados 17.0', 'kofi7@lab.example', 'kofi7@lab.example
kofi7
appl1b379fb2c8b87
ipad pro
+49 30 3813625
+49303813625');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (10, '06g5qyvqt0mrenkrhc5vneskk8', 'standalone', 'lab', 'chen8', 'sec36590bef2c498', 'dev77-00000008', '', '', '', 0, 0, 'chen8@lab.example', 'sec36590bef2c498', 'Android', 'SM-G991B/14', '16.1', 'Mail', 'SM-G991B', 'Android', '14', '+49 30 4583089', '', '', '', '', 'chen8@lab.example', 0, 'sogo', 'gw1', '', 0, 1795180963000, 1795348349000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'sec36590bef2c498', 'chen8@lab.example', '+49304583089', 'sm-g991b', 'android 14', 'chen8@lab.example', 'chen8@lab.example
chen8
sec36590bef2c498
sm-g991b
+49 30 4583089
+49304583089');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (11, '06g5qyvqt16bjthmm2jbzwd59m', 'standalone', 'lab', 'jörg9', 'secf1f12e0a5c0c9', '', 'block', 'filled', 'fill', 1794918344000, 0, 'jörg9@lab.example', 'secf1f12e0a5c0c9', 'Android', 'SM-G991B/14', '16.1', 'Mail', 'SM-G991B', 'Android', '14', '+49 30 3519176', '', '', '', '', 'jörg9@lab.example', 0, 'sogo', 'gw1', '', 0, 1794672939000, 1794918344000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'secf1f12e0a5c0c9', 'jörg9@lab.example', '+49303519176', 'sm-g991b', 'android 14', 'jörg9@lab.example', 'jörg9@lab.example
jörg9
secf1f12e0a5c0c9
sm-g991b
+49 30 3519176
+49303519176');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (12, '06g5qyvqt0k033qwr0zjeqa6rm', 'standalone', 'lab', 'gül10', 'appla3583984b5cda', '', '', '', '', 0, 0, 'gül10@lab.example', 'appla3583984b5cda', 'iOS', 'iPhone SE/16.4', '16.1', 'Mail', 'iPhone SE', 'iOS', '16.4', '+49 30 9268628', '', '', '', '', 'gül10@lab.example', 0, 'sogo', 'gw1', '', 0, 1792638686000, 1792652884000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'appla3583984b5cda', 'gül10@lab.example', '+49309268628', 'iphone se', 'ios 16.4', 'gül10@lab.example', 'gül10@lab.example
gül10
appla3583984b5cda
iphone se
+49 30 9268628
+49309268628');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (13, '06g5qyvqt3kbpte9w9nmgbqgwm', 'standalone', 'lab', 'emil11', 'sec9ccd9e16373fb', '', '', '', '', 0, 0, 'emil11@lab.example', 'sec9ccd9e16373fb', 'Android', 'SM-G991B/14', '16.1', 'Mail', 'SM-G991B', 'Android', '14', '+49 30 9220868', '', '', '', '', 'emil11@lab.example', 0, 'sogo', 'gw1', '', 0, 1794519012000, 1794716970000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'sec9ccd9e16373fb', 'emil11@lab.example', '+49309220868', 'sm-g991b', 'android 14', 'emil11@lab.example', 'emil11@lab.example
emil11
sec9ccd9e16373fb
sm-g991b
+49 30 9220868
+49309220868');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (14, '06g5qyvqt2ghqz56y0x3mr4ttr', 'standalone', 'lab', 'lena12', 'android9caf3b3b9e2cc', '', '', '', '', 0, 0, 'lena12@lab.example', 'android9caf3b3b9e2cc', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 3952927', '', '', '', '', 'lena12@lab.example', 0, 'sogo', 'gw1', '', 0, 1794492591000, 1794508398000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'android9caf3b3b9e2cc', 'lena12@lab.example', '+49303952927', 'pixel 8', 'android 15', 'lena12@lab.example', 'lena12@lab.example
lena12
android9caf3b3b9e2cc
pixel 8
+49 30 3952927
+49303952927');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (15, '06g5qyvqt05vppf996yase1a5g', 'standalone', 'lab', 'dora13', 'appl1cc1876df0d7d', '', '', '', '', 0, 0, 'dora13@lab.example', 'appl1cc1876df0d7d', 'iOS', 'iPhone 15/17.1', '16.1', 'Mail', 'iPhone 15', 'iOS', '17.1', '+49 30 1641904', '', '', '', '', 'dora13@lab.example', 0, 'sogo', 'gw1', '', 0, 1794837525000, 1795098155000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'appl1cc1876df0d7d', 'dora13@lab.example', '+49301641904', 'iphone 15', 'ios 17.1', 'dora13@lab.example', 'dora13@lab.example
dora13
appl1cc1876df0d7d
iphone 15
+49 30 1641904
+49301641904');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (16, '06g5qyvqt0mc0wdfam1f3fyggw', 'standalone', 'lab', 'bob14', 'android8257ffc61e2de', '', '', '', '', 0, 0, 'bob14@lab.example', 'android8257ffc61e2de', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 8811979', '', '', '', '', 'bob14@lab.example', 0, 'sogo', 'gw1', '', 0, 1792323118000, 1792637862000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'android8257ffc61e2de', 'bob14@lab.example', '+49308811979', 'pixel 8', 'android 15', 'bob14@lab.example', 'bob14@lab.example
bob14
android8257ffc61e2de
pixel 8
+49 30 8811979
+49308811979');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (17, '06g5qyvqt0y0vkqhzq0ac7rwer', 'standalone', 'lab', 'hugo15', 'appl8d8d6f175cedf', '', '', '', '', 0, 0, 'hugo15@lab.example', 'appl8d8d6f175cedf', 'iOS', 'iPhone 15/17.1', '16.1', 'Mail', 'iPhone 15', 'iOS', '17.1', '+49 30 1871483', '', '', '', '', 'hugo15@lab.example', 0, 'sogo', 'gw1', '', 0, 1794560842000, 1794735888000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'appl8d8d6f175cedf', 'hugo15@lab.example', '+49301871483', 'iphone 15', 'ios 17.1', 'hugo15@lab.example', 'hugo15@lab.example
hugo15
appl8d8d6f175cedf
iphone 15
+49 30 1871483
+49301871483');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (18, '06g5qyvqt10p03fq7xab1e9bc0', 'standalone', 'lab', 'fatima16', 'applac8c5c29e03010', '', '', '', '', 0, 0, 'fatima16@lab.example', 'applac8c5c29e03010', 'iOS', 'iPhone SE/16.4', '16.1', 'Mail', 'iPhone SE', 'iOS', '16.4', '+49 30 7038770', '', '', '', '', 'fatima16@lab.example', 0, 'sogo', 'gw1', '', 0, 1794725899000, 1794818212000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'applac8c5c29e03010', 'fatima16@lab.example', '+49307038770', 'iphone se', 'ios 16.4', 'fatima16@lab.example', 'fatima16@lab.example
fatima16
applac8c5c29e03010
iphone se
+49 30 7038770
+49307038770');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (19, '06g5qyvqt3b1f4kjxy74qs5hp4', 'standalone', 'lab', 'dora17', 'b4c637a2ec5011', '', '', '', '', 0, 0, 'dora17@lab.example', 'b4c637a2ec5011', 'Android', 'Outlook for iOS and Android/14', '16.1', 'Mail', 'Outlook for iOS and Android', 'Android', '14', '+49 30 4196574', '', '', '', '', 'dora17@lab.example', 0, 'sogo', 'gw1', '', 0, 1791898614000, 1792007724000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'b4c637a2ec5011', 'dora17@lab.example', '+49304196574', 'outlook for ios and android', 'android 14', 'dora17@lab.example', 'dora17@lab.example
dora17
b4c637a2ec5011
outlook for ios and android
+49 30 4196574
+49304196574');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (20, '06g5qyvqt21ff1337jxypdd0b0', 'standalone', 'lab', 'dora18', 'applfa45a4ed2c0012', 'dev77-00000018', '', '', '', 0, 0, 'dora18@lab.example', 'applfa45a4ed2c0012', 'iOS', 'iPhone SE/16.4', '16.1', 'Mail', 'iPhone SE', 'iOS', '16.4', '+49 30 6859009', '', '', '', '', 'dora18@lab.example', 0, 'sogo', 'gw1', '', 0, 1795162934000, 1795222500000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'applfa45a4ed2c0012', 'dora18@lab.example', '+49306859009', 'iphone se', 'ios 16.4', 'dora18@lab.example', 'dora18@lab.example
dora18
applfa45a4ed2c0012
iphone se
+49 30 6859009
+49306859009');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (21, '06g5qyvqt3jhw0ar0eba1bdae8', 'standalone', 'lab', 'noor19', 'sec793c0a203ecf13', '', '', '', '', 0, 0, 'noor19@lab.example', 'sec793c0a203ecf13', 'Android', 'SM-G991B/14', '16.1', 'Mail', 'SM-G991B', 'Android', '14', '+49 30 3329903', '', '', '', '', 'noor19@lab.example', 0, 'sogo', 'gw1', '', 0, 1794030664000, 1794144864000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'sec793c0a203ecf13', 'noor19@lab.example', '+49303329903', 'sm-g991b', 'android 14', 'noor19@lab.example', 'noor19@lab.example
noor19
sec793c0a203ecf13
sm-g991b
+49 30 3329903
+49303329903');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (22, '06g5qyvqt3yjnc99beswqr5fnm', 'standalone', 'lab', 'dora20', 'appl719c2ebfbb1614', '', '', '', '', 0, 0, 'dora20@lab.example', 'appl719c2ebfbb1614', 'iPadOS', 'iPad Pro/17.0', '16.1', 'Mail', 'iPad Pro', 'iPadOS', '17.0', '+49 30 3408176', '', '', '', '', 'dora20@lab.example', 0, 'sogo', 'gw1', '', 0, 1791818090000, 1792050968000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'appl719c2ebfbb1614', 'dora20@lab.example', '+49303408176', 'ipad pro', 'ipados 17.0', 'dora20@lab.example', 'dora20@lab.example
dora20
appl719c2ebfbb1614
ipad pro
+49 30 3408176
+49303408176');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (23, '06g5qyvqt2n5860can2tjarb2m', 'standalone', 'lab', 'hugo21', 'secf3c7b1d424b315', 'dev77-00000021', '', '', '', 0, 0, 'hugo21@lab.example', 'secf3c7b1d424b315', 'Android', 'SM-G991B/14', '16.1', 'Mail', 'SM-G991B', 'Android', '14', '+49 30 6825523', '', '', '', '', 'hugo21@lab.example', 0, 'sogo', 'gw1', '', 0, 1794590600000, 1794713167000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'secf3c7b1d424b315', 'hugo21@lab.example', '+49306825523', 'sm-g991b', 'android 14', 'hugo21@lab.example', 'hugo21@lab.example
hugo21
secf3c7b1d424b315
sm-g991b
+49 30 6825523
+49306825523');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (24, '06g5qyvqt0k52yec2bfzhkzh20', 'standalone', 'lab', 'per22', 'appl53999ad3199316', 'dev77-00000022', '', '', '', 0, 0, 'per22@lab.example', 'appl53999ad3199316', 'iPadOS', 'iPad Pro/17.0', '16.1', 'Mail', 'iPad Pro', 'iPadOS', '17.0', '+49 30 3662090', '', '', '', '', 'per22@lab.example', 0, 'sogo', 'gw1', '', 0, 1793895854000, 1794240238000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'appl53999ad3199316', 'per22@lab.example', '+49303662090', 'ipad pro', 'ipados 17.0', 'per22@lab.example', 'per22@lab.example
per22
appl53999ad3199316
ipad pro
+49 30 3662090
+49303662090');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (25, '06g5qyvqt3z18atr29kfqc6j9w', 'standalone', 'lab', 'olga23', 'sec14b39a499c6717', 'dev77-00000023', '', '', '', 0, 0, 'olga23@lab.example', 'sec14b39a499c6717', 'Android', 'SM-G991B/14', '16.1', 'Mail', 'SM-G991B', 'Android', '14', '+49 30 4911880', '', '', '', '', 'olga23@lab.example', 0, 'sogo', 'gw1', '', 0, 1794437327000, 1794524181000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'sec14b39a499c6717', 'olga23@lab.example', '+49304911880', 'sm-g991b', 'android 14', 'olga23@lab.example', 'olga23@lab.example
olga23
sec14b39a499c6717
sm-g991b
+49 30 4911880
+49304911880');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (26, '06g5qyvqt2xaj0yazrbnkhj0n0', 'standalone', 'lab', 'ines24', 'androidfab247728caa18', 'dev77-00000024', '', '', '', 0, 0, 'ines24@lab.example', 'androidfab247728caa18', 'Android', 'Pixel 8/15', '16.1', 'Mail', 'Pixel 8', 'Android', '15', '+49 30 3898370', '', '', '', '', 'ines24@lab.example', 0, 'sogo', 'gw1', '', 0, 1794734835000, 1794973871000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'androidfab247728caa18', 'ines24@lab.example', '+49303898370', 'pixel 8', 'android 15', 'ines24@lab.example', 'ines24@lab.example
ines24
androidfab247728caa18
pixel 8
+49 30 3898370
+49303898370');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (27, '06g5qyvqt3kj572mc7hbbekaqc', 'standalone', 'lab', 'ines25', 'appl5f5492b0225019', '', '', '', '', 0, 0, 'ines25@lab.example', 'appl5f5492b0225019', 'iOS', 'iPhone SE/16.4', '16.1', 'Mail', 'iPhone SE', 'iOS', '16.4', '+49 30 4103009', '', '', '', '', 'ines25@lab.example', 0, 'sogo', 'gw1', '', 0, 1793961542000, 1794233136000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'appl5f5492b0225019', 'ines25@lab.example', '+49304103009', 'iphone se', 'ios 16.4', 'ines25@lab.example', 'ines25@lab.example
ines25
appl5f5492b0225019
iphone se
+49 30 4103009
+49304103009');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (28, '06g5qyvqt0kxdt13gx0j6ncm9r', 'standalone', 'lab', 'team-ines25', 'appl5f5492b0225019', '', '', '', '', 0, 0, 'team-ines25@lab.example', 'appl5f5492b0225019', 'iOS', 'iPhone SE/16.4', '16.1', 'Mail', 'iPhone SE', 'iOS', '16.4', '+49 30 4103009', '', '', '', '', 'ines25@lab.example', 0, 'sogo', 'gw1', '', 0, 1793961542000, 1794233136000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'appl5f5492b0225019', 'team-ines25@lab.example', '+49304103009', 'iphone se', 'ios 16.4', 'ines25@lab.example', 'team-ines25@lab.example
team-ines25
appl5f5492b0225019
iphone se
+49 30 4103009
+49304103009');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (29, '06g5qyvqt2z1vzxpf8h3ersevr', 'standalone', 'lab', 'mia26', 'appl8f5417d801de1a', 'dev77-00000026', '', '', '', 0, 0, 'mia26@lab.example', 'appl8f5417d801de1a', 'iPadOS', 'iPad Pro/17.0', '16.1', 'Mail', 'iPad Pro', 'iPadOS', '17.0', '+49 30 9357690', '', '', '', '', 'mia26@lab.example', 0, 'sogo', 'gw1', '', 0, 1791673476000, 1791844567000, 0, 200, 0, '', '{}', '{}', '{}', 'allowed', 1, 1, 2, 0, 'appl8f5417d801de1a', 'mia26@lab.example', '+49309357690', 'ipad pro', 'ipados 17.0', 'mia26@lab.example', 'mia26@lab.example
mia26
appl8f5417d801de1a
ipad pro
+49 30 9357690
+49309357690');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (30, '06g5qyvqt2akkcn8ymxcyqkbq8', 'standalone', 'lab', 'fatima27', 'applbdbe230752a81b', '', '', '', '', 0, 0, 'fatima27@lab.example', 'applbdbe230752a81b', 'iOS', 'iPhone 15/17.1', '16.1', 'Mail', 'iPhone 15', 'iOS', '17.1', '+49 30 0328805', '', '', '', '', 'fatima27@lab.example', 0, 'sogo', 'gw1', '', 0, 1793918633000, 1793942761000, 0, 200, 0, '', '{}', '{}', '{}', 'blocked', 1, 1, 1, 0, 'applbdbe230752a81b', 'fatima27@lab.example', '+49300328805', 'iphone 15', 'ios 17.1', 'fatima27@lab.example', 'fatima27@lab.example
fatima27
applbdbe230752a81b
iphone 15
+49 30 0328805
+49300328805');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (31, '06g5qyvvq3rrf6exp89vgjvsjg', 'standalone', 'lab', 'ana', 'APPL0123456789AB', '', 'allow', 'vip', 'root', 1795249800000, 1795422600000, 'ana', 'appl0123456789ab', 'iPhone', 'Apple-iPhone15C2/2001.5', '16.1', 'iOS Mail', 'iPhone 15', 'iOS', '17.1', '+49 30 1234', '356', 'Ana''s phone', 'de-DE', 'Telco', 'ana@lab.example', 1, 'sogo', 'gw1', '192.0.2.7', 1795249800000, 1795249800000, 1795249860000, 1795249801000, 200, 1, 'a comment', '{"verdict":"pass","rule":"pass","enforced":true,"gateway":"gw1","snapshot":3,"at":"2026-11-21T08:30:00Z"}', '{"model":"iPhone15C2","os":"iOS 17.1 21B74","number":"+49 30 1234"}', '{"client":"iOS Mail","os":"iOS"}', 'allowed', 1, 2, 0, 1795422600000, 'appl0123456789ab', 'ana', '+49301234', 'iphone 15', 'ios 17.1', 'ana@lab.example', 'ana
appl0123456789ab
iphone 15
+49 30 1234
+49301234');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (32, '06g5qyvzm34rkakt3wz9dt4ftw', 'standalone', 'lab', 'o''hara', 'ANDROIDC1700000001', '', 'block', 'left the company; "today"', 'root', 1788249607000, 0, 'LAB\O''Hara', 'androidc1700000001', '', '', '', '', 'Straße "9" 電話', '', '', '+49 151 0000001', '', '', '', '', '', 0, '', '', '', 0, 1788249604000, 1788249604000, 0, 0, 0, 'see ticket 4711', '{}', '{}', '{}', 'blocked', 2, 6, 1, 0, 'androidc1700000001', 'lab\o''hara', '+491510000001', 'straße "9" 電話', '', '', 'lab\o''hara
o''hara
androidc1700000001
straße "9" 電話
+49 151 0000001
+491510000001');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (33, '06g5qyw3h3acsdzwx9mp0yt5n8', 'standalone', 'lab', 'bob', 'LOSTPHONE01', 'dev-lost', '', '', '', 0, 0, 'bob', 'lostphone01', '', '', '', '', '', '', '', '', '', '', '', '', '', 0, '', '', '', 0, 1788249605000, 1788249605000, 0, 0, 0, '', '{}', '{}', '{}', 'blocked', 2, 6, 3, 0, 'lostphone01', 'bob', '', '', '', '', 'bob
lostphone01');
INSERT INTO association (seq, id, domain, realm, account, eas_device, device, override_kind, override_reason, override_by, override_at, override_until, user_name, raw_device, device_type, user_agent, protocol, client, model, os, os_version, number, imei, friendly_name, language, operator, mailbox, mailbox_derived, backend, gateway, remote_addr, facts_at, first_sync, last_sync, last_success, last_http, last_eas, comment, reported, told, guessed, sync_status, version, change, class, sweep_at, key_device, key_user, key_number, key_model, key_os, key_mailbox, search) VALUES (34, '06g5qyw7e3tmk8bqnjpqeetvtr', 'standalone', 'lab', 'eve', 'TEMP000001', '', 'allow', 'for a week', 'root', 1788249607000, 1946016007000, 'eve', 'temp000001', '', '', '', '', '', '', '', '', '', '', '', '', '', 0, '', '', '', 0, 1788249606000, 1788249606000, 0, 0, 0, '', '{}', '{}', '{}', 'allowed', 2, 6, 0, 1946016007000, 'temp000001', 'eve', '', '', '', '', 'eve
temp000001');
INSERT INTO audit (id, at, actor, addr, event, subject, object, detail, number, failed) VALUES (1, 1788249607000, 'root', '192.0.2.1', 'block', 'o''hara on androidc1700000001', '06g5qyvzm34rkakt3wz9dt4ftw', 'left the company', 6, 0);
INSERT INTO audit (id, at, actor, addr, event, subject, object, detail, number, failed) VALUES (2, 1788249608000, 'eve', '', 'sign-in', '', '', 'wrong password', 0, 1);
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000005', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000007', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000008', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000018', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000021', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000022', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000023', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000024', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'device', 'dev77-00000026', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'android799a3060cf775', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'androidfab247728caa18', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'appl1b379fb2c8b87', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'appl53999ad3199316', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'appl8f5417d801de1a', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'applfa45a4ed2c0012', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'sec14b39a499c6717', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'sec36590bef2c498', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'easdevice', 'secf3c7b1d424b315', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt05vppf996yase1a5g', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0b52n16hrqfhs12rw', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0brb48457r6za1408', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0c2k6pq6034a0dxw8', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0k033qwr0zjeqa6rm', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0k52yec2bfzhkzh20', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0kxdt13gx0j6ncm9r', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0mc0wdfam1f3fyggw', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0mrenkrhc5vneskk8', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt0y0vkqhzq0ac7rwer', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt10p03fq7xab1e9bc0', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt16bjthmm2jbzwd59m', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt21ff1337jxypdd0b0', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt2290a6qnhvf5kphnr', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt23tnhq7gsn33nc4d8', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt29jcc90zw1ytxk39m', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt2akkcn8ymxcyqkbq8', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt2ghqz56y0x3mr4ttr', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt2hqmvy8e93pyk2k9w', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt2n5860can2tjarb2m', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt2xaj0yazrbnkhj0n0', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt2z1vzxpf8h3ersevr', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3b1f4kjxy74qs5hp4', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3jhw0ar0eba1bdae8', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3kbpte9w9nmgbqgwm', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3kj572mc7hbbekaqc', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3rbcx4hrphejfm4e0', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3yc0mnywm8m854dgr', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3yjnc99beswqr5fnm', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (1, 'record', '06g5qyvqt3z18atr29kfqc6j9w', 'GAFFSYVVRVUIE7EO7S66T3YA6V');
INSERT INTO change (number, kind, key, token) VALUES (2, 'record', '06g5qyvvq3rrf6exp89vgjvsjg', '5RGWABHI7VNZYVP6Z3BOMDKT4G');
INSERT INTO change (number, kind, key, token) VALUES (3, 'record', '06g5qyvzm34rkakt3wz9dt4ftw', 'VKOT7VIF5MOKGEPOR4DGSO662Y');
INSERT INTO change (number, kind, key, token) VALUES (4, 'record', '06g5qyw3h3acsdzwx9mp0yt5n8', 'U2D5MHE2IGOO37WCXJWO22PTOD');
INSERT INTO change (number, kind, key, token) VALUES (5, 'record', '06g5qyw7e3tmk8bqnjpqeetvtr', '63ONUZO6J4CJA27355DVY32WMC');
INSERT INTO change (number, kind, key, token) VALUES (6, 'account', 'lab/bob', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change (number, kind, key, token) VALUES (6, 'device', 'dev-bad', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change (number, kind, key, token) VALUES (6, 'device', 'dev-lost', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change (number, kind, key, token) VALUES (6, 'easdevice', 'LOSTPHONE01', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change (number, kind, key, token) VALUES (6, 'preferences', '', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change (number, kind, key, token) VALUES (6, 'record', '06g5qyvzm34rkakt3wz9dt4ftw', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change (number, kind, key, token) VALUES (6, 'record', '06g5qyw3h3acsdzwx9mp0yt5n8', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change (number, kind, key, token) VALUES (6, 'record', '06g5qyw7e3tmk8bqnjpqeetvtr', 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO change_counter (id, history, number, token) VALUES (1, '06g5qyvkx0rhapecwbftmz79ar', 6, 'IN3EJ6UQEI22Q6KFA7RLZRNJ7D');
INSERT INTO class_count (class, n) VALUES (0, 2);
INSERT INTO class_count (class, n) VALUES (1, 22);
INSERT INTO class_count (class, n) VALUES (2, 9);
INSERT INTO class_count (class, n) VALUES (3, 1);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev-bad', 'ana', 'active', 'jailbroken', 1788249607000, 1788249607000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev-lost', 'bob', 'lost', '', 1788249607000, 1788249607000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000005', 'noor5@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000007', 'kofi7@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000008', 'chen8@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000018', 'dora18@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000021', 'hugo21@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000022', 'per22@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000023', 'olga23@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000024', 'ines24@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO device (id, owner, state, noncompliant, created, updated) VALUES ('dev77-00000026', 'mia26@lab.example', 'active', '', 1788249602000, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('4342b73e94ec6', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('android16a00a91ba901', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('android4cd8d8d0e1e90', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('android67c631b12e394', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('android799a3060cf775', '["dev77-00000005"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('android8257ffc61e2de', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('android9caf3b3b9e2cc', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('ANDROIDC1700000001', '[]', 0, 1788249604000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('androidfab247728caa18', '["dev77-00000024"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('APPL0123456789AB', '[]', 0, 1788249603000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl1b379fb2c8b87', '["dev77-00000007"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl1cc1876df0d7d', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl53999ad3199316', '["dev77-00000022"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl5f5492b0225019', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl714f80fc86602', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl719c2ebfbb1614', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl8d8d6f175cedf', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appl8f5417d801de1a', '["dev77-00000026"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('appla3583984b5cda', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('applac8c5c29e03010', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('applb278e1d82b8e3', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('applbdbe230752a81b', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('applfa45a4ed2c0012', '["dev77-00000018"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('b4c637a2ec5011', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('LOSTPHONE01', '["dev-lost"]', 1, 1788249605000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('sec14b39a499c6717', '["dev77-00000023"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('sec36590bef2c498', '["dev77-00000008"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('sec793c0a203ecf13', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('sec9ccd9e16373fb', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('secf1f12e0a5c0c9', '[]', 0, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('secf3c7b1d424b315', '["dev77-00000021"]', 1, 1788249602000);
INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ('TEMP000001', '[]', 0, 1788249606000);
INSERT INTO gateway (id, status, first_seen, last_report, skew) VALUES ('gw1', '{"version":"","started":"0001-01-01T00:00:00Z","position":{"history":"","number":0,"token":""},"parked":0,"requests":0}', 1788249607000, 1788249607000, 1000);
INSERT INTO gateway_spool (gateway, spool, seq, sent, taken) VALUES ('gw1', 'SPOOLNAME', 41, 0, 1788249607000);
INSERT INTO job (id, verb, actor, reason, params, state, cursor, selected, total, done, failed, problem, created, finished, lease_owner, lease_until, attempts) VALUES ('06g5qywbb1mzttk67v4nt9c2s0', 'block', '{"Name":"root","Role":"administrator","Session":"","Addr":""}', 'spring cleaning', '{}', 'waiting', '', 0, 2, 0, 0, '', 1788249607000, 0, '', 0, 0);
INSERT INTO job_row (job, n, target, label, state, result, number) VALUES ('06g5qywbb1mzttk67v4nt9c2s0', 1, '06g5qyvvq3rrf6exp89vgjvsjg', 'ana', 'waiting', '', 0);
INSERT INTO job_row (job, n, target, label, state, result, number) VALUES ('06g5qywbb1mzttk67v4nt9c2s0', 2, '06g5qyvzm34rkakt3wz9dt4ftw', 'o''hara', 'waiting', '', 0);
INSERT INTO outbox (id, kind, object, body, state, run_at, attempts, lease_owner, lease_until, created, finished, result) VALUES (1, 'none', 'x', '{}', 'waiting', 1, 0, '', 0, 1, 0, '');
INSERT INTO outcome (actor, key, verb, object, result, number, at) VALUES ('root', 'k1', 'block', '06g5qyvzm34rkakt3wz9dt4ftw', '{"result":{"number":3}}', 6, 1788249607000);
INSERT INTO preferences (id, value, version, changed, by_whom) VALUES (1, '{"auto_block":true,"unknown_when_away":"refuse","max_verdict_age":604800000000000,"reconcile_every":43200000000000,"shadow":true,"refuse_other_user":false,"allow_overrides_compliance":false}', 1, 1788249607000, 'root');
INSERT INTO session (hash, data, expires) VALUES ('930bbdc51b6aed5c2a5678fd6e28dee7a05e8a4b643cfc0b4427c3efb86c0d94', 'AAEC/w==', 2419401609000);
INSERT INTO setup_link (hash, created, expires, used) VALUES ('h1', 1788249607000, 2419401607000, 0);
INSERT INTO tally (minute, gateway, rule, verdict, n) VALUES (1788249600000, 'gw1', 'stale-password', 'challenge', 3);
INSERT INTO tally (minute, gateway, rule, verdict, n) VALUES (1788249660000, 'gw1', 'manual-block', 'refuse', 1);
