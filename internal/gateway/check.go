// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Finding is one thing CheckBackend found out, as a sentence for a person, with what to do about it.
type Finding struct {
	Topic  string // "connection", "certificate", "log-in", …
	OK     bool
	Text   string
	Advice string // empty when there is nothing to do
}

// checker collects findings.
type checker struct {
	s    *server
	list []Finding
}

func (c *checker) good(topic, text string) {
	c.list = append(c.list, Finding{Topic: topic, OK: true, Text: text})
}
func (c *checker) bad(topic, text, advice string) {
	c.list = append(c.list, Finding{Topic: topic, Text: text, Advice: advice})
}

// CheckBackend tries a mail server the way the gateway will use it, and explains what it finds:
// connection and certificate chain, log-in schemes, whether OPTIONS checks passwords, versions and
// commands, whether it provisions. Without user only what a stranger sees is tried. The only thing it
// leaves behind is a device named VEDETTECHECK on servers that list devices.
func CheckBackend(ctx context.Context, b Backend, user, password string) []Finding {
	s, err := newServer(b)
	if err != nil {
		return []Finding{{Topic: "configuration", Text: err.Error(), Advice: "Correct the backend's entry in the configuration file."}}
	}
	c := &checker{s: s}
	if !c.connection(ctx) || !c.stranger(ctx) {
		return c.list
	}
	if user == "" {
		return c.list
	}
	c.account(ctx, user, password)
	return c.list
}

func (c *checker) connection(ctx context.Context) bool {
	began := time.Now()
	conn, err := c.s.dial(ctx)
	if err != nil {
		c.bad("connection", "The connection to "+c.s.addr+" fails: "+explain(err)+".", c.adviceFor(err))
		return false
	}
	defer conn.Close()
	took := time.Since(began)
	if took > time.Second {
		c.bad("connection", "The connection to "+c.s.addr+" takes "+took.Round(10*time.Millisecond).String()+".",
			"Look at name resolution and the network between gateway and mail server: every phone waits for it.")
	} else {
		c.good("connection", "The connection to "+c.s.addr+" stands after "+took.Round(time.Millisecond).String()+".")
	}
	t, ok := conn.Conn.(*tls.Conn)
	if !ok {
		c.bad("certificate", "The connection is not encrypted: passwords cross the network in the clear.",
			"Use https in the backend's url, unless both run on the same machine.")
		return true
	}
	state := t.ConnectionState()
	leaf := state.PeerCertificates[0]
	if left := time.Until(leaf.NotAfter); left < 21*24*time.Hour {
		c.bad("certificate", "Its certificate ends on "+leaf.NotAfter.UTC().Format(time.DateOnly)+".", "Renew it at the mail server.")
	} else {
		c.good("certificate", "Its certificate is trusted, for "+strings.Join(leaf.DNSNames, ", ")+", until "+leaf.NotAfter.UTC().Format(time.DateOnly)+
			" ("+tls.VersionName(state.Version)+").")
	}
	return true
}

func (c *checker) adviceFor(err error) string {
	switch text := explain(err); {
	case strings.Contains(text, "authority"):
		return "Set ca to the file of the authority that signed its certificate."
	case strings.Contains(text, "not valid"):
		return "Renew it at the mail server, and look whether the clocks of both machines are right."
	case strings.Contains(text, "TLS"):
		return "Use http in url if it speaks no TLS on this port, or the port on which it does."
	case strings.Contains(text, "another name"):
		return "Set server_name to the name in its certificate, or use that name in url."
	case strings.Contains(text, "refuses"):
		return "Check host and port in url, and that the mail server runs."
	case strings.Contains(text, "resolved"):
		return "Check the name in url."
	}
	return "Check host, port and scheme in url, and firewalls between gateway and mail server."
}

// stranger looks at what the server says without credentials, and to a wrong password.
func (c *checker) stranger(ctx context.Context) bool {
	resp, err := c.s.ask(ctx, probe{method: http.MethodOptions}, time.Now)
	if err != nil {
		c.bad("service", "It does not answer OPTIONS: "+explain(err)+".", "Check that url leads to its ActiveSync service.")
		return false
	}
	lines := resp.header["Www-Authenticate"]
	switch {
	case resp.status == http.StatusNotFound:
		c.bad("service", "There is no ActiveSync service at "+c.s.path+".", "Check the path in url; SOGo needs /SOGo/Microsoft-Server-ActiveSync.")
		return false
	case resp.status == http.StatusUnauthorized:
		c.schemes(lines)
	case resp.status >= 200 && resp.status < 300:
		c.good("log-in", "It answers OPTIONS without credentials.")
	case resp.status >= 300 && resp.status < 400:
		c.bad("service", "It redirects to another address.", "Use the address it redirects to, if that is the ActiveSync service, in url.")
		return false
	default:
		c.bad("service", "It answers OPTIONS with HTTP status "+itoa(resp.status)+".", "Look into the mail server's log.")
		return false
	}
	resp, err = c.s.ask(ctx, probe{method: http.MethodOptions, header: http.Header{"Authorization": {strangerCredentials()}}}, time.Now)
	switch {
	case err != nil:
		c.bad("log-in", "It does not answer an OPTIONS with a wrong password: "+explain(err)+".", "Look into the mail server's log.")
	case resp.status == http.StatusUnauthorized:
		c.good("log-in", "It refuses a wrong password already at OPTIONS, so credentials can be checked without side effects.")
	case resp.status < 300:
		c.bad("log-in", "It answers OPTIONS to a wrong password, so credentials of refused phones are checked with a FolderSync.",
			"Nothing has to be done; a server that checks OPTIONS spares the FolderSync.")
	default:
		c.bad("log-in", "It answers a wrong password with HTTP status "+itoa(resp.status)+" instead of 401.",
			"Phones will not ask for the password again; look whether something stands before the mail server.")
	}
	return true
}

func (c *checker) schemes(lines []string) {
	var names []string
	for _, l := range lines {
		for _, ch := range splitChallenges(l) {
			word, _, _ := strings.Cut(ch, " ")
			names = append(names, word)
		}
	}
	has := func(n string) bool {
		return slices.ContainsFunc(names, func(s string) bool { return strings.EqualFold(s, n) })
	}
	switch {
	case has("Basic") || has("Bearer"):
		c.good("log-in", "It offers "+strings.Join(names, ", ")+". NTLM and Negotiate are kept from phones: they cannot pass a gateway.")
	case len(names) == 0:
		c.bad("log-in", "It asks for credentials without saying how.", "Turn Basic authentication on for its ActiveSync service.")
	default:
		c.bad("log-in", "It offers only "+strings.Join(names, ", ")+", which are bound to a connection and cannot pass a gateway.",
			"Turn Basic authentication on for its ActiveSync service; the connection to it should then be https.")
	}
}

// account tries a real account: log-in, versions, commands, provisioning.
func (c *checker) account(ctx context.Context, user, password string) {
	auth := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	resp, err := c.s.ask(ctx, probe{method: http.MethodOptions, header: http.Header{"Authorization": {auth}}}, time.Now)
	switch {
	case err != nil:
		c.bad("account", "OPTIONS with the account fails: "+explain(err)+".", "Look into the mail server's log.")
		return
	case resp.status == http.StatusUnauthorized:
		c.bad("account", "It refuses the account or its password.", "Try the same name and password at the mail server's own pages; try DOMAIN\\user and user@domain.")
		return
	case resp.status == http.StatusForbidden:
		c.bad("account", "The account may log in, but not use ActiveSync.", "Turn ActiveSync on for it at the mail server.")
		return
	case resp.status != http.StatusOK:
		c.bad("account", "OPTIONS with the account gives HTTP status "+itoa(resp.status)+".", "Look into the mail server's log.")
		return
	}
	c.good("account", "The account can log in.")
	c.abilities(resp.header)
	c.folderSync(ctx, user, auth)
	c.provision(ctx, user, auth)
}

func (c *checker) abilities(h http.Header) {
	versions, commands := h.Get(eas.HeaderProtocolVersions), h.Get(eas.HeaderProtocolCommands)
	if versions == "" {
		c.bad("versions", "It does not say which protocol versions it speaks.", "Check that url leads to its ActiveSync service, not to a page before it.")
		return
	}
	c.good("versions", "It speaks versions "+versions+".")
	if !slices.ContainsFunc(strings.Split(commands, ","), func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "Provision") }) {
		c.bad("commands", "It does not list Provision: it has no policies of its own.", "Nothing has to be done.")
	} else {
		c.good("commands", "It lists "+itoa(len(strings.Split(commands, ",")))+" commands, Provision among them.")
	}
}

// post sends a command as the device VEDETTECHECK.
func (c *checker) post(ctx context.Context, user, auth string, cmd eas.Command, body []byte) (*probeAnswer, error) {
	q := "Cmd=" + cmd.String() + "&User=" + url.QueryEscape(user) + "&DeviceId=VEDETTECHECK&DeviceType=VedetteCheck"
	return c.s.ask(ctx, probe{method: http.MethodPost, query: q, body: body, header: http.Header{"Authorization": {auth},
		"Content-Type": {eas.TypeWBXML}, "Ms-Asprotocolversion": {"14.1"}, "X-Ms-Policykey": {"0"}, "User-Agent": {"VedetteCheck/1"}}}, time.Now)
}

func (c *checker) folderSync(ctx context.Context, user, auth string) {
	began := time.Now()
	resp, err := c.post(ctx, user, auth, eas.FolderSync, []byte(firstFolderSync))
	switch {
	case err != nil:
		c.bad("time-outs", "FolderSync fails: "+explain(err)+".", "Look into the mail server's log.")
	case time.Since(began) > 5*time.Second:
		c.bad("time-outs", "FolderSync took "+time.Since(began).Round(100*time.Millisecond).String()+".", "Some phones give up after 30 s; look at the mail server's load.")
	case resp.status == http.StatusOK || resp.status == 449:
		c.good("time-outs", "FolderSync was answered after "+time.Since(began).Round(time.Millisecond).String()+
			". The gateway lets requests wait for up to an hour; whatever stands between must do so too.")
	default:
		c.bad("folders", "FolderSync gives HTTP status "+itoa(resp.status)+".", "Look into the mail server's log.")
	}
}

// provision asks for a policy and says how the server goes about it.
func (c *checker) provision(ctx context.Context, user, auth string) {
	body := wbxml.Marshal(wbxml.Elem(wbxml.ProvisionProvision,
		wbxml.Elem(wbxml.SettingsDeviceInformation, wbxml.Elem(wbxml.SettingsSet, wbxml.Text(wbxml.SettingsModel, "Vedette check"))),
		wbxml.Elem(wbxml.ProvisionPolicies, wbxml.Elem(wbxml.ProvisionPolicy,
			wbxml.Text(wbxml.ProvisionPolicyType, "MS-EAS-Provisioning-WBXML")))))
	resp, err := c.post(ctx, user, auth, eas.Provision, body)
	if err != nil || resp.status != http.StatusOK {
		c.bad("provisioning", "It does not answer Provision.", "Phones that insist on a policy will not finish their set-up; the gateway does not provision by itself yet.")
		return
	}
	doc, err := wbxml.Parse(resp.body, infoLimits)
	if err != nil {
		c.bad("provisioning", "Its answer to Provision cannot be read.", "Look whether something changes answers between gateway and mail server.")
		return
	}
	policy := doc.Find(wbxml.ProvisionPolicies, wbxml.ProvisionPolicy)
	switch {
	case policy.Child(wbxml.ProvisionData) != nil:
		c.good("provisioning", "It hands out a policy of its own.")
	case policy.Child(wbxml.ProvisionStatus).Value() == "2":
		c.good("provisioning", "It answers Provision with \"no policy\".")
	default:
		c.good("provisioning", "It answers Provision without a policy.")
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
