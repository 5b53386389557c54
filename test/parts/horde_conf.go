// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// configure writes what Horde reads. Its own generator of configurations does not run with the PHP of
// Debian 12, so the defaults are taken from the descriptions that come with it.
func (h *HordeServer) configure() error {
	for _, app := range append([]string{"horde"}, hordeApps()...) {
		dir := filepath.Join(h.web(), app, "config")
		if app == "horde" {
			dir = filepath.Join(h.web(), "config")
		}
		b, err := os.ReadFile(filepath.Join(dir, "conf.xml"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		text, err := hordeDefaults(b)
		if err != nil {
			return fmt.Errorf("%s: %w", app, err)
		}
		if app == "horde" {
			more, err := h.settings()
			if err != nil {
				return err
			}
			text += more
		}
		if err := os.WriteFile(filepath.Join(dir, "conf.php"), []byte("<?php\n"+text), 0o644); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		filepath.Join(h.web(), "config", "registry.local.php"):        hordeRegistry,
		filepath.Join(h.web(), "config", "hooks.php"):                 hordeHooks,
		filepath.Join(h.web(), "imp", "config", "backends.local.php"): fmt.Sprintf(hordeMailServers, h.mail.imap, MailDomain, h.mail.smtp),
		h.prepended(): hordePrepended,
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (h *HordeServer) prepended() string { return filepath.Join(h.dir, "prepended.php") }

// What is not there, or does not load with this PHP, Horde must not look for.
const hordeRegistry = `<?php
foreach (array_keys($this->applications) as $name) {
	if (in_array($name, array('turba', 'ingo', 'sam', 'turba-menu'))) { $this->applications[$name]['status'] = 'inactive'; }
}
`

// Provisioning is decided by a hook: every phone has to.
const hordeHooks = `<?php
class Horde_Hooks
{
	public function activesync_provisioning_check(Horde_ActiveSync_Device $device, $user)
	{
		return Horde_ActiveSync::PROVISIONING_FORCE;
	}
}
`

const hordeMailServers = `<?php
foreach (array_keys($servers) as $name) { $servers[$name]['disabled'] = true; }
$servers['imap'] = array('disabled' => false, 'name' => 'parts', 'hostspec' => '127.0.0.1', 'port' => %d, 'protocol' => 'imap',
	'secure' => 'none', 'hordeauth' => true, 'maildomain' => '%s', 'cache' => false,
	'smtp' => array('host' => '127.0.0.1', 'port' => %d, 'secure' => 'none', 'auth' => false));
`

// The file cache of this name resolver ends in a fatal error with PHP 8, after the answer has been written:
// each would come with status 500. This one keeps nothing.
const hordePrepended = `<?php
class Net_DNS2_Cache_File { public function __call($name, $arguments) { return false; } }
`

// settings are what differs from the defaults.
func (h *HordeServer) settings() (string, error) {
	db, err := pgx.ParseConfig(h.dsn)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	set := func(keys, value string) {
		b.WriteString("$conf")
		for k := range strings.SplitSeq(keys, ".") {
			b.WriteString("[" + phpText(k) + "]")
		}
		b.WriteString(" = " + value + ";\n")
	}
	texts := func(keys string, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			set(keys+pairs[i], phpText(pairs[i+1]))
		}
	}
	number := func(n int) string { return fmt.Sprint(n) }
	set("debug_level", "E_ERROR | E_PARSE")
	set("vhosts", "false")
	set("use_ssl", "0")
	texts("", "secret_key", "of this test", "tmpdir", filepath.Join(h.dir, "tmp"), "cookie.path", "/", "cookie.domain", "")
	set("session.use_only_cookies", "true")
	set("session.timeout", "0")
	set("session.max_time", "0")
	set("urls.token_lifetime", "30")
	set("urls.hmac_lifetime", "30")
	set("urls.pretty", "false")
	set("sql", "array()")
	texts("sql.", "phptype", "pgsql", "username", db.User, "password", "none", "hostspec", "127.0.0.1", "port", number(int(db.Port)),
		"protocol", "tcp", "database", db.Database, "charset", "utf-8")
	for _, off := range []string{"sql.splitread", "sql.persistent", "sql.logqueries", "auth.checkip", "auth.checkbrowser", "alarms.driver",
		"cache.compress", "sessionhandler.hashtable"} {
		set(off, "false")
	}
	texts("", "auth.driver", "imap", "auth.params.hostspec", "127.0.0.1", "auth.params.secure", "none",
		"perms.driver", "Sql", "perms.driverconfig", "horde", "group.driver", "Mock", "share.driver", "Sqlng",
		"lock.driver", "Null", "token.driver", "Null", "vfs.type", "File", "vfs.params.vfsroot", filepath.Join(h.dir, "vfs"),
		"cache.driver", "File", "cache.params.dir", filepath.Join(h.dir, "tmp"), "cache.default_lifetime", "86400",
		"sessionhandler.type", "Builtin", "hashtable.driver", "none",
		"problems.email", "root@"+MailDomain, "problems.maildomain", MailDomain)
	set("auth.admins", "array("+phpText("carol")+")")
	set("auth.params.port", number(h.mail.imap))
	set("cache.params.sub", "0")
	set("share.auto_create", "true")
	set("share.no_sharing", "true")
	for _, of := range []string{"prefs", "history"} {
		texts("", of+".driver", "Sql")
		set(of+".params", "array('driverconfig' => 'horde')")
	}
	set("mailer", fmt.Sprintf("array('type' => 'smtp', 'params' => array('host' => '127.0.0.1', 'port' => %d, 'secure' => 'none', 'auth' => false, "+
		"'username_auth' => false, 'password_auth' => false, 'lmtp' => false))", h.mail.smtp))
	set("log", "array('enabled' => true, 'type' => 'file', 'name' => "+phpText(filepath.Join(h.dir, "log", "horde.log"))+
		", 'priority' => 'INFO', 'ident' => 'HORDE', 'params' => array('append' => true), 'time_format' => '')")
	set("activesync", "array('enabled' => true, 'storage' => 'Sql', 'params' => array('driverconfig' => 'horde'), 'emailsync' => true, "+
		"'version' => '16.0', 'auth' => array('type' => 'basic'), 'autodiscovery' => 'user', 'outlookdiscovery' => false, 'hosts' => '', "+
		"'securitypolicies' => array('provisioning' => 'Force'), 'provisioning' => true, "+
		"'logging' => array('type' => 'onefile', 'path' => "+phpText(h.Log)+", 'level' => 1), "+
		"'ping' => array('deviceping' => true, 'heartbeatmin' => 5, 'heartbeatmax' => 2700, 'heartbeatdefault' => 60, 'waitinterval' => 1))")
	return b.String(), nil
}

func phpText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// element is one of a conf.xml.
type element struct {
	XMLName xml.Name
	Name    string    `xml:"name,attr"`
	Quote   string    `xml:"quote,attr"`
	Switch  string    `xml:"switchname,attr"`
	Text    string    `xml:",chardata"`
	Kids    []element `xml:",any"`
}

// hordeDefaults makes PHP of the default values in a conf.xml.
func hordeDefaults(b []byte) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var root element
	if err := d.Decode(&root); err != nil {
		return "", err
	}
	var out strings.Builder
	root.write(&out, nil)
	return out.String(), nil
}

func (e *element) write(out *strings.Builder, path []string) {
	for i := range e.Kids {
		k := &e.Kids[i]
		text, at := strings.TrimSpace(k.Text), append(path[:len(path):len(path)], k.Name)
		put := func(value string) {
			out.WriteString("$conf")
			for _, p := range at {
				if p != "" {
					out.WriteString("[" + phpText(p) + "]")
				}
			}
			out.WriteString(" = " + value + ";\n")
		}
		bare := k.Quote == "false"
		value := phpText(text)
		if bare && text != "" {
			value = text
		}
		switch k.XMLName.Local {
		case "configsection":
			k.write(out, at)
		case "configtab":
			k.write(out, path)
		case "configswitch":
			if bare && text == "" {
				value = "false"
			}
			put(value)
			for j := range k.Kids {
				if c := &k.Kids[j]; c.XMLName.Local == "case" && c.Name == text {
					c.write(out, path)
				}
			}
		case "configboolean":
			put(fmt.Sprint(strings.EqualFold(text, "true")))
		case "configinteger":
			if text == "" {
				text = "0"
			}
			put(text)
		case "configphp":
			if text == "" {
				text = "''"
			}
			put(text)
		case "configstring", "configpassword", "configenum", "configtext":
			put(value)
		case "configlist", "configmultienum":
			var items []string
			for it := range strings.SplitSeq(text, ",") {
				if it = strings.TrimSpace(it); it != "" {
					items = append(items, phpText(it))
				}
			}
			put("array(" + strings.Join(items, ", ") + ")")
		case "configsql":
			if at[len(at)-1] = k.Switch; k.Switch == "" {
				at[len(at)-1] = "driverconfig"
			}
			put("'horde'")
		}
	}
}
