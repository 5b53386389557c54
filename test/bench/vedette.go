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
status_listen = %q
tls_cert = %q
tls_key = %q
console = "https://%s"
console_pin = %q
storm.rate = %d
[[backend]]
name = "mail"
type = "other"
url = "%s://%s%s/Microsoft-Server-ActiveSync"
ca = %q
server_name = "mail.bench.example"
domains = ["bench.example", "BENCH"]
`

func (l *lab) startVedette(listen string) (started, counted []*process, err error) {
	g, err := l.startGateway(setup{name: "vedette"}, listen)
	if err != nil {
		return g.started, nil, err
	}
	return g.started, []*process{g.gateway}, copied(listen)
}

// setup is what one console and gateway of the bench have that others do not.
type setup struct {
	name     string // of their directory
	policies bool   // every record has an ActiveSync policy
	backend  string // in front of the path at which the mail server is asked
	relay    *relay // stands in the link, if not nil
}

// running is a console and its gateway. On an error only started is filled in.
type running struct {
	gateway *process
	started []*process
	status  string // address of the gateway's metrics
	dsn     string // the console's database
}

// startGateway starts a console and its gateway, which may not have its records yet.
func (l *lab) startGateway(s setup, listen string) (g running, err error) {
	dir := filepath.Join(l.dir, s.name)
	cdir, gdir := filepath.Join(dir, "console"), filepath.Join(dir, "gateway")
	if g.dsn, err = l.database(cdir, s.policies); err != nil {
		return g, err
	}
	link, err := freeAddr()
	if err != nil {
		return g, err
	}
	if g.status, err = freeAddr(); err != nil {
		return g, err
	}
	conPin, err := l.pin(cdir, "console")
	if err != nil {
		return g, err
	}
	gwPin, err := l.pin(gdir, "gateway")
	if err != nil {
		return g, err
	}
	conFile, gwFile := filepath.Join(dir, "console.toml"), filepath.Join(dir, "gateway.toml")
	ca := ""
	if l.scheme == "https" {
		ca = l.cert
	}
	toConsole := link
	if s.relay != nil {
		if toConsole, err = s.relay.listen(link); err != nil {
			return g, err
		}
	}
	files := map[string]string{
		conFile: fmt.Sprintf(consoleConfig, cdir, link, gwPin),
		gwFile:  fmt.Sprintf(gatewayConfig, gdir, listen, g.status, l.cert, l.key, toConsole, conPin, l.rate, l.scheme, l.backend, s.backend, ca),
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return g, err
		}
	}
	con, err := start(l.dir, s.name+"-console", l.vedette, "console", "-c", conFile)
	if err != nil {
		return g, err
	}
	g.started = []*process{con}
	if err := ready(link); err != nil {
		return g, err
	}
	gw, err := start(l.dir, s.name+"-gateway", l.vedette, "gateway", "-c", gwFile)
	if err != nil {
		return g, err
	}
	g.gateway, g.started = gw, append([]*process{gw}, g.started...)
	return g, ready(listen)
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

// database gives the database of a console, which every start of it then uses.
func (l *lab) database(dir string, policies bool) (dsn string, err error) {
	file := filepath.Join(dir, "console.db")
	dsn = "sqlite:" + file
	if _, err := os.Stat(file); err == nil {
		return dsn, nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", err
	}
	if _, err := os.Stat(l.records); err != nil {
		half := l.records + ".new"
		if err := os.RemoveAll(half); err != nil {
			return "", err
		}
		if err := fill("sqlite:" + half); err != nil {
			return "", err
		}
		if err := os.Rename(half, l.records); err != nil {
			return "", err
		}
	}
	all, err := os.ReadFile(l.records)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, all, 0o600); err != nil {
		return "", err
	}
	if policies {
		err = writePolicies(dsn)
	}
	return dsn, err
}

// fill writes the records into a new database.
func fill(dsn string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DSN: dsn})
	if err != nil {
		return err
	}
	defer s.Close()
	now := time.Now()
	return inBatches(ctx, s, func(tx *store.Tx, i int) error {
		a := access.Association{User: userName(i), RawDevice: deviceName(i), DeviceType: "iPhone", Backend: "mail",
			FirstSync: now, LastSync: now, LastSuccess: now}
		a.Domain, a.Pair = access.Standalone, access.Pair{Realm: "mail", Account: userName(i), Device: deviceName(i)}
		return tx.CreateAssociation(&a)
	})
}

// inBatches does something for every record, in transactions of some size.
func inBatches(ctx context.Context, s *store.Store, each func(tx *store.Tx, i int) error) error {
	const batch = 2000
	for i := 0; i < records; i += batch {
		err := s.WithTx(ctx, func(tx *store.Tx) error {
			for j := i; j < i+batch; j++ {
				if err := each(tx, j); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
