-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- The other names of a record's account (R-13), so that a search for one of them finds the record. Only
-- records of accounts that have other names are gone through.
ALTER TABLE association ADD COLUMN other_names TEXT NOT NULL DEFAULT 'null';
UPDATE association SET
  other_names = (SELECT json_group_array(account) FROM (SELECT a.account FROM account a
    WHERE a.realm = association.realm AND a.alias_of = association.account AND a.alias_of <> '' ORDER BY a.account LIMIT 50) n),
  search = search || char(10) || (SELECT group_concat(account, char(10)) FROM (SELECT a.account FROM account a
    WHERE a.realm = association.realm AND a.alias_of = association.account AND a.alias_of <> '' ORDER BY a.account LIMIT 50) n)
WHERE id IN (SELECT r.id FROM (SELECT DISTINCT realm, alias_of FROM account WHERE alias_of <> '') o
  JOIN association r ON r.account = o.alias_of AND r.realm = o.realm);
