// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import "github.com/vedette-mail/vedette/internal/store"

// NamedQuery is a query worth measuring.
type NamedQuery struct {
	Name  string
	Query store.Query
}

// Queries are what people ask of the page, on records that Fill made: every order, every filter, and
// searches that find little, much, something in between and nothing. What "few" finds does not grow with
// the records, what "rare" and "single" find does.
func Queries() []NamedQuery {
	var list []NamedQuery
	add := func(name string, q store.Query) {
		q.Limit = 50
		list = append(list, NamedQuery{name, q})
	}
	for _, c := range store.Columns() {
		add("sort-"+string(c), store.Query{Sort: c, Desc: true})
	}
	for _, show := range shows() {
		add("show-"+string(show), store.Query{Show: show, Sort: store.SortUser})
	}
	for _, s := range [][2]string{{"few", "Lonely Q7"}, {"rare", "Rarephone"}, {"common", "lab.example"}, {"single", "4711"}, {"none", "zzzzzz"},
		{"model", "iphone 15"}, {"team", "team-"}, {"prefix-common", "a"}, {"prefix-rare", "zz"}, {"signs", "@.-"}} {
		add("search-"+s[0], store.Query{Search: s[1], Sort: store.SortUser})
		add("search-"+s[0]+"-blocked", store.Query{Search: s[1], Show: store.ShowBlocked, Sort: store.SortLastSync, Desc: true})
	}
	return list
}
