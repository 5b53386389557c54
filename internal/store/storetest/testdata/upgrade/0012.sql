-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0
-- What a database at the twelfth migration holds anew: a device in use whose phone waits as well, because a
-- hand has unlinked its records. It is never changed.

UPDATE device SET eas_id = 'applb278e1d82b8e3' WHERE id = 'dev77-00000007';
