// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpq

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/vedette-mail/vedette/eas"
)

// cursor reads fields off the front of the decoded bytes.
type cursor struct {
	b  []byte
	at int
}

func (c *cursor) take(n int) ([]byte, bool) {
	if n > len(c.b)-c.at {
		return nil, false
	}
	c.at += n
	return c.b[c.at-n : c.at], true
}

// field takes a length byte and as many bytes.
func (c *cursor) field() ([]byte, bool) {
	n, ok := c.take(1)
	if !ok {
		return nil, false
	}
	return c.take(int(n[0]))
}

// parseBase64 reads the byte layout of [MS-ASHTTP] 2.2.1.1.1.2.
func (q *Query) parseBase64() error {
	q.Base64 = true
	if !q.decode() {
		return &Error{Fault: ErrBase64}
	}
	c := cursor{b: q.blob}
	head, ok := c.take(4)
	if !ok {
		return &Error{Fault: ErrTruncated}
	}
	q.Version, _ = eas.VersionOf(head[0])
	q.Code = head[1]
	q.Command = eas.CommandOf(head[1])
	q.Locale = binary.LittleEndian.Uint16(head[2:])
	id, ok := c.field()
	if !ok {
		return &Error{Fault: ErrTruncated, Param: "DeviceId"}
	}
	if len(id) == 0 {
		return &Error{Fault: ErrDeviceID, Param: "DeviceId"}
	}
	q.DeviceID = string(id)
	q.keyAt = c.at
	key, ok := c.field()
	if !ok {
		return &Error{Fault: ErrTruncated, Param: "PolicyKey"}
	}
	switch len(key) {
	case 0:
	case 4:
		q.Keyed, q.PolicyKey = true, binary.LittleEndian.Uint32(key)
	default:
		return &Error{Fault: ErrPolicyKey, Param: "PolicyKey"}
	}
	kind, ok := c.field()
	if !ok {
		return &Error{Fault: ErrTruncated, Param: "DeviceType"}
	}
	q.DeviceType = string(kind)
	return q.parseParams(&c)
}

func (q *Query) parseParams(c *cursor) error {
	for c.at < len(c.b) {
		if len(q.Params) == MaxParams {
			return &Error{Fault: ErrTooMany}
		}
		tag, _ := c.take(1)
		value, ok := c.field()
		if !ok {
			return &Error{Fault: ErrTruncated, Param: tagField(tag[0]).name()}
		}
		p := Param{Tag: tag[0], Value: string(value)}
		q.Params = append(q.Params, p)
		var err error
		switch f := tagField(p.Tag); f {
		case fieldNone:
		case fieldOptions:
			err = q.setOptions(p.Value)
		default:
			err = q.set(f, p.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *Query) setOptions(value string) error {
	var bits byte
	if value != "" {
		bits = value[0]
	}
	save, multi := bits&OptionSaveInSent != 0, bits&OptionMultiPart != 0
	if q.seen&(1<<fieldOptions) != 0 && (save != q.SaveInSent || multi != q.MultiPart) {
		return &Error{Fault: ErrConflict, Param: "Options"}
	}
	q.seen |= 1 << fieldOptions
	q.SaveInSent, q.MultiPart = save, multi
	return nil
}

func tagField(tag uint8) field {
	switch tag {
	case TagAttachmentName:
		return fieldAttachmentName
	case TagCollectionID:
		return fieldCollectionID
	case TagItemID:
		return fieldItemID
	case TagLongID:
		return fieldLongID
	case TagOccurrence:
		return fieldOccurrence
	case TagOptions:
		return fieldOptions
	case TagUser:
		return fieldUser
	}
	return fieldNone
}

// decode fills blob, and notes alphabet and padding for writing it again. Besides the standard alphabet
// with padding it takes the URL-safe one, and missing padding, which one public client writes.
func (q *Query) decode() bool {
	q.urlish = strings.ContainsAny(q.Raw, "-_")
	q.bare = len(q.Raw)%4 != 0
	var err error
	q.blob, err = q.encoding().DecodeString(q.Raw)
	return err == nil
}

func (q *Query) encoding() *base64.Encoding {
	switch {
	case q.urlish && q.bare:
		return base64.RawURLEncoding
	case q.urlish:
		return base64.URLEncoding
	case q.bare:
		return base64.RawStdEncoding
	}
	return base64.StdEncoding
}
