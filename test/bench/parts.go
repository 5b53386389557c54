// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// answerSize is how long the mail server's answer to a short request is. What proxies say by themselves is shorter.
const answerSize = 2048

// records is how many device names every peer that decides has to know.
const records = 100_000

func deviceName(i int) string { return fmt.Sprintf("BENCH%07d", i) }
func userName(i int) string   { return fmt.Sprintf("user%07d", i) }

// backend is the mail server of the bench: 2 KB for a short request, silence for a Ping.
func backend(addr, cert, key string) error {
	var parked atomic.Int64
	body := bytes.Repeat([]byte("vedette "), answerSize/8)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /parked", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, parked.Load()) })
	var seconds busiest
	mux.HandleFunc("GET /busiest", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, seconds.takeMost()) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		h := w.Header()
		h.Set("MS-Server-ActiveSync", "15.2")
		if r.Method == http.MethodOptions {
			if r.Header.Get("Authorization") == "" {
				h.Set("WWW-Authenticate", `Basic realm="bench"`)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			h.Set("MS-ASProtocolVersions", "14.0,14.1,16.0,16.1")
			h.Set("MS-ASProtocolCommands", "Sync,Ping,FolderSync")
			return
		}
		h.Set("Content-Type", "application/vnd.ms-sync.wbxml")
		if strings.Contains(r.URL.RawQuery, "Cmd=Ping") {
			parked.Add(1)
			defer parked.Add(-1)
			select {
			case <-r.Context().Done():
			case <-time.After(59 * time.Minute):
			}
			return
		}
		if r.Method == http.MethodPost {
			seconds.count(time.Now().Unix())
		}
		h.Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body)
	})
	srv := &http.Server{Addr: addr, Handler: mux, ErrorLog: log.New(io.Discard, "", 0), IdleTimeout: 10 * time.Minute}
	if cert != "" {
		return srv.ListenAndServeTLS(cert, key)
	}
	return srv.ListenAndServe()
}

// busiest is how many short requests came within the busiest second.
type busiest struct {
	mu     sync.Mutex
	second int64
	n      int
	most   int
}

func (b *busiest) count(second int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if second != b.second {
		b.second, b.n = second, 0
	}
	b.n++
	b.most = max(b.most, b.n)
}

// takeMost gives the number and begins anew.
func (b *busiest) takeMost() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	most := b.most
	b.most, b.n = 0, 0
	return most
}

// known is the set a deciding peer looks a device up in.
func known() map[string]struct{} {
	m := make(map[string]struct{}, records)
	for i := range records {
		m[deviceName(i)] = struct{}{}
	}
	return m
}

func deviceOf(rawQuery string) string {
	_, rest, _ := strings.Cut(rawQuery, "DeviceId=")
	id, _, _ := strings.Cut(rest, "&")
	return id
}

// policy is the service nginx asks with auth_request: a map look-up and nothing else.
func policy(addr string) error {
	m := known()
	return http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := m[deviceOf(r.Header.Get("X-Original-URI"))]; !ok {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
}

type buffers struct{ p sync.Pool }

func (b *buffers) Get() []byte  { return *b.p.Get().(*[]byte) }
func (b *buffers) Put(x []byte) { b.p.Put(&x) }

// reverseProxy is Go's own proxy set up for this traffic, with the same look-up in front.
func reverseProxy(addr, target, cert, key string) error {
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	m := known()
	rp := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u); r.SetXForwarded() },
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 10_000, IdleConnTimeout: 5 * time.Minute, DisableCompression: true,
			DialContext:     (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // loopback bench
		},
		BufferPool: &buffers{p: sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}},
		ErrorLog:   log.New(io.Discard, "", 0),
	}
	srv := &http.Server{Addr: addr, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, ok := m[deviceOf(r.URL.RawQuery)]; !ok {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			rp.ServeHTTP(w, r)
		}),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	return srv.ListenAndServeTLS(cert, key)
}
