// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/httpq"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// MaxBody is the largest answer Do reads into memory. Open has no limit.
const MaxBody = 64 << 20

// Client is one account on one device. Set the fields, then call the methods; all of them may be called
// side by side, except Provision and its parts, which set the policy key.
type Client struct {
	URL      string // of the endpoint, for example https://mail.example.com/Microsoft-Server-ActiveSync
	User     string // name for Basic, in whatever spelling
	Password string
	Bearer   string // token, sent instead of Basic when set

	QueryUser  string // the User parameter; empty means User
	DeviceID   string // text, or raw bytes for phones that send a GUID
	DeviceType string
	UserAgent  string
	Version    eas.Version
	Locale     uint16 // base64 query only; 0 means 0x0409
	Base64     bool   // use the base64 query, from 12.1 on

	PolicyKey   uint32 // 0 before provisioning
	OmitZeroKey bool   // send no key header while the key is 0, as iOS does

	HTTP   *http.Client // nil means http.DefaultClient; redirects are never followed
	Header http.Header  // added to every request
}

// Request is one request, as odd as wanted.
type Request struct {
	Method      string // empty means POST
	Command     eas.Command
	CommandText string // name for the plain query when Command is CommandUnknown
	RawQuery    string // sent as it is when set; the fields above and Query are then not used
	NoQuery     bool   // send no query at all

	// Query holds command parameters: AttachmentName, CollectionID, ItemID, LongID, Occurrence,
	// SaveInSent, MultiPart, Params. Everything else in it is filled in from the client.
	Query httpq.Query

	Node        *wbxml.Node // body as a tree
	Body        []byte      // body as bytes, when Node is nil
	Stream      io.Reader   // body as a stream, when Node and Body are nil
	Size        int64       // of Stream; below 0 means unknown, which is sent in chunks
	ContentType string      // empty means WBXML if there is a body
	Header      http.Header // replaces headers of the same name
}

// Reply is what came back.
type Reply struct {
	HTTPStatus int
	Header     http.Header
	Body       []byte
	Root       *wbxml.Node // nil when the body is empty or no WBXML
}

// Open sends a request and returns the answer as a stream, whatever its status. The caller closes it.
func (c *Client) Open(ctx context.Context, r Request) (*http.Response, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("easclient: %w", err)
	}
	if u.RawQuery, err = c.query(r); err != nil {
		return nil, fmt.Errorf("easclient: %w", err)
	}
	body, size := r.body()
	method := r.Method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("easclient: %w", err)
	}
	if body != nil {
		req.ContentLength = size
	}
	c.headers(req, r)
	hc := http.Client{}
	if c.HTTP != nil {
		hc = *c.HTTP
	}
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return hc.Do(req)
}

// Do sends a request and reads the whole answer. The error is *HTTPError for any status but 200, and the
// Reply is there nevertheless.
func (c *Client) Do(ctx context.Context, r Request) (*Reply, error) {
	resp, err := c.Open(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	reply := &Reply{HTTPStatus: resp.StatusCode, Header: resp.Header, Body: body}
	if err != nil {
		return reply, fmt.Errorf("easclient: answer cut off: %w", err)
	}
	if len(body) > MaxBody {
		return reply, errors.New("easclient: answer too large")
	}
	if resp.StatusCode != http.StatusOK {
		// 14.x servers may put a status into the body of an HTTP error, for example with 449.
		reply.Root, _ = wbxml.Parse(body, limits())
		return reply, &HTTPError{Status: resp.StatusCode, Header: resp.Header, Body: body}
	}
	return reply, nil
}

// call is Do for commands whose answer is WBXML with a known root, or empty.
func (c *Client) call(ctx context.Context, r Request, root wbxml.Tag) (*Reply, error) {
	reply, err := c.Do(ctx, r)
	if err != nil || len(reply.Body) == 0 {
		return reply, err
	}
	reply.Root, err = wbxml.Parse(reply.Body, limits())
	if err != nil {
		return reply, fmt.Errorf("easclient: %s: %w", r.Command, err)
	}
	if reply.Root.Tag != root {
		return reply, fmt.Errorf("easclient: %s answered with %s", r.Command, reply.Root.Tag)
	}
	return reply, nil
}

func limits() wbxml.Limits { return wbxml.Limits{Size: MaxBody, Nodes: 1 << 20} }

func (c *Client) query(r Request) (string, error) {
	if r.NoQuery || r.RawQuery != "" {
		return r.RawQuery, nil
	}
	q := r.Query
	q.Command, q.CommandText = r.Command, r.CommandText
	q.Version, q.DeviceID, q.DeviceType = c.Version, c.DeviceID, c.DeviceType
	if q.User = c.QueryUser; q.User == "" {
		q.User = c.User
	}
	if !c.Base64 {
		b, err := q.AppendPlain(nil)
		return string(b), err
	}
	if q.Locale = c.Locale; q.Locale == 0 {
		q.Locale = 0x0409
	}
	if c.keyed(r.Command) {
		q.Keyed, q.PolicyKey = true, c.PolicyKey
	}
	b, err := q.AppendBase64(nil)
	return string(b), err
}

// keyed tells whether a request carries a policy key. [MS-ASHTTP] 2.2.1.1.2.7
func (c *Client) keyed(cmd eas.Command) bool {
	if cmd == eas.Ping || cmd == eas.Options {
		return false
	}
	return c.PolicyKey != 0 || !c.OmitZeroKey
}

func (r Request) body() (io.Reader, int64) {
	switch {
	case r.Node != nil:
		b := wbxml.Marshal(r.Node)
		return bytes.NewReader(b), int64(len(b))
	case len(r.Body) > 0:
		return bytes.NewReader(r.Body), int64(len(r.Body))
	case r.Stream != nil:
		return r.Stream, r.Size
	}
	return nil, 0
}

func (c *Client) headers(req *http.Request, r Request) {
	h := req.Header
	switch {
	case c.Bearer != "":
		h.Set("Authorization", "Bearer "+c.Bearer)
	case c.User != "":
		req.SetBasicAuth(c.User, c.Password)
	}
	// An empty value keeps net/http from naming itself.
	h.Set("User-Agent", c.UserAgent)
	if req.Body != nil && req.Body != http.NoBody {
		if r.ContentType == "" {
			r.ContentType = eas.TypeWBXML
		}
		h.Set("Content-Type", r.ContentType)
	}
	if !c.Base64 && req.Method == http.MethodPost {
		if c.Version != eas.VersionUnknown {
			h.Set(eas.HeaderProtocolVersion, c.Version.String())
		}
		if c.keyed(r.Command) {
			h.Set(eas.HeaderPolicyKey, strconv.FormatUint(uint64(c.PolicyKey), 10))
		}
		if r.Query.MultiPart {
			h.Set(eas.HeaderAcceptMultiPart, "T")
		}
	}
	for _, more := range []http.Header{c.Header, r.Header} {
		for name, values := range more {
			h[name] = values
		}
	}
}
