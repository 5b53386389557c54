// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// handheld is one phone that does as policies ask: its connection, which stays, and its policy key.
type handheld struct {
	i    int
	conn net.Conn
	in   *bufio.Reader
	body bytes.Buffer
	key  uint32
	sync []byte        // its Sync with that key
	wait time.Duration // that the last answer asked for
}

func newHandheld(addr string, i int) (*handheld, error) {
	conn, err := dialWithin(addr, time.Minute) // thousands come at once, and are patient
	if err != nil {
		return nil, err
	}
	h := &handheld{i: i, conn: conn, in: bufio.NewReaderSize(conn, 4096)}
	h.take(0)
	return h, nil
}

func (h *handheld) take(key uint32) {
	h.key = key
	h.sync = keyedRequest("Sync", syncBody, h.i, key)
}

// ask sends a request and reads the whole answer, which is in h.body until the next.
func (h *handheld) ask(request []byte) (code int, err error) {
	if _, err := h.conn.Write(request); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(h.in, nil)
	if err != nil {
		return 0, err
	}
	sec, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	h.wait = time.Duration(sec) * time.Second
	h.body.Reset()
	_, err = io.Copy(&h.body, resp.Body)
	return resp.StatusCode, err
}

// answered tells an answer of the mail server from what a gateway says by itself.
func (h *handheld) answered(code int) bool {
	return code == http.StatusOK && h.body.Len() >= answerSize
}

// told tells the answers that ask a phone to provision: by HTTP code, or by a short body with a status.
func (h *handheld) told(code int) bool {
	return code == 449 || code == http.StatusOK && h.body.Len() < answerSize
}

// provision is the conversation about a policy: it is asked for, and accepted.
func (h *handheld) provision() error {
	first := provision.Request{Type: provision.TypeWBXML, Device: &eas.DeviceInformation{Model: "iPhone14C5", OS: "iOS 26.0"}}
	r, err := h.round(first, 0)
	if err != nil {
		return err
	}
	temporary, ok := provision.KeyNumber(r.Policy.Key)
	if !ok {
		return errors.New("no temporary policy key")
	}
	r, err = h.round(provision.Request{Type: provision.TypeWBXML, Key: r.Policy.Key, Ack: provision.Applied}, temporary)
	if err != nil {
		return err
	}
	key, ok := provision.KeyNumber(r.Policy.Key)
	if !ok {
		return errors.New("no policy key")
	}
	h.take(key)
	return nil
}

func (h *handheld) round(r provision.Request, key uint32) (provision.Response, error) {
	body := string(wbxml.Marshal(r.Node(eas.V16_1)))
	code, err := h.ask(keyedRequest("Provision", body, h.i, key))
	for err == nil && code == http.StatusServiceUnavailable && h.wait > 0 { // its turn is later
		time.Sleep(h.wait)
		code, err = h.ask(keyedRequest("Provision", body, h.i, key))
	}
	if err != nil {
		return provision.Response{}, err
	}
	if code != http.StatusOK {
		return provision.Response{}, fmt.Errorf("a Provision is answered with %d", code)
	}
	doc, err := wbxml.Parse(h.body.Bytes(), wbxml.Limits{Size: 1 << 16, Nodes: 1000})
	if err != nil {
		return provision.Response{}, err
	}
	a, err := provision.ParseResponse(doc)
	if err == nil && (a.Policy == nil || a.Policy.Status != provision.PolicyOK) {
		err = fmt.Errorf("a Provision is answered with status %d and no policy", a.Status)
	}
	return a, err
}

// settle gets the phone to where the mail server answers it: it waits for its turn at the door, and provisions as
// often as it is told to.
func (h *handheld) settle() error {
	turns := 4 // one policy for us, one for a mail server that asks for more
	for turns > 0 {
		code, err := h.ask(h.sync)
		switch {
		case err != nil:
			return err
		case h.answered(code):
			return nil
		case code == http.StatusServiceUnavailable && h.wait > 0:
			time.Sleep(h.wait)
			continue
		case !h.told(code):
			return fmt.Errorf("a Sync is answered with %d", code)
		}
		turns--
		if err := h.provision(); err != nil {
			return err
		}
	}
	return errors.New("told to provision again and again")
}

// squad is phones that stay connected, so that their handshakes are in no figure.
type squad []*handheld

// settledSquad connects n phones and settles them.
func settledSquad(addr string, n int) (s squad, err error) {
	for c := range n {
		h, err := newHandheld(addr, c*997%records)
		if err != nil {
			return s, err
		}
		s = append(s, h)
		if err := h.settle(); err != nil {
			return s, fmt.Errorf("phone %s: %w", strconv.Itoa(h.i), err)
		}
	}
	return s, nil
}

func (s squad) close() {
	for _, h := range s {
		h.conn.Close()
	}
}

// short sends n short requests from all phones, each as fast as it is answered.
func (s squad) short(n int) (result, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var res result
	var first error
	var all []time.Duration
	begin := time.Now()
	for _, h := range s {
		wg.Go(func() {
			times := make([]time.Duration, 0, n/len(s))
			failed := 0
			var err error
			for range n / len(s) {
				t := time.Now()
				var code int
				if code, err = h.ask(h.sync); err != nil {
					break
				}
				if !h.answered(code) {
					failed++
				}
				times = append(times, time.Since(t))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, times...)
			res.failed += failed
			if err != nil && first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	res.took, res.requests = time.Since(begin), len(all)
	slices.Sort(all)
	if len(all) > 0 {
		res.p50, res.p99 = all[len(all)/2], all[len(all)*99/100]
	}
	return res, first
}
