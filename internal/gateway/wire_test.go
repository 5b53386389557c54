// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// wire is a mail server under the test's own hand: every connection is given to serve, byte by byte.
type wire struct {
	t     *testing.T
	addr  string
	mu    sync.Mutex
	conns int
}

// newWire serves each connection with serve, which gets its number, from 1 on.
func newWire(t *testing.T, serve func(n int, c net.Conn, br *bufio.Reader)) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, addr: l.Addr().String()}
	var group sync.WaitGroup
	var open sync.Map
	group.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.mu.Lock()
			w.conns++
			n := w.conns
			w.mu.Unlock()
			open.Store(c, true)
			group.Go(func() {
				defer c.Close()
				serve(n, c, bufio.NewReader(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
		group.Wait()
	})
	return w
}

// behind puts a gateway before the wire.
func (w *wire) behind(options ...option) *world {
	w.t.Helper()
	return newWorld(w.t, append([]option{func(s *setting) {
		s.plain = true
		s.gateway.Backends = []gateway.Backend{{Name: "mail", Realm: "lab", Default: true, Domains: []string{"lab.example", "LAB"},
			URL: "http://" + w.addr + eas.Path}}
	}}, options...)...)
}

// request reads one request with its body.
func request(br *bufio.Reader) (*http.Request, []byte, error) {
	r, err := http.ReadRequest(br)
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(r.Body)
	return r, b, err
}

func basic(user string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+user+"pw"))
}

// post is a request of bob's phone as text.
func post(command, extra string, body string) string {
	return fmt.Sprintf("POST %s?Cmd=%s&User=bob&DeviceId=PHONEBOB&DeviceType=iPhone HTTP/1.1\r\nHost: mail.lab.example\r\n"+
		"Authorization: %s\r\nMS-ASProtocolVersion: 14.1\r\nContent-Type: application/vnd.ms-sync.wbxml\r\n%sContent-Length: %d\r\n\r\n%s",
		eas.Path, command, basic("bob"), extra, len(body), body)
}

const folderSync = "\x03\x01\x6a\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01"
const pingBody = "\x03\x01\x6a\x00\x00\x0d\x45\x48\x03\x33\x30\x30\x30\x00\x01\x01"

// say writes a request to the gateway and reads the answer as it is.
func (w *world) say(c net.Conn, raw string) (*http.Response, []byte) {
	w.t.Helper()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, raw); err != nil {
		w.t.Fatal(err)
	}
	return w.hear(bufio.NewReader(c))
}

func (w *world) hear(br *bufio.Reader) (*http.Response, []byte) {
	w.t.Helper()
	resp, err := http.ReadResponse(br, nil)
	for err == nil && resp.StatusCode == 100 {
		resp, err = http.ReadResponse(br, nil)
	}
	if err != nil {
		w.t.Fatalf("no answer: %v", err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatalf("answer broke off: %v", err)
	}
	return resp, b
}

// TestFramingOfSmallAnswersIsKept: an empty 200 keeps its length and gets no type; a chunked answer
// stays chunked; a type is never guessed.
func TestFramingOfSmallAnswersIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		answer  string
		length  int64
		chunked bool
		typ     string
	}{
		"empty with length":     {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, false, ""},
		"empty with type":       {"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.ms-sync.wbxml\r\nContent-Length: 0\r\n\r\n", 0, false, eas.TypeWBXML},
		"body without type":     {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 6, false, ""},
		"chunked":               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", -1, true, ""},
		"chunked and empty":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", -1, true, ""},
		"up to the end":         {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", -1, true, ""},
		"after a 100 Continue":  {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 2, false, ""},
		"449 with its own body": {"HTTP/1.1 449 Retry after sending a PROVISION command\r\nContent-Length: 2\r\n\r\nxy", 2, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, parked := range []bool{false, true} {
				m := newWire(t, func(_ int, conn net.Conn, br *bufio.Reader) {
					if _, _, err := request(br); err != nil {
						return
					}
					if parked {
						time.Sleep(150 * time.Millisecond) // longer than a request waits unparked
					}
					io.WriteString(conn, c.answer)
				})
				w := m.behind()
				resp, _ := w.say(w.dial(), post("Ping", "", pingBody))
				if resp.ContentLength != c.length || (len(resp.TransferEncoding) == 1) != c.chunked || resp.Header.Get("Content-Type") != c.typ {
					t.Errorf("parked %v: length %d, chunked %v, type %q", parked, resp.ContentLength, resp.TransferEncoding, resp.Header.Get("Content-Type"))
				}
				if resp.Header.Get("Date") == "" {
					t.Errorf("parked %v: no Date", parked)
				}
			}
		})
	}
}

func TestRequestsReachTheMailServerByteForByte(t *testing.T) {
	var mu sync.Mutex
	var heads []string
	var bodies []string
	m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		var head strings.Builder
		for {
			line, err := br.ReadString('\n')
			if err != nil {
				return
			}
			head.WriteString(line)
			if line == "\r\n" {
				break
			}
		}
		r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(strings.NewReader(head.String()), br)))
		if err != nil {
			return
		}
		raw := make([]byte, max(0, int(r.ContentLength)))
		if r.ContentLength < 0 {
			raw, _ = io.ReadAll(r.Body)
		} else {
			io.ReadFull(br, raw)
		}
		mu.Lock()
		heads, bodies = append(heads, head.String()), append(bodies, string(raw))
		mu.Unlock()
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-DiagInfo: MBX1\r\nConnection: close\r\n\r\n")
	})
	w := m.behind()
	query := "Cmd=FolderSync&User=LAB%5cbob&DeviceId=PHONEBOB&DeviceType=iPhone&X=%3a+%2B"
	resp, _ := w.say(w.dial(), "POST /microsoft-server-activesync/default.eas?"+query+" HTTP/1.1\r\nHost: mail.lab.example\r\nAuthorization: "+basic("bob")+
		"\r\nMS-ASProtocolVersion: 14.1\r\nAccept-Encoding: gzip, br\r\nConnection: keep-alive, X-Secret, Authorization\r\nX-Secret: 1\r\n"+
		"Keep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Authorization: Basic eDp5\r\nX-Forwarded-For: 9.9.9.9\r\nX-WebObjects-Remote-User: alice\r\n"+
		"X_Forwarded_For: 8.8.8.8\r\nX-HTTP-Method-Override: PUT\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n"+folderSync+"\r\n0\r\n\r\n")
	mu.Lock()
	head, body := heads[0], bodies[0]
	mu.Unlock()
	for _, want := range []string{"POST /Microsoft-Server-ActiveSync?" + query + " HTTP/1.1\r\n", "Host: mail.lab.example\r\n",
		"Authorization: " + basic("bob") + "\r\n", "Accept-Encoding: gzip, br\r\n", "X-Forwarded-For: 127.0.0.1\r\n",
		"Transfer-Encoding: chunked\r\n"} {
		if !strings.Contains(head, want) {
			t.Errorf("the mail server did not get %q:\n%s", want, head)
		}
	}
	for _, never := range []string{"X-Secret", "Keep-Alive", "TE:", "Te:", "Proxy-", "9.9.9.9", "8.8.8.8", "Webobjects", "WebObjects", "Override", "Expect", "Connection"} {
		if strings.Contains(head, never) {
			t.Errorf("the mail server got %q:\n%s", never, head)
		}
	}
	if body != folderSync {
		t.Errorf("body %q", body)
	}
	if resp.Header.Get("X-DiagInfo") != "MBX1" {
		t.Errorf("header of the answer: %v", resp.Header)
	}
	if resp.Close {
		t.Error("the mail server's Connection: close closed the phone's side")
	}
}

func TestChallengesThatBindAConnectionAreTakenOut(t *testing.T) {
	for name, c := range map[string]struct{ lines, want []string }{
		"own lines":    {[]string{"NTLM", "Negotiate", `Basic realm="x"`}, []string{`Basic realm="x"`}},
		"one line":     {[]string{`Negotiate, NTLM, Basic realm="a, b", Bearer authorization_uri="u", scope="s"`}, []string{`Basic realm="a, b", Bearer authorization_uri="u", scope="s"`}},
		"only bound":   {[]string{"NTLM", "Negotiate oYG2"}, []string{`Basic realm="lab"`}},
		"nothing lost": {[]string{`Bearer client_id="1", trusted_issuers="*"`}, []string{`Bearer client_id="1", trusted_issuers="*"`}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newWire(t, func(_ int, conn net.Conn, br *bufio.Reader) {
				if _, _, err := request(br); err == nil {
					io.WriteString(conn, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "+strings.Join(c.lines, "\r\nWWW-Authenticate: ")+"\r\nContent-Length: 0\r\n\r\n")
				}
			})
			w := m.behind()
			resp, _ := w.say(w.dial(), post("FolderSync", "", folderSync))
			if got := resp.Header["Www-Authenticate"]; strings.Join(got, "|") != strings.Join(c.want, "|") || resp.StatusCode != 401 {
				t.Errorf("%d %q, want %q", resp.StatusCode, got, c.want)
			}
		})
	}
}

func TestBoundCredentialsAreNeverForwarded(t *testing.T) {
	m := newWire(t, func(_ int, conn net.Conn, br *bufio.Reader) {
		if r, _, err := request(br); err == nil {
			t.Errorf("the mail server got %q", r.Header.Get("Authorization"))
		}
	})
	w := m.behind()
	for _, a := range []string{"NTLM TlRMTVNTUAAB", "Negotiate oYG2", "Digest username=bob"} {
		resp, _ := w.say(w.dial(), strings.Replace(post("FolderSync", "", folderSync), basic("bob"), a, 1))
		if resp.StatusCode != 401 || resp.Header.Get("Www-Authenticate") == "" {
			t.Errorf("%s: %d", a, resp.StatusCode)
		}
	}
}

// TestAReusedConnectionNeverFailsARequest: the mail server closes each connection after its first
// answer without saying so. A safe command is sent once more; others never see the old connection.
func TestAReusedConnectionNeverFailsARequest(t *testing.T) {
	for _, command := range []struct{ name, body string }{
		{"FolderSync", folderSync},
		{"SendMail", "From: bob\r\n\r\nhello"},
		{"MoveItems", "\x03\x01\x6a\x00\x00\x05\x45\x01"},
	} {
		t.Run(command.name, func(t *testing.T) {
			var mu sync.Mutex
			got := 0
			m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
				if _, _, err := request(br); err != nil {
					return
				}
				mu.Lock()
				got++
				mu.Unlock()
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				// The next request is read and dropped: what a server does that has just decided to close.
				br.ReadByte()
			})
			w := m.behind()
			c := w.dial()
			br := bufio.NewReader(c)
			for i := range 4 {
				io.WriteString(c, post(command.name, "", command.body))
				if resp, _ := w.hear(br); resp.StatusCode != 200 {
					t.Fatalf("request %d: %d", i, resp.StatusCode)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if got != 4 {
				t.Errorf("the mail server ran it %d times, want 4", got)
			}
		})
	}
}

func TestAMailServerInTroubleGetsAClearAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		serve func(c net.Conn)
		want  int
	}{
		"hangs up at once":   {func(net.Conn) {}, 503},
		"garbage":            {func(c net.Conn) { io.WriteString(c, "\x16\x03\x01 what?\r\n\r\n") }, 503},
		"garbage status":     {func(c net.Conn) { io.WriteString(c, "HTTP/1.1 042 Odd\r\nContent-Length: 0\r\n\r\n") }, 503},
		"switches protocols": {func(c net.Conn) { io.WriteString(c, "HTTP/1.1 101 Up\r\nUpgrade: x\r\n\r\n") }, 503},
		"two lengths": {func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc")
		}, 503},
		"head cut": {func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nConte") }, 503},
		"head without end": {func(c net.Conn) {
			for range 100 {
				if _, err := io.WriteString(c, "X: "+strings.Repeat("y", 8000)+"\r\n"); err != nil {
					return
				}
			}
		}, 503},
		"throttles": {func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 503 Busy\r\nRetry-After: 77\r\nX-MS-ASThrottle: CommandFrequency\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}, 503},
		"error page": {func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 500 No\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>x")
		}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			m := newWire(t, func(_ int, conn net.Conn, br *bufio.Reader) {
				if _, _, err := request(br); err == nil {
					c.serve(conn)
				}
			})
			w := m.behind()
			resp, body := w.say(w.dial(), post("SendMail", "", "From: bob\r\n\r\nhello"))
			if resp.StatusCode != c.want {
				t.Errorf("status %d, want %d: %x", resp.StatusCode, c.want, body)
			}
			if resp.StatusCode == 503 && (resp.Header.Get("Retry-After") == "" || len(body) != 0) {
				t.Errorf("Retry-After %q, body %q", resp.Header.Get("Retry-After"), body)
			}
			if name == "throttles" && (resp.Header.Get("Retry-After") != "77" || resp.Header.Get("X-Ms-Asthrottle") != "CommandFrequency") {
				t.Errorf("throttling not passed on: %v", resp.Header)
			}
		})
	}
}

func TestAnAnswerThatBreaksOffIsNotTakenForWhole(t *testing.T) {
	for name, answer := range map[string]string{
		"with length": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
		"chunked":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
	} {
		for _, parked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, parked %v", name, parked), func(t *testing.T) {
				m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
					if _, _, err := request(br); err == nil {
						if parked {
							time.Sleep(150 * time.Millisecond) // longer than a request waits unparked
						}
						io.WriteString(c, answer)
					}
				})
				w := m.behind()
				c := w.dial()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				io.WriteString(c, post("Ping", "", pingBody))
				resp, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					return // cut before the head: not whole either
				}
				if b, err := io.ReadAll(resp.Body); err == nil {
					t.Errorf("the phone took %q for a whole answer", b)
				}
			})
		}
	}
}

func TestAMailServerThatIsDownGives503(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	w := newWorld(t, func(s *setting) {
		s.plain = true
		s.gateway.Backends = []gateway.Backend{{Name: "mail", Default: true, URL: "http://" + addr}}
	})
	resp, _ := w.say(w.dial(), post("FolderSync", "", folderSync))
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}

// TestTheHundredContinueComesAfterTheVerdict: a refused upload is refused before it is sent.
func TestTheHundredContinueComesAfterTheVerdict(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.plain = true })
	w.apply(record("bob", "PHONEBOB", block("no")))
	head := strings.Replace(post("SendMail", "Expect: 100-continue\r\n", ""), "Content-Length: 0", "Content-Length: 100000000", 1)
	c := w.dial()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, head)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode == 100 {
		t.Fatalf("the gateway asked for the body of a refused request, or said nothing: %v %v", resp, err)
	}
	w.apply(access.Entry{Kind: access.EntryRecord, Key: "bob/PHONEBOB", Deleted: true})
	c = w.dial()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, strings.Replace(post("SendMail", "Expect: 100-continue\r\n", ""), "Content-Length: 0", "Content-Length: 10", 1))
	br := bufio.NewReader(c)
	line, err := br.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100") {
		t.Fatalf("first line %q, %v", line, err)
	}
}

var _ = snapshot.AwayAfter
