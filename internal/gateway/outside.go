// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
)

// Door is one way to mail that CheckOutside has knocked at.
type Door struct {
	Name  string // "ActiveSync", "EWS", …
	At    string // path or port
	State DoorState
	Text  string // what it answered
	// Ours says that it is the way Vedette stands in front of: open, it is a way around.
	Ours bool
}

// DoorState says how a way to mail looks from where the check runs.
type DoorState int

// The states of a door.
const (
	DoorClosed  DoorState = iota
	DoorOpen              // somebody with the password gets in, or gets a form to type it into
	DoorUnclear           // something answers, and what is behind it does not show
)

// Outside is what CheckOutside knocks at: the mail server's own name, not that of the gateway.
type Outside struct {
	Host string // name or address, with a port where HTTPS is not on 443
	// Dial opens a connection; nil: the network does. Tests lead ports elsewhere.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	Wait time.Duration // for each answer; default 8 s
}

// CheckOutside asks a mail server, as a stranger from where the program runs, which ways to mail it
// offers: ActiveSync under the paths that servers have for it, Exchange's other services, webmail, IMAP and
// POP. It sends no credentials and changes nothing.
func CheckOutside(ctx context.Context, o Outside) []Door {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	set(&o.Wait, 8*time.Second)
	k := &knocker{Outside: o, client: &http.Client{
		Timeout:       o.Wait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		// Whether the certificate is good is not asked here, nothing secret is sent, and a mail server that
		// was only meant for the inside often has one that strangers do not trust.
		Transport: &http.Transport{DialContext: o.Dial, DisableKeepAlives: true, Proxy: nil,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
	defer k.client.CloseIdleConnections()
	var word [8]byte
	rand.Read(word[:])
	k.any = k.knock(ctx, http.MethodGet, "/"+hex.EncodeToString(word[:]))
	var out []Door
	for _, d := range httpDoors() {
		out = append(out, k.http(ctx, d))
	}
	for _, d := range mailDoors() {
		out = append(out, k.mail(ctx, d))
	}
	return out
}

type httpDoor struct {
	name, method, path string
	ours               bool
}

// httpDoors are the ways over HTTPS: ActiveSync where Exchange, grommunio and Z-Push have it [MS-ASHTTP]
// 2.2.1.1.1, where SOGo has it, Horde's script behind it; Exchange's other services; webmail.
func httpDoors() []httpDoor {
	return []httpDoor{
		{"ActiveSync", http.MethodOptions, eas.Path, true},
		{"ActiveSync of SOGo", http.MethodOptions, "/SOGo" + eas.Path, true},
		{"ActiveSync of Horde", http.MethodOptions, "/horde/rpc.php?Cmd=Options", true},
		{"Autodiscover", http.MethodPost, "/autodiscover/autodiscover.xml", false},
		{"EWS", http.MethodGet, "/EWS/Exchange.asmx", false},
		{"MAPI over HTTP", http.MethodGet, "/mapi/emsmdb/", false},
		{"Outlook Anywhere", http.MethodGet, "/rpc/rpcproxy.dll", false},
		{"Outlook on the web", http.MethodGet, "/owa/", false},
		{"remote PowerShell", http.MethodGet, "/PowerShell/", false},
		{"webmail of SOGo", http.MethodGet, "/SOGo/", false},
		{"webmail of Horde", http.MethodGet, "/horde/", false},
	}
}

type mailDoor struct {
	name, port, greeting string
	tls                  bool
}

func mailDoors() []mailDoor {
	return []mailDoor{{"IMAP", "143", "* ", false}, {"IMAP", "993", "* ", true}, {"POP", "110", "+OK", false}, {"POP", "995", "+OK", true}}
}

type knocker struct {
	Outside
	client *http.Client
	any    knocked // what it answers for a path that nobody has
}

type knocked struct {
	status  int
	sends   string // where it sends the caller on to
	asks    bool   // it asks for credentials
	speaks  bool   // it names versions of ActiveSync
	refused string // why there is no answer
}

func (k *knocker) knock(ctx context.Context, method, path string) knocked {
	r, err := http.NewRequestWithContext(ctx, method, "https://"+k.Host+path, nil)
	if err != nil {
		return knocked{refused: err.Error()}
	}
	resp, err := k.client.Do(r)
	if err != nil {
		return knocked{refused: explain(err)}
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return knocked{status: resp.StatusCode, sends: display(resp.Header.Get("Location"), 120), asks: resp.Header.Get("Www-Authenticate") != "",
		speaks: resp.Header.Get(eas.HeaderProtocolVersions) != "" || resp.Header.Get(eas.HeaderServer) != ""}
}

// http judges one answer. A server that says the same to a path that nobody has says nothing with it.
func (k *knocker) http(ctx context.Context, d httpDoor) Door {
	got := k.knock(ctx, d.method, d.path)
	out := Door{Name: d.name, At: d.path, Ours: d.ours}
	switch {
	case got.refused != "":
		out.Text = "no answer: " + got.refused
		return out
	case got.sends != "":
		out.Text = fmt.Sprintf("answers %d and sends on to %s", got.status, got.sends)
	default:
		out.Text = fmt.Sprintf("answers %d %s", got.status, strings.ToLower(http.StatusText(got.status)))
	}
	switch {
	case got.speaks:
		out.State, out.Text = DoorOpen, out.Text+", and names itself an ActiveSync server"
	case got.status == http.StatusNotFound || got.status == http.StatusForbidden || got.status == http.StatusGone:
	case got.status == k.any.status && got.asks == k.any.asks:
		out.State, out.Text = DoorUnclear, out.Text+", as it does to any path"
	case got.status >= 500 || got.status/100 == 3 && d.ours:
		out.State = DoorUnclear
	default:
		out.State = DoorOpen
	}
	return out
}

func (k *knocker) mail(ctx context.Context, d mailDoor) Door {
	out := Door{Name: d.name, At: "port " + d.port}
	host := k.Host
	if name, _, err := net.SplitHostPort(k.Host); err == nil {
		host = name
	}
	ctx, cancel := context.WithTimeout(ctx, k.Wait)
	defer cancel()
	conn, err := k.Dial(ctx, "tcp", net.JoinHostPort(strings.Trim(host, "[]"), d.port))
	if err != nil {
		out.Text = "no answer: " + explain(err)
		return out
	}
	defer conn.Close()
	if at, ok := ctx.Deadline(); ok {
		conn.SetDeadline(at)
	}
	if d.tls {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // see CheckOutside
	}
	line, err := bufio.NewReaderSize(conn, 512).ReadString('\n')
	switch {
	case strings.HasPrefix(line, d.greeting):
		out.State, out.Text = DoorOpen, "greets: "+display(strings.TrimSpace(line), 80)
	case err != nil && line == "":
		out.State, out.Text = DoorUnclear, "takes the connection and says nothing"
	default:
		out.State, out.Text = DoorUnclear, "takes the connection and says something else"
	}
	return out
}
