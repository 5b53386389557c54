// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// pattern is n bytes that look like a mail and never repeat in step with a buffer.
func pattern(n int64) io.Reader {
	return io.LimitReader(io.MultiReader(strings.NewReader("From: bob@lab.example\r\n\r\n"), &counterReader{}), n)
}

// counterReader repeats a block whose length is a prime number.
type counterReader struct {
	block []byte
	at    int
}

func (c *counterReader) Read(b []byte) (int, error) {
	if c.block == nil {
		c.block = make([]byte, 262_139)
		n := uint32(0)
		for i := range c.block {
			n = n*1664525 + 1013904223
			c.block[i] = byte(n >> 24)
		}
	}
	n := copy(b, c.block[c.at:])
	c.at = (c.at + n) % len(c.block)
	return n, nil
}

func sumOf(r io.Reader) (string, int64, error) {
	h := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, r, make([]byte, 64<<10))
	return hex.EncodeToString(h.Sum(nil)), n, err
}

// peakHeap watches the heap while f runs.
func peakHeap(f func()) (grown uint64) {
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	var peak atomic.Uint64
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		t := time.NewTicker(20 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				runtime.ReadMemStats(&now)
				if now.HeapInuse > before.HeapInuse {
					peak.Store(max(peak.Load(), now.HeapInuse-before.HeapInuse))
				}
			}
		}
	}()
	f()
	close(done)
	<-watched
	return peak.Load()
}

// TestALargeMailStreamsThroughUntouched: 150 MB in both framings, and constant memory.
func TestALargeMailStreamsThroughUntouched(t *testing.T) {
	size := int64(150 << 20)
	if testing.Short() {
		size = 8 << 20
	}
	want, _, _ := sumOf(pattern(size))
	for name, declared := range map[string]int64{"with length": size, "chunked": -1} {
		t.Run(name, func(t *testing.T) {
			got := make(chan string, 1)
			w := newWorld(t, func(s *setting) {
				s.plain = true
				s.backend = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodOptions {
						return // the gateway asks about the credentials
					}
					sum, n, err := sumOf(r.Body)
					got <- fmt.Sprint(sum, " ", n, " ", r.ContentLength, " ", err)
					rw.Header().Set("Content-Length", "0")
				})
			})
			p := w.phone("bob")
			p.Version = eas.V12_1
			grown := peakHeap(func() {
				r, err := p.Do(timeout(t), easclient.Request{Command: eas.SendMail, Stream: pattern(size), Size: declared, ContentType: eas.TypeMail})
				if err != nil || r.HTTPStatus != 200 {
					t.Errorf("%+v %v", r, err)
				}
			})
			if g := <-got; g != fmt.Sprint(want, " ", size, " ", declared, " ", error(nil)) {
				t.Errorf("the mail server got %s", g)
			}
			if grown > 32<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
}

// TestALargeAttachmentStreamsThroughUntouched: 50 MB in both framings, parked first and not.
func TestALargeAttachmentStreamsThroughUntouched(t *testing.T) {
	const size = 50 << 20
	want, _, _ := sumOf(pattern(size))
	for _, chunked := range []bool{false, true} {
		for _, parked := range []bool{false, true} {
			t.Run(fmt.Sprintf("chunked %v, parked %v", chunked, parked), func(t *testing.T) {
				w := newWorld(t, func(s *setting) {
					s.plain = true
					s.backend = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
						if parked {
							time.Sleep(120 * time.Millisecond) // longer than a request waits unparked
						}
						rw.Header().Set("Content-Type", "application/pdf")
						if !chunked {
							rw.Header().Set("Content-Length", fmt.Sprint(size))
						}
						io.Copy(rw, pattern(size))
					})
				})
				p := w.phone("bob")
				p.Version = eas.V12_1
				var resp *http.Response
				grown := peakHeap(func() {
					var err error
					resp, err = p.Open(timeout(t), easclient.Request{Command: eas.GetAttachment})
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()
					if sum, n, err := sumOf(resp.Body); sum != want || n != size || err != nil {
						t.Errorf("%d bytes, %v", n, err)
					}
				})
				if resp.Header.Get("Content-Type") != "application/pdf" || (resp.ContentLength < 0) != chunked {
					t.Errorf("type %q, length %d", resp.Header.Get("Content-Type"), resp.ContentLength)
				}
				if grown > 32<<20 {
					t.Errorf("the heap grew by %d MB", grown>>20)
				}
			})
		}
	}
}

// TestAnAnswerIsPassedOnAsItComes: what the mail server has sent is not held back.
func TestAnAnswerIsPassedOnAsItComes(t *testing.T) {
	next := make(chan bool)
	w := newWorld(t, func(s *setting) {
		s.backend = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			io.WriteString(rw, "first")
			rw.(http.Flusher).Flush()
			<-next
			io.WriteString(rw, "second")
		})
	})
	p := w.phone("bob")
	resp, err := p.Open(timeout(t), easclient.Request{Command: eas.GetAttachment})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b := make([]byte, 5)
	if _, err := io.ReadFull(resp.Body, b); err != nil || string(b) != "first" {
		t.Fatalf("%q %v", b, err)
	}
	close(next)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "second" {
		t.Errorf("%q %v", rest, err)
	}
}

// TestAPhoneThatCutsItsUploadLeavesNothingBehind: the mail server sees the request end at once, and
// never a whole one.
func TestAPhoneThatCutsItsUploadLeavesNothingBehind(t *testing.T) {
	for _, framing := range []string{"Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"} {
		ended := make(chan error, 1)
		w := newWorld(t, func(s *setting) {
			s.plain = true
			s.backend = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodOptions {
					return // the gateway asks about the credentials
				}
				_, err := io.Copy(io.Discard, r.Body)
				ended <- err
			})
		})
		c := w.dial()
		head := strings.Replace(post("SendMail", "", ""), "Content-Length: 0\r\n", framing, 1)
		body := strings.Repeat("From: x\r\n", 10000)
		if strings.HasPrefix(framing, "T") {
			body = fmt.Sprintf("%x\r\n%s\r\n", len(body), body)
		}
		io.WriteString(c, head+body)
		time.AfterFunc(50*time.Millisecond, func() { c.Close() })
		select {
		case err := <-ended:
			if err == nil {
				t.Error("the mail server took half a mail for a whole one")
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the mail server's request goes on")
		}
	}
}

// TestAnEarlyRefusalOfAnUploadArrives: a server that does not want the body says so before its end.
func TestAnEarlyRefusalOfAnUploadArrives(t *testing.T) {
	m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		if r.Method == http.MethodOptions { // the gateway asks about the credentials
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		}
		io.CopyN(io.Discard, r.Body, 1000)
		io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		c.(*net.TCPConn).CloseWrite()
		io.CopyN(io.Discard, br, 1<<20)
	})
	w := m.behind()
	p := w.phone("bob")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c := w.dial()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	go func() {
		io.WriteString(c, strings.Replace(post("SendMail", "", ""), "Content-Length: 0", "Content-Length: 500000000", 1))
		io.Copy(c, pattern(500000000))
	}()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode != 413 {
		t.Fatalf("%v %v", resp, err)
	}
	if ctx.Err() != nil {
		t.Error("too slow")
	}
	_ = p
}
