// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"path/filepath"
	"time"
)

// Config is the whole configuration of a process. A gateway reads its part only, and so does a console.
type Config struct {
	Data     string    `toml:"data" doc:"Directory for everything that is written: database, key, certificates, snapshot, spool."`
	Log      Log       `toml:"log" doc:"What is logged, to standard error."`
	Console  Console   `toml:"console" doc:"The console: pages for administrators, the database, the link to gateways."`
	Gateway  Gateway   `toml:"gateway" doc:"The gateway: what stands between phones and mail servers."`
	Backends []Backend `toml:"backend" doc:"A mail server behind the gateway. Repeat the table for each."`

	where *positions
}

// Log says what is logged.
type Log struct {
	Level  string `toml:"level" doc:"debug, info, warn or error."`
	Format string `toml:"format" doc:"text or json."`
}

// Console is the part of a console.
type Console struct {
	Listen         string        `toml:"listen" doc:"Address of the administrators' pages and API. Keep it away from the internet."`
	TLSCert        string        `toml:"tls_cert" doc:"Certificate file (PEM, with its chain). Empty: one is made for trials. Read again when it changes."`
	TLSKey         string        `toml:"tls_key" doc:"Key file that belongs to it."`
	TrustedFronts  []string      `toml:"trusted_fronts" doc:"Networks of reverse proxies in front of the console whose X-Forwarded-For is believed."`
	Database       string        `toml:"database" doc:"sqlite:/path/to/file.db or postgres://…. Empty: console.db in the data directory."`
	SealKey        string        `toml:"seal_key" doc:"File with the key that seals secrets in the database; made on first start. A systemd credential named vedette-seal-key wins over it. Empty: seal.key in the data directory."`
	LinkListen     string        `toml:"link_listen" doc:"Address on which gateways connect. Empty with vedette serve: only the gateway inside the same process."`
	LinkCert       string        `toml:"link_cert" doc:"Certificate shown to gateways. Empty: one is made; its pin is printed by vedette link pin."`
	LinkKey        string        `toml:"link_key" doc:"Key file that belongs to it."`
	SessionIdle    Duration      `toml:"session_idle" doc:"A session ends after this long without a click."`
	SessionMaximum Duration      `toml:"session_maximum" doc:"A session ends after this long in any case."`
	Gateways       []GatewayPeer `toml:"gateway" doc:"A gateway that may connect. Repeat the table for each."`
}

// GatewayPeer is a gateway that a console lets in.
type GatewayPeer struct {
	Name string `toml:"name" doc:"Name of the gateway, as its own configuration has it."`
	Pin  string `toml:"pin" doc:"sha256:… of the public key of its link certificate, as vedette link pin prints it."`
}

// Gateway is the part of a gateway.
type Gateway struct {
	Name           string   `toml:"name" doc:"Name of this gateway, as the console lists it."`
	Listen         string   `toml:"listen" doc:"Address on which phones connect."`
	StatusListen   string   `toml:"status_listen" doc:"Address of health, readiness and Prometheus metrics. Empty: none."`
	ExternalURL    string   `toml:"external_url" doc:"What phones call this gateway, such as https://mail.example.com: the answer to autodiscover. Empty: the host name the phone used."`
	TLSCert        string   `toml:"tls_cert" doc:"Certificate file (PEM, with its chain). Empty: one is made for trials. Read again when it changes."`
	TLSKey         string   `toml:"tls_key" doc:"Key file that belongs to it."`
	HTTP2          bool     `toml:"http2" doc:"Offer HTTP/2 to phones. A waiting request costs more memory with it."`
	AskCertificate bool     `toml:"ask_certificate" doc:"Ask phones for a client certificate, so that those that sign in with one are refused with the reason: no mail server can be reached that way yet. Some phones then show their user a chooser."`
	ProxyProtocol  bool     `toml:"proxy_protocol" doc:"Trusted fronts begin every connection with a PROXY protocol header."`
	TrustedFronts  []string `toml:"trusted_fronts" doc:"Networks of load balancers in front of the gateway whose X-Forwarded-For or PROXY header is believed."`
	Console        string   `toml:"console" doc:"Address of the console's link, such as https://console.example.com:8444. Not used by vedette serve."`
	ConsolePin     string   `toml:"console_pin" doc:"sha256:… of the public key of the console's link certificate."`
	LinkCert       string   `toml:"link_cert" doc:"Certificate shown to the console. Empty: one is made; its pin is printed by vedette link pin."`
	LinkKey        string   `toml:"link_key" doc:"Key file that belongs to it."`
	SpoolMax       Size     `toml:"spool_max" doc:"Most disk space that reports may take which the console has not fetched yet. When it is full, known pairs go on and unknown pairs are put off."`
	MaxConns       int      `toml:"max_connections" doc:"How many connections of phones may be open at a time; further ones are closed. A phone that waits for mail holds one, and needs two file descriptors."`
	MaxConnsEach   int      `toml:"max_connections_per_address" doc:"How many of them one address gets, or one IPv6 network of 64 bits. Not for trusted fronts, exempt networks of the shield and this machine itself. 0: as many as like."`
	Storm          Storm    `toml:"storm" doc:"How many phones may come back at a time, when the gateway was started or has lost them."`
	Shield         Shield   `toml:"shield" doc:"Stale-password shield and limits against guessing."`
}

// Storm is how the gateway takes in phones that all come at once.
type Storm struct {
	Rate  int `toml:"rate" doc:"How many pairs of account and phone a second are let in that the gateway has not served lately; further ones are told when to come. Those on record come first. After a restart 5,000 phones are back within a minute at 100. 0: all that come."`
	Burst int `toml:"burst" doc:"How many of them may come at once after a quiet time."`
}

// Shield is what the gateway does against stale and guessed passwords.
type Shield struct {
	Remember       Duration `toml:"remember" doc:"How long the word of the mail server on a password counts: a refused one is refused by the gateway, an accepted one is not asked about again."`
	WrongPasswords int      `toml:"wrong_passwords" doc:"How many different wrong passwords one account may try from one network within the window."`
	WrongElsewhere int      `toml:"wrong_passwords_elsewhere" doc:"How many different wrong passwords may be tried for one account from all networks together where it has not signed in before. Where it has, only the limit per network counts: strangers lock nobody out."`
	WrongAccounts  int      `toml:"accounts_per_network" doc:"How many accounts one network may try wrong passwords for within the window."`
	Window         Duration `toml:"window" doc:"Length of that window."`
	NewDevices     int      `toml:"new_devices" doc:"How many devices that nobody knows yet may come with one account within an hour; the next ones are put off. 0: any number."`
	Exempt         []string `toml:"exempt" doc:"Networks without these limits and without the limit of connections, because many people share them: mail app providers, mobile carriers."`
}

// Backend is one mail server.
type Backend struct {
	Name         string   `toml:"name" doc:"Name of the mail server, as pages and logs show it."`
	Type         string   `toml:"type" doc:"exchange, sogo, zpush, grommunio, horde or other."`
	URL          string   `toml:"url" doc:"Where it answers ActiveSync, such as https://mail.example.com/Microsoft-Server-ActiveSync."`
	CA           string   `toml:"ca" doc:"File with the certificate authorities (PEM) that may have signed its certificate. Empty: those of the system."`
	ServerName   string   `toml:"server_name" doc:"Name its certificate has to carry, where that is not the host of the URL."`
	Host         string   `toml:"host" doc:"Host header sent to it. Empty: the name the phone asked for."`
	Autodiscover string   `toml:"autodiscover" doc:"Where autodiscover requests of other kinds than mobile mail are passed on to, such as https://mail.example.com/autodiscover/autodiscover.xml. Empty: they are told that there is no such service."`
	Realm        string   `toml:"realm" doc:"Where its accounts live. Two servers with one realm serve the same accounts. Empty: its name."`
	Domains      []string `toml:"domains" doc:"Mail domains and NetBIOS domains of its accounts: they choose the server, and all spellings of an account are one."`
	Users        []string `toml:"users" doc:"Accounts it serves whatever their domain."`
	Default      bool     `toml:"default" doc:"It serves the accounts that no other server claims."`
}

// Default gives the configuration that an empty file means, without what depends on the data directory.
func Default() Config {
	return Config{
		Data: "/var/lib/vedette",
		Log:  Log{Level: "info", Format: "text"},
		Console: Console{
			Listen:         "127.0.0.1:8443",
			SessionIdle:    Duration(30 * time.Minute),
			SessionMaximum: Duration(12 * time.Hour),
		},
		Gateway: Gateway{
			Name:         "gateway",
			Listen:       ":443",
			StatusListen: "127.0.0.1:9090",
			SpoolMax:     256 << 20,
			MaxConns:     100_000,
			MaxConnsEach: 1 << 14,
			Storm:        Storm{Rate: 100, Burst: 200},
			Shield: Shield{Remember: Duration(5 * time.Minute), WrongPasswords: 5, WrongElsewhere: 8, WrongAccounts: 50,
				Window: Duration(10 * time.Minute), NewDevices: 20},
		},
	}
}

// derive fills in what follows from other settings.
func (c *Config) derive() {
	if c.Console.Database == "" {
		c.Console.Database = "sqlite:" + filepath.Join(c.Data, "console.db")
	}
	if c.Console.SealKey == "" {
		c.Console.SealKey = filepath.Join(c.Data, "seal.key")
	}
	for i := range c.Backends {
		if c.Backends[i].Realm == "" {
			c.Backends[i].Realm = c.Backends[i].Name
		}
	}
	if len(c.Backends) == 1 {
		c.Backends[0].Default = true
	}
}
