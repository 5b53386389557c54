// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
)

// table is a file as it was read: heads and the lines below them.
type table struct {
	heads []string
	lines []tableLine
}

type tableLine struct {
	number int // in the file
	cells  []string
	wrong  string // why it cannot be read, for a person; empty: it can
}

// The most that a table may have beside lines.
const (
	maxColumns = 200
	maxCell    = 4000
)

func unreadable(text string) error { return access.Invalid("admin: import", text) }

// readTable reads what spreadsheets and PowerShell call CSV: with or without a byte order mark, UTF-8,
// UTF-16 or an eight-bit code, commas, semicolons or tabs, Excel's "sep=" line, PowerShell's #TYPE line.
func readTable(file []byte) (*table, error) {
	text, err := decodeText(file)
	if err != nil {
		return nil, err
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	skipped, comma := 0, rune(0)
	for {
		line, rest, _ := strings.Cut(text, "\n")
		bare := strings.Trim(strings.TrimSpace(line), `"`)
		sep, isSep := strings.CutPrefix(strings.ToLower(bare), "sep=")
		switch {
		case isSep && sep != "":
			comma, _ = utf8.DecodeRuneInString(sep)
		case strings.HasPrefix(bare, "#TYPE "), bare == "" && rest != "":
		default:
			if comma == 0 || comma == '"' || comma == utf8.RuneError {
				comma = separator(line)
			}
			return readLines(text, comma, skipped)
		}
		text, skipped = rest, skipped+1
	}
}

func readLines(text string, comma rune, skipped int) (*table, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	t := &table{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable(fmt.Sprintf("Line %d cannot be read: a quotation mark is missing or stands in the wrong place.", skipped+1+strings.Count(text[:min(int(r.InputOffset()), len(text))], "\n")))
		}
		line, _ := r.FieldPos(0)
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		for i := range cells {
			cells[i] = tidyCell(cells[i])
			if len(cells[i]) > maxCell {
				return nil, unreadable(fmt.Sprintf("A cell of line %d is longer than %d characters: a quotation mark may be missing before it.", line+skipped, maxCell))
			}
		}
		if t.heads == nil {
			if t.heads = cells; len(cells) > maxColumns {
				return nil, unreadable(fmt.Sprintf("The file has more than %d columns.", maxColumns))
			}
			continue
		}
		if len(t.lines) == MaxImportLines {
			return nil, unreadable(fmt.Sprintf("The file has more than %d lines. Divide it.", MaxImportLines))
		}
		l := tableLine{number: line + skipped, cells: cells}
		if n := filled(cells); n > len(t.heads) {
			l.wrong = fmt.Sprintf("The line has %d cells, the first line names %d: something may stand between two separators without quotation marks.", n, len(t.heads))
		}
		t.lines = append(t.lines, l)
	}
	if t.heads == nil {
		return nil, unreadable("The file is empty. It needs a first line that names the columns, and below it a line for each device, user or phone.")
	}
	if len(t.lines) == 0 {
		return nil, unreadable("The file has no lines below its first one, which names the columns.")
	}
	return t, nil
}

// filled is how many cells a line has up to its last one that holds something.
func filled(cells []string) int {
	n := len(cells)
	for n > 0 && cells[n-1] == "" {
		n--
	}
	return n
}

// tidyCell takes away blanks, what Excel puts around numbers to keep them text (="0123"), and the mark
// that exports put before what a spreadsheet would take for a formula.
func tidyCell(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\u00a0", " "))
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = strings.TrimSpace(strings.TrimSuffix(inner, `"`))
	}
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.ContainsRune("=+-@\t\r\n", rune(rest[0])) {
		s = rest
	}
	return s
}

// separator is what stands most often between the heads, outside of quotation marks.
func separator(line string) rune {
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, r := range line {
			if r == '"' {
				quoted = !quoted
			} else if r == c && !quoted {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// decodeText makes UTF-8 of a file. Without a byte order mark UTF-16 shows by its zeros; what is neither
// that nor UTF-8 is taken for the eight-bit code of western Windows.
func decodeText(b []byte) (string, error) {
	switch {
	case len(b) > MaxImportBytes:
		return "", unreadable(fmt.Sprintf("The file is larger than %d MB. Divide it.", MaxImportBytes>>20))
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		b = b[3:]
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return decodeWide(b[2:], binary.LittleEndian)
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return decodeWide(b[2:], binary.BigEndian)
	case len(b) >= 4 && b[0] != 0 && b[1] == 0 && b[3] == 0:
		return decodeWide(b, binary.LittleEndian)
	case len(b) >= 4 && b[0] == 0 && b[1] != 0 && b[2] == 0:
		return decodeWide(b, binary.BigEndian)
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "", unreadable("This is a workbook or an archive. Save it as CSV first.")
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return "", unreadable("This is no text file.")
	}
	if utf8.Valid(b) {
		return string(b), nil
	}
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(western(c))
	}
	return out.String(), nil
}

func decodeWide(b []byte, order binary.ByteOrder) (string, error) {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	s := string(utf16.Decode(units))
	if strings.ContainsRune(s, 0) {
		return "", unreadable("This is no text file.")
	}
	return s, nil
}

// western is a byte of Windows-1252.
func western(c byte) rune {
	if c < 0x80 || c >= 0xA0 {
		return rune(c)
	}
	return [...]rune{'€', '?', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '?', 'Ž', '?',
		'?', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '?', 'ž', 'Ÿ'}[c-0x80]
}
