// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// Server is one entry of an answer. For TypeMobileSync URL and Name both hold the full address of the
// ActiveSync endpoint; for TypeCertEnroll URL is the enrolment address and Data the template.
// [MS-ASCMD] 2.2.3.155
type Server struct {
	Type string
	URL  string
	Name string
	Data string
}

// Response is a version 1 answer. Exactly one of Redirect, Servers and Error is set in an answer that
// is in order; ParseResponse refuses others. [MS-ASCMD] 2.2.1.1.2
type Response struct {
	Culture     string // for example en:us
	DisplayName string
	Address     string
	Redirect    string // another mail address to start over with
	Servers     []Server
	Error       *Error
}

// Error codes of version 1. [MS-ASCMD] 2.2.3.61
const (
	CodeInvalidRequest = 600 // the request cannot be understood
	CodeNoProvider     = 601 // nobody here answers in the schema asked for
)

// Error is a refusal inside a version 1 answer. Status 1 is success, 2 a protocol error; Code is 600,
// 601 or zero.
type Error struct {
	Status  int
	Code    int
	Message string
	Debug   string
}

func (e *Error) Error() string {
	return fmt.Sprintf("autodiscover: server answered code %d status %d: %q", e.Code, e.Status, e.Message)
}

// Invalid is the answer to a request that ParseRequest refused.
func Invalid() Response {
	return Response{Error: &Error{Code: CodeInvalidRequest, Message: "Invalid Request"}}
}

// NoProvider is the answer to a request for a schema nobody here serves.
func NoProvider() Response {
	return Response{Error: &Error{Code: CodeNoProvider, Message: "Provider is not available"}}
}

// MobileSync returns the URL of the first MobileSync server, or "".
func (r Response) MobileSync() string {
	for _, s := range r.Servers {
		if s.Type == TypeMobileSync {
			return s.URL
		}
	}
	return ""
}

// Document is the answer as a server sends it, Content-Type text/xml; charset=utf-8, HTTP 200 also for
// errors.
func (r Response) Document() []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<Autodiscover xmlns="` + SchemaResponse + `">`)
	if e := r.Error; e != nil && e.Code != 0 {
		// Errors 600 and 601 belong to the frame, before any provider is known: no Action, no user.
		b.WriteString(`<Response><Error>`)
		element(&b, "ErrorCode", strconv.Itoa(e.Code))
		element(&b, "Message", e.Message)
		element(&b, "DebugData", e.Debug)
		b.WriteString(`</Error></Response></Autodiscover>`)
		return b.Bytes()
	}
	b.WriteString(`<Response xmlns="` + SchemaMobileResponse + `">`)
	element(&b, "Culture", orElse(r.Culture, "en:us"))
	b.WriteString("<User>")
	if r.DisplayName != "" {
		element(&b, "DisplayName", r.DisplayName)
	}
	element(&b, "EMailAddress", r.Address)
	b.WriteString("</User><Action>")
	switch {
	case r.Error != nil:
		b.WriteString("<Error>")
		element(&b, "Status", strconv.Itoa(r.Error.Status))
		element(&b, "Message", r.Error.Message)
		element(&b, "DebugData", r.Error.Debug)
		b.WriteString("</Error>")
	case r.Redirect != "":
		element(&b, "Redirect", r.Redirect)
	default:
		b.WriteString("<Settings>")
		for _, s := range r.Servers {
			b.WriteString("<Server>")
			element(&b, "Type", s.Type)
			element(&b, "Url", s.URL)
			element(&b, "Name", s.Name)
			if s.Data != "" {
				element(&b, "ServerData", s.Data)
			}
			b.WriteString("</Server>")
		}
		b.WriteString("</Settings>")
	}
	b.WriteString("</Action></Response></Autodiscover>")
	return b.Bytes()
}

const (
	inResponse = "Autodiscover/Response/"
	inAction   = inResponse + "Action/"
	inServer   = inAction + "Settings/Server"
	maxServers = 16
)

// ParseResponse reads a version 1 answer. An answer that carries an error is parsed without error, its
// refusal is in Response.Error. An answer without any action is ErrMalformed, as is one in the schema
// for desktops.
func ParseResponse(doc []byte) (Response, error) {
	var r Response
	var s Server
	err := walk(doc, func(path, text string, _, _ int64) error {
		rest, ok := strings.CutPrefix(path, inResponse)
		if !ok {
			return nil
		}
		if name, ok := strings.CutPrefix(path, inAction+"Error/"); ok {
			return r.fault(name, text)
		}
		if name, ok := strings.CutPrefix(rest, "Error/"); ok {
			return r.fault(name, text)
		}
		switch path {
		case inResponse + "Culture":
			r.Culture = text
		case inResponse + "User/DisplayName":
			r.DisplayName = text
		case inResponse + "User/EMailAddress":
			r.Address = text
		case inAction + "Redirect":
			r.Redirect = text
		case inServer + "/Type":
			s.Type = text
		case inServer + "/Url":
			s.URL = text
		case inServer + "/Name":
			s.Name = text
		case inServer + "/ServerData":
			s.Data = text
		case inServer:
			if len(r.Servers) == maxServers {
				return malformed("too many servers")
			}
			r.Servers = append(r.Servers, s)
			s = Server{}
		}
		return nil
	})
	if err != nil {
		return Response{}, err
	}
	actions := 0
	for _, set := range []bool{r.Redirect != "", len(r.Servers) > 0, r.Error != nil} {
		if set {
			actions++
		}
	}
	if actions != 1 {
		return Response{}, malformed("%d actions instead of one", actions)
	}
	return r, nil
}

func (r *Response) fault(name, text string) error {
	if r.Error == nil {
		r.Error = &Error{}
	}
	switch name {
	case "Message":
		r.Error.Message = text
	case "DebugData":
		r.Error.Debug = text
	case "Status", "ErrorCode":
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return malformed("%s is not a number", name)
		}
		if name == "Status" {
			r.Error.Status = int(n)
		} else {
			r.Error.Code = int(n)
		}
	}
	return nil
}

func orElse(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
