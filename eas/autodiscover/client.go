// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client finds the ActiveSync endpoint of a mail address as a phone does. The zero value works.
type Client struct {
	// HTTP carries the requests; its Transport is the place to pin certificates or to send names to
	// other addresses. Redirects are followed here, not there. Nil means http.DefaultClient.
	HTTP *http.Client
	// LookupSRV has the form of net.Resolver.LookupSRV. Nil means net.DefaultResolver.
	LookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)

	User     string // name for Basic; empty means the mail address
	Password string
	Bearer   string // token; sent instead of Basic when set

	UserAgent string
	Timeout   time.Duration // of each single try; 0 means 10 seconds

	// Trust decides whether the credentials may go to a host that an unsigned source named: a redirect
	// over plain HTTP, or DNS. Nil trusts the mail domain and the hosts below it.
	Trust func(host string) bool
}

// Result is where the mailbox lives.
type Result struct {
	URL         string // of the ActiveSync endpoint
	Address     string // the address the answer is for; another one after a Redirect
	DisplayName string
	Servers     []Server // version 1 only; holds CertEnroll too
	Steps       []Step   // every try, the successful one last
}

// Step is one try on the way, for people who want to know why.
type Step struct {
	Method string // for example POST, GET, SRV
	Target string // URL or DNS name
	Err    error  // nil for the try that answered
}

// NotFoundError says that no try led to an endpoint, and what each of them met.
type NotFoundError struct {
	Address string
	Steps   []Step
}

func (e *NotFoundError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "autodiscover: nothing found for %q", e.Address)
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "; %s %s: %v", s.Method, s.Target, s.Err)
	}
	return b.String()
}

// Unwrap gives errors.Is and errors.As the causes of all tries.
func (e *NotFoundError) Unwrap() []error {
	var errs []error
	for _, s := range e.Steps {
		if s.Err != nil {
			errs = append(errs, s.Err)
		}
	}
	return errs
}

// HTTPError is an answer with a status that leads nowhere. 456 means the account is blocked, 457 that
// its password has expired: both end the search.
type HTTPError struct {
	Status int
	Header http.Header
}

func (e *HTTPError) Error() string { return "autodiscover: HTTP status " + strconv.Itoa(e.Status) }

// ErrUntrusted is met when an unsigned source names a host the credentials must not go to.
var ErrUntrusted = errors.New("autodiscover: redirect to a host that is not trusted")

// errRedirect carries the new address of a Redirect action up to Discover.
type errRedirect struct{ address string }

func (e errRedirect) Error() string { return "redirected to another mail address" }

// Discover asks, in the order clients keep: the mail domain, its autodiscover host, a redirect of that
// host over plain HTTP, the SRV record _autodiscover._tcp, and at last version 2 on both hosts. The
// first endpoint wins. A Redirect to another address starts over, three times at most. It returns
// ErrAddress, *NotFoundError, *HTTPError for 456 and 457, or the error of ctx.
func (c *Client) Discover(ctx context.Context, address string) (*Result, error) {
	var steps []Step
	for range 4 {
		_, domain, err := SplitAddress(address)
		if err != nil {
			return nil, err
		}
		s := &search{c: c, ctx: ctx, address: address, domain: domain, steps: steps}
		res, err := s.run()
		steps = s.steps
		var again errRedirect
		if errors.As(err, &again) {
			address = again.address
			continue
		}
		return res, err
	}
	return nil, &NotFoundError{Address: address, Steps: steps}
}

// search is the way of one address.
type search struct {
	c               *Client
	ctx             context.Context
	address, domain string
	steps           []Step
}

func (s *search) run() (*Result, error) {
	tries := []func() (*Result, error){
		func() (*Result, error) { return s.post(&url.URL{Scheme: "https", Host: s.domain, Path: pathXML}) },
		func() (*Result, error) {
			return s.post(&url.URL{Scheme: "https", Host: "autodiscover." + s.domain, Path: pathXML})
		},
		s.plainRedirect,
		s.srv,
		func() (*Result, error) { return s.json("autodiscover." + s.domain) },
		func() (*Result, error) { return s.json(s.domain) },
	}
	for _, try := range tries {
		res, err := try()
		if err == nil {
			res.Steps = s.steps
			return res, nil
		}
		if s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		var again errRedirect
		var he *HTTPError
		if errors.As(err, &again) || errors.As(err, &he) && (he.Status == 456 || he.Status == 457) {
			return nil, err
		}
	}
	return nil, &NotFoundError{Address: s.address, Steps: s.steps}
}

// post asks version 1 and follows redirects between https addresses: those are signed by a certificate
// the transport has accepted, so credentials may follow.
func (s *search) post(u *url.URL) (*Result, error) {
	for range MaxRedirects {
		next, res, err := s.postOnce(u)
		s.step(http.MethodPost, u.Redacted(), err)
		if err != nil || res != nil {
			return res, err
		}
		u = next
	}
	return nil, errors.New("autodiscover: too many redirects")
}

func (s *search) postOnce(u *url.URL) (*url.URL, *Result, error) {
	ctx, cancel := context.WithTimeout(s.ctx, orElseDuration(s.c.Timeout))
	defer cancel()
	body := Request{Address: s.address}.Document()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	s.authorize(req)
	status, header, doc, err := s.do(req)
	if err != nil {
		return nil, nil, err
	}
	if next, err := location(u, status, header); err != nil || next != nil {
		return next, nil, err
	}
	if status != http.StatusOK {
		return nil, nil, &HTTPError{status, header}
	}
	r, err := ParseResponse(doc)
	switch {
	case err != nil:
		return nil, nil, err
	case r.Error != nil:
		return nil, nil, r.Error
	case r.Redirect != "":
		return nil, nil, errRedirect{r.Redirect}
	}
	end, err := endpointURL(r.MobileSync())
	if err != nil {
		return nil, nil, err
	}
	return nil, &Result{
		URL: end, Address: orElse(r.Address, s.address), DisplayName: r.DisplayName, Servers: r.Servers,
	}, nil
}

// plainRedirect asks the autodiscover host over plain HTTP, without credentials, for a redirect only.
func (s *search) plainRedirect() (*Result, error) {
	u := &url.URL{Scheme: "http", Host: "autodiscover." + s.domain, Path: pathXML}
	next, err := func() (*url.URL, error) {
		ctx, cancel := context.WithTimeout(s.ctx, orElseDuration(s.c.Timeout))
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return nil, err
		}
		status, header, _, err := s.do(req)
		if err != nil {
			return nil, err
		}
		next, err := location(u, status, header)
		if err == nil && next == nil {
			err = &HTTPError{status, header}
		}
		if err == nil && !s.trusts(next.Hostname()) {
			err = ErrUntrusted
		}
		return next, err
	}()
	s.step(http.MethodGet, u.String(), err)
	if err != nil {
		return nil, err
	}
	return s.post(next)
}

// srv asks DNS. The record is unsigned, so its host must be trusted, and only the port 443 form and
// other ports over https are used.
func (s *search) srv() (*Result, error) {
	ctx, cancel := context.WithTimeout(s.ctx, orElseDuration(s.c.Timeout))
	defer cancel()
	lookup := s.c.LookupSRV
	if lookup == nil {
		lookup = net.DefaultResolver.LookupSRV
	}
	_, records, err := lookup(ctx, "autodiscover", "tcp", s.domain)
	if err == nil && len(records) == 0 {
		err = errors.New("autodiscover: no SRV record")
	}
	s.step("SRV", "_autodiscover._tcp."+s.domain, err)
	if err != nil {
		return nil, err
	}
	for _, record := range records[:min(len(records), 4)] {
		host := strings.ToLower(strings.TrimSuffix(record.Target, "."))
		u := &url.URL{Scheme: "https", Host: host, Path: pathXML}
		if record.Port != 443 {
			u.Host = net.JoinHostPort(host, strconv.Itoa(int(record.Port)))
		}
		var res *Result
		if !hostName(host) || !s.trusts(host) {
			err = ErrUntrusted
			s.step(http.MethodPost, u.Redacted(), err)
		} else if res, err = s.post(u); err == nil {
			return res, nil
		}
	}
	return nil, err
}

// json asks version 2, without credentials, and follows redirects between https addresses.
func (s *search) json(host string) (*Result, error) {
	q := Query{Address: s.address, Protocol: ProtocolActiveSync}
	u := q.URL(host)
	for q.Redirects < MaxRedirects {
		next, res, err := s.jsonOnce(u)
		s.step(http.MethodGet, u.Redacted(), err)
		if err != nil || res != nil {
			return res, err
		}
		u = next
		q.Redirects++
	}
	return nil, errors.New("autodiscover: too many redirects")
}

func (s *search) jsonOnce(u *url.URL) (*url.URL, *Result, error) {
	ctx, cancel := context.WithTimeout(s.ctx, orElseDuration(s.c.Timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	status, header, body, err := s.do(req)
	if err != nil {
		return nil, nil, err
	}
	if next, err := location(u, status, header); err != nil || next != nil {
		return next, nil, err
	}
	a, err := ParseAnswer(status, body)
	if err != nil {
		return nil, nil, err
	}
	if !strings.EqualFold(a.Protocol, ProtocolActiveSync) {
		return nil, nil, malformed("answer for another protocol")
	}
	end, err := endpointURL(a.URL)
	if err != nil {
		return nil, nil, err
	}
	return nil, &Result{URL: end, Address: s.address}, nil
}

func (s *search) do(req *http.Request) (int, http.Header, []byte, error) {
	hc := http.Client{}
	if s.c.HTTP != nil {
		hc = *s.c.HTTP
	}
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if s.c.UserAgent != "" {
		req.Header.Set("User-Agent", s.c.UserAgent)
	}
	resp, err := hc.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxDocument+1))
	if err == nil && len(body) > MaxDocument {
		err = ErrTooLarge
	}
	return resp.StatusCode, resp.Header, body, err
}

func (s *search) authorize(req *http.Request) {
	if s.c.Bearer != "" {
		req.Header.Set("Authorization", "Bearer "+s.c.Bearer)
		return
	}
	req.SetBasicAuth(orElse(s.c.User, s.address), s.c.Password)
}

func (s *search) trusts(host string) bool {
	if s.c.Trust != nil {
		return s.c.Trust(host)
	}
	return strings.EqualFold(host, s.domain) || strings.HasSuffix(strings.ToLower(host), "."+s.domain)
}

func (s *search) step(method, target string, err error) {
	s.steps = append(s.steps, Step{method, target, err})
}

// location returns where a redirect or a 451 leads: an https address without user information, or an
// error. nil, nil means the answer is none.
func location(base *url.URL, status int, h http.Header) (*url.URL, error) {
	var to string
	switch status {
	case 301, 302, 303, 307, 308:
		to = h.Get("Location")
	case 451:
		to = h.Get("X-MS-Location")
	default:
		return nil, nil
	}
	if len(to) > MaxText {
		return nil, malformed("redirect too long")
	}
	u, err := base.Parse(to)
	if to == "" || err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, malformed("HTTP status %d without an https address", status)
	}
	return u, nil
}

// endpointURL checks the URL an answer gives: https, a host, no user information, no query.
func endpointURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", malformed("the answer holds no usable endpoint")
	}
	return u.String(), nil
}

func orElseDuration(d time.Duration) time.Duration {
	if d <= 0 {
		return 10 * time.Second
	}
	return d
}
