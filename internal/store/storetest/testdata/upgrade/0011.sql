-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0
-- What a database at the eleventh migration holds anew: another name of an account that has records. It is
-- never changed.

INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'bob', 1, 1788249607000, '', '', '', 0, 1);
INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'zoe', 0, 1788249600000, '06g5qyvg00veqqj0hc15qq2wj0', '', '', 0, 0);
INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'zoey', 0, 1788249600000, '', 'zoe', 'Root', 1788249600000, 1);
INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'ana.maiden', 0, 1788249600000, '', 'ana', 'Root', 1788249600000, 1);
INSERT INTO account (realm, account, disabled, updated, person, alias_of, alias_by, alias_at, speaks) VALUES ('lab', 'ana.early', 0, 1788249600000, '', 'ana', 'Root', 1788249600000, 1);
