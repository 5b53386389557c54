// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/vedette-mail/vedette/test/parts"
)

func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func query(t testing.TB, conn *pgx.Conn, sql string) string {
	t.Helper()
	var got string
	if err := conn.QueryRow(context.Background(), sql).Scan(&got); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func TestEveryTestGetsADatabaseOfItsOwn(t *testing.T) {
	one, two := connect(t, parts.Postgres(t)), connect(t, parts.Postgres(t))
	if _, err := one.Exec(context.Background(), "create table a (b text)"); err != nil {
		t.Fatal(err)
	}
	if got := query(t, two, "select count(*)::text from pg_class where relname = 'a'"); got != "0" {
		t.Errorf("the other database has the table too")
	}
}

func TestTheServerForgivesNoCarelessOrder(t *testing.T) {
	conn := connect(t, parts.Postgres(t))
	if got := query(t, conn, "select ('a' < 'B')::text"); got != "true" {
		t.Errorf("a < B is %s: the default collation is bytes", got)
	}
	if got := query(t, conn, `select ('a' < 'B' collate "C")::text`); got != "false" {
		t.Errorf(`a < B collate "C" is %s`, got)
	}
}

func TestATemplateIsPreparedOnce(t *testing.T) {
	prepared := 0
	prepare := func(dsn string) error {
		prepared++
		conn, err := pgx.Connect(context.Background(), dsn)
		if err != nil {
			return err
		}
		defer conn.Close(context.Background())
		_, err = conn.Exec(context.Background(), "create table note as select 'hello' as text")
		return err
	}
	for i := range 3 {
		t.Run(fmt.Sprintf("copy %d has the content", i), func(t *testing.T) {
			conn := connect(t, parts.PostgresFrom(t, "note", prepare))
			if got := query(t, conn, "select text from note"); got != "hello" {
				t.Errorf("got %q", got)
			}
		})
	}
	if prepared != 1 {
		t.Errorf("prepared %d times", prepared)
	}
}

// TestAKilledTestBinaryLeavesNoServer runs this test binary again, kills it hard
// and waits for the server to go away.
func TestAKilledTestBinaryLeavesNoServer(t *testing.T) {
	if os.Getenv("PARTS_TEST_VICTIM") != "" {
		fmt.Println("DSN", parts.Postgres(t))
		<-t.Context().Done() // until we are killed
		return
	}
	victim := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	victim.Env = append(os.Environ(), "PARTS_TEST_VICTIM=1")
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	dsn := ""
	for lines := bufio.NewScanner(out); dsn == "" && lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), "DSN "); ok {
			dsn = strings.TrimSpace(rest)
		}
	}
	if dsn == "" {
		t.Fatal("the victim never had a server")
	}
	data := query(t, connect(t, dsn), "show data_directory")
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	victim.Wait() //nolint:errcheck // it was killed, of course it complains
	deadline := time.Now().Add(20 * time.Second)
	for {
		_, statErr := os.Stat(data)
		conn, err := pgx.Connect(context.Background(), dsn)
		if err != nil && os.IsNotExist(statErr) {
			return
		}
		if err == nil {
			conn.Close(context.Background())
		}
		if time.Now().After(deadline) {
			t.Fatalf("still there: connect %v, data directory %v", err, statErr)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
