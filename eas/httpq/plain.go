// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpq

import (
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/eas"
)

// field is a parameter this package knows; its number is a bit of Query.seen.
type field uint8

const (
	fieldNone field = iota
	fieldCmd
	fieldUser
	fieldDeviceID
	fieldDeviceType
	fieldAttachmentName
	fieldCollectionID
	fieldItemID
	fieldLongID
	fieldOccurrence
	fieldSaveInSent
	fieldOptions // base64 only
)

func (f field) name() string {
	switch f {
	case fieldCmd:
		return "Cmd"
	case fieldUser:
		return "User"
	case fieldDeviceID:
		return "DeviceId"
	case fieldDeviceType:
		return "DeviceType"
	case fieldAttachmentName:
		return "AttachmentName"
	case fieldCollectionID:
		return "CollectionId"
	case fieldItemID:
		return "ItemId"
	case fieldLongID:
		return "LongId"
	case fieldOccurrence:
		return "Occurrence"
	case fieldSaveInSent:
		return "SaveInSent"
	case fieldOptions:
		return "Options"
	}
	return ""
}

func fieldNamed(name string) field {
	switch len(name) {
	case 3:
		return pick(name, "cmd", fieldCmd)
	case 4:
		return pick(name, "user", fieldUser)
	case 6:
		if f := pick(name, "itemid", fieldItemID); f != fieldNone {
			return f
		}
		return pick(name, "longid", fieldLongID)
	case 8:
		return pick(name, "deviceid", fieldDeviceID)
	case 10:
		if f := pick(name, "devicetype", fieldDeviceType); f != fieldNone {
			return f
		}
		if f := pick(name, "occurrence", fieldOccurrence); f != fieldNone {
			return f
		}
		return pick(name, "saveinsent", fieldSaveInSent)
	case 12:
		return pick(name, "collectionid", fieldCollectionID)
	case 14:
		return pick(name, "attachmentname", fieldAttachmentName)
	}
	return fieldNone
}

func pick(name, lower string, f field) field {
	if equalASCII(name, lower) {
		return f
	}
	return fieldNone
}

func (q *Query) parsePlain() error {
	params := 0
	for rest := q.Raw; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "&")
		if part == "" {
			continue
		}
		if params++; params > MaxParams {
			return &Error{Fault: ErrTooMany}
		}
		name, value, _ := strings.Cut(part, "=")
		name, ok := unescape(name)
		if !ok || !wellNamed(name) {
			return &Error{Fault: ErrName}
		}
		f := fieldNamed(name)
		if f == fieldNone {
			continue
		}
		value, ok = unescape(value)
		if !ok && f <= fieldDeviceType {
			return &Error{Fault: ErrEscape, Param: f.name()}
		}
		if err := q.set(f, value); err != nil {
			return err
		}
	}
	return nil
}

// wellNamed refuses names that some servers tidy up into other names (spaces, brackets, zero bytes), so
// that nobody sees a parameter here that we did not.
func wellNamed(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return name != "" && len(name) <= MaxName
}

// set takes a value, unless the field already has another.
func (q *Query) set(f field, value string) error {
	limit := MaxValue
	if f <= fieldDeviceType {
		limit = MaxName
	}
	if len(value) > limit {
		return &Error{Fault: ErrTooLong, Param: f.name()}
	}
	again := q.seen&(1<<f) != 0
	q.seen |= 1 << f
	if f == fieldSaveInSent {
		on := value == "T" || value == "t"
		if again && on != q.SaveInSent {
			return &Error{Fault: ErrConflict, Param: f.name()}
		}
		q.SaveInSent = on
		return nil
	}
	slot := q.slot(f)
	if again && *slot != value {
		return &Error{Fault: ErrConflict, Param: f.name()}
	}
	*slot = value
	if f == fieldCmd {
		q.Command = eas.ParseCommand(value)
	}
	return nil
}

// slot is where a text field lives.
func (q *Query) slot(f field) *string {
	switch f {
	case fieldCmd:
		return &q.CommandText
	case fieldUser:
		return &q.User
	case fieldDeviceID:
		return &q.DeviceID
	case fieldDeviceType:
		return &q.DeviceType
	case fieldAttachmentName:
		return &q.AttachmentName
	case fieldCollectionID:
		return &q.CollectionID
	case fieldItemID:
		return &q.ItemID
	case fieldLongID:
		return &q.LongID
	}
	return &q.Occurrence
}

func (q *Query) takeHeaders(h Headers) {
	q.VersionText = h.Version
	q.Version, _ = eas.ParseVersion(strings.TrimSpace(h.Version))
	if key := strings.TrimSpace(h.PolicyKey); key != "" {
		q.Keyed = true
		if n, err := strconv.ParseUint(key, 10, 32); err == nil {
			q.PolicyKey = uint32(n)
		}
	}
	q.MultiPart = strings.EqualFold(strings.TrimSpace(h.AcceptMultiPart), "t")
}

// unescape decodes percent escapes, and plus to space as form parsers do. Broken escapes stay as they
// are and make ok false. Text without either comes back as it is.
func unescape(s string) (text string, ok bool) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, true
	}
	ok = true
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
		case c == '%':
			ok = false
		}
		b = append(b, c)
	}
	return string(b), ok
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// unhex is the value of a hex digit.
func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}
