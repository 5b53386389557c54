// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// MailDomain is the domain of everybody in the mail system of SOGo.
const MailDomain = "lab.example"

// A User is somebody with a mailbox.
type User struct{ Name, Address, Password string }

// Users returns who has a mailbox: alice, bob and carol.
func Users() []User {
	var all []User
	for _, name := range []string{"alice", "bob", "carol"} {
		all = append(all, User{Name: name, Address: name + "@" + MailDomain, Password: name + "pw"})
	}
	return all
}

// A SOGoServer is a running SOGo with the mail system behind it.
type SOGoServer struct {
	// Origin is where it listens: http://127.0.0.1:port.
	Origin string
	// Path is where it speaks ActiveSync, which is not the path a phone uses.
	Path string
	// Log is sogod's log. It shows every ActiveSync request and answer decoded:
	// a second opinion about our WBXML.
	Log string

	dir                    string
	smtp, imap, lmtp, port int
	memcached              int
	dsn                    string // of its database, as SOGo spells it
}

// SOGo starts memcached, Dovecot, Postfix and sogod on free loopback ports, with
// a database of its own, and ends them when the test ends. It takes about five
// seconds, so a suite starts it once and runs its stories as subtests. One at a
// time per machine: the parts are heavy, and others wait.
//
// The machine's own configuration of these services is neither used nor
// touched; sogod, which insists on reading /etc/sogo/sogo.conf, is given every
// setting on its command line, which goes before the file.
func SOGo(t testing.TB) *SOGoServer {
	t.Helper()
	need(t, "sogo sogo-activesync", "/usr/sbin/sogod", "/usr/lib/GNUstep/SOGo/ActiveSync.SOGo")
	need(t, "dovecot-imapd dovecot-lmtpd", "/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp")
	need(t, "postfix", "/usr/sbin/postfix")
	need(t, "memcached", "/usr/bin/memcached")
	if os.Getuid() != 0 {
		t.Fatal("SOGo, Dovecot and Postfix run as different users: this test needs root")
	}
	lockMachine(t)
	s, err := newSOGo(t)
	if err != nil {
		t.Fatalf("prepare SOGo: %v", err)
	}
	for _, start := range []func(testing.TB) error{s.startMemcached, s.startDovecot, s.startPostfix, s.prime, s.startSogod} {
		if err := start(t); err != nil {
			t.Fatalf("start SOGo: %v", err)
		}
	}
	return s
}

// URL is the whole address of its ActiveSync.
func (s *SOGoServer) URL() string { return s.Origin + s.Path }

// lockMachine waits for the machine-wide lock of heavy parts.
func lockMachine(t testing.TB) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "vedette-parts.lock"), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() }) // which lets the lock go
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatalf("machine-wide lock: %v", err)
	}
}

func newSOGo(t testing.TB) (*SOGoServer, error) {
	dir, err := os.MkdirTemp("", "vedette-sogo-")
	if err != nil {
		return nil, err
	}
	s := &SOGoServer{dir: dir, Path: "/SOGo/Microsoft-Server-ActiveSync", Log: filepath.Join(dir, "sogo", "log")}
	// The janitor goes last on the good way and does all the tidying on the bad one.
	janitor, err := keep(daemon{name: "janitor", rmdir: dir})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := janitor.stop(); err != nil {
			t.Errorf("remove %s: %v", dir, err)
		}
	})
	for _, port := range []*int{&s.smtp, &s.imap, &s.lmtp, &s.port, &s.memcached} {
		if *port, err = freePort(); err != nil {
			return nil, err
		}
	}
	s.Origin = "http://" + s.addr(s.port)
	if err := own(dir, "", 0o755); err != nil {
		return nil, err
	}
	return s, s.fillDatabase(t)
}

func (s *SOGoServer) addr(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// fillDatabase makes SOGo's user table. The passwords lie in it as they are.
func (s *SOGoServer) fillDatabase(t testing.TB) error {
	dsn := Postgres(t)
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	c := conn.Config()
	s.dsn = fmt.Sprintf("postgresql://postgres:none@127.0.0.1:%d/%s", c.Port, c.Database)
	// BOB is bob, as in every directory.
	if _, err := conn.Exec(ctx, "create collation anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `create table sogo_users (c_uid varchar(64) collate anycase primary key, c_name varchar(64),
		c_password varchar(128), c_cn varchar(128), mail varchar(128))`); err != nil {
		return err
	}
	for _, u := range Users() {
		if _, err := conn.Exec(ctx, "insert into sogo_users (c_uid, c_name, c_password, c_cn, mail) values ($1::text, $1::text, $2, $3, $4)",
			u.Name, u.Password, u.Name+" of the lab", u.Address); err != nil {
			return err
		}
	}
	return nil
}

// run keeps a daemon until the test ends and waits until its ports answer.
func (s *SOGoServer) run(t testing.TB, d daemon, ports ...int) error {
	t.Helper()
	if d.log == "" {
		d.log = filepath.Join(s.dir, d.name+".log")
	}
	k, err := keep(d)
	if err != nil {
		return err
	}
	t.Cleanup(func() {
		if err := k.stop(); err != nil {
			t.Errorf("stop %s: %v", d.name, err)
		}
	})
	for _, port := range ports {
		if err := waitPort(port, 30*time.Second); err != nil {
			return fmt.Errorf("%s: %w\n%s", d.name, err, logTail(d.log))
		}
	}
	return nil
}

func (s *SOGoServer) startMemcached(t testing.TB) error {
	return s.run(t, daemon{
		name: "memcached",
		args: []string{"/usr/bin/memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", strconv.Itoa(s.memcached), "-U", "0", "-m", "32"},
	}, s.memcached)
}

// sogodWorkers is more than any test holds long polls: SOGo keeps one process
// busy for the whole of each.
const sogodWorkers = 12

func (s *SOGoServer) startSogod(t testing.TB) error {
	home := filepath.Join(s.dir, "sogo")
	if err := own(home, "sogo", 0o750); err != nil {
		return err
	}
	args := []string{"/usr/sbin/sogod", "-WONoDetach", "YES", "-WOPidFile", filepath.Join(home, "pid"), "-WOLogFile", "-"}
	for _, set := range s.settings() {
		args = append(args, "-"+set[0], set[1])
	}
	// Its workers take their time to notice; there is nothing here to lose.
	d := daemon{name: "sogod", user: "sogo", log: s.Log, args: args, env: []string{"HOME=" + home}, grace: time.Second}
	if err := s.run(t, d, s.port); err != nil {
		return err
	}
	// The file of the machine is still read below the command line. If one of its
	// settings spoilt ours, better to hear it now.
	if _, err := os.Stat(s.Log); err != nil {
		return errors.New("sogod writes no log")
	}
	return nil
}

// settings are all that SOGo needs, as property lists.
func (s *SOGoServer) settings() [][2]string {
	workers := strconv.Itoa(sogodWorkers)
	source := `({ type = sql; id = lab; viewURL = "` + s.dsn + `/sogo_users"; canAuthenticate = YES; isAddressBook = YES; ` +
		`displayName = "Lab users"; userPasswordAlgorithm = plain; MailFieldNames = (mail); })`
	return [][2]string{
		{"SOGoProfileURL", s.dsn + "/sogo_user_profile"},
		{"OCSFolderInfoURL", s.dsn + "/sogo_folder_info"},
		{"OCSSessionsFolderURL", s.dsn + "/sogo_sessions_folder"},
		{"OCSEMailAlarmsFolderURL", s.dsn + "/sogo_alarms_folder"},
		{"OCSStoreURL", s.dsn + "/sogo_store"},
		{"OCSAclURL", s.dsn + "/sogo_acl"},
		{"OCSCacheFolderURL", s.dsn + "/sogo_cache_folder"},
		{"SOGoUserSources", source},
		{"SOGoMailDomain", MailDomain},
		{"SOGoIMAPServer", "imap://" + s.addr(s.imap)},
		{"SOGoMailingMechanism", "smtp"},
		{"SOGoSMTPServer", "smtp://" + s.addr(s.smtp)},
		{"SOGoMemcachedHost", s.addr(s.memcached)},
		{"SOGoSentFolderName", "Sent"}, {"SOGoTrashFolderName", "Trash"},
		{"SOGoDraftsFolderName", "Drafts"}, {"SOGoJunkFolderName", "Junk"},
		{"SOGoLanguage", "English"}, {"SOGoTimeZone", "UTC"},
		{"SOGoSieveScriptsEnabled", "NO"}, {"SOGoForwardEnabled", "NO"}, {"SOGoVacationEnabled", "NO"},
		{"SOGoTrustProxyAuthentication", "NO"}, {"SOGoMaximumFailedLoginCount", "0"},
		{"WOPort", s.addr(s.port)},
		{"WOWorkersCount", workers},
		{"WOWatchDogRequestTimeout", "60"}, // minutes
		{"WOListenQueueSize", "64"},
		{"SxVMemLimit", "512"},
		{"SOGoMaximumPingInterval", "3540"}, {"SOGoMaximumSyncInterval", "3540"}, {"SOGoInternalSyncInterval", "1"},
		{"SOGoMaximumSyncWindowSize", "100"}, {"SOGoMaximumSyncResponseSize", "2048"},
		{"SOGoEASDebugEnabled", "YES"},
	}
}
