// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Collector is a syslog server that takes messages over TLS [RFC 5425].
type Collector struct {
	Addr       string // host:port; 6514 is the port of syslog over TLS
	ServerName string // name its certificate carries; empty: the host of Addr
	CA         string // certificate authorities in PEM form; empty: those of the system
	Host       string // how this console calls itself in the messages
}

// Line is one line of the audit log as others get it. The field names of its JSON form are part of what the
// house promises.
type Line struct {
	ID      int64     `json:"id"`
	Time    time.Time `json:"time"`
	Actor   string    `json:"actor"`
	Addr    string    `json:"addr,omitempty"`
	Event   string    `json:"event"`
	Subject string    `json:"subject,omitempty"`
	Object  string    `json:"object,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	Number  int64     `json:"change,omitempty"`
	Refused bool      `json:"refused,omitempty"`
}

// SyslogTimeout is how long a batch may take, connecting and all.
const SyslogTimeout = 30 * time.Second

// closeWait is how long a collector has to read what was sent and hang up.
const closeWait = 10 * time.Second

// ErrNotConfirmed says that everything was sent and the collector took it without an error, but has not
// hung up afterwards, which would have said that it has read it all.
var ErrNotConfirmed = errors.New("courier: the collector did not hang up in time")

// SendSyslog sends lines over a connection of their own and sees them through: syslog has no receipt, but a
// collector that answers our end of the conversation with its own has read everything before it; one that
// lost something resets the connection.
func SendSyslog(ctx context.Context, c Collector, lines []Line) error {
	ctx, cancel := context.WithTimeout(ctx, SyslogTimeout)
	defer cancel()
	conn, err := dialCollector(ctx, c)
	if err != nil {
		return err
	}
	defer conn.Close() // what matters has been looked at by then
	var b bytes.Buffer
	for i := range lines {
		m := Message(&lines[i], c.Host)
		b.WriteString(strconv.Itoa(len(m)) + " " + m) // octet counting, [RFC 6587] 3.4.1
	}
	if _, err := conn.Write(b.Bytes()); err != nil {
		return explain("Sending", c.Addr, err)
	}
	if err := conn.CloseWrite(); err != nil {
		return explain("Sending", c.Addr, err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(closeWait)); err != nil {
		return explain("Sending", c.Addr, err)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(conn, 1<<16))
	var late net.Error
	switch {
	case err == nil, errors.Is(err, io.ErrUnexpectedEOF): // some end TCP without a word of TLS
		return nil
	case errors.As(err, &late) && late.Timeout():
		return ErrNotConfirmed
	}
	return explain("Sending", c.Addr, err)
}

// CheckCollector connects and hangs up: is it there, and is it who it should be.
func CheckCollector(ctx context.Context, c Collector) error {
	ctx, cancel := context.WithTimeout(ctx, SyslogTimeout)
	defer cancel()
	conn, err := dialCollector(ctx, c)
	if err != nil {
		return err
	}
	return conn.Close()
}

func dialCollector(ctx context.Context, c Collector) (*tls.Conn, error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return nil, &Trouble{Text: "The collector's address is written host:port, such as logs.example.com:6514."}
	}
	roots, err := Roots(c.CA)
	if err != nil {
		return nil, err
	}
	if c.ServerName != "" {
		host = c.ServerName
	}
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.Addr)
	if err != nil {
		return nil, explain("Connecting", c.Addr, err)
	}
	if end, ok := ctx.Deadline(); ok {
		if err := raw.SetDeadline(end); err != nil {
			return nil, errors.Join(err, raw.Close())
		}
	}
	conn := tls.Client(raw, &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12})
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, explain("Agreeing on TLS", c.Addr, err)
	}
	return conn, nil
}

// syslog's codes [RFC 5424] 6.2.1: facility 13, log audit; severity notice, or warning for what was refused.
const (
	facilityAudit   = 13
	severityWarning = 4
	severityNotice  = 5
)

// enterprise is the number under which our structured data stands: the one that [RFC 5612] keeps for
// examples, since the project has none of its own.
const enterprise = "vedette@32473"

// Message writes a line as [RFC 5424] has it: the fields as structured data, the sentence as the message.
// The id of a line is its own for ever: whoever gets one twice can tell.
func Message(l *Line, host string) string {
	severity := severityNotice
	if l.Refused {
		severity = severityWarning
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<%d>1 %s %s vedette - %s [%s", facilityAudit*8+severity, l.Time.UTC().Format("2006-01-02T15:04:05.000Z"),
		headerWord(host, 255), headerWord(l.Event, 32), enterprise)
	for _, f := range []struct{ name, value string }{{"id", strconv.FormatInt(l.ID, 10)}, {"actor", l.Actor}, {"addr", l.Addr},
		{"event", l.Event}, {"subject", l.Subject}, {"object", l.Object}, {"detail", l.Detail}} {
		if f.value != "" {
			fmt.Fprintf(&b, ` %s="%s"`, f.name, paramValue(f.value))
		}
	}
	if l.Number != 0 {
		fmt.Fprintf(&b, ` change="%d"`, l.Number)
	}
	if l.Refused {
		b.WriteString(` refused="true"`)
	}
	b.WriteString("] \xEF\xBB\xBF" + oneLine(l.Actor+": "+l.Event+" "+l.Subject))
	if l.Detail != "" {
		b.WriteString(" (" + oneLine(l.Detail) + ")")
	}
	return b.String()
}

// headerWord is a field of the header: printable, without spaces, never empty.
func headerWord(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '-'
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), n)]
}

// paramValue escapes what would end a value [RFC 5424] 6.3.3.
func paramValue(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`).Replace(oneLine(s))
}

// oneLine keeps a phone's words from becoming lines of their own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// AppendJSON adds lines to a file, one JSON object each, and has them on disk when it returns. The file is
// opened anew each time, so that it can be moved away at any moment.
func AppendJSON(path string, lines []Line) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return explain("Opening the file", path, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var b bytes.Buffer
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return explain("Opening the file", path, err)
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, end-1); end > 0 && err == nil && last[0] != '\n' {
		b.WriteByte('\n') // half a line of a writer that was cut off; it comes again below, whole
	}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for i := range lines {
		if err := enc.Encode(&lines[i]); err != nil {
			return fmt.Errorf("courier: %w", err)
		}
	}
	if _, err := f.Write(b.Bytes()); err != nil {
		return explain("Writing the file", path, err)
	}
	return explain("Writing the file", path, f.Sync())
}
