// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checker collects complaints, each at the line of its key.
type checker struct {
	where    *positions
	problems []Problem
}

func (c *checker) complain(key, format string, args ...any) {
	c.problems = append(c.problems, c.where.problem(key, fmt.Sprintf(format, args...)))
}

func (c *Config) validate(role Role) []Problem {
	k := &checker{where: c.where}
	if c.Data == "" {
		k.complain("data", "set a directory")
	}
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "text", "json")
	if role == RoleTool {
		k.pair("console.link_cert", "console.link_key", c.Console.LinkCert, c.Console.LinkKey)
		k.pair("gateway.link_cert", "gateway.link_key", c.Gateway.LinkCert, c.Gateway.LinkKey)
		return k.problems
	}
	if role == RoleBackends {
		c.validateBackends(k)
		return k.problems
	}
	if role != RoleGateway {
		c.validateConsole(k, role)
	}
	if role != RoleConsole {
		c.validateGateway(k, role)
		c.validateBackends(k)
	}
	return k.problems
}

func (c *Config) validateConsole(k *checker, role Role) {
	o := c.Console
	k.address("console.listen", o.Listen)
	k.pair("console.tls_cert", "console.tls_key", o.TLSCert, o.TLSKey)
	k.pair("console.link_cert", "console.link_key", o.LinkCert, o.LinkKey)
	k.networks("console.trusted_fronts", o.TrustedFronts)
	if scheme, rest, _ := strings.Cut(o.Database, ":"); !slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme) || rest == "" {
		k.complain("console.database", "write sqlite:/path/to/file.db or postgres://user@host/name")
	}
	k.between("console.session_idle", o.SessionIdle, time.Minute, 24*time.Hour)
	k.between("console.session_maximum", o.SessionMaximum, o.SessionIdle.Std(), 7*24*time.Hour)
	switch {
	case o.LinkListen != "":
		k.address("console.link_listen", o.LinkListen)
	case role == RoleConsole:
		k.complain("console.link_listen", "set the address on which gateways connect")
	case len(o.Gateways) > 0:
		k.complain("console.link_listen", "set the address on which the listed gateways connect")
	}
	names := map[string]bool{}
	for i, g := range o.Gateways {
		at := fmt.Sprintf("console.gateway[%d]", i)
		k.name(at+".name", g.Name, names)
		k.pin(at+".pin", g.Pin)
	}
	if role == RoleServe && names[c.Gateway.Name] {
		k.complain("gateway.name", "another gateway has this name: the one inside this process needs its own")
	}
}

func (c *Config) validateGateway(k *checker, role Role) {
	g := c.Gateway
	k.name("gateway.name", g.Name, map[string]bool{})
	k.address("gateway.listen", g.Listen)
	if g.StatusListen != "" {
		k.address("gateway.status_listen", g.StatusListen)
	}
	k.pair("gateway.tls_cert", "gateway.tls_key", g.TLSCert, g.TLSKey)
	k.pair("gateway.link_cert", "gateway.link_key", g.LinkCert, g.LinkKey)
	k.networks("gateway.trusted_fronts", g.TrustedFronts)
	if g.ProxyProtocol && len(g.TrustedFronts) == 0 {
		k.complain("gateway.proxy_protocol", "list the networks it may come from in gateway.trusted_fronts")
	}
	if g.ExternalURL != "" {
		if u := k.url("gateway.external_url", g.ExternalURL, "https"); u != nil && u.Path != "" && u.Path != "/" {
			k.complain("gateway.external_url", "leave the path away: it is always /Microsoft-Server-ActiveSync")
		}
	}
	if role == RoleGateway {
		if g.Console == "" {
			k.complain("gateway.console", "set the address of the console's link, such as https://console.example.com:8444")
		} else {
			k.url("gateway.console", g.Console, "https")
		}
		k.pin("gateway.console_pin", g.ConsolePin)
	}
	if g.SpoolMax < 1<<20 {
		k.complain("gateway.spool_max", "give it at least 1MiB")
	}
	k.between("gateway.shield.remember", g.Shield.Remember, time.Second, 24*time.Hour)
	k.between("gateway.shield.window", g.Shield.Window, time.Minute, 24*time.Hour)
	k.within("gateway.max_connections", g.MaxConns, 10, 10_000_000, "")
	k.within("gateway.max_connections_per_address", g.MaxConnsEach, 0, 10_000_000, " (no limit)")
	k.within("gateway.storm.rate", g.Storm.Rate, 0, 100_000, " (no limit)")
	k.within("gateway.storm.burst", g.Storm.Burst, 10, 1_000_000, "")
	k.within("gateway.shield.wrong_passwords", g.Shield.WrongPasswords, 2, 10000, "")
	k.within("gateway.shield.wrong_passwords_elsewhere", g.Shield.WrongElsewhere, 2, 10000, "")
	k.within("gateway.shield.accounts_per_network", g.Shield.WrongAccounts, 1, 10000, "")
	k.within("gateway.shield.new_devices", g.Shield.NewDevices, 0, 10000, " (no limit)")
	k.networks("gateway.shield.exempt", g.Shield.Exempt)
}

func (c *Config) validateBackends(k *checker) {
	if len(c.Backends) == 0 {
		k.complain("backend", "add a [[backend]] table: the mail server behind the gateway")
	}
	names, domains, users := map[string]bool{}, map[string]string{}, map[string]string{}
	defaults := 0
	for i, b := range c.Backends {
		at := fmt.Sprintf("backend[%d]", i)
		k.name(at+".name", b.Name, names)
		k.oneOf(at+".type", b.Type, "exchange", "sogo", "zpush", "grommunio", "horde", "other")
		if u := k.url(at+".url", b.URL, "http", "https"); u != nil && u.Scheme == "http" && b.CA != "" {
			k.complain(at+".ca", "certificates are not used with http://")
		}
		k.authorities(at+".ca", b.CA)
		if b.Autodiscover != "" {
			k.url(at+".autodiscover", b.Autodiscover, "http", "https")
		}
		k.claims(at+".domains", "domain", b.Domains, b.Name, domains)
		k.claims(at+".users", "account", b.Users, b.Name, users)
		if b.Default {
			if defaults++; defaults > 1 {
				k.complain(at+".default", "only one mail server can be the default")
			}
			if len(b.Domains) == 0 {
				k.complain(at+".domains", "list the mail domains and short directory names of its accounts: without them bob, bob@lab.example and LAB\\bob are three accounts, and a block stops one of them")
			}
		} else if len(b.Domains) == 0 && len(b.Users) == 0 {
			k.complain(at, "no account would ever reach this server: set domains, users or default")
		}
	}
}

// Warnings gives what is no mistake and may still not be meant.
func (c *Config) Warnings() (list []string) {
	for _, b := range c.Backends {
		short := slices.ContainsFunc(b.Domains, func(d string) bool { return !strings.Contains(d, ".") })
		dropped := slices.Contains([]string{"sogo", "zpush", "grommunio", "horde"}, b.Type) // what stands before a backslash
		if !dropped && len(b.Domains) > 0 && !short {
			list = append(list, fmt.Sprintf("backend %s: no short directory name is among its domains; if it takes log-ins such as LAB\\bob, "+
				"add LAB, or each is a record of its own beside bob", b.Name))
		}
	}
	for _, p := range []struct{ key, cert, secret string }{
		{"console.tls_cert", c.Console.TLSCert, c.Console.TLSKey}, {"gateway.tls_cert", c.Gateway.TLSCert, c.Gateway.TLSKey},
	} {
		pair, err := tls.LoadX509KeyPair(p.cert, p.secret)
		if err == nil && time.Now().After(pair.Leaf.NotAfter) { // it is renewed while the program runs: no mistake
			list = append(list, fmt.Sprintf("%s: the certificate in %s ended on %s, and is refused by whoever connects",
				p.key, p.cert, pair.Leaf.NotAfter.UTC().Format(time.DateOnly)))
		}
	}
	return list
}

func (k *checker) claims(key, what string, claimed []string, by string, taken map[string]string) {
	for _, d := range claimed {
		folded := strings.ToLower(strings.TrimSpace(d))
		switch other, found := taken[folded]; {
		case folded == "":
			k.complain(key, "an empty %s", what)
		case found && other != by:
			k.complain(key, "%s %q belongs to mail server %q already", what, d, other)
		}
		taken[folded] = by
	}
}

func (k *checker) oneOf(key, value string, words ...string) {
	if !slices.Contains(words, value) {
		k.complain(key, "%q is not one of %s", value, strings.Join(words, ", "))
	}
}

func (k *checker) name(key, value string, taken map[string]bool) {
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`).MatchString(value) {
		k.complain(key, "give it a name of letters, digits, dots and dashes, at most 63")
	} else if taken[value] {
		k.complain(key, "the name %q is taken", value)
	}
	taken[value] = true
}

func (k *checker) address(key, value string) {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		k.complain(key, "%q is not an address such as 127.0.0.1:8443 or :443", value)
	}
}

func (k *checker) networks(key string, values []string) {
	for _, v := range values {
		if _, err := netip.ParsePrefix(v); err != nil {
			if _, err := netip.ParseAddr(v); err != nil {
				k.complain(key, "%q is not a network such as 10.0.0.0/8 or an address", v)
			}
		}
	}
}

func (k *checker) pair(certKey, keyKey, cert, key string) {
	switch {
	case cert != "" && key == "":
		k.complain(certKey, "set %s too", keyKey)
	case cert == "" && key != "":
		k.complain(keyKey, "set %s too", certKey)
	}
	if !k.file(certKey, cert) || !k.file(keyKey, key) || cert == "" || key == "" {
		return
	}
	if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
		k.complain(certKey, "cannot be used with %s: %s", keyKey, strings.TrimPrefix(err.Error(), "tls: "))
	}
}

// file reports whether a file can be opened, or is not set.
func (k *checker) file(key, path string) bool {
	if path == "" {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		k.complain(key, "cannot be read: %v", err)
		return false
	}
	_ = f.Close() // only opened to see whether it can be
	return true
}

// authorities looks for certificates in a file.
func (k *checker) authorities(key, path string) {
	if path == "" || !k.file(key, path) {
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		k.complain(key, "cannot be read: %v", err)
	} else if !x509.NewCertPool().AppendCertsFromPEM(text) {
		k.complain(key, "%s holds no certificate (PEM)", path)
	}
}

func (k *checker) url(key, value string, schemes ...string) *url.URL {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		k.complain(key, "%q is not an address that begins with %s://", value, strings.Join(schemes, ":// or "))
		return nil
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		k.complain(key, "leave user, query and fragment away")
		return nil
	}
	return u
}

func (k *checker) pin(key, value string) {
	digits, found := strings.CutPrefix(value, "sha256:")
	raw, err := hex.DecodeString(digits)
	if !found || err != nil || len(raw) != 32 {
		k.complain(key, "write sha256: and 64 hexadecimal digits, as vedette link pin prints them")
	}
}

// within complains about a number out of its range; least says what its lower end means.
func (k *checker) within(key string, n, low, high int, least string) {
	if n < low || n > high {
		k.complain(key, "must lie between %d%s and %d", low, least, high)
	}
}

func (k *checker) between(key string, d Duration, low, high time.Duration) {
	if d.Std() < low || d.Std() > high {
		k.complain(key, "%s does not lie between %s and %s", d, Duration(low), Duration(high))
	}
}
