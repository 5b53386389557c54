// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/admin"
)

func TestTheAPITakesEveryChoiceOfTheShowMenus(t *testing.T) { // Y-17
	for typ, shows := range map[reflect.Type][]admin.Show{
		reflect.TypeFor[AssociationChoice](): admin.AssociationShows(),
		reflect.TypeFor[DeviceChoice]():      admin.DeviceShows(),
		reflect.TypeFor[UserChoice]():        admin.UserShows(),
	} {
		f, _ := typ.FieldByName("Show")
		got := strings.Split(f.Tag.Get("enum"), ",")
		want := make([]string, len(shows))
		for i, s := range shows {
			want[i] = string(s)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s takes %v, the page offers %v", typ.Name(), got, want)
		}
	}
}
