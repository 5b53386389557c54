// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/config"
)

func roleOf(t *testing.T, word string) config.Role {
	t.Helper()
	i := slices.Index([]string{"serve", "console", "gateway"}, word)
	if i < 0 {
		t.Fatalf("first line names role %q", word)
	}
	return config.Role(i)
}

// The first line of each file is a comment: the role, and for a bad file ": " and how the complaint
// begins, with FILE for its name.
func eachFile(t *testing.T, glob string, f func(t *testing.T, path string, doc []byte, role config.Role, rest string)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", glob))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s: %v", glob, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			doc, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(doc), "\n")
			word, rest, _ := strings.Cut(strings.TrimPrefix(first, "# "), ": ")
			f(t, path, doc, roleOf(t, word), rest)
		})
	}
}

func TestGoodFilesLoad(t *testing.T) {
	eachFile(t, "*.good.toml", func(t *testing.T, path string, _ []byte, role config.Role, _ string) {
		if _, err := config.Load(path, nil, role); err != nil {
			t.Error(err)
		}
	})
}

func TestBadFilesAreNamedWithTheirLine(t *testing.T) {
	eachFile(t, "*.bad.toml", func(t *testing.T, path string, doc []byte, role config.Role, want string) {
		_, err := config.Parse(path, doc, nil, role)
		var ce *config.Error
		if !errors.As(err, &ce) {
			t.Fatalf("err = %v, want a complaint", err)
		}
		want = strings.Replace(want, "FILE", path, 1)
		if !slices.ContainsFunc(ce.Problems, func(p config.Problem) bool { return strings.HasPrefix(p.String(), want) }) {
			t.Errorf("complaint:\n%v\nwant one that begins:\n%s", err, want)
		}
		if len(ce.Problems) > 2 {
			t.Errorf("one mistake gave %d complaints:\n%v", len(ce.Problems), err)
		}
	})
}

func TestAFileSaysWhatItSays(t *testing.T) {
	c, err := config.Load("testdata/serve.good.toml", nil, config.RoleServe)
	if err != nil {
		t.Fatal(err)
	}
	if c.Console.SessionIdle.Std() != 45*time.Minute || c.Gateway.SpoolMax != 1<<30 || c.Backends[0].Domains[1] != "LAB" {
		t.Errorf("%+v", c)
	}
	if c.Console.SealKey != "/srv/vedette/seal.key" || c.Console.Database != "sqlite:/srv/vedette/console.db" {
		t.Errorf("what follows from the data directory: %q, %q", c.Console.SealKey, c.Console.Database)
	}
	if c.Backends[0].Realm != "sogo" || c.Backends[0].Default || !c.Backends[1].Default {
		t.Errorf("backends: %+v", c.Backends)
	}
}

func TestAVariableOverridesTheFile(t *testing.T) {
	env := []string{
		"HOME=/home/alice", "VEDETTE_GATEWAY_LISTEN=:8443", "VEDETTE_CONSOLE_SESSION_IDLE=1h",
		"VEDETTE_GATEWAY_TRUSTED_FRONTS=10.1.0.0/16, 10.2.0.0/16", "VEDETTE_GATEWAY_HTTP2=true",
	}
	c, err := config.Load("testdata/serve.good.toml", env, config.RoleServe)
	if err != nil {
		t.Fatal(err)
	}
	if c.Gateway.Listen != ":8443" || c.Console.SessionIdle.Std() != time.Hour || !c.Gateway.HTTP2 ||
		!slices.Equal(c.Gateway.TrustedFronts, []string{"10.1.0.0/16", "10.2.0.0/16"}) {
		t.Errorf("%+v", c.Gateway)
	}
}

func TestAWrongVariableIsNamed(t *testing.T) {
	tests := []struct{ name, env, want string }{
		{"misspelt", "VEDETTE_GATEWAY_LISTN=:1", "environment: VEDETTE_GATEWAY_LISTN: there is no such setting; did you mean VEDETTE_GATEWAY_LISTEN?"},
		{"of the wrong kind", "VEDETTE_GATEWAY_HTTP2=maybe", `environment: VEDETTE_GATEWAY_HTTP2: "maybe" is neither true nor false`},
		{"that cannot be used", "VEDETTE_GATEWAY_LISTEN=443", `environment: gateway.listen: "443" is not an address such as 127.0.0.1:8443 or :443 (set by VEDETTE_GATEWAY_LISTEN)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Load("testdata/serve.good.toml", []string{tt.env}, config.RoleServe)
			if err == nil || err.Error() != tt.want {
				t.Errorf("complaint %v\nwant      %s", err, tt.want)
			}
		})
	}
}

func TestEveryMistakeIsNamedAtOnce(t *testing.T) {
	doc := "[gateway]\nlisten = \"x\"\nstatus_listen = \"y\"\n[console]\nlisten = \"z\"\n"
	_, err := config.Parse("f.toml", []byte(doc), nil, config.RoleServe)
	var ce *config.Error
	if !errors.As(err, &ce) || len(ce.Problems) != 4 { // three addresses and no backend
		t.Fatalf("err = %v", err)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	ref := config.Reference()
	for line := range strings.Lines(ref) {
		if strings.HasPrefix(line, "| `") && strings.HasSuffix(strings.TrimSpace(line), "|  |") {
			t.Errorf("no meaning: %s", line)
		}
	}
	for _, want := range []string{
		"| `spool_max` | size | `256MiB` | `VEDETTE_GATEWAY_SPOOL_MAX` |", "## `[[console.gateway]]`", "| `wrong_passwords` | number | `5` |",
	} {
		if !strings.Contains(ref, want) {
			t.Errorf("the reference lacks %q:\n%s", want, ref)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, glob := range []string{"testdata/*.good.toml", "testdata/*.bad.toml"} {
		paths, _ := filepath.Glob(glob)
		for _, p := range paths {
			doc, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(doc))
		}
	}
	f.Fuzz(func(t *testing.T, doc string) {
		c, err := config.Parse("f.toml", []byte(doc), nil, config.RoleConsole)
		if (c == nil) == (err == nil) {
			t.Errorf("config %v, error %v", c, err)
		}
	})
}
