// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"
)

// wake tells those who wait in this process that there is news.
func (s *Store) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.news)
	s.news = make(chan struct{})
}

func (s *Store) newsChan() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.news
}

// pollEvery is how soon a change made by another process is seen.
const pollEvery = 300 * time.Millisecond

// Wait returns as soon as there is a change with a number above the given one, or with ctx's error. A
// commit in this process wakes it at once, one of another process within a third of a second.
func (s *Store) Wait(ctx context.Context, number int64) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		news := s.newsChan()
		pos, err := s.Position(ctx)
		if err != nil {
			return err
		}
		if pos.Number != number { // smaller: a backup has been brought back, which is news too
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-news:
		case <-tick.C:
		}
	}
}
