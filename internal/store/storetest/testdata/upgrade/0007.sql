-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0
-- What the seventh migration has made room for. It is never changed.

INSERT INTO trend (step, what, at, name, n, m) VALUES (60, 'new', 1790000000000, '', 3, 1);
INSERT INTO trend (step, what, at, name, n, m) VALUES (60, 'parked', 1790000000000, 'gw1', 120, 4);
INSERT INTO trend (step, what, at, name, n, m) VALUES (60, 'refused', 1790000000000, 'manual-block', 7, 0);
INSERT INTO trend (step, what, at, name, n, m) VALUES (1440, 'records', 1789948800000, '', 5, 2);
