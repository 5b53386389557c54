// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// defaultRate is the shipped rate of the door for storms.
const defaultRate = 100

// The bench runs the shipped defaults, but for the door while parked Pings are weighed: a console with its database in a process of its own, and a
// gateway linked to it that knows every record, checks roots, remembers credentials, reports what it
// sees and serves metrics. Only the gateway's cost counts; the console does not stand in the way of
// phones.
const consoleConfig = `data = %q
[log]
level = "warn"
[console]
listen = "127.0.0.1:0"
link_listen = %q
[[console.gateway]]
name = "bench"
pin = %q
`

const gatewayConfig = `data = %q
[log]
level = "warn"
[gateway]
name = "bench"
listen = %q
status_listen = "127.0.0.1:0"
tls_cert = %q
tls_key = %q
console = "https://%s"
console_pin = %q
storm.rate = %d
[[backend]]
name = "mail"
type = "other"
url = "%s://%s/Microsoft-Server-ActiveSync"
ca = %q
server_name = "mail.bench.example"
domains = ["bench.example", "BENCH"]
`

func (l *lab) startVedette(listen string) (started, counted []*process, err error) {
	dir := filepath.Join(l.dir, "vedette")
	if err := l.fill(dir); err != nil {
		return nil, nil, err
	}
	link, err := freeAddr()
	if err != nil {
		return nil, nil, err
	}
	cdir, gdir := filepath.Join(dir, "console"), filepath.Join(dir, "gateway")
	conPin, err := l.pin(cdir, "console")
	if err != nil {
		return nil, nil, err
	}
	gwPin, err := l.pin(gdir, "gateway")
	if err != nil {
		return nil, nil, err
	}
	conFile, gwFile := filepath.Join(dir, "console.toml"), filepath.Join(dir, "gateway.toml")
	ca := ""
	if l.scheme == "https" {
		ca = l.cert
	}
	files := map[string]string{
		conFile: fmt.Sprintf(consoleConfig, cdir, link, gwPin),
		gwFile:  fmt.Sprintf(gatewayConfig, gdir, listen, l.cert, l.key, link, conPin, l.rate, l.scheme, l.backend, ca),
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return nil, nil, err
		}
	}
	con, err := start(l.dir, "console", l.vedette, "console", "-c", conFile)
	if err != nil {
		return nil, nil, err
	}
	started = []*process{con}
	if err := ready(link); err != nil {
		return started, nil, err
	}
	gw, err := start(l.dir, "gateway", l.vedette, "gateway", "-c", gwFile)
	if err != nil {
		return started, nil, err
	}
	started = append([]*process{gw}, started...)
	if err := ready(listen); err != nil {
		return started, nil, err
	}
	return started, []*process{gw}, copied(listen)
}

// copied waits until the gateway has the full copy of all records: before, it refuses phones it does not know.
func copied(listen string) error {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if res, err := short(listen, 1, 1, 0); err == nil && res.failed == 0 {
			time.Sleep(2 * time.Second)
			return nil
		}
	}
	return errors.New("the gateway never got its records")
}

// pin makes the link certificate of one end and gives its pin.
func (l *lab) pin(dir, role string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	conf := filepath.Join(dir, "pin.toml")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "data = %q\n", dir), 0o600); err != nil {
		return "", err
	}
	out, err := exec.Command(l.vedette, "link", "pin", "-c", conf, "--role", role).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("link pin: %w: %s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// fill writes the records into a database that every start of the console then uses.
func (l *lab) fill(dir string) error {
	file := filepath.Join(dir, "console", "console.db")
	if l.database != "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DSN: "sqlite:" + file})
	if err != nil {
		return err
	}
	defer s.Close()
	const batch = 2000
	now := time.Now()
	for i := 0; i < records; i += batch {
		err := s.WithTx(ctx, func(tx *store.Tx) error {
			for j := i; j < i+batch; j++ {
				a := access.Association{User: userName(j), RawDevice: deviceName(j), DeviceType: "iPhone", Backend: "mail",
					FirstSync: now, LastSync: now, LastSuccess: now}
				a.Domain, a.Pair = access.Standalone, access.Pair{Realm: "mail", Account: userName(j), Device: deviceName(j)}
				if err := tx.CreateAssociation(&a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	l.database = file
	return nil
}
