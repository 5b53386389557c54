// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"strings"
)

// dataTables are all tables that a backup brings back. A test compares them with the schema.
func dataTables() []string {
	return []string{"change_counter", "change", "class_count", "association", "eas_device", "device", "device_count", "account",
		"person", "person_count", "person_group", "group_count", "preapproval", "setting", "preferences", "gateway", "gateway_spool", "tally", "trend", "audit", "administrator", "passkey", "api_token", "outcome", "job", "job_row", "outbox",
		"expected", "expected_count", "expected_day", "import_file", "import_line",
		"policy", "policy_revision", "policy_ack", "wipe", "eas_action", "blocking", "blocking_record"}
}

// numberedTables have a column that the database counts up.
func numberedTables() map[string]string {
	return map[string]string{"association": "seq", "device": "seq", "person": "seq", "expected": "seq", "audit": "id", "outbox": "id"}
}

// replaceAll empties tables and fills them from another database of the same shape.
func replaceAll(ctx context.Context, from runner, t *Tx, tables []string) error {
	for _, table := range tables {
		if _, err := t.q.exec(ctx, `DELETE FROM `+table); err != nil {
			return err
		}
		if err := copyTable(ctx, from, t.q, table); err != nil {
			return err
		}
		column, ok := numberedTables()[table]
		if !ok || t.s.engine != enginePostgres {
			continue
		}
		if _, err := t.q.exec(ctx, `SELECT setval(pg_get_serial_sequence('`+table+`', '`+column+`'),
			COALESCE((SELECT MAX(`+column+`) FROM `+table+`), 0) + 1, false)`); err != nil {
			return err
		}
	}
	return nil
}

// copyTable copies the rows of one table, column by column of the same name.
func copyTable(ctx context.Context, from, to runner, table string) error {
	var cols []string
	var values []any
	width := 0
	flush := func() error {
		if len(values) == 0 {
			return nil
		}
		groups := make([]string, 0, len(values)/width)
		for i := 0; i < len(values); i += width {
			groups = append(groups, "("+places(i+1, width)+")")
		}
		_, err := to.exec(ctx, `INSERT INTO `+table+` (`+strings.Join(cols, ", ")+`) VALUES `+strings.Join(groups, ", "), values...)
		values = values[:0]
		return err
	}
	err := from.each(ctx, func(rows *sql.Rows) (err error) {
		if cols == nil {
			if cols, err = rows.Columns(); err != nil {
				return err
			}
			width = len(cols)
		}
		row, ptrs := make([]any, width), make([]any, width)
		for i := range row {
			ptrs[i] = &row[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return err
		}
		if values = append(values, row...); len(values)+width > 6000 {
			return flush()
		}
		return nil
	}, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	return flush()
}
