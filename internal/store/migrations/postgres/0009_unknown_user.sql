-- SPDX-FileCopyrightText: The Vedette Authors
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- Records whose account belongs to no user (M-14).
CREATE INDEX association_unowned ON association (seq) WHERE person = '';
