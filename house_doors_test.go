// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package house_test

// doors is the law: which room may import which, of ours. A room that is not
// listed here fails, so that a new one is talked about before it is built.
//
// A room is a folder under internal/ together with what lies below it; eas, sim,
// test and tools are rooms too. "x" opens exactly that package; "x/..." opens
// everything below it as well. A room may always import its own tree, except
// that drivers (see driverRooms) never see each other and their parent never
// sees them: cmd/vedette introduces them.
//
// There is no room console and none called demo. Wiring lives in cmd/vedette.
func doors() map[string][]string {
	return map[string][]string{
		"eas":      {},
		"access":   {},
		"httpd":    {"logkeys"},
		"seal":     {},
		"logkeys":  {},
		"config":   {},
		"snapshot": {"access"},
		"store":    {"access", "seal", "logkeys"},
		"linking":  {"access", "store"},
		"ruling":   {"access", "store"},
		"courier":  {},
		// eas is for the names of commands that a rule may filter, eas/provision the table of what a policy can ask of
		// a phone: the protocol's, and nobody else's.
		"admin":      {"access", "store", "linking", "ruling", "logkeys", "rule", "courier", "eas", "eas/provision"},
		"intake":     {"access", "store", "linking", "ruling", "logkeys"},
		"login":      {"access", "store", "seal", "httpd", "logkeys"},
		"control":    {"access", "snapshot", "httpd", "logkeys"},
		"gateway":    {"eas/...", "access", "snapshot", "httpd", "httpd/h1", "logkeys"},
		"web":        {"access", "admin", "login", "httpd", "logkeys", "eas/provision"},
		"api":        {"access", "admin", "login", "httpd", "logkeys", "eas/provision"},
		"portal":     {"access", "admin", "login", "httpd", "logkeys"},
		"rule":       {"access"},
		"enrol":      {"access", "admin", "mdm", "httpd", "logkeys"},
		"directory":  {"access", "logkeys"},
		"mdm":        {"access", "logkeys"},
		"mailserver": {"access", "logkeys"},
		"jobs":       {"access", "admin", "intake", "ruling", "rule", "store", "directory", "mdm", "mailserver", "courier", "logkeys"},
		"sim":        {"eas/...", "sim/..."},
		"cmd":        {everything},
		"test":       {everything},
		"tools":      {everything},
	}
}

const everything = "everything"

// packageDoors holds what one package may import beyond its room.
func packageDoors() map[string][]string {
	return map[string][]string{
		"internal/sim/company": {"access"},
	}
}

// driverRooms have drivers below them, one folder each.
func driverRooms() map[string]bool {
	return map[string]bool{"directory": true, "mdm": true, "mailserver": true}
}

// driverDoors is what a driver may import beside its parent.
func driverDoors() []string { return []string{"access", "logkeys", "seal"} }

// testDoors says what _test files of a room may import beyond doors.
//
// Every test may import, besides: its own room's packages; contract suites and
// doubles, that is any package whose name ends in "test" (eas/eastest,
// store/storetest, ...); eas/... and sim/..., so that a phone can knock;
// test/..., which starts real parts. Two rooms stay strict even in their tests:
// access and eas import nothing of ours but themselves.
//
// The gateway's tests do not get store or admin either: a story that needs both
// planes belongs in test/e2e.
func testDoors() map[string][]string {
	return map[string][]string{
		// Pages, endpoints and jobs are tested on a real store, filled the way machines fill it.
		"web":    {"store", "intake", "seal"},
		"api":    {"store", "intake", "seal"},
		"portal": {"store", "intake", "seal"},
		"enrol":  {"store", "intake", "seal"},
		"jobs":   {"seal", "snapshot"},
		"admin":  {"seal", "intake"},
		"intake": {"seal", "snapshot"},
		"store":  {"snapshot", "linking"}, // what the matcher looks at is counted where queries can be watched
	}
}

// strictTests lists the rooms whose tests get no extra door.
func strictTests() map[string]bool { return map[string]bool{"access": true, "eas": true} }

// A landlord line says which rooms may import a third-party package and why it
// is here. The longest matching prefix counts. A new dependency begins with a
// line in this table.
type landlord struct {
	prefix string
	rooms  []string // "_test" stands for any test file and contract suite
	why    string
}

func landlords() []landlord {
	return []landlord{
		{"modernc.org/sqlite", []string{"store"}, "the small engine, in pure Go"},
		{"github.com/jackc/pgx/v5", []string{"store", "test"}, "the large engine; test makes databases with it"},
		{"github.com/pressly/goose/v3", []string{"store"}, "migrations"},
		{"connectrpc.com/connect", []string{"control"}, "the link between the planes"},
		{"google.golang.org/protobuf", []string{"control"}, "its messages"},
		{"github.com/prometheus/client_golang", []string{"gateway", "httpd", "cmd"}, "metrics"},
		{"github.com/alecthomas/kong", []string{"cmd", "config"}, "the command line"},
		{"github.com/knadh/koanf", []string{"cmd", "config"}, "file and environment into one struct"},
		{"github.com/pelletier/go-toml/v2", []string{"cmd", "config"}, "names the line of a configuration mistake"},
		{"github.com/danielgtaylor/huma/v2", []string{"api"}, "REST and its description"},
		{"github.com/alexedwards/scs/v2", []string{"login"}, "sessions"},
		{"github.com/pquerna/otp", []string{"login"}, "one-time codes"},
		{"github.com/go-webauthn/webauthn", []string{"login"}, "passkeys"},
		{"github.com/coreos/go-oidc/v3", []string{"login"}, "sign-in with a provider"},
		{"golang.org/x/oauth2", []string{"login"}, "the same: codes for tokens, PKCE"},
		{"golang.org/x/crypto/argon2", []string{"login"}, "password hashes"},
		{"golang.org/x/crypto", []string{"seal"}, "secrets at rest"},
		{"golang.org/x/net/html", []string{"_test"}, "reads our own pages in tests"},
		{"golang.org/x/net", []string{"gateway", "httpd"}, "names, PROXY protocol, HTTP/2 details"},
		{"golang.org/x/sys", []string{"gateway", "httpd"}, "sockets of parked requests"},
		{"golang.org/x/text", []string{"access", "store"}, "folding names for comparison and search"},
		{"golang.org/x/time", []string{"gateway", "login", "httpd"}, "rates"},
		{"github.com/andybalholm/cascadia", []string{"_test"}, "asks our own pages by selector"},
		{"github.com/google/go-cmp", []string{"_test", "test"}, "the only comparison helper"},
		{"pgregory.net/rapid", []string{"_test"}, "properties"},
		{"go.uber.org/goleak", []string{"_test"}, "nobody stays behind"},
		{"github.com/rogpeppe/go-internal", []string{"_test"}, "scripts that drive the binary"},
	}
}

// databaseSQL lists the rooms that may import database/sql: everybody else goes
// through the store, and the gateway cannot reach it at all.
func databaseSQL() map[string]bool { return map[string]bool{"store": true, "test": true} }

// accessForbids are the standard packages that would give the rules a mouth, an
// ear or a clock.
func accessForbids() []string {
	return []string{"net", "net/http", "database/sql", "log", "log/slog", "os", "os/exec", "syscall"}
}

// roomNamesForbidden never name a package: they say nothing about what is inside.
func roomNamesForbidden() []string {
	return []string{"util", "utils", "common", "helper", "helpers", "base", "misc", "types",
		"models", "model", "manager", "core", "shared", "lib", "vedette"}
}
