-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0
-- What the fifth migration has made room for. It is never changed.

INSERT INTO passkey (id, administrator, name, data, created, last_used) VALUES ('cGFzc2tleQ', '06g5qyvg00veqqj0hc15qq2wj0', 'key ring', '{"id":"cGFzc2tleQ"}', 1788249600000, 1788253200000);
