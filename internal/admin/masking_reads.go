// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// veiled covers what the actor may not see plain in anything that is about to leave the room. Every read
// goes through it, so that a page, a file and the API cannot differ.
func veiled[T any](ctx context.Context, a *Admin, who access.Actor, out T, err error) (T, error) {
	if err != nil {
		return out, err
	}
	v, err := a.veilFor(ctx, who)
	if err != nil {
		var none T
		return none, err
	}
	v.over(&out)
	return out, nil
}

// coverFor covers rows of the store for a search as they are covered for who searches: nil for whoever sees
// all of them plain, be it by the verb or by the setting.
func (a *Admin) coverFor(ctx context.Context, who access.Actor) (func(any), error) {
	v, err := a.veilFor(ctx, who)
	if err != nil || v.lifted() {
		return nil, err
	}
	return v.over, nil
}

// veiledEach is veiled for rows that are handed out one by one.
func veiledEach[T any](ctx context.Context, a *Admin, who access.Actor, fn func(T) error) (func(T) error, error) {
	v, err := a.veilFor(ctx, who)
	if err != nil || v.lifted() {
		return fn, err
	}
	return func(row T) error {
		v.over(&row)
		return fn(row)
	}, nil
}

// veiledTexts is veiled for what is words alone: lines of the audit log, results, rows of jobs. What things
// the words are about is known by their ids; what is gone is recognised by its form.
func veiledTexts[T any](ctx context.Context, a *Admin, who access.Actor, objects []string, out T, err error) (T, error) {
	if err != nil {
		return out, err
	}
	v, err := a.veilFor(ctx, who)
	if err != nil || v.lifted() {
		return out, err
	}
	words, err := a.wordsAbout(ctx, v, objects)
	if err != nil {
		var none T
		return none, err
	}
	v.walk(reflect.ValueOf(&out).Elem(), func(s string) string { return v.guess(words.in(s)) })
	return out, nil
}

// wordsAbout gathers what is to be covered of records and devices by their ids.
func (a *Admin) wordsAbout(ctx context.Context, v veil, objects []string) (covered, error) {
	var c covered
	ids := make([]access.AssociationID, len(objects))
	for i, o := range objects {
		ids[i] = access.AssociationID(o)
	}
	list, err := a.store.FindAssociations(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		v.learn(&c, &list[i])
	}
	if len(list) == len(objects) {
		return c, nil
	}
	for _, o := range objects {
		d, err := a.store.FindRegistered(ctx, access.DeviceID(o))
		if known(err) != nil {
			return nil, err
		}
		if err == nil {
			v.learn(&c, d)
		}
	}
	return c, nil
}

// over covers a result in place: the fields that hold what is covered, and every other text in which the
// same words appear.
func (v veil) over(p any) {
	if v.lifted() {
		return
	}
	var words covered
	v.gather(reflect.ValueOf(p), &words)
	v.walk(reflect.ValueOf(p).Elem(), words.in)
}

func (v veil) gather(x reflect.Value, words *covered) {
	switch x.Kind() {
	case reflect.Pointer:
		if !x.IsNil() {
			v.gather(x.Elem(), words)
		}
	case reflect.Slice:
		for i := range x.Len() {
			v.gather(x.Index(i), words)
		}
	case reflect.Struct:
		if x.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		if x.CanAddr() && x.Addr().CanInterface() {
			v.learn(words, x.Addr().Interface())
		}
		for i := range x.NumField() {
			if x.Type().Field(i).IsExported() {
				v.gather(x.Field(i), words)
			}
		}
	}
}

// walk covers the fields of things that are known and hands every other text to fn. What is pointed to and
// what is in a slice may belong to others, such as the snapshot: copies are changed, never the thing itself.
func (v veil) walk(x reflect.Value, fn func(string) string) {
	switch x.Kind() {
	case reflect.Pointer:
		if x.IsNil() || !x.CanSet() {
			return
		}
		fresh := reflect.New(x.Type().Elem())
		fresh.Elem().Set(x.Elem())
		v.walk(fresh.Elem(), fn)
		x.Set(fresh)
	case reflect.Slice:
		if x.IsNil() || !x.CanSet() {
			return
		}
		fresh := reflect.MakeSlice(x.Type(), x.Len(), x.Len())
		reflect.Copy(fresh, x)
		for i := range fresh.Len() {
			v.walk(fresh.Index(i), fn)
		}
		x.Set(fresh)
	case reflect.String:
		if x.Type() == reflect.TypeFor[string]() && x.CanSet() { // ids, states and verbs have types of their own
			x.SetString(fn(x.String()))
		}
	case reflect.Struct:
		v.walkStruct(x, fn)
	}
}

func (v veil) walkStruct(x reflect.Value, fn func(string) string) {
	if x.Type() == reflect.TypeFor[time.Time]() || !x.CanAddr() {
		return
	}
	switch t := x.Addr().Interface().(type) {
	case *Row:
		t.DeviceNumber = cover(v.Numbers, t.DeviceNumber)
	case *access.Association:
		v.association(t)
	case *store.Wipe:
		t.Addr, t.Phone = coverAddr(v.Addresses, t.Addr), v.guess(t.Phone)
	case *access.RegisteredDevice:
		v.device(t)
	case *access.User:
		t.Number = cover(v.Numbers, t.Number)
	case *access.Expected:
		t.Number, t.IMEI = cover(v.Numbers, t.Number), cover(v.Devices, t.IMEI)
	case *access.Pair:
		t.Device = cover(v.Devices, t.Device)
	}
	for i := range x.NumField() {
		switch f := x.Type().Field(i); {
		case !f.IsExported() || isCursor(f.Name):
		case isFree(f.Name):
			v.walk(x.Field(i), func(s string) string { return v.guess(fn(s)) })
		default:
			v.walk(x.Field(i), fn)
		}
	}
}

// isCursor names the fields that lead back into a list.
func isCursor(name string) bool { return name == "Next" || name == "Prev" }

// isFree names the fields in which people write what they like; the details of a verdict repeat it.
func isFree(name string) bool {
	return name == "Reason" || name == "Comment" || name == "Noncompliant" || name == "Detail"
}

// What numbers, ids and addresses look like in a sentence.
var (
	moments   = regexp.MustCompile(`\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?`)
	numbers   = regexp.MustCompile(`\+?\d[\d ()/-]{5,}\d`)
	deviceIDs = regexp.MustCompile(`\b[0-9A-Za-z]{10,}\b`)
	addresses = regexp.MustCompile(`[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*[0-9A-Fa-f](?:/\d+)?`)
	digit     = regexp.MustCompile(`\d`)
)

// guess covers what has the form of a number, an id or an address. It would rather cover too much.
func (v veil) guess(s string) string {
	var out strings.Builder
	at := 0
	for _, m := range moments.FindAllStringIndex(s, -1) { // a date is no number
		out.WriteString(v.guessPart(s[at:m[0]]))
		out.WriteString(s[m[0]:m[1]])
		at = m[1]
	}
	out.WriteString(v.guessPart(s[at:]))
	return out.String()
}

func (v veil) guessPart(s string) string {
	if v.Addresses {
		s = addresses.ReplaceAllStringFunc(s, func(w string) string {
			if _, err := netip.ParseAddr(w); err != nil {
				return w
			}
			return coverAddr(true, w)
		})
	}
	if v.Devices {
		s = deviceIDs.ReplaceAllStringFunc(s, func(w string) string {
			if !digit.MatchString(w) {
				return w
			}
			return cover(true, w)
		})
	}
	if v.Numbers {
		s = numbers.ReplaceAllStringFunc(s, func(w string) string { return cover(true, w) })
	}
	return s
}

// veilResult covers what a verb says to whoever pressed the button.
func (a *Admin) veilResult(ctx context.Context, who access.Actor, object string, r Result) (Result, error) {
	text, err := veiledTexts(ctx, a, who, []string{object}, r.Text, nil)
	r.Text = text
	return r, err
}

// veilError covers what a verb says when it could not be done: who was faster, and with which words.
func (a *Admin) veilError(ctx context.Context, who access.Actor, object string, err error) error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		return err
	}
	text, failed := veiledTexts(ctx, a, who, []string{object}, e.Text, nil)
	if failed != nil || text == e.Text {
		return errors.Join(err, failed)
	}
	covered := *e
	covered.Text = text
	return &covered
}
