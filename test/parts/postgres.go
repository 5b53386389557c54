// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is the server of this test binary, started by the first test that
// asks and ended by its keeper when the binary is gone.
var postgres struct {
	mu        sync.Mutex
	server    *postgresServer
	err       error
	templates map[string]bool
}

type postgresServer struct {
	port   int
	log    string
	keeper *keeper
}

// Postgres gives the test an empty database of its own and returns its DSN, a
// URL that pgx takes. The database is dropped when the test ends.
//
// The server is deliberately unlike a developer's: the default collation is a
// language's, not bytes, and the time zone is one with odd minutes. Code that
// relies on either without saying so fails here and not at a customer's.
func Postgres(t testing.TB) string {
	t.Helper()
	return PostgresFrom(t, "", nil)
}

// PostgresFrom is Postgres with content: prepare fills a template database the
// first time the name is used in this test binary (it must close its
// connections), and every test gets a copy of it, which costs about as much as
// an empty one.
func PostgresFrom(t testing.TB, name string, prepare func(dsn string) error) string {
	t.Helper()
	need(t, "postgresql", postgresBin("postgres"), postgresBin("initdb"))
	server, err := startedPostgres()
	if err != nil {
		t.Fatalf("PostgreSQL does not start: %v", err)
	}
	template := "template1"
	if prepare != nil {
		template = "template_" + name
		if err := server.prepare(template, prepare); err != nil {
			t.Fatalf("prepare template %s: %v", name, err)
		}
	}
	db := "test_" + strings.ToLower(rand.Text()[:12])
	if err := server.exec("create database " + pgx.Identifier{db}.Sanitize() +
		" template " + pgx.Identifier{template}.Sanitize()); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := server.exec("drop database " + pgx.Identifier{db}.Sanitize() + " with (force)"); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return server.dsn(db)
}

func startedPostgres() (*postgresServer, error) {
	postgres.mu.Lock()
	defer postgres.mu.Unlock()
	if postgres.server == nil && postgres.err == nil {
		for range 3 { // a port can be taken from under us
			if postgres.server, postgres.err = startPostgres(); postgres.err == nil {
				break
			}
		}
	}
	return postgres.server, postgres.err
}

// prepare makes a template database once.
func (s *postgresServer) prepare(template string, fill func(dsn string) error) error {
	postgres.mu.Lock()
	defer postgres.mu.Unlock()
	if postgres.templates[template] {
		return nil
	}
	quoted := pgx.Identifier{template}.Sanitize()
	if err := s.exec("drop database if exists " + quoted + " with (force)"); err != nil {
		return err
	}
	if err := s.exec("create database " + quoted); err != nil {
		return err
	}
	if err := fill(s.dsn(template)); err != nil {
		return err
	}
	if postgres.templates == nil {
		postgres.templates = make(map[string]bool)
	}
	postgres.templates[template] = true
	return nil
}

func (s *postgresServer) dsn(db string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, db)
}

// exec runs one statement on a connection of its own in the database postgres.
func (s *postgresServer) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// postgresBin finds a program of the newest server version that Debian
// installed, else hopes for PATH.
func postgresBin(program string) string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if err != nil || len(found) == 0 {
		return program
	}
	version := func(p string) int {
		n, _ := strconv.Atoi(strings.Split(p, "/")[4])
		return n
	}
	return slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
}

func startPostgres() (*postgresServer, error) {
	dir, err := os.MkdirTemp("", "vedette-postgres-")
	if err != nil {
		return nil, err
	}
	as := ""
	if os.Getuid() == 0 {
		as = "postgres" // initdb and the server refuse root
	}
	if err := own(dir, as, 0o700); err != nil {
		return nil, err
	}
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "log")
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	if err := initdb(data, as); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	args := []string{postgresBin("postgres"), "-D", data}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "port=" + strconv.Itoa(port),
		"fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off",
		"shared_buffers=64MB", "max_connections=300", "timezone=Asia/Kathmandu",
	} {
		args = append(args, "-c", setting)
	}
	k, err := keep(daemon{name: "postgres", user: as, log: log, signal: "INT", rmdir: dir, args: args})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &postgresServer{port: port, log: log, keeper: k}
	if err := s.wait(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, logTail(log)), k.stop())
	}
	return s, nil
}

// wait returns when the server takes statements: it answers on its port a
// moment before it does.
func (s *postgresServer) wait() error {
	if err := waitPort(s.port, 30*time.Second); err != nil {
		return err
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		err := s.exec("select 1")
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(25 * time.Millisecond)
	}
}

func initdb(data, as string) error {
	cmd := exec.Command(postgresBin("initdb"), "--pgdata", data, "--auth", "trust", "--username", "postgres",
		"--encoding", "UTF8", "--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US",
		"--no-sync", "--no-instructions")
	cmd.Dir = "/"
	if as != "" {
		cred, err := credential(as)
		if err != nil {
			return err
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}
