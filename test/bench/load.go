// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// syncBody and pingBody are about 100 bytes of WBXML: a Sync of one collection, a Ping of one folder.
var (
	syncBody = "\x03\x01\x6a\x00\x45\x5c\x4f\x4b\x03" + strings.Repeat("7", 64) + "\x00\x01\x52\x035\x00\x01\x13\x55\x0325\x00\x01\x01\x01\x01"
	pingBody = "\x03\x01\x6a\x00\x00\x0d\x45\x48\x033540\x00\x01\x49\x4a\x4b\x035\x00\x01\x4c\x03Email\x00\x01\x01\x01\x01"
)

// request is one phone's request as bytes: twelve headers like an iPhone's.
func request(cmd, body string, i int) []byte {
	auth := base64.StdEncoding.EncodeToString([]byte(userName(i) + ":secret" + strconv.Itoa(i)))
	return fmt.Appendf(nil, "POST /Microsoft-Server-ActiveSync?Cmd=%s&User=%s&DeviceId=%s&DeviceType=iPhone HTTP/1.1\r\n"+
		"Host: mail.bench.example\r\nContent-Type: application/vnd.ms-sync.wbxml\r\nMS-ASProtocolVersion: 16.1\r\n"+
		"X-MS-PolicyKey: 3942919513\r\nAuthorization: Basic %s\r\nUser-Agent: Apple-iPhone14C5/2001.362\r\n"+
		"Accept: */*\r\nAccept-Language: en-gb\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n"+
		"Cookie: X-BackEndCookie=none\r\nContent-Length: %d\r\n\r\n%s",
		cmd, userName(i), deviceName(i), auth, len(body), body)
}

func dial(addr string) (net.Conn, error) { return dialWithin(addr, 10*time.Second) }

func dialWithin(addr string, limit time.Duration) (net.Conn, error) {
	d := &net.Dialer{Timeout: limit}
	return tls.DialWithDialer(d, "tcp", addr, &tls.Config{
		InsecureSkipVerify: true, MinVersion: tls.VersionTLS13, //nolint:gosec // loopback bench
	})
}

// result is what one run of short requests saw from the phones' side.
type result struct {
	requests, failed int
	took             time.Duration
	p50, p99         time.Duration
}

// short sends n short requests over conns kept-alive connections, each as fast as it is answered, or
// paced to rate requests per second in all when rate is not 0.
func short(addr string, conns, n, rate int) (result, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var res result
	var firstErr error
	var all []time.Duration
	begin := time.Now()
	for c := range conns {
		wg.Go(func() {
			times, failed, err := phone(addr, c, n/conns, rate, conns, begin)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, times...)
			res.failed += failed
			if err != nil && firstErr == nil {
				firstErr = err
			}
		})
	}
	wg.Wait()
	res.took, res.requests = time.Since(begin), len(all)
	slices.Sort(all)
	if len(all) > 0 {
		res.p50, res.p99 = all[len(all)/2], all[len(all)*99/100]
	}
	return res, firstErr
}

func phone(addr string, c, n, rate, conns int, begin time.Time) (times []time.Duration, failed int, err error) {
	conn, err := dial(addr)
	if err != nil {
		return nil, n, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 4096)
	req := request("Sync", syncBody, c*997%records)
	times = make([]time.Duration, 0, n)
	for i := range n {
		if rate > 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(i*conns+c) * time.Second / time.Duration(rate))))
		}
		t := time.Now()
		if _, err = conn.Write(req); err != nil {
			return times, failed, err
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return times, failed, err
		}
		n, err := io.Copy(io.Discard, resp.Body)
		if err != nil {
			return times, failed, err
		}
		if resp.StatusCode != http.StatusOK || n < answerSize { // a refusal may be a short 200
			failed++
		}
		times = append(times, time.Since(t))
	}
	return times, failed, nil
}

// park opens n connections and sends one Ping on each.
func park(addr string, n int) ([]net.Conn, error) {
	conns := make([]net.Conn, n)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	for w := range 16 {
		wg.Go(func() {
			for i := w; i < n; i += 16 {
				c, err := dial(addr)
				if err == nil {
					_, err = c.Write(request("Ping", pingBody, i))
					conns[i] = c
				}
				if err != nil {
					mu.Lock()
					first = err
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	return conns, first
}
