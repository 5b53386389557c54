// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpq

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/vedette-mail/vedette/eas"
)

// WithPolicyKey is the raw query with this policy key in place of the one it has. A plain query carries
// none, its key is a header, and comes back as it is. Every other byte of a base64 query stays.
// It is meant for queries that Parse accepted.
func (q *Query) WithPolicyKey(key uint32) string {
	return q.splice(binary.LittleEndian.AppendUint32([]byte{4}, key))
}

// WithoutPolicyKey is the raw query with the policy key taken out (length 0), which says more than a key
// of 0: some servers let a phone pass that sends none.
func (q *Query) WithoutPolicyKey() string { return q.splice([]byte{0}) }

// splice puts a length and its key where the old ones are.
func (q *Query) splice(key []byte) string {
	if !q.Base64 || q.keyAt >= len(q.blob) {
		return q.Raw
	}
	end := q.keyAt + 1 + int(q.blob[q.keyAt])
	if end > len(q.blob) {
		return q.Raw
	}
	b := append([]byte{}, q.blob[:q.keyAt]...)
	b = append(b, key...)
	b = append(b, q.blob[end:]...)
	return q.encoding().EncodeToString(b)
}

// AppendPlain appends the plain form: command, user, device id, device type, then what else is set. The
// version, the policy key and the wish for parts belong into headers, see Headers. A device id
// that is no text goes as upper-case hex. The only error, an *Error, is a command without a name.
func (q *Query) AppendPlain(dst []byte) ([]byte, error) {
	name := q.Command.String()
	if name == "" {
		name = q.CommandText
	}
	if name == "" {
		return dst, &Error{Fault: ErrForm, Param: "Cmd"}
	}
	dst = appendPair(dst, "Cmd=", name)
	dst = appendPair(dst, "&User=", q.User)
	dst = appendPair(dst, "&DeviceId=", eas.DeviceIDText(q.DeviceID))
	dst = appendPair(dst, "&DeviceType=", q.DeviceType)
	for f := fieldAttachmentName; f <= fieldOccurrence; f++ {
		if v := *q.slot(f); v != "" {
			dst = appendPair(dst, "&"+f.name()+"=", v)
		}
	}
	if q.SaveInSent {
		dst = append(dst, "&SaveInSent=T"...)
	}
	return dst, nil
}

// AppendBase64 appends the base64 form. Fields that hold something are written in the order of their
// tags; a Params list, if there is one, replaces them all. Errors are *Error: a command or version
// without a number, no device id, a value above 255 bytes.
func (q *Query) AppendBase64(dst []byte) ([]byte, error) {
	code, ok := q.Command.Code()
	if !ok {
		return dst, &Error{Fault: ErrForm, Param: "Cmd"}
	}
	if !q.Version.Base64Query() {
		return dst, &Error{Fault: ErrForm, Param: "MS-ASProtocolVersion"}
	}
	if q.DeviceID == "" || len(q.DeviceID) > 255 {
		return dst, &Error{Fault: ErrDeviceID, Param: "DeviceId"}
	}
	if len(q.DeviceType) > 255 {
		return dst, &Error{Fault: ErrForm, Param: "DeviceType"}
	}
	b := []byte{byte(q.Version), code, byte(q.Locale), byte(q.Locale >> 8)}
	b = appendField(b, q.DeviceID)
	if q.Keyed {
		b = binary.LittleEndian.AppendUint32(append(b, 4), q.PolicyKey)
	} else {
		b = append(b, 0)
	}
	b = appendField(b, q.DeviceType)
	for _, p := range q.params() {
		if len(p.Value) > 255 {
			return dst, &Error{Fault: ErrForm, Param: tagField(p.Tag).name()}
		}
		b = appendField(append(b, p.Tag), p.Value)
	}
	return base64.StdEncoding.AppendEncode(dst, b), nil
}

// params is the list to write.
func (q *Query) params() []Param {
	if q.Params != nil {
		return q.Params
	}
	var list []Param
	for tag := range uint8(TagUser + 1) {
		switch f := tagField(tag); f {
		case fieldNone:
		case fieldOptions:
			if bits := q.options(); bits != 0 {
				list = append(list, Param{Tag: tag, Value: string([]byte{bits})})
			}
		default:
			if v := *q.slot(f); v != "" {
				list = append(list, Param{Tag: tag, Value: v})
			}
		}
	}
	return list
}

func (q *Query) options() (bits byte) {
	if q.SaveInSent {
		bits |= OptionSaveInSent
	}
	if q.MultiPart {
		bits |= OptionMultiPart
	}
	return bits
}

func appendField(b []byte, s string) []byte { return append(append(b, byte(len(s))), s...) }

// appendPair percent-encodes everything but unreserved characters.
func appendPair(dst []byte, name, value string) []byte {
	const digits = "0123456789ABCDEF"
	dst = append(dst, name...)
	for i := range len(value) {
		c := value[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '-' || c == '_' || c == '.' || c == '~' {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', digits[c>>4], digits[c&15])
	}
	return dst
}
