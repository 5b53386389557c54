// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/vedette-mail/vedette/eas"
)

// A HordeServer is a running Horde: a second ActiveSync server for the mailboxes of SOGo. It insists on
// policies of its own and orders wipes.
type HordeServer struct {
	// URL is the whole address of its ActiveSync.
	URL string
	// Log has every request and answer decoded: a second opinion about our WBXML.
	Log string

	mail *SOGoServer
	dir  string
	dsn  string
	port int
	fpm  int
}

// Strict is the user of whose phones Horde asks more: a password of letters and digits, and encryption. Of
// everybody else's it asks nothing, but that they accept a policy.
const Strict = "carol"

// Horde starts Horde's ActiveSync behind nginx on free loopback ports, with a database of its own and the
// mail system of s, and ends it when the test ends. Its files are used where the package has put them; what
// they take for their configuration is a copy, so that the machine's own is not touched.
func (s *SOGoServer) Horde(t testing.TB) *HordeServer {
	t.Helper()
	need(t, "php-horde php-horde-imp php-horde-activesync php-horde-db", hordeHome+"/rpc.php", hordeHome+"/imp/lib/Application.php",
		"/usr/share/php/Horde/ActiveSync.php", hordeMigrate)
	need(t, "php-horde-kronolith php-horde-nag php-horde-mnemo", hordeHome+"/kronolith/lib/Application.php",
		hordeHome+"/nag/lib/Application.php", hordeHome+"/mnemo/lib/Application.php")
	need(t, "php8.2-fpm php8.2-cli", "/usr/sbin/php-fpm8.2", "/usr/bin/php8.2")
	need(t, "nginx-light", "/usr/sbin/nginx")
	h, err := s.newHorde(t)
	if err != nil {
		t.Fatalf("prepare Horde: %v", err)
	}
	for _, start := range []func(testing.TB) error{h.migrate, h.demand, h.startFPM, h.startNginx} {
		if err := start(t); err != nil {
			t.Fatalf("start Horde: %v", err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Horde's PHP said:\n%s\n%s", logTail(filepath.Join(h.dir, "log", "php.log")), logTail(filepath.Join(h.dir, "log", "horde.log")))
		}
	})
	return h
}

const (
	hordeHome    = "/usr/share/horde"
	hordeEtc     = "/etc/horde"
	hordeMigrate = "/usr/bin/horde-db-migrate"
	hordeUser    = "www-data" // whom the packages give its files to
)

// hordeApps are those that ActiveSync needs. The address book of Debian 12 does not load with its PHP.
func hordeApps() []string { return []string{"imp", "kronolith", "nag", "mnemo", "content"} }

func (s *SOGoServer) newHorde(t testing.TB) (*HordeServer, error) {
	dir, err := os.MkdirTemp(s.dir, "horde-")
	if err != nil {
		return nil, err
	}
	h := &HordeServer{mail: s, dir: dir, Log: filepath.Join(dir, "log", "eas.log")}
	for _, port := range []*int{&h.port, &h.fpm} {
		if *port, err = freePort(); err != nil {
			return nil, err
		}
	}
	h.URL = "http://" + s.addr(h.port) + eas.Path
	if err := own(dir, "", 0o755); err != nil {
		return nil, err
	}
	for _, d := range []string{"tmp", "log", "vfs"} {
		if err := own(filepath.Join(dir, d), hordeUser, 0o750); err != nil {
			return nil, err
		}
	}
	h.dsn = Postgres(t)
	if err := h.tree(h.web(), hordeHome, "horde"); err != nil {
		return nil, err
	}
	for _, app := range hordeApps() {
		if err := h.tree(filepath.Join(h.web(), app), filepath.Join(hordeHome, app), app); err != nil {
			return nil, err
		}
	}
	return h, h.configure()
}

func (h *HordeServer) web() string { return filepath.Join(h.dir, "web") }

// tree makes a directory that PHP takes for the application's: programs are copies, because they look for
// their configuration beside themselves and links would lead back; everything large is a link.
func (h *HordeServer) tree(to, from, app string) error {
	list, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := own(to, "", 0o755); err != nil {
		return err
	}
	for _, e := range list {
		src, dst := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		switch {
		case e.Name() == "config":
			if err = own(dst, "", 0o755); err == nil {
				err = os.CopyFS(dst, os.DirFS(filepath.Join(hordeEtc, app)))
			}
		case e.Name() == "lib":
			err = os.CopyFS(dst, os.DirFS(src))
		case strings.HasSuffix(e.Name(), ".php"):
			err = copyFile(dst, src)
		case app == "horde" && e.IsDir() && slices.Contains(hordeApps(), e.Name()):
		default:
			err = os.Symlink(src, dst)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o644)
}

// migrate makes its tables.
func (h *HordeServer) migrate(testing.TB) error {
	// The program looks for the rest of Horde beside itself.
	bin := filepath.Join(h.web(), "bin")
	if err := own(bin, "", 0o755); err != nil {
		return err
	}
	file := filepath.Join(bin, "migrate")
	if err := copyFile(file, hordeMigrate); err != nil {
		return err
	}
	cmd := exec.Command("/usr/bin/php8.2", "-d", "auto_prepend_file="+h.prepended(), "-d", "display_errors=stderr", file)
	cmd.Dir = h.dir
	cred, err := credential(hordeUser)
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGKILL}
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + filepath.Join(h.dir, "tmp")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("make its tables: %w\n%s", err, out)
	}
	return nil
}

// demand writes down what Strict's phones have to accept, as permissions, which is how Horde keeps it: of
// what holds for everybody and for the user it takes the larger number, of most settings. What it has read
// it remembers for a day, so that this comes first.
func (h *HordeServer) demand(t testing.TB) error {
	text := func(s string) string { return fmt.Sprintf("s:%d:%q;", len(s), s) }
	h.sql(t, func(ctx context.Context, c *pgx.Conn) error {
		for _, p := range []struct{ name, everybody, strict string }{
			{"", "2", "2"}, {":DevicePasswordEnabled", "0", "1"}, {":AlphanumericDevicePasswordRequired", "0", "1"}, {":RequireDeviceEncryption", "0", "1"},
		} {
			data := "a:3:{" + text("type") + text("int") + text("default") + text(p.everybody) +
				text("users") + "a:1:{" + text(Strict) + text(p.strict) + "}}"
			if _, err := c.Exec(ctx, "insert into horde_perms (perm_id, perm_name, perm_parents, perm_data) "+
				"values (1000 + length($1), 'horde:activesync:provisioning' || $1, '', $2)", p.name, data); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

func (h *HordeServer) startFPM(t testing.TB) error {
	conf := fmt.Sprintf(`[global]
error_log = %[1]s/log/fpm.log
daemonize = no
[horde]
listen = 127.0.0.1:%[2]d
pm = static
pm.max_children = 8
catch_workers_output = yes
php_admin_value[error_log] = %[1]s/log/php.log
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
php_admin_value[auto_prepend_file] = %[3]s
php_admin_value[memory_limit] = 256M
php_value[session.save_path] = %[1]s/tmp
`, h.dir, h.fpm, h.prepended())
	file := filepath.Join(h.dir, "fpm.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		return err
	}
	return h.mail.run(t, daemon{name: "php-fpm", user: hordeUser, log: filepath.Join(h.dir, "log", "fpm-start.log"),
		signal: "QUIT", grace: time.Second, args: []string{"/usr/sbin/php-fpm8.2", "-F", "-y", file}}, h.fpm)
}

func (h *HordeServer) startNginx(t testing.TB) error {
	conf := fmt.Sprintf(`user nobody nogroup;
worker_processes 1;
pid %[1]s/nginx.pid;
error_log %[1]s/nginx-error.log;
events { worker_connections 512; }
http {
	access_log %[1]s/nginx-access.log;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	client_max_body_size 50m;
	server {
		listen 127.0.0.1:%[2]d;
		location = %[5]s {
			fastcgi_pass 127.0.0.1:%[3]d;
			fastcgi_read_timeout 3700s;
			fastcgi_buffering off;
			fastcgi_param QUERY_STRING $query_string;
			fastcgi_param REQUEST_METHOD $request_method;
			fastcgi_param CONTENT_TYPE $content_type;
			fastcgi_param CONTENT_LENGTH $content_length;
			fastcgi_param REQUEST_URI $request_uri;
			fastcgi_param DOCUMENT_ROOT %[4]s;
			fastcgi_param SERVER_PROTOCOL $server_protocol;
			fastcgi_param SERVER_NAME $server_name;
			fastcgi_param SERVER_ADDR $server_addr;
			fastcgi_param SERVER_PORT $server_port;
			fastcgi_param REMOTE_ADDR $remote_addr;
			fastcgi_param REMOTE_PORT $remote_port;
			fastcgi_param SCRIPT_NAME /rpc.php;
			fastcgi_param SCRIPT_FILENAME %[4]s/rpc.php;
		}
	}
}
`, h.dir, h.port, h.fpm, h.web(), eas.Path)
	file := filepath.Join(h.dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		return err
	}
	return h.mail.run(t, daemon{name: "horde-nginx", log: filepath.Join(h.dir, "nginx-start.log"),
		args: []string{"/usr/sbin/nginx", "-e", filepath.Join(h.dir, "nginx-error.log"), "-c", file, "-g", "daemon off;"}}, h.port)
}

// WipeStatus is how far Horde's own order to wipe a phone has come.
type WipeStatus int

// The values of its column.
const (
	WipeNone    WipeStatus = 0
	WipeOK      WipeStatus = 1 // provisioned, and no order
	WipePending WipeStatus = 2
	WipeDone    WipeStatus = 3
)

// Device is what Horde knows of a phone, by the id it was sent. ok is false when it has never seen it.
func (h *HordeServer) Device(t testing.TB, id string) (status WipeStatus, key string, ok bool) {
	t.Helper()
	h.sql(t, func(ctx context.Context, c *pgx.Conn) error {
		err := c.QueryRow(ctx, `select coalesce(d.device_rwstatus, 0), coalesce(u.device_policykey::text, '') from horde_activesync_device d
			join horde_activesync_device_users u using (device_id) where lower(d.device_id) = lower($1)`, id).Scan(&status, &key)
		if ok = err == nil; errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return status, key, ok
}

// OrderWipe orders the wipe of a phone, as its administrator's page does.
func (h *HordeServer) OrderWipe(t testing.TB, id string) {
	t.Helper()
	h.sql(t, func(ctx context.Context, c *pgx.Conn) error {
		tag, err := c.Exec(ctx, "update horde_activesync_device set device_rwstatus = $1 where lower(device_id) = lower($2)", int(WipePending), id)
		if err == nil && tag.RowsAffected() != 1 {
			err = fmt.Errorf("%d phones have the id %q", tag.RowsAffected(), id)
		}
		return err
	})
}

func (h *HordeServer) sql(t testing.TB, do func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, h.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := do(ctx, conn); err != nil {
		t.Fatalf("Horde's database: %v", err)
	}
}
