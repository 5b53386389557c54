-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- A phone under whose ActiveSync id a device in use is registered waits for nothing (A-06): the rows of such
-- phones that waited, because a hand has unlinked their records, go.
DELETE FROM device WHERE state = 'waiting' AND eas_id <> ''
  AND eas_id IN (SELECT eas_id FROM device WHERE eas_id <> '' AND state IN ('pending', 'active', 'lost'));
UPDATE device_count SET n = (SELECT COUNT(*) FROM device WHERE class = 0) WHERE class = 0;
