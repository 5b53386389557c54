// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// metric reads one number that a gateway tells of itself.
func (g running) metric(name string) (int64, error) {
	client := &http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get("http://" + g.status + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			f, err := strconv.ParseFloat(value, 64)
			return int64(f), err
		}
	}
	return 0, fmt.Errorf("the gateway says nothing of %s", name)
}

// holds waits until a gateway has all records, and has begun to use them.
func (l *lab) holds(g running) error {
	var n int64
	var err error
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if n, err = g.metric("vedette_gateway_snapshot_records"); err == nil && n >= records {
			return nil
		}
	}
	return fmt.Errorf("the gateway has %d records and not %d (%v)", n, records, err)
}
