-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- What the dashboard draws over time. step: minutes that a row stands for; at: when they begin. What n and m
-- count depends on what:
--   new      n pairs that came then for the first time and are still recorded, m of them linked
--   records  n records at the end of the step, m of them linked; no row: nothing changed since the one before
--   parked   name: a gateway; n: the sum of what it told, m: how many times, so that n / m is its mean
--   refused  name: a rule; n: requests
CREATE TABLE trend (
  step INTEGER NOT NULL,
  what TEXT NOT NULL,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  n INTEGER NOT NULL,
  m INTEGER NOT NULL,
  PRIMARY KEY (step, what, at, name)
) STRICT;
INSERT INTO trend (step, what, at, name, n, m)
  SELECT 60, 'new', first_sync / 3600000 * 3600000, '', COUNT(*), SUM(CASE WHEN class IN (2, 3) THEN 1 ELSE 0 END)
  FROM association WHERE first_sync > 0 GROUP BY 3;
INSERT INTO trend (step, what, at, name, n, m)
  SELECT 60, 'refused', minute / 3600000 * 3600000, rule, SUM(n), 0
  FROM tally WHERE verdict <> 'pass' GROUP BY 3, 4;
